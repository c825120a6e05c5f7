/* SPDX-License-Identifier: ISC */
/*
 * Buffers: the list of conversations.
 *
 * One list in the order in which it is shown, so that the number of a buffer
 * is its place and nothing has to be sorted: a session's own buffer, its
 * rooms as they were entered, its people as they came.  What is said in them
 * belongs to scrollback.c, what is typed to edit.c; this file makes and
 * frees both and knows nothing of what they hold.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buffer.h"
#include "client/input/edit.h"
#include "client/loop.h"
#include "client/session/session.h"
#include "client/setting/setting.h"
#include "irc/name.h"
#include "scrollback.h"

static struct buffer *buffers;

struct buffer *
buffer_first(void)
{
	return buffers;
}

int
buffer_count(void)
{
	return buffer_number(NULL);
}

int
buffer_number(const struct buffer *b)
{
	const struct buffer *other;
	int n = 0;

	for (other = buffers; other != NULL && other != b; other = other->next)
		n++;
	return n;
}

const char *
buffer_network(const struct buffer *b)
{
	return b->session->network != NULL ? b->session->network :
	    loop_name(b->session);
}

const char *
buffer_name(const struct buffer *b)
{
	return b->kind == BUFFER_SERVER ? buffer_network(b) : b->name;
}

size_t
buffer_unread(const struct buffer *b)
{
	return scrollback_unread(b->lines);
}

size_t
buffer_mentions(const struct buffer *b)
{
	return scrollback_mentions(b->lines);
}

struct buffer *
buffer_at(int number)
{
	struct buffer *b;

	for (b = buffers; b != NULL && number > 0; b = b->next)
		number--;
	return b;
}

struct buffer *
buffer_find(const struct session *s, const char *name)
{
	struct buffer *b;

	for (b = buffers; b != NULL; b = b->next)
		if (b->session == s && (b->kind == BUFFER_SERVER ?
		    *name == '\0' :
		    isupport_cmp(&s->isupport, b->name, name) == 0))
			return b;
	return NULL;
}

/* Where a new one goes: behind those of its session that are of its kind or
 * of one before. */
static struct buffer **
buffer_place(const struct session *s, enum buffer_kind kind)
{
	struct buffer **at, **place = NULL;

	for (at = &buffers; *at != NULL; at = &(*at)->next)
		if ((*at)->session == s && (*at)->kind <= kind)
			place = &(*at)->next;
	return place != NULL ? place : at;
}

struct buffer *
buffer_know(struct session *s, enum buffer_kind kind, const char *name)
{
	struct buffer *b = buffer_find(s, kind == BUFFER_SERVER ? "" : name);
	struct buffer **place;

	if (b != NULL || buffer_count() >= BUFFER_MOST)
		return b;
	b = calloc(1, sizeof(*b));
	if (b == NULL)
		return NULL;
	b->session = s;
	b->kind = kind;
	b->name = strdup(name);
	b->lines = scrollback_new();
	if (b->name == NULL || b->lines == NULL) {
		scrollback_free(b->lines);
		free(b->name);
		free(b);
		return NULL;
	}
	scrollback_limit(b->lines, setting_number("scrollback-lines"));
	place = buffer_place(s, kind);
	b->next = *place;
	*place = b;
	return b;
}

void
buffer_rename(struct buffer *b, const char *name)
{
	char *copy = strdup(name);

	if (copy == NULL)
		return;
	free(b->name);
	b->name = copy;
}

void
buffer_forget(struct buffer *b)
{
	struct buffer **at;

	for (at = &buffers; *at != NULL; at = &(*at)->next)
		if (*at == b)
			break;
	if (*at != NULL)
		*at = b->next;
	scrollback_free(b->lines);
	edit_free(b->edit);
	free(b->name);
	free(b);
}

void
buffer_forget_session(struct session *s)
{
	struct buffer *b, *next;

	for (b = buffers; b != NULL; b = next) {
		next = b->next;
		if (b->session == s)
			buffer_forget(b);
	}
}

static struct buffer *
buffer_round(const struct buffer *b)
{
	return b == NULL || b->next == NULL ? buffers : b->next;
}

struct buffer *
buffer_next_active(const struct buffer *b)
{
	struct buffer *at, *unread = NULL;
	int n = buffer_count();

	for (at = buffer_round(b); n > 0; at = buffer_round(at), n--) {
		if (at == b)
			continue;
		if (buffer_mentions(at) > 0)
			return at;
		if (unread == NULL && buffer_unread(at) > 0)
			unread = at;
	}
	return unread;
}

/* The place of NICK, or, if it has none, the one that is free first. */
static struct buffer_typer *
buffer_typer(struct buffer *b, const char *nick)
{
	struct buffer_typer *t = &b->typer[0];
	int i;

	for (i = 0; i < BUFFER_TYPERS; i++) {
		if (name_cmp(b->typer[i].nick, nick) == 0)
			return &b->typer[i];
		if (b->typer[i].until < t->until)
			t = &b->typer[i];
	}
	return t;
}

void
buffer_typing(struct buffer *b, const char *nick, int types, int64_t now)
{
	struct buffer_typer *t = buffer_typer(b, nick);

	if (types) {
		snprintf(t->nick, sizeof(t->nick), "%s", nick);
		t->until = now + BUFFER_TYPING;
	} else if (name_cmp(t->nick, nick) == 0)
		t->until = 0;
}
