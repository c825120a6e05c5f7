/* SPDX-License-Identifier: ISC */
/*
 * MODE of a room: shows and changes its modes, its lists, and the ranks of its
 * members.  A command's changes are looked at one after the other, each by the
 * function of its kind (irc/mode.h); what they come to is told in one line
 * and done by one set of ops, under the registry lock.
 *
 * The table of modes says which rank a change needs; nobody changes what is
 * above its own.  Lists are shown after the changes, in steps.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../irc/extban.h"
#include "../irc/mode.h"
#include "channel.h"
#include "deliver.h"
#include "handlers.h"
#include "registry.h"
#include "secure.h"
#include "words.h"
#include "worker.h"

enum { ARGS_MAX = 330 /* what fits the line with the longest source */ };

/* What a MODE command comes to: the bits, and the line that tells it. */
struct changes {
	uint32_t r;
	uint32_t set, clear;
	unsigned params;           /* changes that took a parameter */
	char sign;                 /* of the last letter written */
	char letters[64], args[MESSAGE_LINE];
};

static void
changed(struct changes *x, const struct mode_change *ch, const char *arg)
{
	size_t n = strlen(x->letters), a = strlen(x->args);
	char sign = ch->adding ? '+' : '-';

	if (n + 3 > sizeof(x->letters))
		return;
	if (x->sign != sign)
		x->letters[n++] = sign;
	x->sign = sign;
	x->letters[n++] = ch->letter;
	x->letters[n] = '\0';
	if (arg != NULL)
		snprintf(x->args + a, sizeof(x->args) - a, " %s", arg);
}

/* Whether a member of R has a connection that is not secure. */
static int
has_plain(uint32_t r)
{
	uint32_t m;
	unsigned w;

	for (w = 1; w <= state->nworker; w++)
		for (m = room_list(r, w)->first; m != 0;
		     m = members[m].room_next)
			if (!(members[m].flags & MEMBER_GONE) &&
			    !secure_never_plain(members[m].user))
				return 1;
	return 0;
}

static void
mode_flag(struct command *c, struct changes *x, const struct mode_change *ch)
{
	uint32_t now = (rooms[x->r].modes | x->set) & ~x->clear;

	if (((now & ch->mode->bit) != 0) == ch->adding)
		return;
	if (ch->mode->bit == ROOM_REGISTERED) {
		reply(c, ERR_INVALIDMODEPARAM, rooms[x->r].name, 'r', "*",
		    "ChanServ does that");
		return;
	}
	if (ch->mode->bit == ROOM_SECURE && ch->adding && has_plain(x->r)) {
		reply(c, ERR_ALLMUSTSSL, rooms[x->r].name);
		return;
	}
	if (ch->adding) {
		x->set |= ch->mode->bit;
		x->clear &= ~ch->mode->bit;
	} else {
		x->clear |= ch->mode->bit;
		x->set &= ~ch->mode->bit;
	}
	changed(x, ch, NULL);
}

static int
key_is_valid(const char *key)
{
	const char *p;

	if (key[0] == '\0' || key[0] == ':' || strlen(key) > KEY_MAX)
		return 0;
	for (p = key; *p != '\0'; p++)
		if ((unsigned char)*p <= ' ' || *p == ',' || *p == 0x7f)
			return 0;
	return 1;
}

static void
mode_key(struct command *c, struct changes *x, const struct mode_change *ch)
{
	struct mode_change with = *ch;

	if (!ch->adding) {
		if (!(rooms[x->r].modes & ROOM_KEY))
			return;
		x->clear |= ROOM_KEY;
		x->set &= ~ROOM_KEY;
		changed(x, &with, "*");
		return;
	}
	if (ch->param == NULL) {
		reply(c, ERR_NEEDMOREPARAMS, "MODE");
		return;
	}
	if (!key_is_valid(ch->param)) {
		reply(c, ERR_INVALIDMODEPARAM, rooms[x->r].name, 'k', "*",
		    "Key is not well-formed");
		return;
	}
	op_text(command_op(c, OP_ROOM_KEY, x->r), ch->param);
	x->set |= ROOM_KEY;
	x->clear &= ~ROOM_KEY;
	changed(x, &with, ch->param);
}

/* ---- modes with a parameter to set ---- */

static int
wrong_param(struct command *c, const struct changes *x,
    const struct mode_change *ch, const char *why)
{
	reply(c, ERR_INVALIDMODEPARAM, rooms[x->r].name, ch->letter, "*", why);
	return 0;
}

/* Each replies what is wrong and returns 0, or writes what is told into TEXT,
 * adds its op, and returns 1. */
typedef int set_fn(struct command *c, struct changes *x,
    const struct mode_change *ch, char *text, size_t size);

