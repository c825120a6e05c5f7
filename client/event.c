/* SPDX-License-Identifier: ISC */
/*
 * Events: what a line from the server means to us, and how it is told.
 *
 * One table: a command or numeric, who deals with it, how many parameters it
 * needs, and, for those that are merely shown, in which words.  A line that
 * is in no row is shown as it is, and numerics of 400 and above as errors.
 * The session and its rooms are told what changes them, unless the line is of
 * the past; what is told of may hold anything, and whoever shows it makes it
 * harmless, so no handler needs to think of that.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "batch.h"
#include "catchup.h"
#include "event.h"
#include "history.h"
#include "ignore.h"
#include "irc/capability.h"
#include "irc/message.h"
#include "irc/name.h"
#include "irc/tag.h"
#include "irc/utf8.h"
#include "listing.h"
#include "negotiation.h"
#include "news.h"
#include "own.h"
#include "recent.h"
#include "room.h"
#include "sasl.h"
#include "say.h"
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

/* ---- times ---- */

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

/* "2026-01-31T12:34:56.789Z" in milliseconds; 0 when it is not of that form,
 * or of no time. */
static int64_t
event_time(const char *text)
{
	int y, mo, d, h, mi, sec, ms = 0;

	if (sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d.%3d", &y, &mo, &d, &h, &mi,
	    &sec, &ms) < 6 || y < 1970 || mo < 1 || mo > 12 || d < 1 ||
	    d > 31 || h < 0 || mi < 0 || sec < 0 || ms < 0)
		return 0;
	return ((event_days(y, mo, d) * 86400LL) + h * 3600 + mi * 60 + sec) *
	    1000 + ms;
}

/* ---- telling ---- */

static const char *
event_or_null(const char *s)
{
	return *s == '\0' ? NULL : s;
}

struct news
event_news(const struct event_line *e, enum news_kind kind)
{
	struct news n = { .kind = kind };

	n.flags = e->flags;
	n.when = e->when;
	n.msgid = event_or_null(e->msgid);
	n.nick = e->nick;
	n.address = event_or_null(e->address);
	n.account = event_or_null(e->account);
	n.reply = event_or_null(e->reply);
	return n;
}

void
event_tell(struct session *s, const struct event_line *e,
    enum news_kind kind, const char *room, const char *text)
{
	struct news n = event_news(e, kind);

	n.room = room;
	n.text = text;
	news_tell(s, &n);
}

