/* SPDX-License-Identifier: ISC */
/*
 * The answer: what a program printed, on its way to becoming a message.
 *
 * Nothing that comes from a program can end a line of the protocol, and none
 * of it is kept beyond a limit: what is over it is read, forgotten and
 * marked as cut.  Formatting (bold, colours) stays, since it harms nobody;
 * a CTCP request cannot be made of it.
 */

#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "irc/utf8.h"

/* ---- lines ---- */

int
answer_open(struct answer_reader *r, size_t limit)
{
	memset(r, 0, sizeof(*r));
	r->limit = limit;
	r->line = malloc(limit + sizeof(ANSWER_MARK));
	return r->line == NULL ? -1 : 0;
}

void
answer_close(struct answer_reader *r)
{
	free(r->line);
	memset(r, 0, sizeof(*r));
}

/* LEN without the beginning of a character whose rest was left out. */
static size_t
answer_whole(const char *text, size_t len)
{
	uint32_t cp;
	size_t back;

	for (back = 1; back <= 3 && back <= len; back++) {
		if (((unsigned char)text[len - back] & 0xc0) == 0x80)
			continue;
		return utf8_decode(&cp, text + len - back, back) == -1 ?
		    len - back : len;
	}
	return len;
}

static char *
answer_finish(struct answer_reader *r)
{
	answer_clean(r->line,
	    r->cut ? answer_whole(r->line, r->len) : r->len);
	if (r->cut)
		strcat(r->line, ANSWER_MARK);
	r->len = 0;
	r->cut = 0;
	return r->line;
}

char *
answer_next(struct answer_reader *r, const char **data, size_t *len)
{
	const char *end = memchr(*data, '\n', *len);
	size_t n = end == NULL ? *len : (size_t)(end - *data), fits;

	fits = n < r->limit - r->len ? n : r->limit - r->len;
	memcpy(r->line + r->len, *data, fits);
	r->len += fits;
	r->cut |= fits < n;
	n += end != NULL;
	*data += n;
	*len -= n;
	return end == NULL ? NULL : answer_finish(r);
}

char *
answer_rest(struct answer_reader *r)
{
	return r->len == 0 && !r->cut ? NULL : answer_finish(r);
}

/* ---- cleaning ---- */

/* Bold, colours, plain, monospace, reverse, italics, strike, underline. */
static int
answer_is_format(uint32_t cp)
{
	return cp == 0x02 || cp == 0x03 || cp == 0x04 || cp == 0x0f ||
	    cp == 0x11 || cp == 0x16 || (cp >= 0x1d && cp <= 0x1f);
}

static int
answer_is_good(uint32_t cp)
{
	return cp == '\t' || answer_is_format(cp) ||
	    (cp >= 0x20 && cp < 0x7f) || cp > 0x9f;
}

void
answer_clean(char *text, size_t len)
{
	size_t from = 0, to = 0;
	uint32_t cp = 0;
	int n;

	utf8_mend(text, len);
	for (; from < len; from += (size_t)n) {
		n = utf8_decode(&cp, text + from, len - from);
		if (cp == '\r')
			text[to++] = ' '; /* words it parts stay apart */
		else if (answer_is_good(cp)) {
			memmove(text + to, text + from, (size_t)n);
			to += (size_t)n;
		}
	}
	while (to > 0 && (text[to - 1] == ' ' || text[to - 1] == '\t'))
		to--;
	text[to] = '\0';
}

/* ---- texts ---- */

/* The mark has a place of its own behind the limit. */
static int
answer_room(struct answer_text *t)
{
	if (t->text == NULL)
		t->text = calloc(1, t->limit + sizeof(ANSWER_MARK));
	return t->text != NULL;
}

static void
answer_mark(struct answer_text *t)
{
	if (!t->cut)
		strcat(t->text, ANSWER_MARK);
	t->cut = 1;
}

void
answer_add(struct answer_text *t, const char *line)
{
	size_t len = strlen(line), left;

	if (len == 0 || t->cut || !answer_room(t))
		return;
	left = t->limit - t->len;
	if (t->lines == t->most || left < 2) {
		answer_mark(t);
		return;
	}
	if (t->lines++ > 0) {
		t->text[t->len++] = '\n';
		left--;
	}
	if (len > left)
		len = utf8_cut(line, len, left);
	memcpy(t->text + t->len, line, len);
	t->len += len;
	t->text[t->len] = '\0';
	if (line[len] != '\0')
		answer_mark(t);
}

void
answer_text_clear(struct answer_text *t)
{
	free(t->text);
	t->text = NULL;
	t->len = t->lines = 0;
	t->cut = 0;
}
