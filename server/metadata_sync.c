/* SPDX-License-Identifier: ISC */
/*
 * What metadata there is, told to a session that has not seen it: its own when
 * it comes, that of a room when it enters it, and what it asks for by SYNC.
 *
 * A small room is told at once; of a large one, or one that says much, the
 * client is told to ask (774).  SYNC goes over the pool of all records, so
 * many a step, which costs the same however many are in a room: its cursor is
 * the number of a record, which stays where it is.  Who is there from the
 * first step to the last is told of, who comes or changes something meanwhile
 * as well, since the session hears of that as of any change.
 */
#include <string.h>

#include "../irc/capability.h"
#include "../irc/mode.h"
#include "channel.h"
#include "handlers.h"
#include "metadata.h"
#include "oper.h"
#include "registry.h"
#include "worker.h"

enum {
	SCAN_STEP = 2048,      /* records looked at in a step */
	AT_ONCE = 64,          /* keys told when a room is entered; */
	MEMBERS_AT_ONCE = 256, /* and members looked at for that */
	SEEN_BITS = 4096,
	STEP_BEGUN = 1,        /* the batch is open */
};

/* Whether the client can take it. */
int
metadata_is_aware(const struct session *s)
{
	const uint64_t both = CAP(METADATA) | CAP(BATCH);

	return (s->caps & both) == both && config->metadata_keys > 0;
}

static int
wants(const struct command *c, uint32_t d)
{
	return metadata_subscribed(c->sid, metadata[d].key,
	    strlen(metadata[d].key));
}

static void
tell(struct command *c, const char *name, uint32_t d)
{
	metadata_inner(c, RPL_KEYVALUE, name, metadata[d].key,
	    metadata[d].value);
}

/* The keys of a list that C has subscribed to; TELL: tells them.  Returns how
 * many there are. */
static unsigned
list_wanted(struct command *c, const char *name, uint32_t d, int telling)
{
	unsigned n = 0;

	for (; d != 0; d = metadata[d].next)
		if (wants(c, d)) {
			n++;
			if (telling)
				tell(c, name, d);
		}
	return n;
}

void
metadata_welcome(struct command *c)
{
	uint32_t d;

	if (!metadata_is_aware(c->s))
		return;
	metadata_batch(c, '+', "metadata", metadata_name(c->uid));
	for (d = c->u->metadata; d != 0; d = metadata[d].next)
		tell(c, metadata_name(c->uid), d);
	metadata_batch(c, '-', NULL, NULL);
}

void
metadata_whois(struct command *c, uint32_t u)
{
	uint32_t d;

	if (!(c->s->caps & CAP(METADATA)))
		return;
	for (d = users[u].metadata; d != 0; d = metadata[d].next)
		reply(c, RPL_WHOISKEYVALUE, users[u].nick, metadata[d].key,
		    metadata[d].value);
}

void
metadata_online(struct command *c, uint32_t u)
{
	if (!metadata_is_aware(c->s))
		return;
	if (reply_size() > REPLY_STEP) {
		reply(c, RPL_METADATASYNCLATER, metadata_name(u), 0);
		return;
	}
	metadata_batch(c, '+', "metadata", metadata_name(u));
	list_wanted(c, metadata_name(u), users[u].metadata, 1);
	metadata_batch(c, '-', NULL, NULL);
}

/* ---- a room that is entered ---- */

/* The same for R and all its members; more than AT_ONCE are not counted. */
static unsigned
room_wanted(struct command *c, uint32_t r, int telling)
{
	unsigned n = list_wanted(c, rooms[r].name, rooms[r].metadata, telling);
	uint32_t m, u;
	unsigned w;

	for (w = 1; w <= state->nworker; w++)
		for (m = room_list(r, w)->first; m != 0 && n <= AT_ONCE;
		     m = members[m].room_next) {
			u = members[m].user;
			if (!(members[m].flags & MEMBER_GONE))
				n += list_wanted(c, metadata_name(u),
				    users[u].metadata, telling);
		}
	return n;
}

