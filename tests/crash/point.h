/* SPDX-License-Identifier: ISC */
#ifndef TESTS_CRASH_POINT_H
#define TESTS_CRASH_POINT_H

#include <stddef.h>

#include "tracer.h"

/*
 * Where processes are killed in one run.  As text, for a report and a replay:
 *
 *	2:137	worker 2 at the entry of its 137th system call
 *	2:137x	at its exit: the call was done
 *	2:137+50	50 instructions behind that call
 *	2:137/9/4	the worker forked next at its 9th call, and another
 *			one, forked after that, at its 4th
 *	2:137,1:90x	and worker 1
 *	txn-commit:3:2	worker 2 at its third passage of this fault point
 *	txn-commit:3:2,heal-mail:1:2	and then at that one
 */
enum point_kind {
	POINT_CALL,   /* one kill, at a system call */
	POINT_HEAL,   /* and another one during the healing */
	POINT_GENERATIONS, /* and more */
	POINT_TWO,    /* two workers */
	POINT_STEP,   /* between system calls */
	POINT_FAULT,  /* at a named point */
	POINT_FAULT_HEAL, /* at one, and at another during the healing */
	POINT_KINDS
};

struct point {
	enum point_kind kind;
	struct aim {
		int worker;
		unsigned call, steps;
		int at_exit;
	} aim[TRACER_VICTIMS];
	unsigned heir[TRACER_HEIRS];
	char fault[96];
};

extern const char *const point_kinds[POINT_KINDS];

void point_print(const struct point *p, char *buf, size_t size);
/* Returns 0, or -1 when TEXT is none. */
int point_parse(struct point *p, const char *text);

#endif
