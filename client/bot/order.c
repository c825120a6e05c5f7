/* SPDX-License-Identifier: ISC */
/*
 * The order: a JSON object that a program prints, taken apart.
 *
 * It is a reader of RFC 8259 that keeps the four members it knows and is
 * strict about the rest: what is no JSON is not guessed at.  It works in
 * place, since a string never grows when its escapes are undone.  U+0000 is
 * refused; a surrogate without its other half becomes U+FFFD.  How deep
 * values may be nested has a limit, so that nothing can exhaust the stack.
 */

#include <ctype.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "order.h"

enum { ORDER_DEPTH = 16 };

#define ORDER_BAD "it is not a JSON object"

static const struct {
	const char *name;
	enum order_type type;
} order_types[] = {
	{ "message", ORDER_MESSAGE },
	{ "notice", ORDER_NOTICE },
	{ "action", ORDER_ACTION },
};

static char *
order_blank(char *p)
{
	return p + strspn(p, " \t\r\n");
}

/* ---- strings ---- */

static size_t
order_encode(char *to, uint32_t cp)
{
	if (cp < 0x80) {
		to[0] = (char)cp;
		return 1;
	}
	if (cp < 0x800) {
		to[0] = (char)(0xc0 | cp >> 6);
		to[1] = (char)(0x80 | (cp & 0x3f));
		return 2;
	}
	if (cp < 0x10000) {
		to[0] = (char)(0xe0 | cp >> 12);
		to[1] = (char)(0x80 | (cp >> 6 & 0x3f));
		to[2] = (char)(0x80 | (cp & 0x3f));
		return 3;
	}
	to[0] = (char)(0xf0 | cp >> 18);
	to[1] = (char)(0x80 | (cp >> 12 & 0x3f));
	to[2] = (char)(0x80 | (cp >> 6 & 0x3f));
	to[3] = (char)(0x80 | (cp & 0x3f));
	return 4;
}

/* Four hexadecimal digits; -1 when they are not. */
static long
order_hex(const char *p)
{
	static const char digits[] = "0123456789abcdef";
	long n = 0;
	int i;

	for (i = 0; i < 4; i++) {
		if (!isxdigit((unsigned char)p[i]))
			return -1;
		n = n << 4 | (strchr(digits,
		    tolower((unsigned char)p[i])) - digits);
	}
	return n;
}

/* What follows "\u" at P; NULL when it is wrong or no character. */
static char *
order_unicode(char *p, char **to)
{
	long low, cp = order_hex(p);

	if (cp <= 0)
		return NULL;
	p += 4;
	if (cp >= 0xd800 && cp <= 0xdfff) {
		low = cp < 0xdc00 && p[0] == '\\' && p[1] == 'u' ?
		    order_hex(p + 2) : -1;
		if (low >= 0xdc00 && low <= 0xdfff) {
			cp = 0x10000 + ((cp - 0xd800) << 10) + (low - 0xdc00);
			p += 6;
		} else
			cp = 0xfffd;
	}
	*to += order_encode(*to, (uint32_t)cp);
	return p;
}

static char *
order_escape(char *p, char **to)
{
	static const char from[] = "\"\\/bfnrt", into[] = "\"\\/\b\f\n\r\t";
	const char *at;

	if (*p == 'u')
		return order_unicode(p + 1, to);
	at = *p == '\0' ? NULL : strchr(from, *p);
	if (at == NULL)
		return NULL;
	*(*to)++ = into[at - from];
	return p + 1;
}

/* The string at P, which is at its quote; *TEXT is what it says.  Returns
 * what follows it, NULL when it is none. */
static char *
order_string(char *p, const char **text)
{
	char *to = p + 1;

	if (*p++ != '"')
		return NULL;
	*text = p;
	while (*p != '"') {
		if ((unsigned char)*p < 0x20)
			return NULL;
		if (*p != '\\')
			*to++ = *p++;
		else if ((p = order_escape(p + 1, &to)) == NULL)
			return NULL;
	}
	*to = '\0';
	return p + 1;
}

/* ---- values that are passed over ---- */

static char *order_skip(char *p, int depth);

/* The members or elements up to END. */
static char *
order_skip_list(char *p, char end, int depth)
{
	const char *key;

	p = order_blank(p);
	if (*p == end)
		return p + 1;
	for (;; p = order_blank(p + 1)) {
		if (end == '}') {
			p = order_string(p, &key);
			if (p == NULL || *(p = order_blank(p)) != ':')
				return NULL;
			p = order_blank(p + 1);
		}
		p = order_skip(p, depth);
		if (p == NULL)
			return NULL;
		p = order_blank(p);
		if (*p == end)
			return p + 1;
		if (*p != ',')
			return NULL;
	}
}

static char *
order_skip(char *p, int depth)
{
	static const char *const words[] = { "true", "false", "null" };
	const char *text;
	size_t i, len;

	if (*p == '"')
		return order_string(p, &text);
	if (*p == '{' || *p == '[')
		return depth == 0 ? NULL : order_skip_list(p + 1,
		    *p == '{' ? '}' : ']', depth - 1);
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		len = strlen(words[i]);
		if (strncmp(p, words[i], len) == 0)
			return p + len;
	}
	len = strspn(p, "-+.eE0123456789");
	return len == 0 ? NULL : p + len;
}

/* ---- an order ---- */

static const char *
order_set_type(struct order *o, const char *type)
{
	size_t i;

	for (i = 0; i < sizeof(order_types) / sizeof(order_types[0]); i++)
		if (strcmp(order_types[i].name, type) == 0) {
			o->type = order_types[i].type;
			return NULL;
		}
	return "its type is none of message, notice, action";
}

/* The value at *P of the member KEY; the error, if it is wrong. */
static const char *
order_member(struct order *o, const char *key, char **p)
{
	const struct {
		const char *key;
		const char **text;
	} known[] = {
		{ "text", &o->text },
		{ "room", &o->room },
		{ "reply", &o->reply },
	};
	const char *type;
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcmp(known[i].key, key) != 0 || **p == 'n')
			continue;
		*p = order_string(*p, known[i].text);
		return *p == NULL ? "text, room and reply are strings" : NULL;
	}
	if (strcmp(key, "type") == 0 && **p != 'n') {
		*p = order_string(*p, &type);
		return *p == NULL ? ORDER_BAD : order_set_type(o, type);
	}
	*p = order_skip(*p, ORDER_DEPTH);
	return *p == NULL ? ORDER_BAD : NULL;
}

static const char *
order_members(struct order *o, char **at)
{
	char *p = order_blank(*at);
	const char *key, *error;

	for (; *p != '}'; p = order_blank(p)) {
		p = order_string(p, &key);
		if (p == NULL || *(p = order_blank(p)) != ':')
			return ORDER_BAD;
		p = order_blank(p + 1);
		error = order_member(o, key, &p);
		if (error != NULL)
			return error;
		p = order_blank(p);
		if (*p == '}')
			break;
		if (*p != ',' || *order_blank(p + 1) == '}')
			return ORDER_BAD;
		p++;
	}
	*at = p + 1;
	return NULL;
}

const char *
order_parse(struct order *o, char *line)
{
	const char *error;
	char *p = order_blank(line);

	memset(o, 0, sizeof(*o));
	if (*p != '{')
		return ORDER_BAD;
	p++;
	error = order_members(o, &p);
	if (error != NULL)
		return error;
	if (*order_blank(p) != '\0')
		return ORDER_BAD;
	return o->text == NULL ? "it has no text" : NULL;
}
