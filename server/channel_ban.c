/* SPDX-License-Identifier: ISC */
/*
 * Whom the lists of a room match: bans, exceptions from them, invite
 * exceptions; and bans that end by themselves.
 *
 * A ban whose time is over keeps nobody out from that second on; who is in the
 * room can speak once it is taken out of the list, for that was looked up
 * before.  This is done, and the room told, within about a second: by a worker
 * that has a member of the room, as a step of that member's session, so that it
 * is done once whoever dies; where nobody is, by anybody.  state->ban_ends says
 * when there is something to look for.
 */
#include <stdio.h>
#include <string.h>

#include "../irc/extban.h"
#include "channel.h"
#include "cloak.h"
#include "deliver.h"
#include "device.h"
#include "registry.h"
#include "worker.h"

enum {
	ENDED_AT_ONCE = 8,     /* bans taken away in a turn */
	MEMBERS_ASKED = 64,    /* for one who can do it */
};

/* ---- whom they match ---- */

/* Of secret rooms a ban tells nothing. */
static int
whom_in_room(const struct extban_whom *whom, const char *name, char prefix)
{
	uint32_t r = registry_find_room(name), m;

	if (r == 0 || (rooms[r].modes & ROOM_SECRET) ||
	    (m = channel_member(whom->user, r)) == 0)
		return 0;
	return prefix == 0 ||
	    mode_rank(members[m].flags) >= mode_of_prefix(prefix);
}

static struct extban_whom
whom_of(uint32_t u)
{
	return (struct extban_whom) { .source = source_of(u),
		/* not the address: who has a room could find out anybody's */
		.hidden = cloak_hidden(u, NULL),
		.account = users[u].account, .real = users[u].real,
		.in_room = whom_in_room, .user = u };
}

/* Whether entry B holds now, for one who speaks or one who comes. */
static int
entry_matches(uint32_t b, const struct extban_whom *whom, int speaking)
{
	struct extban x;

	if (bans[b].until != 0 && bans[b].until <= wall_ms / 1000)
		return 0;
	extban_parse(&x, bans[b].mask);
	return (speaking || !x.mute) && extban_match(&x, whom);
}

/* The first entry of LIST that does; 0: none. */
static uint32_t
list_match(uint32_t r, uint32_t list, const struct extban_whom *whom,
    int speaking)
{
	uint32_t b;

	for (b = rooms[r].bans; b != 0; b = bans[b].next)
		if (bans[b].list == list && entry_matches(b, whom, speaking))
			return b;
	return 0;
}

uint32_t
channel_ban(uint32_t r, uint32_t u, int speaking)
{
	struct extban_whom whom;
	uint32_t b;

	if (rooms[r].bans == 0)
		return 0;
	whom = whom_of(u);
	b = list_match(r, ROOM_BAN, &whom, speaking);
	return b != 0 && list_match(r, ROOM_EXCEPT, &whom, speaking) == 0 ? b
	                                                                  : 0;
}

int
channel_is_expected(uint32_t r, uint32_t u)
{
	struct extban_whom whom = whom_of(u);

	return list_match(r, ROOM_INVEX, &whom, 0) != 0;
}

/* ---- those that end ---- */

static uint32_t
ended_in(uint32_t r)
{
	uint32_t b;

	for (b = rooms[r].bans; b != 0; b = bans[b].next)
		if (bans[b].until != 0 && bans[b].until <= wall_ms / 1000)
			return b;
	return 0;
}

static uint32_t ending; /* the room whose ban is taken away */

static const struct mode *
mode_of_list(uint32_t list)
{
	const struct mode *m;

	for (m = mode_channel; m->letter != 0; m++)
		if (m->kind == MODE_LIST && m->bit == list)
			break;
	return m;
}

/* A step of a member: one ban of the room, and the line that tells it. */
static enum command_result
end_told(struct command *c)
{
	uint32_t r = ending, b = ended_in(r), source = c->uid;
	struct envelope *e;
	struct op *op;

	if (!rooms[r].live || b == 0 || channel_member(c->uid, r) == 0)
		return CMD_DONE;
	e = command_event(c, EVENT_TO_ROOM);
	event_target_room(e, r);
	e->source = 0; /* it is the server's */
	event_line(e, ":%s MODE %s -%c %s", config->name, rooms[r].name,
	    mode_of_list(bans[b].list)->letter, bans[b].mask);
	e->source = source;
	reply_event(c);
	op = command_op(c, OP_BAN_DEL, r);
	op->b = bans[b].list;
	op_text(op, bans[b].mask);
	return CMD_DONE;
}

/* Whether a step that no line asked for may be run for session I now. */
static int
is_free(uint32_t i)
{
	const struct session *s = &sessions[i];

	return s->state == SESSION_LIVE && s->step == 0 && s->asked == 0 &&
	    s->answer == 0 && !device_is_pending(s) &&
	    !(s->flags & SESSION_OVERFLOW);
}

/* Lets a member who lives here end one ban of R.  Returns 0 when nobody can
 * now. */
static int
end_by_member(uint32_t r)
{
	static const struct command_row row = { "MODE", end_told, 0, CMD_LOCK,
		0, NULL };
	uint32_t m, i, n = 0;

	for (m = room_list(r, my_id)->first; m != 0 && n++ < MEMBERS_ASKED;
	     m = members[m].room_next) {
		i = members[m].session;
		if ((members[m].flags & MEMBER_GONE) || !is_free(i))
			continue;
		struct command c = { .sid = i, .uid = members[m].user,
			.s = &sessions[i], .u = &users[members[m].user],
			.row = &row };
		ending = r;
		return command_own(&c);
	}
	return 0;
}

/* Nobody is there to be told. */
static void
end_untold(uint32_t r)
{
	uint32_t b;

	while ((b = ended_in(r)) != 0) {
		struct op op = { .kind = OP_BAN_DEL, .a = r,
			.b = bans[b].list };
		op_text(&op, bans[b].mask);
		op_apply_all(&op, 1);
	}
}

/* The next room that has one, here or nowhere; *NEXT becomes the second when
 * the first of all ends, which another worker may have to see to, 0 never. */
static uint32_t
ended_find(uint32_t *next)
{
	uint64_t now = wall_ms / 1000, at;
	uint32_t i, r = 0;

	*next = 0;
	for (i = 1; i < state->bans.high; i++) {
		if (bans[i].room == 0 || (at = bans[i].until) == 0)
			continue;
		if (at <= now) {
			if (r == 0 && (rooms[bans[i].room].count == 0 ||
			        room_list(bans[i].room, my_id)->first != 0))
				r = bans[i].room;
		}
		if (*next == 0 || at < *next)
			*next = (uint32_t)at;
	}
	return r;
}

void
channel_bans_end(void)
{
	static uint64_t looked;
	uint32_t r = 1, next = atomic_load(&state->ban_ends);
	int n, alone;

	if (next == 0 || next > wall_ms / 1000 || looked == wall_ms / 1000)
		return;
	looked = wall_ms / 1000;
	for (n = 0; n < ENDED_AT_ONCE && r != 0; n++) {
		registry_lock();
		r = ended_find(&next);
		atomic_store(&state->ban_ends, next);
		alone = r != 0 && rooms[r].count == 0;
		if (alone)
			end_untold(r);
		registry_unlock();
		if (r != 0 && !alone && !end_by_member(r))
			return;
	}
}
