/* SPDX-License-Identifier: ISC */
/*
 * ChanServ: registering rooms, and who is what in them by account.
 *
 * The store decides what must be the same for all: who registers a room, who
 * is in the list of accounts.  A command first makes sure that the room is in
 * the segment (lasting.c), then asks, and then does there with ops what the
 * store has done; should its session end in between, the room is what the
 * store says when it is fetched the next time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../irc/extban.h"
#include "../irc/mode.h"
#include "../irc/utf8.h"
#include "../irc/xmask.h"
#include "account.h"
#include "ask.h"
#include "audit.h"
#include "channel.h"
#include "lasting.h"
#include "oper.h"
#include "op_room.h"
#include "registry.h"
#include "service.h"
#include "worker.h"

/* Of each command: the room is looked for; the store is asked; then those in
 * the room are given what they are. */
enum { STEP_LOOK, STEP_ASK, STEP_GIVE = STEP_RECLAIM + 8, STEP_LIST };

enum who { MEMBER_OF_LIST, OPERATOR, FOUNDER };

static unsigned
step_of(const struct command *c)
{
	return c->step & ~(unsigned)STEP_ASKED;
}

/* ---- who may ---- */

static enum command_result
say(struct command *c, const char *text)
{
	service_notice(c, "%s", text);
	return CMD_DONE;
}

/* Whether C's user is WHO in R; else that has been said. */
static int
is_allowed(struct command *c, uint32_t r, enum who who)
{
	const char *account = c->u->account;
	uint32_t rank = lasting_rank(r, account);

	if (oper_may(c->uid, PRIV_ROOMS))
		return 1;
	if (account[0] == '\0')
		service_notice(c, "You are not logged in.");
	else if (who == FOUNDER && !lasting_is_founder(r, account))
		service_notice(c, "You are not the founder of %s.",
		    rooms[r].name);
	else if (who == OPERATOR ? mode_rank(rank) < RANK_OPERATOR : rank == 0)
		service_notice(c, "You are not in the list of %s.",
		    rooms[r].name);
	else
		return 1;
	return 0;
}

/*
 * The room a command is about, in *R, if C's user is WHO in it: CMD_ANSWERED;
 * else to be returned.  In later steps it may be 0, for it was done away with.
 */
static enum command_result
room_of(struct command *c, const struct order *o, enum who who, uint32_t *r)
{
	enum command_result result;
	int unsure;

	*r = registry_find_room(o->word[1]);
	if (step_of(c) != STEP_LOOK)
		return CMD_ANSWERED;
	if (!name_is_channel(o->word[1]))
		return say(c, "That is no name of a room.");
	result = lasting_look(c, o->word[1], &unsure);
	if (result != CMD_ANSWERED)
		return result;
	if (*r == 0 || !(rooms[*r].modes & ROOM_REGISTERED)) {
		service_notice(c, "%s is not registered.", o->word[1]);
		return CMD_DONE;
	}
	if (!is_allowed(c, *r, who))
		return CMD_DONE;
	c->step = STEP_ASK;
	return CMD_ANSWERED;
}

static int
is_account(struct command *c, const char *name)
{
	if (name_is_nick(name))
		return 1;
	service_notice(c, "That is no name of an account.");
	return 0;
}

/* All who are in R with that account have the rank it has there; LESS takes
 * away what it has not. */
static enum command_result
give(struct command *c, uint32_t r, const char *account, int less)
{
	uint32_t u, m;

	for (u = account_next(account, 0); r != 0 && u != 0;
	     u = account_next(account, u + 1))
		if ((m = channel_member(u, r)) != 0 && lasting_give(c, m, less))
			return CMD_MORE;
	return CMD_DONE;
}

static enum command_result
then_give(struct command *c)
{
	c->step = STEP_GIVE;
	c->cursor = 0;
	return CMD_MORE;
}

/* ---- REGISTER ---- */

/* Whether the room may be registered by C's user; else that has been said. */
static int
may_register(struct command *c, const char *name, uint32_t r)
{
	if (c->u->account[0] == '\0')
		service_notice(c, "You are not logged in.");
	else if (!name_is_channel(name))
		service_notice(c, "That is no name of a room.");
	else if (r == 0 || !channel_is_operator(c, r))
		service_notice(c, "You are not an operator in %s.", name);
	else if (rooms[r].modes & ROOM_REGISTERED)
		service_notice(c, "%s is registered by %s.", rooms[r].name,
		    rooms[r].founder);
	else
		return 1;
	return 0;
}

