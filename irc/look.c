/* SPDX-License-Identifier: ISC */

/*
 * What nicks look like.
 *
 * A compact part of Unicode's list of confusable characters: those letters of
 * Greek, Cyrillic, Armenian and Cherokee, and the copies of ASCII for
 * mathematics and East Asian print, that look like one letter or digit of
 * ASCII in common fonts.  What differs in case only looks the same, too.
 * Accents are kept: a name with one is another name, and everybody sees it.
 *
 * The table cannot be complete, so a nick that mixes such scripts is
 * suspicious in itself: look_mixes().
 */

#include <string.h>

#include "look.h"
#include "name.h"
#include "utf8.h"

static const struct {
	uint16_t cp;
	char ascii;
} alike[] = { /* in order */
	{ 0xaa, 'a' }, { 0xba, 'o' }, { 0x131, 'i' }, { 0x1c3, '!' },
	{ 0x251, 'a' }, { 0x261, 'g' }, { 0x262, 'g' }, { 0x269, 'i' },
	{ 0x26a, 'i' }, { 0x274, 'n' }, { 0x280, 'r' }, { 0x28f, 'y' },
	{ 0x299, 'b' }, { 0x29c, 'h' }, { 0x29f, 'l' }, { 0x391, 'a' },
	{ 0x392, 'b' }, { 0x395, 'e' }, { 0x396, 'z' }, { 0x397, 'h' },
	{ 0x399, 'i' }, { 0x39a, 'k' }, { 0x39c, 'm' }, { 0x39d, 'n' },
	{ 0x39f, 'o' }, { 0x3a1, 'p' }, { 0x3a4, 't' }, { 0x3a5, 'y' },
	{ 0x3a7, 'x' }, { 0x3b1, 'a' }, { 0x3b2, 'b' }, { 0x3b3, 'y' },
	{ 0x3b5, 'e' }, { 0x3b6, 'z' }, { 0x3b7, 'n' }, { 0x3b9, 'i' },
	{ 0x3ba, 'k' }, { 0x3bc, 'u' }, { 0x3bd, 'v' }, { 0x3bf, 'o' },
	{ 0x3c1, 'p' }, { 0x3c3, 'o' }, { 0x3c4, 't' }, { 0x3c5, 'u' },
	{ 0x3c7, 'x' }, { 0x3c9, 'w' }, { 0x3f2, 'c' }, { 0x3f3, 'j' },
	{ 0x430, 'a' }, { 0x431, '6' }, { 0x432, 'b' }, { 0x433, 'r' },
	{ 0x435, 'e' }, { 0x437, '3' }, { 0x43a, 'k' }, { 0x43c, 'm' },
	{ 0x43d, 'h' }, { 0x43e, 'o' }, { 0x440, 'p' }, { 0x441, 'c' },
	{ 0x442, 't' }, { 0x443, 'y' }, { 0x445, 'x' }, { 0x448, 'w' },
	{ 0x44c, 'b' }, { 0x455, 's' }, { 0x456, 'i' }, { 0x458, 'j' },
	{ 0x45b, 'h' }, { 0x475, 'v' }, { 0x4af, 'y' }, { 0x4bb, 'h' },
	{ 0x4cf, 'l' }, { 0x501, 'd' }, { 0x50d, 'g' }, { 0x51b, 'q' },
	{ 0x51d, 'w' }, { 0x563, 'q' }, { 0x566, 'q' }, { 0x570, 'h' },
	{ 0x578, 'n' }, { 0x57d, 'u' }, { 0x581, 'g' }, { 0x584, 'f' },
	{ 0x585, 'o' }, { 0x13a0, 'd' }, { 0x13a1, 'r' }, { 0x13a2, 't' },
	{ 0x13a5, 'i' }, { 0x13a9, 'y' }, { 0x13aa, 'a' }, { 0x13ab, 'j' },
	{ 0x13ac, 'e' }, { 0x13b3, 'w' }, { 0x13b7, 'm' }, { 0x13bb, 'h' },
	{ 0x13c0, 'g' }, { 0x13c2, 'h' }, { 0x13c3, 'z' }, { 0x13cf, 'b' },
	{ 0x13d9, 'v' }, { 0x13da, 's' }, { 0x13de, 'l' }, { 0x13df, 'c' },
	{ 0x13e2, 'p' }, { 0x13e6, 'k' }, { 0x13f4, 'b' }, { 0x1d00, 'a' },
	{ 0x1d04, 'c' }, { 0x1d05, 'd' }, { 0x1d07, 'e' }, { 0x1d0a, 'j' },
	{ 0x1d0b, 'k' }, { 0x1d0d, 'm' }, { 0x1d0f, 'o' }, { 0x1d18, 'p' },
	{ 0x1d1b, 't' }, { 0x1d1c, 'u' }, { 0x1d20, 'v' }, { 0x1d21, 'w' },
	{ 0x1d22, 'z' }, { 0x2102, 'c' }, { 0x210a, 'g' }, { 0x210b, 'h' },
	{ 0x210c, 'h' }, { 0x210d, 'h' }, { 0x210e, 'h' }, { 0x2110, 'i' },
	{ 0x2111, 'i' }, { 0x2112, 'l' }, { 0x2113, 'l' }, { 0x2115, 'n' },
	{ 0x2119, 'p' }, { 0x211a, 'q' }, { 0x211b, 'r' }, { 0x211c, 'r' },
	{ 0x211d, 'r' }, { 0x2124, 'z' }, { 0x2128, 'z' }, { 0x212a, 'k' },
	{ 0x212c, 'b' }, { 0x212d, 'c' }, { 0x212f, 'e' }, { 0x2130, 'e' },
	{ 0x2131, 'f' }, { 0x2133, 'm' }, { 0x2134, 'o' }, { 0x2139, 'i' },
	{ 0x2145, 'd' }, { 0x2146, 'd' }, { 0x2147, 'e' }, { 0x2148, 'i' },
	{ 0x2149, 'j' }, { 0x2160, 'i' }, { 0x2164, 'v' }, { 0x2169, 'x' },
	{ 0x216c, 'l' }, { 0x216d, 'c' }, { 0x216e, 'd' }, { 0x216f, 'm' },
	{ 0x2170, 'i' }, { 0x2174, 'v' }, { 0x2179, 'x' }, { 0x217c, 'l' },
	{ 0x217d, 'c' }, { 0x217e, 'd' }, { 0x217f, 'm' }, { 0xa731, 's' },
};

