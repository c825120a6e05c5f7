/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_ANSWER_H
#define CLIENT_ANSWER_H

#include <stddef.h>

/* What a program prints, made fit to be said: it may print anything. */

#define ANSWER_MARK " [cut]" /* where something was left out */

/*
 * Bytes of a program, cut into lines.  What a line is longer than LIMIT is
 * read and forgotten, and the line marked.
 */
struct answer_reader {
	char *line;    /* LIMIT bytes, the mark and a NUL */
	size_t limit, len;
	int cut;
};

int answer_open(struct answer_reader *r, size_t limit); /* -1: no memory */
/* Takes bytes from *DATA, moving it on, up to the end of a line, and returns
 * that line, cleaned, valid until the next call; NULL: there is none yet.  At
 * the end of input, answer_rest() is what came without its newline. */
char *answer_next(struct answer_reader *r, const char **data, size_t *len);
char *answer_rest(struct answer_reader *r);
void answer_close(struct answer_reader *r);

/*
 * Makes LEN bytes at TEXT fit for one line of a message, in place, and ends
 * them with a NUL: no CR, LF, NUL or other control but tabs and the codes of
 * formatting, spaces at the end gone, and '?' for what is not UTF-8.
 */
void answer_clean(char *text, size_t len);

/* A text of several lines, which are added one by one up to the limits. */
struct answer_text {
	char *text;           /* '\n' between the lines; NULL: empty */
	size_t len, limit;    /* bytes */
	unsigned int lines, most;
	int cut;
};

/* Adds a clean line; empty ones are left out.  What is over a limit is too,
 * and the text is marked. */
void answer_add(struct answer_text *t, const char *line);
void answer_text_clear(struct answer_text *t);

#endif
