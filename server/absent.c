/* SPDX-License-Identifier: ISC */
/*
 * Those who are not here, and what was said to them meanwhile.
 *
 * The store is asked to keep a message, and says whether there is such an
 * account; when it does, the message is on its disk.  Should the owner have
 * come in between, its session is called.
 *
 * A session that has logged in, or is called, has SESSION_MAIL and is told
 * before its next line is run: a page of messages in a batch; then, when the
 * client's side of the connection has taken that in, the store is told that
 * they were delivered; then the next page, until there is none.  If the
 * connection breaks in between, they are told again to the next session, with
 * the same msgid: rather that than never.
 *
 * The steps of that: STEP_MAIL, and
 *	0                       PENDING: a page
 *	TOLD                    it is in the output; where does that end?
 *	TOLD | SINCE | place    DELIVERED, once the place is behind us
 * and in the cursor the last row of the page.  If the store fails before it
 * could be told of that one, it is remembered as `told'.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../irc/capability.h"
#include "../irc/multiline.h"
#include "absent.h"
#include "ask.h"
#include "deliver.h"
#include "handlers.h"
#include "past.h"
#include "registry.h"
#include "session.h"
#include "words.h"
#include "worker.h"

#define STEP_TOLD (1u << 29)
#define STEP_SINCE (1u << 28)
#define STEP_PLACE (STEP_SINCE - 1)

/* ---- saying something ---- */

/* What the message would be if somebody were there, built beside the step. */
static struct envelope message;

static void
message_make(struct command *c, const char *nick)
{
	event_begin(&message, EVENT_TO_USER, c->uid);
	message_fill(c, &message, message_word(c), nick);
}

/* Its sender sees it as it was kept. */
static void
echo(struct command *c, const struct message *m)
{
	struct envelope *event = c->event;
	const char *dot = strchr(m->param[1], '.');

	if (!(c->s->caps & CAP(ECHO_MESSAGE)) || dot == NULL)
		return;
	message.id = strtoull(dot + 1, NULL, 16);
	message.time = strtoull(m->param[2], NULL, 10);
	c->event = &message;
	reply_event(c);
	c->event = event;
}

static void
reply_kept(struct command *c, const char *nick)
{
	if (c->s->caps & CAP(STANDARD_REPLIES))
		reply_line(c, ":%s NOTE %s KEPT %s :Not here; your message is "
		    "kept and will be delivered", config->name, c->row->name,
		    nick);
	else
		reply_line(c, ":%s NOTICE %s :%s is not here; your message is "
		    "kept and will be delivered", config->name, c->u->nick,
		    nick);
}

int
absent_is(uint32_t u)
{
	return sessions[users[u].session].state == SESSION_ABSENT &&
	    users[u].account[0] != '\0';
}

/* Calls the owner of ACCOUNT, if it has come meanwhile. */
static void
call(struct command *c, const char *account)
{
	uint32_t u;

	registry_lock();
	u = registry_find_account(account, 0);
	registry_unlock();
	if (u != 0)
		event_target_user(command_event(c, EVENT_MAIL), u);
}

/* KEPT account msgid time; NONE; FAIL command code context :text */
static void
answered(struct command *c, int quiet, const char *nick)
{
	struct message m;

	ask_message(c, &m);
	if (strcmp(m.command, "KEPT") == 0 && m.nparam >= 3) {
		message_make(c, nick);
		echo(c, &m);
		if (!quiet)
			reply_kept(c, m.param[0]);
		call(c, m.param[0]);
	} else if (quiet)
		return;
	else if (m.command != NULL && strcmp(m.command, "NONE") == 0)
		reply(c, ERR_NOSUCHNICK, word_or_star(nick));
	else
		reply_line(c, ":%s FAIL %s %s %s :%s", config->name,
		    c->row->name,
		    m.nparam >= 3 ? m.param[1] : "TEMPORARILY_UNAVAILABLE",
		    word_or_star(nick),
		    m.nparam >= 3 ? m.param[m.nparam - 1] : store_trouble());
}

/* Without a store nobody who is not here exists; with one that is out of order
 * nobody can tell. */
static void
refuse(struct command *c, const char *nick)
{
	if (state->store.state == STORE_OFF || !name_is_nick(nick))
		reply(c, ERR_NOSUCHNICK, word_or_star(nick));
	else
		reply_line(c, ":%s FAIL %s TEMPORARILY_UNAVAILABLE %s :Not "
		    "here, and nothing can be kept: %s", config->name,
		    c->row->name, nick, store_trouble());
}