static enum command_result
registered(struct command *c, uint32_t r, const struct message *m)
{
	if (!service_answer(m, "REGISTERED", 2)) {
		/* it was made while the store could not be asked */
		if (r != 0 && m->nparam > 1 &&
		    strcmp(m->param[1], "ALREADY_REGISTERED") == 0)
			command_op(c, OP_ROOM_SURE, r)->b = 1;
		return service_fail(c, m);
	}
	service_notice(c, "%s is registered; its founder is %s.", m->param[0],
	    m->param[1]);
	if (r == 0 || (rooms[r].modes & ROOM_REGISTERED))
		return CMD_DONE;
	op_text(command_op(c, OP_ROOM_REGISTER, r), m->param[1]);
	lasting_mode(c, r, "+r");
	return then_give(c);
}

static enum command_result
do_register(struct command *c, struct order *o)
{
	uint32_t r = registry_find_room(o->word[1]);
	enum command_result result;
	struct message m;
	int unsure;

	if (step_of(c) == STEP_GIVE)
		return give(c, r, c->u->account, 0);
	if (step_of(c) == STEP_LOOK) {
		if (r != 0 && (result = lasting_look(c, o->word[1],
		        &unsure)) != CMD_ANSWERED)
			return result;
		if (!may_register(c, o->word[1], r))
			return CMD_DONE;
		c->step = STEP_ASK;
	}
	result = ask(c, "ROOM REGISTER %s %s",
	    r != 0 ? rooms[r].name : o->word[1], c->u->account);
	if (result != CMD_ANSWERED)
		return result;
	account_verdict(c, &m);
	return registered(c, r, &m);
}

/* ---- OP, DEOP ---- */

/* What C's user is in R, by account or as it is there. */
static enum rank
own_rank(const struct command *c, uint32_t r)
{
	enum rank there = channel_rank(c, r),
		  rank = mode_rank(lasting_rank(r, c->u->account));

	return rank > there ? rank : there;
}

static enum rank
rank_of(const struct command *c, uint32_t r)
{
	return oper_may(c->uid, PRIV_ROOMS) ? RANK_FOUNDER : own_rank(c, r);
}

enum { STEPS_RECORD = STEP_AUDITING | STEP_AUDITED };

static enum command_result
on_record(struct command *c)
{
	(void)c;
	return CMD_ANSWERED;
}

/*
 * The store is not asked for this, so what is done by a privilege alone,
 * because what C's user is in R is not ENOUGH, is put on the record first:
 * CMD_ANSWERED when it is, or need not be; else to be returned.
 */
static enum command_result
record(struct command *c, uint32_t r, int enough, const char *what,
    const char *whom)
{
	char text[MASK_MAX + 8];

	if (!(c->step & STEPS_RECORD)) {
		if (enough)
			return CMD_ANSWERED;
		/* the answer is about the room */
		if (c->s->answer != 0)
			return CMD_MORE;
	}
	snprintf(text, sizeof(text), "%s %s", what, whom);
	return audit(c, PRIV_ROOMS, "CHANSERV", rooms[r].name, text,
	    on_record);
}

/* Whether C's user may change membership M of R without any privilege. */
static int
is_enough(const struct command *c, uint32_t r, uint32_t m)
{
	uint32_t rank = lasting_rank(r, c->u->account);

	return mode_rank(rank) >= RANK_OPERATOR &&
	    mode_rank(members[m].flags) <= own_rank(c, r);
}

