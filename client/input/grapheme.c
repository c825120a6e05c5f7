/* SPDX-License-Identifier: ISC */
/*
 * Where graphemes begin and end.
 *
 * Every character is of one of a few classes, and between two of them there
 * is a boundary unless a rule of UAX #29 says otherwise.  Left out are the
 * signs that belong to what follows them, of which no keyboard makes much.
 * Marks are those of no width: utf8.c has their table.
 *
 * Going back needs a place where a grapheme begins for certain, whatever is
 * before it; in plain text of any script that is a few characters away.
 */

#include <stdint.h>

#include "grapheme.h"
#include "irc/utf8.h"

enum grapheme_class {
	ALONE,   /* nothing is joined to what was before it */
	MARK,    /* belongs to what is before it */
	JOINER,  /* as a mark, and to the picture behind it */
	PICTURE,
	FLAG,    /* half of one */
};

struct range {
	uint32_t first, last;
};

static const struct range pictures[] = {
	{ 0x203c, 0x2049 }, { 0x2122, 0x2139 }, { 0x2194, 0x21aa },
	{ 0x231a, 0x23ff }, { 0x24c2, 0x24c2 }, { 0x25aa, 0x27bf },
	{ 0x2934, 0x2935 }, { 0x2b05, 0x2b55 }, { 0x1f000, 0x1f1e5 },
	{ 0x1f200, 0x1f3fa }, { 0x1f400, 0x1faff },
};

