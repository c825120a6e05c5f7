/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_GRAPHEME_H
#define CLIENT_GRAPHEME_H

#include <stddef.h>

/*
 * Graphemes: what a person takes for one character, with its marks, joiners
 * and the other half of a flag (UAX #29, for valid UTF-8; a byte that is
 * none is one of its own).
 */

/* Where the grapheme at AT (< LEN) ends. */
size_t grapheme_after(const char *s, size_t len, size_t at);
/* Where the one that ends at AT begins; 0 at 0. */
size_t grapheme_before(const char *s, size_t len, size_t at);
/* Columns of the LEN bytes at S: the sum of those of its characters, as
 * curses and most terminals have it. */
int grapheme_columns(const char *s, size_t len);

#endif
