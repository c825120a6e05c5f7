/* SPDX-License-Identifier: ISC */
/*
 * A text that changes, by one function: something takes the place of
 * something else.  So there is one place where the text grows, one where a
 * change is remembered, and one where the cursor is put where it may be.
 *
 * After a change the cursor may stand within a grapheme, because what was
 * apart was joined: it then goes to the end of it.  Changes are remembered up
 * to a number and to a number of bytes; the oldest are forgotten.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "client/line/display.h"
#include "grapheme.h"
#include "irc/utf8.h"
#include "text.h"

enum {
	TEXT_FIRST = 128, /* bytes at first */
};

int
text_init(struct text *t)
{
	memset(t, 0, sizeof(*t));
	t->s = calloc(1, TEXT_FIRST);
	t->size = TEXT_FIRST;
	return t->s == NULL ? -1 : 0;
}

/* ---- what can be taken back ---- */

static void
undo_drop(struct text *t, unsigned int serial)
{
	struct text_change *c = &t->undo[serial % TEXT_UNDO];

	t->undo_bytes -= c->len;
	free(c->removed);
	memset(c, 0, sizeof(*c));
}

void
text_forget(struct text *t)
{
	while (t->undo_first != t->undo_end)
		undo_drop(t, t->undo_first++);
	t->joins = 0;
}

void
text_clear(struct text *t)
{
	text_forget(t);
	free(t->s);
	t->s = NULL;
}

/* Remembers the change that is about to be made.  One that cannot be
 * remembered makes the earlier ones useless. */
static void
undo_add(struct text *t, size_t from, size_t to, size_t added)
{
	struct text_change *c;
	char *removed = NULL;

	if (to > from && (removed = strndup(t->s + from, to - from)) == NULL) {
		text_forget(t);
		return;
	}
	if (t->undo_end - t->undo_first == TEXT_UNDO)
		undo_drop(t, t->undo_first++);
	c = &t->undo[t->undo_end++ % TEXT_UNDO];
	c->at = from;
	c->added = added;
	c->removed = removed;
	c->len = to - from;
	t->undo_bytes += c->len;
	while (t->undo_bytes > TEXT_UNDO_BYTES)
		undo_drop(t, t->undo_first++);
}

/* ---- changes ---- */

static int
text_grow(struct text *t, size_t len)
{
	size_t size = t->size;
	char *s;

	if (len > TEXT_MOST)
		return -1;
	while (size <= len)
		size *= 2;
	if (size == t->size)
		return 0;
	s = realloc(t->s, size);
	if (s == NULL)
		return -1;
	t->s = s;
	t->size = size;
	return 0;
}

void
text_move(struct text *t, size_t at)
{
	size_t from;

	t->version++;
	t->cursor = at;
	if (at == 0 || at == t->len)
		return;
	from = grapheme_before(t->s, t->len, at);
	t->cursor = grapheme_after(t->s, t->len, from);
}

/* Makes a change that is remembered, or is not to be. */
static int
text_change(struct text *t, size_t from, size_t to, const char *s, size_t len)
{
	if (text_grow(t, t->len - (to - from) + len) == -1)
		return -1;
	memmove(t->s + from + len, t->s + to, t->len - to + 1);
	memcpy(t->s + from, s, len);
	t->len = t->len - (to - from) + len;
	text_move(t, from + len);
	return 0;
}

int
text_replace(struct text *t, size_t from, size_t to, const char *s, size_t len)
{
	t->joins = 0;
	if (t->len - (to - from) + len > TEXT_MOST ||
	    text_grow(t, t->len - (to - from) + len) == -1)
		return -1;
	undo_add(t, from, to, len);
	return text_change(t, from, to, s, len);
}

/* A word and the blanks behind it are one change. */
int
text_type(struct text *t, const char *s, size_t len)
{
	struct text_change *last = &t->undo[(t->undo_end - 1) % TEXT_UNDO];
	size_t at = t->cursor;

	if (t->joins && t->undo_first != t->undo_end &&
	    last->at + last->added == at &&
	    (*s == ' ' || at == 0 || t->s[at - 1] != ' ')) {
		if (text_change(t, at, at, s, len) == -1)
			return -1;
		last->added += len;
		return 0;
	}
	if (text_replace(t, at, at, s, len) == -1)
		return -1;
	t->joins = 1;
	return 0;
}

int
text_undo(struct text *t)
{
	struct text_change *c;

	t->joins = 0;
	if (t->undo_first == t->undo_end)
		return 0;
	c = &t->undo[(t->undo_end - 1) % TEXT_UNDO];
	if (text_change(t, c->at, c->at + c->added,
	    c->removed != NULL ? c->removed : "", c->len) == -1)
		return 0;
	undo_drop(t, --t->undo_end);
	return 1;
}

/* ---- places ---- */

size_t
text_before(const struct text *t, size_t at)
{
	return grapheme_before(t->s, t->len, at);
}

size_t
text_after(const struct text *t, size_t at)
{
	return at >= t->len ? t->len : grapheme_after(t->s, t->len, at);
}

int
text_is_word(const struct text *t, size_t at)
{
	unsigned char c = (unsigned char)t->s[at];

	return c >= 0x80 || (c >= '0' && c <= '9') ||
	    (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

size_t
text_word_before(const struct text *t, size_t at)
{
	while (at > 0 && !text_is_word(t, text_before(t, at)))
		at = text_before(t, at);
	while (at > 0 && text_is_word(t, text_before(t, at)))
		at = text_before(t, at);
	return at;
}

size_t
text_word_after(const struct text *t, size_t at)
{
	while (at < t->len && !text_is_word(t, at))
		at = text_after(t, at);
	while (at < t->len && text_is_word(t, at))
		at = text_after(t, at);
	return at;
}

size_t
text_line_begin(const struct text *t, size_t at)
{
	while (at > 0 && t->s[at - 1] != '\n')
		at--;
	return at;
}

size_t
text_line_end(const struct text *t, size_t at)
{
	return at + strcspn(t->s + at, "\n");
}

size_t
text_vertical(const struct text *t, size_t at, int step, int column)
{
	size_t end, next;

	if (step < 0) {
		at = text_line_begin(t, at);
		if (at == 0)
			return t->len + 1;
		at = text_line_begin(t, at - 1);
	} else {
		at = text_line_end(t, at) + 1;
		if (at > t->len)
			return t->len + 1;
	}
	end = text_line_end(t, at);
	for (; at < end; at = next) {
		next = text_after(t, at);
		column -= grapheme_columns(t->s + at, next - at);
		if (column < 0)
			break;
	}
	return at;
}

/* ---- what may be in it ---- */

int
text_is_format(char c)
{
	return c != '\0' && strchr("\002\003\017\021\026\035\036\037", c);
}

char *
text_clean(const char *s, size_t len, int formats)
{
	char *clean = malloc(len + 1), *dst = clean;
	uint32_t cp;
	int n;

	if (clean == NULL)
		return NULL;
	for (; len > 0; s += n, len -= (size_t)n) {
		n = utf8_decode(&cp, s, len);
		if (n == -1)
			n = 1;
		else if (cp == '\n' || display_is_harmless(cp) ||
		    (n == 1 && formats && text_is_format(*s))) {
			memcpy(dst, s, (size_t)n);
			dst += n;
		}
	}
	*dst = '\0';
	return clean;
}
