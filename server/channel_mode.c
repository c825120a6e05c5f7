/* SPDX-License-Identifier: ISC */
/*
 * MODE of a room: shows and changes its modes, its bans, and the ranks of its
 * members.  A command's changes are looked at one after the other, each by the
 * function of its kind (irc/mode.h); what they come to is told in one line
 * and done by one set of ops, under the registry lock.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../irc/mask.h"
#include "../irc/mode.h"
#include "channel.h"
#include "deliver.h"
#include "handlers.h"
#include "registry.h"
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

static void
mode_limit(struct command *c, struct changes *x, const struct mode_change *ch)
{
	char text[16], *end;
	long n;

	if (!ch->adding) {
		mode_flag(c, x, ch);
		return;
	}
	if (ch->param == NULL) {
		reply(c, ERR_NEEDMOREPARAMS, "MODE");
		return;
	}
	n = strtol(ch->param, &end, 10);
	if (*end != '\0' || n < 1 || n > 1000000000) {
		reply(c, ERR_INVALIDMODEPARAM, rooms[x->r].name, 'l', "*",
		    "Limit is not a positive number");
		return;
	}
	command_op(c, OP_ROOM_LIMIT, x->r)->b = (uint32_t)n;
	x->set |= ROOM_LIMIT;
	x->clear &= ~ROOM_LIMIT;
	snprintf(text, sizeof(text), "%ld", n);
	changed(x, ch, text);
}

static void
bans_show(struct command *c, uint32_t r)
{
	uint32_t b;

	for (b = rooms[r].bans; b != 0; b = bans[b].next)
		reply(c, RPL_BANLIST, rooms[r].name, bans[b].mask,
		    bans[b].setter, (long long)bans[b].time);
	reply(c, RPL_ENDOFBANLIST, rooms[r].name);
}

static int
has_ban(uint32_t r, const char *mask)
{
	uint32_t b;

	for (b = rooms[r].bans; b != 0; b = bans[b].next)
		if (name_cmp(bans[b].mask, mask) == 0)
			return 1;
	return 0;
}

static void
mode_ban(struct command *c, struct changes *x, const struct mode_change *ch)
{
	char mask[MASK_MAX + 1];
	struct op *op;

	if (mask_complete(mask, sizeof(mask), ch->param) != 0) {
		reply(c, ERR_INVALIDMODEPARAM, rooms[x->r].name, 'b', "*",
		    "Mask is not well-formed or too long");
		return;
	}
	if (has_ban(x->r, mask) == ch->adding)
		return;
	if (ch->adding &&
	    (rooms[x->r].nbans + x->params > BANS_MAX ||
		state->bans.used + MODES_MAX >= state->max_bans)) {
		reply(c, ERR_BANLISTFULL, rooms[x->r].name, mask);
		return;
	}
	op = command_op(c, ch->adding ? OP_BAN_ADD : OP_BAN_DEL, x->r);
	op_text(op, mask);
	op_text2(op, source_of(c->uid));
	op->x = wall_ms / 1000;
	changed(x, ch, mask);
}

static void
mode_member(struct command *c, struct changes *x, const struct mode_change *ch)
{
	uint32_t u, m;
	struct op *op;

	if (ch->param == NULL)
		return;
	if ((u = registry_find_nick(ch->param)) == 0) {
		reply(c, ERR_NOSUCHNICK, ch->param);
		return;
	}
	if ((m = channel_member(u, x->r)) == 0) {
		reply(c, ERR_USERNOTINCHANNEL, users[u].nick, rooms[x->r].name);
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
	[MODE_LIST] = mode_ban,
	[MODE_ALWAYS] = mode_key,
	[MODE_SET] = mode_limit,
	[MODE_FLAG] = mode_flag,
	[MODE_MEMBER] = mode_member,
};

static void
modes_change(struct command *c, uint32_t r)
{
	struct mode_parser p = { .table = mode_channel,
		.modes = c->m.param[1], .params = &c->m.param[2] };
	struct changes x = { .r = r };
	struct mode_change ch;
	struct envelope *e;
	struct op *op;
	int op_wanted = 0, shown = 0;

	while (mode_next(&p, &ch)) {
		if (ch.mode == NULL) {
			reply(c, ERR_UNKNOWNMODE, ch.letter);
			continue;
		}
		if (ch.mode->kind == MODE_LIST && ch.param == NULL) {
			if (shown++ == 0)
				bans_show(c, r);
			continue;
		}
		if (!channel_is_operator(c, r)) {
			if (op_wanted++ == 0)
				reply(c, ERR_CHANOPRIVSNEEDED, rooms[r].name);
			continue;
		}
		if (ch.param != NULL &&
		    (++x.params > MODES_MAX ||
			strlen(x.args) + strlen(ch.param) > ARGS_MAX))
			continue;
		mode_by_kind[ch.mode->kind](c, &x, &ch);
	}
	if (x.letters[0] == '\0')
		return;
	if (x.set != 0 || x.clear != 0) {
		op = command_op(c, OP_ROOM_MODES, r);
		op->b = x.set;
		op->c = x.clear;
	}
	e = command_event(c, EVENT_TO_ROOM);
	event_target_room(e, r);
	event_line(e, ":%s MODE %s %s%s", source_of(c->uid), rooms[r].name,
	    x.letters, x.args);
	reply_event(c);
}

static void
modes_show(struct command *c, uint32_t r)
{
	const struct room *x = &rooms[r];
	char letters[40] = "+", args[80] = "", all[120];
	const struct mode *m;
	size_t n = 1, a = 0;

	for (m = mode_channel; m->letter != 0; m++) {
		if ((m->kind == MODE_LIST || m->kind == MODE_MEMBER) ||
		    !(x->modes & m->bit))
			continue;
		letters[n++] = m->letter;
		if (m->bit == ROOM_KEY)
			a += (size_t)snprintf(args + a, sizeof(args) - a, " %s",
			    channel_member(c->uid, r) != 0 ? x->key : "*");
		else if (m->bit == ROOM_LIMIT)
			a += (size_t)snprintf(
			    args + a, sizeof(args) - a, " %u", x->limit);
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
	if (r == 0 || !may_see_room(c, r))
		reply(c, ERR_NOSUCHCHANNEL, c->m.param[0]);
	else if (c->m.nparam < 2)
		modes_show(c, r);
	else
		modes_change(c, r);
	return CMD_DONE;
}
