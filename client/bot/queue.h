/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_QUEUE_H
#define CLIENT_QUEUE_H

#include <stdint.h>

#include "rate.h"

/* What a bot is to say and has not yet, since it must not say all at once. */

enum {
	QUEUE_MOST = 64, /* messages; then programs are not listened to */
};

struct session;

struct queue_item {
	struct session *session;
	const char *command; /* "PRIVMSG", "NOTICE"; never copied */
	const char *ctcp;    /* "ACTION", or NULL; never copied */
	char *where, *reply; /* REPLY: a msgid, or NULL */
	char *text;          /* with '\n' between lines */
	struct queue_item *next;
};

struct queue {
	struct rate rate;
	struct queue_item *first, **end;
	unsigned int n;
	/* Says TEXT, which is all of it or a line. */
	void (*say)(const struct queue_item *i, const char *text);
	/* Whether it can be said in several lines at once; and at all now. */
	int (*whole)(const struct queue_item *i);
	int (*ready)(const struct queue_item *i);
};

/* RATE stands already, and the functions. */
void queue_init(struct queue *q);
/* Copies of all; -1: no memory. */
int queue_add(struct queue *q, const struct queue_item *item);
int queue_is_full(const struct queue *q);
/* Says what may be said now.  Milliseconds until it is to be called again,
 * -1: when there is something new. */
int64_t queue_run(struct queue *q, int64_t now);
void queue_clear(struct queue *q);

#endif
