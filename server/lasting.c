/* SPDX-License-Identifier: ISC */
/*
 * Rooms that last: fetched from the store when they are needed, and the ranks
 * that accounts have in them.
 *
 * While a room is being fetched it is in the segment without members; who
 * fetches it is noted, everybody else waits, and if it dies the next one
 * begins again.  With the store out of order a room is made as if it were
 * none that lasts; it is then "unsure", and asked for when the store is
 * back.  If it turns out to be somebody's, its settings come to it, who is
 * more there than by account is so no longer, and who could not have come in
 * has to go.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../irc/message.h"
#include "../irc/mode.h"
#include "ask.h"
#include "channel.h"
#include "deliver.h"
#include "lasting.h"
#include "op_room.h"
#include "registry.h"
#include "secure.h"
#include "words.h"
#include "worker.h"

enum {
	IDLE_SCAN = 20000,     /* rooms looked at for one that can go */
	PART_SHIFT = 56,       /* the cursor: part of the room, row of it */
};

/* ---- ranks ---- */

int
lasting_is_founder(uint32_t r, const char *account)
{
	return account[0] != '\0' && (rooms[r].modes & ROOM_REGISTERED) &&
	    name_cmp(rooms[r].founder, account) == 0;
}

uint32_t
lasting_rank(uint32_t r, const char *account)
{
	uint32_t b;

	if (account[0] == '\0' || !(rooms[r].modes & ROOM_REGISTERED))
		return 0;
	if (lasting_is_founder(r, account))
		return MEMBER_FOUNDER;
	b = room_access(r, account);
	return b != 0 ? bans[b].rank : 0;
}

/* Begins the event KIND of ChanServ doing WORD with R and what is in TEXT. */
static struct envelope *
chanserv_event(struct command *c, enum event_kind kind, uint32_t r,
    const char *word, const char *text)
{
	struct envelope *e = command_event(c, (int)kind);
	uint32_t source = e->source;

	event_target_room(e, r);
	e->source = 0; /* or the line would have its account */
	event_line(e, ":ChanServ!ChanServ@%s %s %s %s", config->name, word,
	    rooms[r].name, text);
	if (channel_member(c->uid, r) == 0)
		return e;
	e->source = source; /* it is told in its reply */
	reply_event(c);
	return e;
}

void
lasting_mode(struct command *c, uint32_t r, const char *modes)
{
	chanserv_event(c, EVENT_TO_ROOM, r, "MODE", modes);
}

int
lasting_give(struct command *c, uint32_t m, int less)
{
	const struct user *u = &users[members[m].user];
	uint32_t wants = lasting_rank(members[m].room, u->account);
	uint32_t has = members[m].flags & MEMBER_RANKS;
	uint32_t bit = wants & ~has;
	char modes[NAME_NICK + 8], sign = '+';
	const struct mode *mode;
	struct op *op;

	if (bit == 0 && less) {
		bit = has & ~wants;
		sign = '-';
	}
	if (bit == 0 || (members[m].flags & MEMBER_GONE))
		return 0;
	mode = mode_of_bit(bit); /* the highest of them */
	bit = mode->bit;
	snprintf(modes, sizeof(modes), "%c%c %s", sign, mode->letter, u->nick);
	lasting_mode(c, members[m].room, modes);
	op = command_op(c, OP_MEMBER, m);
	op->b = sign == '+' ? bit : 0;
	op->c = sign == '+' ? 0 : bit;
	op->x = members[m].user;
	return 1;
}

/* ---- places ---- */

/* A room that nobody is in, and that the store has. */
static int
is_idle(uint32_t r)
{
	const struct room *x = &rooms[r];

	return x->live && x->count == 0 && (x->modes & ROOM_REGISTERED) &&
	    x->loading == 0 &&
	    x->saved == ((uint64_t)x->gen << 32 | x->change);
}