void
metadata_on_join(struct command *c, uint32_t r)
{
	int any = (c->s->flags & SESSION_SUBSCRIBED) != 0;

	if (!metadata_is_aware(c->s))
		return;
	if (any && (rooms[r].count > MEMBERS_AT_ONCE ||
	        room_wanted(c, r, 0) > AT_ONCE)) {
		reply(c, RPL_METADATASYNCLATER, rooms[r].name, 0);
		return;
	}
	metadata_batch(c, '+', "metadata", rooms[r].name);
	if (any)
		room_wanted(c, r, 1);
	metadata_batch(c, '-', NULL, NULL);
}

/* ---- SYNC ---- */

/* The rooms of C's user, as bits: "perhaps". */
struct seen {
	uint64_t bits[SEEN_BITS / 64];
};

static void
seen_rooms(const struct command *c, struct seen *s)
{
	uint32_t m, r;

	memset(s, 0, sizeof(*s));
	for (m = c->u->members; m != 0; m = members[m].user_next) {
		r = members[m].room % SEEN_BITS;
		s->bits[r / 64] |= UINT64_C(1) << r % 64;
	}
}

/* Whether U is in a room that C's user is in. */
static int
is_near(const struct command *c, const struct seen *s, uint32_t u)
{
	uint32_t m, r;

	if (u == c->uid)
		return 1;
	for (m = users[u].members; m != 0; m = members[m].user_next) {
		r = members[m].room % SEEN_BITS;
		if ((s->bits[r / 64] >> r % 64 & 1) &&
		    !(members[m].flags & MEMBER_GONE) &&
		    channel_member(c->uid, members[m].room) != 0)
			return 1;
	}
	return 0;
}

/* Whether record D is of what is asked for: ROOM, or 0 for all that C sees. */
static int
is_asked(const struct command *c, const struct seen *s, uint32_t d,
    uint32_t room)
{
	const struct metadatum *x = &metadata[d];

	if (x->kind == METADATUM_ROOM)
		return room != 0 ? x->owner == room
		                 : channel_member(c->uid, x->owner) != 0;
	if (!(users[x->owner].flags & USER_REGISTERED))
		return 0;
	return room != 0 ? channel_member(x->owner, room) != 0
	                 : is_near(c, s, x->owner);
}

static enum command_result
sync_end(struct command *c)
{
	metadata_batch(c, '-', NULL, NULL);
	return CMD_DONE;
}

enum command_result
metadata_sync(struct command *c, uint32_t user, uint32_t room,
    const char *name)
{
	uint32_t d = c->step == 0 ? 1 : (uint32_t)c->cursor;
	uint32_t end = d + SCAN_STEP;
	struct seen seen;

	if (c->step == 0)
		metadata_batch(c, '+', "metadata", name);
	else if (room == 0 && strcmp(name, "*ALL") != 0)
		return sync_end(c); /* it is no more */
	if (user != 0) {
		list_wanted(c, name, users[user].metadata, 1);
		return sync_end(c);
	}
	if (!(c->s->flags & SESSION_SUBSCRIBED) ||
	    (room != 0 && c->step != 0 && channel_member(c->uid, room) == 0 &&
	        !oper_may(c->uid, PRIV_SEE)))
		return sync_end(c);
	seen_rooms(c, &seen);
	for (; d < state->metadata.high && d < end &&
	     reply_size() < REPLY_STEP; d++)
		if (metadata[d].owner != 0 && wants(c, d) &&
		    is_asked(c, &seen, d, room))
			tell(c, metadata[d].kind == METADATUM_ROOM
			        ? rooms[metadata[d].owner].name
			        : metadata_name(metadata[d].owner), d);
	if (d >= state->metadata.high)
		return sync_end(c);
	c->step = STEP_BEGUN;
	c->cursor = d;
	return CMD_MORE;
}
