/* SPDX-License-Identifier: ISC */

/*
 * The PROXY protocol, and addresses as text.
 *
 * Version 1 is a line: "PROXY TCP4 from to port port" CR LF.  Version 2 is
 * binary: a signature, what it is, how long the rest is, two addresses with
 * ports, then more that nobody here wants.  Whether there is a header is never
 * guessed: bytes that cannot become one are wrong as soon as that is seen.
 */

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "proxy.h"

enum {
	LINE_MOST = 107,   /* of version 1, with its CR LF */
	HEAD = 16,         /* of version 2 */
	FIELDS = 6,        /* of version 1 */
};

static const char signature[12] = "\r\n\r\n\0\r\nQUIT\n";
static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

int
proxy_address(uint8_t addr[16], const char *text)
{
	if (inet_pton(AF_INET6, text, addr) == 1)
		return 0;
	memcpy(addr, mapped, sizeof(mapped));
	return inet_pton(AF_INET, text, addr + sizeof(mapped)) == 1 ? 0 : -1;
}

/* A decimal number of at most MOST, without signs or needless zeros; -1. */
static int
number(const char *text, size_t len, int most)
{
	size_t i;
	int n = 0;

	if (len == 0 || len > 5 || (text[0] == '0' && len > 1))
		return -1;
	for (i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		n = n * 10 + (text[i] - '0');
	}
	return n <= most ? n : -1;
}

int
proxy_network(uint8_t addr[16], unsigned *bits, const char *text)
{
	const char *slash = strchr(text, '/');
	size_t len = slash != NULL ? (size_t)(slash - text) : strlen(text), i;
	int four = memchr(text, ':', len) == NULL, n = four ? 32 : 128;
	char host[INET6_ADDRSTRLEN];

	if (len >= sizeof(host))
		return -1;
	memcpy(host, text, len);
	host[len] = '\0';
	if (slash != NULL &&
	    (n = number(slash + 1, strlen(slash + 1), n)) < 0)
		return -1;
	if (proxy_address(addr, host) != 0)
		return -1;
	*bits = (unsigned)n + (four ? 96 : 0);
	for (i = *bits; i < 128; i++)
		addr[i / 8] &= (uint8_t)~(0x80 >> i % 8);
	return 0;
}

int
proxy_same_network(const uint8_t a[16], const uint8_t b[16], unsigned bits)
{
	unsigned rest = bits % 8;

	return memcmp(a, b, bits / 8) == 0 &&
	    (rest == 0 || ((a[bits / 8] ^ b[bits / 8]) >> (8 - rest)) == 0);
}

/* ---- version 1 ---- */

/* Cuts a line at its spaces, of which there is one between two words. */
static int
split(char *line, char *word[FIELDS + 1])
{
	int n = 0;

	while (line != NULL && n <= FIELDS) {
		word[n++] = line;
		if ((line = strchr(line, ' ')) != NULL)
			*line++ = '\0';
	}
	return n;
}

/* What is not of the family that the line says is none. */
static int
line_address(uint8_t addr[16], int family, const char *text)
{
	return (strchr(text, ':') != NULL) == (family == AF_INET6) &&
	        proxy_address(addr, text) == 0
	    ? 0
	    : -1;
}

static long
parse_line(struct proxy *p, const char *buf, size_t len)
{
	char line[LINE_MOST + 1], *word[FIELDS + 1];
	uint8_t to[16];
	size_t most = len < LINE_MOST ? len : LINE_MOST, n;
	const char *end = memchr(buf, '\n', most);
	int family, words;

	if (end == NULL)
		return len < LINE_MOST ? 0 : -1;
	n = (size_t)(end - buf);
	if (n == 0 || buf[n - 1] != '\r' || memchr(buf, '\0', n) != NULL)
		return -1;
	memcpy(line, buf, n - 1);
	line[n - 1] = '\0';
	words = split(line, word);
	if (words >= 2 && strcmp(word[1], "UNKNOWN") == 0)
		return (long)n + 1;
	if (words != FIELDS)
		return -1;
	if (strcmp(word[1], "TCP4") == 0)
		family = AF_INET;
	else if (strcmp(word[1], "TCP6") == 0)
		family = AF_INET6;
	else
		return -1;
	if (line_address(p->addr, family, word[2]) != 0 ||
	    line_address(to, family, word[3]) != 0 ||
	    number(word[4], strlen(word[4]), 65535) < 0 ||
	    number(word[5], strlen(word[5]), 65535) < 0)
		return -1;
	p->known = 1;
	return (long)n + 1;
}

/* ---- version 2 ---- */

static long
parse_binary(struct proxy *p, const uint8_t *buf, size_t len)
{
	size_t rest;

	if (len < HEAD)
		return 0;
	rest = (size_t)buf[14] << 8 | buf[15];
	if (buf[12] >> 4 != 2 || (buf[12] & 15) > 1 || HEAD + rest > PROXY_MOST)
		return -1;
	if (len < HEAD + rest)
		return 0;
	/* LOCAL: the proxy itself; what it says of a family is not heard */
	if ((buf[12] & 15) == 0 || buf[13] == 0)
		return (long)(HEAD + rest);
	if (buf[13] == 0x11 && rest >= 12) {
		memcpy(p->addr, mapped, sizeof(mapped));
		memcpy(p->addr + sizeof(mapped), buf + HEAD, 4);
	} else if (buf[13] == 0x21 && rest >= 36)
		memcpy(p->addr, buf + HEAD, 16);
	else
		return -1;
	p->known = 1;
	return (long)(HEAD + rest);
}

/* Whether the bytes there are are those that WORD begins with. */
static int
begins(const char *buf, size_t len, const char *word, size_t n)
{
	return memcmp(buf, word, len < n ? len : n) == 0;
}

long
proxy_parse(struct proxy *p, const char *buf, size_t len)
{
	memset(p, 0, sizeof(*p));
	if (len == 0)
		return 0;
	if (begins(buf, len, signature, sizeof(signature)))
		return parse_binary(p, (const uint8_t *)buf, len);
	if (!begins(buf, len, "PROXY ", 6))
		return -1;
	return len < 6 ? 0 : parse_line(p, buf, len);
}
