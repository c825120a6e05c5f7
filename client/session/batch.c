/* SPDX-License-Identifier: ISC */
/*
 * Batches: lines that belong together.
 *
 * Of most batches the lines are handled as they come, and only learn from it
 * that they are of the past, or which label they answer; what is nested has
 * that from the one outside.  Two kinds are of use only as a whole: a message
 * of several lines, which is put together here and then handled as one, and a
 * split or its end, which is told in one sentence a room.  An unknown type
 * changes nothing.
 *
 * A server may leave batches open for ever, so there are BATCH_OPEN at most,
 * with a text of BATCH_TEXT each; they go with the connection.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "batch.h"
#include "client/news.h"
#include "event.h"
#include "history.h"
#include "irc/multiline.h"
#include "irc/tag.h"
#include "irc/utf8.h"
#include "room.h"
#include "session.h"
#include "speech.h"

/* What a split was, in one room. */
struct split {
	char *room;
	char nicks[BATCH_NICKS * (SESSION_NICK + 2)];
	unsigned int n;
	struct split *next;
};

struct batch {
	char ref[BATCH_REF];
	const struct batch_type *type; /* NULL: unknown */
	char what[SESSION_TARGET]; /* its first parameters: the target */
	char label[EVENT_LABEL];   /* its own, or of the one outside */
	int labelled;              /* its own */
	int past;
	unsigned int flags;
	unsigned int count;        /* lines and batches in it */
	/* of a message of several lines */
	struct event_line *first;  /* whose tags and source it has */
	char *address, *text;
	size_t len, size;
	int notice;
	/* of a split */
	struct split *splits;
	unsigned int nsplits;
	struct batch *next;
};

struct batch_type {
	const char *name;
	int past;
	unsigned int flags;
	/* A line of it; 1: it is kept. */
	int (*line)(struct session *s, struct batch *b, struct event_line *e);
	void (*end)(struct session *s, struct batch *b);
};

/* ---- finding ---- */

static struct batch **
batch_slot(struct session *s, const char *ref)
{
	struct batch **p = &s->batches;

	while (*p != NULL && strcmp((*p)->ref, ref) != 0)
		p = &(*p)->next;
	return p;
}

static void
batch_free(struct batch *b)
{
	struct split *x;

	while ((x = b->splits) != NULL) {
		b->splits = x->next;
		free(x->room);
		free(x);
	}
	free(b->first);
	free(b->address);
	free(b->text);
	free(b);
}

void
batch_clear(struct session *s)
{
	struct batch *b;

	while ((b = s->batches) != NULL) {
		s->batches = b->next;
		batch_free(b);
	}
}

/* ---- messages of several lines ---- */

static void
batch_append(struct batch *b, const char *text, size_t len)
{
	size_t size = b->size == 0 ? 1024 : b->size;
	char *more;

	if (b->len + len >= BATCH_TEXT)
		len = utf8_cut(text, len, BATCH_TEXT - 1 - b->len);
	while (b->len + len >= size)
		size *= 2;
	if (size != b->size || b->text == NULL) {
		more = realloc(b->text, size);
		if (more == NULL)
			return;
		b->text = more;
		b->size = size;
	}
	memcpy(b->text + b->len, text, len);
	b->len += len;
	b->text[b->len] = '\0';
}

static int
batch_multiline_line(struct session *s, struct batch *b, struct event_line *e)
{
	int notice = strcmp(e->m.command, "NOTICE") == 0;
	char concat[2];

	(void)s;
	if (!notice && strcmp(e->m.command, "PRIVMSG") != 0)
		return 0;
	if (e->m.nparam < 2)
		return 1;
	b->notice = notice;
	if (b->text != NULL && (e->m.tags == NULL ||
	    tag_get(e->m.tags, MULTILINE_CONCAT, concat, 2) < 0))
		batch_append(b, "\n", 1);
	batch_append(b, e->m.param[1], strlen(e->m.param[1]));
	if (*b->first->nick == '\0')
		event_copy_source(b->first, e, &b->address);
	return 1;
}

