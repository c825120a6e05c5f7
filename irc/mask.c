/* SPDX-License-Identifier: ISC */

/*
 * Masks: "*!*@*.example.com", "ann?".
 *
 * Bans, WHO, LIST and the like compare many names with masks that people
 * wrote, some of them to see what happens.  The match therefore does not
 * recurse: it remembers the last star and how much of the text that star had
 * taken, and on a mismatch lets it take one character more.  An earlier star
 * never needs to be taken up again, because whatever it could give the last
 * one can take.  So "*a*a*a*a*b" costs what it looks like.
 *
 * '?' stands for one character, not for one byte.  A backslash before '*' or
 * '?' makes them themselves; elsewhere it is itself, being legal in a nick.
 */

#include <string.h>

#include "mask.h"
#include "utf8.h"

static char
fold(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static size_t
char_len(const char *s)
{
	uint32_t cp;
	int n;

	if ((unsigned char)*s < 0x80)
		return 1;
	n = utf8_decode(&cp, s, strnlen(s, 4));
	return n > 0 ? (size_t)n : 1;
}

static int
is_escape(const char *mask)
{
	return mask[0] == '\\' && (mask[1] == '*' || mask[1] == '?');
}

int
mask_match(const char *mask, const char *text)
{
	const char *star = NULL, *taken = NULL;

	for (;;) {
		if (*mask == '*') {
			star = ++mask;
			taken = text;
			continue;
		}
		if (*text == '\0' && *mask == '\0')
			return 1;
		if (*text != '\0' && *mask == '?') {
			mask++;
			text += char_len(text);
			continue;
		}
		if (*text != '\0' &&
		    fold(mask[is_escape(mask)]) == fold(*text)) {
			mask += 1 + is_escape(mask);
			text++;
			continue;
		}
		if (star == NULL || *taken == '\0')
			return 0;
		if (*star == '\0')
			return 1;
		taken += char_len(taken);
		mask = star;
		text = taken;
	}
}

int
mask_is_wild(const char *text)
{
	return strpbrk(text, "*?") != NULL;
}

/* A mask in the making. */
struct output {
	char *dst;
	size_t size, len;
	int failed; /* cut, or something in it that cannot be sent */
	int star;   /* the last one written was a star */
};

static void
put(struct output *o, const char *s, size_t len)
{
	size_t i;
	int escaped = 0;

	for (i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c <= ' ' || c == 0x7f)
			o->failed = 1;
		if (c == '*' && o->star)
			continue;
		o->star = c == '*' && !escaped;
		escaped = c == '\\';
		if (o->len + 1 < o->size)
			o->dst[o->len++] = s[i];
		else
			o->failed = 1;
	}
}

/* One of the three parts; nothing given means all. */
static void
put_part(struct output *o, const char *s, size_t len)
{
	o->star = 0;
	if (len == 0)
		put(o, "*", 1);
	else
		put(o, s, len);
}

int
mask_complete(char *dst, size_t size, const char *src)
{
	struct output o = { .dst = dst, .size = size };
	const char *bang = strchr(src, '!');
	const char *rest = bang != NULL ? bang + 1 : src;
	const char *at = strchr(rest, '@');
	const char *user = rest, *host = at != NULL ? at + 1 : "";
	size_t nicklen = bang != NULL ? (size_t)(bang - src) : 0;
	size_t userlen = at != NULL ? (size_t)(at - rest) : strlen(rest);

	if (size == 0)
		return -1;
	if (bang == NULL && at == NULL) {
		userlen = 0;
		if (strpbrk(src, ".:") != NULL)
			host = src;
		else
			nicklen = strlen(src);
	}
	for (; userlen > 0 && *user == '~'; userlen--)
		user++;
	put_part(&o, src, nicklen);
	put(&o, "!", 1);
	put_part(&o, user, userlen);
	put(&o, "@", 1);
	put_part(&o, host, strlen(host));
	o.dst[o.len] = '\0';
	/* In a list's reply a first ':' would swallow what follows. */
	return o.failed || dst[0] == ':' ? -1 : 0;
}
