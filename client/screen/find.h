/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_SCREEN_FIND_H
#define CLIENT_SCREEN_FIND_H

#include <stddef.h>

/* Finding words in a text, small and capital letters alike (of Latin, Greek,
 * Cyrillic, Armenian, and wide Latin). */

enum { FIND_WORDS = 256 }; /* bytes looked for; more are cut */

struct find {
	char words[FIND_WORDS];
	size_t len; /* 0: nothing is found */
};

/* WORDS are cleaned, as is what they are looked for in (format.h). */
void find_set(struct find *f, const char *words);
/* The first place at AT or after it in TEXT: 1, and [*FROM, *TO). */
int find_next(const struct find *f, const char *text, size_t len, size_t at,
    size_t *from, size_t *to);

#endif