/* Runs of letters A-Z a-z, or of digits, one copy behind the other. */
static const struct {
	uint32_t first, last;
	char from;      /* what FIRST is */
	uint8_t count;  /* characters of a copy */
} copies[] = {
	{ 0x24b6, 0x24e9, 'A', 52 },   /* circled */
	{ 0xff10, 0xff19, '0', 10 },   /* fullwidth */
	{ 0xff21, 0xff3a, 'a', 26 },
	{ 0xff41, 0xff5a, 'a', 26 },
	{ 0x1d400, 0x1d6a3, 'A', 52 }, /* mathematical */
	{ 0x1d7ce, 0x1d7ff, '0', 10 },
	{ 0x1f130, 0x1f149, 'a', 26 }, /* in boxes */
	{ 0x1f150, 0x1f169, 'a', 26 },
	{ 0x1f170, 0x1f189, 'a', 26 },
};

/* Capitals in runs: the small letter is so much further; 1: every second one
 * is a capital, at even or at odd numbers. */
static const struct {
	uint16_t first, last, distance;
} capitals[] = {
	{ 0xc0, 0xd6, 32 },
	{ 0xd8, 0xde, 32 },
	{ 0x100, 0x137, 1 },
	{ 0x139, 0x148, 1 },
	{ 0x14a, 0x177, 1 },
	{ 0x179, 0x17e, 1 },
	{ 0x391, 0x3a1, 32 },
	{ 0x3a3, 0x3ab, 32 },
	{ 0x400, 0x40f, 80 },
	{ 0x410, 0x42f, 32 },
	{ 0x460, 0x481, 1 },
	{ 0x48a, 0x4bf, 1 },
	{ 0x4d0, 0x52f, 1 },
	{ 0x531, 0x556, 48 },
	{ 0x1e00, 0x1e95, 1 },
	{ 0x1ea0, 0x1eff, 1 },
};

