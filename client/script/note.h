/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_NOTE_H
#define CLIENT_NOTE_H

#include <stddef.h>

#include "client/news.h"

/* Notes: news that are kept until it is their turn. */

struct note {
	struct news n; /* its strings are the note's */
	struct note *next;
};

/* Zeroed, it is empty. */
struct notes {
	struct note *first, *last;
	size_t count;
};

/* Keeps a copy at the end; -1 without memory. */
int notes_add(struct notes *l, const struct news *n);
/* Moves what is in FROM before what is in L. */
void notes_prepend(struct notes *l, struct notes *from);
/* Whether there is one of that msgid; NULL is that of none. */
int notes_have(const struct notes *l, const char *msgid);
/* Forgets the first one. */
void notes_drop(struct notes *l);
void notes_clear(struct notes *l);

#endif
