/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_BATCH_H
#define CLIENT_BATCH_H

#include "event.h"

/* Batches of a session: what its lines in them have in common, and what only
 * makes sense as a whole. */

enum {
	BATCH_OPEN = 32,          /* at a time; further ones are ignored */
	BATCH_REF = 64,           /* bytes of a reference */
	BATCH_TEXT = 64 * 1024,   /* of a message of several lines; cut there */
	BATCH_NICKS = 5,          /* named of those who are gone by a split */
	BATCH_ROOMS = 100,        /* of which a split is told */
};

/* A BATCH: a handler of event.c's table. */
void batch_command(struct session *s, struct event_line *e);
/* Gives E what it has from its batch: that it is past, a label.  1: the batch
 * keeps the line, and it is not to be handled now. */
int batch_take(struct session *s, struct event_line *e);
/* With the connection they are gone. */
void batch_clear(struct session *s);

#endif
