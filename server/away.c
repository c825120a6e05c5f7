/* SPDX-License-Identifier: ISC */
/*
 * AWAY, also before registration (draft/pre-away).
 *
 * Being away is the user's, whatever device said it last.  But `AWAY *' is
 * the connection's own: a client that nobody sits at, as one that fetches
 * history by itself, counts for nothing (SESSION_ALONE).  A user with no other
 * connection is away for want of one, as if it had none at all (USER_ABSENT),
 * and is back with the first one that somebody sits at.  A text that somebody
 * wrote stays in any case.
 *
 * What is said before registration waits in the place for the reason of the
 * session's end, which it has not yet.
 */
#include <string.h>

#include "../irc/capability.h"
#include "../irc/utf8.h"
#include "away.h"
#include "deliver.h"
#include "handlers.h"

static int
is_alone(const struct session *s)
{
	return s->fd < 0 || (s->flags & SESSION_ALONE) != 0;
}

/* Whether somebody sits at another connection of C's user. */
static int
others_attended(const struct command *c)
{
	uint32_t i;

	for (i = c->u->session; i != 0; i = sessions[i].next)
		if (i != c->sid && !is_alone(&sessions[i]))
			return 1;
	return 0;
}

static void
note(struct command *c, uint32_t flags, const char *text)
{
	struct op *op = command_op(c, OP_ALONE, c->sid);

	op->b = flags;
	op_text(op, text);
}

static void
set_away(struct command *c, int away, int absent, const char *text)
{
	struct op *op = command_op(c, OP_AWAY, c->uid);

	op->b = (uint32_t)away;
	op->c = (uint32_t)absent;
	op_text(op, text);
}

/* The rooms hear of it: "" is back. */
static void
tell(struct command *c, const char *text)
{
	struct envelope *e = command_event(c, EVENT_TO_ROOMS);

	if (text[0] != '\0')
		event_alt(e, CAP(AWAY_NOTIFY), ":%s AWAY :%s",
		    source_of(c->uid), text);
	else
		event_alt(e, CAP(AWAY_NOTIFY), ":%s AWAY", source_of(c->uid));
	event_rooms_of(e, c->uid);
	event_monitored(e, MONITORED_NEWS);
}

/* Nobody sits at this one, nor at any other: unless the user has said why it
 * is away, it is so now. */
static void
leave_alone(struct command *c)
{
	if ((c->u->flags & USER_AWAY) || others_attended(c))
		return;
	tell(c, "*");
	set_away(c, 1, 1, "*");
}

void
away_last(struct command *c)
{
	if ((c->u->flags & (USER_REGISTERED | USER_ENDS)) == USER_REGISTERED &&
	    !is_alone(c->s))
		leave_alone(c);
}

void
away_begin(struct command *c)
{
	if (c->s->flags & SESSION_ALONE)
		set_away(c, 1, 1, "*");
	else if (c->s->flags & SESSION_PRE_AWAY) {
		set_away(c, 1, 0, reasons[c->sid].text);
		note(c, 0, "");
	}
}

void
away_arrive(struct command *c)
{
	if (!(c->s->flags & SESSION_PRE_AWAY))
		return;
	tell(c, reasons[c->sid].text);
	set_away(c, 1, 0, reasons[c->sid].text);
	note(c, 0, "");
}

/* Before registration: kept until then. */
static enum command_result
early(struct command *c, const char *text, int alone)
{
	if (!(c->s->caps & CAP(PRE_AWAY))) {
		reply(c, ERR_NOTREGISTERED);
		return CMD_DONE;
	}
	if (text[0] == '\0') {
		reply(c, RPL_UNAWAY);
		note(c, 0, "");
		return CMD_DONE;
	}
	reply(c, RPL_NOWAWAY);
	note(c, alone ? SESSION_ALONE : SESSION_PRE_AWAY, text);
	return CMD_DONE;
}

enum command_result
cmd_away(struct command *c)
{
	char *text = c->m.nparam > 0 ? c->m.param[0] : NULL;
	char none[1] = "";
	int alone;

	if (text == NULL)
		text = none;
	text[utf8_cut(text, strlen(text), AWAY_MAX)] = '\0';
	alone = strcmp(text, "*") == 0 && (c->s->caps & CAP(PRE_AWAY));
	if (!(c->u->flags & USER_REGISTERED))
		return early(c, text, alone);
	if (alone) {
		reply(c, RPL_NOWAWAY);
		note(c, SESSION_ALONE, text);
		leave_alone(c);
		return CMD_DONE;
	}
	if (text[0] != '\0')
		reply(c, RPL_NOWAWAY);
	else
		reply(c, RPL_UNAWAY);
	if (c->s->flags & SESSION_ALONE)
		note(c, 0, "");
	if (text[0] == '\0' && !(c->u->flags & USER_AWAY))
		return CMD_DONE;
	tell(c, text);
	set_away(c, text[0] != '\0', 0, text);
	return CMD_DONE;
}
