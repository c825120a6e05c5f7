/* SPDX-License-Identifier: ISC */
#ifndef TESTS_CRASH_DISTURB_H
#define TESTS_CRASH_DISTURB_H

#include "harness.h"

/* What may happen to a server while its clients talk; times in ms, 0: not. */
struct disturb {
	long worker;           /* between two kills of a worker, any */
	long master;           /* between two kills of the master */
	long balance;          /* between two steps of rebalancing */
	long store;            /* between two kills of mootd-store; 0: none */
	long helper;           /* between two kills of a mootd-tls, any */
	int upgrades;          /* how many, one after another */
	int workers;
	unsigned seed;
};

struct disturb_figures {
	long kills, masters, rebalances, stores, helpers, upgrades;
	long failed;           /* upgrades that were to be asked for again */
	long long upgrade_us;  /* the longest took */
};

extern struct disturb_figures disturbed;

/* Starts the server, from a copy of its binary that can be replaced, before
 * there are clients. */
void disturb_start(struct server *sv, const struct disturb *wanted);
/* From now on. */
void disturb_begin(void);
/* Does what is due; whether more is to come of what ends by itself. */
int disturb_turn(void);
/* No more of it; there is a master when it returns. */
void disturb_end(void);

#endif
