/* SPDX-License-Identifier: ISC */
/*
 * The question: whether a message is for a bot, and what it asks.
 *
 * Programs that answer each other would never stop, so what another program
 * says, or may have said, is never a question: messages of bots, notices,
 * and whatever has our own account.  Nor is what happened earlier: who asked
 * an hour ago does not wait for an answer.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/line/display.h"
#include "client/script/json.h"
#include "irc/name.h"
#include "question.h"

enum { QUESTION_NUMBER = 32 };

static int
question_is_room(const struct question_self *self, const char *name)
{
	return name != NULL && strchr(self->chantypes, *name) != NULL;
}

static int
question_is_listed(char *const *targets, const char *name)
{
	for (; targets != NULL && *targets != NULL; targets++)
		if (name_cmp(*targets, name) == 0)
			return 1;
	return 0;
}

/* A server has no address; its messages are no questions. */
static int
question_is_of_person(const struct question_self *self, const struct news *n)
{
	if (n->flags & (NEWS_OWN | NEWS_BOT | NEWS_PLAYBACK | NEWS_PENDING))
		return 0;
	if (n->nick == NULL || n->address == NULL || n->room == NULL ||
	    n->text == NULL || *n->room == '\0')
		return 0;
	if (name_cmp(n->nick, self->nick) == 0)
		return 0;
	return n->account == NULL || self->account == NULL ||
	    name_cmp(n->account, self->account) != 0;
}

/* What follows "nick: ", "nick, " or "@nick "; NULL when TEXT is not for us. */
static const char *
question_addressed(const char *nick, const char *text)
{
	size_t len = strlen(nick);
	int at = *text == '@';
	char name[128];

	text += at;
	if (len >= sizeof(name) || strlen(text) < len)
		return NULL;
	memcpy(name, text, len);
	name[len] = '\0';
	if (name_cmp(name, nick) != 0)
		return NULL;
	text += len;
	if (*text == ':' || *text == ',')
		return text + 1;
	return at && (*text == ' ' || *text == '\0') ? text : NULL;
}

static const char *
question_prefixed(const char *prefix, const char *text)
{
	size_t len = prefix == NULL ? 0 : strlen(prefix);

	return len > 0 && strncmp(text, prefix, len) == 0 ? text + len : NULL;
}

/* What is asked; NULL when it is nothing, or not asked of us. */
static const char *
question_text(const struct question_rules *rules,
    const struct question_self *self, const struct news *n)
{
	const char *text = question_prefixed(rules->prefix, n->text);

	if (text == NULL)
		text = question_addressed(self->nick, n->text);
	if (text == NULL && (rules->which == QUESTION_ALL ||
	    !question_is_room(self, n->room)))
		text = n->text;
	if (text == NULL)
		return NULL;
	text += strspn(text, " ");
	return *text == '\0' ? NULL : text;
}

int
question_is(const struct question_rules *rules,
    const struct question_self *self, const struct news *n,
    const char **text)
{
	const char *what;

	if (n->kind != NEWS_MESSAGE &&
	    (n->kind != NEWS_ACTION || !rules->actions))
		return 0;
	if (!question_is_of_person(self, n))
		return 0;
	if (!question_is_listed(rules->targets, n->room) &&
	    (!rules->direct || question_is_room(self, n->room)))
		return 0;
	what = question_text(rules, self, n);
	if (what == NULL)
		return 0;
	if (text != NULL)
		*text = what;
	return 1;
}

/* ---- what is kept of one ---- */

static char *
question_copy(const char *s, int *failed)
{
	char *copy = s == NULL ? NULL : strdup(s);

	*failed |= s != NULL && copy == NULL;
	return copy;
}

/* TEXT without formatting and controls, line by line. */
static char *
question_clean(const char *text, int *failed)
{
	size_t size = strlen(text) * 3 + 1, len;
	char *line, *clean, *to;

	clean = to = malloc(size);
	line = strdup(text);
	if (clean == NULL || line == NULL) {
		*failed = 1;
		free(clean);
		free(line);
		return NULL;
	}
	for (text = line; ; text += len + 1) {
		int last;

		len = strcspn(text, "\n");
		last = text[len] == '\0';
		line[text - line + (long)len] = '\0';
		to += display_clean(to, size - (size_t)(to - clean), text);
		if (last)
			break;
		*to++ = '\n';
	}
	free(line);
	return clean;
}

struct question *
question_new(const struct question_self *self, const struct news *n,
    const char *text)
{
	struct question *q = calloc(1, sizeof(*q));
	int failed = 0;

	if (q == NULL)
		return NULL;
	q->text = question_clean(text, &failed);
	q->nick = question_copy(n->nick, &failed);
	q->account = question_copy(n->account, &failed);
	q->room = question_copy(n->room, &failed);
	q->msgid = question_copy(n->msgid, &failed);
	q->network = question_copy(self->network, &failed);
	/* what was said to operators only is answered to them only */
	q->where = question_copy(n->target != NULL &&
	    question_is_room(self, n->room) ? n->target : n->room, &failed);
	q->when = n->when;
	if (!failed)
		return q;
	question_free(q);
	return NULL;
}

void
question_free(struct question *q)
{
	if (q == NULL)
		return;
	free(q->text);
	free(q->nick);
	free(q->account);
	free(q->room);
	free(q->msgid);
	free(q->network);
	free(q->where);
	free(q);
}

void
question_environment(const struct question *q, struct environment *e)
{
	char when[JSON_TIME], seconds[QUESTION_NUMBER];

	json_format_time(when, q->when);
	snprintf(seconds, sizeof(seconds), "%lld",
	    (long long)(q->when / 1000));
	environment_set(e, "MOOT_NICK", q->nick);
	environment_set(e, "MOOT_ACCOUNT", q->account);
	environment_set(e, "MOOT_ROOM", q->room);
	environment_set(e, "MOOT_MSGID", q->msgid);
	environment_set(e, "MOOT_NETWORK", q->network);
	environment_set(e, "MOOT_TIME", when);
	environment_set(e, "MOOT_SECONDS", seconds);
}
