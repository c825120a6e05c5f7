/* SPDX-License-Identifier: ISC */

/*
 * The PROXY protocol, and addresses as text.
 *
 * Version 1 is a line: "PROXY TCP4 from to port port" CR LF.  Version 2 is
 * binary: a signature, what it is, how long the rest is, two addresses with
 * ports, then what else the proxy tells: of that, how the client's TLS is.
 * Whether there is a header is never guessed: bytes that cannot become one are
 * wrong as soon as that is seen.
 */

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "proxy.h"

enum {
	LINE_MOST = 107,   /* of version 1, with its CR LF */
	HEAD = 16,         /* of version 2 */
	SSL_HEAD = 5,      /* of the value of PROXY_TLV_SSL */
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

/* ---- version 2: what stands behind the addresses ---- */

struct tlv {
	unsigned type;
	const uint8_t *value;
	size_t len;
};

/* The next one of those at *AT, up to END: 1; 0 at the end; -1 when it is not
 * all there. */
static int
tlv_next(const uint8_t **at, const uint8_t *end, struct tlv *t)
{
	size_t left = (size_t)(end - *at);

	if (left == 0)
		return 0;
	if (left < 3)
		return -1;
	t->type = (*at)[0];
	t->len = (size_t)(*at)[1] << 8 | (*at)[2];
	t->value = *at + 3;
	if (t->len > left - 3)
		return -1;
	*at = t->value + t->len;
	return 1;
}

/* A word of text, that people are shown. */
static int
tlv_word(char *dst, size_t size, const struct tlv *t)
{
	size_t i;

	if (t->len == 0 || t->len >= size)
		return -1;
	for (i = 0; i < t->len; i++)
		if (t->value[i] <= ' ' || t->value[i] >= 0x7f)
			return -1;
	memcpy(dst, t->value, t->len);
	dst[t->len] = '\0';
	return 0;
}

static int
parse_ssl(struct proxy *p, const struct tlv *t)
{
	const uint8_t *at = t->value + SSL_HEAD, *end = t->value + t->len;
	struct tlv sub;
	int r;

	if (t->len < SSL_HEAD)
		return -1;
	p->tls = (t->value[0] & PROXY_SSL_CLIENT) != 0;
	while ((r = tlv_next(&at, end, &sub)) == 1) {
		if (sub.type == PROXY_TLV_VERSION)
			r = tlv_word(p->version, sizeof(p->version), &sub);
		else if (sub.type == PROXY_TLV_CIPHER)
			r = tlv_word(p->cipher, sizeof(p->cipher), &sub);
		if (r < 0)
			break;
	}
	return r;
}

/* Types that are of no use here, a checksum among them, are passed over. */
static int
parse_tlvs(struct proxy *p, const uint8_t *at, const uint8_t *end)
{
	struct tlv t;
	int r;

	while ((r = tlv_next(&at, end, &t)) == 1) {
		if (t.type == PROXY_TLV_SSL && parse_ssl(p, &t) != 0)
			return -1;
		if (t.type != PROXY_TLV_CERTIFICATE)
			continue;
		if (t.len != PROXY_FINGERPRINT)
			return -1;
		memcpy(p->fingerprint, t.value, t.len);
		p->certified = 1;
	}
	return r;
}

/* ---- version 2 ---- */

static long
parse_binary(struct proxy *p, const uint8_t *buf, size_t len)
{
	size_t rest, addresses;

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
		addresses = 12;
	} else if (buf[13] == 0x21 && rest >= 36) {
		memcpy(p->addr, buf + HEAD, 16);
		addresses = 36;
	} else
		return -1;
	if (parse_tlvs(p, buf + HEAD + addresses, buf + HEAD + rest) != 0)
		return -1;
	/* who was not over TLS has shown none */
	p->certified = p->certified && p->tls;
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

/* ---- writing ---- */

struct output {
	uint8_t *buf;
	size_t size, len;
	int full;
};

static void
put(struct output *o, const void *data, size_t n)
{
	if (n > o->size - o->len) {
		o->full = 1;
		return;
	}
	memcpy(o->buf + o->len, data, n);
	o->len += n;
}

static void
put_number(struct output *o, size_t n)
{
	const uint8_t bytes[2] = { (uint8_t)(n >> 8), (uint8_t)n };

	put(o, bytes, 2);
}

static void
put_tlv(struct output *o, unsigned type, const void *value, size_t len)
{
	const uint8_t byte = (uint8_t)type;

	if (len == 0)
		return;
	put(o, &byte, 1);
	put_number(o, len);
	put(o, value, len);
}

/* Both addresses in the short form, if they have one. */
static void
put_addresses(struct output *o, const struct proxy *p, unsigned port,
    const uint8_t to[16], unsigned to_port)
{
	int four = memcmp(p->addr, mapped, sizeof(mapped)) == 0 &&
	    memcmp(to, mapped, sizeof(mapped)) == 0;
	size_t skip = four ? sizeof(mapped) : 0;
	const uint8_t what[4] = { 0x21, four ? 0x11 : 0x21, 0, 0 };

	put(o, what, sizeof(what));
	put(o, p->addr + skip, 16 - skip);
	put(o, to + skip, 16 - skip);
	put_number(o, port);
	put_number(o, to_port);
}

static void
put_ssl(struct output *o, const struct proxy *p)
{
	/* that a certificate was verified is not said: 0 would say so */
	uint8_t value[SSL_HEAD + 2 * 3 + sizeof(p->version) +
	    sizeof(p->cipher)] = { PROXY_SSL_CLIENT, 0, 0, 0, 1 };
	struct output sub = { value, sizeof(value), SSL_HEAD, 0 };

	put_tlv(&sub, PROXY_TLV_VERSION, p->version, strlen(p->version));
	put_tlv(&sub, PROXY_TLV_CIPHER, p->cipher, strlen(p->cipher));
	put_tlv(o, PROXY_TLV_SSL, value, sub.len);
}

long
proxy_write(const struct proxy *p, unsigned port, const uint8_t to[16],
    unsigned to_port, void *buf, size_t size)
{
	struct output o = { buf, size, 0, 0 };

	put(&o, signature, sizeof(signature));
	put_addresses(&o, p, port, to, to_port);
	if (p->tls)
		put_ssl(&o, p);
	if (p->tls && p->certified)
		put_tlv(&o, PROXY_TLV_CERTIFICATE, p->fingerprint,
		    PROXY_FINGERPRINT);
	if (o.full || o.len > PROXY_MOST)
		return -1;
	o.buf[14] = (uint8_t)((o.len - HEAD) >> 8);
	o.buf[15] = (uint8_t)(o.len - HEAD);
	return (long)o.len;
}

/* ---- fingerprints ---- */

void
proxy_fingerprint_text(char text[2 * PROXY_FINGERPRINT + 1],
    const uint8_t fingerprint[PROXY_FINGERPRINT])
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < PROXY_FINGERPRINT; i++) {
		text[2 * i] = digits[fingerprint[i] >> 4];
		text[2 * i + 1] = digits[fingerprint[i] & 15];
	}
	text[2 * i] = '\0';
}

static int
digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

int
proxy_fingerprint(uint8_t fingerprint[PROXY_FINGERPRINT], const char *text)
{
	int colons = strchr(text, ':') != NULL, high, low;
	size_t i;

	for (i = 0; i < PROXY_FINGERPRINT; i++) {
		if (colons && i > 0 && *text++ != ':')
			return -1;
		if ((high = digit(text[0])) < 0 || (low = digit(text[1])) < 0)
			return -1;
		fingerprint[i] = (uint8_t)(high << 4 | low);
		text += 2;
	}
	return *text == '\0' ? 0 : -1;
}
