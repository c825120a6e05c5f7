/* SPDX-License-Identifier: ISC */

/*
 * Lines and messages.
 *
 * message_line finds where a line ends in bytes that have arrived;
 * message_parse takes one line apart in place, by putting NULs between its
 * parts.  Every command of every client passes here, so both look for their
 * separators with memchr and touch nothing they need not.
 *
 * Neither keeps state, allocates or logs.  Whatever the bytes are, each
 * pointer handed out lies inside the line and ends with a NUL there; what
 * cannot be split is an error for the caller to answer.
 */

#include <string.h>

#include "message.h"

enum { LINE_MOST = MESSAGE_LINE - 2 }; /* without CR LF */

static char *
skip_spaces(char *p)
{
	while (*p == ' ')
		p++;
	return p;
}

/* Ends the word at P and returns what comes after it and its spaces. */
static char *
cut_word(char *p, char *end)
{
	char *space = memchr(p, ' ', (size_t)(end - p));

	if (space == NULL)
		return end;
	*space = '\0';
	return skip_spaces(space + 1);
}

static void
split_params(struct message *m, char *p, char *end)
{
	int n = 0;

	while (p < end) {
		m->param[n++] = *p == ':' ? p + 1 : p;
		if (*p == ':')
			break;
		if (n == MESSAGE_PARAMS)
			break; /* the last takes the rest: RFC 2812 2.3.1 */
		p = cut_word(p, end);
	}
	m->param[n] = NULL;
	m->nparam = n;
}

/* A prefixed word, NULL when there is nothing after its mark. */
static char *
take_prefixed(char **p, char *end, char mark)
{
	char *word = *p;

	if (*word != mark)
		return NULL;
	*p = cut_word(word, end);
	return word[1] != '\0' ? word + 1 : NULL;
}

enum message_error
message_parse(struct message *m, char *line, size_t len)
{
	char *p, *end = line + len, *start;
	enum message_error e = MESSAGE_OK;

	m->tags = m->source = m->command = NULL;
	m->param[0] = NULL;
	m->nparam = 0;
	if (memchr(line, '\0', len) != NULL || memchr(line, '\r', len) != NULL)
		return MESSAGE_NUL;
	*end = '\0';
	p = skip_spaces(line);
	if (p == end)
		return MESSAGE_EMPTY;
	m->tags = take_prefixed(&p, end, '@');
	if (m->tags != NULL && strlen(m->tags) > MESSAGE_TAGS_CLIENT)
		e = MESSAGE_TOO_LONG;
	if (end - p > LINE_MOST)
		e = MESSAGE_TOO_LONG;
	m->source = take_prefixed(&p, end, ':');
	/* Neither may begin a command: echoed, it would be something else. */
	if (p == end || *p == ':' || *p == '@')
		return e != MESSAGE_OK ? e : MESSAGE_BAD;
	start = p;
	p = cut_word(p, end);
	m->command = start;
	split_params(m, p, end);
	return e;
}

long
message_line(const char *buf, size_t len, size_t *next)
{
	const char *lf;
	size_t n;

	if (len == 0 || (lf = memchr(buf, '\n', len)) == NULL)
		return -1;
	n = (size_t)(lf - buf);
	*next = n + 1;
	while (n > 0 && buf[n - 1] == '\r')
		n--;
	return (long)n;
}