static uint32_t
idle_find(void)
{
	static uint32_t hand;
	uint32_t n;

	for (n = 0; n < IDLE_SCAN && n < state->rooms.high; n++) {
		if (++hand >= state->rooms.high)
			hand = 1;
		if (is_idle(hand))
			return hand;
	}
	return 0;
}

int
lasting_place(struct command *c)
{
	int full = state->rooms.used >= config->max_rooms;
	uint32_t r = 0;

	/* their lists need places as well */
	if (full || state->bans.used > state->max_bans / 2 ||
	    state->metadata.used > state->max_metadata / 2)
		r = idle_find();
	if (r != 0)
		command_op(c, OP_ROOM_EVICT, r);
	return r != 0 || !full;
}

/* ---- fetching ---- */

/* Whether somebody else is fetching room R. */
static int
is_fetched(const struct command *c, uint32_t r)
{
	uint32_t i = rooms[r].loading;
	const struct session *s = &sessions[i];

	return i != 0 && i < state->max_sessions && i != c->sid &&
	    s->gen == rooms[r].loading_gen && s->state == SESSION_LIVE &&
	    s->step != 0;
}

/* The store cannot be asked. */
static enum command_result
unknown(struct command *c, uint32_t r, const char *name, int *unsure)
{
	if (r != 0 && rooms[r].loading != 0) {
		/* half of it is of no use */
		command_op(c, rooms[r].count == 0 ? OP_ROOM_EVICT
		                                  : OP_ROOM_UNREGISTER, r);
		c->cursor = 0;
		return CMD_MORE;
	}
	if (r == 0) {
		*unsure = 1;
		reply_line(c, ":%s WARN %s TEMPORARILY_UNAVAILABLE %s :%s",
		    config->name, c->row->name, word_or_star(name),
		    "Nobody can tell whether this room is registered");
	}
	return CMD_ANSWERED;
}

/* Whether membership M of R can do more there than its account may. */
static int
is_squatter(uint32_t r, uint32_t m)
{
	enum rank is = mode_rank(members[m].flags);

	return is >= RANK_HALFOP && !(members[m].flags & MEMBER_GONE) &&
	    is > mode_rank(lasting_rank(r, users[members[m].user].account));
}

/* Whether membership M of R is one that R would not have let in.  A key nobody
 * has had to give. */
static int
is_intruder(uint32_t r, uint32_t m)
{
	uint32_t modes = rooms[r].modes, u = members[m].user;
	int guest = users[u].account[0] == '\0';

	return !(members[m].flags & MEMBER_GONE) &&
	    lasting_rank(r, users[u].account) == 0 &&
	    ((modes & ROOM_KEY) || ((modes & ROOM_ACCOUNTS) && guest) ||
		((modes & ROOM_INVITE_ONLY) && !channel_is_expected(r, u)) ||
		((modes & ROOM_SECURE) && !secure_never_plain(u)) ||
		channel_ban(r, u, 0) != 0);
}

/* The first of R's members of whom IS is true. */
static uint32_t
member_find(uint32_t r, int (*is)(uint32_t r, uint32_t m))
{
	uint32_t m;
	unsigned w;

	for (w = 1; w <= state->nworker; w++)
		for (m = room_list(r, w)->first; m != 0;
		     m = members[m].room_next)
			if (is(r, m))
				return m;
	return 0;
}

/* ChanServ kicks membership M out of R. */
static void
expel(struct command *c, uint32_t r, uint32_t m)
{
	char text[NAME_NICK + 80];
	struct op *op;

	snprintf(text, sizeof(text), "%s :This room is registered, and not "
	    "for everybody", users[members[m].user].nick);
	chanserv_event(c, EVENT_KICK, r, "KICK", text)->extra =
	    members[m].user;
	op = command_op(c, OP_MEMBER, m);
	op->b = MEMBER_GONE;
	op->x = members[m].user;
}

