/* SPDX-License-Identifier: ISC */
/*
 * The queue: answers, in order, no faster than their rate.
 *
 * Each message costs a token.  A text of several lines is one message to a
 * server that takes such; for others it is parted, and each line costs one.
 * Nothing is ever dropped here: a full queue is the sign for its owner to
 * listen to its programs no longer, which then wait in their turn.
 */

#include <stdlib.h>
#include <string.h>

#include "queue.h"

void
queue_init(struct queue *q)
{
	q->first = NULL;
	q->end = &q->first;
	q->n = 0;
}

static void
queue_free(struct queue_item *i)
{
	free(i->where);
	free(i->reply);
	free(i->text);
	free(i);
}

int
queue_add(struct queue *q, const struct queue_item *item)
{
	struct queue_item *i = calloc(1, sizeof(*i));

	if (i == NULL)
		return -1;
	*i = *item;
	i->next = NULL;
	i->where = strdup(item->where);
	i->text = strdup(item->text);
	i->reply = item->reply == NULL ? NULL : strdup(item->reply);
	if (i->where == NULL || i->text == NULL ||
	    (item->reply != NULL && i->reply == NULL)) {
		queue_free(i);
		return -1;
	}
	*q->end = i;
	q->end = &i->next;
	q->n++;
	return 0;
}

int
queue_is_full(const struct queue *q)
{
	return q->n >= QUEUE_MOST;
}

static void
queue_pop(struct queue *q)
{
	struct queue_item *i = q->first;

	q->first = i->next;
	if (q->first == NULL)
		q->end = &q->first;
	q->n--;
	queue_free(i);
}

/* Says the first one, or its first line. */
static void
queue_say(struct queue *q)
{
	struct queue_item *i = q->first;
	char *rest = q->whole(i) ? NULL : strchr(i->text, '\n');

	if (rest != NULL)
		*rest++ = '\0';
	q->say(i, i->text);
	if (rest == NULL)
		queue_pop(q);
	else
		memmove(i->text, rest, strlen(rest) + 1);
}

int64_t
queue_run(struct queue *q, int64_t now)
{
	int64_t wait;

	while (q->first != NULL) {
		if (!q->ready(q->first))
			return -1;
		wait = rate_wait(&q->rate, now);
		if (wait > 0)
			return wait;
		rate_take(&q->rate, now);
		queue_say(q);
	}
	return -1;
}

void
queue_clear(struct queue *q)
{
	while (q->first != NULL)
		queue_pop(q);
}
