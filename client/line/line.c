/* SPDX-License-Identifier: ISC */
/*
 * Lines: the view that puts news into words, one event a line, whoever did it
 * first.
 *
 * It is what a pipe gets, and a terminal without a screen.  It keeps nothing:
 * what it needs to know of rooms and people is in the session.  What somebody
 * says has its own functions; for most of the rest a row of words is enough.
 */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "client/loop.h"
#include "client/session/recent.h"
#include "client/session/session.h"
#include "display.h"
#include "line.h"

enum {
	LINE_TEXT = 8192, /* whatever grows is cut there */
	LINE_HOW = 256,
};

/* What its network is called: only if there are several. */
static const char *line_network = "";

static void __attribute__((format(printf, 4, 5)))
line_put(enum display_kind kind, const struct news *n, const char *lead,
    const char *fmt, ...)
{
	char text[LINE_TEXT], whole[LINE_TEXT];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	snprintf(whole, sizeof(whole), "%s%s%s", line_network,
	    *line_network ? " " : "", lead);
	display_line(kind, n->when, whole, "%s", text);
}

/* ---- what people say ---- */

static enum display_kind
line_speech_kind(const struct news *n)
{
	if (n->flags & NEWS_OWN)
		return DISPLAY_OWN;
	return n->flags & NEWS_MENTION ? DISPLAY_MENTION : DISPLAY_MESSAGE;
}

static int
line_is_room(const struct session *s, const struct news *n)
{
	return n->room != NULL && session_is_room(s, n->room);
}

static void
line_speech_one(struct session *s, const struct news *n, const char *how,
    const char *text)
{
	const char *to = n->target != NULL ? n->target : n->room;
	enum display_kind kind = line_speech_kind(n);
	char lead[SESSION_NICK * 2 + 2];

	if (line_is_room(s, n))
		line_put(kind, n, n->nick, "%s%s: %s", to, how, text);
	else if (n->flags & NEWS_OWN)
		line_put(kind, n, n->nick, "-> %s%s: %s", to, how, text);
	else if (*how != '\0')
		line_put(kind, n, n->nick, "%s: %s", how + 1, text);
	else {
		snprintf(lead, sizeof(lead), "%s:", n->nick);
		line_put(kind, n, lead, "%s", text);
	}
}

static const char *
line_secure(const struct news *n)
{
	return n->flags & NEWS_SECURE ? " (secure)" : "";
}

/* "alice #room: hi", "alice: hi" to us, "us -> alice: hi" from us; HOW may be
 * " (notice)", and " (to bob)" where it answers bob, and " (secure)" where
 * only two can read it.  A message of several lines is several lines. */
static void
line_speech(struct session *s, const struct news *n, const char *how)
{
	const struct recent_message *m;
	char all[LINE_HOW], text[LINE_TEXT];
	const char *p = n->text, *end;

	m = n->reply == NULL ? NULL : recent_find(s, n->reply);
	snprintf(all, sizeof(all), m == NULL ? "%s%s" : "%s%s (to %s)", how,
	    line_secure(n), m == NULL ? "" : m->nick);
	do {
		end = strchrnul(p, '\n');
		snprintf(text, sizeof(text), "%.*s", (int)(end - p), p);
		line_speech_one(s, n, all, text);
		p = end + 1;
	} while (*end != '\0');
}

static void
line_message(struct session *s, const struct news *n)
{
	line_speech(s, n, "");
}

static void
line_notice(struct session *s, const struct news *n)
{
	line_speech(s, n, " (notice)");
}

static void
line_ctcp(struct session *s, const struct news *n)
{
	char how[LINE_HOW / 2];

	if (n->text == NULL) {
		line_put(DISPLAY_EVENT, n, n->nick,
		    "asked for our CTCP %s", n->about);
		return;
	}
	snprintf(how, sizeof(how), " (CTCP %s)", n->about);
	line_speech(s, n, how);
}

static void
line_action(struct session *s, const struct news *n)
{
	enum display_kind kind = line_speech_kind(n);
	const char *to = n->target != NULL ? n->target : n->room;

	if (line_is_room(s, n))
		line_put(kind, n, "*", "%s %s (%s)", n->nick,
		    n->text, to);
	else
		line_put(kind, n, "*", "%s %s (to %s)%s", n->nick,
		    n->text, n->flags & NEWS_OWN ? to : "you",
		    line_secure(n));
}

