/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_SCREEN_WRAP_H
#define CLIENT_SCREEN_WRAP_H

#include <stddef.h>

/*
 * Wrapping: a text in rows no wider than there is room.  The text is clean
 * (format.h); '\n' ends a row, spaces at the end of one may hang out of it.
 */

/* [FROM, TO) is shown, in COLUMNS columns; the next row begins at NEXT unless
 * this is the LAST.  All rows of a text from FROM to NEXT are the text. */
struct wrap_row {
	size_t from, to, next;
	int columns, last;
};

/*
 * The row that begins at FROM, no wider than WIDTH (at least 1): 0 at first,
 * then r->next, until r->last.  There is always one: an empty text has a row,
 * and so has what is behind a '\n' at the end.  Only a character that is wider
 * than WIDTH makes a row that is.
 */
void wrap_row(const char *text, size_t len, size_t from, int width,
    struct wrap_row *r);
/* Rows of all of it, the first FIRST wide, the others REST: at least 1. */
size_t wrap_height(const char *text, size_t len, int first, int rest);
/* The bytes of TEXT that fit into WIDTH columns. */
size_t wrap_fit(const char *text, size_t len, int width);

#endif
