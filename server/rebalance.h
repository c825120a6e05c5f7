/* SPDX-License-Identifier: ISC */
#ifndef SERVER_REBALANCE_H
#define SERVER_REBALANCE_H

/*
 * Moving users between workers, so that each has its share.  The workers stand
 * still for it (PAUSE_MOVE) until nothing is on its way between them; then one
 * of them changes who is whose home.
 */

/* In the master: whether one of NWORKER workers has far more than its share. */
int rebalance_wanted(unsigned nworker);
/* In the master: asks for it, unless something like it is going on. */
void rebalance_ask(unsigned nworker);
/* In the master, from time to time: gives up what takes too long.  Returns
 * whether it is going on. */
int rebalance_watch(void);
/* In the master, when it cannot be done, such as after a worker's death. */
void rebalance_give_up(const char *why);

/* In a worker that stands still for it: one look, and if all is at rest, and
 * it is for this worker to do it, the move, after which all go on. */
void rebalance_step(void);

#endif
