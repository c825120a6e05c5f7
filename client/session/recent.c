/* SPDX-License-Identifier: ISC */
/*
 * Recent messages: a ring for each session, so that "reacted to a message"
 * can say to which, and /react, /reply and /redact need no msgid typed.
 *
 * It is a convenience: what fell out of the ring is "an earlier message".
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "irc/utf8.h"
#include "recent.h"
#include "session.h"

struct recent {
	struct recent_message message[RECENT_MESSAGES];
	unsigned int n; /* ever noted */
};

/* Ends with an ellipsis if it had to be cut. */
static void
recent_cut(char *dst, size_t size, const char *text)
{
	size_t len = strlen(text), most = size - sizeof("\342\200\246");
	size_t keep = len < size ? len : utf8_cut(text, len, most);

	snprintf(dst, size, "%.*s%s", (int)keep, text,
	    keep < len ? "\342\200\246" : "");
}

void
recent_note(struct session *s, const struct news *n)
{
	struct recent_message *m;

	if (n->msgid == NULL || n->room == NULL || n->nick == NULL ||
	    n->text == NULL || strlen(n->msgid) >= sizeof(m->msgid))
		return;
	if (recent_find(s, n->msgid) != NULL)
		return;
	if (s->recents == NULL)
		s->recents = calloc(1, sizeof(*s->recents));
	if (s->recents == NULL)
		return;
	m = &s->recents->message[s->recents->n++ % RECENT_MESSAGES];
	snprintf(m->msgid, sizeof(m->msgid), "%s", n->msgid);
	snprintf(m->room, sizeof(m->room), "%s", n->room);
	snprintf(m->nick, sizeof(m->nick), "%s", n->nick);
	recent_cut(m->text, sizeof(m->text), n->text);
	m->when = n->when;
	m->flags = n->flags;
}

/* The I-th one counted from the last. */
static const struct recent_message *
recent_back(const struct session *s, unsigned int i)
{
	const struct recent *r = s->recents;

	if (r == NULL || i >= RECENT_MESSAGES || i >= r->n)
		return NULL;
	return &r->message[(r->n - 1 - i) % RECENT_MESSAGES];
}

const struct recent_message *
recent_find(const struct session *s, const char *msgid)
{
	const struct recent_message *m;
	unsigned int i;

	for (i = 0; (m = recent_back(s, i)) != NULL; i++)
		if (strcmp(m->msgid, msgid) == 0)
			return m;
	return NULL;
}

/* Of those that history told, the last is not the one told last. */
const struct recent_message *
recent_last(const struct session *s, const char *room, const char *nick)
{
	const struct recent_message *m, *last = NULL;
	unsigned int i;

	for (i = 0; (m = recent_back(s, i)) != NULL; i++) {
		if (isupport_cmp(&s->isupport, m->room, room) != 0)
			continue;
		if (nick != NULL ?
		    isupport_cmp(&s->isupport, m->nick, nick) != 0 :
		    (m->flags & NEWS_OWN) != 0)
			continue;
		if (last == NULL || m->when > last->when)
			last = m;
	}
	return last;
}

void
recent_rename(struct session *s, const char *room, const char *now)
{
	struct recent *r = s->recents;
	unsigned int i;

	for (i = 0; r != NULL && i < RECENT_MESSAGES && i < r->n; i++)
		if (isupport_cmp(&s->isupport, r->message[i].room, room) == 0)
			snprintf(r->message[i].room,
			    sizeof(r->message[i].room), "%s", now);
}

void
recent_clear(struct session *s)
{
	free(s->recents);
	s->recents = NULL;
}
