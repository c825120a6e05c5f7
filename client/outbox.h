/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_OUTBOX_H
#define CLIENT_OUTBOX_H

#include <stdint.h>

/* Lines on their way to the server, in order, until it has taken them. */

enum {
	OUTBOX_LINES = 2048, /* most lines kept */
	OUTBOX_SPARE = 512,  /* lines a typed line of 16 KiB may become */
	OUTBOX_WINDOW = 8,   /* most lines sent and not yet confirmed */
};

/*
 * Lines carry serial numbers: [first, next) are sent and unconfirmed,
 * [next, end) wait.  All three only grow.
 */
struct outbox {
	char *line[OUTBOX_LINES];
	uint64_t first, next, end;
};

/* Keeps a copy of LINE; -1 when the ring or the memory is full. */
int outbox_add(struct outbox *o, const char *line);
/* Whether another typed line fits, whatever it is split into. */
int outbox_has_room(const struct outbox *o);
/* The next line to send and its serial; NULL when there is none or the
 * window is full.  The outbox owns the line. */
const char *outbox_next(struct outbox *o, uint64_t *serial);
/* Everything before SERIAL has arrived. */
void outbox_confirm(struct outbox *o, uint64_t serial);
/* Forgets the oldest sent and unconfirmed line after the connection was
 * lost and returns it, for the caller to free; NULL when there is none. */
char *outbox_take_unsure(struct outbox *o);
void outbox_clear(struct outbox *o);

#endif
