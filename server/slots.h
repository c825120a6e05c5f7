/* SPDX-License-Identifier: ISC */
#ifndef SERVER_SLOTS_H
#define SERVER_SLOTS_H

#include "state.h"

/*
 * Places of records in the segment's arrays.  The registry's lock is held.
 */

enum slots_kind {
	SESSIONS, USERS, ROOMS, MEMBERS, BANS, ADDRESSES, METADATA, MONITORS
};

/* A slot that was free, the one that has been for longest; 0 when all are in
 * use.  What is in it is up to the caller. */
uint32_t slots_take(enum slots_kind kind);
void slots_give(enum slots_kind kind, uint32_t slot);
/* Makes the free list of KIND anew: all slots from FIRST on that are not
 * IS_USED. */
void slots_rebuild(enum slots_kind kind, uint32_t first,
    int (*is_used)(uint32_t));

#endif
