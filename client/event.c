/* SPDX-License-Identifier: ISC */
/*
 * Events: what a line from the server means to us, and how it is told.
 *
 * One table: a command or numeric, who deals with it, how many parameters it
 * needs, and, for those that are merely shown, in which words.  A line that
 * is in no row is shown as it is, and numerics of 400 and above as errors.
 * The session is told what changes it; display.c makes harmless whatever is
 * shown, so no handler needs to think of that.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "display.h"
#include "event.h"
#include "irc/message.h"
#include "irc/name.h"
#include "irc/tag.h"
#include "irc/utf8.h"
#include "negotiation.h"
#include "room.h"
#include "session.h"
#include "speech.h"

enum {
	EVENT_TEXT = 1024, /* what a row's words may become */
};

enum {
	EVENT_WELCOME = 1, /* hidden while it is part of a welcome */
	EVENT_MOTD = 2,    /* so, but shown to a person the first time */
	EVENT_HIDDEN = 4,  /* never shown */
};

struct event {
	const char *command;
	void (*handle)(struct session *, struct event_line *);
	int params;       /* fewer: the line is ignored */
	const char *form; /* "%2 is %3": parameters by number, %> the rest */
	int flags;
};

/* ---- people come and go ---- */

static void
event_join(struct session *s, struct event_line *e)
{
	const char *room = e->m.param[0], *account = NULL;
	struct room *r;

	if (e->own) {
		r = room_know(&s->rooms, room, NULL);
		if (r != NULL)
			r->joined = r->wanted = 1;
		if (*s->target == '\0')
			session_target(s, room);
	} else if (e->m.nparam > 1 && strcmp(e->m.param[1], "*") != 0)
		account = e->m.param[1];
	if (account != NULL)
		display_line(DISPLAY_EVENT, e->nick, "joined %s (account %s)",
		    room, account);
	else
		display_line(DISPLAY_EVENT, e->nick, "joined %s", room);
}

/* " (why)", or "". */
static const char *
event_reason(const struct event_line *e, int param, char *buf, size_t size)
{
	*buf = '\0';
	if (e->m.nparam > param && *e->m.param[param] != '\0')
		snprintf(buf, size, " (%s)", e->m.param[param]);
	return buf;
}

static void
event_part(struct session *s, struct event_line *e)
{
	char why[SESSION_LINE];

	display_line(DISPLAY_EVENT, e->nick, "left %s%s", e->m.param[0],
	    event_reason(e, 1, why, sizeof(why)));
	if (e->own)
		room_forget(&s->rooms, e->m.param[0]);
}

static void
event_quit(struct session *s, struct event_line *e)
{
	char why[SESSION_LINE];

	(void)s;
	display_line(DISPLAY_EVENT, e->nick, "quit%s",
	    event_reason(e, 0, why, sizeof(why)));
}

static void
event_kick(struct session *s, struct event_line *e)
{
	char why[SESSION_LINE];
	int us = session_is_me(s, e->m.param[1]);

	display_line(us ? DISPLAY_ERROR : DISPLAY_EVENT, e->nick,
	    "kicked %s out of %s%s", us ? "you" : e->m.param[1],
	    e->m.param[0], event_reason(e, 2, why, sizeof(why)));
	if (us)
		room_forget(&s->rooms, e->m.param[0]);
}

static void
event_nick(struct session *s, struct event_line *e)
{
	display_line(DISPLAY_EVENT, e->nick, "is now known as %s",
	    e->m.param[0]);
	if (e->own)
		session_nick_changed(s, e->m.param[0]);
}

static void
event_away(struct session *s, struct event_line *e)
{
	char why[SESSION_LINE];

	(void)s;
	display_line(DISPLAY_EVENT, e->nick, "%s%s",
	    e->m.nparam > 0 ? "is away" : "is back",
	    event_reason(e, 0, why, sizeof(why)));
}

static void
event_account(struct session *s, struct event_line *e)
{
	(void)s;
	if (strcmp(e->m.param[0], "*") == 0)
		display_line(DISPLAY_EVENT, e->nick, "logged out");
	else
		display_line(DISPLAY_EVENT, e->nick, "logged in as %s",
		    e->m.param[0]);
}

static void
event_setname(struct session *s, struct event_line *e)
{
	(void)s;
	display_line(DISPLAY_EVENT, e->nick, "is now called %s",
	    e->m.param[0]);
}

