/* SPDX-License-Identifier: ISC */
#ifndef TESTS_ATTACK_WITNESS_H
#define TESTS_ATTACK_WITNESS_H

#include "harness.h"

/*
 * Honest users, in processes of their own: two who talk to each other, and one
 * who comes and goes.  They do the same at a server that is attacked and at
 * one that is idle, in turn, so that what they feel there is the machine, with
 * all that the attacker takes of it.
 */

/* Times in ms; the last place is of the idle server during the attack. */
enum witness_where { CALM, DURING, BESIDE, WHERES };

struct witness {
	int lines[WHERES];     /* said, and heard by the other */
	double line_p50[WHERES], line_p99[WHERES];
	int comings[WHERES];   /* connected, and registered */
	double coming_p50[WHERES], coming_p99[WHERES];
	int refused;           /* was not let in, at the attacked server */
};

/* They begin at SV and QUIET; returns when they have seen enough calm. */
void witness_start(struct server *sv, struct server *quiet);
/* From now on it is an attack. */
void witness_attack(void);
/* Whether they have seen enough of it. */
int witness_enough(void);
/* They end; the test ends if one of them was cut, or not answered. */
void witness_stop(struct witness *w);

#endif
