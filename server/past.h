/* SPDX-License-Identifier: ISC */
#ifndef SERVER_PAST_H
#define SERVER_PAST_H

#include "command.h"

/*
 * What the store tells of the past, passed on: rows as the lines they were, in
 * a batch, a page of them a step.  A handler asks with past_cursor() as the
 * last word of its question, and returns what past_reply() says.
 */

enum { PAST_MOST = 1000 /* messages of an answer */ };

struct past {
	const char *type;    /* of the batch, */
	const char *target;  /* and its parameter, or NULL */
	const char *context; /* of a FAIL: what was asked for, or NULL: then
	                      * it is nobody's business that it failed */
	const char *trouble; /* its code when the store is in trouble */
	unsigned bits;       /* of a number in a cursor, at most 42 */
	unsigned shift;      /* bits of the step that are the handler's */
};

/* Where the answer is to go on: "*" at first.  Static. */
const char *past_cursor(const struct command *c, const struct past *p);
/* Whether it has begun: its batch is open. */
int past_begun(const struct command *c, const struct past *p);
/*
 * What a handler returns after ask() has said R: replies what there is, if the
 * answer is there.  CMD_MORE: there is more, and the step says so; CMD_DONE:
 * that was all, or it failed.
 */
enum command_result past_reply(struct command *c, const struct past *p,
    enum command_result r);
/* It ends here: closes the batch, if there is one. */
void past_end(struct command *c, const struct past *p);

/* For the context of a question about what was said in ROOM (0: none): that
 * only what was said in the room there is now is meant.  Static. */
const char *past_since(uint32_t room);

/* "BATCH +" (SIGN) or "-", if the client has batches. */
void past_batch(struct command *c, int sign, const struct past *p);
/* One ROW of an answer, taken apart. */
void past_row(struct command *c, const struct past *p,
    const struct message *m);

#endif
