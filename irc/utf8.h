/* SPDX-License-Identifier: ISC */
#ifndef IRC_UTF8_H
#define IRC_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* UTF-8 as RFC 3629 has it: no surrogates, no overlong forms, <= U+10FFFF. */

/* Decodes one character; returns its bytes (1..4) or -1 when it is invalid or
 * cut short. */
int utf8_decode(uint32_t *cp, const char *s, size_t len);
/* Puts the character, which must be one, at DST; returns its bytes. */
int utf8_encode(char dst[4], uint32_t cp);
int utf8_valid(const char *s, size_t len);
/* Puts a '?' in the place of each byte of S that is of no character. */
void utf8_mend(char *s, size_t len);
/* The largest n <= MAX such that S[0..n) does not cut a character in two. */
size_t utf8_cut(const char *s, size_t len, size_t max);
/* Columns on a terminal: 0 (combining, control), 1 or 2. */
int utf8_width(uint32_t cp);

#endif