/* Vowel signs that have a width, as of Unicode 14; in ascending order. */
static const struct range spacing[] = {
	{ 0x0903, 0x0903 }, { 0x093b, 0x093b }, { 0x093e, 0x0940 },
	{ 0x0949, 0x094c }, { 0x094e, 0x094f }, { 0x0982, 0x0983 },
	{ 0x09bf, 0x09c0 }, { 0x09c7, 0x09c8 }, { 0x09cb, 0x09cc },
	{ 0x0a03, 0x0a03 }, { 0x0a3e, 0x0a40 }, { 0x0a83, 0x0a83 },
	{ 0x0abe, 0x0ac0 }, { 0x0ac9, 0x0ac9 }, { 0x0acb, 0x0acc },
	{ 0x0b02, 0x0b03 }, { 0x0b40, 0x0b40 }, { 0x0b47, 0x0b48 },
	{ 0x0b4b, 0x0b4c }, { 0x0bbf, 0x0bbf }, { 0x0bc1, 0x0bc2 },
	{ 0x0bc6, 0x0bc8 }, { 0x0bca, 0x0bcc }, { 0x0c01, 0x0c03 },
	{ 0x0c41, 0x0c44 }, { 0x0c82, 0x0c83 }, { 0x0cbe, 0x0cbe },
	{ 0x0cc0, 0x0cc1 }, { 0x0cc3, 0x0cc4 }, { 0x0cc7, 0x0cc8 },
	{ 0x0cca, 0x0ccb }, { 0x0d02, 0x0d03 }, { 0x0d3f, 0x0d40 },
	{ 0x0d46, 0x0d48 }, { 0x0d4a, 0x0d4c }, { 0x0d82, 0x0d83 },
	{ 0x0dd0, 0x0dd1 }, { 0x0dd8, 0x0dde }, { 0x0df2, 0x0df3 },
	{ 0x0e33, 0x0e33 }, { 0x0eb3, 0x0eb3 }, { 0x0f3e, 0x0f3f },
	{ 0x0f7f, 0x0f7f }, { 0x1031, 0x1031 }, { 0x103b, 0x103c },
	{ 0x1056, 0x1057 }, { 0x1084, 0x1084 }, { 0x1715, 0x1715 },
	{ 0x1734, 0x1734 }, { 0x17b6, 0x17b6 }, { 0x17be, 0x17c5 },
	{ 0x17c7, 0x17c8 }, { 0x1923, 0x1926 }, { 0x1929, 0x192b },
	{ 0x1930, 0x1931 }, { 0x1933, 0x1938 }, { 0x1a19, 0x1a1a },
	{ 0x1a55, 0x1a55 }, { 0x1a57, 0x1a57 }, { 0x1a6d, 0x1a72 },
	{ 0x1b04, 0x1b04 }, { 0x1b3b, 0x1b3b }, { 0x1b3d, 0x1b41 },
	{ 0x1b43, 0x1b44 }, { 0x1b82, 0x1b82 }, { 0x1ba1, 0x1ba1 },
	{ 0x1ba6, 0x1ba7 }, { 0x1baa, 0x1baa }, { 0x1be7, 0x1be7 },
	{ 0x1bea, 0x1bec }, { 0x1bee, 0x1bee }, { 0x1bf2, 0x1bf3 },
	{ 0x1c24, 0x1c2b }, { 0x1c34, 0x1c35 }, { 0x1ce1, 0x1ce1 },
	{ 0x1cf7, 0x1cf7 }, { 0xa823, 0xa824 }, { 0xa827, 0xa827 },
	{ 0xa880, 0xa881 }, { 0xa8b4, 0xa8c3 }, { 0xa952, 0xa953 },
	{ 0xa983, 0xa983 }, { 0xa9b4, 0xa9b5 }, { 0xa9ba, 0xa9bb },
	{ 0xa9be, 0xa9c0 }, { 0xaa2f, 0xaa30 }, { 0xaa33, 0xaa34 },
	{ 0xaa4d, 0xaa4d }, { 0xaaeb, 0xaaeb }, { 0xaaee, 0xaaef },
	{ 0xaaf5, 0xaaf5 }, { 0xabe3, 0xabe4 }, { 0xabe6, 0xabe7 },
	{ 0xabe9, 0xabea }, { 0xabec, 0xabec }, { 0x11000, 0x11000 },
	{ 0x11002, 0x11002 }, { 0x11082, 0x11082 }, { 0x110b0, 0x110b2 },
	{ 0x110b7, 0x110b8 }, { 0x1112c, 0x1112c }, { 0x11145, 0x11146 },
	{ 0x11182, 0x11182 }, { 0x111b3, 0x111b5 }, { 0x111bf, 0x111c0 },
	{ 0x111ce, 0x111ce }, { 0x1122c, 0x1122e }, { 0x11232, 0x11233 },
	{ 0x11235, 0x11235 }, { 0x112e0, 0x112e2 }, { 0x11302, 0x11303 },
	{ 0x1133f, 0x1133f }, { 0x11341, 0x11344 }, { 0x11347, 0x11348 },
	{ 0x1134b, 0x1134d }, { 0x11362, 0x11363 }, { 0x11435, 0x11437 },
	{ 0x11440, 0x11441 }, { 0x11445, 0x11445 }, { 0x114b1, 0x114b2 },
	{ 0x114b9, 0x114b9 }, { 0x114bb, 0x114bc }, { 0x114be, 0x114be },
	{ 0x114c1, 0x114c1 }, { 0x115b0, 0x115b1 }, { 0x115b8, 0x115bb },
	{ 0x115be, 0x115be }, { 0x11630, 0x11632 }, { 0x1163b, 0x1163c },
	{ 0x1163e, 0x1163e }, { 0x116ac, 0x116ac }, { 0x116ae, 0x116af },
	{ 0x116b6, 0x116b6 }, { 0x11726, 0x11726 }, { 0x1182c, 0x1182e },
	{ 0x11838, 0x11838 }, { 0x11931, 0x11935 }, { 0x11937, 0x11938 },
	{ 0x1193d, 0x1193d }, { 0x11940, 0x11940 }, { 0x11942, 0x11942 },
	{ 0x119d1, 0x119d3 }, { 0x119dc, 0x119df }, { 0x119e4, 0x119e4 },
	{ 0x11a39, 0x11a39 }, { 0x11a57, 0x11a58 }, { 0x11a97, 0x11a97 },
	{ 0x11c2f, 0x11c2f }, { 0x11c3e, 0x11c3e }, { 0x11ca9, 0x11ca9 },
	{ 0x11cb1, 0x11cb1 }, { 0x11cb4, 0x11cb4 }, { 0x11d8a, 0x11d8e },
	{ 0x11d93, 0x11d94 }, { 0x11d96, 0x11d96 }, { 0x11ef5, 0x11ef6 },
	{ 0x16f51, 0x16f87 }, { 0x16ff0, 0x16ff1 }, { 0x1d166, 0x1d166 },
	{ 0x1d16d, 0x1d16d },
};

