/* SPDX-License-Identifier: ISC */
/*
 * Taking back what was said: REDACT (draft/message-redaction).
 *
 * Whose a message is, the store knows, by account; that the asker is an
 * operator of the room is told it with the question.  The message is gone from
 * history when the answer comes, and then whoever is there and knows what that
 * means is told.
 */
#include <stdio.h>
#include <string.h>

#include "../irc/capability.h"
#include "../irc/tag.h"
#include "../irc/utf8.h"
#include "ask.h"
#include "audit.h"
#include "channel.h"
#include "deliver.h"
#include "handlers.h"
#include "history.h"
#include "oper.h"
#include "registry.h"
#include "words.h"
#include "worker.h"

enum { MSGID_MAX = 40 };

static enum command_result
fail(struct command *c, const char *code, const char *text)
{
	char target[NAME_CHANNEL + 2], msgid[MSGID_MAX + 1];

	snprintf(target, sizeof(target), "%s", c->m.param[0]);
	snprintf(msgid, sizeof(msgid), "%s", c->m.param[1]);
	reply_line(c, ":%s FAIL REDACT %s %s%s%s :%s", config->name, code,
	    word_or_star(target),
	    strcmp(code, "INVALID_TARGET") != 0 ? " " : "",
	    strcmp(code, "INVALID_TARGET") != 0 ? word_or_star(msgid) : "",
	    text);
	return CMD_DONE;
}

/* Who asks, and whether it may as an operator of the room. */
static const char *
context(struct command *c, const struct place *p)
{
	static char text[2 * SOURCE_MAX + 32];
	const char *source = source_of(c->uid);
	size_t n;

	n = (size_t)snprintf(text, sizeof(text), "source=");
	n += tag_escape(text + n, sizeof(text) - n, source, strlen(source));
	/* nobody is one of a room of which it is not known whose it is */
	if (p->room != 0 && !rooms[p->room].unsure &&
	    channel_is_operator(c, p->room))
		snprintf(text + n, sizeof(text) - n, ";oper=1");
	return text;
}

/* Those who are there are told. */
static void
redacted(struct command *c, const struct place *p, const char *reason)
{
	struct envelope *e;
	uint32_t u;

	if (p->room != 0) {
		e = command_event(c, EVENT_TO_ROOM);
		event_target_room(e, p->room);
	} else {
		u = registry_find_nick(p->shown);
		e = command_event(c, EVENT_TO_USER);
		event_target_user(e,
		    u != 0 && (users[u].flags & USER_REGISTERED) ? u : c->uid);
	}
	event_alt(e, CAP(MESSAGE_REDACTION), ":%s REDACT %s %s%s%s",
	    source_of(c->uid), p->shown, c->m.param[1],
	    reason != NULL ? " :" : "", reason != NULL ? reason : "");
	reply_event(c);
}

/* Where it is to be redacted: who may see to rooms need not be there. */
static int
place(struct command *c, struct place *p)
{
	const char *name = c->m.param[0];

	if (place_find(c, name, p) == 0)
		return 0;
	if (!oper_may(c->uid, PRIV_ROOMS) ||
	    (p->room = registry_find_room(name)) == 0)
		return -1;
	snprintf(p->key, sizeof(p->key), "%s", rooms[p->room].name);
	snprintf(p->shown, sizeof(p->shown), "%s", rooms[p->room].name);
	return 0;
}

static enum command_result
redact(struct command *c)
{
	const char *msgid = c->m.param[1];
	char *reason = c->m.param[2];
	struct place p;
	struct message m;
	enum command_result r;

	if (place(c, &p) != 0)
		return fail(c, "INVALID_TARGET",
		    "You cannot delete messages there");
	if (strcmp(word_or_star(msgid), msgid) != 0 ||
	    strlen(msgid) > MSGID_MAX)
		return fail(c, "UNKNOWN_MSGID", "This names no message");
	if (reason != NULL)
		reason[utf8_cut(reason, strlen(reason), KICK_MAX)] = '\0';
	c->context = context(c, &p);
	/* the privilege is one in rooms */
	c->as_user = p.room == 0 || !oper_may(c->uid, PRIV_ROOMS);
	if ((r = ask(c, "REDACT %s %s%s%s", p.key, msgid,
	         reason != NULL ? " :" : "",
	         reason != NULL ? reason : "")) != CMD_ANSWERED)
		return r;
	ask_message(c, &m);
	if (strcmp(m.command, "REDACTED") == 0)
		redacted(c, &p, reason);
	else if (m.nparam >= 3)
		return fail(c, m.param[1], m.param[m.nparam - 1]);
	else
		return fail(c, "INTERNAL_ERROR", "The server's memory failed");
	return CMD_DONE;
}

enum command_result
cmd_redact(struct command *c)
{
	struct place p;

	/* who has no other right to it leaves a trace */
	if ((c->step & (STEP_AUDITING | STEP_AUDITED)) ||
	    (oper_may(c->uid, PRIV_ROOMS) && place(c, &p) == 0 &&
	        p.room != 0 && !channel_is_operator(c, p.room)))
		return audit(c, PRIV_ROOMS, "REDACT", c->m.param[0],
		    c->m.param[1], redact);
	return redact(c);
}
