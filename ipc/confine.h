/* SPDX-License-Identifier: ISC */
#ifndef IPC_CONFINE_H
#define IPC_CONFINE_H

#include <stddef.h>

#include "filter.h"

/*
 * A process gives up what it does not need, for good: new privileges, system
 * calls (filter.h), files and the network (Landlock, where the kernel has it).
 * It has to have opened, mapped and loaded all it needs before.
 */

enum confine_mode {
	CONFINE_OFF,
	CONFINE_LOG,           /* what is not allowed is done, and goes to the
	                        * kernel's log; files are not confined */
	CONFINE_ON,            /* it ends the process, by SIGSYS */
};

/* A directory or file that stays within reach. */
struct confine_path {
	const char *path;
	int write;             /* as much as there is; else only reading */
};

/* What was done, and what the kernel offers. */
enum {
	CONFINED_FILTER = 1,   /* system calls */
	CONFINED_FILES = 2,    /* files */
	CONFINED_NET = 4,      /* TCP: neither bind nor connect */
};

/* What confine_enter() could do here, without doing it: CONFINED_*; 0 for a
 * build with a sanitizer, which needs calls of its own. */
int confine_offer(void);

/*
 * Makes what confines one of KIND (FILTER_*) to the N paths: a descriptor,
 * which may be used any number of times.  Returns -1 with errno, ENOSYS where
 * files cannot be confined.  (Apart, since a worker may not make a descriptor:
 * one killed between that and its end would leave it to all.)
 */
int confine_files(
    unsigned kind, const struct confine_path *path, size_t n);

/*
 * Confines the calling thread, and those it will make, as one of KIND; FILES is
 * of confine_files(), or -1, and stays open.  Returns CONFINED_*, what was
 * done, or -1 with errno.
 */
int confine_enter(unsigned kind, enum confine_mode mode, int files);

/* What a core dump may hold. */
enum confine_core {
	CORE_OFF,              /* none, and nobody of our user may trace us */
	CORE_ON,               /* not what is shared */
	CORE_FULL,
};

/* Sets that for the calling process; what is SHARED with others (NULL:
 * nothing) is SIZE bytes. */
void confine_core(enum confine_core core, void *shared, size_t size);

#endif
