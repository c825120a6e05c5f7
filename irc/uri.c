/* SPDX-License-Identifier: ISC */
/*
 * URIs of servers and invitations.  Pure: who runs a server writes one, moot
 * reads it, and both go by what is here.
 *
 * They come from mails and web pages, so everything is checked: the host is
 * letters, digits, dots and dashes or an IPv6 address, and whatever else ends
 * up in a line of the protocol has no space, control or comma in it.
 */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base64.h"
#include "uri.h"

#define URI_TLS "ircs://"
#define URI_PLAIN "irc://"

#define URI_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define URI_DIGITS "0123456789"

/* Bytes that stand for themselves in what uri_write() makes. */
#define URI_FREE URI_LETTERS URI_DIGITS "-._~"

int
uri_is(const char *text)
{
	return strncasecmp(text, URI_TLS, strlen(URI_TLS)) == 0 ||
	    strncasecmp(text, URI_PLAIN, strlen(URI_PLAIN)) == 0;
}

static int
uri_hex(char c)
{
	const char *digits = "0123456789abcdef", *p;

	if (c >= 'A' && c <= 'F')
		c = (char)(c - 'A' + 'a');
	p = c == '\0' ? NULL : strchr(digits, c);
	return p != NULL ? (int)(p - digits) : -1;
}

/* LEN bytes with "%20" and the like made what they stand for; -1: it does not
 * fit, or would break a line of the protocol. */
static int
uri_decode(char *dst, size_t size, const char *src, size_t len)
{
	size_t i, n = 0;
	int c, high, low;

	for (i = 0; i < len; i++) {
		c = (unsigned char)src[i];
		if (c == '%') {
			if (i + 2 >= len || (high = uri_hex(src[i + 1])) < 0 ||
			    (low = uri_hex(src[i + 2])) < 0)
				return -1;
			c = high << 4 | low;
			i += 2;
		}
		if (n + 1 >= size || c <= ' ' || c == ',' || c == 0x7f)
			return -1;
		dst[n++] = (char)c;
	}
	dst[n] = '\0';
	return 0;
}

int
uri_port(char port[URI_PORT], const char *text, size_t len)
{
	long n = 0;
	size_t i;

	if (len == 0 || len >= URI_PORT)
		return -1;
	for (i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		n = 10 * n + text[i] - '0';
	}
	if (n < 1 || n > 65535)
		return -1;
	snprintf(port, URI_PORT, "%ld", n);
	return 0;
}

/* "HOST[:PORT]", LEN bytes. */
static int
uri_authority(struct uri *u, const char *text, size_t len)
{
	const char *good = URI_LETTERS URI_DIGITS "-._", *rest = text;
	size_t n;

	if (len > 0 && *text == '[') {
		good = URI_DIGITS "abcdefABCDEF:.%" URI_LETTERS;
		text++;
		n = strcspn(text, "]");
		if (n + 2 > len || memchr(text, ':', n) == NULL)
			return -1;
		rest = text + n + 1;
		len -= n + 2;
	} else {
		n = strcspn(text, ":/?");
		n = n < len ? n : len;
		rest = text + n;
		len -= n;
	}
	if (n == 0 || n >= URI_HOST || strspn(text, good) < n)
		return -1;
	memcpy(u->host, text, n);
	u->host[n] = '\0';
	snprintf(u->port, sizeof(u->port), "%s",
	    u->tls ? URI_PORT_TLS : URI_PORT_PLAIN);
	if (len == 0)
		return 0;
	return *rest == ':' ? uri_port(u->port, rest + 1, len - 1) : -1;
}

/* "room" is "#room". */
static int
uri_room(struct uri *u, const char *text, size_t len)
{
	char room[URI_ROOM];
	int n;

	if (len == 0)
		return 0;
	if (uri_decode(room, sizeof(room), text, len) == -1)
		return -1;
	n = snprintf(u->room, sizeof(u->room), "%s%s",
	    strchr("#&+!", *room) != NULL ? "" : "#", room);
	return n < (int)sizeof(u->room) ? 0 : -1;
}

