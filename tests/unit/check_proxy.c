/* SPDX-License-Identifier: ISC */

/* Headers of the PROXY protocol, whole, cut and wrong, and what they tell of
 * TLS; written ones; networks; fingerprints. */

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

/* ---- what stands behind the addresses ---- */

#define DIGEST "\0\1\2\3\4\5\6\7\10\11\12\13\14\15\16\17" \
	"\0\1\2\3\4\5\6\7\10\11\12\13\14\15\16\377"
#define DIGEST_TEXT "000102030405060708090a0b0c0d0e0f" \
	"000102030405060708090a0b0c0d0eff"
#define CERTIFICATE "\xe0\0\x20" DIGEST
#define V13 "\x21\0\x07TLSv1.3"
#define CIPHER "\x23\0\x05" "A-256"
#define HEAD_SSL "\1\0\0\0\1"

static const struct {
	const char *name, *bytes;
	size_t len;
	int ok, tls, certified;
	const char *version, *cipher;
} tlvs[] = {
	{ "nothing", BYTES(""), 1, 0, 0, "", "" },
	{ "a checksum", BYTES("\x03\0\x04" "abcd"), 1, 0, 0, "", "" },
	{ "of no use", BYTES("\x01\0\x02h2\x02\0\x01x\x05\0\0\x30\0\x01n"), 1,
	    0, 0, "", "" },
	{ "all", BYTES("\x20\0\x17" HEAD_SSL V13 CIPHER CERTIFICATE), 1, 1, 1,
	    "TLSv1.3", "A-256" },
	{ "certificate first", BYTES(CERTIFICATE "\x20\0\x0f" HEAD_SSL V13), 1,
	    1, 1, "TLSv1.3", "" },
	{ "head alone", BYTES("\x20\0\x05" HEAD_SSL), 1, 1, 0, "", "" },
	{ "with a name", BYTES("\x20\0\x13" "\7\0\0\0\0\x22\0\1n" V13), 1, 1, 0,
	    "TLSv1.3", "" },
	{ "not over TLS", BYTES("\x20\0\x05\0\0\0\0\1" CERTIFICATE), 1, 0, 0,
	    "", "" },
	{ "certificate alone", BYTES(CERTIFICATE), 1, 0, 0, "", "" },
	{ "no length", BYTES("\x20\0"), 0, 0, 0, "", "" },
	{ "type alone", BYTES("\x20"), 0, 0, 0, "", "" },
	{ "too long", BYTES("\x20\0\x06" HEAD_SSL), 0, 0, 0, "", "" },
	{ "far too long", BYTES("\x20\xff\xff" HEAD_SSL), 0, 0, 0, "", "" },
	{ "short head", BYTES("\x20\0\x04\1\0\0\0"), 0, 0, 0, "", "" },
	{ "sub too long", BYTES("\x20\0\x0f" HEAD_SSL "\x21\0\x08TLSv1.3"), 0,
	    0, 0, "", "" },
	{ "sub cut", BYTES("\x20\0\x07" HEAD_SSL "\x21\0"), 0, 0, 0, "", "" },
	{ "version empty", BYTES("\x20\0\x08" HEAD_SSL "\x21\0\0"), 0, 0, 0, "",
	    "" },
	{ "version long", BYTES("\x20\0\x18" HEAD_SSL "\x21\0\x10"
	    "0123456789abcdef"), 0, 0, 0, "", "" },
	{ "version a space", BYTES("\x20\0\x0b" HEAD_SSL "\x21\0\3T L"), 0, 0,
	    0, "", "" },
	{ "cipher a line", BYTES("\x20\0\x0b" HEAD_SSL "\x23\0\3A\r\n"), 0, 0,
	    0, "", "" },
	{ "certificate short", BYTES("\x20\0\x05" HEAD_SSL "\xe0\0\2xy"), 0, 0,
	    0, "", "" },
	{ "certificate long", BYTES("\x20\0\x05" HEAD_SSL "\xe0\0\x21" DIGEST
	    "x"), 0, 0, 0, "", "" },
};

static const char four[] = SIGNATURE "\x21\x11\0\0" FOUR;