/* It is handled as if it had come in one line, from whoever began it. */
static void
batch_multiline_end(struct session *s, struct batch *b)
{
	struct event_line *e = b->first;
	char empty[] = "", privmsg[] = "PRIVMSG", notice[] = "NOTICE";

	if (b->text == NULL || *e->nick == '\0')
		return;
	e->address = b->address == NULL ? empty : b->address;
	e->m.command = b->notice ? notice : privmsg;
	e->m.param[0] = b->what;
	e->m.param[1] = b->text;
	e->m.param[2] = NULL;
	e->m.nparam = 2;
	if (b->notice)
		speech_notice(s, e);
	else
		speech_privmsg(s, e);
}

/* ---- splits ---- */

static struct split *
batch_split(struct batch *b, const char *room)
{
	struct split **p = &b->splits;

	while (*p != NULL && strcmp((*p)->room, room) != 0)
		p = &(*p)->next;
	if (*p != NULL || b->nsplits >= BATCH_ROOMS)
		return *p;
	*p = calloc(1, sizeof(**p));
	if (*p == NULL)
		return NULL;
	(*p)->room = strdup(room);
	if ((*p)->room == NULL) {
		free(*p);
		*p = NULL;
	}
	b->nsplits += *p != NULL;
	return *p;
}

static void
batch_split_add(struct batch *b, const char *room, const char *nick)
{
	struct split *x = batch_split(b, room);
	size_t len;

	if (x == NULL || ++x->n > BATCH_NICKS)
		return;
	len = strlen(x->nicks);
	snprintf(x->nicks + len, sizeof(x->nicks) - len, "%s%.*s",
	    len > 0 ? ", " : "", SESSION_NICK - 1, nick);
}

/* A QUIT of a netsplit is of each room, a JOIN of one; what they change is
 * changed as ever. */
static int
batch_split_line(struct session *s, struct batch *b, struct event_line *e)
{
	struct room *r;

	if (strcmp(e->m.command, "QUIT") == 0) {
		for (r = s->rooms; r != NULL; r = r->next)
			if (room_has(r, e->nick))
				batch_split_add(b, r->name, e->nick);
	} else if (strcmp(e->m.command, "JOIN") == 0 && e->m.nparam > 0 &&
	    !e->own)
		batch_split_add(b, e->m.param[0], e->nick);
	else
		return 0;
	e->quiet = 1;
	return 0;
}

static void
batch_split_tell(struct session *s, const struct batch *b,
    const struct split *x, const char *words)
{
	struct news n = { .kind = NEWS_REPLY };
	char text[1024], more[32];

	*more = '\0';
	if (x->n > BATCH_NICKS)
		snprintf(more, sizeof(more), " and %u more",
		    x->n - BATCH_NICKS);
	snprintf(text, sizeof(text), "%s of %s in %s: %s%s", words, b->what,
	    x->room, x->nicks, more);
	n.about = b->type->name;
	n.room = x->room;
	n.text = text;
	n.flags = b->flags;
	news_tell(s, &n);
	if (b->past)
		return;
	n.kind = NEWS_MEMBERS;
	n.text = n.about = NULL;
	news_tell(s, &n);
}

static void
batch_netsplit_end(struct session *s, struct batch *b)
{
	const struct split *x;

	for (x = b->splits; x != NULL; x = x->next)
		batch_split_tell(s, b, x, "gone by the split");
}

static void
batch_netjoin_end(struct session *s, struct batch *b)
{
	const struct split *x;

	for (x = b->splits; x != NULL; x = x->next)
		batch_split_tell(s, b, x, "back from the split");
}

/* ---- history ---- */

static void
batch_history_end(struct session *s, struct batch *b)
{
	history_came(s, b->label, b->what, 0, b->count);
}

static void
batch_search_end(struct session *s, struct batch *b)
{
	history_came(s, b->label, "", 1, b->count);
}

/* ---- the table ---- */

