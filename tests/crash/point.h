/* SPDX-License-Identifier: ISC */
#ifndef TESTS_CRASH_POINT_H
#define TESTS_CRASH_POINT_H

#include <stddef.h>
#include <stdint.h>

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
 *	M0:137x	the master, when what agenda.c calls M befalls it
 *	T0:9	the new master of T
 *	T0:0/0/9	the second worker that it forks
 *	Rmove-home:1:1	a fault point in R
 *	s:137x	mootd-store at the 137th system call of its threads
 *	s:137/9	its successor at its 9th, too
 *	s:137,2:90	and worker 2
 *	store-taken:3:63	the store at its third passage of this point
 */
enum point_kind {
	POINT_CALL,   /* one kill, at a system call */
	POINT_HEAL,   /* and another one during the healing */
	POINT_GENERATIONS, /* and more */
	POINT_TWO,    /* two workers */
	POINT_STEP,   /* between system calls */
	POINT_FAULT,  /* at a named point */
	POINT_FAULT_HEAL, /* at one, and at another during the healing */
	POINT_MASTER, /* a call of the master; M */
	POINT_TAKER,  /* of a new master that takes over; T */
	POINT_STILL,  /* of a worker that stands still for it; T */
	POINT_FRESH,  /* of a worker that the new master forks; T */
	POINT_MOVE,   /* of a worker while users are moved; R */
	POINT_FAULT_MASTER, /* fault points of M, T and R */
	POINT_FAULT_MOVE, /* and of the healing of R */
	POINT_STORE,  /* a call of the store */
	POINT_STORE_HEAL, /* and one of its successor */
	POINT_STORE_TWO, /* of it and of a worker */
	POINT_STORE_FAULT, /* a fault point of it */
	POINT_STORE_FAULTS, /* and one of a worker */
	POINT_KINDS
};

struct point {
	enum point_kind kind;
	unsigned turn;  /* when it is tried, among those of its kind */
	char agenda;    /* of agenda.c; 0: nothing but kills */
	struct aim {
		int worker;
		unsigned call, steps;
		int at_exit;
	} aim[TRACER_VICTIMS];
	unsigned heir[TRACER_HEIRS];
	char fault[96];
};

enum {
	POINT_FAULTS = 448, /* names, at most; */
	POINT_FAULTS_STORE = 384, /* from here on those of the store */
	POINT_STORE_NUMBER = 63, /* which is the worker of this number */
};

/* How often each worker passed each fault point, as fault.h has it. */
struct passes {
	uint32_t of[POINT_FAULTS][64];
};

extern const char *const point_kinds[POINT_KINDS];

/* How many workers forked later it looks at. */
int point_heirs(const struct point *p);
void point_print(const struct point *p, char *buf, size_t size);
/* Returns 0, or -1 when TEXT is none. */
int point_parse(struct point *p, const char *text);

#endif
