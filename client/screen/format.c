/* SPDX-License-Identifier: ISC */
/*
 * Formatting codes: bold and the like, IRC's colours and hexadecimal ones.
 *
 * What is shown of a text is decided by clean.c; this file only adds how.  A
 * code is a state that holds for the text after it, so spans are made when
 * there is text to put into them and not when a code comes: a thousand codes
 * with nothing between them are one span.
 *
 * Line ends stay, for a message may have several lines.  Tabs become spaces up
 * to the next stop: what is wrapped and drawn later then has a width that does
 * not depend on where it stands.
 *
 * For the same reason pictures lose what joins them to others, their colour of
 * skin, and what chooses between two forms of them.  Terminals do not agree on
 * how many columns such a thing takes, and curses has its own opinion: where
 * they differ, everything behind it is in disorder, for as long as curses takes
 * it for what is there.  Every terminal shows a man and a woman as wide as it
 * shows each of them.  Joiners of letters stay.
 */

#include <stdlib.h>
#include <string.h>

#include "client/clean.h"
#include "format.h"
#include "irc/utf8.h"

struct format_state {
	struct format *f;
	struct format_span now; /* of the text to come */
	int plain;              /* no spans are wanted */
	int marks, column;
	int picture;            /* the last character was one */
	int failed;             /* there was no memory */
};

static const struct {
	char code;
	unsigned int attribute;
} format_toggles[] = {
	{ 0x02, FORMAT_BOLD },
	{ 0x11, FORMAT_MONOSPACE },
	{ 0x16, FORMAT_REVERSE },
	{ 0x1d, FORMAT_ITALIC },
	{ 0x1e, FORMAT_STRIKE },
	{ 0x1f, FORMAT_UNDERLINE },
};

static void
format_reset(struct format_state *p)
{
	p->now.attributes = 0;
	p->now.fg = p->now.bg = FORMAT_NONE;
}

/* The memory of an array with room for MORE behind the COUNT it has. */
static void *
format_reserve(struct format_state *p, void *old, size_t *size, size_t count,
    size_t more, size_t each)
{
	size_t want = *size < 64 ? 64 : *size;
	void *new;

	while (want < count + more)
		want *= 2;
	if (want == *size)
		return old;
	new = realloc(old, want * each);
	if (new == NULL) {
		p->failed = 1;
		return old;
	}
	*size = want;
	return new;
}

/* The text from here on looks as the state says. */
static void
format_span(struct format_state *p)
{
	struct format *f = p->f;
	const struct format_span *last;

	if (f->spans > 0) {
		last = &f->span[f->spans - 1];
		if (last->attributes == p->now.attributes &&
		    last->fg == p->now.fg && last->bg == p->now.bg)
			return;
	}
	f->span = format_reserve(p, f->span, &f->span_size, f->spans, 1,
	    sizeof(*f->span));
	if (p->failed)
		return;
	p->now.from = (uint32_t)f->len;
	f->span[f->spans++] = p->now;
}

static void
format_put(struct format_state *p, const char *s, size_t len)
{
	struct format *f = p->f;

	if (len == 0)
		return;
	if (!p->plain)
		format_span(p);
	f->text = format_reserve(p, f->text, &f->text_size, f->len, len + 1,
	    1);
	if (p->failed)
		return;
	memcpy(f->text + f->len, s, len);
	f->len += len;
}

/* A colour in N digits; 99 is none. */
static int32_t
format_number(const char *s, size_t n)
{
	char digits[8];
	long value;

	memcpy(digits, s, n);
	digits[n] = '\0';
	if (n == 6)
		return FORMAT_RGB | (int32_t)strtol(digits, NULL, 16);
	value = strtol(digits, NULL, 10);
	return value == 99 ? FORMAT_NONE : (int32_t)value;
}

/* A colour behind its code; alone, the code ends the colours. */
static size_t
format_colour(struct format_state *p, const char *s)
{
	size_t fg, bg, n = clean_colour(s + 1, *s, &fg, &bg);

	if (fg == 0)
		p->now.fg = p->now.bg = FORMAT_NONE;
	else
		p->now.fg = format_number(s + 1, fg);
	if (bg > 0)
		p->now.bg = format_number(s + 1 + n - bg, bg);
	return n + 1;
}

