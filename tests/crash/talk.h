/* SPDX-License-Identifier: ISC */
#ifndef TESTS_CRASH_TALK_H
#define TESTS_CRASH_TALK_H

#include "harness.h"

/*
 * A load of numbered lines between many clients, and its account: every
 * receiver checks the sequence of each sender and target.
 */

enum { TALK_CLIENTS = 5000 /* at most */, TALK_FEWEST = 50 };

/* How long things took, by phase: the calm one is the measure of the other. */
enum talk_phase { TALK_CALM, TALK_DISTURBED, TALK_PHASES };

struct talk_time {
	long long way;         /* us: the slowest line */
	long long silence;     /* us: the longest between two lines, of a
	                        * witness, which hears one every few ms */
	long long silence_away;/* us: in which we ourselves were away */
	long long tick;        /* us: the longest that we were */
	long late;             /* lines that took more than 100 ms */
	long deliveries;
};

struct talk {
	long deliveries, expected;
	long gaps, repeats, cut, strange;
	enum talk_phase phase;
	struct talk_time time[TALK_PHASES];
};

extern struct talk talk;

/* CLIENTS come, by the first WAYS of way.h, and join their rooms.  RATE: lines
 * in a salvo. */
void talk_begin(struct server *sv, int clients, int ways, int rate,
    unsigned seed);
/* What comes belongs to another phase from now on. */
void talk_enter(enum talk_phase phase);
/* A turn of a millisecond: says what is due, hears what has come. */
void talk_turn(void);
/* Hears what is under way, for MS at most; counts what never came. */
void talk_end(long ms);

#endif
