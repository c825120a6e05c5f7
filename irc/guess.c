/* SPDX-License-Identifier: ISC */
/*
 * Guesses what a mistyped word was meant to be, for those who have a table of
 * words that people write: settings, commands.  Pure; it owns nothing.  A word
 * too long to be a slip of the finger is not guessed at.
 */

#include <ctype.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "guess.h"

static int
guess_smaller(int a, int b)
{
	return a < b ? a : b;
}

/* Edits that turn A into B: a byte put in, left out, changed, or two
 * neighbours exchanged.  Both at most GUESS_WORD long. */
static int
guess_distance(const char *a, const char *b)
{
	int d[GUESS_WORD + 1][GUESS_WORD + 1];
	int na = (int)strlen(a), nb = (int)strlen(b), i, j, same;

	for (i = 0; i <= na; i++)
		d[i][0] = i;
	for (j = 0; j <= nb; j++)
		d[0][j] = j;
	for (i = 1; i <= na; i++)
		for (j = 1; j <= nb; j++) {
			same = tolower((unsigned char)a[i - 1]) ==
			    tolower((unsigned char)b[j - 1]);
			d[i][j] = guess_smaller(d[i - 1][j - 1] + !same,
			    guess_smaller(d[i - 1][j], d[i][j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				d[i][j] = guess_smaller(d[i][j],
				    d[i - 2][j - 2] + 1);
		}
	return d[na][nb];
}

const char *
guess_word(const char *word, const char *(*each)(int i))
{
	const char *guess = NULL, *known;
	size_t len = strlen(word);
	int i, distance, best = len < 3 ? 1 : (int)len / 3;

	if (len > GUESS_WORD)
		return NULL;
	for (i = 0; len >= 3 && (known = each(i)) != NULL; i++)
		if (strncasecmp(word, known, len) == 0)
			return known;
	for (i = 0; (known = each(i)) != NULL; i++) {
		if (strlen(known) > GUESS_WORD)
			continue;
		distance = guess_distance(word, known);
		if (distance < best || (distance == best && guess == NULL)) {
			best = distance;
			guess = known;
		}
	}
	return guess;
}
