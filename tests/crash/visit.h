/* SPDX-License-Identifier: ISC */
#ifndef TESTS_CRASH_VISIT_H
#define TESTS_CRASH_VISIT_H

#include "harness.h"

/* Clients by TLS who are cut off when a process of mootd-tls dies, and come
 * back. */

struct visits {
	long heard;            /* lines, by them and from them */
	long gaps, repeats;    /* in one connection, */
	long strange;          /* and what is behind one already left */
	long returns;
};

extern struct visits visits;

/* They come, and whom they visit. */
void visit_begin(struct server *sv);
/* Says what is due, hears what has come, returns who was cut off. */
void visit_turn(void);
/* Hears what is under way, for MS at most; counts what never came. */
void visit_end(long ms);

#endif