static const struct batch_type batch_types[] = {
	{ "chathistory", 1, NEWS_PLAYBACK, NULL, batch_history_end },
	{ "soju.im/search", 1, NEWS_PLAYBACK, NULL, batch_search_end },
	{ "znc.in/playback", 1, NEWS_PLAYBACK, NULL, NULL },
	/* what came while we were away, in its order: it changes what it
	 * always does */
	{ "moot/kept", 0, NEWS_PLAYBACK, NULL, NULL },
	{ "moot/missed", 0, NEWS_PLAYBACK, NULL, NULL },
	{ MULTILINE_TYPE, 0, 0, batch_multiline_line, batch_multiline_end },
	{ "netsplit", 0, 0, batch_split_line, batch_netsplit_end },
	{ "netjoin", 0, 0, batch_split_line, batch_netjoin_end },
};

static const struct batch_type *
batch_type(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(batch_types) / sizeof(batch_types[0]); i++)
		if (strcmp(batch_types[i].name, name) == 0)
			return &batch_types[i];
	return NULL;
}

/* ---- opening and closing ---- */

static size_t
batch_count(const struct session *s)
{
	const struct batch *b;
	size_t n = 0;

	for (b = s->batches; b != NULL; b = b->next)
		n++;
	return n;
}

/* "+ref type target": what E has of the batch it is in, this one has too. */
static void
batch_fill(struct batch *b, const struct event_line *e)
{
	size_t len = 0;
	int i;

	snprintf(b->ref, sizeof(b->ref), "%s", e->m.param[0] + 1);
	b->type = e->m.nparam > 1 ? batch_type(e->m.param[1]) : NULL;
	for (i = 2; i < e->m.nparam && len < sizeof(b->what); i++)
		len += snprintf(b->what + len, sizeof(b->what) - len, "%s%s",
		    len > 0 ? " and " : "", e->m.param[i]);
	snprintf(b->label, sizeof(b->label), "%s", e->label);
	b->labelled = e->answers;
	b->past = e->past;
	b->flags = e->flags & NEWS_PLAYBACK;
	if (b->type == NULL)
		return;
	b->past |= b->type->past;
	b->flags |= b->type->flags;
}

static void
batch_begin(struct session *s, struct event_line *e)
{
	struct batch **p = batch_slot(s, e->m.param[0] + 1), *b;

	if (*p != NULL || batch_count(s) >= BATCH_OPEN ||
	    strlen(e->m.param[0] + 1) >= BATCH_REF)
		return;
	b = calloc(1, sizeof(*b));
	if (b == NULL)
		return;
	batch_fill(b, e);
	if (b->type != NULL && b->type->line == batch_multiline_line) {
		b->first = calloc(1, sizeof(*b->first));
		if (b->first == NULL) {
			batch_free(b);
			return;
		}
		*b->first = *e;
		b->first->address = NULL;
		memset(&b->first->m, 0, sizeof(b->first->m));
		if (e->m.source != NULL)
			b->address = strdup(e->address);
		else
			*b->first->nick = '\0';
	}
	b->next = s->batches;
	s->batches = b;
	e->answers = 0; /* its end does */
}

static void
batch_end(struct session *s, struct event_line *e)
{
	struct batch **p = batch_slot(s, e->m.param[0] + 1), *b = *p;

	if (b == NULL)
		return;
	*p = b->next;
	if (b->type != NULL && b->type->end != NULL)
		b->type->end(s, b);
	snprintf(e->label, sizeof(e->label), "%s", b->label);
	e->answers = b->labelled;
	batch_free(b);
}

void
batch_command(struct session *s, struct event_line *e)
{
	if (*e->m.param[0] == '+')
		batch_begin(s, e);
	else if (*e->m.param[0] == '-')
		batch_end(s, e);
}

int
batch_take(struct session *s, struct event_line *e)
{
	struct batch *b;

	if (*e->batch == '\0' || (b = *batch_slot(s, e->batch)) == NULL)
		return 0;
	/* what is nested counts once, when it begins */
	b->count += strcmp(e->m.command, "BATCH") != 0 ||
	    (e->m.nparam > 0 && *e->m.param[0] == '+');
	e->past |= b->past;
	e->flags |= b->flags;
	if (*e->label == '\0') {
		snprintf(e->label, sizeof(e->label), "%s", b->label);
		e->answers = 0;
	}
	return b->type != NULL && b->type->line != NULL &&
	    b->type->line(s, b, e);
}
