/* SPDX-License-Identifier: ISC */
/*
 * The outbox: what was typed and of which the fate is not known.
 *
 * A line stays here after it was written to the socket until the server
 * shows what became of it (the answer to a label, an echo, or the answer to a
 * PING sent after it).  Only a window of lines is under way at a time, so a
 * server that slows us down sets our pace and has no reason to call it
 * flooding, and a lost connection leaves at most a window of lines whose fate
 * is unknown.  Those come first, so nothing newer goes before that is settled.
 *
 * own.c decides when to send and what became of a line; this file only keeps
 * them in order.
 */

#include <stdlib.h>
#include <string.h>

#include "outbox.h"

/* Copies S, unless it is NULL; -1 without memory. */
static int
outbox_copy(char **dst, const char *s)
{
	if (s == NULL)
		return 0;
	*dst = strdup(s);
	return *dst == NULL ? -1 : 0;
}

static void
outbox_free(struct outbox_line *l)
{
	free(l->command);
	free(l->target);
	free(l->ctcp);
	free(l->reply);
	free(l->text);
	free(l->line);
	free(l->after);
	free(l->sealed);
	free(l);
}

static struct outbox_line *
outbox_make(const struct outbox_item *item)
{
	struct outbox_line *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	if (outbox_copy(&l->command, item->command) == -1 ||
	    outbox_copy(&l->target, item->target) == -1 ||
	    outbox_copy(&l->ctcp, item->ctcp) == -1 ||
	    outbox_copy(&l->reply, item->reply) == -1 ||
	    outbox_copy(&l->text, item->text) == -1 ||
	    outbox_copy(&l->line, item->line) == -1 ||
	    outbox_copy(&l->after, item->after) == -1 ||
	    outbox_copy(&l->sealed, item->sealed) == -1) {
		outbox_free(l);
		return NULL;
	}
	l->secured = item->secured;
	l->typed = item->typed;
	l->sent = item->sent;
	l->unsure = item->sent != 0;
	return l;
}

struct outbox_line *
outbox_add(struct outbox *o, const struct outbox_item *item,
    struct outbox_line *before)
{
	struct outbox_line **at = &o->first, *l;

	if (before == NULL && o->count >= OUTBOX_LINES)
		return NULL;
	l = outbox_make(item);
	if (l == NULL)
		return NULL;
	if (before == NULL && o->last != NULL)
		at = &o->last->next;
	while (*at != before)
		at = &(*at)->next;
	l->serial = item->serial != 0 ? item->serial : ++o->serial;
	l->next = before;
	*at = l;
	if (before == NULL)
		o->last = l;
	o->count++;
	return l;
}

int
outbox_has_room(const struct outbox *o)
{
	return o->count <= OUTBOX_LINES - OUTBOX_SPARE;
}

struct outbox_line *
outbox_next(const struct outbox *o)
{
	struct outbox_line *l;

	if (o->under_way >= OUTBOX_WINDOW)
		return NULL;
	for (l = o->first; l != NULL; l = l->next) {
		if (l->unsure)
			return NULL;
		if (l->order == 0)
			return l;
	}
	return NULL;
}

void
outbox_sent(struct outbox *o, struct outbox_line *l)
{
	l->order = ++o->order;
	o->under_way++;
}

struct outbox_line *
outbox_find(const struct outbox *o, uint64_t serial)
{
	struct outbox_line *l;

	for (l = o->first; l != NULL; l = l->next)
		if (l->serial == serial)
			return l;
	return NULL;
}

struct outbox_line *
outbox_oldest(const struct outbox *o)
{
	struct outbox_line *l;

	for (l = o->first; l != NULL; l = l->next)
		if (l->order != 0)
			return l;
	return NULL;
}

unsigned int
outbox_waiting(const struct outbox *o)
{
	return o->count - o->under_way;
}

void
outbox_drop(struct outbox *o, struct outbox_line *l)
{
	struct outbox_line **at = &o->first, *before = NULL;

	for (; *at != l; at = &(*at)->next)
		before = *at;
	*at = l->next;
	if (o->last == l)
		o->last = before;
	o->count--;
	if (l->order != 0)
		o->under_way--;
	outbox_free(l);
}

void
outbox_lost(struct outbox *o)
{
	struct outbox_line *l;

	for (l = o->first; l != NULL; l = l->next) {
		if (l->order != 0)
			l->unsure = 1;
		l->order = 0;
	}
	o->under_way = 0;
}

void
outbox_again(struct outbox_line *l)
{
	l->unsure = 0;
	l->sent = 0;
}

void
outbox_clear(struct outbox *o)
{
	while (o->first != NULL)
		outbox_drop(o, o->first);
}
