/* SPDX-License-Identifier: ISC */
#ifndef STORE_KEEP_H
#define STORE_KEEP_H

#include "../ipc/envelope.h"
#include "message.h"

/* From envelopes of the server to rows of the store. */

enum { KEEP_ROWS = ENVELOPE_ROOMS /* most rows that come of one */ };

/* Where the texts of rows are, as long as the rows are needed. */
struct keep {
	char *text;
	size_t used, size;
};

enum { KEEP_TEXT = 2 * ENVELOPE_MAX + KEEP_ROWS * 72 /* bytes, at most */ };

/* What E comes to: fills M, at most KEEP_ROWS, and returns how many; 0 for what
 * is not kept.  K has room for KEEP_TEXT more. */
size_t keep_rows(struct keep *k, const struct envelope *e, struct stored *m);

#endif
