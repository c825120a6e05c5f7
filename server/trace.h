/* SPDX-License-Identifier: ISC */
#ifndef SERVER_TRACE_H
#define SERVER_TRACE_H

#include <sys/types.h>

/*
 * From now on a crash of this process, NAME in the log, leaves its trace there
 * and in DIR ("": nowhere).  Both are copied.  Once in each process.
 */
void trace_open(const char *name, const char *dir);

/* The file in which the dead process PID left its trace; NULL when there is
 * none.  Only some are kept: asking for one may remove the oldest. */
const char *trace_of(pid_t pid);

#endif
