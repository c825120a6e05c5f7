/* SPDX-License-Identifier: ISC */
#ifndef TESTS_ATTACK_WITNESS_H
#define TESTS_ATTACK_WITNESS_H

#include "harness.h"

/*
 * Honest users, in processes of their own: two who talk to each other, and one
 * who comes and goes.  They do the same at a server that is attacked and at
 * one that is idle, in turn: what they feel at that one is the machine, with
 * all that the attacker takes of it.
 *
 * All share one machine, but attackers have machines of their own, and what
 * else this one does is no part of it either.  So whoever may takes it when it
 * needs it, by real-time scheduling: the witnesses before the idle server
 * before the attacked one, and the attacker has what is left.
 */

enum witness_rank { RANK_OTHER, RANK_SERVER, RANK_IDLE, RANK_WITNESS };

/* From now on this process and its children are of RANK.  0, or -1 when that
 * is not allowed: then nobody is. */
int witness_rank(enum witness_rank rank);

/* Times in ms; the last place is of the idle server during the attack. */
enum witness_where { CALM, DURING, BESIDE, WHERES };

struct witness {
	int lines[WHERES];     /* said, and heard by the other */
	double line_p99[WHERES];
	int comings[WHERES];   /* connected, and registered */
	double coming_p99[WHERES];
	int refused;           /* was not let in, at the attacked server */
};

/* They begin at SV and QUIET; returns when they have seen calm, BRIEFly or as
 * long as percentiles need. */
void witness_start(struct server *sv, struct server *quiet, int brief);
/* From now on it is an attack. */
void witness_attack(void);
/* Whether they have seen enough of it to be sure that they are served. */
int witness_enough(void);
/* They end; the test ends if one of them was cut, or not answered. */
void witness_stop(struct witness *w);

#endif
