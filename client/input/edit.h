/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_EDIT_H
#define CLIENT_EDIT_H

#include <stddef.h>

#include "key.h"

/*
 * A text being typed: which key does what to it.  There may be several, such
 * as one a room; what was killed (^K...) and what was typed before
 * (recall.h) is common to all.  Limits are those of text.h and kill.h.
 */

enum {
	EDIT_TAB = 4,      /* spaces for a pasted tab */
	EDIT_SEARCH = 128, /* bytes of what ^R searches, with its NUL */
};

/* What a key brought about. */
enum edit_result {
	EDIT_MORE,     /* it was one of ours: show the text again */
	EDIT_ENTER,    /* the text is complete: edit_take() it */
	EDIT_END,      /* ^D in an empty text */
	EDIT_CLEAR,    /* ^L: draw everything anew */
	EDIT_COMPLETE, /* Tab: complete_step(..., 1) */
	EDIT_COMPLETE_BACK, /* Shift-Tab: complete_step(..., -1) */
	EDIT_FULL,     /* it did not fit, TEXT_MOST, and is left out */
	EDIT_UNKNOWN,  /* not one of ours: the caller's, or nobody's */
};

struct edit;

/* LINES: Alt-Enter and ^J put in a line end; else only a paste does.  NULL
 * without memory. */
struct edit *edit_new(int lines);
void edit_free(struct edit *e);

enum edit_result edit_key(struct edit *e, const struct key *k);
/* UTF-8, NUL-terminated; '\n' and codes of IRC's formatting are the only
 * controls in it.  The cursor is between two graphemes. */
const char *edit_text(const struct edit *e);
size_t edit_length(const struct edit *e);
size_t edit_cursor(const struct edit *e);
/* Grows with every change of the text or the cursor. */
unsigned int edit_version(const struct edit *e);
/* While ^R searches: what stands in the place of the prompt; else NULL.  The
 * text is then what was found. */
const char *edit_prompt(const struct edit *e);
/* While a paste comes in there is nothing new to draw. */
int edit_is_pasting(const struct edit *e);

/* Puts another text in its place, such as a draft that was kept, with the
 * cursor at its end.  It is cleaned, and can be undone. */
void edit_set(struct edit *e, const char *text);
/* Puts TEXT, cleaned, in the place of [FROM, TO), the cursor behind it.
 * -1: it does not fit. */
int edit_replace(struct edit *e, size_t from, size_t to, const char *text);
/* Hands the text out and begins an empty one.  It is the caller's to give to
 * recall_add() and to free(); NULL without memory, and nothing is lost. */
char *edit_take(struct edit *e);
/* Throws the text away, or gives back what ^R has hidden; 0: there was
 * nothing. */
int edit_cancel(struct edit *e);

/* What to show of LEN bytes at S, '\n' too: pictures in the place of controls,
 * all else as it is.  Cut to SIZE, never within a character; returns its
 * length. */
size_t edit_show(char *dst, size_t size, const char *s, size_t len);
/* The columns of that. */
int edit_columns(const char *s, size_t len);

#endif
