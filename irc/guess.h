/* SPDX-License-Identifier: ISC */
#ifndef IRC_GUESS_H
#define IRC_GUESS_H

/* What a mistyped word was meant to be. */

enum { GUESS_WORD = 32 }; /* bytes of the longest word worth guessing at */

/* Of the words that EACH returns for 0, 1, ... until NULL, the nearest: one
 * that begins so, else one of which no more than a third differs; or NULL.
 * Case does not count. */
const char *guess_word(const char *word, const char *(*each)(int i));

#endif
