/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_CHILD_H
#define CLIENT_CHILD_H

#include <sys/types.h>

/* A child process, what it may have started itself, and the pipes to it. */

struct child {
	pid_t pid;   /* also of its process group; 0: there is none */
	int in;      /* to its standard input, or -1; ours never block */
	int out;     /* from its standard output, or -1 */
	int err;     /* from its standard error, or -1 */
	int status;  /* of waitpid(2), once it has ended */
};

/* None; needed before the first child_start(). */
void child_init(struct child *c);
/*
 * Runs ARGV (found in our PATH, no shell) with the environment ENV and
 * nothing else of ours: no descriptor but those three, no signal blocked or
 * ignored, a process group of its own.  It is killed should we die.  -1 and
 * errno when it cannot be run; then there is no process.
 */
int child_start(struct child *c, char *const argv[], char *const env[]);
/* Whether NAME is a file that may be executed, or one in our PATH is. */
int child_can_run(const char *name);
/* It has ended, with STATUS, and was waited for: what it left in its process
 * group is killed.  OUT and ERR can still be read. */
void child_gone(struct child *c, int status);
/* The same if it has ended, or 0. */
int child_reap(struct child *c);
/* Sends SIGNO to it and its process group. */
void child_kill(struct child *c, int signo);
/* Our ends; harmless when closed. */
void child_close(int *fd);
/* Kills it, waits for it, and closes all; harmless when there is none. */
void child_clear(struct child *c);
/* "exited with 3", "was killed: Terminated" of a status of waitpid(2). */
const char *child_why(int status, char *buf, size_t size);

#endif