static int
set_limit(struct command *c, struct changes *x, const struct mode_change *ch,
    char *text, size_t size)
{
	char *end;
	long n = strtol(ch->param, &end, 10);

	if (*end != '\0' || n < 1 || n > 1000000000)
		return wrong_param(c, x, ch, "Limit is not a positive number");
	command_op(c, OP_ROOM_LIMIT, x->r)->b = (uint32_t)n;
	snprintf(text, size, "%ld", n);
	return 1;
}

/* "joins:seconds" */
static int
set_throttle(struct command *c, struct changes *x,
    const struct mode_change *ch, char *text, size_t size)
{
	char *end, *last;
	long n = strtol(ch->param, &end, 10), time;
	struct op *op;

	time = *end == ':' ? strtol(end + 1, &last, 10) : 0;
	if (*end != ':' || *last != '\0' || n < 1 || n > THROTTLE_MOST ||
	    time < 1 || time > THROTTLE_MOST)
		return wrong_param(c, x, ch, "Throttle is not JOINS:SECONDS");
	op = command_op(c, OP_ROOM_THROTTLE, x->r);
	op->b = (uint32_t)n;
	op->c = (uint32_t)time;
	snprintf(text, size, "%ld:%ld", n, time);
	return 1;
}

/* Whoever sends people to a room has to have a say there. */
static int
set_forward(struct command *c, struct changes *x, const struct mode_change *ch,
    char *text, size_t size)
{
	uint32_t to = registry_find_room(ch->param);

	if (to == 0 || to == x->r || !may_see_room(c, to))
		return wrong_param(c, x, ch, "There is no such other channel");
	if (!channel_is_operator(c, to)) {
		reply(c, ERR_CHANOPRIVSNEEDED, rooms[to].name);
		return 0;
	}
	op_text(command_op(c, OP_ROOM_FORWARD, x->r), rooms[to].name);
	snprintf(text, size, "%s", rooms[to].name);
	return 1;
}

/* What else there is to show of them, and to hide from who is no member. */
static int
show_key(const struct room *r, char *buf, size_t size)
{
	return snprintf(buf, size, " %s", r->key);
}

static int
show_limit(const struct room *r, char *buf, size_t size)
{
	return snprintf(buf, size, " %u", r->limit);
}

static int
show_throttle(const struct room *r, char *buf, size_t size)
{
	return snprintf(buf, size, " %u:%u", r->throttle, r->throttle_time);
}

static int
show_forward(const struct room *r, char *buf, size_t size)
{
	return snprintf(buf, size, " %s", r->forward);
}

static const struct setting {
	uint32_t bit;
	set_fn *set;       /* NULL: not of kind MODE_SET */
	int (*show)(const struct room *r, char *buf, size_t size);
	int hidden;
} settings[] = {
	{ ROOM_FORWARD, set_forward, show_forward, 1 },
	{ ROOM_KEY, NULL, show_key, 1 },
	{ ROOM_LIMIT, set_limit, show_limit, 0 },
	{ ROOM_THROTTLE, set_throttle, show_throttle, 0 },
	{ 0, NULL, NULL, 0 },
};

static const struct setting *
setting_of(uint32_t bit)
{
	const struct setting *s = settings;

	while (s->bit != 0 && s->bit != bit)
		s++;
	return s;
}

static void
mode_set(struct command *c, struct changes *x, const struct mode_change *ch)
{
	char text[NAME_CHANNEL + 16];

	if (!ch->adding) {
		mode_flag(c, x, ch);
		return;
	}
	if (ch->param == NULL) {
		reply(c, ERR_NEEDMOREPARAMS, "MODE");
		return;
	}
	if (!setting_of(ch->mode->bit)->set(c, x, ch, text, sizeof(text)))
		return;
	x->set |= ch->mode->bit;
	x->clear &= ~ch->mode->bit;
	changed(x, ch, text);
}

/* ---- lists ---- */

/* The entry MASK of a list; 0: none. */
static uint32_t
entry_of(uint32_t r, uint32_t list, const char *mask)
{
	uint32_t b;

	for (b = rooms[r].bans; b != 0; b = bans[b].next)
		if (bans[b].list == list && name_cmp(bans[b].mask, mask) == 0)
			break;
	return b;
}

