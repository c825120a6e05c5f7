/* SPDX-License-Identifier: ISC */
/*
 * Rooms: JOIN, PART, TOPIC, KICK and INVITE.  All run under the registry
 * lock; checks are in the order of the modern IRC documentation.  Lists of
 * rooms and nicks are worked off one a step.
 *
 * A kick is told by the kicker's worker and carried out by the victim's home,
 * which alone may unlink a membership; MEMBER_GONE makes it count at once.
 */
#include <stdio.h>
#include <string.h>

#include "../irc/capability.h"
#include "../irc/mode.h"
#include "../irc/utf8.h"
#include "channel.h"
#include "cloak.h"
#include "deliver.h"
#include "device.h"
#include "handlers.h"
#include "local.h"
#include "history.h"
#include "lasting.h"
#include "list.h"
#include "marker.h"
#include "metadata.h"
#include "registry.h"
#include "secure.h"
#include "words.h"
#include "worker.h"

uint32_t
channel_member(uint32_t u, uint32_t r)
{
	uint32_t m = registry_member(u, r);

	return m != 0 && !(members[m].flags & MEMBER_GONE) ? m : 0;
}

enum rank
channel_rank(const struct command *c, uint32_t r)
{
	uint32_t m = channel_member(c->uid, r);

	return c->override ? RANK_FOUNDER
	    : m != 0      ? mode_rank(members[m].flags)
	                  : RANK_NONE;
}

int
channel_is_operator(const struct command *c, uint32_t r)
{
	return channel_rank(c, r) >= RANK_OPERATOR;
}

uint32_t
channel_keeps_nick(const struct command *c, int *banned)
{
	uint32_t m, r;

	for (m = c->u->members; m != 0; m = members[m].user_next) {
		if (members[m].flags & (MEMBER_RANKS | MEMBER_GONE))
			continue;
		r = members[m].room;
		*banned = !(rooms[r].modes & ROOM_NO_NICK);
		if (!*banned || channel_ban(r, c->uid, 1) != 0)
			return r;
	}
	return 0;
}

uint32_t
channel_joined(struct command *c, const char *name)
{
	uint32_t r = registry_find_room(name);

	if (r == 0)
		reply(c, ERR_NOSUCHCHANNEL, word_or_star(name));
	else if (channel_member(c->uid, r) == 0) {
		reply(c, ERR_NOTONCHANNEL, rooms[r].name);
		r = 0;
	}
	return r;
}

/* What comes of LIST before its target N: if there is none, this step has to
 * know that it is the last one, as its label depends on that. */
static enum command_result
target_step(const char *list, unsigned n)
{
	char next[2];

	return list_item(list, n, next, sizeof(next)) ? CMD_MORE : CMD_DONE;
}

/* A list that ends, or has nothing but commas. */
static enum command_result
no_target(struct command *c)
{
	if (c->step == 0)
		reply(c, ERR_NEEDMOREPARAMS, c->row->name);
	return CMD_DONE;
}

/* ---- JOIN ---- */

/* Whether U was invited to R by one who may let others in. */
static int
is_invited(uint32_t u, uint32_t r)
{
	int i;

	for (i = 0; i < INVITES_MAX; i++)
		if (users[u].invite[i] == r &&
		    users[u].invite_gen[i] == rooms[r].gen &&
		    (users[u].invite_in >> i & 1))
			return 1;
	return 0;
}

/* Each says whether C's user is kept out of R, to which it has KEY; with TELL
 * it is told, too. */
typedef int refuse_fn(struct command *c, uint32_t r, const char *key, int tell);

static int
refuse_banned(struct command *c, uint32_t r, const char *key, int tell)
{
	uint32_t b = channel_ban(r, c->uid, 0);

	(void)key;
	if (b != 0 && tell)
		reply(c, ERR_BANNEDFROMCHAN, rooms[r].name,
		    bans[b].reason[0] != '\0' ? ": " : "", bans[b].reason);
	return b != 0;
}

static int
refuse_uninvited(struct command *c, uint32_t r, const char *key, int tell)
{
	int is = (rooms[r].modes & ROOM_INVITE_ONLY) &&
	    !channel_is_expected(r, c->uid);

	(void)key;
	if (is && tell)
		reply(c, ERR_INVITEONLYCHAN, rooms[r].name);
	return is;
}

