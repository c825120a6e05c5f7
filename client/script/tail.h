/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_TAIL_H
#define CLIENT_TAIL_H

#include "script.h"

enum {
	TAIL_LINES = 10,     /* messages of `tail' without -n... */
	TAIL_HISTORY = 100,  /* ...and of `history' and `search' */
	TAIL_PAGE = 50,      /* fewer are not asked for */
	TAIL_MOST = 100000,  /* most that are asked for */
	TAIL_HELD = 10000,   /* new ones, while old ones are being fetched */
};

/* `moot tail', `history', `search' and `wait': functions of their rows, see
 * script.h. */
int tail_begin(struct script *x);
int tail_search_begin(struct script *x);
int tail_wait_begin(struct script *x);
void tail_online(struct script *x);
int tail_tell(struct script *x, const struct news *n);

#endif
