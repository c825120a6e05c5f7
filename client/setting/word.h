/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_WORD_H
#define CLIENT_WORD_H

#include <stddef.h>

/* A line of words, as moot.conf(5) and /set have it. */

/* Cuts LINE, in place, into at most MOST words: a word in double quotes may
 * hold spaces, and \" and \\ in it; a '#' between spaces begins a comment.
 * Returns how many, or -1, and what is wrong in *WHY. */
int word_split(char *line, char **word, int most, const char **why);
/* Appends WORD to TEXT, quoted if need be, after a space if TEXT is not
 * empty; -1, and TEXT as it was, when it does not fit. */
int word_append(char *text, size_t size, const char *word);

#endif
