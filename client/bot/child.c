/* SPDX-License-Identifier: ISC */
/*
 * The child: a process that is started, watched and buried.
 *
 * What it is given is three pipes and nothing else: every descriptor of ours
 * is closed in it, every signal is as a shell would leave it, and it leads a
 * process group, so that what it starts itself ends with it.  Whoever waits
 * for it waits for its number alone, never for any child.  Whether it could be
 * run at all is told through a fourth pipe, which the program's start closes:
 * child_start() never half succeeds.
 */

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "child.h"

enum {
	CHILD_PIPES = 4, /* standard ones, and the one that tells */
	CHILD_DESCRIPTORS = 1024,
};

void
child_init(struct child *c)
{
	memset(c, 0, sizeof(*c));
	c->in = c->out = c->err = -1;
}

void
child_close(int *fd)
{
	if (*fd != -1)
		close(*fd);
	*fd = -1;
}

/* ---- in the child ---- */

static void
child_signals(void)
{
	sigset_t none;
	int i;

	for (i = 1; i < NSIG; i++)
		signal(i, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Ends of pipes are above 2: what is dup'ed there is never closed here. */
static int
child_descriptors(int in, int out, int err, int told)
{
	int fd;

	if (dup2(in, 0) == -1 || dup2(out, 1) == -1 || dup2(err, 2) == -1 ||
	    dup2(told, 3) == -1 || fcntl(3, F_SETFD, FD_CLOEXEC) == -1)
		return -1;
	if (syscall(SYS_close_range, 4u, ~0u, 0u) == -1)
		for (fd = 4; fd < CHILD_DESCRIPTORS; fd++)
			close(fd); /* a kernel that does not know it */
	return 0;
}

static void __attribute__((noreturn))
child_become(char *const argv[], char *const env[], int pipes[][2],
    pid_t parent)
{
	int error;

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(127); /* it died before it could be noticed */
	child_signals();
	if (child_descriptors(pipes[0][0], pipes[1][1], pipes[2][1],
	    pipes[3][1]) == 0)
		execvpe(argv[0], argv, env);
	error = errno;
	if (write(3, &error, sizeof(error)) == -1)
		_exit(126);
	_exit(127);
}

/* ---- in the parent ---- */

static void
child_close_pipes(int pipes[][2])
{
	int i;

	for (i = 0; i < CHILD_PIPES; i++) {
		child_close(&pipes[i][0]);
		child_close(&pipes[i][1]);
	}
}

/* Moves an end that took the place of a standard descriptor that is closed
 * here out of the way of dup2(2) in the child. */
static int
child_lift(int *fd)
{
	int other;

	if (*fd > 3)
		return 0;
	other = fcntl(*fd, F_DUPFD_CLOEXEC, 4);
	if (other == -1)
		return -1;
	close(*fd);
	*fd = other;
	return 0;
}

static int
child_open_pipes(int pipes[][2])
{
	int i;

	for (i = 0; i < CHILD_PIPES; i++)
		pipes[i][0] = pipes[i][1] = -1;
	for (i = 0; i < CHILD_PIPES; i++)
		if (pipe2(pipes[i], O_CLOEXEC) == -1 ||
		    child_lift(&pipes[i][0]) == -1 ||
		    child_lift(&pipes[i][1]) == -1)
			return -1;
	return 0;
}

/* Takes our ends. */
static void
child_adopt(struct child *c, int pipes[][2])
{
	c->in = pipes[0][1];
	c->out = pipes[1][0];
	c->err = pipes[2][0];
	pipes[0][1] = pipes[1][0] = pipes[2][0] = -1;
	fcntl(c->in, F_SETFL, O_NONBLOCK);
	fcntl(c->out, F_SETFL, O_NONBLOCK);
	fcntl(c->err, F_SETFL, O_NONBLOCK);
}

/* Waits until it runs its program; errno is what kept it from that. */
static int
child_runs(int *mine, int told)
{
	int error = 0;
	ssize_t n;

	child_close(mine);
	do
		n = read(told, &error, sizeof(error));
	while (n == -1 && errno == EINTR);
	if (n == 0)
		return 0;
	errno = n == (ssize_t)sizeof(error) ? error : EIO;
	return -1;
}

int
child_start(struct child *c, char *const argv[], char *const env[])
{
	int pipes[CHILD_PIPES][2], error;
	pid_t parent = getpid();

	child_init(c);
	if (child_open_pipes(pipes) == -1)
		goto fail;
	c->pid = fork();
	if (c->pid == -1)
		goto fail;
	if (c->pid == 0)
		child_become(argv, env, pipes, parent);
	child_adopt(c, pipes);
	if (child_runs(&pipes[3][1], pipes[3][0]) == -1)
		goto fail;
	child_close_pipes(pipes);
	return 0;
fail:
	error = errno;
	child_close_pipes(pipes);
	child_clear(c);
	errno = error;
	return -1;
}

/* Its number cannot be another's as long as it was not waited for. */
void
child_kill(struct child *c, int signo)
{
	if (c->pid > 0 && kill(-c->pid, signo) == -1)
		kill(c->pid, signo);
}

void
child_gone(struct child *c, int status)
{
	c->status = status;
	if (c->pid > 0)
		kill(-c->pid, SIGKILL);
	c->pid = 0;
}

int
child_reap(struct child *c)
{
	int status;

	if (c->pid <= 0)
		return 1;
	if (waitpid(c->pid, &status, WNOHANG) != c->pid)
		return 0;
	child_gone(c, status);
	return 1;
}

void
child_clear(struct child *c)
{
	if (c->pid > 0) {
		child_kill(c, SIGKILL);
		while (waitpid(c->pid, &c->status, 0) == -1 && errno == EINTR)
			;
	}
	c->pid = 0;
	child_close(&c->in);
	child_close(&c->out);
	child_close(&c->err);
}

const char *
child_why(int status, char *buf, size_t size)
{
	if (WIFSIGNALED(status))
		snprintf(buf, size, "was killed: %s",
		    strsignal(WTERMSIG(status)));
	else
		snprintf(buf, size, "exited with %d", WEXITSTATUS(status));
	return buf;
}

int
child_can_run(const char *name)
{
	const char *path = getenv("PATH"), *end;
	char file[4096];

	if (strchr(name, '/') != NULL)
		return access(name, X_OK) == 0;
	if (path == NULL || *name == '\0')
		return 0;
	for (;; path = end + 1) {
		end = path + strcspn(path, ":");
		snprintf(file, sizeof(file), "%.*s/%s",
		    path == end ? 1 : (int)(end - path),
		    path == end ? "." : path, name);
		if (access(file, X_OK) == 0)
			return 1;
		if (*end == '\0')
			return 0;
	}
}