/* What cannot be read, and why. */
static void
line_sealed(struct session *s, const struct news *n)
{
	(void)s;
	if (n->flags & NEWS_OWN)
		line_put(DISPLAY_ERROR, n, n->nick, "-> %s: an encrypted "
		    "message that cannot be read here: %s", n->room, n->text);
	else
		line_put(DISPLAY_ERROR, n, n->nick, "an encrypted message "
		    "that cannot be read here: %s", n->text);
}

/* ---- what they do ---- */

static void
line_join(struct session *s, const struct news *n)
{
	(void)s;
	if (n->account != NULL && !(n->flags & NEWS_OWN))
		line_put(DISPLAY_EVENT, n, n->nick,
		    "joined %s (account %s)", n->room, n->account);
	else
		line_put(DISPLAY_EVENT, n, n->nick, "joined %s",
		    n->room);
}

static void
line_kick(struct session *s, const struct news *n)
{
	int us = n->flags & NEWS_MENTION;
	char why[LINE_TEXT];

	(void)s;
	*why = '\0';
	if (n->text != NULL)
		snprintf(why, sizeof(why), " (%s)", n->text);
	line_put(us ? DISPLAY_ERROR : DISPLAY_EVENT, n, n->nick,
	    "kicked %s out of %s%s", us ? "you" : n->about, n->room, why);
}

static void
line_invite(struct session *s, const struct news *n)
{
	int us = n->flags & NEWS_MENTION;

	(void)s;
	line_put(us ? DISPLAY_MENTION : DISPLAY_EVENT, n, n->nick,
	    "invites %s to %s", us ? "you" : n->about, n->room);
}

/* Our own modes are only of interest to a person. */
static void
line_mode(struct session *s, const struct news *n)
{
	if (n->room != NULL || s->shown)
		line_put(DISPLAY_EVENT, n, n->nick,
		    "set mode %s on %s", n->text, n->target);
}

static void
line_topic(struct session *s, const struct news *n)
{
	(void)s;
	if (*n->text == '\0')
		line_put(DISPLAY_EVENT, n, n->nick,
		    "removed the topic of %s", n->room);
	else
		line_put(DISPLAY_EVENT, n, n->nick,
		    "set the topic of %s: %s", n->room, n->text);
}

static void
line_account(struct session *s, const struct news *n)
{
	(void)s;
	if (n->account == NULL)
		line_put(DISPLAY_EVENT, n, n->nick, "logged out");
	else
		line_put(DISPLAY_EVENT, n, n->nick,
		    "logged in as %s", n->account);
}

/* ---- about what was said ---- */

/* "a message of bob: hello", if it is still known what it is about. */
static void
line_whose(char *buf, size_t size, const struct session *s,
    const struct news *n)
{
	const struct recent_message *m = recent_find(s, n->about);

	if (m != NULL)
		snprintf(buf, size, "a message of %s: %s", m->nick, m->text);
	else
		snprintf(buf, size, "an earlier message");
}

static void
line_about(struct session *s, const struct news *n, const char *what,
    const char *preposition)
{
	char whose[LINE_HOW * 2], room[LINE_HOW];

	line_whose(whose, sizeof(whose), s, n);
	*room = '\0';
	if (line_is_room(s, n))
		snprintf(room, sizeof(room), " in %s", n->room);
	line_put(DISPLAY_EVENT, n, n->nick, "%s%s %s%s", what, room,
	    preposition, whose);
}

static void
line_react(struct session *s, const struct news *n)
{
	char what[LINE_HOW * 2];

	snprintf(what, sizeof(what), "%s %s",
	    n->kind == NEWS_REACT ? "reacts with" : "takes back", n->text);
	line_about(s, n, what, "to ");
}

static void
line_redact(struct session *s, const struct news *n)
{
	char what[LINE_HOW * 2];

	snprintf(what, sizeof(what), n->text == NULL ? "removes%s" :
	    "removes (%s)", n->text == NULL ? "" : n->text);
	line_about(s, n, what, "");
}

/* Who asked for it sees where it ends, above all when there is none. */
static void
line_history(struct session *s, const struct news *n)
{
	(void)s;
	if (*n->text == '\0' || (n->flags & NEWS_REFUSED))
		return;
	line_put(DISPLAY_CLIENT, n, DISPLAY_LEAD_CLIENT, "%s%s%s: %s%s",
	    strcmp(n->text, "search") == 0 ? "search" : "history",
	    n->room == NULL ? "" : " of ", n->room == NULL ? "" : n->room,
	    strcmp(n->about, "0") == 0 ? "nothing" : n->about,
	    n->flags & NEWS_MORE ? ", perhaps more" : "");
}

/* ---- answers ---- */