static void
event_chghost(struct session *s, struct event_line *e)
{
	if (e->own)
		snprintf(s->address, sizeof(s->address), "%s@%s",
		    e->m.param[0], e->m.param[1]);
	display_line(DISPLAY_EVENT, e->nick, "is now at %s@%s",
	    e->m.param[0], e->m.param[1]);
}

static void
event_invite(struct session *s, struct event_line *e)
{
	int us = session_is_me(s, e->m.param[0]);

	display_line(us ? DISPLAY_MENTION : DISPLAY_EVENT, e->nick,
	    "invites %s to %s", us ? "you" : e->m.param[0], e->m.param[1]);
}

static void
event_topic(struct session *s, struct event_line *e)
{
	(void)s;
	if (*e->m.param[1] == '\0')
		display_line(DISPLAY_EVENT, e->nick, "removed the topic of %s",
		    e->m.param[0]);
	else
		display_line(DISPLAY_EVENT, e->nick,
		    "set the topic of %s: %s", e->m.param[0], e->m.param[1]);
}

/* The parameters from AT on, a space between them. */
static void
event_rest(char *buf, size_t size, const struct message *m, int at)
{
	size_t len = 0;

	*buf = '\0';
	for (; at < m->nparam && len < size; at++)
		len += snprintf(buf + len, size - len, "%s%s",
		    len > 0 ? " " : "", m->param[at]);
}

/* A key that is changed while we are in is the one to come back with. */
static void
event_mode(struct session *s, struct event_line *e)
{
	struct room *r = room_find(s->rooms, e->m.param[0]);
	char modes[SESSION_LINE];

	if (r != NULL && strcmp(e->m.param[1], "-k") == 0)
		room_set_key(r, NULL);
	else if (r != NULL && strcmp(e->m.param[1], "+k") == 0 &&
	    e->m.nparam > 2)
		room_know(&s->rooms, r->name, e->m.param[2]);
	event_rest(modes, sizeof(modes), &e->m, 1);
	if (session_is_room(s, e->m.param[0]) || s->shown)
		display_line(DISPLAY_EVENT, e->nick, "set mode %s on %s",
		    modes, e->m.param[0]);
}

/* ---- the server itself ---- */

static void
event_ping(struct session *s, struct event_line *e)
{
	session_write(s, "PONG :%s", e->m.param[0]);
}

static void
event_pong(struct session *s, struct event_line *e)
{
	s->welcoming = 0; /* some servers have no MOTD, and do not say so */
	session_pong(s, e->m.param[e->m.nparam - 1]);
}

/* After our QUIT it is the answer to it, and to all that went before it;
 * before the welcome it is a refusal, which time may heal. */
static void
event_error(struct session *s, struct event_line *e)
{
	if (s->state == SESSION_QUITTING) {
		outbox_confirm(&s->outbox, s->outbox.next);
		return;
	}
	display_error("the server says: %s", e->m.param[0]);
	if (s->state == SESSION_REGISTERING && s->once)
		session_end(s, STATUS_REFUSED, "refused: %s", e->m.param[0]);
}

/* 464, 465: trying again would not help. */
static void
event_refused(struct session *s, struct event_line *e)
{
	const char *why = e->m.param[e->m.nparam - 1];

	if (s->state == SESSION_REGISTERING)
		session_end(s, STATUS_REFUSED, "refused: %s", why);
	else
		display_error("%s", why);
}

static void
event_nick_refused(struct session *s, struct event_line *e)
{
	int invalid = strcmp(e->m.command, "432") == 0;

	if (s->state == SESSION_REGISTERING) {
		session_nick_refused(s, e->m.param[e->m.nparam - 1], invalid);
		return;
	}
	display_error("%s: %s", e->m.param[1], e->m.param[e->m.nparam - 1]);
	s->refused++;
}

static void
event_welcome(struct session *s, struct event_line *e)
{
	session_welcome(s, e->m.param[0], e->nick);
}

static void
event_welcome_end(struct session *s, struct event_line *e)
{
	(void)e;
	s->welcoming = 0;
	s->welcomed = 1;
}

/* By custom its lines begin with "- ". */
static void
event_motd(struct session *s, struct event_line *e)
{
	const char *text = e->m.param[1];

	(void)s;
	display_client("%s", text + (strncmp(text, "- ", 2) == 0 ? 2 : 0));
}

