/* SPDX-License-Identifier: ISC */
/*
 * Replies: what the server says to us alone.
 *
 * Handlers of event.c's table, and the words of answers and refusals.  A
 * refusal is first offered to own.c: it may be the fate of something we said.
 */

#include <stdio.h>
#include <string.h>

#include "catchup.h"
#include "client/news.h"
#include "event.h"
#include "history.h"
#include "listing.h"
#include "own.h"
#include "reply.h"
#include "room.h"
#include "session.h"

/* ---- answers ---- */

/* The room, or who, an answer is about: parameters after our nick. */
static const char *
reply_about_room(const struct session *s, const struct event_line *e)
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
void
reply_tell(struct session *s, const struct event_line *e,
    const char *about, const char *nick, const char *text)
{
	struct news n = event_news(e, NEWS_REPLY);

	n.nick = nick;
	n.address = n.account = NULL;
	n.about = about != NULL ? about : e->m.command;
	n.room = reply_about_room(s, e);
	n.text = text;
	news_tell(s, &n);
}

void
reply_error_about(struct session *s, const struct event_line *e,
    const char *about, const char *lead, const char *why)
{
	struct news n = event_news(e, NEWS_ERROR);
	char text[EVENT_TEXT];

	snprintf(text, sizeof(text), "%s%s", lead, why);
	n.nick = n.address = n.account = NULL;
	n.about = about != NULL ? about : e->m.command;
	n.room = reply_about_room(s, e);
	n.text = text;
	news_tell(s, &n);
}

/* "no such nick: bob", the text before what it is about, would read well
 * only in English; what it is about comes first. */
void
reply_refusal(struct session *s, const struct event_line *e)
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
	reply_error_about(s, e, NULL, lead,
	    m->nparam > 0 ? m->param[m->nparam - 1] : m->command);
}

/* ---- the server itself ---- */

void
reply_ping(struct session *s, struct event_line *e)
{
	session_write(s, "PONG :%s", e->m.param[0]);
}

void
reply_pong(struct session *s, struct event_line *e)
{
	s->welcoming = 0; /* some servers have no MOTD, and do not say so */
	session_clock(s, e->when);
	session_pong(s, e->m.param[e->m.nparam - 1]);
}

/* After our QUIT it is the answer to it, and to all that went before it;
 * before the welcome it is a refusal, which time may heal. */
void
reply_error(struct session *s, struct event_line *e)
{
	if (s->state == SESSION_QUITTING) {
		own_confirmed(s, s->outbox.order);
		return;
	}
	reply_error_about(s, e, NULL, "the server says: ", e->m.param[0]);
	if (s->state == SESSION_REGISTERING && s->once)
		session_end(s, STATUS_REFUSED, "refused: %s", e->m.param[0]);
}

/* 464, 465: trying again would not help. */
void
reply_refused(struct session *s, struct event_line *e)
{
	const char *why = e->m.param[e->m.nparam - 1];

	if (s->state == SESSION_REGISTERING)
		session_end(s, STATUS_REFUSED, "refused: %s", why);
	else
		reply_error_about(s, e, NULL, "", why);
}

void
reply_nick_refused(struct session *s, struct event_line *e)
{
	int invalid = strcmp(e->m.command, "432") == 0;

	if (s->state == SESSION_REGISTERING) {
		session_nick_refused(s, e->m.param[e->m.nparam - 1], invalid);
		return;
	}
	reply_refusal(s, e);
}

void
reply_welcome(struct session *s, struct event_line *e)
{
	session_clock(s, e->when);
	session_welcome(s, e->m.param[0], e->nick);
}

void
reply_welcome_end(struct session *s, struct event_line *e)
{
	(void)e;
	s->welcoming = 0;
	s->welcomed = 1;
}

/* By custom its lines begin with "- ". */
void
reply_motd(struct session *s, struct event_line *e)
{
	const char *text = e->m.param[1];

	reply_tell(s, e, NULL, NULL,
	    text + (strncmp(text, "- ", 2) == 0 ? 2 : 0));
}

/* Where ranks or names compare in another way now, who is where has to be
 * asked for again. */
void
reply_isupport(struct session *s, struct event_line *e)
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
void
reply_room_refused(struct session *s, struct event_line *e)
{
	struct room *r = room_find(s->rooms, e->m.param[1]);

	reply_refusal(s, e);
	if (r == NULL || !r->joined)
		catchup_refused(s, e->m.param[1]);
	if (r != NULL && !r->joined)
		room_forget(&s->rooms, e->m.param[1]);
}

void
reply_who(struct session *s, struct event_line *e)
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
	reply_tell(s, e, NULL, p[5], text);
}

/* "FAIL JOIN CODE context :text" */
void
reply_standard_reply(struct session *s, struct event_line *e)
{
	char text[EVENT_TEXT], named[EVENT_TEXT * 2];

	event_rest(text, sizeof(text), &e->m, 0);
	if (strcmp(e->m.command, "FAIL") != 0) {
		snprintf(named, sizeof(named), "%s: %s", e->nick, text);
		reply_tell(s, e, event_param(e, 1), NULL, named);
		return;
	}
	if (!own_refused(s, e->label, event_param(e, 1),
	    e->m.nparam > 3 ? e->m.param[2] : NULL,
	    e->m.param[e->m.nparam - 1]))
		reply_error_about(s, e, event_param(e, 1), "", text);
	if (*e->label != '\0')
		return;
	if (e->m.nparam > 2 && strcmp(e->m.param[0], "CHATHISTORY") == 0 &&
	    strcmp(e->m.param[2], "TARGETS") == 0)
		catchup_targets_refused(s);
	else
		history_refused(s, e->m.param[0]);
}
