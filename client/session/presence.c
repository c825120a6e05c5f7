/* SPDX-License-Identifier: ISC */
/*
 * Presence: who comes and goes, and what is known of rooms and those in them.
 *
 * Handlers of event.c's table.  Each tells what happened and changes what is
 * known, in that order where somebody goes, so that a view still finds them,
 * and in the other where somebody comes.  What is of the past is told only.
 */

#include <stdio.h>
#include <string.h>

#include "catchup.h"
#include "client/news.h"
#include "event.h"
#include "ignore.h"
#include "irc/capability.h"
#include "presence.h"
#include "recent.h"
#include "room.h"
#include "say.h"
#include "sealed.h"
#include "session.h"

/* ---- people come and go ---- */

/* One of whom all is known from now on, by away-notify and the like. */
static void
presence_enter(struct session *s, const struct event_line *e, const char *room,
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
void
presence_join(struct session *s, struct event_line *e)
{
	struct news n = event_news(e, NEWS_JOIN);

	n.room = e->m.param[0];
	if (e->m.nparam > 1)
		n.account = strcmp(e->m.param[1], "*") != 0 ?
		    event_or_null(e->m.param[1]) : NULL;
	n.text = e->m.nparam > 2 ? e->m.param[2] : NULL;
	presence_enter(s, e, n.room, n.account);
	if (!e->quiet)
		news_tell(s, &n);
}

/* NICK is out of ROOM. */
static void
presence_leave(struct session *s, const struct event_line *e, const char *room,
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

void
presence_part(struct session *s, struct event_line *e)
{
	event_tell(s, e, NEWS_PART, e->m.param[0], event_param(e, 1));
	presence_leave(s, e, e->m.param[0], e->nick);
}

/* Of the past it is told by room: who was where then is not known now. */
void
presence_quit(struct session *s, struct event_line *e)
{
	struct room *r;

	if (!e->quiet)
		event_tell(s, e, NEWS_QUIT, NULL, event_param(e, 0));
	for (r = s->rooms; r != NULL && !e->past && !e->own; r = r->next)
		room_leave(r, e->nick);
}

void
presence_kick(struct session *s, struct event_line *e)
{
	struct news n = event_news(e, NEWS_KICK);

	n.room = e->m.param[0];
	n.about = e->m.param[1];
	n.text = event_param(e, 2);
	if (session_is_me(s, n.about))
		n.flags |= NEWS_MENTION;
	news_tell(s, &n);
	presence_leave(s, e, n.room, n.about);
}

void
presence_nick(struct session *s, struct event_line *e)
{
	struct news n = event_news(e, NEWS_NICK);
	struct room *r;

	n.about = e->m.param[0];
	news_tell(s, &n);
	if (e->past || *n.about == '\0')
		return;
	for (r = s->rooms; r != NULL; r = r->next)
		room_nick(r, e->nick, n.about);
	sealed_nick(s, e->nick, n.about);
	if (e->own)
		session_nick_changed(s, n.about);
}

void
presence_away(struct session *s, struct event_line *e)
{
	int away = e->m.nparam > 0;
	struct room *r;

	for (r = s->rooms; r != NULL && !e->past; r = r->next)
		room_away(r, e->nick, away);
	event_tell(s, e, away ? NEWS_AWAY : NEWS_BACK, NULL,
	    event_param(e, 0));
}

void
presence_account(struct session *s, struct event_line *e)
{
	struct news n = event_news(e, NEWS_ACCOUNT);
	struct room *r;

	n.account = strcmp(e->m.param[0], "*") == 0 ? NULL : e->m.param[0];
	for (r = s->rooms; r != NULL && !e->past; r = r->next)
		room_account(r, e->nick, n.account);
	news_tell(s, &n);
}

void
presence_setname(struct session *s, struct event_line *e)
{
	event_tell(s, e, NEWS_SETNAME, NULL, e->m.param[0]);
}

void
presence_chghost(struct session *s, struct event_line *e)
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

void
presence_invite(struct session *s, struct event_line *e)
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

void
presence_topic(struct session *s, struct event_line *e)
{
	struct room *r = room_find(s->rooms, e->m.param[0]);

	if (r != NULL && !e->past)
		room_set_topic(r, e->m.param[1]);
	event_tell(s, e, NEWS_TOPIC, e->m.param[0], e->m.param[1]);
}

/* A key that is changed while we are in is the one to come back with. */
static void
presence_change_mode(struct session *s, struct event_line *e, struct room *r)
{
	if (strcmp(e->m.param[1], "-k") == 0)
		room_set_key(r, NULL);
	else if (strcmp(e->m.param[1], "+k") == 0 && e->m.nparam > 2)
		room_know(&s->rooms, &s->isupport, r->name, e->m.param[2]);
	room_mode(r, e->m.param[1], e->m.param + 2, e->m.nparam - 2);
}

/* Modes of ours are of nobody's room. */
void
presence_mode(struct session *s, struct event_line *e)
{
	struct room *r = room_find(s->rooms, e->m.param[0]);
	struct news n = event_news(e, NEWS_MODE);
	char modes[SESSION_LINE];

	if (r != NULL && !e->past)
		presence_change_mode(s, e, r);
	event_rest(modes, sizeof(modes), &e->m, 1);
	n.target = e->m.param[0];
	n.room = session_is_room(s, n.target) ? n.target : NULL;
	n.text = modes;
	news_tell(s, &n);
}

/* The room is the same, so all that is known of it stays. */
void
presence_rename(struct session *s, struct event_line *e)
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
void
presence_markread(struct session *s, struct event_line *e)
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

void
presence_wallops(struct session *s, struct event_line *e)
{
	event_tell(s, e, NEWS_WALLOPS, NULL, e->m.param[0]);
}

/* ---- what is known of rooms ---- */

/* "@alice!u@h bob" without the addresses. */
static void
presence_strip(char *dst, size_t size, const char *names)
{
	size_t len = 0;
	int inside = 1;

	for (; *names != '\0' && len + 1 < size; names++) {
		if (*names == ' ' || *names == '!')
			inside = *names == ' ';
		if (inside)
			dst[len++] = *names;
	}
	dst[len] = '\0';
}

/* "in #room: @alice bob", of which entering brings one. */
void
presence_names(struct session *s, struct event_line *e)
{
	struct room *r = room_find(s->rooms, e->m.param[2]);
	struct news n = event_news(e, NEWS_REPLY);
	char text[EVENT_TEXT * 2], nicks[EVENT_TEXT];

	if (r != NULL && !r->known)
		n.flags |= NEWS_UNASKED;
	if (r != NULL && r->joined)
		room_names(r, e->m.param[3]);
	presence_strip(nicks, sizeof(nicks), e->m.param[3]);
	snprintf(text, sizeof(text), "in %.*s: %s", ROOM_NAME, e->m.param[2],
	    nicks);
	n.nick = n.address = n.account = NULL;
	n.about = e->m.command;
	n.room = e->m.param[2];
	n.text = text;
	news_tell(s, &n);
}

void
presence_names_end(struct session *s, struct event_line *e)
{
	struct room *r = room_find(s->rooms, e->m.param[1]);

	if (r == NULL || !r->joined)
		return;
	room_names_end(r);
	event_tell(s, e, NEWS_MEMBERS, r->name, NULL);
}

void
presence_no_topic(struct session *s, struct event_line *e)
{
	struct room *r = room_find(s->rooms, e->m.param[1]);

	if (r != NULL)
		room_set_topic(r, "");
}

void
presence_topic_is(struct session *s, struct event_line *e)
{
	struct room *r = room_find(s->rooms, e->m.param[1]);

	if (r != NULL)
		room_set_topic(r, e->m.param[2]);
}

void
presence_modes_are(struct session *s, struct event_line *e)
{
	struct room *r = room_find(s->rooms, e->m.param[1]);

	if (r == NULL)
		return;
	*r->modes = '\0';
	room_mode(r, e->m.param[2], e->m.param + 3, e->m.nparam - 3);
}
