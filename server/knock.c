/* SPDX-License-Identifier: ISC */
/*
 * KNOCK: who cannot enter a room by itself asks those inside who could let it
 * in.  They all get the same line, so its first parameter is the room instead
 * of their nick, as other servers have it.
 *
 * A user may knock once in KNOCK_USER seconds, and a room hears one in
 * KNOCK_ROOM seconds, whoever it is from.
 */
#include "channel.h"
#include "deliver.h"
#include "handlers.h"
#include "registry.h"
#include "words.h"
#include "worker.h"

static int
is_closed(uint32_t r)
{
	return (rooms[r].modes & (ROOM_INVITE_ONLY | ROOM_KEY)) ||
	    ((rooms[r].modes & ROOM_LIMIT) && rooms[r].count >= rooms[r].limit);
}

static int
is_too_soon(const struct command *c, uint32_t r)
{
	uint32_t now = (uint32_t)(wall_ms / 1000);

	return now - c->u->knocked < KNOCK_USER ||
	    now - rooms[r].knocked < KNOCK_ROOM;
}

static void
knock(struct command *c, uint32_t r)
{
	struct envelope *e = command_event(c, EVENT_TO_ROOM);
	struct op *op = command_op(c, OP_KNOCK, c->uid);

	event_target_room(e, r);
	e->extra = mode_from(RANK_HALFOP);
	/* RPL_KNOCK */
	event_line(e, ":%s 710 %s %s %s :has asked for an invite.",
	    config->name, rooms[r].name, rooms[r].name, source_of(c->uid));
	op->b = r;
	op->c = (uint32_t)(wall_ms / 1000);
	reply(c, RPL_KNOCKDLVR, rooms[r].name);
}

enum command_result
cmd_knock(struct command *c)
{
	uint32_t r = registry_find_room(c->m.param[0]);

	if (r == 0 || rooms[r].count == 0 || !may_see_room(c, r))
		reply(c, ERR_NOSUCHCHANNEL, word_or_star(c->m.param[0]));
	else if (channel_member(c->uid, r) != 0)
		reply(c, ERR_KNOCKONCHAN, rooms[r].name);
	else if (!is_closed(r))
		reply(c, ERR_CHANOPEN, rooms[r].name);
	else if (channel_ban(r, c->uid, 1) != 0)
		reply(c, ERR_CANNOTSENDTOCHAN, rooms[r].name, " (+b)");
	else if (is_too_soon(c, r))
		reply(c, ERR_TOOMANYKNOCK, rooms[r].name);
	else
		knock(c, r);
	return CMD_DONE;
}
