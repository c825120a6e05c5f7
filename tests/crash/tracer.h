/* SPDX-License-Identifier: ISC */
#ifndef TESTS_CRASH_TRACER_H
#define TESTS_CRASH_TRACER_H

#include <sys/types.h>

/*
 * A process that follows others system call by system call (ptrace(2)) and
 * kills them where it was told to.  The calls of a process are those of all
 * its threads, as they come.
 */

enum {
	TRACER_VICTIMS = 2,
	TRACER_THREADS = 16, /* of one of them */
	TRACER_HEIRS = 4,
	TRACER_CALLS = 8192, /* a log of the first victim's calls */
};

struct tracer_plan {
	struct tracer_victim {
		pid_t pid;      /* 0: none */
		unsigned call;  /* killed at its Nth call; 0: never */
		unsigned steps; /* so many instructions behind it */
		int at_exit;    /* done, its result never seen; else at entry */
		int from_exec;  /* counts from its exec on */
	} victim[TRACER_VICTIMS];
	/* Who is forked by MASTER after that is killed at its Nth call too,
	 * unless it has begun to wait for events before: those are the calls
	 * of its healing.  0: lives. */
	pid_t master;
	unsigned heir[TRACER_HEIRS];
};

/* In shared memory: what happened. */
struct tracer_log {
	unsigned calls;   /* the first victim's */
	unsigned kills;   /* that were carried out */
	long last;        /* the call that the last one was killed at */
	unsigned heal_calls; /* of the first heir */
	short name[TRACER_CALLS];
};

/* Whether this kernel lets us: 0 or errno. */
int tracer_allowed(void);
/* Starts it; it follows from here on and ends with those it follows. Returns
 * its pid, -1 when it cannot. */
pid_t tracer_start(const struct tracer_plan *plan, struct tracer_log *log);
/* The name of a system call; "?" and its number if it has none here. */
const char *tracer_call_name(long nr);

#endif