enum command_result
absent_say(struct command *c, int quiet, const char *nick)
{
	char id[64], tags[MESSAGE_TAGS_KEPT + 1];
	enum command_result r;

	if (!name_is_nick(nick) || (c->s->answer == 0 && !store_accepts())) {
		if (!quiet)
			refuse(c, nick);
		return CMD_DONE;
	}
	message_make(c, nick);
	snprintf(id, sizeof(id), "%" PRIx64 ".%" PRIx64, state->started,
	    message.id);
	snprintf(tags, sizeof(tags), "%.*s", (int)message.ntags,
	    envelope_tags(&message));
	r = ask(c, "KEEP %s %s %" PRIu64 " %s %s :%.*s", nick, message_word(c),
	    message.time, id, tags[0] != '\0' ? tags : "*",
	    (int)message.nline, envelope_line(&message));
	if (r != CMD_ANSWERED)
		return r;
	answered(c, quiet, nick);
	return CMD_DONE;
}

/* ---- being told ---- */

static const struct past kept = { .type = "moot/kept" };

/* LINE, said to whatever the account's name was, for C's user as it is called
 * now. */
static char *
line_for(const struct command *c, const char *line)
{
	static char text[MULTILINE_WHOLE + MESSAGE_LINE];
	const char *at = strchr(line, ' ');

	if (at != NULL)
		at = strchr(at + 1, ' ');
	if (at == NULL)
		return NULL;
	at++;
	snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - line), line,
	    c->u->nick, at + strcspn(at, " "));
	return text;
}

/* The messages of an answer; 0 when there are none. */
static int
page_tell(struct command *c)
{
	struct message m;
	char *text;
	int n = 0;

	while (ask_message(c, &m)) {
		if (strcmp(m.command, "ROW") != 0 || m.nparam < 7)
			break;
		if (n++ == 0)
			past_batch(c, '+', &kept);
		c->cursor = strtoull(m.param[0], NULL, 10);
		/* what was taken back is nobody's business */
		if (strcmp(m.param[4], "REDACT") == 0 ||
		    (text = line_for(c, m.param[6])) == NULL)
			continue;
		m.param[6] = text;
		past_row(c, &kept, &m);
	}
	if (n > 0)
		past_batch(c, '-', &kept);
	return n;
}

static enum command_result
go_on(struct command *c, uint32_t step)
{
	c->step = STEP_MAIL | step;
	return CMD_MORE;
}

static enum command_result
tell_page(struct command *c)
{
	enum command_result r = ask(c, "PENDING *");

	if (r != CMD_ANSWERED)
		return r;
	return page_tell(c) > 0 ? go_on(c, STEP_TOLD) : CMD_DONE;
}

/* Whether the client has all up to the place in the step. */
static int
has_it(const struct command *c)
{
	uint64_t behind = (session_acknowledged(c->sid) - c->step) & STEP_PLACE;

	return behind < STEP_SINCE / 2;
}

static enum command_result
note_delivered(struct command *c)
{
	enum command_result r;
	const char *line;

	if (c->s->answer == 0 && !has_it(c))
		return CMD_WAIT;
	r = ask(c, "DELIVERED %" PRIu64, c->cursor);
	if (r != CMD_ANSWERED)
		return r;
	c->s->told = 0;
	line = ask_line(c);
	return line != NULL && strncmp(line, "DELIVERED", 9) == 0
	    ? go_on(c, 0)
	    : CMD_DONE;
}

enum command_result
absent_tell(struct command *c)
{
	if (c->u->account[0] == '\0')
		return CMD_DONE;
	if (c->s->answer == 0 && !store_accepts()) {
		/* the session goes on; this, when there is one again */
		if (c->step & STEP_TOLD)
			c->s->told = c->cursor;
		c->s->flags |= SESSION_MAIL;
		return CMD_DONE;
	}
	if (c->step == 0 && c->s->told != 0) {
		c->cursor = c->s->told;
		return go_on(c, STEP_TOLD);
	}
	c->step |= STEP_MAIL;
	if (!(c->step & STEP_TOLD))
		return tell_page(c);
	if (!(c->step & STEP_SINCE))
		return go_on(c, STEP_TOLD | STEP_SINCE |
		    ((uint32_t)c->s->queued & STEP_PLACE));
	return note_delivered(c);
}