static void
event_isupport(struct session *s, struct event_line *e)
{
	int i;

	for (i = 1; i < e->m.nparam; i++)
		if (strncmp(e->m.param[i], "CHANTYPES=", 10) == 0)
			snprintf(s->chantypes, sizeof(s->chantypes), "%s",
			    e->m.param[i] + 10);
}

/* A refused room is no longer wanted; the target stays, so that what is
 * typed next is refused too and does not go to another room. */
static void
event_room_refused(struct session *s, struct event_line *e)
{
	struct room *r = room_find(s->rooms, e->m.param[1]);

	display_error("%s: %s", e->m.param[1], e->m.param[e->m.nparam - 1]);
	s->refused++;
	if (r != NULL && !r->joined)
		room_forget(&s->rooms, e->m.param[1]);
}

static void
event_who(struct session *s, struct event_line *e)
{
	char **p = e->m.param;
	const char *real = strchr(p[7], ' '); /* after the hop count */

	(void)s;
	display_line(DISPLAY_EVENT, p[5], "%s%s (%s@%s) %s",
	    strcmp(p[1], "*") == 0 ? "" : p[1],
	    *p[6] == 'G' ? " is away" : "", p[2], p[3],
	    real == NULL ? "" : real + 1);
}

static void
event_standard_reply(struct session *s, struct event_line *e)
{
	char text[EVENT_TEXT];

	event_rest(text, sizeof(text), &e->m, 0);
	if (strcmp(e->m.command, "FAIL") != 0) {
		display_client("%s: %s", e->nick, text);
		return;
	}
	display_error("%s", text);
	s->refused++;
}

/* ---- the table ---- */

