/* SPDX-License-Identifier: ISC */
/*
 * Speech: messages, notices, and CTCP, which hides in both.
 *
 * Decides who a line is from and to as people see it, and whether it names
 * us.  Of CTCP, an ACTION is shown, VERSION and PING of one person are
 * answered, at a modest rate and never to a NOTICE, and the rest is ignored.
 */

#include <stdio.h>
#include <string.h>

#include "client/news.h"
#include "client/version.h"
#include "ignore.h"
#include "irc/tag.h"
#include "irc/utf8.h"
#include "own.h"
#include "recent.h"
#include "room.h"
#include "sealed.h"
#include "session.h"
#include "speech.h"

enum {
	CTCP_ECHO = 200,  /* bytes of a CTCP PING that are sent back */
	SPEECH_TAG = 256, /* of a reaction; what is longer is cut */
};

/* Whether TEXT holds our nick as a word. */
static int
speech_mentions(const struct session *s, const char *text)
{
	static const char inside[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-[]\\`^{}|";
	size_t len = strlen(s->nick);
	const char *p;

	for (p = text; (p = strcasestr(p, s->nick)) != NULL; p++)
		if ((p == text || strchr(inside, p[-1]) == NULL) &&
		    (p[len] == '\0' || strchr(inside, p[len]) == NULL))
			return 1;
	return 0;
}

/* Where it belongs: a room, or whom we talk with.  What a server says to us,
 * which has no address, belongs to nobody. */
static void
speech_place(const struct session *s, const struct event_line *e,
    struct news *n)
{
	const char *target = e->m.param[0];

	if (session_is_room(s, target)) {
		n->room = isupport_room(&s->isupport, target);
		n->target = n->room != target ? target : NULL;
	} else if (e->own)
		n->room = target;
	else
		n->room = *e->address == '\0' ? NULL : e->nick;
}

/* account-tag tells of those who were there before we were. */
static void
speech_note(struct room *r, const struct event_line *e)
{
	const struct member *m = room_member(r, e->nick);

	room_spoke(r, e->nick);
	if (m != NULL && *e->account != '\0' && (m->account == NULL ||
	    strcmp(m->account, e->account) != 0))
		room_account(r, e->nick, e->account);
}

static void
speech_tell(struct session *s, struct event_line *e, enum news_kind kind,
    const char *about, const char *text)
{
	struct news n = event_news(e, kind);
	struct room *r;

	speech_place(s, e, &n);
	n.about = about;
	n.text = text;
	if (!e->own && (!session_is_room(s, e->m.param[0]) ||
	    (text != NULL && speech_mentions(s, text))))
		n.flags |= NEWS_MENTION;
	r = n.room == NULL ? NULL : room_find(s->rooms, n.room);
	if (r != NULL && !e->past)
		speech_note(r, e);
	if (e->own && !e->past)
		n.serial = own_echoed(s, e->label, e->m.command,
		    e->m.param[0], text != NULL ? text : "");
	if (kind != NEWS_CTCP)
		recent_note(s, &n);
	news_tell(s, &n);
	own_accepted(s, n.serial, n.msgid);
}

/* Only those that people rely on; each answer costs from one small purse, so
 * that nobody can make us flood anybody. */
static void
speech_answer_ctcp(struct session *s, struct event_line *e, const char *word,
    const char *rest)
{
	int version = strcmp(word, "VERSION") == 0;

	if (!version && strcmp(word, "PING") != 0)
		return;
	if (*e->address == '\0' || e->past ||
	    session_is_room(s, e->m.param[0]) || !session_may_answer(s))
		return;
	if (version)
		session_write(s,
		    "NOTICE %s :\001VERSION moot " MOOT_VERSION "\001",
		    e->nick);
	else
		session_write(s, "NOTICE %s :\001PING %.*s\001", e->nick,
		    (int)utf8_cut(rest, strlen(rest), CTCP_ECHO), rest);
	speech_tell(s, e, NEWS_CTCP, word, NULL);
}

/* TEXT is what stands between the \001; a NOTICE is never answered. */
static void
speech_ctcp(struct session *s, struct event_line *e, char *text, int notice)
{
	char *rest;

	text[strcspn(text, "\001")] = '\0';
	rest = text + strcspn(text, " ");
	if (*rest == ' ')
		*rest++ = '\0';
	if (strcmp(text, "ACTION") == 0)
		speech_tell(s, e, NEWS_ACTION, NULL, rest);
	else if (notice)
		speech_tell(s, e, NEWS_CTCP, text, rest);
	else if (!e->own)
		speech_answer_ctcp(s, e, text, rest);
}

static void
speech_text(struct session *s, struct event_line *e, int notice)
{
	char *text;

	/* "*** Looking up your hostname" is for nobody. */
	if (notice && s->state == SESSION_REGISTERING && !s->shown)
		return;
	if (ignore_has(s, e) || sealed_take(s, e))
		return;
	text = e->m.param[1];
	if (*text == '\001')
		speech_ctcp(s, e, text + 1, notice);
	else
		speech_tell(s, e, notice ? NEWS_NOTICE : NEWS_MESSAGE, NULL,
		    text);
}

void
speech_privmsg(struct session *s, struct event_line *e)
{
	speech_text(s, e, 0);
}

void
speech_notice(struct session *s, struct event_line *e)
{
	speech_text(s, e, 1);
}

/* ---- what is said without words ---- */

/* A tag, and the news of it; those of the past that say only what was going
 * on just then are none any more. */
static const struct {
	const char *tag;
	enum news_kind kind;
	int answers; /* it needs a message to which it is */
	int passing;
} speech_tags[] = {
	{ "+typing", NEWS_TYPING, 0, 1 },
	{ "+draft/react", NEWS_REACT, 1, 0 },
	{ "+draft/unreact", NEWS_UNREACT, 1, 0 },
};

void
speech_tagmsg(struct session *s, struct event_line *e)
{
	char value[SPEECH_TAG];
	struct news n;
	size_t i;

	if (e->m.tags == NULL || ignore_has(s, e))
		return;
	sealed_tagmsg(s, e);
	for (i = 0; i < sizeof(speech_tags) / sizeof(speech_tags[0]); i++) {
		if (tag_get(e->m.tags, speech_tags[i].tag, value,
		    sizeof(value)) <= 0)
			continue;
		if ((speech_tags[i].answers && *e->reply == '\0') ||
		    (speech_tags[i].passing && (e->past || e->own)))
			continue;
		n = event_news(e, speech_tags[i].kind);
		speech_place(s, e, &n);
		n.about = speech_tags[i].answers ? e->reply : NULL;
		n.reply = NULL;
		n.text = value;
		news_tell(s, &n);
	}
}

void
speech_redact(struct session *s, struct event_line *e)
{
	struct news n = event_news(e, NEWS_REDACT);

	speech_place(s, e, &n);
	n.about = e->m.param[1];
	n.text = e->m.nparam > 2 && *e->m.param[2] != '\0' ? e->m.param[2] :
	    NULL;
	news_tell(s, &n);
}
