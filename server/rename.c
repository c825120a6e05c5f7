/* SPDX-License-Identifier: ISC */
/*
 * RENAME: a room gets another name and stays what it is, with its members,
 * modes and lists, and for the store with what was said there and how far each
 * has read (draft/channel-rename).
 *
 * The name is one op on the room's record.  The event that tells of it goes to
 * the store as all events do, in their order, and there the room and its
 * history get the name too (store/rename.c); until the store says so the record
 * keeps the name it was known by.  Who does not know the command sees a PART,
 * then the room as a device is shown it (deliver.c, device.c).
 */
#include <string.h>

#include "../irc/capability.h"
#include "../irc/utf8.h"
#include "ask.h"
#include "channel.h"
#include "deliver.h"
#include "handlers.h"
#include "lasting.h"
#include "local.h"
#include "registry.h"
#include "words.h"
#include "worker.h"

enum { STEP_SHOW = 1 };

static enum command_result
fail(struct command *c, const char *code, const char *text)
{
	reply_line(c, ":%s FAIL RENAME %s %s %s :%s", config->name, code,
	    word_or_star(c->m.param[0]), word_or_star(c->m.param[1]), text);
	c->failed = 1;
	return CMD_DONE;
}

/* Who may: an operator, and of a registered room only its founders. */
static int
may_rename(const struct command *c, uint32_t r)
{
	return channel_rank(c, r) >= (rooms[r].modes & ROOM_REGISTERED
	    ? RANK_FOUNDER
	    : RANK_OPERATOR);
}

/* What is wrong with the wish to call R that; NULL for nothing. */
static const char *
rename_wrong(uint32_t r, const char *to)
{
	if (!name_is_channel(to))
		return "That is no name of a channel";
	if (strcmp(rooms[r].name, to) == 0)
		return "That is its name";
	if (name_cmp(rooms[r].name, to) != 0 &&
	    (local_is_groups(rooms[r].name) || local_is_groups(to)))
		return "It is the name of a room for a group";
	if (wall_ms / 1000 - rooms[r].renamed < RENAME_WAIT)
		return "It was renamed just now";
	if ((rooms[r].modes & ROOM_REGISTERED) && !store_accepts())
		return "The server's memory is out of order, try again later";
	return NULL;
}

/* Whether the store has all of R under the name it has now, or none. */
static int
is_saved(uint32_t r)
{
	const struct room *x = &rooms[r];

	return !(x->modes & ROOM_REGISTERED) ||
	    x->saved == ((uint64_t)x->gen << 32 | x->change);
}

/* What its user gets: the line, or that it leaves and then is shown the room
 * again. */
static enum command_result
tell(struct command *c, uint32_t r, const char *reason)
{
	if (c->s->caps & CAP(CHANNEL_RENAME)) {
		reply_event(c);
		return CMD_DONE;
	}
	if (name_cmp(rooms[r].name, c->m.param[1]) == 0)
		return CMD_DONE;
	reply_line(c, ":%s PART %s%s%s", source_of(c->uid), rooms[r].name,
	    reason[0] != '\0' ? " :" : "", reason);
	c->step = STEP_SHOW;
	c->cursor = 0;
	return CMD_MORE;
}

static enum command_result
rename_room(struct command *c, uint32_t r)
{
	char *reason = c->m.nparam > 2 ? c->m.param[2] : (char []){ "" };
	const struct room *x = &rooms[r];
	struct envelope *e = command_event(c, EVENT_RENAME);
	struct op *op = command_op(c, OP_ROOM_RENAME, r);

	reason[utf8_cut(reason, strlen(reason), KICK_MAX)] = '\0';
	op_text(op, c->m.param[1]);
	op_text2(op, x->was[0] == '\0' || is_saved(r) ? x->name : x->was);
	op->b = (uint32_t)(wall_ms / 1000);
	event_target_room(e, r);
	event_line(e, ":%s RENAME %s %s :%s", source_of(c->uid), x->name,
	    c->m.param[1], reason);
	return tell(c, r, reason);
}

/* The room of the new name, after it has been told of the old one. */
static enum command_result
show(struct command *c)
{
	uint32_t r = registry_find_room(c->m.param[1]);

	if (deliver_catch_up() != 0)
		return CMD_WAIT;
	return r != 0 && channel_member(c->uid, r) != 0 ? channel_show(c, r)
	                                                : CMD_DONE;
}

/* Whether it is known whose R is, for the store would give the name to the
 * room that it knows: CMD_ANSWERED; else to be returned. */
static enum command_result
look_at_old(struct command *c, uint32_t r)
{
	enum command_result look;
	int unsure;

	if (!rooms[r].unsure)
		return CMD_ANSWERED;
	if ((look = lasting_look(c, rooms[r].name, &unsure)) != CMD_ANSWERED)
		return look;
	return fail(c, "CANNOT_RENAME", store_trouble());
}

/* Whether the new name is free: CMD_ANSWERED; else to be returned. */
static enum command_result
look_at_new(struct command *c, const char *to)
{
	enum command_result look;
	int unsure;

	if ((look = lasting_look(c, to, &unsure)) != CMD_ANSWERED)
		return look;
	/* it may be another's, who could not get it back */
	if (unsure)
		return fail(c, "CANNOT_RENAME", store_trouble());
	if (registry_find_room(to) != 0)
		return fail(c, "CHANNEL_NAME_IN_USE",
		    "The channel name is already taken");
	return CMD_ANSWERED;
}

enum command_result
cmd_rename(struct command *c)
{
	const char *to = c->m.param[1], *wrong;
	enum command_result look;
	uint32_t r;

	if ((c->step & ~(uint32_t)STEP_ASKED) == STEP_SHOW)
		return show(c);
	if ((r = channel_joined(c, c->m.param[0])) == 0)
		return CMD_DONE;
	if ((look = look_at_old(c, r)) != CMD_ANSWERED)
		return look;
	if (!may_rename(c, r)) {
		reply(c, ERR_CHANOPRIVSNEEDED, rooms[r].name);
		return CMD_DONE;
	}
	if ((wrong = rename_wrong(r, to)) != NULL)
		return fail(c, "CANNOT_RENAME", wrong);
	if (name_cmp(rooms[r].name, to) == 0)
		return rename_room(c, r);
	if ((look = look_at_new(c, to)) != CMD_ANSWERED)
		return look;
	return rename_room(c, r);
}
