/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_SEARCH_H
#define CLIENT_SEARCH_H

#include <stddef.h>

#include "key.h"

/* ^R: the history searched while one types what for. */

enum {
	SEARCH_WORDS = 128, /* bytes of what is searched for, with its NUL */
};

enum search_result {
	SEARCH_MORE,  /* it goes on */
	SEARCH_TAKEN, /* what was found is wanted */
	SEARCH_LEFT,  /* the same, and the key is to be obeyed too */
	SEARCH_OVER,  /* nothing is wanted */
};

/* All zero: there is no search. */
struct search {
	int on;
	char words[SEARCH_WORDS], prompt[SEARCH_WORDS + 32];
	unsigned int at; /* serial number of what was found */
	char *match;     /* a clean copy of it; NULL: nothing yet */
	size_t cursor;   /* where the words are in it */
};

void search_begin(struct search *q);
enum search_result search_key(struct search *q, const struct key *k);
/* Forgets all of it. */
void search_end(struct search *q);

#endif
