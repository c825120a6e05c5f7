/* SPDX-License-Identifier: ISC */
/*
 * Wrapping: where a text goes on in the next row.
 *
 * A row is broken at spaces, at a zero width space, and between characters of
 * the scripts of East Asia that are written without either; a word that is
 * wider than a row fills it.  No grapheme is ever cut, so that a letter keeps
 * its marks and a picture its colour, unless a row has no room even for one.
 * Columns are the sum of those of a grapheme's characters, which is how curses
 * counts them; a terminal that shows a family as one picture needs fewer.
 *
 * Text from right to left stays in the order in which it was written: a
 * terminal that knows how turns it around, row by row, and one that does not
 * could not be helped by turning it here.  No isolates are put around it
 * either: curses sends what has changed and not whole rows, so their ends could
 * be missing where their beginnings are, and the rest of the screen would be
 * in disorder.  Characters that would do that are left out by clean.c.
 */

#include <stdint.h>
#include <string.h>

#include "client/input/grapheme.h"
#include "irc/utf8.h"
#include "wrap.h"

struct range {
	uint32_t first, last;
};

/* Between two of these, or one of them and another, a row may end. */
static const struct range wrap_east[] = {
	{ 0x2e80, 0x2fdf }, { 0x3000, 0x30ff }, { 0x3105, 0x312f },
	{ 0x31a0, 0x31ff }, { 0x3400, 0x4dbf }, { 0x4e00, 0xa4cf },
	{ 0xf900, 0xfaff }, { 0xff01, 0xff60 }, { 0x1b000, 0x1b16f },
	{ 0x20000, 0x3fffd },
};

/* But not before these: what closes, and small kana. */
static const struct range wrap_no_begin[] = {
	{ '!', '!' }, { ')', ')' }, { ',', ',' }, { '.', '.' }, { ':', ';' },
	{ '?', '?' }, { ']', ']' }, { '}', '}' }, { 0xbb, 0xbb },
	{ 0x2019, 0x2019 }, { 0x201d, 0x201d }, { 0x2025, 0x2026 },
	{ 0x3001, 0x3002 }, { 0x3005, 0x3005 }, { 0x3009, 0x3009 },
	{ 0x300b, 0x300b }, { 0x300d, 0x300d }, { 0x300f, 0x300f },
	{ 0x3011, 0x3011 }, { 0x3015, 0x3015 }, { 0x3017, 0x3017 },
	{ 0x3019, 0x3019 }, { 0x301b, 0x301b }, { 0x3041, 0x3041 },
	{ 0x3043, 0x3043 }, { 0x3045, 0x3045 }, { 0x3047, 0x3047 },
	{ 0x3049, 0x3049 }, { 0x3063, 0x3063 }, { 0x3083, 0x3083 },
	{ 0x3085, 0x3085 }, { 0x3087, 0x3087 }, { 0x308e, 0x308e },
	{ 0x309b, 0x309e }, { 0x30a1, 0x30a1 }, { 0x30a3, 0x30a3 },
	{ 0x30a5, 0x30a5 }, { 0x30a7, 0x30a7 }, { 0x30a9, 0x30a9 },
	{ 0x30c3, 0x30c3 }, { 0x30e3, 0x30e3 }, { 0x30e5, 0x30e5 },
	{ 0x30e7, 0x30e7 }, { 0x30ee, 0x30ee }, { 0x30f5, 0x30f6 },
	{ 0x30fb, 0x30fe }, { 0xff01, 0xff01 }, { 0xff09, 0xff09 },
	{ 0xff0c, 0xff0c }, { 0xff0e, 0xff0e }, { 0xff1a, 0xff1b },
	{ 0xff1f, 0xff1f }, { 0xff3d, 0xff3d }, { 0xff5d, 0xff5d },
	{ 0xff60, 0xff60 },
};

/* And not behind these, which open. */
static const struct range wrap_no_end[] = {
	{ '(', '(' }, { '[', '[' }, { '{', '{' }, { 0xab, 0xab },
	{ 0x2018, 0x2018 }, { 0x201c, 0x201c }, { 0x3008, 0x3008 },
	{ 0x300a, 0x300a }, { 0x300c, 0x300c }, { 0x300e, 0x300e },
	{ 0x3010, 0x3010 }, { 0x3014, 0x3014 }, { 0x3016, 0x3016 },
	{ 0x3018, 0x3018 }, { 0x301a, 0x301a }, { 0xff08, 0xff08 },
	{ 0xff3b, 0xff3b }, { 0xff5b, 0xff5b }, { 0xff5f, 0xff5f },
};