static enum command_result
change_operator(struct command *c, struct order *o, int adding)
{
	const char *nick = o->n > 2 ? o->word[2] : c->u->nick;
	enum command_result result;
	char modes[NAME_NICK + 8];
	uint32_t r, u, m;
	struct op *op;

	if ((result = room_of(c, o, OPERATOR, &r)) != CMD_ANSWERED)
		return result;
	u = registry_find_nick(nick);
	if (r == 0 || u == 0 || (m = channel_member(u, r)) == 0) {
		service_notice(c, "Nobody called that is in %s.",
		    o->word[1]);
		return CMD_DONE;
	}
	if (mode_rank(members[m].flags) > rank_of(c, r)) {
		service_notice(c, "%s is more in %s than you are.",
		    users[u].nick, rooms[r].name);
		return CMD_DONE;
	}
	if (((members[m].flags & MEMBER_OPERATOR) != 0) == adding) {
		service_notice(c, "%s is %s operator of %s.", users[u].nick,
		    adding ? "an" : "no", rooms[r].name);
		return CMD_DONE;
	}
	result = record(c, r, is_enough(c, r, m), adding ? "OP" : "DEOP",
	    users[u].nick);
	if (result != CMD_ANSWERED)
		return result;
	op = command_op(c, OP_MEMBER, m);
	op->b = adding ? MEMBER_OPERATOR : 0;
	op->c = adding ? 0 : MEMBER_OPERATOR;
	op->x = u;
	snprintf(modes, sizeof(modes), "%co %s", adding ? '+' : '-',
	    users[u].nick);
	lasting_mode(c, r, modes);
	return CMD_DONE;
}

static enum command_result
do_op(struct command *c, struct order *o)
{
	return change_operator(c, o, 1);
}

static enum command_result
do_deop(struct command *c, struct order *o)
{
	return change_operator(c, o, 0);
}

/* ---- ACCESS ---- */

static const struct {
	const char *name, *said;
	uint32_t bit;
} ranks[] = {
	{ "admin", "an admin", MEMBER_ADMIN },
	{ "operator", "an operator", MEMBER_OPERATOR },
	{ "halfop", "a half operator", MEMBER_HALFOP },
	{ "voice", "somebody with a voice", MEMBER_VOICE },
	{ NULL, NULL, 0 },
};

static enum command_result
access_list(struct command *c, uint32_t r)
{
	uint32_t b;
	int i;

	service_notice(c, "%s: founder", rooms[r].founder);
	for (i = 0; ranks[i].name != NULL; i++)
		for (b = rooms[r].access; b != 0; b = bans[b].next)
			if (bans[b].rank == ranks[i].bit)
				service_notice(c, "%s: %s", bans[b].mask,
				    ranks[i].name);
	service_notice(c, "End of the list of %s.", rooms[r].name);
	return CMD_DONE;
}

/* RANK is a row of ranks, or its end: none. */
static enum command_result
access_change(struct command *c, struct order *o, uint32_t r, int rank)
{
	enum command_result result;
	struct message m;
	struct op *op;

	result = ask(c, "ROOM ACCESS %s %s %s", o->word[1], o->word[3],
	    ranks[rank].name != NULL ? ranks[rank].name : "none");
	if (result != CMD_ANSWERED)
		return result;
	account_verdict(c, &m);
	if (!service_answer(&m, "ACCESS", 3))
		return service_fail(c, &m);
	if (ranks[rank].name != NULL)
		service_notice(c, "%s is %s of %s.", m.param[1],
		    ranks[rank].said, m.param[0]);
	else
		service_notice(c, "%s is not in the list of %s.", m.param[1],
		    m.param[0]);
	if (r == 0)
		return CMD_DONE;
	op = command_op(c, OP_ROOM_ACCESS, r);
	op->b = ranks[rank].bit;
	op->x = wall_ms;
	op_text(op, m.param[1]);
	return then_give(c);
}

/* Whether account NAME may be put into the list of R. */
static int
may_add(struct command *c, uint32_t r, const char *name)
{
	if (!is_account(c, name))
		return 0;
	if (lasting_is_founder(r, name))
		service_notice(c, "%s is the founder of %s.", rooms[r].founder,
		    rooms[r].name);
	else if (rooms[r].naccess >= ACCESS_MAX && room_access(r, name) == 0)
		service_notice(c, "The list of %s is full.", rooms[r].name);
	else
		return 1;
	return 0;
}

static enum command_result
do_access(struct command *c, struct order *o)
{
	int adding = o->n > 3 && strcasecmp(o->word[2], "ADD") == 0;
	int list = strcasecmp(o->word[2], "LIST") == 0, rank = 0;
	const char *wants = o->n > 4 ? o->word[4] : "operator";
	int first = step_of(c) == STEP_LOOK;
	enum command_result result;
	uint32_t r;

	result = room_of(c, o, list ? MEMBER_OF_LIST : FOUNDER, &r);
	if (result != CMD_ANSWERED)
		return result;
	if (list)
		return access_list(c, r);
	if (!adding && (o->n < 4 || strcasecmp(o->word[2], "DEL") != 0))
		return say(c, "ACCESS #ROOM LIST | ADD ACCOUNT "
		    "[ADMIN|OPERATOR|HALFOP|VOICE] | DEL ACCOUNT");
	if (step_of(c) == STEP_GIVE)
		return give(c, r, o->word[3], !adding);
	while (ranks[rank].name != NULL &&
	    (!adding || strcasecmp(ranks[rank].name, wants) != 0))
		rank++;
	if (adding && ranks[rank].name == NULL)
		return say(c, "One can be ADMIN, OPERATOR, HALFOP or VOICE.");
	if (first && !(adding ? may_add(c, r, o->word[3])
	                      : is_account(c, o->word[3])))
		return CMD_DONE;
	return access_change(c, o, r, rank);
}

