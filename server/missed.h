/* SPDX-License-Identifier: ISC */
#ifndef SERVER_MISSED_H
#define SERVER_MISSED_H

#include "command.h"

/*
 * What a session missed because it does not read: the IDs of events for which
 * its output had no room, in their order.  The store has the events.
 *
 *	caught <= missed	those between are still to be told
 */

enum {
	MISSED_MAX = 65536,    /* IDs of a session; beyond, it is cut */
	MISSED_IDS = CHUNK_SIZE / 8,
};

/* Whether E, of LEN bytes for session S, cannot be appended to its output now;
 * missed_note() then does what has to be done instead. */
static inline int
missed_is(const struct session *s, size_t len, uint64_t sendq)
{
	return (s->flags & SESSION_MISSES) ||
	    s->queued - s->sent + len > sendq;
}
void missed_note(uint32_t s, const struct envelope *e);

/* Those before AT have been told. */
void missed_told(uint32_t s, uint64_t at);

/* A handler without a line: tells C's session a page of what it missed. */
command_fn missed_tell;

#endif
