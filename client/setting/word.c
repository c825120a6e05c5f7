/* SPDX-License-Identifier: ISC */
/*
 * Words on a line: how values are written in moot.conf(5), after /set, and in
 * what moot writes there itself.  Pure; what word_append() writes,
 * word_split() reads as it was.
 *
 * Unlike in mootd.conf(5), where a '#' after a space begins a comment, there
 * must be a space after it as well: names of rooms begin with one, and whoever
 * writes "join #moot" means the room.
 */

#include <stdio.h>
#include <string.h>

#include "word.h"

static int
word_is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static int
word_is_end(char c)
{
	return c == '\0' || word_is_blank(c);
}

/* Takes a quoted word from *CURSOR, undoing the quotes in place. */
static char *
word_take_quoted(char **cursor, const char **why)
{
	char *s = *cursor + 1, *word = s, *out = s;

	for (; *s != '"'; *out++ = *s++) {
		if (*s == '\\' && (s[1] == '"' || s[1] == '\\'))
			s++;
		if (*s == '\0') {
			*why = "a quote is opened and not closed";
			return NULL;
		}
	}
	s++;
	if (!word_is_end(*s)) {
		*why = "there is no space after a closing quote";
		return NULL;
	}
	*cursor = *s != '\0' ? s + 1 : s;
	*out = '\0';
	return word;
}

static char *
word_take_plain(char **cursor)
{
	char *word = *cursor;

	while (!word_is_end(**cursor))
		(*cursor)++;
	if (**cursor != '\0')
		*(*cursor)++ = '\0';
	return word;
}

int
word_split(char *line, char **word, int most, const char **why)
{
	int n = 0;

	for (;;) {
		while (word_is_blank(*line))
			line++;
		if (*line == '\0' || (*line == '#' && word_is_end(line[1])))
			return n;
		if (n == most) {
			*why = "too many words";
			return -1;
		}
		word[n] = *line == '"' ? word_take_quoted(&line, why) :
		    word_take_plain(&line);
		if (word[n++] == NULL)
			return -1;
	}
}

static int
word_is_plain(const char *word)
{
	return *word != '\0' && *word != '"' && strcmp(word, "#") != 0 &&
	    strpbrk(word, " \t") == NULL;
}

int
word_append(char *text, size_t size, const char *word)
{
	size_t used = strlen(text);
	int quoted = !word_is_plain(word);

	/* a space, the quotes, and each byte may need a backslash */
	if (used + 1 + (quoted ? 2 * strlen(word) + 2 : strlen(word)) >= size)
		return -1;
	if (used > 0)
		text[used++] = ' ';
	if (quoted)
		text[used++] = '"';
	for (; *word != '\0'; word++) {
		if (quoted && (*word == '"' || *word == '\\'))
			text[used++] = '\\';
		text[used++] = *word;
	}
	if (quoted)
		text[used++] = '"';
	text[used] = '\0';
	return 0;
}