static const struct event events[] = {
	{ "PRIVMSG", speech_privmsg, 2, NULL, 0 },
	{ "NOTICE", speech_notice, 2, NULL, 0 },
	{ "JOIN", event_join, 1, NULL, 0 },
	{ "PART", event_part, 1, NULL, 0 },
	{ "QUIT", event_quit, 0, NULL, 0 },
	{ "KICK", event_kick, 2, NULL, 0 },
	{ "NICK", event_nick, 1, NULL, 0 },
	{ "MODE", event_mode, 2, NULL, 0 },
	{ "TOPIC", event_topic, 2, NULL, 0 },
	{ "INVITE", event_invite, 2, NULL, 0 },
	{ "AWAY", event_away, 0, NULL, 0 },
	{ "ACCOUNT", event_account, 1, NULL, 0 },
	{ "SETNAME", event_setname, 1, NULL, 0 },
	{ "CHGHOST", event_chghost, 2, NULL, 0 },
	{ "WALLOPS", NULL, 1, "to all operators: %1", 0 },
	{ "PING", event_ping, 1, NULL, 0 },
	{ "PONG", event_pong, 1, NULL, 0 },
	{ "ERROR", event_error, 1, NULL, 0 },
	{ "CAP", negotiation_cap, 2, NULL, 0 },
	{ "FAIL", event_standard_reply, 1, NULL, 0 },
	{ "WARN", event_standard_reply, 1, NULL, 0 },
	{ "NOTE", event_standard_reply, 1, NULL, 0 },
	{ "ACK", NULL, 0, NULL, EVENT_HIDDEN },
	{ "BATCH", NULL, 0, NULL, EVENT_HIDDEN },
	{ "TAGMSG", NULL, 0, NULL, EVENT_HIDDEN },

	{ "001", event_welcome, 1, NULL, 0 },
	{ "002", NULL, 2, "%>", EVENT_WELCOME },
	{ "003", NULL, 2, "%>", EVENT_WELCOME },
	{ "004", NULL, 2, "%>", EVENT_WELCOME },
	{ "005", event_isupport, 1, NULL, 0 },
	{ "221", NULL, 2, "your modes are %2", EVENT_WELCOME },
	{ "251", NULL, 2, "%>", EVENT_WELCOME },
	{ "252", NULL, 2, "%>", EVENT_WELCOME },
	{ "253", NULL, 2, "%>", EVENT_WELCOME },
	{ "254", NULL, 2, "%>", EVENT_WELCOME },
	{ "255", NULL, 2, "%>", EVENT_WELCOME },
	{ "265", NULL, 2, "%>", EVENT_WELCOME },
	{ "266", NULL, 2, "%>", EVENT_WELCOME },
	{ "250", NULL, 2, "%>", EVENT_WELCOME },
	{ "375", NULL, 2, NULL, EVENT_HIDDEN },
	{ "372", event_motd, 2, NULL, EVENT_MOTD },
	{ "376", event_welcome_end, 1, NULL, 0 },
	{ "422", event_welcome_end, 1, NULL, 0 },

	{ "301", NULL, 3, "%2 is away: %3", 0 },
	{ "305", NULL, 2, "you are no longer marked as away", 0 },
	{ "306", NULL, 2, "you are marked as away", 0 },
	{ "311", NULL, 6, "%2 is %3@%4, %6", 0 },
	{ "312", NULL, 4, "%2 is on %3, %4", 0 },
	{ "317", NULL, 3, "%2 has been idle for %3 seconds", 0 },
	{ "318", NULL, 0, NULL, EVENT_HIDDEN },
	{ "319", NULL, 3, "%2 is in %3", 0 },
	{ "330", NULL, 3, "%2 is logged in as %3", 0 },
	{ "314", NULL, 6, "%2 was %3@%4, %6", 0 },
	{ "369", NULL, 0, NULL, EVENT_HIDDEN },
	{ "321", NULL, 0, NULL, EVENT_HIDDEN },
	{ "322", NULL, 4, "%2 has %3 people: %4", 0 },
	{ "323", NULL, 0, NULL, EVENT_HIDDEN },
	{ "324", NULL, 3, "modes of %2: %>", 0 },
	{ "329", NULL, 0, NULL, EVENT_HIDDEN },
	{ "331", NULL, 2, "%2 has no topic", 0 },
	{ "332", NULL, 3, "topic of %2: %3", 0 },
	{ "333", NULL, 0, NULL, EVENT_HIDDEN },
	{ "341", NULL, 3, "%2 was invited to %3", 0 },
	{ "352", event_who, 8, NULL, 0 },
	{ "315", NULL, 0, NULL, EVENT_HIDDEN },
	{ "353", NULL, 4, "in %3: %4", 0 },
	{ "366", NULL, 0, NULL, EVENT_HIDDEN },
	{ "396", NULL, 2, "you are seen as %2", EVENT_WELCOME },

	{ "403", event_room_refused, 2, NULL, 0 },
	{ "405", event_room_refused, 2, NULL, 0 },
	{ "471", event_room_refused, 2, NULL, 0 },
	{ "473", event_room_refused, 2, NULL, 0 },
	{ "474", event_room_refused, 2, NULL, 0 },
	{ "475", event_room_refused, 2, NULL, 0 },
	{ "476", event_room_refused, 2, NULL, 0 },
	{ "477", event_room_refused, 2, NULL, 0 },
	{ "479", event_room_refused, 2, NULL, 0 },
	{ "489", event_room_refused, 2, NULL, 0 },
	{ "432", event_nick_refused, 2, NULL, 0 },
	{ "433", event_nick_refused, 2, NULL, 0 },
	{ "436", event_nick_refused, 2, NULL, 0 },
	{ "437", event_nick_refused, 2, NULL, 0 },
	{ "464", event_refused, 1, NULL, 0 },
	{ "465", event_refused, 1, NULL, 0 },
};

