/* SPDX-License-Identifier: ISC */

/* Headers of the PROXY protocol, whole, cut and wrong; networks. */

#include <string.h>

#include "../../irc/proxy.h"
#include "check_irc.h"

#define SIGNATURE "\r\n\r\n\0\r\nQUIT\n"
#define FOUR "\x01\x02\x03\x04\x7f\0\0\x01\xff\xfe\x1a\x0b"
#define SIX "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01" \
	"\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x02\0\x01\0\x02"

#define BYTES(text) text, sizeof(text) - 1

static const struct {
	const char *name, *bytes;
	size_t len;
	long want;         /* -1 bad; else the length of the header */
	const char *addr;  /* NULL: its own */
} headers[] = {
	{ "v4", BYTES("PROXY TCP4 1.2.3.4 127.0.0.1 65533 6667\r\nNICK a\r\n"),
	    41, "1.2.3.4" },
	{ "v6", BYTES("PROXY TCP6 2001:db8::1 ::1 1 6667\r\n"), 35,
	    "2001:db8::1" },
	{ "unknown", BYTES("PROXY UNKNOWN\r\n"), 15, NULL },
	{ "unknown with words", BYTES("PROXY UNKNOWN ffff:: x y z\r\n"), 28,
	    NULL },
	{ "UDP", BYTES("PROXY UDP4 1.2.3.4 127.0.0.1 1 2\r\n"), -1, NULL },
	{ "family", BYTES("PROXY TCP4 ::1 ::1 1 2\r\n"), -1, NULL },
	{ "family 6", BYTES("PROXY TCP6 1.2.3.4 1.2.3.4 1 2\r\n"), -1, NULL },
	{ "lower case", BYTES("proxy TCP4 1.2.3.4 127.0.0.1 1 2\r\n"), -1,
	    NULL },
	{ "address", BYTES("PROXY TCP4 1.2.3.256 127.0.0.1 1 2\r\n"), -1,
	    NULL },
	{ "port", BYTES("PROXY TCP4 1.2.3.4 127.0.0.1 65536 2\r\n"), -1, NULL },
	{ "port's zero", BYTES("PROXY TCP4 1.2.3.4 127.0.0.1 01 2\r\n"), -1,
	    NULL },
	{ "two spaces", BYTES("PROXY TCP4  1.2.3.4 127.0.0.1 1 2\r\n"), -1,
	    NULL },
	{ "few words", BYTES("PROXY TCP4 1.2.3.4 127.0.0.1 1\r\n"), -1, NULL },
	{ "many words", BYTES("PROXY TCP4 1.2.3.4 127.0.0.1 1 2 3\r\n"), -1,
	    NULL },
	{ "LF alone", BYTES("PROXY TCP4 1.2.3.4 127.0.0.1 1 2\n"), -1, NULL },
	{ "NUL", BYTES("PROXY TCP4 1.2.3.4\0 127.0.0.1 1 2\r\n"), -1, NULL },
	{ "no word", BYTES("PROXY \r\n"), -1, NULL },
	{ "107", BYTES("PROXY UNKNOWN xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n"), 107,
	    NULL },
	{ "108", BYTES("PROXY UNKNOWN xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n"), -1,
	    NULL },
	{ "no end", BYTES("PROXY UNKNOWN xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"), -1,
	    NULL },
	{ "no header", BYTES("NICK a\r\n"), -1, NULL },
	{ "binary 4", BYTES(SIGNATURE "\x21\x11\0\x0c" FOUR "NICK"), 28,
	    "1.2.3.4" },
	{ "binary 6", BYTES(SIGNATURE "\x21\x21\0\x24" SIX), 52,
	    "2001:db8::1" },
	{ "more behind it", BYTES(SIGNATURE "\x21\x11\0\x0f" FOUR "\x04\0\0"),
	    31, "1.2.3.4" },
	{ "local", BYTES(SIGNATURE "\x20\0\0\0"), 16, NULL },
	{ "local with bytes", BYTES(SIGNATURE "\x20\x11\0\x0c" FOUR), 28,
	    NULL },
	{ "unspecified", BYTES(SIGNATURE "\x21\0\0\x03xyz"), 19, NULL },
	{ "version 1", BYTES(SIGNATURE "\x11\x11\0\x0c" FOUR), -1, NULL },
	{ "command", BYTES(SIGNATURE "\x22\x11\0\x0c" FOUR), -1, NULL },
	{ "datagrams", BYTES(SIGNATURE "\x21\x12\0\x0c" FOUR), -1, NULL },
	{ "short 4", BYTES(SIGNATURE "\x21\x11\0\x0b" FOUR), -1, NULL },
	{ "short 6", BYTES(SIGNATURE "\x21\x21\0\x0c" FOUR), -1, NULL },
	{ "too long", BYTES(SIGNATURE "\x21\x11\x07\xf1"), -1, NULL },
	{ "other bytes", BYTES("\r\n\r\n\r\n"), -1, NULL },
	{ "nothing", BYTES(""), 0, NULL },
};