START_TEST(test_tlv)
{
	char buf[512], text[2 * PROXY_FINGERPRINT + 1];
	size_t len = sizeof(four) - 1, n;
	struct proxy p;
	long want;

	memcpy(buf, four, len);
	memcpy(buf + len, tlvs[_i].bytes, tlvs[_i].len);
	len += tlvs[_i].len;
	buf[15] = (char)(len - 16);
	want = tlvs[_i].ok ? (long)len : -1;
	ck_assert_msg(proxy_parse(&p, buf, len) == want, "%s", tlvs[_i].name);
	for (n = 0; n < len; n++)
		ck_assert_int_eq(proxy_parse(&p, buf, n), 0);
	if (!tlvs[_i].ok)
		return;
	proxy_parse(&p, buf, len);
	ck_assert_int_eq(p.known, 1);
	ck_assert_int_eq(p.tls, tlvs[_i].tls);
	ck_assert_int_eq(p.certified, tlvs[_i].certified);
	ck_assert_str_eq(p.version, tlvs[_i].version);
	ck_assert_str_eq(p.cipher, tlvs[_i].cipher);
	if (!p.certified)
		return;
	proxy_fingerprint_text(text, p.fingerprint);
	ck_assert_str_eq(text, DIGEST_TEXT);
}
END_TEST

/* What is written is read as what it was. */
START_TEST(test_write)
{
	static const struct {
		const char *addr, *to;
		int tls, certified;
		const char *version, *cipher;
		long want;
	} rows[] = {
		{ "192.0.2.1", "127.0.0.1", 0, 0, "", "", 28 },
		{ "2001:db8::1", "::1", 0, 0, "", "", 52 },
		{ "192.0.2.1", "::1", 1, 0, "", "", 60 },
		{ "192.0.2.1", "127.0.0.1", 1, 1, "TLSv1.2",
		    "ECDHE-ECDSA-AES256-GCM-SHA384", 113 },
		{ "2001:db8::1", "127.0.0.1", 1, 1, "TLSv1.3",
		    "TLS_AES_256_GCM_SHA384", 130 },
	};
	size_t i, size;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct proxy p = { .known = 1, .tls = rows[i].tls,
			.certified = rows[i].certified }, q;
		uint8_t to[16];
		char buf[PROXY_MOST];
		long n;

		proxy_address(p.addr, rows[i].addr);
		proxy_address(to, rows[i].to);
		strcpy(p.version, rows[i].version);
		strcpy(p.cipher, rows[i].cipher);
		if (p.certified)
			memset(p.fingerprint, 0xa5, sizeof(p.fingerprint));
		n = proxy_write(&p, 65000, to, 6697, buf, sizeof(buf));
		ck_assert_int_eq(n, rows[i].want);
		ck_assert_int_eq(proxy_parse(&q, buf, (size_t)n), n);
		ck_assert(memcmp(&p, &q, sizeof(p)) == 0);
		for (size = 0; size < (size_t)n; size++)
			ck_assert_int_eq(proxy_write(&p, 65000, to, 6697, buf,
			    size), -1);
	}
}
END_TEST

static const struct {
	const char *text;
	int want;
} fingerprints[] = {
	{ DIGEST_TEXT, 0 },
	{ "000102030405060708090A0B0C0D0E0F000102030405060708090A0B0C0D0EFF",
	    0 },
	{ "00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:"
	  "00:01:02:03:04:05:06:07:08:09:0a:0b:0c:0d:0e:ff", 0 },
	{ "", -1 },
	{ "0", -1 },
	{ "000102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0e",
	    -1 },
	{ DIGEST_TEXT "0", -1 },
	{ DIGEST_TEXT " ", -1 },
	{ "0g0102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0eff",
	    -1 },
	{ "00:0102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0eff",
	    -1 },
	{ ":000102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0eff",
	    -1 },
};

START_TEST(test_fingerprint)
{
	uint8_t bytes[PROXY_FINGERPRINT];

	ck_assert_msg(proxy_fingerprint(bytes, fingerprints[_i].text) ==
	    fingerprints[_i].want, "%s", fingerprints[_i].text);
	if (fingerprints[_i].want == 0)
		ck_assert(memcmp(bytes, DIGEST, sizeof(bytes)) == 0);
}
END_TEST

Suite *
check_proxy(void)
{
	Suite *s = suite_create("proxy");
	TCase *tc = tcase_create("table");

	ADD_ROWS(tc, test_header, headers);
	ADD_ROWS(tc, test_tlv, tlvs);
	tcase_add_test(tc, test_write);
	ADD_ROWS(tc, test_fingerprint, fingerprints);
	ADD_ROWS(tc, test_network, networks);
	suite_add_tcase(s, tc);
	return s;
}