static int
grapheme_in(const struct range *r, size_t count, uint32_t cp)
{
	size_t low = 0, high = count, mid;

	while (low < high) {
		mid = (low + high) / 2;
		if (cp > r[mid].last)
			low = mid + 1;
		else
			high = mid;
	}
	return low < count && cp >= r[low].first;
}

#define IN(table, cp)                                                         \
	grapheme_in(table, sizeof(table) / sizeof((table)[0]), cp)

static enum grapheme_class
grapheme_classify(uint32_t cp)
{
	if (cp < 0x300)
		return ALONE;
	if (cp == 0x200d)
		return JOINER;
	if (cp >= 0x1f1e6 && cp <= 0x1f1ff)
		return FLAG;
	if (cp >= 0x1f3fb && cp <= 0x1f3ff) /* colours of skin */
		return MARK;
	if (IN(pictures, cp))
		return PICTURE;
	return utf8_width(cp) == 0 || IN(spacing, cp) ? MARK : ALONE;
}

/* The class of what is at S, and how many bytes it has. */
static enum grapheme_class
grapheme_decode(const char *s, size_t len, size_t *bytes)
{
	uint32_t cp;
	int n = utf8_decode(&cp, s, len);

	*bytes = n == -1 ? 1 : (size_t)n;
	return n == -1 ? ALONE : grapheme_classify(cp);
}

size_t
grapheme_after(const char *s, size_t len, size_t at)
{
	enum grapheme_class class, last;
	size_t bytes;
	int flags, picture;

	last = grapheme_decode(s + at, len - at, &bytes);
	flags = last == FLAG;
	picture = last == PICTURE;
	/* No mark is joined to a line end. */
	if (s[at] == '\n')
		return at + 1;
	for (at += bytes; at < len; at += bytes, last = class) {
		class = grapheme_decode(s + at, len - at, &bytes);
		if (class == MARK || class == JOINER)
			continue;
		if (class == FLAG && last == FLAG && flags == 1) {
			flags = 2;
			continue;
		}
		if (class != PICTURE || last != JOINER || !picture)
			break;
	}
	return at;
}

/* The character before AT; no further back than BYTES that are of none. */
static size_t
grapheme_character(const char *s, size_t at)
{
	size_t from = at - 1;

	while (from > 0 && at - from < 4 && (s[from] & 0xc0) == 0x80)
		from--;
	return (s[from] & 0xc0) == 0xc0 || at - from == 1 ? from : at - 1;
}

size_t
grapheme_before(const char *s, size_t len, size_t at)
{
	size_t from = at, to, bytes;

	if (at == 0)
		return 0;
	do
		from = grapheme_character(s, from);
	while (from > 0 && s[from] != '\n' &&
	    grapheme_decode(s + from, len - from, &bytes) != ALONE);
	while ((to = grapheme_after(s, len, from)) < at)
		from = to;
	return from;
}

int
grapheme_columns(const char *s, size_t len)
{
	uint32_t cp;
	size_t i;
	int n, columns = 0;

	for (i = 0; i < len; i += n) {
		n = utf8_decode(&cp, s + i, len - i);
		columns += n == -1 ? 1 : utf8_width(cp);
		if (n == -1)
			n = 1;
	}
	return columns;
}
