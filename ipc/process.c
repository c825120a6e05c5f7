/* SPDX-License-Identifier: ISC */
/*
 * Making worker processes.
 *
 * The usual way to keep a worker's sockets alive is to send a duplicate of
 * each to the master (SCM_RIGHTS).  That leaves a gap: a worker killed between
 * accept(2) and sendmsg(2) takes the connection with it, and it costs two
 * system calls and a wake-up of the master a connection.  A shared table has
 * no gap and no cost.  The table is left by exec(2), which copies it.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "process.h"

pid_t
process_share(void)
{
	return (pid_t)syscall(
	    SYS_clone, CLONE_FILES | SIGCHLD, NULL, NULL, NULL, NULL);
}

/* The fields of proc(5)'s stat from the third, its state, on; NULL. */
static char *
stat_fields(pid_t pid, char *buf, size_t size)
{
	char path[32], *p;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		return NULL;
	n = read(fd, buf, size - 1);
	close(fd);
	if (n <= 0)
		return NULL;
	buf[n] = '\0';
	/* the command in parentheses may hold anything: begin behind it */
	p = strrchr(buf, ')');
	return p != NULL && p[1] == ' ' ? p + 2 : NULL;
}

static uint64_t
start_time(char *p)
{
	int field;

	for (field = 3; field < 22 && p != NULL; field++)
		if ((p = strchr(p, ' ')) != NULL)
			p++;
	return p == NULL ? 0 : strtoull(p, NULL, 10);
}

uint64_t
process_start_time(pid_t pid)
{
	char buf[512];

	return start_time(stat_fields(pid, buf, sizeof(buf)));
}

/* Whether PID, which proc(5) does not show, is there all the same: it hides
 * processes of another user namespace (hidepid=), and each start by a service
 * manager may make one.  One we may not signal is not of our kind. */
static int
hidden_alive(pid_t pid)
{
	struct pollfd p = { .events = POLLIN };
	int ended;

	if (pid <= 1 || kill(pid, 0) != 0)
		return 0;
	if ((p.fd = (int)syscall(SYS_pidfd_open, pid, 0)) < 0)
		return errno != ESRCH;
	ended = poll(&p, 1, 0) == 1; /* a zombie too */
	close(p.fd);
	return !ended;
}

int
process_alive(pid_t pid, uint64_t start)
{
	char buf[512], *p = stat_fields(pid, buf, sizeof(buf));

	if (p == NULL)
		return start != 0 && hidden_alive(pid);
	return *p != 'Z' && *p != 'X' && start_time(p) == start;
}
