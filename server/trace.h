/* SPDX-License-Identifier: ISC */
#ifndef SERVER_TRACE_H
#define SERVER_TRACE_H

struct trace;

/*
 * From now on a crash of this process, NAME in the log, leaves its trace there
 * and in KEEP, or, with NULL, in a file of DIR ("": nowhere).  Both strings are
 * copied.  Once in each process.
 */
void trace_open(const char *name, const char *dir, struct trace *keep);

/* The file with the last words of a dead worker, made of T, which is empty
 * then; NULL when there are none.  Only some files are kept: making one may
 * remove the oldest. */
const char *trace_take(struct trace *t);

#endif
