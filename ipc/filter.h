/* SPDX-License-Identifier: ISC */
#ifndef IPC_FILTER_H
#define IPC_FILTER_H

#include <linux/filter.h>
#include <stdint.h>

/*
 * Which system calls each kind of process may make, in one table, and the
 * seccomp(2) program made of it.  A new call is a new row in filter.c.
 */

/* Kinds of process; a row of the table names one or more of them. */
enum {
	FILTER_WORKER = 1,
	FILTER_STORE = 2,
	FILTER_TLS = 4,
};

/* Instructions a program may have, at most. */
enum { FILTER_MOST = 1024 };

/*
 * Writes the program for KIND into CODE, which has room for FILTER_MOST; what
 * the table does not allow ends with VIOLATION, a SECCOMP_RET_*.  Returns how
 * many instructions it has, 0 when this architecture has no table, or -1 when
 * they are too many.
 */
int filter_make(struct sock_filter *code, unsigned kind, uint32_t violation);

/* The name of the system call of NUMBER, for the log; "?" for one that is not
 * in the table. */
const char *filter_name(long number);

#endif