static void
mode_list(struct command *c, struct changes *x, const struct mode_change *ch)
{
	char mask[MASK_MAX + 1];
	struct op *op;
	uint32_t b;

	if (extban_complete(mask, sizeof(mask), ch->param) != 0) {
		wrong_param(c, x, ch, "Mask is not well-formed or too long");
		return;
	}
	b = entry_of(x->r, ch->mode->bit, mask);
	if ((b != 0) == ch->adding)
		return;
	if (ch->adding &&
	    (rooms[x->r].nbans + x->params > BANS_MAX ||
		state->bans.used + MODES_MAX >= state->max_bans)) {
		reply(c, ERR_BANLISTFULL, rooms[x->r].name, mask);
		return;
	}
	op = command_op(c, ch->adding ? OP_BAN_ADD : OP_BAN_DEL, x->r);
	op->b = ch->mode->bit;
	op_text(op, mask);
	op_text2(op, source_of(c->uid));
	op->x = wall_ms / 1000;
	changed(x, ch, b != 0 ? bans[b].mask : mask);
}

#define ENTRY(b) rooms[bans[b].room].name, bans[b].mask, bans[b].setter, \
	(long long)bans[b].time

static void
show_ban(struct command *c, uint32_t r, uint32_t b)
{
	if (b != 0)
		reply(c, RPL_BANLIST, ENTRY(b));
	else
		reply(c, RPL_ENDOFBANLIST, rooms[r].name);
}

static void
show_except(struct command *c, uint32_t r, uint32_t b)
{
	if (b != 0)
		reply(c, RPL_EXCEPTLIST, ENTRY(b));
	else
		reply(c, RPL_ENDOFEXCEPTLIST, rooms[r].name);
}

static void
show_invex(struct command *c, uint32_t r, uint32_t b)
{
	if (b != 0)
		reply(c, RPL_INVEXLIST, ENTRY(b));
	else
		reply(c, RPL_ENDOFINVEXLIST, rooms[r].name);
}

/* Each shows entry B, or with 0 the end.  Bans are for everybody's eyes. */
static const struct list_row {
	uint32_t list;
	enum rank needs;
	void (*show)(struct command *c, uint32_t r, uint32_t b);
} lists[] = {
	{ ROOM_BAN, RANK_NONE, show_ban },
	{ ROOM_EXCEPT, RANK_HALFOP, show_except },
	{ ROOM_INVEX, RANK_HALFOP, show_invex },
};

enum { LISTS = sizeof(lists) / sizeof(lists[0]) };

/* The lists that C wants to see. */
static uint32_t
lists_wanted(const struct command *c)
{
	struct mode_parser p = { .table = mode_channel,
		.modes = c->m.param[1], .params = (char **)&c->m.param[2] };
	struct mode_change ch;
	uint32_t wanted = 0;

	while (mode_next(&p, &ch))
		if (ch.mode != NULL && ch.mode->kind == MODE_LIST &&
		    ch.param == NULL)
			wanted |= ch.mode->bit;
	return wanted;
}

/* Shows a list from the cursor on, which counts its entries.  Returns 1 at its
 * end. */
static int
list_show(struct command *c, uint32_t r, const struct list_row *l)
{
	uint64_t n = 0;
	uint32_t b;

	for (b = rooms[r].bans; b != 0; b = bans[b].next) {
		if (bans[b].list != l->list || n++ < c->cursor)
			continue;
		if (reply_size() >= REPLY_STEP / 4) {
			c->cursor = n - 1;
			return 0;
		}
		l->show(c, r, b);
	}
	l->show(c, r, 0);
	c->cursor = 0;
	return 1;
}

/* The step counts the lists. */
static enum command_result
lists_show(struct command *c, uint32_t r)
{
	uint32_t i, wanted = lists_wanted(c);

	for (i = c->step; i < LISTS; i++) {
		c->step = i;
		if (!(wanted & lists[i].list))
			continue;
		if (channel_rank(c, r) < lists[i].needs)
			reply(c, ERR_CHANOPRIVSNEEDED, rooms[r].name);
		else if (!list_show(c, r, &lists[i])) {
			c->step = i + LISTS; /* not 0: it has begun */
			return CMD_MORE;
		}
	}
	return CMD_DONE;
}

/* ---- ranks ---- */

/* Whether C's user may change by CH what the member of X's room with FLAGS is:
 * one may always give up what one has. */
static int
may_rank(const struct command *c, const struct changes *x,
    const struct mode_change *ch, uint32_t u, uint32_t flags)
{
	enum rank own = channel_rank(c, x->r);

	return (u == c->uid && !ch->adding) ||
	    (own >= ch->mode->needs && own >= mode_rank(flags));
}

