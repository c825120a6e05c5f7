/* SPDX-License-Identifier: ISC */
#ifndef SERVER_PEER_H
#define SERVER_PEER_H

#include "state.h"

/* What workers, the store and the master have of each other: mailboxes, bells,
 * and the news of how it is with the store. */

/* Makes the mailbox of worker W, 0 for the store: without its key if a
 * stranger has that, which is logged.  -1 with errno. */
int peer_mailbox(unsigned w);

/* Calls those of WORKERS, a mask: bit W is worker W, bit 0 the store. */
void peer_call(uint64_t workers);
/* The same for all who have put themselves into WAITERS, which is emptied. */
void peer_call_waiters(_Atomic uint64_t *waiters);

/* The store begins another life, or is S now, and WHY: all workers look at
 * what they wait for. */
void peer_store_changed(void);
void peer_store_enter(enum store_state s, const char *why);

/* All workers, as such a mask. */
static inline uint64_t
peer_workers(void)
{
	return UINT64_MAX >> (63 - state->nworker) & ~UINT64_C(1);
}

#endif