static void
line_reply(struct session *s, const struct news *n)
{
	(void)s;
	if (n->nick != NULL)
		line_put(DISPLAY_EVENT, n, n->nick, "%s", n->text);
	else
		line_put(DISPLAY_CLIENT, n, DISPLAY_LEAD_CLIENT,
		    "%s", n->text);
}

static void
line_client(struct session *s, const struct news *n)
{
	(void)s;
	line_put(DISPLAY_CLIENT, n, DISPLAY_LEAD_CLIENT, "%s",
	    n->text);
}

static void
line_error(struct session *s, const struct news *n)
{
	(void)s;
	line_put(DISPLAY_ERROR, n, DISPLAY_LEAD_ERROR, "%s",
	    n->text);
}

/* What we wanted to say is in ABOUT. */
static void
line_fate(struct session *s, const struct news *n)
{
	(void)s;
	line_put(DISPLAY_ERROR, n, DISPLAY_LEAD_ERROR, "%s: %s: %s", n->room,
	    n->text, n->about);
}

static void
line_wallops(struct session *s, const struct news *n)
{
	(void)s;
	line_put(DISPLAY_CLIENT, n, DISPLAY_LEAD_CLIENT,
	    "to all operators: %s", n->text);
}

/* ---- the table ---- */

/* Who tells it, or in which words: %r the room, %a what it is about, %t the
 * text, %w " (text)" if there is one.  Neither: it is not shown. */
static const struct {
	void (*tell)(struct session *s, const struct news *n);
	const char *words;
} lines[NEWS_KINDS] = {
	[NEWS_MESSAGE] = { line_message, NULL },
	[NEWS_NOTICE] = { line_notice, NULL },
	[NEWS_ACTION] = { line_action, NULL },
	[NEWS_CTCP] = { line_ctcp, NULL },
	[NEWS_JOIN] = { line_join, NULL },
	[NEWS_PART] = { NULL, "left %r%w" },
	[NEWS_QUIT] = { NULL, "quit%w" },
	[NEWS_KICK] = { line_kick, NULL },
	[NEWS_NICK] = { NULL, "is now known as %a" },
	[NEWS_MODE] = { line_mode, NULL },
	[NEWS_TOPIC] = { line_topic, NULL },
	[NEWS_INVITE] = { line_invite, NULL },
	[NEWS_AWAY] = { NULL, "is away%w" },
	[NEWS_BACK] = { NULL, "is back" },
	[NEWS_ACCOUNT] = { line_account, NULL },
	[NEWS_SETNAME] = { NULL, "is now called %t" },
	[NEWS_CHGHOST] = { NULL, "is now at %t" },
	[NEWS_RENAME] = { NULL, "renamed %r to %a%w" },
	[NEWS_WALLOPS] = { line_wallops, NULL },
	[NEWS_FAILED] = { line_fate, NULL },
	[NEWS_UNSURE] = { line_fate, NULL },
	[NEWS_REACT] = { line_react, NULL },
	[NEWS_UNREACT] = { line_react, NULL },
	[NEWS_REDACT] = { line_redact, NULL },
	[NEWS_HISTORY] = { line_history, NULL },
	[NEWS_REPLY] = { line_reply, NULL },
	[NEWS_ERROR] = { line_error, NULL },
	[NEWS_CLIENT] = { line_client, NULL },
	[NEWS_STATE] = { line_client, NULL },
	[NEWS_SEALED] = { line_sealed, NULL },
};

static size_t
line_word(char *buf, size_t size, char letter, const struct news *n)
{
	const char *text = letter == 'r' ? n->room :
	    letter == 'a' ? n->about : n->text;

	if (text == NULL)
		text = "";
	if (letter == 'w')
		snprintf(buf, size, *text ? " (%s)" : "%s", text);
	else
		snprintf(buf, size, "%s", text);
	return strlen(buf);
}

static void
line_form(char *buf, size_t size, const char *words, const struct news *n)
{
	size_t len = 0;

	for (; *words != '\0' && len + 1 < size; words++) {
		if (*words == '%')
			len += line_word(buf + len, size - len, *++words, n);
		else
			buf[len++] = *words;
	}
	buf[len] = '\0';
}

void
line_tell(struct session *s, const struct news *n)
{
	char text[LINE_TEXT];

	line_network = s != NULL && loop_sessions() > 1 ? loop_name(s) : "";
	if (n->flags & NEWS_PENDING)
		return; /* it is told again when the server has taken it */
	if (lines[n->kind].tell != NULL)
		lines[n->kind].tell(s, n);
	else if (lines[n->kind].words != NULL) {
		line_form(text, sizeof(text), lines[n->kind].words, n);
		line_put(DISPLAY_EVENT, n, n->nick, "%s", text);
	}
}