/* ---- TRANSFER, DROP ---- */

/* The new one, then who was it. */
static enum command_result
transfer_give(struct command *c, uint32_t r, const char *account)
{
	uint32_t m;
	unsigned w;

	if (give(c, r, account, 0) == CMD_MORE)
		return CMD_MORE;
	for (w = 1; r != 0 && w <= state->nworker; w++)
		for (m = room_list(r, w)->first; m != 0;
		     m = members[m].room_next)
			if ((members[m].flags & MEMBER_FOUNDER) &&
			    !lasting_is_founder(r,
			        users[members[m].user].account) &&
			    lasting_give(c, m, 1))
				return CMD_MORE;
	return CMD_DONE;
}

static enum command_result
do_transfer(struct command *c, struct order *o)
{
	int first = step_of(c) == STEP_LOOK;
	enum command_result result;
	struct message m;
	struct op *op;
	uint32_t r;

	if ((result = room_of(c, o, FOUNDER, &r)) != CMD_ANSWERED)
		return result;
	if (step_of(c) == STEP_GIVE)
		return transfer_give(c, r, o->word[2]);
	if (first && !is_account(c, o->word[2]))
		return CMD_DONE;
	result = ask(c, "ROOM FOUNDER %s %s", o->word[1], o->word[2]);
	if (result != CMD_ANSWERED)
		return result;
	account_verdict(c, &m);
	if (!service_answer(&m, "FOUNDER", 2))
		return service_fail(c, &m);
	service_notice(c, "%s is the founder of %s.", m.param[1], m.param[0]);
	if (r == 0)
		return CMD_DONE;
	op = command_op(c, OP_ROOM_FOUNDER, r);
	op->x = wall_ms;
	op_text(op, m.param[1]);
	return then_give(c);
}

static enum command_result
do_drop(struct command *c, struct order *o)
{
	enum command_result result;
	struct message m;
	uint32_t r;

	if ((result = room_of(c, o, FOUNDER, &r)) != CMD_ANSWERED)
		return result;
	if ((result = ask(c, "ROOM DROP %s", o->word[1])) != CMD_ANSWERED)
		return result;
	account_verdict(c, &m);
	/* dropped already, by who has not lived to hear of it */
	if (!service_answer(&m, "DROPPED", 1) &&
	    (m.nparam < 2 || strcmp(m.param[1], "NOT_REGISTERED") != 0))
		return service_fail(c, &m);
	service_notice(c, "%s is not registered any more.", o->word[1]);
	if (r == 0 || !(rooms[r].modes & ROOM_REGISTERED))
		return CMD_DONE;
	if (rooms[r].count > 0)
		lasting_mode(c, r, "-r");
	command_op(c, OP_ROOM_UNREGISTER, r);
	return CMD_DONE;
}

/* ---- SET ---- */

enum { DAYS_MAX = 36500, COUNT_MOST = 100000000 };

/* How long the store keeps what was said, as it is asked for: seconds, number
 * of messages; "*" as configured.  NULL: no such setting. */
static const char *
keep_text(const struct order *o)
{
	static char text[48];
	const char *what = o->word[3], *end = o->n > 4 ? o->word[4] : "";
	char *rest;
	unsigned long n = strtoul(end, &rest, 10);

	if (strcasecmp(what, "ON") == 0)
		return "* *";
	if (strcasecmp(what, "OFF") == 0)
		return "* 0";
	if (end[0] < '1' || end[0] > '9' || *rest != '\0')
		return NULL;
	if (strcasecmp(what, "AGE") == 0 && n <= DAYS_MAX)
		snprintf(text, sizeof(text), "%lu *", n * 86400);
	else if (strcasecmp(what, "COUNT") == 0 && n <= COUNT_MOST)
		snprintf(text, sizeof(text), "* %lu", n);
	else
		return NULL;
	return text;
}

