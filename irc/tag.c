/* SPDX-License-Identifier: ISC */

/*
 * Message tags: what stands between '@' and the first space of a line.
 *
 * The server takes a label or a message's client-only tags out of what a
 * client sent; the client reads times, accounts and identifiers.  Tags are
 * kept raw ("a=b;c") and walked anew each time: a message has few of them,
 * and a structure per tag would cost more than the walk.
 *
 * Tags come from outside.  Nothing here writes past the size it is given or
 * cuts an escape or a UTF-8 character in two, and no walk takes more than
 * TAG_CLIENT_MOST comparisons a tag, however many tags there are.
 */

#include <string.h>

#include "tag.h"
#include "utf8.h"

struct tag {
	const char *key, *value;
	size_t keylen, valuelen;
};

/* Characters that a value may not hold, and the letters that stand for them. */
static const struct {
	char plain, letter;
} escapes[] = {
	{ ';', ':' },
	{ ' ', 's' },
	{ '\\', '\\' },
	{ '\r', 'r' },
	{ '\n', 'n' },
};

enum { ESCAPES = sizeof(escapes) / sizeof(escapes[0]) };

int
tag_next(const char **p, const char **key, size_t *keylen, const char **value,
    size_t *valuelen)
{
	const char *s = *p;

	if (s == NULL)
		return 0;
	for (;;) {
		s += strspn(s, ";");
		if (*s == '\0')
			return *p = s, 0;
		*key = s;
		*keylen = strcspn(s, "=;");
		s += *keylen;
		*value = *s == '=' ? ++s : s;
		*valuelen = strcspn(s, ";");
		s += *valuelen;
		if (*keylen > 0)
			return *p = s, 1;
	}
}

long
tag_get(const char *tags, const char *key, char *buf, size_t size)
{
	const char *k, *v, *last = NULL;
	size_t klen, vlen, lastlen = 0, len = strlen(key);

	while (tag_next(&tags, &k, &klen, &v, &vlen)) {
		if (klen != len || memcmp(k, key, len) != 0)
			continue;
		last = v;
		lastlen = vlen;
	}
	if (last == NULL)
		return -1;
	return (long)tag_unescape(buf, size, last, lastlen);
}

static char
escape_plain(char letter)
{
	int i;

	for (i = 0; i < ESCAPES; i++)
		if (escapes[i].letter == letter)
			return escapes[i].plain;
	return letter;
}

static char
escape_letter(char plain)
{
	int i;

	for (i = 0; i < ESCAPES; i++)
		if (escapes[i].plain == plain)
			return escapes[i].letter;
	return '\0';
}

/* Bytes to copy together, so that a cut falls between characters. */
static size_t
unit_len(const char *s, size_t len)
{
	uint32_t cp;
	int n = utf8_decode(&cp, s, len);

	return n > 0 ? (size_t)n : 1;
}

size_t
tag_unescape(char *dst, size_t size, const char *src, size_t len)
{
	size_t i, n = 0, unit;
	int escaped;

	if (size == 0)
		return 0;
	for (i = 0; i < len; i += unit) {
		escaped = src[i] == '\\';
		if (escaped && ++i == len)
			break; /* a lone one at the end stands for nothing */
		unit = unit_len(src + i, len - i);
		if (unit > size - 1 - n)
			break;
		memcpy(dst + n, src + i, unit);
		if (escaped)
			dst[n] = escape_plain(src[i]);
		n += unit;
	}
	dst[n] = '\0';
	return n;
}

size_t
tag_escape(char *dst, size_t size, const char *src, size_t len)
{
	size_t i, n = 0, unit;
	char letter;

	if (size == 0)
		return 0;
	for (i = 0; i < len; i += unit) {
		letter = escape_letter(src[i]);
		unit = unit_len(src + i, len - i);
		if ((letter != '\0' ? 2 : unit) > size - 1 - n)
			break;
		if (letter != '\0') {
			dst[n++] = '\\';
			dst[n++] = letter;
			continue;
		}
		memcpy(dst + n, src + i, unit);
		n += unit;
	}
	dst[n] = '\0';
	return n;
}

static int
is_key_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '-';
}

int
tag_key_valid(const char *key, size_t len)
{
	const char *end = key + len, *p = key, *slash;

	if (p < end && *p == '+')
		p++;
	if (p < end && (slash = memchr(p, '/', (size_t)(end - p))) != NULL) {
		if (slash == p)
			return 0;
		for (; p < slash; p++)
			if (!is_key_char(*p) && *p != '.')
				return 0;
		p++;
	}
	if (p == end)
		return 0;
	for (; p < end; p++)
		if (!is_key_char(*p))
			return 0;
	return 1;
}

int
tag_denied(const char *deny, const char *key, size_t len)
{
	size_t n;
	int exempt, all = 0;

	for (; *deny != '\0'; deny += n, deny += *deny == ',') {
		n = strcspn(deny, ",");
		exempt = *deny == '-';
		if (n == 1 && *deny == '*')
			all = 1;
		else if (n == len - 1 + (size_t)exempt &&
		    memcmp(deny + exempt, key + 1, len - 1) == 0)
			return !exempt;
	}
	return all;
}

int
tag_deny_valid(const char *deny)
{
	size_t n;

	if (*deny == '\0')
		return 1;
	for (;; deny += n + 1) {
		n = strcspn(deny, ",");
		if (!(n == 1 && *deny == '*') &&
		    (*deny == '+' || !tag_key_valid(deny + (*deny == '-'),
			n - (*deny == '-'))))
			return 0;
		if (deny[n] == '\0')
			return 1;
	}
}

/* Notes T in TABLE of *N, in the place of an earlier one of its name. */
static void
client_note(struct tag *table, int *n, const struct tag *t)
{
	int i;

	for (i = 0; i < *n; i++)
		if (table[i].keylen == t->keylen &&
		    memcmp(table[i].key, t->key, t->keylen) == 0)
			break;
	if (i == TAG_CLIENT_MOST)
		return;
	table[i] = *t;
	if (i == *n)
		++*n;
}

/* Writes one tag behind the N bytes at DST, or nothing; the new length. */
static size_t
client_write(char *dst, size_t size, size_t n, const struct tag *t)
{
	size_t need = t->keylen + (n > 0);

	if (t->valuelen > 0)
		need += 1 + t->valuelen;
	if (need > size - 1 - n)
		return n;
	if (n > 0)
		dst[n++] = ';';
	memcpy(dst + n, t->key, t->keylen);
	n += t->keylen;
	if (t->valuelen > 0) {
		dst[n++] = '=';
		memcpy(dst + n, t->value, t->valuelen);
		n += t->valuelen;
	}
	return n;
}

size_t
tag_client_only(char *dst, size_t size, const char *tags, const char *deny)
{
	struct tag t, table[TAG_CLIENT_MOST];
	int i, count = 0;
	size_t n = 0;

	if (size == 0)
		return 0;
	while (tag_next(&tags, &t.key, &t.keylen, &t.value, &t.valuelen))
		if (t.key[0] == '+' && tag_key_valid(t.key, t.keylen) &&
		    utf8_valid(t.value, t.valuelen) &&
		    !tag_denied(deny, t.key, t.keylen))
			client_note(table, &count, &t);
	for (i = 0; i < count; i++)
		n = client_write(dst, size, n, &table[i]);
	dst[n] = '\0';
	return n;
}
