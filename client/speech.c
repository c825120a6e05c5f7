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

#include "display.h"
#include "irc/utf8.h"
#include "session.h"
#include "speech.h"
#include "version.h"

enum { CTCP_ECHO = 200 }; /* bytes of a CTCP PING that are sent back */

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

static enum display_kind
speech_kind(const struct session *s, const struct event_line *e,
    const char *text)
{
	if (e->own)
		return DISPLAY_OWN;
	if (!session_is_room(s, e->m.param[0]) || speech_mentions(s, text))
		return DISPLAY_MENTION;
	return DISPLAY_MESSAGE;
}

/* "alice #room: hi", "alice: hi" to us, "us -> alice: hi" from us. */
static void
speech_show_text(struct session *s, struct event_line *e, const char *how,
    const char *text)
{
	const char *target = e->m.param[0];
	enum display_kind kind = speech_kind(s, e, text);
	char lead[SESSION_NICK * 2 + 1];

	if (session_is_room(s, target))
		display_line(kind, e->nick, "%s%s: %s", target, how, text);
	else if (e->own)
		display_line(kind, e->nick, "-> %s%s: %s", target, how, text);
	else {
		snprintf(lead, sizeof(lead), "%s%s", e->nick,
		    *how ? "" : ":");
		if (*how)
			display_line(kind, lead, "%s: %s", how + 1, text);
		else
			display_line(kind, lead, "%s", text);
	}
}

static void
speech_show_action(struct session *s, struct event_line *e, const char *text)
{
	const char *target = e->m.param[0];
	enum display_kind kind = speech_kind(s, e, text);

	if (session_is_room(s, target))
		display_line(kind, "*", "%s %s (%s)", e->nick, text, target);
	else
		display_line(kind, "*", "%s %s (to %s)", e->nick, text,
		    e->own ? target : "you");
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
	if (*e->address == '\0' || session_is_room(s, e->m.param[0]) ||
	    !session_may_answer(s))
		return;
	if (version)
		session_write(s,
		    "NOTICE %s :\001VERSION moot " MOOT_VERSION "\001",
		    e->nick);
	else
		session_write(s, "NOTICE %s :\001PING %.*s\001", e->nick,
		    (int)utf8_cut(rest, strlen(rest), CTCP_ECHO), rest);
	display_line(DISPLAY_EVENT, e->nick, "asked for our CTCP %s", word);
}

/* TEXT is what stands between the \001; a NOTICE is never answered. */
static void
speech_ctcp(struct session *s, struct event_line *e, char *text, int notice)
{
	char *rest = text + strcspn(text, " "), how[128];

	text[strcspn(text, "\001")] = '\0';
	if (*rest == ' ')
		*rest++ = '\0';
	if (strcmp(text, "ACTION") == 0)
		speech_show_action(s, e, rest);
	else if (notice) {
		snprintf(how, sizeof(how), " (CTCP %s)", text);
		speech_show_text(s, e, how, rest);
	} else if (!e->own)
		speech_answer_ctcp(s, e, text, rest);
}

static void
speech_text(struct session *s, struct event_line *e, int notice)
{
	char *text = e->m.param[1];

	/* "*** Looking up your hostname" is for nobody. */
	if (notice && s->state == SESSION_REGISTERING && !s->shown)
		return;
	if (*text == '\001')
		speech_ctcp(s, e, text + 1, notice);
	else
		speech_show_text(s, e, notice ? " (notice)" : "", text);
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