static int
uri_take_pin(struct uri *u, const char *value, size_t len)
{
	char text[PIN_TEXT];

	if (uri_decode(text, sizeof(text), value, len) == -1 ||
	    pin_read(u->pin, text) == -1)
		return -1;
	u->pinned = 1;
	return 0;
}

static int
uri_take_token(struct uri *u, const char *value, size_t len)
{
	if (len == 0 ||
	    uri_decode(u->token, sizeof(u->token), value, len) == -1)
		return -1;
	return *u->token == ':' ? -1 : 0; /* it would be cut off the line */
}

static const struct {
	const char *name;
	int (*take)(struct uri *, const char *, size_t);
} uri_query[] = {
	{ "pin=", uri_take_pin },
	{ "token=", uri_take_token },
};

static int
uri_take(struct uri *u, const char *text, size_t len)
{
	size_t i, n;

	for (i = 0; i < sizeof(uri_query) / sizeof(uri_query[0]); i++) {
		n = strlen(uri_query[i].name);
		if (len >= n && strncmp(text, uri_query[i].name, n) == 0)
			return uri_query[i].take(u, text + n, len - n);
	}
	return 0;
}

int
uri_read(struct uri *u, const char *text)
{
	size_t len;

	memset(u, 0, sizeof(*u));
	if (!uri_is(text) || strlen(text) >= URI_MOST)
		return -1;
	u->tls = strncasecmp(text, URI_TLS, strlen(URI_TLS)) == 0;
	text += strlen(u->tls ? URI_TLS : URI_PLAIN);
	len = strcspn(text, "/?#");
	if (uri_authority(u, text, len) == -1)
		return -1;
	text += len;
	if (*text == '/') {
		text++;
		len = strcspn(text, "/?");
		if (uri_room(u, text, len) == -1)
			return -1;
		text += strcspn(text, "?");
	}
	for (; *text == '?' || *text == '&'; text += len) {
		text++;
		len = strcspn(text, "&");
		if (uri_take(u, text, len) == -1)
			return -1;
	}
	return *text == '\0' ? 0 : -1;
}

/* ---- writing ---- */

static int __attribute__((format(printf, 3, 4)))
uri_add(char *text, size_t size, const char *fmt, ...)
{
	size_t used = strlen(text);
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text + used, size - used, fmt, ap);
	va_end(ap);
	return n < 0 || (size_t)n >= size - used ? -1 : 0;
}

static int
uri_encode(char *text, size_t size, const char *value)
{
	for (; *value != '\0'; value++)
		if ((strchr(URI_FREE, *value) != NULL ?
		    uri_add(text, size, "%c", *value) :
		    uri_add(text, size, "%%%02X", (unsigned char)*value)) == -1)
			return -1;
	return 0;
}

int
uri_write(char *text, size_t size, const struct uri *u)
{
	int v6 = strchr(u->host, ':') != NULL;
	char pin[BASE64_SIZE(PIN_BYTES)];

	if (size == 0)
		return -1;
	*text = '\0';
	if (uri_add(text, size, "%s%s%s%s:%s/", u->tls ? URI_TLS : URI_PLAIN,
	    v6 ? "[" : "", u->host, v6 ? "]" : "", u->port) == -1 ||
	    uri_encode(text, size, u->room) == -1)
		return -1;
	base64_write_url(pin, sizeof(pin), u->pin, PIN_BYTES);
	if (u->pinned && uri_add(text, size, "?pin=%s", pin) == -1)
		return -1;
	if (*u->token == '\0')
		return 0;
	if (uri_add(text, size, "%ctoken=", u->pinned ? '&' : '?') == -1)
		return -1;
	return uri_encode(text, size, u->token);
}