static const struct {
	uint16_t first, last, script;
} scripts[] = {
	{ 'A', 'Z', 1 },
	{ 'a', 'z', 1 },
	{ 0xc0, 0x24f, 1 },    /* Latin */
	{ 0x1e00, 0x1eff, 1 },
	{ 0x370, 0x3ff, 2 },   /* Greek */
	{ 0x1f00, 0x1fff, 2 },
	{ 0x400, 0x52f, 4 },   /* Cyrillic */
	{ 0x1c80, 0x1c8f, 4 },
	{ 0xa640, 0xa69f, 4 },
	{ 0x530, 0x58f, 8 },   /* Armenian */
	{ 0x13a0, 0x13ff, 16 },/* Cherokee */
	{ 0xab70, 0xabbf, 16 },
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static uint32_t
lower_ascii(uint32_t cp)
{
	return cp >= 'A' && cp <= 'Z' ? cp + 32 : cp;
}

static uint32_t
lower(uint32_t cp)
{
	size_t i;

	for (i = 0; i < COUNT(capitals); i++)
		if (cp >= capitals[i].first && cp <= capitals[i].last)
			return capitals[i].distance > 1
			    ? cp + capitals[i].distance
			    : cp + !((cp ^ capitals[i].first) & 1);
	return cp;
}

/* What it looks like among ASCII, or 0. */
static uint32_t
among_ascii(uint32_t cp)
{
	size_t low = 0, high = COUNT(alike), i;

	while (low < high) {
		i = (low + high) / 2;
		if (alike[i].cp == cp)
			return (uint32_t)(unsigned char)alike[i].ascii;
		if (alike[i].cp < cp)
			low = i + 1;
		else
			high = i;
	}
	for (i = 0; i < COUNT(copies); i++)
		if (cp >= copies[i].first && cp <= copies[i].last) {
			uint32_t n = (cp - copies[i].first) % copies[i].count;
			if (copies[i].count == 52 && n >= 26)
				return 'a' + n - 26;
			return lower_ascii((uint32_t)copies[i].from + n);
		}
	return 0;
}

static uint32_t
look(uint32_t cp)
{
	uint32_t a;

	if (cp < 0x80)
		return lower_ascii(cp);
	if ((a = among_ascii(cp)) != 0)
		return a;
	cp = lower(cp);
	return (a = among_ascii(cp)) != 0 ? a : cp;
}

/* The next character of *S; a byte that is none stands for itself. */
static uint32_t
next(const char **s)
{
	uint32_t cp = (unsigned char)**s;
	int n = 1;

	if (cp >= 0x80 && (n = utf8_decode(&cp, *s, strnlen(*s, 4))) < 0) {
		cp = 0x110000 + (unsigned char)**s;
		n = 1;
	}
	*s += n;
	return cp;
}

/* The look of the next character, as bytes; returns how many. */
static size_t
look_next(const char **s, char buf[4])
{
	uint32_t cp = look(next(s));

	if (cp < 0x80 || cp >= 0x110000) {
		buf[0] = (char)cp;
		return 1;
	}
	if (cp < 0x800) {
		buf[0] = (char)(0xc0 | cp >> 6);
		buf[1] = (char)(0x80 | (cp & 0x3f));
		return 2;
	}
	if (cp < 0x10000) {
		buf[0] = (char)(0xe0 | cp >> 12);
		buf[1] = (char)(0x80 | (cp >> 6 & 0x3f));
		buf[2] = (char)(0x80 | (cp & 0x3f));
		return 3;
	}
	buf[0] = (char)(0xf0 | cp >> 18);
	buf[1] = (char)(0x80 | (cp >> 12 & 0x3f));
	buf[2] = (char)(0x80 | (cp >> 6 & 0x3f));
	buf[3] = (char)(0x80 | (cp & 0x3f));
	return 4;
}

void
look_of(char *dst, size_t size, const char *nick)
{
	size_t used = 0, n;
	char buf[4];

	if (size == 0)
		return;
	while (*nick != '\0') {
		n = look_next(&nick, buf);
		if (used + n >= size)
			break;
		memcpy(dst + used, buf, n);
		used += n;
	}
	dst[used] = '\0';
}

uint32_t
look_hash(const char *nick)
{
	uint32_t h = name_hash("");
	size_t n, i;
	char buf[4];

	while (*nick != '\0') {
		/* most of them: whoever is written to is looked for so */
		if ((unsigned char)*nick < 0x80) {
			h = (h ^ lower_ascii((unsigned char)*nick++)) *
			    16777619u;
			continue;
		}
		n = look_next(&nick, buf);
		for (i = 0; i < n; i++)
			h = (h ^ (unsigned char)buf[i]) * 16777619u;
	}
	return h;
}

int
look_same(const char *a, const char *b)
{
	while (*a != '\0' && *b != '\0')
		if (look(next(&a)) != look(next(&b)))
			return 0;
	return *a == *b;
}

int
look_mixes(const char *nick)
{
	unsigned seen = 0;
	uint32_t cp;
	size_t i;

	while (*nick != '\0') {
		cp = next(&nick);
		for (i = 0; i < COUNT(scripts); i++)
			if (cp >= scripts[i].first && cp <= scripts[i].last)
				seen |= scripts[i].script;
	}
	return (seen & (seen - 1)) != 0;
}
