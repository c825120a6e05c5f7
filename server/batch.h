/* SPDX-License-Identifier: ISC */
#ifndef SERVER_BATCH_H
#define SERVER_BATCH_H

#include "../irc/multiline.h"
#include "command.h"

/*
 * A batch that a client has begun, draft/multiline, in a chunk of its session:
 * what it has said so far.  One a session; it is said when it ends.
 */
enum batch_state {
	BATCH_OVER,            /* of no use: the chunk is given back */
	BATCH_OPEN,
	BATCH_FAILED,          /* its client was told; what comes is dropped */
};

enum batch_part {              /* its texts, for OP_BATCH_TEXT */
	BATCH_LABEL,
	BATCH_TAGS,
	BATCH_PLAN,
	BATCH_TEXT,
};

struct batch {
	uint32_t state;        /* enum batch_state */
	uint32_t nlines;
	uint32_t nplan, ntext; /* bytes */
	char ref[MULTILINE_REF + 1];
	char target[SOURCE_MAX + 1];
	char label[160];       /* escaped; "" for none */
	char tags[MULTILINE_TAGS + 1];
	char plan[MULTILINE_PLAN + 1];
	char text[MULTILINE_BYTES + 1];
};
_Static_assert(sizeof(struct batch) <= CHUNK_SIZE, "it fits a chunk");

static inline struct batch *
batch_of(const struct session *s)
{
	return (struct batch *)(void *)chunk_bytes(s->batch);
}

/* Where part PART is, and its size; NULL when there is no such part. */
char *batch_part(struct batch *b, uint32_t part, size_t *size);

/* Whether a line of PRIVMSG, NOTICE or TAGMSG is one of a batch. */
int batch_takes(const struct command *c);
/* Takes it: it is a row's handler. */
enum command_result batch_line(struct command *c);
/* A line of C's client was refused whole: it may have been one of a batch, so
 * nothing of that will be said. */
void batch_spoil(struct command *c);
/* Makes E, which has its target, what the batch B says. */
void batch_fill(const struct batch *b, struct envelope *e, const char *target);

/* Gives back the chunk if it is over; however far it is, if there is one.  By
 * the home. */
void batch_give(uint32_t session);
void batch_drop(uint32_t session);
/* What is wrong with that of S, which has one; NULL if nothing is. */
const char *batch_wrong(const struct session *s);

#endif
