/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_OUTBOX_H
#define CLIENT_OUTBOX_H

#include <stdint.h>

/* Own lines on their way to the server, in order, until it is known what
 * became of them. */

enum {
	OUTBOX_LINES = 2048, /* most lines kept */
	OUTBOX_SPARE = 512,  /* lines a typed line of 16 KiB may become */
	OUTBOX_WINDOW = 8,   /* most lines sent and not yet confirmed */
};

/* What is asked to be sent: a message, or (COMMAND NULL) any other LINE. */
struct outbox_item {
	const char *command; /* PRIVMSG, NOTICE */
	const char *target;
	const char *ctcp;    /* "ACTION"; NULL: none */
	const char *reply;   /* msgid of what it answers; NULL: none */
	const char *text;    /* with '\n' between the lines of one message */
	const char *line;
	const char *after;   /* see struct outbox_line */
	const char *sealed;  /* see struct outbox_line */
	int secured;
	int64_t typed, sent;
	uint64_t serial;     /* 0: a new one */
};

struct outbox_line {
	uint64_t serial; /* from 1, in the order of typing */
	char *command, *target, *ctcp, *reply, *text, *line;
	int64_t typed;   /* milliseconds since the Epoch */
	/* When it first went, by the server's clock as far as we know it, and
	 * the last msgid we had from its target then; 0, NULL: it never did,
	 * there was none. */
	int64_t sent;
	char *after;
	int secured;     /* it goes encrypted or not at all */
	char *sealed;    /* what it was called when it last went so, or NULL */
	uint64_t order;  /* of its going on this connection; 0: it did not */
	int unsure;      /* it went on one that was lost */
	struct outbox_line *next;
};

struct outbox {
	struct outbox_line *first; /* the oldest of which we do not know */
	struct outbox_line *last;
	uint64_t serial, order;    /* the last that were given away */
	unsigned int count, under_way;
};

/* Keeps a copy of ITEM at the end, or before BEFORE; NULL when there are too
 * many (of which BEFORE makes no more: it is about to be replaced), or there
 * is no memory. */
struct outbox_line *outbox_add(struct outbox *o,
    const struct outbox_item *item, struct outbox_line *before);
/* Whether another typed line fits, whatever it is split into. */
int outbox_has_room(const struct outbox *o);
/* The next line to send; NULL when there is none, the window is full, or one
 * before it is unsure.  outbox_sent() says that it went. */
struct outbox_line *outbox_next(const struct outbox *o);
void outbox_sent(struct outbox *o, struct outbox_line *l);
struct outbox_line *outbox_find(const struct outbox *o, uint64_t serial);
/* The oldest line that went; NULL when none is under way. */
struct outbox_line *outbox_oldest(const struct outbox *o);
/* Lines that have not gone, or are unsure. */
unsigned int outbox_waiting(const struct outbox *o);
/* Its fate is known: takes it out and frees it. */
void outbox_drop(struct outbox *o, struct outbox_line *l);
/* The connection is lost: what was under way is unsure. */
void outbox_lost(struct outbox *o);
/* It did not arrive: it is to go again, in its place. */
void outbox_again(struct outbox_line *l);
void outbox_clear(struct outbox *o);

#endif
