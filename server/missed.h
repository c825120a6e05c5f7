/* SPDX-License-Identifier: ISC */
#ifndef SERVER_MISSED_H
#define SERVER_MISSED_H

#include "ask.h"
#include "command.h"
#include "worker.h"

/*
 * What a session missed because it does not read: the IDs of events for which
 * its output had no room, in their order.  The store has the events.
 *
 *	caught <= missed	those between are still to be told
 *
 * Likewise what a user without a session missed: the messages.  The session
 * that stands for it (SESSION_ABSENT) notes them, and the next one is given
 * that list; it has SESSION_RETURNS until it has been shown its rooms and told
 * all of the list, and messages that come meanwhile are put behind it.
 */

enum {
	MISSED_MAX = 65536,    /* IDs of a session; beyond, it is cut, or there
	                        * is a gap */
	MISSED_IDS = CHUNK_SIZE / 8,
};

/* Whether E is a message that S is to be told in its turn: it is not here, or
 * still has to be told what was said while it was not. */
static inline int
missed_wants(const struct session *s, const struct envelope *e)
{
	if (!(e->flags & ENVELOPE_MESSAGE))
		return 0;
	if (s->state == SESSION_ABSENT)
		return store_wants(e) != 0;
	return (s->flags & SESSION_RETURNS) && store_wants(e) > 0 &&
	    (s->state == SESSION_LIVE || s->state == SESSION_HANDED);
}

/* Whether S has anything of E, now or later. */
static inline int
missed_hears(const struct session *s, const struct envelope *e)
{
	return s->state == SESSION_LIVE || missed_wants(s, e);
}

/* Whether E, of LEN bytes for session S, is not to be appended to its output
 * now; missed_note() then does what has to be done instead.  What passes takes
 * no more than half of it: the rest is for what has to be told. */
static inline int
missed_is(const struct session *s, const struct envelope *e, size_t len)
{
	int passes = (e->flags & ENVELOPE_PASSING) != 0;

	return (s->queued - s->sent + len > config->sendq >> passes &&
		   s->queued != s->sent) ||
	    (s->flags & SESSION_RETURNS ? missed_wants(s, e)
	        : s->state == SESSION_ABSENT || (s->flags & SESSION_MISSES));
}
void missed_note(uint32_t s, const struct envelope *e);

/* Those before AT have been told. */
void missed_told(uint32_t s, uint64_t at);

/*
 * Gives the list of FROM to TO, which has none; may be done again, until FROM
 * is no session of its user any more.  Then missed_passed() makes FROM forget
 * it.  Lock held; neither takes or gives a chunk.
 */
void missed_pass(uint32_t from, uint32_t to);
void missed_passed(uint32_t from);
/* Nobody will be told of it.  By its home. */
void missed_drop(uint32_t s);

/* A handler without a line: tells C's session a page of what it missed. */
command_fn missed_tell;

#endif
