/* SPDX-License-Identifier: ISC */
/*
 * Rooms: JOIN, PART, TOPIC, KICK and INVITE.  All run under the registry
 * lock; checks are in the order of the modern IRC documentation.  Lists of
 * rooms and nicks are worked off one a step.
 *
 * A kick is told by the kicker's worker and carried out by the victim's home,
 * which alone may unlink a membership; MEMBER_GONE makes it count at once.
 */
#include <string.h>

#include "../irc/capability.h"
#include "../irc/mask.h"
#include "../irc/mode.h"
#include "../irc/utf8.h"
#include "channel.h"
#include "cloak.h"
#include "deliver.h"
#include "device.h"
#include "handlers.h"
#include "history.h"
#include "lasting.h"
#include "list.h"
#include "marker.h"
#include "metadata.h"
#include "registry.h"
#include "worker.h"

int
channel_banned(uint32_t r, uint32_t u)
{
	const char *source = source_of(u);
	/* a cloak does not hide from a ban of the address */
	const char *real = config->cloak ? cloak_source(u, NULL) : NULL;
	uint32_t b;

	for (b = rooms[r].bans; b != 0; b = bans[b].next)
		if (mask_match(bans[b].mask, source) ||
		    (real != NULL && mask_match(bans[b].mask, real)))
			return 1;
	return 0;
}

uint32_t
channel_member(uint32_t u, uint32_t r)
{
	uint32_t m = registry_member(u, r);

	return m != 0 && !(members[m].flags & MEMBER_GONE) ? m : 0;
}

int
channel_is_operator(const struct command *c, uint32_t r)
{
	uint32_t m = channel_member(c->uid, r);

	return c->override ||
	    (m != 0 && (members[m].flags & MEMBER_OPERATOR));
}

/* The room called NAME, in which C's user is; else replies 403 or 442. */
static uint32_t
room_joined(struct command *c, const char *name)
{
	uint32_t r = registry_find_room(name);

	if (r == 0)
		reply(c, ERR_NOSUCHCHANNEL, name);
	else if (channel_member(c->uid, r) == 0) {
		reply(c, ERR_NOTONCHANNEL, rooms[r].name);
		r = 0;
	}
	return r;
}

/* ---- JOIN ---- */

static int
is_invited(uint32_t u, uint32_t r)
{
	int i;

	for (i = 0; i < INVITES_MAX; i++)
		if (users[u].invite[i] == r &&
		    users[u].invite_gen[i] == rooms[r].gen)
			return 1;
	return 0;
}

/* Whether the user may enter room R with KEY; else replies why not.  Who is its
 * operator by account always may: nobody else could let anybody in. */
static int
may_join(struct command *c, uint32_t r, const char *key)
{
	const struct room *x = &rooms[r];

	if (c->override || (lasting_rank(r, c->u->account) & MEMBER_OPERATOR))
		return 1;
	if (channel_banned(r, c->uid))
		reply(c, ERR_BANNEDFROMCHAN, x->name);
	else if ((x->modes & ROOM_INVITE_ONLY) && !is_invited(c->uid, r))
		reply(c, ERR_INVITEONLYCHAN, x->name);
	else if ((x->modes & ROOM_KEY) && strcmp(key, x->key) != 0)
		reply(c, ERR_BADCHANNELKEY, x->name);
	else if ((x->modes & ROOM_LIMIT) && x->count >= x->limit)
		reply(c, ERR_CHANNELISFULL, x->name);
	else
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

	if (r != 0 && !may_join(c, r, key))
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
		reply(c, ERR_NOSUCHCHANNEL, name);
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

/* The step of a JOIN: which room of the list, and what is to be done there;
 * above it how far the room's history has been told. */
enum { JOIN_ENTER, JOIN_NAMES, JOIN_HISTORY, JOIN_RANK };
enum { JOIN_ITEM = 8, JOIN_BITS = 10 };

static enum command_result
join_step(struct command *c, unsigned item, unsigned what)
{
	c->step = what << JOIN_ITEM | item;
	if (what == JOIN_ENTER)
		c->cursor = 0; /* of who fetches it */
	return CMD_MORE;
}

static enum command_result
join_enter(struct command *c, unsigned item, const char *name)
{
	enum command_result look;
	char key[64] = "";
	int can, unsure;

	if ((can = could_join(c, name)) < 0)
		return CMD_WAIT;
	if (!can)
		return join_step(c, item + 1, JOIN_ENTER);
	look = lasting_look(c, name, &unsure);
	if (look == CMD_DONE)
		return join_step(c, item + 1, JOIN_ENTER);
	if (look != CMD_ANSWERED)
		return look;
	if (c->m.nparam > 1)
		list_item(c->m.param[1], item, key, sizeof(key));
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

	if (strcmp(c->m.param[0], "0") == 0)
		return join_zero(c);
	if (!list_item(c->m.param[0], item, name, sizeof(name)))
		return CMD_DONE;
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
		return CMD_DONE;
	if ((r = room_joined(c, name)) != 0)
		leave(c, r, reason);
	c->step++;
	return CMD_MORE;
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
	if ((r = room_joined(c, c->m.param[0])) == 0)
		return CMD_DONE;
	if ((rooms[r].modes & ROOM_TOPIC_LOCK) && !channel_is_operator(c, r)) {
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
		reply(c, ERR_NOSUCHNICK, nick);
		return;
	}
	if ((m = channel_member(u, r)) == 0) {
		reply(c, ERR_USERNOTINCHANNEL, users[u].nick, rooms[r].name);
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

enum command_result
cmd_kick(struct command *c)
{
	const char *reason = c->m.nparam > 2 && c->m.param[2][0] != '\0'
	    ? c->m.param[2]
	    : c->u->nick;
	char nick[512];
	uint32_t r;

	if (!list_item(c->m.param[1], c->step, nick, sizeof(nick)))
		return CMD_DONE;
	if ((r = room_joined(c, c->m.param[0])) == 0)
		return CMD_DONE;
	if (!channel_is_operator(c, r)) {
		reply(c, ERR_CHANOPRIVSNEEDED, rooms[r].name);
		return CMD_DONE;
	}
	if (c->step >= TARGETS_MAX) {
		reply(c, ERR_TOOMANYTARGETS, "KICK");
		return CMD_DONE;
	}
	kick(c, r, nick, reason);
	c->step++;
	return CMD_MORE;
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

/* The second step: the room's operators who asked for it are told. */
static enum command_result
invite_told(struct command *c)
{
	uint32_t r = registry_find_room(c->m.param[1]);
	struct envelope *e;

	if (r == 0)
		return CMD_DONE;
	e = command_event(c, EVENT_TO_ROOM);
	event_target_room(e, r);
	e->extra = MEMBER_OPERATOR;
	event_alt(e, CAP(INVITE_NOTIFY), ":%s INVITE %s %s",
	    source_of(c->uid), c->m.param[0], rooms[r].name);
	return CMD_DONE;
}

enum command_result
cmd_invite(struct command *c)
{
	struct envelope *e;
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
		reply(c, ERR_NOSUCHNICK, c->m.param[0]);
		return CMD_DONE;
	}
	if ((r = room_joined(c, c->m.param[1])) == 0)
		return CMD_DONE;
	if ((rooms[r].modes & ROOM_INVITE_ONLY) && !channel_is_operator(c, r)) {
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
	command_op(c, OP_INVITE, u)->b = r;
	reply(c, RPL_INVITING, users[u].nick, rooms[r].name);
	if (users[u].flags & USER_AWAY)
		reply(c, RPL_AWAY, users[u].nick, aways[u].text);
	c->step = 1;
	return CMD_MORE;
}