static enum command_result
do_set(struct command *c, struct order *o)
{
	const char *keep = strcasecmp(o->word[2], "HISTORY") == 0
	    ? keep_text(o)
	    : NULL;
	enum command_result result;
	struct message m;
	uint32_t r;

	if ((result = room_of(c, o, FOUNDER, &r)) != CMD_ANSWERED)
		return result;
	if (keep == NULL)
		return say(c, "SET #ROOM HISTORY ON | OFF | AGE DAYS | "
		    "COUNT MESSAGES");
	result = ask(c, "ROOM KEEP %s %s", o->word[1], keep);
	if (result != CMD_ANSWERED)
		return result;
	account_verdict(c, &m);
	if (!service_answer(&m, "KEEP", 3))
		return service_fail(c, &m);
	service_notice(c, "The history of %s is set.", m.param[0]);
	return CMD_DONE;
}

/* ---- BAN, UNBAN, BANS ---- */

/*
 * The room whose bans are meant, in *R, if C's user is half operator there or
 * more: CMD_ANSWERED; else to be returned.  It need not be registered.
 */
static enum command_result
bans_of(struct command *c, const struct order *o, uint32_t *r)
{
	enum command_result result;
	int unsure;

	*r = registry_find_room(o->word[1]);
	if ((*r == 0 || rooms[*r].loading != 0) && store_accepts() &&
	    !(c->step & STEPS_RECORD) && name_is_channel(o->word[1])) {
		result = lasting_look(c, o->word[1], &unsure);
		if (result != CMD_ANSWERED)
			return result;
	}
	if (*r == 0)
		return say(c, "There is no such room.");
	if (rank_of(c, *r) < RANK_HALFOP)
		return say(c, "You are no operator there.");
	return CMD_ANSWERED;
}

static uint32_t
ban_of(uint32_t r, const char *mask)
{
	uint32_t b;

	for (b = rooms[r].bans; b != 0; b = bans[b].next)
		if (bans[b].list == ROOM_BAN &&
		    name_cmp(bans[b].mask, mask) == 0)
			break;
	return b;
}

static void
ban(struct command *c, uint32_t r, const char *mask, long s,
    const char *reason)
{
	char modes[MASK_MAX + 8];
	struct op *op = command_op(c, OP_BAN_ADD, r);

	op->b = ROOM_BAN;
	op->c = (uint32_t)s;
	op->x = wall_ms / 1000;
	snprintf(op->text, sizeof(op->text), "%s%s%.*s", mask,
	    reason[0] != '\0' ? " " : "",
	    (int)utf8_cut(reason, strlen(reason), BAN_REASON), reason);
	op_text2(op, source_of(c->uid));
	if (ban_of(r, mask) == 0) {
		snprintf(modes, sizeof(modes), "+b %s", mask);
		lasting_mode(c, r, modes);
	}
	if (s != 0)
		service_notice(c, "%s is banned from %s for %ld seconds.", mask,
		    rooms[r].name, s);
	else
		service_notice(c, "%s is banned from %s.", mask, rooms[r].name);
}

/* The time that TEXT begins with, 0 if with none, -1 for a wrong one; *REASON
 * is what follows. */
static long
ban_time(const char *text, const char **reason)
{
	char word[32];
	size_t n = strcspn(text, " ");
	int64_t s;

	*reason = text;
	if (*text < '0' || *text > '9')
		return 0;
	snprintf(word, sizeof(word), "%.*s", (int)n, text);
	s = n < sizeof(word) ? xmask_duration(word) : -1;
	*reason = text + n + strspn(text + n, " ");
	return s <= BAN_MOST ? (long)s : -1;
}

static enum command_result
do_ban(struct command *c, struct order *o)
{
	char mask[MASK_MAX + 1];
	const char *reason = "";
	enum command_result result;
	long s = 0;
	uint32_t r;

	if ((result = bans_of(c, o, &r)) != CMD_ANSWERED)
		return result;
	if (extban_complete(mask, sizeof(mask), o->word[2]) != 0)
		return say(c, "That is no mask.");
	if (ban_of(r, mask) == 0 && (rooms[r].nbans >= BANS_MAX ||
	        state->bans.used + 1 >= state->max_bans))
		return say(c, "The list is full.");
	if (o->n > 3 && (s = ban_time(o->word[3], &reason)) < 0)
		return say(c, "A time is like 90s, 30m, 1d12h or 2w, "
		    "and at most a year.");
	result = record(c, r, own_rank(c, r) >= RANK_HALFOP, "BAN", mask);
	if (result != CMD_ANSWERED)
		return result;
	ban(c, r, mask, s, reason);
	return CMD_DONE;
}