/* The bytes of a formatting code at S; 0: it is none. */
static size_t
format_code(struct format_state *p, const char *s)
{
	size_t i;

	if (*s == 0x03 || *s == 0x04)
		return format_colour(p, s);
	if (*s == 0x0f) {
		format_reset(p);
		return 1;
	}
	for (i = 0; i < sizeof(format_toggles) / sizeof(format_toggles[0]);
	    i++) {
		if (format_toggles[i].code != *s)
			continue;
		p->now.attributes ^= format_toggles[i].attribute;
		return 1;
	}
	return 0;
}

/* What else parts words; 0: S is something to be shown. */
static size_t
format_blank(struct format_state *p, const char *s)
{
	static const char blanks[FORMAT_TAB] = { ' ', ' ', ' ', ' ', ' ', ' ',
		' ', ' ' };
	int n = FORMAT_TAB - p->column % FORMAT_TAB;

	if (*s == '\n') {
		format_reset(p);
		format_put(p, s, 1);
		p->column = p->marks = p->picture = 0;
		return 1;
	}
	if (*s == '\t') {
		format_put(p, blanks, (size_t)n);
		p->column += n;
		p->marks = p->picture = 0;
		return 1;
	}
	return *s == '\r' && s[1] == '\n';
}

/* Most text is nothing else, and is taken all at once. */
static size_t
format_ascii(struct format_state *p, const char *s)
{
	size_t n = 0;

	while (s[n] >= 0x20 && s[n] < 0x7f)
		n++;
	if (n == 0)
		return 0;
	format_put(p, s, n);
	p->column = (p->column + (int)(n % FORMAT_TAB)) % FORMAT_TAB;
	p->marks = p->picture = 0;
	return n;
}

/* Pictures, and signs that may become one. */
static int
format_is_picture(uint32_t cp)
{
	return (cp >= 0x2190 && cp <= 0x2bff) ||
	    (cp >= 0x1f000 && cp <= 0x1ffff);
}

/* Whether CP only changes a picture: see above. */
static int
format_is_loose(const struct format_state *p, uint32_t cp)
{
	return cp == 0xfe0e || cp == 0xfe0f || (p->picture &&
	    (cp == 0x200d || (cp >= 0x1f3fb && cp <= 0x1f3ff)));
}

static size_t
format_character(struct format_state *p, const char *s, size_t left)
{
	uint32_t cp = 0;
	size_t len;
	int n = utf8_decode(&cp, s, left);
	const char *put;

	if (n != -1 && format_is_loose(p, cp))
		return (size_t)n;
	put = clean_character(s, n, cp, &p->marks, &len);
	format_put(p, put, len);
	if (len > 0 && (put != s || utf8_width(cp) > 0))
		p->picture = put == s && format_is_picture(cp);
	if (len > 0)
		p->column += n == -1 || put != s ? 1 : utf8_width(cp);
	return n == -1 ? 1 : (size_t)n;
}

static int
format_run(struct format *f, const char *raw, int plain)
{
	struct format_state p = { .f = f, .plain = plain };
	size_t left = strlen(raw), n;

	f->len = f->spans = 0;
	format_reset(&p);
	for (; left > 0 && !p.failed; raw += n, left -= n) {
		if ((n = format_ascii(&p, raw)) == 0 &&
		    (n = format_code(&p, raw)) == 0 &&
		    (n = format_blank(&p, raw)) == 0)
			n = format_character(&p, raw, left);
	}
	if (!plain && f->spans == 0) {
		format_reset(&p);
		format_span(&p);
	}
	f->text = format_reserve(&p, f->text, &f->text_size, f->len, 1, 1);
	if (p.failed) {
		format_clear(f);
		return -1;
	}
	f->text[f->len] = '\0';
	return 0;
}

int
format_parse(struct format *f, const char *raw)
{
	return format_run(f, raw, 0);
}

int
format_plain(struct format *f, const char *raw)
{
	return format_run(f, raw, 1);
}

void
format_clear(struct format *f)
{
	free(f->text);
	free(f->span);
	memset(f, 0, sizeof(*f));
}

const struct format_span *
format_at(const struct format *f, size_t at)
{
	size_t low = 0, high = f->spans, mid;

	while (high - low > 1) {
		mid = (low + high) / 2;
		if (f->span[mid].from <= at)
			low = mid;
		else
			high = mid;
	}
	return &f->span[low];
}