static int
refuse_key(struct command *c, uint32_t r, const char *key, int tell)
{
	int is = (rooms[r].modes & ROOM_KEY) && strcmp(key, rooms[r].key) != 0;

	if (is && tell)
		reply(c, ERR_BADCHANNELKEY, rooms[r].name);
	return is;
}

static int
refuse_full(struct command *c, uint32_t r, const char *key, int tell)
{
	int is = (rooms[r].modes & ROOM_LIMIT) &&
	    rooms[r].count >= rooms[r].limit;

	(void)key;
	if (is && tell)
		reply(c, ERR_CHANNELISFULL, rooms[r].name);
	return is;
}

static int
refuse_guest(struct command *c, uint32_t r, const char *key, int tell)
{
	int is = (rooms[r].modes & ROOM_ACCOUNTS) && c->u->account[0] == '\0';

	(void)key;
	if (is && tell)
		reply(c, ERR_NEEDREGGEDNICK, rooms[r].name);
	return is;
}

/* How many have joined R in the time of its mode j that runs now. */
static uint32_t
joins_now(uint32_t r)
{
	return wall_ms / 1000 - rooms[r].joined_at < rooms[r].throttle_time
	    ? rooms[r].joined
	    : 0;
}

static int
refuse_throttled(struct command *c, uint32_t r, const char *key, int tell)
{
	int is = (rooms[r].modes & ROOM_THROTTLE) &&
	    joins_now(r) >= rooms[r].throttle;

	(void)key;
	if (is && tell)
		reply(c, ERR_THROTTLE, rooms[r].name);
	return is;
}

/* What somebody may be invited to, or forced into, it may not be this. */
static int
refuse_plain(struct command *c, uint32_t r, int tell)
{
	int is = (rooms[r].modes & ROOM_SECURE) && !secure_never_plain(c->uid);

	if (is && tell)
		reply(c, ERR_SECUREONLYCHAN, rooms[r].name);
	return is;
}

/* In the order in which they are looked at. */
static refuse_fn *const refusals[] = {
	refuse_banned, refuse_uninvited, refuse_key, refuse_full, refuse_guest,
	refuse_throttled,
};

/* Whether the user may not enter room R with KEY.  Who is halfop there or more
 * by account always may: nobody else could let anybody in; so may whom one of
 * them has invited. */