static enum command_result
do_unban(struct command *c, struct order *o)
{
	char mask[MASK_MAX + 1], modes[MASK_MAX + 8];
	enum command_result result;
	struct op *op;
	uint32_t r;

	if ((result = bans_of(c, o, &r)) != CMD_ANSWERED)
		return result;
	if (extban_complete(mask, sizeof(mask), o->word[2]) != 0 ||
	    ban_of(r, mask) == 0)
		return say(c, "That is not banned.");
	result = record(c, r, own_rank(c, r) >= RANK_HALFOP, "UNBAN", mask);
	if (result != CMD_ANSWERED)
		return result;
	snprintf(modes, sizeof(modes), "-b %s", mask);
	lasting_mode(c, r, modes);
	op = command_op(c, OP_BAN_DEL, r);
	op->b = ROOM_BAN;
	op_text(op, mask);
	return say(c, "It is not banned any more.");
}

static void
ban_show(struct command *c, uint32_t b)
{
	long long left = (long long)(bans[b].until - wall_ms / 1000);
	char ends[48] = "";

	if (bans[b].until != 0)
		snprintf(ends, sizeof(ends), ", ends in %lld s",
		    left > 0 ? left : 0);
	service_notice(c, "%s: by %s%s%s%s", bans[b].mask, bans[b].setter, ends,
	    bans[b].reason[0] != '\0' ? ": " : "", bans[b].reason);
}

/* The cursor counts the entries. */
static enum command_result
do_bans(struct command *c, struct order *o)
{
	enum command_result result;
	uint64_t n = 0;
	uint32_t r, b;

	if ((result = bans_of(c, o, &r)) != CMD_ANSWERED)
		return result;
	if (c->step != STEP_LIST)
		c->cursor = 0;
	for (b = rooms[r].bans; b != 0; b = bans[b].next) {
		if (bans[b].list != ROOM_BAN || n++ < c->cursor)
			continue;
		if (reply_size() >= REPLY_STEP / 4) {
			c->step = STEP_LIST;
			c->cursor = n - 1;
			return CMD_MORE;
		}
		ban_show(c, b);
	}
	service_notice(c, "End of the bans of %s.", rooms[r].name);
	return CMD_DONE;
}

const struct service_row chanserv[] = {
	{ "REGISTER", do_register, 1, 1,
	    "REGISTER #ROOM: makes a room last, of which you are operator", 0 },
	{ "OP", do_op, 1, 2,
	    "OP #ROOM [NICK]: makes you, or NICK, operator", 0 },
	{ "DEOP", do_deop, 1, 2,
	    "DEOP #ROOM [NICK]: takes that away", 0 },
	{ "ACCESS", do_access, 2, 4,
	    "ACCESS #ROOM LIST | ADD ACCOUNT [ADMIN|OPERATOR|HALFOP|VOICE] | "
	    "DEL ACCOUNT: who is what in it, whenever they come", 0 },
	{ "BAN", do_ban, 2, 3,
	    "BAN #ROOM MASK [TIME] [REASON]: bans, as MODE +b, for as long as "
	    "30m, 1d12h or 2w", 1 },
	{ "UNBAN", do_unban, 2, 2, "UNBAN #ROOM MASK: takes that away", 1 },
	{ "BANS", do_bans, 1, 1,
	    "BANS #ROOM: who is banned by whom, how long and why", 1 },
	{ "TRANSFER", do_transfer, 2, 2,
	    "TRANSFER #ROOM ACCOUNT: makes somebody else its founder", 0 },
	{ "SET", do_set, 3, 4,
	    "SET #ROOM HISTORY ON | OFF | AGE DAYS | COUNT MESSAGES: "
	    "what is kept of what is said", 0 },
	{ "DROP", do_drop, 1, 1,
	    "DROP #ROOM: makes it a room like others", 0 },
	{ "HELP", NULL, 0, 1, "HELP: this", 0 },
	{ NULL, NULL, 0, 0, NULL, 0 },
};
