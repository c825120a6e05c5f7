/* SPDX-License-Identifier: ISC */
#ifndef SERVER_WORDS_H
#define SERVER_WORDS_H

#include <string.h>

#include "command.h"
#include "worker.h"

/*
 * Lines of many words: nicks of a room, rooms of a user, tokens of 005.  A
 * handler adds until one does not fit, replies what there is, and goes on.
 */
struct words {
	char text[MESSAGE_LINE];
	size_t len, max;
	unsigned count;
};

/* Empties W, for lines of C in which EXTRA bytes are taken by what stands
 * around the words, the ":server NNN nick " of a numeric not counted. */
static inline void
words_begin(struct words *w, const struct command *c, size_t extra)
{
	size_t nick = c->u->nick[0] != '\0' ? strlen(c->u->nick) : 1;
	size_t used = 1 + strlen(config->name) + 5 + nick + 1 + extra;

	w->max = used < MESSAGE_LINE - 2 ? MESSAGE_LINE - 2 - used : 0;
	w->len = w->count = 0;
	w->text[0] = '\0';
}

static inline void
words_clear(struct words *w)
{
	w->len = w->count = 0;
	w->text[0] = '\0';
}

/* Adds a word of N bytes; returns 0 when it does not fit, and then W is as it
 * was. */
static inline int
words_add(struct words *w, const char *word, size_t n)
{
	size_t space = w->count > 0;

	if (w->len + space + n > w->max)
		return 0;
	if (space)
		w->text[w->len++] = ' ';
	memcpy(w->text + w->len, word, n);
	w->len += n;
	w->text[w->len] = '\0';
	w->count++;
	return 1;
}

/* Takes the next item that is not empty off a list "a,b"; NULL at its end. */
static inline char *
list_next(char **list)
{
	char *item;

	do
		item = strsep(list, ",");
	while (item != NULL && *item == '\0');
	return item;
}

/* TEXT if it may stand before the last parameter of a line, else "*". */
static inline const char *
word_or_star(const char *text)
{
	if (text == NULL || *text == '\0' || *text == ':' ||
	    strchr(text, ' ') != NULL)
		return "*";
	return text;
}

#endif
