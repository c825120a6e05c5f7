/* SPDX-License-Identifier: ISC */
#ifndef SERVER_SASL_H
#define SERVER_SASL_H

#include "session.h"

struct command;

/*
 * An authentication on its way, in a chunk of its session: the store keeps
 * nothing of it, and the worker may change.  The messages lie one behind the
 * other, each ended by a NUL: what the client and we said in turn.
 */
enum {
	SASL_CHUNK = 400,      /* bytes of an AUTHENTICATE line */
	SASL_MESSAGE = 1600,   /* of a message in base64, at most */
	SASL_TEXT = 6000,
	SASL_STEPS = 4,
	SASL_SEED = 32,        /* hexadecimal digits */
};

struct sasl {
	uint32_t mechanism;    /* 1 + its row; 0: it is over */
	uint32_t step;         /* whose message is being gathered, */
	uint32_t at[SASL_STEPS]; /* and where each one begins */
	uint32_t end;          /* of what there is of it */
	char seed[SASL_SEED + 1];
	char text[SASL_TEXT];
};
_Static_assert(sizeof(struct sasl) <= CHUNK_SIZE, "it fits a chunk");

static inline struct sasl *
sasl_of(const struct session *s)
{
	return (struct sasl *)(void *)chunk_bytes(s->sasl);
}

/* Gives back the chunk if it is over.  By the home. */
void sasl_give(uint32_t session);
/* Gives it back however far it is; there is one. */
void sasl_drop(uint32_t session);
/* Ends one that is on its way, since its client goes on without it: 906. */
void sasl_abort(struct command *c);

#endif