static void
mode_member(struct command *c, struct changes *x, const struct mode_change *ch)
{
	uint32_t u, m;
	struct op *op;

	if (ch->param == NULL)
		return;
	if ((u = registry_find_nick(ch->param)) == 0) {
		reply(c, ERR_NOSUCHNICK, word_or_star(ch->param));
		return;
	}
	if ((m = channel_member(u, x->r)) == 0) {
		reply(c, ERR_USERNOTINCHANNEL, users[u].nick, rooms[x->r].name);
		return;
	}
	if (!may_rank(c, x, ch, u, members[m].flags)) {
		reply(c, ERR_CHANOPRIVSNEEDED, rooms[x->r].name);
		return;
	}
	if (((members[m].flags & ch->mode->bit) != 0) == ch->adding)
		return;
	op = command_op(c, OP_MEMBER, m);
	op->b = ch->adding ? ch->mode->bit : 0;
	op->c = ch->adding ? 0 : ch->mode->bit;
	op->x = u;
	changed(x, ch, users[u].nick);
}

static void (*const mode_by_kind[])(struct command *, struct changes *,
    const struct mode_change *) = {
	[MODE_LIST] = mode_list,
	[MODE_ALWAYS] = mode_key,
	[MODE_SET] = mode_set,
	[MODE_FLAG] = mode_flag,
	[MODE_MEMBER] = mode_member,
};

/* Whether one may try at all; whoever has any rank may give it up. */
static int
may_change(const struct command *c, uint32_t r, const struct mode_change *ch)
{
	enum rank own = channel_rank(c, r);

	return own >= ch->mode->needs ||
	    (own > RANK_NONE && ch->mode->kind == MODE_MEMBER && !ch->adding);
}

static void
changes_tell(struct command *c, const struct changes *x)
{
	struct envelope *e;
	struct op *op;

	if (x->letters[0] == '\0')
		return;
	if (x->set != 0 || x->clear != 0) {
		op = command_op(c, OP_ROOM_MODES, x->r);
		op->b = x->set;
		op->c = x->clear;
	}
	e = command_event(c, EVENT_TO_ROOM);
	event_target_room(e, x->r);
	event_line(e, ":%s MODE %s %s%s", source_of(c->uid), rooms[x->r].name,
	    x->letters, x->args);
	reply_event(c);
}

/* LETTER if it may stand in a line as a word of its own, else a star. */
static char
letter_or_star(char letter)
{
	return letter > ' ' && letter < 0x7f && letter != ':' ? letter : '*';
}

static void
modes_change(struct command *c, uint32_t r)
{
	struct mode_parser p = { .table = mode_channel,
		.modes = c->m.param[1], .params = &c->m.param[2] };
	struct changes x = { .r = r };
	struct mode_change ch;
	int refused = 0;

	while (mode_next(&p, &ch)) {
		if (ch.mode == NULL) {
			reply(c, ERR_UNKNOWNMODE, letter_or_star(ch.letter));
			continue;
		}
		if (ch.mode->kind == MODE_LIST && ch.param == NULL)
			continue; /* lists_show() */
		if (!may_change(c, r, &ch)) {
			if (refused++ == 0)
				reply(c, ERR_CHANOPRIVSNEEDED, rooms[r].name);
			continue;
		}
		if (ch.param != NULL &&
		    (++x.params > MODES_MAX ||
			strlen(x.args) + strlen(ch.param) > ARGS_MAX))
			continue;
		mode_by_kind[ch.mode->kind](c, &x, &ch);
	}
	changes_tell(c, &x);
}

static void
modes_show(struct command *c, uint32_t r)
{
	const struct room *x = &rooms[r];
	char letters[40] = "+", args[192] = "", all[240];
	int inside = channel_member(c->uid, r) != 0;
	const struct setting *s;
	const struct mode *m;
	size_t n = 1, a = 0;

	for (m = mode_channel; m->letter != 0; m++) {
		if (m->kind == MODE_LIST || m->kind == MODE_MEMBER ||
		    !(x->modes & m->bit))
			continue;
		letters[n++] = m->letter;
		s = setting_of(m->bit);
		if (s->hidden && !inside)
			a += (size_t)snprintf(
			    args + a, sizeof(args) - a, " *");
		else if (s->show != NULL)
			a += (size_t)s->show(x, args + a, sizeof(args) - a);
	}
	letters[n] = '\0';
	snprintf(all, sizeof(all), "%s%s", letters, args);
	reply(c, RPL_CHANNELMODEIS, x->name, all);
	reply(c, RPL_CREATIONTIME, x->name, (long long)x->created);
}

enum command_result
cmd_mode(struct command *c)
{
	uint32_t r;

	if (!name_looks_channel(c->m.param[0]))
		return cmd_user_mode(c);
	r = registry_find_room(c->m.param[0]);
	if (r == 0 || !may_see_room(c, r)) {
		reply(c, ERR_NOSUCHCHANNEL, word_or_star(c->m.param[0]));
		return CMD_DONE;
	}
	if (c->m.nparam < 2) {
		modes_show(c, r);
		return CMD_DONE;
	}
	if (c->step == 0)
		modes_change(c, r);
	else
		c->step -= LISTS;
	return lists_show(c, r);
}