static int
is_refused(struct command *c, uint32_t r, const char *key, int tell)
{
	size_t i;

	if (refuse_plain(c, r, tell))
		return 1;
	if (c->override ||
	    mode_rank(lasting_rank(r, c->u->account)) >= RANK_HALFOP ||
	    is_invited(c->uid, r))
		return 0;
	for (i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
		if (refusals[i](c, r, key, tell))
			return 1;
	return 0;
}

/* AGAIN: it is shown to who was not there, and has no place in history. */
static void
join_event(struct command *c, uint32_t r, const char *name, int again)
{
	struct envelope *e = command_event(c, EVENT_TO_ROOM);

	if (again)
		e->id = 0;
	if (r != 0)
		event_target_room(e, r);
	event_text_line(e, 0, "JOIN", name, NULL);
	event_alt(e, CAP(EXTENDED_JOIN), ":%s JOIN %s %s :%s",
	    source_of(c->uid), name,
	    c->u->account[0] != '\0' ? c->u->account : "*", c->u->real);
	reply_event(c);
}

/* Joins the room called NAME.  1: joined, and 332 and 353 are to follow; 0:
 * not.  UNSURE: nobody knows whether it is registered. */
static int
join(struct command *c, const char *name, const char *key, int unsure)
{
	uint32_t r = registry_find_room(name);
	struct op *op;

	if (!c->override && !local_may_join(c, name)) {
		reply_line(c, ":%s 473 %s %s :Cannot join channel (it is for a "
		    "group of the server's machine)", config->name, c->u->nick,
		    name);
		return 0;
	}
	if (r != 0 && is_refused(c, r, key, 1))
		return 0;
	if (state->members.used + 2 >= state->max_members ||
	    (r == 0 && !lasting_place(c))) {
		reply(c, ERR_UNAVAILRESOURCE, name);
		return 0;
	}
	join_event(c, r, r != 0 ? rooms[r].name : name, 0);
	op = command_op(c, OP_JOIN, c->uid);
	op->b = r;
	op->c = (r == 0 ? MEMBER_OPERATOR : 0) | device_unseen(c);
	op->x = wall_ms;
	op_text(op, name);
	op_text2(op, unsure ? "?" : "");
	if (r != 0 && (rooms[r].modes & ROOM_THROTTLE)) {
		op = command_op(c, OP_ROOM_JOINED, r);
		op->b = joins_now(r) + 1;
		op->c = op->b > 1 ? rooms[r].joined_at
		                  : (uint32_t)(wall_ms / 1000);
	}
	return 1;
}

/* Whether C's user could join a room of that NAME if there were one.  -1: not
 * yet, until our own kick from it has been carried out. */
static int
could_join(struct command *c, const char *name)
{
	uint32_t r = registry_find_room(name), m;

	if (r != 0 && (m = registry_member(c->uid, r)) != 0)
		return members[m].flags & MEMBER_GONE ? -1 : 0;
	if (!name_is_channel(name)) {
		reply(c, ERR_NOSUCHCHANNEL, word_or_star(name));
		return 0;
	}
	if (c->u->nmembers >= config->max_rooms_per_user) {
		reply(c, ERR_TOOMANYCHANNELS, name);
		return 0;
	}
	return 1;
}

/* What the new member is told. */
static void
join_replies(struct command *c, uint32_t r)
{
	if (rooms[r].topic[0] != '\0') {
		reply(c, RPL_TOPIC, rooms[r].name, rooms[r].topic);
		reply(c, RPL_TOPICWHOTIME, rooms[r].name,
		    rooms[r].topic_setter, (long long)rooms[r].topic_time);
	}
	if (!(c->s->caps & (CAP(NO_IMPLICIT_NAMES) | CAP(NO_NAMES))))
		reply_names(c, r);
	metadata_on_join(c, r);
}

enum command_result
channel_show(struct command *c, uint32_t r)
{
	char marker[MARKER_TIME];
	enum command_result look;

	look = marker_look(c, rooms[r].name, marker, sizeof(marker));
	if (look != CMD_DONE)
		return look;
	join_event(c, r, rooms[r].name, 1);
	c->event = NULL; /* the others know */
	marker_tell(c, rooms[r].name, marker);
	join_replies(c, r);
	return CMD_DONE;
}

/* After the join: that, and who is told that it is away. */
static void
join_done(struct command *c, const char *name)
{
	uint32_t r = registry_find_room(name);
	struct envelope *e;

	if (r == 0 || channel_member(c->uid, r) == 0)
		return;
	join_replies(c, r);
	if (!(c->u->flags & USER_AWAY))
		return;
	e = command_event(c, EVENT_TO_ROOM);
	event_target_room(e, r);
	event_alt(e, CAP(AWAY_NOTIFY), ":%s AWAY :%s", source_of(c->uid),
	    aways[c->uid].text);
}

/* Leaves R with the line for its members. */
static void
leave(struct command *c, uint32_t r, const char *reason)
{
	struct envelope *e = command_event(c, EVENT_TO_ROOM);

	event_target_room(e, r);
	event_text_line(e, 0, "PART", rooms[r].name, reason);
	reply_event(c);
	command_op(c, OP_PART, c->uid)->b = r;
}

/* JOIN 0: leaves one room a step. */
static enum command_result
join_zero(struct command *c)
{
	if (c->u->members == 0)
		return CMD_DONE;
	if (members[c->u->members].flags & MEMBER_GONE)
		return CMD_WAIT; /* its kick comes first */
	leave(c, members[c->u->members].room, "Left all channels");
	c->step = 1;
	return CMD_MORE;
}

/* The step of a JOIN: which room of the list, what is to be done there, and
 * whether it is the one to which that room forwards; above it how far the
 * room's history has been told. */
enum { JOIN_ENTER, JOIN_NAMES, JOIN_HISTORY, JOIN_RANK };
enum { JOIN_ITEM = 8, JOIN_FORWARD = 10, JOIN_BITS = 11 };

static int
is_forwarded(const struct command *c)
{
	return c->step >> JOIN_FORWARD & 1;
}

static enum command_result
join_step(struct command *c, unsigned item, unsigned what)
{
	unsigned forward = what == JOIN_ENTER ? 0 : (unsigned)is_forwarded(c);

	c->step = forward << JOIN_FORWARD | what << JOIN_ITEM | item;
	if (what != JOIN_ENTER)
		return CMD_MORE;
	c->cursor = 0; /* of who fetches it */
	return target_step(c->m.param[0], item);
}

/* The user is not let into the room called NAME, but there is another one for
 * such: the next step is to join that. */
static int
join_forward(struct command *c, unsigned item, const char *name,
    const char *key)
{
	uint32_t r = registry_find_room(name);

	if (r == 0 || is_forwarded(c) || !(rooms[r].modes & ROOM_FORWARD) ||
	    !is_refused(c, r, key, 0))
		return 0;
	join_step(c, item, JOIN_ENTER);
	c->step |= 1u << JOIN_FORWARD;
	return 1;
}

/* That it is sent there; or, if there is no other one any more, or it is there
 * already, why it is not let in. */
static int
join_forwarded(struct command *c, unsigned item, const char *name)
{
	uint32_t to = registry_find_room(name), r;
	char from[512], key[64] = "";

	list_item(c->m.param[0], item, from, sizeof(from));
	if (c->m.nparam > 1)
		list_item(c->m.param[1], item, key, sizeof(key));
	if (to != 0 && channel_member(c->uid, to) == 0) {
		reply(c, ERR_LINKCHANNEL, from, name);
		return 1;
	}
	if ((r = registry_find_room(from)) != 0)
		is_refused(c, r, key, 1);
	return 0;
}

static enum command_result
join_enter(struct command *c, unsigned item, const char *name)
{
	enum command_result look;
	char key[64] = "";
	int can, unsure;

	if ((can = could_join(c, name)) < 0)
		return CMD_WAIT;
	if (!can) {
		if (is_forwarded(c) && !c->failed)
			join_forwarded(c, item, name);
		return join_step(c, item + 1, JOIN_ENTER);
	}
	look = lasting_look(c, name, &unsure);
	if (look == CMD_DONE)
		return join_step(c, item + 1, JOIN_ENTER);
	if (look != CMD_ANSWERED)
		return look;
	if (is_forwarded(c) && !join_forwarded(c, item, name))
		return join_step(c, item + 1, JOIN_ENTER);
	if (c->m.nparam > 1 && !is_forwarded(c))
		list_item(c->m.param[1], item, key, sizeof(key));
	if (join_forward(c, item, name, key))
		return CMD_MORE;
	if (!join(c, name, key, unsure))
		return join_step(c, item + 1, JOIN_ENTER);
	/* its history is what was said before this */
	c->cursor = c->event->id;
	return join_step(c, item, JOIN_RANK);
}

/* Who has a rank by account is given it; then those who are there are told what
 * the new member says of itself. */
static enum command_result
join_rank(struct command *c, unsigned item, const char *name)
{
	uint32_t r = registry_find_room(name), m;

	if (r != 0 && (m = channel_member(c->uid, r)) != 0) {
		if (lasting_give(c, m, 0))
			return join_step(c, item, JOIN_RANK);
		metadata_tell_room(c, r);
	}
	return join_step(c, item, JOIN_NAMES);
}

static enum command_result
join_history(struct command *c, unsigned item, const char *name)
{
	uint32_t r = registry_find_room(name);
	enum command_result then;

	if (r != 0 && channel_member(c->uid, r) == 0)
		r = 0; /* kicked meanwhile */
	then = history_on_join(c, r, JOIN_BITS);
	return then != CMD_DONE ? then : join_step(c, item + 1, JOIN_ENTER);
}

static enum command_result
join_names(struct command *c, unsigned item, const char *name)
{
	uint32_t r = registry_find_room(name);
	enum command_result then = CMD_DONE;
	char marker[MARKER_TIME] = "";

	if (deliver_catch_up() != 0)
		return CMD_WAIT;
	if (r != 0 && channel_member(c->uid, r) != 0)
		then = marker_look(c, rooms[r].name, marker, sizeof(marker));
	if (then != CMD_DONE)
		return then;
	if (r != 0)
		marker_tell(c, rooms[r].name, marker);
	join_done(c, name);
	return join_step(c, item, JOIN_HISTORY);
}

enum command_result
cmd_join(struct command *c)
{
	unsigned item = c->step & ((1 << JOIN_ITEM) - 1);
	unsigned what = c->step >> JOIN_ITEM & 3;
	char name[512];
	uint32_t r;

	if (strcmp(c->m.param[0], "0") == 0)
		return join_zero(c);
	if (!list_item(c->m.param[0], item, name, sizeof(name)))
		return no_target(c);
	if (is_forwarded(c) && (r = registry_find_room(name)) != 0 &&
	    (rooms[r].modes & ROOM_FORWARD))
		snprintf(name, sizeof(name), "%s", rooms[r].forward);
	if (what == JOIN_ENTER)
		return join_enter(c, item, name);
	if (what == JOIN_HISTORY)
		return join_history(c, item, name);
	if (what == JOIN_RANK)
		return join_rank(c, item, name);
	return join_names(c, item, name);
}

enum command_result
cmd_part(struct command *c)
{
	const char *reason = c->m.nparam > 1 && c->m.param[1][0] != '\0'
	    ? c->m.param[1]
	    : NULL;
	char name[512];
	uint32_t r;

	if (!list_item(c->m.param[0], c->step, name, sizeof(name)))
		return no_target(c);
	if ((r = channel_joined(c, name)) != 0)
		leave(c, r, reason);
	return target_step(c->m.param[0], ++c->step);
}

/* ---- TOPIC ---- */

static void
topic_show(struct command *c, uint32_t r)
{
	const struct room *x = &rooms[r];

	if (x->topic[0] == '\0') {
		reply(c, RPL_NOTOPIC, x->name);
		return;
	}
	reply(c, RPL_TOPIC, x->name, x->topic);
	reply(c, RPL_TOPICWHOTIME, x->name, x->topic_setter,
	    (long long)x->topic_time);
}

enum command_result
cmd_topic(struct command *c)
{
	uint32_t r = registry_find_room(c->m.param[0]);
	char *text = c->m.param[1];
	struct envelope *e;
	struct op *op;

	if (c->m.nparam < 2 && r != 0 && may_see_room(c, r)) {
		topic_show(c, r);
		return CMD_DONE;
	}
	if ((r = channel_joined(c, c->m.param[0])) == 0)
		return CMD_DONE;
	if ((rooms[r].modes & ROOM_TOPIC_LOCK) &&
	    channel_rank(c, r) < RANK_HALFOP) {
		reply(c, ERR_CHANOPRIVSNEEDED, rooms[r].name);
		return CMD_DONE;
	}
	text[utf8_cut(text, strlen(text), TOPIC_MAX)] = '\0';
	e = command_event(c, EVENT_TO_ROOM);
	event_target_room(e, r);
	event_text_line(e, 0, "TOPIC", rooms[r].name, text);
	reply_event(c);
	op = command_op(c, OP_TOPIC, r);
	op_text(op, text);
	op_text2(op, source_of(c->uid));
	op->x = wall_ms / 1000;
	return CMD_DONE;
}

/* ---- KICK ---- */

static void
kick(struct command *c, uint32_t r, const char *nick, const char *reason)
{
	uint32_t u = registry_find_nick(nick), m;
	struct envelope *e;
	struct op *op;

	if (u == 0) {
		reply(c, ERR_NOSUCHNICK, word_or_star(nick));
		return;
	}
	if ((m = channel_member(u, r)) == 0) {
		reply(c, ERR_USERNOTINCHANNEL, users[u].nick, rooms[r].name);
		return;
	}
	if (mode_rank(members[m].flags) > channel_rank(c, r)) {
		reply(c, ERR_CHANOPRIVSNEEDED, rooms[r].name);
		return;
	}
	e = command_event(c, EVENT_KICK);
	event_target_room(e, r);
	e->extra = u;
	event_line(e, ":%s KICK %s %s :%.*s", source_of(c->uid),
	    rooms[r].name, users[u].nick,
	    (int)utf8_cut(reason, strlen(reason), KICK_MAX), reason);
	reply_event(c);
	op = command_op(c, OP_MEMBER, m);
	op->b = MEMBER_GONE;
	op->x = u;
}

/* Whether C may try it there; else that has been replied. */
static uint32_t
kick_room(struct command *c, const char *name)
{
	uint32_t r = channel_joined(c, name);

	if (r != 0 && channel_rank(c, r) < RANK_HALFOP) {
		reply(c, ERR_CHANOPRIVSNEEDED, rooms[r].name);
		r = 0;
	}
	return r;
}

/* One room for all nicks, or one for each. */
enum command_result
cmd_kick(struct command *c)
{
	int several = strchr(c->m.param[0], ',') != NULL;
	const char *reason = c->m.nparam > 2 && c->m.param[2][0] != '\0'
	    ? c->m.param[2]
	    : c->u->nick;
	char nick[512], name[512];
	uint32_t r;

	if (!list_item(c->m.param[1], c->step, nick, sizeof(nick)) ||
	    !list_item(c->m.param[0], several ? c->step : 0, name,
	        sizeof(name)))
		return no_target(c);
	if (c->step >= TARGETS_MAX) {
		reply(c, ERR_TOOMANYTARGETS, "KICK");
		return CMD_DONE;
	}
	if ((r = kick_room(c, name)) != 0)
		kick(c, r, nick, reason);
	else if (!several)
		return CMD_DONE;
	return target_step(c->m.param[1], ++c->step);
}

/* ---- INVITE ---- */

static enum command_result
invitations(struct command *c)
{
	int i;

	for (i = 0; i < INVITES_MAX; i++) {
		uint32_t r = c->u->invite[i];
		if (r != 0 && rooms[r].live &&
		    rooms[r].gen == c->u->invite_gen[i])
			reply(c, RPL_INVITELIST, rooms[r].name);
	}
	reply(c, RPL_ENDOFINVITELIST);
	return CMD_DONE;
}

/* The second step: those who might have invited, and asked for it, are told. */
static enum command_result
invite_told(struct command *c)
{
	uint32_t r = registry_find_room(c->m.param[1]);
	struct envelope *e;

	if (r == 0)
		return CMD_DONE;
	e = command_event(c, EVENT_TO_ROOM);
	event_target_room(e, r);
	e->extra = mode_from(RANK_HALFOP);
	event_alt(e, CAP(INVITE_NOTIFY), ":%s INVITE %s %s",
	    source_of(c->uid), c->m.param[0], rooms[r].name);
	return CMD_DONE;
}

enum command_result
cmd_invite(struct command *c)
{
	struct envelope *e;
	struct op *op;
	uint32_t u, r;

	if (c->m.nparam == 0)
		return invitations(c);
	if (c->m.nparam == 1) {
		reply(c, ERR_NEEDMOREPARAMS, "INVITE");
		return CMD_DONE;
	}
	if (c->step == 1)
		return invite_told(c);
	if ((u = registry_find_nick(c->m.param[0])) == 0 ||
	    !(users[u].flags & USER_REGISTERED)) {
		reply(c, ERR_NOSUCHNICK, word_or_star(c->m.param[0]));
		return CMD_DONE;
	}
	if ((r = channel_joined(c, c->m.param[1])) == 0)
		return CMD_DONE;
	if ((rooms[r].modes & ROOM_INVITE_ONLY) &&
	    channel_rank(c, r) < RANK_HALFOP) {
		reply(c, ERR_CHANOPRIVSNEEDED, rooms[r].name);
		return CMD_DONE;
	}
	if (channel_member(u, r) != 0) {
		reply(c, ERR_USERONCHANNEL, users[u].nick, rooms[r].name);
		return CMD_DONE;
	}
	e = command_event(c, EVENT_TO_USER);
	event_target_user(e, u);
	event_line(e, ":%s INVITE %s %s", source_of(c->uid), users[u].nick,
	    rooms[r].name);
	op = command_op(c, OP_INVITE, u);
	op->b = r;
	op->c = channel_rank(c, r) >= RANK_HALFOP;
	reply(c, RPL_INVITING, users[u].nick, rooms[r].name);
	if (users[u].flags & USER_AWAY)
		reply(c, RPL_AWAY, users[u].nick, aways[u].text);
	c->step = 1;
	return CMD_MORE;
}
