/* SPDX-License-Identifier: ISC */
#ifndef CTL_ANSWER_H
#define CTL_ANSWER_H

#include <stddef.h>

#include "row.h"

/*
 * A question to the server and its whole answer.  The answer is kept until
 * its end has come, so that nothing is shown of one that breaks off.
 */

enum {
	ANSWER_WAIT = 10000,  /* ms without a byte until we give up */
	ANSWER_LINE = 510,    /* bytes of a question */
};

enum answer_result {
	ANSWER_OK,
	ANSWER_NO,          /* the server said no */
	ANSWER_UNREACHABLE, /* no socket, or silence */
	ANSWER_DENIED,      /* not for us */
	ANSWER_CUT,         /* the connection ended before the answer */
};

struct answer {
	char *bytes;        /* rows, each ended by LF */
	size_t used, size;
	size_t rows;        /* bytes of whole rows */
	char error[600];    /* what went wrong, raw; but for ANSWER_OK */
	int fd;             /* still open after ANSWER_OK */
};

/* ms without a byte until we give up: ANSWER_WAIT, or what is set. */
extern int answer_wait;

/* Asks the server at the socket PATH.  answer_free() A in any case. */
enum answer_result answer_get(struct answer *a, const char *path,
    const char *question);
void answer_free(struct answer *a);

/* Steps through the rows: *AT is 0 to begin with.  Returns 0 at the end. */
int answer_row(const struct answer *a, size_t *at, struct row *row);

/* Waits up to MS for the server to hang up.  Returns 1 when it has. */
int answer_hangup(const struct answer *a, int ms);

#endif
