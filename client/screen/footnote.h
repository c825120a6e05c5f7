/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_SCREEN_FOOTNOTE_H
#define CLIENT_SCREEN_FOOTNOTE_H

#include <stddef.h>

/* What came to a line later, of a few lines only: reactions, who redacted it,
 * why it failed. */

struct scrollback_reaction;

struct footnote {
	char *why;
	char *redacted;
	struct scrollback_reaction *reaction;
	size_t reactions;
	size_t names; /* of all reactions */
	size_t bytes; /* of memory, about */
};

/* NULL without memory. */
struct footnote *footnote_new(void);
void footnote_free(struct footnote *f);
/* Replace what was there; NULL: nothing. */
void footnote_set_why(struct footnote *f, const char *why);
void footnote_set_redacted(struct footnote *f, const char *who);
/* 0 if nothing changed: it is known already, there are too many. */
int footnote_react(struct footnote *f, const char *who, int own,
    const char *what);
int footnote_unreact(struct footnote *f, const char *who, int own,
    const char *what);
/* Forgets all reactions. */
void footnote_calm(struct footnote *f);

#endif
