/* SPDX-License-Identifier: ISC */
/*
 * Links: where an address begins in a text, and where it ends.
 *
 * It begins with one of a few schemes, so that no text becomes a link to
 * something that a terminal would run, and ends at a blank, a quote or a
 * bracket that was not opened in it.  Punctuation at its end belongs to the
 * sentence, a bracket there to it only if the address opened it:
 * "(see https://en.wikipedia.org/wiki/Moot_(law))." has one inner pair.
 *
 * Letters of all scripts are let in, in the name of the host as well: who sees
 * the address sees where it leads.  A terminal is given them as %XX, which
 * browsers take for the same.
 */

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "irc/utf8.h"
#include "link.h"

static const char *const link_schemes[] = {
	"https://", "http://", "ircs://", "irc://", "gemini://", "ftp://",
	"mailto:",
};

static const char link_brackets[] = "()[]{}";
static const char link_punctuation[] = ".,;:!?'*_~";

/* Whether the character cannot be part of an address; all of ASCII that is no
 * letter must be here or be harmless between quotes. */
static int
link_is_outside(uint32_t cp)
{
	return cp <= 0x20 || (cp >= 0x7f && cp <= 0xa0) || cp == '<' ||
	    cp == '>' || cp == '"' || cp == '`' || cp == '\\' || cp == '^' ||
	    cp == '|' ||
	    cp == 0xab || cp == 0xbb ||          /* guillemets */
	    (cp >= 0x2000 && cp <= 0x206f) ||    /* spaces, quotes, dashes */
	    (cp >= 0x3000 && cp <= 0x3004) ||    /* CJK blanks, full stop */
	    (cp >= 0x3008 && cp <= 0x3020) ||    /* CJK brackets */
	    (cp >= 0xff01 && cp <= 0xff0f) ||    /* wide punctuation */
	    (cp >= 0xff1a && cp <= 0xff20) || (cp >= 0xff3b && cp <= 0xff40) ||
	    (cp >= 0xff5b && cp <= 0xff65) || cp == 0xfffd;
}

/* Bytes of the scheme at S; 0: there is none. */
static size_t
link_scheme(const char *s, size_t len)
{
	size_t i, n;

	for (i = 0; i < sizeof(link_schemes) / sizeof(link_schemes[0]); i++) {
		n = strlen(link_schemes[i]);
		if (n <= len && strncasecmp(s, link_schemes[i], n) == 0)
			return n;
	}
	return 0;
}

/* The end of what begins at AT, up to a blank or a bracket that is not opened
 * in it. */
static size_t
link_extent(const char *text, size_t len, size_t at)
{
	int open[sizeof(link_brackets) / 2] = { 0 };
	const char *bracket;
	ptrdiff_t which;
	uint32_t cp;
	int n;

	for (; at < len; at += (size_t)n) {
		n = utf8_decode(&cp, text + at, len - at);
		if (n == -1 || link_is_outside(cp))
			break;
		bracket = n > 1 ? NULL : strchr(link_brackets, text[at]);
		if (bracket == NULL)
			continue;
		which = bracket - link_brackets;
		if (which % 2 == 0)
			open[which / 2]++;
		else if (open[which / 2]-- == 0)
			break;
	}
	return at;
}

/* How many of C there are. */
static size_t
link_count(const char *s, size_t len, char c)
{
	size_t i, n = 0;

	for (i = 0; i < len; i++)
		n += s[i] == c;
	return n;
}

/* Without the punctuation at its end, and brackets that only open there. */
static size_t
link_trim(const char *text, size_t from, size_t to)
{
	const char *bracket;
	char last;

	for (; to > from; to--) {
		last = text[to - 1];
		bracket = strchr(link_brackets, last);
		if (bracket == NULL && strchr(link_punctuation, last) == NULL)
			break;
		/* One that closes is in a pair: see link_extent(). */
		if (bracket != NULL && (bracket - link_brackets) % 2 == 1 &&
		    link_count(text + from, to - from, last) <=
		    link_count(text + from, to - from, bracket[-1]))
			break;
	}
	return to;
}

/* Whether what follows the scheme can be an address at all. */
static int
link_is_address(const char *s, size_t len, int mail)
{
	const char *at = len == 0 ? NULL : memchr(s, '@', len);

	if (mail)
		return at != NULL && at != s && at != s + len - 1;
	return len > 0 && (isalnum((unsigned char)*s) || *s == '[' ||
	    (unsigned char)*s >= 0x80);
}

/* The address at AT, which is behind no letter or digit. */
static int
link_at(const char *text, size_t len, size_t at, struct link *l)
{
	size_t scheme = link_scheme(text + at, len - at), end;

	if (scheme == 0)
		return 0;
	end = link_extent(text, len, at + scheme);
	end = link_trim(text, at + scheme, end);
	if (end - at > LINK_URI || !link_is_address(text + at + scheme,
	    end - at - scheme, text[at + scheme - 1] == ':'))
		return 0;
	l->from = at;
	l->to = end;
	return 1;
}

int
link_next(const char *text, size_t len, size_t at, struct link *l)
{
	for (; at < len; at++) {
		if (strchr("hHiIgGfFmM", text[at]) == NULL ||
		    text[at] == '\0' ||
		    (at > 0 && isalnum((unsigned char)text[at - 1])))
			continue;
		if (link_at(text, len, at, l))
			return 1;
	}
	return 0;
}

size_t
link_uri(char *buf, size_t size, const char *text, const struct link *l)
{
	size_t i, n = 0;
	unsigned char c;

	for (i = l->from; i < l->to; i++) {
		c = (unsigned char)text[i];
		if (n + 4 > size)
			return 0;
		if (c > 0x20 && c < 0x7f)
			buf[n++] = (char)c;
		else
			n += (size_t)sprintf(buf + n, "%%%02X", c);
	}
	if (n >= size)
		return 0;
	buf[n] = '\0';
	return n;
}
