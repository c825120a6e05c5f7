/* SPDX-License-Identifier: ISC */
/*
 * Scenario: the process that has all clients is killed, again and again.
 *
 * From the kill it is timed until the first client has an answer again, and
 * until all have.  All ask as soon as the process has ended, not before: it
 * must not answer any more.  Asking takes a system call a client, and so does
 * hearing the answer; that is in the time of the last one.
 */
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "crowd.h"
#include "load.h"
#include "proc.h"

#define KILLS_MAX 100
#define QUIET_MS 300 /* between two kills; the server is to trust itself */
#define DEADLINE_MS 10000

static size_t answers;
static uint64_t first_at;

static void
replace_line(struct client *c, const char *line, size_t len)
{
	if (line == NULL) {
		crowd_error("client %u: closed", c->index);
		return;
	}
	if (memmem(line, len, " PONG ", 6) == NULL)
		return;
	if (answers++ == 0)
		first_at = clock_now();
}

/* Who holds the first client's connection. */
static pid_t
owner_find(void)
{
	struct proc_connection end = { 0 };
	struct sockaddr_in sin;
	socklen_t len = sizeof(sin);

	if (getsockname(crowd.clients[0].fd, (struct sockaddr *)&sin, &len) ==
	    -1)
		err(1, "getsockname");
	end.address = sin.sin_addr.s_addr;
	end.port = ntohs(sin.sin_port);
	proc_owners((pid_t)load.pid, load.port, &end, 1);
	if (end.owner == 0)
		errx(1, "nobody holds client 0");
	return end.owner;
}

/* Kills PID and waits until it has ended; when the kill was. */
static uint64_t
owner_kill(pid_t pid)
{
	struct pollfd p = { .events = POLLIN };
	uint64_t when;

	p.fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (p.fd == -1)
		err(1, "pidfd_open");
	when = clock_now();
	if (kill(pid, SIGKILL) == -1)
		err(1, "kill");
	if (poll(&p, 1, DEADLINE_MS) != 1)
		errx(1, "%d does not end", (int)pid);
	close(p.fd);
	return when;
}

static void
replace_once(double *first, double *all)
{
	uint64_t when;
	size_t i;

	answers = 0;
	when = owner_kill(owner_find());
	for (i = 0; i < crowd.count; i++)
		client_queue(&crowd.clients[i], "PING :again\r\n", 13);
	crowd_turn(0);
	while (answers < crowd.count &&
	       clock_now() - when < DEADLINE_MS * 1000000u)
		crowd_turn(1);
	if (answers < crowd.count)
		crowd_error("%zu of %zu were answered", answers, crowd.count);
	*first = (double)(first_at - when) / 1e6;
	*all = (double)(clock_now() - when) / 1e6;
}

static int
double_compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

void
replace_run(const double *args)
{
	double first[KILLS_MAX], all[KILLS_MAX];
	size_t n = (size_t)args[1], i;

	if (load.pid == 0 || n > KILLS_MAX)
		errx(2, "replace: whose process, or too often");
	crowd.on_line = replace_line;
	if (crowd_register() == -1)
		exit(1);
	for (i = 0; i < n; i++) {
		crowd_settle(QUIET_MS);
		replace_once(&first[i], &all[i]);
	}
	qsort(first, n, sizeof(first[0]), double_compare);
	qsort(all, n, sizeof(all[0]), double_compare);
	printf("clients=%.0f kills=%zu first_ms=%.1f first_most_ms=%.1f "
	       "all_ms=%.1f all_most_ms=%.1f",
	    args[0], n, first[n / 2], first[n - 1], all[n / 2], all[n - 1]);
}