START_TEST(test_header)
{
	const char *bytes = headers[_i].bytes;
	struct proxy p;
	uint8_t want[16];
	size_t n;
	long r;

	ck_assert_msg(proxy_parse(&p, bytes, headers[_i].len) ==
	    headers[_i].want, "%s", headers[_i].name);
	if (headers[_i].want <= 0)
		return;
	ck_assert_int_eq(p.known, headers[_i].addr != NULL);
	if (p.known) {
		ck_assert_int_eq(proxy_address(want, headers[_i].addr), 0);
		ck_assert(memcmp(want, p.addr, 16) == 0);
	}
	/* until it is whole it wants more, and never says that it is bad */
	for (n = 0; n < (size_t)headers[_i].want; n++) {
		r = proxy_parse(&p, bytes, n);
		ck_assert_msg(r == 0, "%s: %ld at %zu", headers[_i].name, r, n);
	}
}
END_TEST

static const struct {
	const char *network, *addr;
	int want;          /* -1: not a network */
} networks[] = {
	{ "10.0.0.0/8", "10.200.1.2", 1 },
	{ "10.99.0.0/8", "10.200.1.2", 1 },
	{ "10.0.0.0/8", "11.0.0.1", 0 },
	{ "10.1.2.3", "10.1.2.3", 1 },
	{ "10.1.2.3", "10.1.2.4", 0 },
	{ "10.1.2.2/31", "10.1.2.3", 1 },
	{ "0.0.0.0/0", "10.1.2.3", 1 },
	{ "0.0.0.0/0", "2001:db8::1", 0 },
	{ "::/0", "10.1.2.3", 1 },
	{ "2001:db8::/33", "2001:db8:7fff::1", 1 },
	{ "2001:db8::/33", "2001:db8:8000::1", 0 },
	{ "::ffff:10.0.0.0/104", "10.3.3.3", 1 },
	{ "::1", "::1", 1 },
	{ "10.0.0.0/33", NULL, -1 },
	{ "::1/129", NULL, -1 },
	{ "10.0.0.0/", NULL, -1 },
	{ "10.0.0.0/-1", NULL, -1 },
	{ "10.0.0.0/08", NULL, -1 },
	{ "10.0.0/8", NULL, -1 },
	{ "here", NULL, -1 },
	{ "", NULL, -1 },
	{ "/8", NULL, -1 },
	{ "2001:0db8:0000:0000:0000:0000:0000:00000000000000001", NULL, -1 },
};

START_TEST(test_network)
{
	uint8_t net[16], addr[16];
	unsigned bits;
	int r = proxy_network(net, &bits, networks[_i].network);

	ck_assert_msg(r == (networks[_i].want < 0 ? -1 : 0), "%s",
	    networks[_i].network);
	if (r != 0)
		return;
	ck_assert_int_eq(proxy_address(addr, networks[_i].addr), 0);
	ck_assert_msg(proxy_same_network(net, addr, bits) == networks[_i].want,
	    "%s of %s", networks[_i].addr, networks[_i].network);
}
END_TEST

Suite *
check_proxy(void)
{
	Suite *s = suite_create("proxy");
	TCase *tc = tcase_create("table");

	ADD_ROWS(tc, test_header, headers);
	ADD_ROWS(tc, test_network, networks);
	suite_add_tcase(s, tc);
	return s;
}