/* A parameter that need not be there. */
static const char *
event_param(const struct event_line *e, int i)
{
	return e->m.nparam > i && *e->m.param[i] != '\0' ? e->m.param[i] :
	    NULL;
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

/* ---- people come and go ---- */

/* One of whom all is known from now on, by away-notify and the like. */
static void
event_enter(struct session *s, const struct event_line *e, const char *room,
    const char *account)
{
	struct room *r;

	if (e->past)
		return;
	if (e->own) {
		r = room_know(&s->rooms, &s->isupport, room, NULL);
		if (r != NULL)
			r->joined = r->wanted = 1;
		if (*s->target == '\0')
			session_target(s, room);
		if (s->caps & (CAP(NO_IMPLICIT_NAMES) | CAP(NO_NAMES)))
			session_write(s, "NAMES %s", room);
		catchup_joined(s, room);
	} else
		r = room_find(s->rooms, room);
	if (r != NULL)
		room_enter(r, e->nick, NULL, event_or_null(e->address),
		    account);
}

/* With extended-join an account, "*" for none, and the real name. */
static void
event_join(struct session *s, struct event_line *e)
{
	struct news n = event_news(e, NEWS_JOIN);

	n.room = e->m.param[0];
	if (e->m.nparam > 1)
		n.account = strcmp(e->m.param[1], "*") != 0 ?
		    event_or_null(e->m.param[1]) : NULL;
	n.text = e->m.nparam > 2 ? e->m.param[2] : NULL;
	event_enter(s, e, n.room, n.account);
	if (!e->quiet)
		news_tell(s, &n);
}

/* NICK is out of ROOM. */
static void
event_leave(struct session *s, const struct event_line *e, const char *room,
    const char *nick)
{
	struct room *r = room_find(s->rooms, room);

	if (e->past || r == NULL)
		return;
	if (session_is_me(s, nick))
		room_forget(&s->rooms, room);
	else
		room_leave(r, nick);
}

static void
event_part(struct session *s, struct event_line *e)
{
	event_tell(s, e, NEWS_PART, e->m.param[0], event_param(e, 1));
	event_leave(s, e, e->m.param[0], e->nick);
}

/* Of the past it is told by room: who was where then is not known now. */
static void
event_quit(struct session *s, struct event_line *e)
{
	struct room *r;

	if (!e->quiet)
		event_tell(s, e, NEWS_QUIT, NULL, event_param(e, 0));
	for (r = s->rooms; r != NULL && !e->past && !e->own; r = r->next)
		room_leave(r, e->nick);
}

static void
event_kick(struct session *s, struct event_line *e)
{
	struct news n = event_news(e, NEWS_KICK);

	n.room = e->m.param[0];
	n.about = e->m.param[1];
	n.text = event_param(e, 2);
	if (session_is_me(s, n.about))
		n.flags |= NEWS_MENTION;
	news_tell(s, &n);
	event_leave(s, e, n.room, n.about);
}

static void
event_nick(struct session *s, struct event_line *e)
{
	struct news n = event_news(e, NEWS_NICK);
	struct room *r;

	n.about = e->m.param[0];
	news_tell(s, &n);
	if (e->past || *n.about == '\0')
		return;
	for (r = s->rooms; r != NULL; r = r->next)
		room_nick(r, e->nick, n.about);
	if (e->own)
		session_nick_changed(s, n.about);
}

static void
event_away(struct session *s, struct event_line *e)
{
	int away = e->m.nparam > 0;
	struct room *r;

	for (r = s->rooms; r != NULL && !e->past; r = r->next)
		room_away(r, e->nick, away);
	event_tell(s, e, away ? NEWS_AWAY : NEWS_BACK, NULL,
	    event_param(e, 0));
}

static void
event_account(struct session *s, struct event_line *e)
{
	struct news n = event_news(e, NEWS_ACCOUNT);
	struct room *r;

	n.account = strcmp(e->m.param[0], "*") == 0 ? NULL : e->m.param[0];
	for (r = s->rooms; r != NULL && !e->past; r = r->next)
		room_account(r, e->nick, n.account);
	news_tell(s, &n);
}

static void
event_setname(struct session *s, struct event_line *e)
{
	event_tell(s, e, NEWS_SETNAME, NULL, e->m.param[0]);
}

static void
event_chghost(struct session *s, struct event_line *e)
{
	char address[SESSION_TARGET];
	struct room *r;

	snprintf(address, sizeof(address), "%s@%s", e->m.param[0],
	    e->m.param[1]);
	for (r = s->rooms; r != NULL && !e->past; r = r->next)
		if (room_has(r, e->nick))
			room_enter(r, e->nick, NULL, address, NULL);
	if (e->own && !e->past)
		snprintf(s->address, sizeof(s->address), "%s", address);
	event_tell(s, e, NEWS_CHGHOST, NULL, address);
}

static void
event_invite(struct session *s, struct event_line *e)
{
	struct news n = event_news(e, NEWS_INVITE);

	if (ignore_has(s, e))
		return;
	n.about = e->m.param[0];
	n.room = e->m.param[1];
	if (session_is_me(s, n.about))
		n.flags |= NEWS_MENTION;
	news_tell(s, &n);
}

static void
event_topic(struct session *s, struct event_line *e)
{
	struct room *r = room_find(s->rooms, e->m.param[0]);

	if (r != NULL && !e->past)
		room_set_topic(r, e->m.param[1]);
	event_tell(s, e, NEWS_TOPIC, e->m.param[0], e->m.param[1]);
}

/* A key that is changed while we are in is the one to come back with. */
static void
event_change_mode(struct session *s, struct event_line *e, struct room *r)
{
	if (strcmp(e->m.param[1], "-k") == 0)
		room_set_key(r, NULL);
	else if (strcmp(e->m.param[1], "+k") == 0 && e->m.nparam > 2)
		room_know(&s->rooms, &s->isupport, r->name, e->m.param[2]);
	room_mode(r, e->m.param[1], e->m.param + 2, e->m.nparam - 2);
}

/* Modes of ours are of nobody's room. */
static void
event_mode(struct session *s, struct event_line *e)
{
	struct room *r = room_find(s->rooms, e->m.param[0]);
	struct news n = event_news(e, NEWS_MODE);
	char modes[SESSION_LINE];

	if (r != NULL && !e->past)
		event_change_mode(s, e, r);
	event_rest(modes, sizeof(modes), &e->m, 1);
	n.target = e->m.param[0];
	n.room = session_is_room(s, n.target) ? n.target : NULL;
	n.text = modes;
	news_tell(s, &n);
}

/* The room is the same, so all that is known of it stays. */
static void
event_rename(struct session *s, struct event_line *e)
{
	struct room *r = room_find(s->rooms, e->m.param[0]);
	struct news n = event_news(e, NEWS_RENAME);

	n.room = e->m.param[0];
	n.about = e->m.param[1];
	n.text = event_param(e, 2);
	if (r != NULL && !e->past) {
		if (isupport_cmp(&s->isupport, s->target, r->name) == 0)
			session_target(s, n.about);
		if (room_find(s->rooms, n.about) != NULL &&
		    room_find(s->rooms, n.about) != r)
			room_forget(&s->rooms, n.about);
		room_rename(r, n.about);
		recent_rename(s, n.room, n.about);
	}
	news_tell(s, &n);
}

/* How far we have read, here or on another device; "*": not known. */
static void
event_markread(struct session *s, struct event_line *e)
{
	struct news n = event_news(e, NEWS_MARKER);
	const char *when = e->m.param[1];

	if (strncmp(when, "timestamp=", 10) != 0)
		return;
	n.when = event_time(when + 10);
	if (n.when == 0)
		return;
	n.room = e->m.param[0];
	say_was_read(s, n.room, n.when);
	news_tell(s, &n);
}

static void
event_wallops(struct session *s, struct event_line *e)
{
	event_tell(s, e, NEWS_WALLOPS, NULL, e->m.param[0]);
}

/* ---- answers ---- */

/* The room, or who, an answer is about: parameters after our nick. */
static const char *
event_about_room(const struct session *s, const struct event_line *e)
{
	int i;

	for (i = 1; i < e->m.nparam - 1; i++)
		if (session_is_room(s, e->m.param[i]))
			return e->m.param[i];
	/* no such nick; away */
	if (strcmp(e->m.command, "401") == 0 ||
	    strcmp(e->m.command, "301") == 0)
		return event_param(e, 1);
	return NULL;
}

/* An answer, of which NICK (or NULL) is to be named first; ABOUT: its code, or
 * NULL. */
static void
event_answer(struct session *s, const struct event_line *e,
    const char *about, const char *nick, const char *text)
{
	struct news n = event_news(e, NEWS_REPLY);

	n.nick = nick;
	n.address = n.account = NULL;
	n.about = about != NULL ? about : e->m.command;
	n.room = event_about_room(s, e);
	n.text = text;
	news_tell(s, &n);
}

static void
event_error_about(struct session *s, const struct event_line *e,
    const char *about, const char *lead, const char *why)
{
	struct news n = event_news(e, NEWS_ERROR);
	char text[EVENT_TEXT];

	snprintf(text, sizeof(text), "%s%s", lead, why);
	n.nick = n.address = n.account = NULL;
	n.about = about != NULL ? about : e->m.command;
	n.room = event_about_room(s, e);
	n.text = text;
	news_tell(s, &n);
}

/* "no such nick: bob", the text before what it is about, would read well
 * only in English; what it is about comes first. */
static void
event_show_refusal(struct session *s, const struct event_line *e)
{
	char text[EVENT_TEXT], lead[EVENT_TEXT + 4];
	const struct message *m = &e->m;
	struct message about = *m;

	if (own_refused(s, e->label, m->command,
	    m->nparam > 2 ? m->param[1] : NULL,
	    m->nparam > 0 ? m->param[m->nparam - 1] : m->command))
		return;
	about.nparam--;
	event_rest(text, sizeof(text), &about, 1);
	snprintf(lead, sizeof(lead), "%s%s", text, *text ? ": " : "");
	event_error_about(s, e, NULL, lead,
	    m->nparam > 0 ? m->param[m->nparam - 1] : m->command);
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
	session_clock(s, e->when);
	session_pong(s, e->m.param[e->m.nparam - 1]);
}

/* After our QUIT it is the answer to it, and to all that went before it;
 * before the welcome it is a refusal, which time may heal. */
static void
event_error(struct session *s, struct event_line *e)
{
	if (s->state == SESSION_QUITTING) {
		own_confirmed(s, s->outbox.order);
		return;
	}
	event_error_about(s, e, NULL, "the server says: ", e->m.param[0]);
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
		event_error_about(s, e, NULL, "", why);
}

static void
event_nick_refused(struct session *s, struct event_line *e)
{
	int invalid = strcmp(e->m.command, "432") == 0;

	if (s->state == SESSION_REGISTERING) {
		session_nick_refused(s, e->m.param[e->m.nparam - 1], invalid);
		return;
	}
	event_show_refusal(s, e);
}

static void
event_welcome(struct session *s, struct event_line *e)
{
	session_clock(s, e->when);
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

	event_answer(s, e, NULL, NULL,
	    text + (strncmp(text, "- ", 2) == 0 ? 2 : 0));
}

/* Where ranks or names compare in another way now, who is where has to be
 * asked for again. */
static void
event_isupport(struct session *s, struct event_line *e)
{
	struct isupport before = s->isupport;
	struct room *r;
	int i;

	for (i = 1; i < e->m.nparam; i++)
		isupport_take(&s->isupport, e->m.param[i]);
	if (before.folded == s->isupport.folded &&
	    strcmp(before.prefixes, s->isupport.prefixes) == 0)
		return;
	for (r = s->rooms; r != NULL; r = r->next) {
		room_empty(r);
		if (r->joined)
			session_write(s, "NAMES %s", r->name);
	}
}

/* A refused room is no longer wanted; the target stays, so that what is
 * typed next is refused too and does not go to another room. */
static void
event_room_refused(struct session *s, struct event_line *e)
{
	struct room *r = room_find(s->rooms, e->m.param[1]);

	event_show_refusal(s, e);
	if (r == NULL || !r->joined)
		catchup_refused(s, e->m.param[1]);
	if (r != NULL && !r->joined)
		room_forget(&s->rooms, e->m.param[1]);
}

static void
event_who(struct session *s, struct event_line *e)
{
	char **p = e->m.param, text[EVENT_TEXT];
	const char *real = strchr(p[7], ' '); /* after the hop count */
	struct room *r = room_find(s->rooms, p[1]);

	listing_who(s, e);
	if (r != NULL)
		room_away(r, p[5], *p[6] == 'G');
	snprintf(text, sizeof(text), "%s%s (%s@%s) %s",
	    strcmp(p[1], "*") == 0 ? "" : p[1],
	    *p[6] == 'G' ? " is away" : "", p[2], p[3],
	    real == NULL ? "" : real + 1);
	event_answer(s, e, NULL, p[5], text);
}

/* "FAIL JOIN CODE context :text" */
static void
event_standard_reply(struct session *s, struct event_line *e)
{
	char text[EVENT_TEXT], named[EVENT_TEXT * 2];

	event_rest(text, sizeof(text), &e->m, 0);
	if (strcmp(e->m.command, "FAIL") != 0) {
		snprintf(named, sizeof(named), "%s: %s", e->nick, text);
		event_answer(s, e, event_param(e, 1), NULL, named);
		return;
	}
	if (!own_refused(s, e->label, event_param(e, 1),
	    e->m.nparam > 3 ? e->m.param[2] : NULL,
	    e->m.param[e->m.nparam - 1]))
		event_error_about(s, e, event_param(e, 1), "", text);
	if (*e->label == '\0')
		history_refused(s, e->m.param[0]);
}

/* ---- what is known of rooms ---- */

/* "in #room: @alice bob", of which entering brings one. */
static void
event_names(struct session *s, struct event_line *e)
{
	struct room *r = room_find(s->rooms, e->m.param[2]);
	struct news n = event_news(e, NEWS_REPLY);
	char text[EVENT_TEXT];

	if (r != NULL && !r->known)
		n.flags |= NEWS_UNASKED;
	if (r != NULL && r->joined)
		room_names(r, e->m.param[3]);
	snprintf(text, sizeof(text), "in %s: %s", e->m.param[2],
	    e->m.param[3]);
	n.nick = n.address = n.account = NULL;
	n.about = e->m.command;
	n.room = e->m.param[2];
	n.text = text;
	news_tell(s, &n);
}

static void
event_names_end(struct session *s, struct event_line *e)
{
	struct room *r = room_find(s->rooms, e->m.param[1]);

	if (r == NULL || !r->joined)
		return;
	room_names_end(r);
	event_tell(s, e, NEWS_MEMBERS, r->name, NULL);
}

static void
event_no_topic(struct session *s, struct event_line *e)
{
	struct room *r = room_find(s->rooms, e->m.param[1]);

	if (r != NULL)
		room_set_topic(r, "");
}

static void
event_topic_is(struct session *s, struct event_line *e)
{
	struct room *r = room_find(s->rooms, e->m.param[1]);

	if (r != NULL)
		room_set_topic(r, e->m.param[2]);
}

static void
event_modes_are(struct session *s, struct event_line *e)
{
	struct room *r = room_find(s->rooms, e->m.param[1]);

	if (r == NULL)
		return;
	*r->modes = '\0';
	room_mode(r, e->m.param[2], e->m.param + 3, e->m.nparam - 3);
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
	{ "RENAME", event_rename, 2, NULL, 0 },
	{ "WALLOPS", event_wallops, 1, NULL, 0 },
	{ "PING", event_ping, 1, NULL, 0 },
	{ "PONG", event_pong, 1, NULL, 0 },
	{ "ERROR", event_error, 1, NULL, 0 },
	{ "CAP", negotiation_cap, 2, NULL, 0 },
	{ "AUTHENTICATE", sasl_authenticate, 1, NULL, 0 },
	{ "CHATHISTORY", catchup_target, 2, NULL, 0 },
	{ "FAIL", event_standard_reply, 1, NULL, 0 },
	{ "WARN", event_standard_reply, 1, NULL, 0 },
	{ "NOTE", event_standard_reply, 1, NULL, 0 },
	{ "ACK", NULL, 0, NULL, EVENT_HIDDEN },
	{ "BATCH", batch_command, 1, NULL, 0 },
	{ "TAGMSG", speech_tagmsg, 1, NULL, 0 },
	{ "REDACT", speech_redact, 2, NULL, 0 },
	{ "MARKREAD", event_markread, 2, NULL, 0 },

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
	{ "322", listing_room, 3, "%2 has %3 people: %4", 0 },
	{ "323", listing_end, 0, NULL, 0 },
	{ "324", event_modes_are, 3, "modes of %2: %>", 0 },
	{ "329", NULL, 0, NULL, EVENT_HIDDEN },
	{ "331", event_no_topic, 2, "%2 has no topic", 0 },
	{ "332", event_topic_is, 3, "topic of %2: %3", 0 },
	{ "333", NULL, 0, NULL, EVENT_HIDDEN },
	{ "341", NULL, 3, "%2 was invited to %3", 0 },
	{ "352", event_who, 8, NULL, 0 },
	{ "315", listing_end, 0, NULL, 0 },
	{ "354", listing_whox, 9, NULL, 0 },
	{ "303", listing_ison, 2, "here is %2", 0 },
	{ "730", listing_here, 2, "%2 is here", 0 },
	{ "731", listing_gone, 2, "%2 is not here", 0 },
	{ "353", event_names, 4, NULL, 0 },
	{ "366", event_names_end, 2, NULL, 0 },
	{ "900", sasl_logged_in, 3, NULL, 0 },
	{ "901", sasl_logged_out, 0, NULL, 0 },
	{ "902", sasl_failed, 1, NULL, 0 },
	{ "903", sasl_success, 0, NULL, 0 },
	{ "904", sasl_failed, 1, NULL, 0 },
	{ "905", sasl_failed, 1, NULL, 0 },
	{ "906", sasl_failed, 1, NULL, 0 },
	{ "907", sasl_failed, 1, NULL, 0 },
	{ "908", NULL, 0, NULL, EVENT_HIDDEN },
	{ "396", NULL, 2, "you are seen as %2", EVENT_WELCOME },

	{ "730", NULL, 2, "here now: %2", 0 },
	{ "731", NULL, 2, "not here: %2", 0 },
	{ "732", NULL, 2, "watched: %2", 0 },
	{ "733", NULL, 0, NULL, EVENT_HIDDEN },

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

static void
event_show_unknown(struct session *s, const struct event_line *e)
{
	const char *c = e->m.command;
	char text[EVENT_TEXT], named[EVENT_TEXT * 2];
	int numeric = strspn(c, "0123456789") == 3 && c[3] == '\0';

	if (numeric && *c >= '4' && *c <= '5') {
		event_show_refusal(s, e);
		return;
	}
	event_rest(text, sizeof(text), &e->m, numeric);
	snprintf(named, sizeof(named), "%s %s", c, text);
	event_answer(s, e, NULL, numeric ? NULL : e->nick,
	    numeric ? text : named);
}

static void
event_show(struct session *s, const struct event *row,
    const struct event_line *e)
{
	char text[EVENT_TEXT];

	if (row->form == NULL)
		return;
	event_form(text, sizeof(text), row->form, &e->m);
	event_answer(s, e, NULL, NULL, text);
}

/* ---- a line ---- */

/* One tag of the line, cut to SIZE; "" when there is none, or it is longer
 * than an honest one, of which a part would be another one. */
static void
event_tag(const struct event_line *e, const char *key, char *buf, size_t size)
{
	*buf = '\0';
	if (e->m.tags != NULL &&
	    tag_get(e->m.tags, key, buf, size) >= (long)size - 1)
		*buf = '\0';
}

static void
event_tags(struct event_line *e)
{
	char when[32], bot[8];

	if (e->m.tags == NULL)
		return;
	event_tag(e, "time", when, sizeof(when));
	e->when = event_time(when);
	event_tag(e, "label", e->label, sizeof(e->label));
	e->answers = *e->label != '\0';
	event_tag(e, "batch", e->batch, sizeof(e->batch));
	event_tag(e, "msgid", e->msgid, sizeof(e->msgid));
	event_tag(e, "account", e->account, sizeof(e->account));
	event_tag(e, "+draft/reply", e->reply, sizeof(e->reply));
	if (*e->reply == '\0')
		event_tag(e, "+reply", e->reply, sizeof(e->reply));
	if (tag_get(e->m.tags, "bot", bot, sizeof(bot)) >= 0 ||
	    tag_get(e->m.tags, "inspircd.org/bot", bot, sizeof(bot)) >= 0)
		e->flags |= NEWS_BOT;
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
	if (e->own)
		e->flags |= NEWS_OWN;
}

static void
event_dispatch(struct session *s, struct event_line *e)
{
	const struct event *row = event_find(e->m.command);

	if (row == NULL)
		event_show_unknown(s, e);
	else if (e->m.nparam >= row->params &&
	    !event_is_hidden(s, row->flags)) {
		if (row->handle != NULL)
			row->handle(s, e);
		if (row->form != NULL)
			event_show(s, row, e);
	}
}

void
event_handle(struct session *s, char *line, size_t len)
{
	struct event_line e;

	memset(&e, 0, sizeof(e));
	if (event_parse(&e, line, len) == -1)
		return;
	event_tags(&e);
	event_source(s, &e);
	if (!batch_take(s, &e))
		event_dispatch(s, &e);
	if (e.answers) {
		own_answered(s, e.label);
		history_answered(s, e.label);
	}
}

void
event_lost(struct session *s)
{
	room_leave_all(s->rooms);
	batch_clear(s);
	history_lost(s);
	*s->typing = '\0';
}

void
event_clear(struct session *s)
{
	batch_clear(s);
	history_clear(s);
	recent_clear(s);
	say_clear(s);
}

/* Those of a line that is not kept. */
void
event_copy_source(struct event_line *to, const struct event_line *from,
    char **address)
{
	snprintf(to->nick, sizeof(to->nick), "%s", from->nick);
	to->own = from->own;
	to->flags |= from->flags;
	free(*address);
	*address = strdup(from->address);
}
