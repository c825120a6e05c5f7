/* SPDX-License-Identifier: ISC */
/*
 * Saying without words: reactions, redaction, typing, how far one has read.
 *
 * What passes (typing) and what is of the moment (reactions) is sent at once
 * or not at all; it does not wait for a server that is away.  Only an answer,
 * which has words, goes the way of all that is said.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "history.h"
#include "irc/capability.h"
#include "irc/tag.h"
#include "own.h"
#include "say.h"
#include "session.h"

enum {
	SAY_TYPING = 3000, /* milliseconds between two "active" */
	SAY_REPLY = 300,    /* bytes of a line with a tag */
	SAY_VALUE = 512,   /* of a tag, escaped */
	SAY_MARKERS = 1024, /* targets of which it is known how far */
};

struct marker {
	char target[SESSION_TARGET];
	int64_t when;
	struct marker *next;
};

int
say_can_tag(const struct session *s, const char *tag)
{
	return s->state == SESSION_ONLINE && (s->caps & CAP(MESSAGE_TAGS)) &&
	    !tag_denied(isupport_text(&s->isupport, ISUPPORT_CLIENTTAGDENY),
	    tag, strlen(tag));
}

int
say_can_redact(const struct session *s)
{
	return s->state == SESSION_ONLINE && (s->caps & CAP(MESSAGE_REDACTION));
}

int
say_can_mark(const struct session *s)
{
	return s->state == SESSION_ONLINE && (s->caps & CAP(READ_MARKER));
}

static int
say_is_word(const char *s)
{
	return *s != '\0' && *s != ':' && strpbrk(s, " ,\r\n") == NULL;
}

static int
say_tagged(struct session *s, const char *target, const char *msgid,
    const char *tag, const char *value)
{
	char id[SAY_VALUE], escaped[SAY_VALUE];

	if (!say_can_tag(s, tag) || !say_can_tag(s, "+draft/reply") ||
	    !say_is_word(target) || *value == '\0' || strlen(value) > 100)
		return -1;
	tag_escape(id, sizeof(id), msgid, strlen(msgid));
	tag_escape(escaped, sizeof(escaped), value, strlen(value));
	session_write(s, "@+draft/reply=%s;%s=%s TAGMSG %s", id, tag, escaped,
	    target);
	return 0;
}

void
say_reply(struct session *s, const char *target, const char *msgid,
    const char *text)
{
	own_say(s, "PRIVMSG", target, NULL,
	    say_can_tag(s, "+draft/reply") ? msgid : NULL, text);
}

int
say_react(struct session *s, const char *target, const char *msgid,
    const char *reaction)
{
	return say_tagged(s, target, msgid, "+draft/react", reaction);
}

int
say_unreact(struct session *s, const char *target, const char *msgid,
    const char *reaction)
{
	return say_tagged(s, target, msgid, "+draft/unreact", reaction);
}

int
say_redact(struct session *s, const char *target, const char *msgid,
    const char *reason)
{
	if (!say_can_redact(s) || !say_is_word(target) || !say_is_word(msgid))
		return -1;
	if (reason == NULL || *reason == '\0')
		session_write(s, "REDACT %s %s", target, msgid);
	else
		session_write(s, "REDACT %s %s :%s", target, msgid, reason);
	return 0;
}

/* ---- typing ---- */

static void
say_typing_write(struct session *s, const char *target, const char *state)
{
	session_write(s, "@+typing=%s TAGMSG %s", state, target);
}

int
say_typing(struct session *s, const char *target, enum say_typing state)
{
	int64_t now = connection_now();
	int same = isupport_cmp(&s->isupport, s->typing, target) == 0;

	if (!say_can_tag(s, "+typing") || !say_is_word(target))
		return -1;
	if (state == SAY_SENT) {
		if (same)
			*s->typing = '\0';
		return 0;
	}
	if (*s->typing != '\0' && (!same || state != SAY_ACTIVE)) {
		say_typing_write(s, s->typing,
		    state == SAY_PAUSED && same ? "paused" : "done");
		*s->typing = '\0';
		same = 0;
	}
	if (state != SAY_ACTIVE || (same && now - s->typing_at < SAY_TYPING))
		return 0;
	say_typing_write(s, target, "active");
	snprintf(s->typing, sizeof(s->typing), "%s", target);
	s->typing_at = now;
	return 0;
}

/* ---- how far one has read ---- */

static struct marker *
say_marker(struct session *s, const char *target)
{
	struct marker **p;
	int n = 0;

	for (p = &s->markers; *p != NULL; p = &(*p)->next, n++)
		if (isupport_cmp(&s->isupport, (*p)->target, target) == 0)
			return *p;
	if (n >= SAY_MARKERS || strlen(target) >= SESSION_TARGET)
		return NULL;
	*p = calloc(1, sizeof(**p));
	if (*p != NULL)
		snprintf((*p)->target, sizeof((*p)->target), "%s", target);
	return *p;
}

void
say_was_read(struct session *s, const char *target, int64_t when)
{
	struct marker *m = say_marker(s, target);

	if (m != NULL && when > m->when)
		m->when = when;
}

int
say_read(struct session *s, const char *target, int64_t when)
{
	char at[HISTORY_TIME];
	struct marker *m;

	if (!say_can_mark(s) || !say_is_word(target))
		return -1;
	m = say_marker(s, target);
	if (m != NULL && when <= m->when)
		return 0;
	if (m != NULL)
		m->when = when;
	history_format_time(at, when);
	session_write(s, "MARKREAD %s timestamp=%s", target, at);
	return 0;
}

void
say_clear(struct session *s)
{
	struct marker *m;

	while ((m = s->markers) != NULL) {
		s->markers = m->next;
		free(m);
	}
}