#define IN(table, cp)                                                         \
	wrap_in(table, sizeof(table) / sizeof((table)[0]), cp)

static int
wrap_in(const struct range *r, size_t count, uint32_t cp)
{
	size_t i;

	for (i = 0; i < count && r[i].first <= cp; i++)
		if (cp <= r[i].last)
			return 1;
	return 0;
}

/* Where the grapheme at AT ends, and its columns. */
static size_t
wrap_grapheme(const char *text, size_t len, size_t at, int *columns)
{
	size_t end;

	*columns = 1;
	if (text[at] >= 0x20 && text[at] < 0x7f &&
	    (at + 1 == len || (unsigned char)text[at + 1] < 0x80))
		return at + 1;
	end = grapheme_after(text, len, at);
	*columns = grapheme_columns(text + at, end - at);
	return end;
}

static uint32_t
wrap_character(const char *text, size_t len, size_t at)
{
	uint32_t cp;

	return utf8_decode(&cp, text + at, len - at) == -1 ? 0xfffd : cp;
}

/* Whether a row may end between the grapheme at AT and the next, at END. */
static int
wrap_may_break(const char *text, size_t len, size_t at, size_t end)
{
	uint32_t before, behind;

	if (end == len || (end - at == 1 && (unsigned char)text[end] < 0x80))
		return 0;
	if (end - at >= 3 && memcmp(text + end - 3, "\342\200\213", 3) == 0)
		return 1; /* zero width space */
	before = wrap_character(text, len, at);
	behind = wrap_character(text, len, end);
	return (IN(wrap_east, before) || IN(wrap_east, behind)) &&
	    !IN(wrap_no_end, before) && !IN(wrap_no_begin, behind);
}

/* As much of a grapheme as fits, and a character at least. */
static size_t
wrap_squeeze(const char *text, size_t end, size_t at, int width, int *columns)
{
	uint32_t cp;
	int n, w;

	for (*columns = 0; at < end; at += (size_t)n, *columns += w) {
		n = utf8_decode(&cp, text + at, end - at);
		w = n == -1 ? 1 : utf8_width(cp);
		if (n == -1)
			n = 1;
		if (*columns > 0 && *columns + w > width)
			break;
	}
	return at;
}

static size_t
wrap_spaces(const char *text, size_t len, size_t at)
{
	while (at < len && text[at] == ' ')
		at++;
	return at;
}

/* Ends R before AT; what is from there to NEXT hangs out of it, and a line end
 * behind that ends nothing but this row. */
static void
wrap_end(struct wrap_row *r, const char *text, size_t len, size_t at,
    size_t next, int columns)
{
	r->to = at;
	r->columns = columns;
	r->last = next == len;
	r->next = !r->last && text[next] == '\n' ? next + 1 : next;
}

void
wrap_row(const char *text, size_t len, size_t from, int width,
    struct wrap_row *r)
{
	size_t at = from, end;
	int columns = 0, w, can = 0;

	r->from = from;
	for (; at < len && text[at] != '\n'; at = end, columns += w) {
		if (text[at] == ' ') {
			end = wrap_spaces(text, len, at);
			w = (int)(end - at);
			/* From here it can be broken, if need be. */
			wrap_end(r, text, len, at, end, columns);
			can = 1;
			if (w > width - columns)
				return;
			continue;
		}
		end = wrap_grapheme(text, len, at, &w);
		if (w > width - columns) {
			if (at == from)
				at = wrap_squeeze(text, end, at, width,
				    &columns);
			if (!can)
				wrap_end(r, text, len, at, at, columns);
			return;
		}
		if (wrap_may_break(text, len, at, end)) {
			wrap_end(r, text, len, end, end, columns + w);
			can = 1;
		}
	}
	wrap_end(r, text, len, at, at, columns);
}

size_t
wrap_height(const char *text, size_t len, int first, int rest)
{
	struct wrap_row r;
	size_t rows = 1, i = 0;

	/* Most lines are short, and nothing but letters. */
	while (i < len && i < (size_t)first && text[i] >= 0x20 &&
	    text[i] < 0x7f)
		i++;
	if (i == len)
		return 1;
	for (wrap_row(text, len, 0, first, &r); !r.last; rows++)
		wrap_row(text, len, r.next, rest, &r);
	return rows;
}

size_t
wrap_fit(const char *text, size_t len, int width)
{
	size_t at = 0, end;
	int columns = 0, w;

	for (; at < len && text[at] != '\n'; at = end, columns += w) {
		end = wrap_grapheme(text, len, at, &w);
		if (w > width - columns)
			break;
	}
	return at;
}
