/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_SCREEN_WORDS_H
#define CLIENT_SCREEN_WORDS_H

#include <stddef.h>

#include "client/news.h"
#include "theme.h"

/* How news are put on the screen: who, and in which words. */

enum { WORDS_PREFIX = 400 }; /* bytes of what stands before a text */

struct words {
	const char *lead;       /* in the column of nicks */
	int is_nick;            /* LEAD is one, and has its colour */
	enum theme_role role;   /* of the text, and of a LEAD that is none */
	char prefix[WORDS_PREFIX]; /* before the text; not cleaned */
	const char *text;       /* news' own, or "" */
	const char *suffix;     /* behind it: ")" */
};

/* How N reads; W is good as long as N is. */
void words_make(struct words *w, const struct news *n);

#endif
