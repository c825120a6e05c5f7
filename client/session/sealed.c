/* SPDX-License-Identifier: ISC */
/*
 * Sealed messages: the seam between a session and client/secure/.
 *
 * It knows the tag and nothing of what is in it.  A session without keys (a
 * build without OpenSSL, a script, a bot, a pipe) still tells what comes
 * sealed as what it is, and says so to who wants to agree.
 */

#include <stdio.h>
#include <string.h>

#include "client/command.h"
#include "client/news.h"
#include "client/setting/path.h"
#include "event.h"
#include "irc/message.h"
#include "irc/name.h"
#include "irc/tag.h"
#include "sealed.h"
#include "session.h"
#ifdef TLS
#include "client/secure/action.h"
#include "client/secure/exchange.h"
#include "client/secure/secure.h"
#endif

void
sealed_open(struct session *s, const char *network)
{
#ifdef TLS
	char name[PATH_MOST / 2], path[PATH_MOST];

	snprintf(name, sizeof(name), "secure/");
	path_name(name + strlen(name), sizeof(name) - strlen(name), network);
	if (path_state(path, sizeof(path), name) == 0)
		s->secure = secure_open(path);
	if (s->secure != NULL && *s->secure->broken != '\0')
		news_error(s, "secure conversations: %s", s->secure->broken);
#else
	(void)s;
	(void)network;
#endif
}

void
sealed_clear(struct session *s)
{
#ifdef TLS
	secure_close(s->secure);
#endif
	s->secure = NULL;
}

/* ---- out ---- */

enum sealed_policy
sealed_policy(struct session *s, const char *target, const char **why)
{
#ifdef TLS
	if (s->secure != NULL)
		return secure_policy(s, target, why);
#endif
	(void)s;
	(void)target;
	*why = "";
	return SEALED_PLAIN;
}

int
sealed_refuses(struct session *s, const char *line, const char **why)
{
	char copy[SESSION_QUEUE];
	struct message m;

	if (s->secure == NULL)
		return 0;
	if (*line == '@')
		line += strcspn(line, " ") + strspn(line +
		    strcspn(line, " "), " ");
	snprintf(copy, sizeof(copy), "%s", line);
	if (message_parse(&m, copy, strlen(copy)) != MESSAGE_OK ||
	    m.nparam < 2 || (name_cmp(m.command, "PRIVMSG") != 0 &&
	    name_cmp(m.command, "NOTICE") != 0) ||
	    sealed_policy(s, m.param[0], why) == SEALED_PLAIN)
		return 0;
	if (**why == '\0')
		*why = "the conversation is secured; use /msg";
	return 1;
}

/* Whom a command is about is one of its first words. */
int
sealed_hides(struct session *s, const char *text)
{
	char word[SESSION_TARGET];
	const char *why;
	int i;

	if (s->secure == NULL)
		return 0;
	if (*s->target != '\0' &&
	    sealed_policy(s, s->target, &why) != SEALED_PLAIN)
		return 1;
	if (*text != '/' || !command_word(&text, word, sizeof(word)))
		return 0;
	for (i = 0; i < 2 && command_word(&text, word, sizeof(word)); i++)
		if (sealed_policy(s, word, &why) != SEALED_PLAIN)
			return 1;
	return 0;
}

int
sealed_seal(struct session *s, const char *target, const char *text,
    struct sealed *sealed, const char **why)
{
#ifdef TLS
	if (s->secure != NULL)
		return secure_seal(s, target, text, sealed, why);
#endif
	(void)s;
	(void)target;
	(void)text;
	(void)sealed;
	*why = "there are no keys here";
	return -1;
}

/* ---- in ---- */

void
sealed_tell(struct session *s, const struct event_line *e, const char *why)
{
	struct news n = event_news(e, NEWS_SEALED);

	n.room = e->own ? e->m.param[0] : e->nick;
	n.text = why;
	if (!e->own)
		n.flags |= NEWS_MENTION;
	news_tell(s, &n);
}

/* The value of the tag; NULL: there is none, or it is no direct message. */
static const char *
sealed_value(const struct session *s, const struct event_line *e,
    char *value, size_t size)
{
	if (e->m.tags == NULL || session_is_room(s, e->m.param[0]) ||
	    *e->address == '\0' ||
	    tag_get(e->m.tags, SEALED_TAG, value, size) < 0)
		return NULL;
	return value;
}

int
sealed_take(struct session *s, struct event_line *e)
{
	char buf[SEALED_WIRE];
	const char *value = sealed_value(s, e, buf, sizeof(buf));

#ifdef TLS
	if (s->secure != NULL && value != NULL)
		return secure_take(s, e, value);
	if (s->secure != NULL)
		secure_plain(s, e);
#endif
	if (value == NULL)
		return 0;
	sealed_tell(s, e, "there are no keys here; moot at a terminal has "
	    "some, see /secure");
	return 1;
}

void
sealed_tagmsg(struct session *s, struct event_line *e)
{
	char buf[SEALED_WIRE];
	const char *value = sealed_value(s, e, buf, sizeof(buf));

#ifdef TLS
	if (value != NULL && s->secure != NULL)
		secure_tagmsg(s, e, value);
	else if (value != NULL && session_may_answer(s))
		exchange_decline(s, e, value);
#else
	(void)value;
#endif
}

void
sealed_nick(struct session *s, const char *old, const char *new)
{
#ifdef TLS
	if (s->secure != NULL)
		secure_nick(s, old, new);
#else
	(void)s;
	(void)old;
	(void)new;
#endif
}

/* ---- time, and the person ---- */

void
sealed_tick(struct session *s, int64_t now)
{
#ifdef TLS
	if (s->secure != NULL)
		secure_tick(s, now);
#else
	(void)s;
	(void)now;
#endif
}

void
sealed_lost(struct session *s)
{
#ifdef TLS
	if (s->secure != NULL)
		exchange_lost(s);
#else
	(void)s;
#endif
}

int64_t
sealed_due(const struct session *s)
{
#ifdef TLS
	if (s->secure != NULL)
		return secure_due(s);
#endif
	(void)s;
	return INT64_MAX;
}

void
sealed_command(struct session *s, const char *text)
{
#ifdef TLS
	if (s->secure != NULL) {
		action_secure(s, text);
		return;
	}
	command_refuse(s, "there are no keys for a moot at whose keyboard "
	    "nobody sits");
#else
	command_refuse(s, "this moot was built without OpenSSL, and cannot "
	    "encrypt messages");
#endif
	(void)text;
}
