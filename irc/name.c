/* SPDX-License-Identifier: ISC */

/*
 * Names of users and rooms: what is one, and when two are the same.
 *
 * Names compare with A-Z taken as a-z and nothing else folded, which is what
 * CASEMAPPING=ascii tells clients.  The older rfc1459 mapping also folds
 * {}|^ and full Unicode folding changes with every edition of Unicode; with
 * either, server and client would come to disagree on who is who.
 *
 * Nicks may hold UTF-8, so that people can be called what they are called,
 * but nothing that looks like a space or like nothing at all: a name that
 * cannot be told from another on the screen is an impersonation.
 */

#include <string.h>

#include "name.h"
#include "utf8.h"

static unsigned char
fold(char c)
{
	return c >= 'A' && c <= 'Z' ? (unsigned char)(c | 0x20)
	                            : (unsigned char)c;
}

int
name_cmp(const char *a, const char *b)
{
	while (*a != '\0' && fold(*a) == fold(*b))
		a++, b++;
	return (fold(*a) > fold(*b)) - (fold(*a) < fold(*b));
}

uint32_t
name_hash(const char *name)
{
	uint32_t h = 2166136261u;

	for (; *name != '\0'; name++)
		h = (h ^ fold(*name)) * 16777619u;
	return h;
}

void
name_fold(char *dst, const char *src, size_t size)
{
	size_t i, n;

	if (size == 0)
		return;
	n = utf8_cut(src, strlen(src), size - 1);
	for (i = 0; i < n; i++)
		dst[i] = (char)fold(src[i]);
	dst[n] = '\0';
}

enum { MARKS_MOST = 2 /* without a width, one behind the other */ };

/* Above 127: spaces, and characters that show nothing or turn the text. */
static const struct {
	uint32_t first, last;
} unseen[] = {
	{ 0x80, 0xa0 },       /* C1 controls, no-break space */
	{ 0xad, 0xad },       /* soft hyphen */
	{ 0x300, 0x36f },     /* accents that are put on any letter */
	{ 0x483, 0x489 },
	{ 0x61c, 0x61c },     /* Arabic letter mark */
	{ 0x115f, 0x1160 },   /* Hangul fillers */
	{ 0x1680, 0x1680 },   /* ogham space */
	{ 0x17b4, 0x17b5 },   /* Khmer inherent vowels */
	{ 0x180b, 0x180f },   /* Mongolian selectors and separator */
	{ 0x1ab0, 0x1aff },   /* more accents */
	{ 0x1dc0, 0x1dff },
	{ 0x2000, 0x200f },   /* spaces, zero width, direction marks */
	{ 0x2028, 0x202f },   /* separators, embeddings, narrow space */
	{ 0x205f, 0x206f },   /* mathematical space, joiners, isolates */
	{ 0x20d0, 0x20ff },   /* what goes around symbols */
	{ 0x2800, 0x2800 },   /* empty braille */
	{ 0x3000, 0x3000 },   /* ideographic space */
	{ 0x3164, 0x3164 },   /* Hangul filler */
	{ 0xfe00, 0xfe0f },   /* variation selectors */
	{ 0xfe20, 0xfe2f },   /* halves of accents */
	{ 0xfeff, 0xfeff },   /* byte order mark */
	{ 0xffa0, 0xffa0 },   /* halfwidth Hangul filler */
	{ 0xfff0, 0xffff },   /* specials, noncharacters */
	{ 0x1bca0, 0x1bca3 }, /* shorthand controls */
	{ 0x1d173, 0x1d17a }, /* musical controls */
	{ 0xe0000, 0xe0fff }, /* language tags, more selectors */
};

static int
is_unseen(uint32_t cp)
{
	size_t i;

	for (i = 0; i < sizeof(unseen) / sizeof(unseen[0]); i++)
		if (cp >= unseen[i].first && cp <= unseen[i].last)
			return 1;
	return 0;
}

static int
is_nick_ascii(unsigned char c, int first)
{
	if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
		return 1;
	if ((c >= '0' && c <= '9') || c == '-')
		return !first;
	return c != '\0' && strchr("[]\\`_^{|}", c) != NULL;
}

int
name_is_nick(const char *nick)
{
	size_t i, len = strnlen(nick, NAME_NICK + 1);
	int n, marks = MARKS_MOST; /* none may be the first */
	uint32_t cp;

	if (len == 0 || len > NAME_NICK)
		return 0;
	for (i = 0; i < len; i += (size_t)n) {
		if ((n = utf8_decode(&cp, nick + i, len - i)) < 0)
			return 0;
		if (n == 1 && !is_nick_ascii((unsigned char)nick[i], i == 0))
			return 0;
		if (n > 1 && is_unseen(cp))
			return 0;
		/* vowel signs of the scripts that cannot do without them */
		marks = utf8_width(cp) == 0 ? marks + 1 : 0;
		if (marks > MARKS_MOST)
			return 0;
	}
	return 1;
}

int
name_is_channel(const char *name)
{
	size_t i, len = strnlen(name, NAME_CHANNEL + 1);
	uint32_t cp;
	int n;

	if (name[0] != '#' || name[1] == ':' || len > NAME_CHANNEL)
		return 0;
	for (i = 1; i < len; i += (size_t)n) {
		if ((n = utf8_decode(&cp, name + i, len - i)) < 0)
			return 0;
		if (cp <= 0x20 || (cp >= 0x7f && cp <= 0x9f) || cp == ',')
			return 0;
	}
	return 1;
}

int
name_looks_channel(const char *name)
{
	return name[0] == '#';
}

void
name_clean_user(char *dst, size_t size, const char *src)
{
	size_t n = 0, most = size < NAME_USER + 1 ? size : NAME_USER + 1;

	if (size == 0)
		return;
	for (; *src != '\0' && n < most - 1; src++)
		if (*src > ' ' && *src < 0x7f &&
		    strchr(n == 0 ? "@!:*~" : "@!:*", *src) == NULL)
			dst[n++] = *src;
	dst[n] = '\0';
	if (n == 0)
		strncat(dst, "user", most - 1);
}