static const struct event *
event_find(const char *command)
{
	size_t i;

	for (i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		if (name_cmp(events[i].command, command) == 0)
			return &events[i];
	return NULL;
}

/* Puts the parameters into a row's words. */
static void
event_form(char *buf, size_t size, const char *form, const struct message *m)
{
	size_t len = 0;
	int last = 0;

	*buf = '\0';
	for (; *form != '\0' && len + 1 < size; form++) {
		if (*form != '%')
			len += snprintf(buf + len, size - len, "%c", *form);
		else if (*++form == '>') {
			event_rest(buf + len, size - len, m,
			    last > 0 ? last : 1);
			len += strlen(buf + len);
		} else {
			last = *form - '0';
			len += snprintf(buf + len, size - len, "%s",
			    last <= m->nparam ? m->param[last - 1] : "");
		}
	}
}

static int
event_is_hidden(const struct session *s, int flags)
{
	if (flags & EVENT_HIDDEN)
		return 1;
	if (!s->welcoming)
		return 0;
	return (flags & EVENT_WELCOME) ||
	    ((flags & EVENT_MOTD) && (s->welcomed || !s->shown));
}

/* "no such nick: bob", the text before what it is about, would read well
 * only in English; what it is about comes first. */
static void
event_show_refusal(struct session *s, const struct event_line *e)
{
	char text[EVENT_TEXT];
	const struct message *m = &e->m;
	struct message about = *m;

	about.nparam--;
	event_rest(text, sizeof(text), &about, 1);
	display_error("%s%s%s", text, *text ? ": " : "",
	    m->nparam > 0 ? m->param[m->nparam - 1] : m->command);
	s->refused++;
}

static void
event_show_unknown(struct session *s, const struct event_line *e)
{
	const char *c = e->m.command;
	char text[EVENT_TEXT];
	int numeric = strspn(c, "0123456789") == 3 && c[3] == '\0';

	if (numeric && *c >= '4' && *c <= '5') {
		event_show_refusal(s, e);
		return;
	}
	event_rest(text, sizeof(text), &e->m, numeric);
	if (numeric)
		display_client("%s", text);
	else
		display_line(DISPLAY_EVENT, e->nick, "%s %s", c, text);
}

static void
event_show(const struct event *row, const struct event_line *e)
{
	char text[EVENT_TEXT];

	if (row->form == NULL)
		return;
	event_form(text, sizeof(text), row->form, &e->m);
	display_client("%s", text);
}

/* ---- a line ---- */

/* Days since 1970-01-01: the years begin in March, so that leap days come
 * last. */
static long long
event_days(int year, int month, int day)
{
	long long y = month > 2 ? year : year - 1;
	int m = (month + 9) % 12;

	return y * 365 + y / 4 - y / 100 + y / 400 + (m * 306 + 5) / 10 +
	    day - 1 - 719468;
}

/* "2026-01-31T12:34:56.789Z"; 0 when it is not of that form. */
static time_t
event_time(const char *tags)
{
	char buf[32];
	int y, mo, d, h, mi, s;

	if (tags == NULL || tag_get(tags, "time", buf, sizeof(buf)) < 0 ||
	    sscanf(buf, "%4d-%2d-%2dT%2d:%2d:%2d", &y, &mo, &d, &h, &mi,
	    &s) != 6 || y < 1970 || mo < 1 || mo > 12)
		return 0;
	return event_days(y, mo, d) * 86400 + h * 3600 + mi * 60 + s;
}

/* A server's tags may be longer than message_parse() takes from a client, so
 * they are cut off first; a line that is too long is cut, not dropped. */
static int
event_parse(struct event_line *e, char *line, size_t len)
{
	char *rest = line, *tags = NULL, *p;

	for (p = line; p < line + len; p++)
		if (*p == '\0' || *p == '\r' || *p == '\n')
			*p = ' ';
	line[len] = '\0';
	if (*line == '@') {
		tags = line + 1;
		rest = line + strcspn(line, " ");
		if (*rest == ' ')
			*rest++ = '\0';
		rest += strspn(rest, " ");
	}
	len = strlen(rest);
	if (len > MESSAGE_LINE - 2)
		len = utf8_cut(rest, len, MESSAGE_LINE - 2);
	rest[len] = '\0';
	if (message_parse(&e->m, rest, len) != MESSAGE_OK)
		return -1;
	e->m.tags = tags;
	return 0;
}

static void
event_source(struct session *s, struct event_line *e)
{
	const char *source = e->m.source, *bang;

	if (source == NULL)
		source = s->connection.host;
	bang = strchr(source, '!');
	snprintf(e->nick, sizeof(e->nick), "%.*s",
	    bang != NULL ? (int)(bang - source) : (int)strlen(source), source);
	e->address = bang != NULL ? bang + 1 : "";
	e->own = session_is_me(s, e->nick);
	if (e->own && bang != NULL)
		snprintf(s->address, sizeof(s->address), "%s", bang + 1);
}

void
event_handle(struct session *s, char *line, size_t len)
{
	const struct event *row;
	struct event_line e;
	char label[32];

	memset(&e, 0, sizeof(e));
	if (event_parse(&e, line, len) == -1)
		return;
	event_source(s, &e);
	display_at(event_time(e.m.tags));
	row = event_find(e.m.command);
	if (row == NULL)
		event_show_unknown(s, &e);
	else if (e.m.nparam >= row->params &&
	    !event_is_hidden(s, row->flags)) {
		if (row->handle != NULL)
			row->handle(s, &e);
		else
			event_show(row, &e);
	}
	if (e.m.tags != NULL &&
	    tag_get(e.m.tags, "label", label, sizeof(label)) > 0)
		session_label(s, label);
	display_at(0);
}