static enum command_result
settle(struct command *c, uint32_t r)
{
	uint32_t m;

	if ((m = member_find(r, is_intruder)) != 0)
		expel(c, r, m);
	else if ((m = member_find(r, is_squatter)) != 0)
		lasting_give(c, m, 1);
	else
		command_op(c, OP_ROOM_SURE, r);
	return CMD_MORE;
}

/* The store knows none of that name. */
static enum command_result
none(struct command *c, uint32_t r)
{
	if (r == 0)
		return CMD_ANSWERED;
	if (rooms[r].modes & ROOM_REGISTERED)
		command_op(c, OP_ROOM_UNREGISTER, r);
	else
		command_op(c, OP_ROOM_SURE, r);
	c->cursor = 0;
	return CMD_MORE;
}

/* A part of the room is there: it is taken, and the next one asked for. */
static enum command_result
part(struct command *c, const char *name, int first)
{
	struct op *op = command_op(c, OP_ROOM_LOAD, c->s->answer);
	unsigned long long where, row;
	char *line;

	op->b = c->sid;
	op->c = first ? LOAD_FIRST | LOAD_LAST : LOAD_LAST;
	op->x = wall_ms / 1000;
	op_text(op, name);
	c->cursor = 0;
	while ((line = ask_line(c)) != NULL)
		if (sscanf(line, "MORE %*[0-9].%llu.%llu", &where, &row) == 2) {
			c->cursor = where << PART_SHIFT | row;
			op->c &= ~(uint32_t)LOAD_LAST;
		}
	return CMD_MORE;
}

static enum command_result
answered(struct command *c, uint32_t r, const char *name, int *unsure)
{
	const char *line = ask_line(c);

	if (line == NULL)
		return unknown(c, r, name, unsure);
	if (strncmp(line, "FAIL ROOM NOT_REGISTERED ", 25) == 0)
		return none(c, r);
	if (strncmp(line, "FAIL ", 5) == 0)
		return unknown(c, r, name, unsure);
	if (r == 0 && !lasting_place(c)) {
		reply(c, ERR_UNAVAILRESOURCE, name);
		return CMD_DONE;
	}
	c->answered = 0; /* all of it is for the op */
	return part(c, name, strncmp(line, "ROOM ", 5) == 0);
}

enum command_result
lasting_look(struct command *c, const char *name, int *unsure)
{
	uint32_t r = registry_find_room(name);
	enum command_result result;

	*unsure = 0;
	if (r != 0 && rooms[r].loading == 0) {
		if (!rooms[r].unsure)
			return CMD_ANSWERED;
		if (rooms[r].modes & ROOM_REGISTERED)
			return settle(c, r);
	}
	if (r != 0 && is_fetched(c, r))
		return CMD_WAIT;
	if (atomic_load(&state->store.state) == STORE_OFF)
		return CMD_ANSWERED;
	if (c->s->answer == 0 && !store_accepts())
		return unknown(c, r, name, unsure);
	result = ask(c, "ROOM SHOW %s 0.%llu.%llu", name,
	    (unsigned long long)(c->cursor >> PART_SHIFT),
	    (unsigned long long)(c->cursor &
	        ((UINT64_C(1) << PART_SHIFT) - 1)));
	return result != CMD_ANSWERED ? result : answered(c, r, name, unsure);
}

/* ---- after a login ---- */

static enum command_result
give_ranks(struct command *c)
{
	uint32_t m;

	for (m = c->u->members; m != 0; m = members[m].user_next)
		if (lasting_give(c, m, 0))
			return CMD_DONE;
	command_op(c, OP_RANKED, c->uid);
	return CMD_DONE;
}

int
lasting_ranks(uint32_t i)
{
	static const struct command_row row = { "MODE", give_ranks, 0,
		CMD_LOCK, 0, NULL };
	struct session *s = &sessions[i];
	struct command c = { .sid = i, .uid = s->user, .s = s,
		.u = &users[s->user], .row = &row };

	if (s->step != 0 || !(c.u->flags & USER_UNRANKED))
		return 0;
	return command_own(&c);
}
