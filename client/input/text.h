/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_TEXT_H
#define CLIENT_TEXT_H

#include <stddef.h>

/*
 * A text that changes: UTF-8, a cursor between two of its graphemes, and its
 * last changes, which can be taken back.
 */

enum {
	TEXT_MOST = 65536,        /* bytes */
	TEXT_UNDO = 200,          /* changes remembered, the last ones, */
	TEXT_UNDO_BYTES = 262144, /* and what they took away */
};

struct text_change {
	size_t at, added; /* so many bytes were put in there */
	char *removed;    /* in the place of these, NULL: of none */
	size_t len;
};

struct text {
	char *s; /* NUL-terminated, never NULL */
	size_t len, size, cursor;
	unsigned int version; /* grows with each change, and by text_move() */
	struct text_change undo[TEXT_UNDO];
	unsigned int undo_first, undo_end;
	size_t undo_bytes;
	int joins; /* the next character belongs to the last change */
};

/* -1 without memory. */
int text_init(struct text *t);
void text_clear(struct text *t);

/* Puts LEN bytes at S, clean ones, in the place of [FROM, TO), the cursor
 * behind them.  -1, nothing changed: no room, or no memory. */
int text_replace(struct text *t, size_t from, size_t to, const char *s,
    size_t len);
/* The same at the cursor; what is typed without a pause is one change. */
int text_type(struct text *t, const char *s, size_t len);
/* Takes the last change back; 0: there is none. */
int text_undo(struct text *t);
void text_forget(struct text *t); /* what could be taken back */
/* Moves the cursor to AT, or to the end of the grapheme that AT is in. */
void text_move(struct text *t, size_t at);

/* Where the grapheme, the word, the line before or after AT begins or ends;
 * a word is letters and digits, a line ends before its '\n'. */
size_t text_before(const struct text *t, size_t at);
size_t text_after(const struct text *t, size_t at);
size_t text_word_before(const struct text *t, size_t at);
size_t text_word_after(const struct text *t, size_t at);
int text_is_word(const struct text *t, size_t at);
size_t text_line_begin(const struct text *t, size_t at);
size_t text_line_end(const struct text *t, size_t at);
/* The same column one line up (STEP -1) or down; the length and one more when
 * there is no such line. */
size_t text_vertical(const struct text *t, size_t at, int step, int column);

/* A copy of what is left of S without controls and invalid UTF-8; '\n' stays,
 * with FORMATS also codes of IRC's formatting.  To be freed; NULL without
 * memory. */
char *text_clean(const char *s, size_t len, int formats);
int text_is_format(char c);

#endif
