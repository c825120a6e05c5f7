/* SPDX-License-Identifier: ISC */

/* Whom a server's ban is for, how long; and the hosts that stand for
 * addresses. */

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "../../irc/cloak.h"
#include "../../irc/xmask.h"
#include "check_irc.h"

static const struct {
	const char *src, *want; /* NULL: it is none */
	int kind;
} parses[] = {
	{ "10.1.2.3", "10.1.2.3", XMASK_ADDRESS },
	{ "10.1.2.3/32", "10.1.2.3", XMASK_ADDRESS },
	{ "10.1.2.3/8", "10.0.0.0/8", XMASK_ADDRESS },
	{ "10.255.2.3/9", "10.128.0.0/9", XMASK_ADDRESS },
	{ "0.0.0.0/0", "0.0.0.0/0", XMASK_ADDRESS },
	{ "::1", "0::1", XMASK_ADDRESS },
	{ "::/0", "0::/0", XMASK_ADDRESS },
	{ "2001:DB8:1:2::5/48", "2001:db8:1::/48", XMASK_ADDRESS },
	{ "::ffff:10.0.0.1", "10.0.0.1", XMASK_ADDRESS },
	{ "::ffff:10.0.0.1/104", "10.0.0.0/8", XMASK_ADDRESS },
	{ "10.1.2.3/33", NULL, 0 },
	{ "10.1.2.3/", NULL, 0 },
	{ "10.1.2.3/08", NULL, 0 },
	{ "10.1.2.3/-1", NULL, 0 },
	{ "10.1.2.3/8 ", NULL, 0 },
	{ "10.1.2", NULL, 0 },
	{ "010.1.2.3", NULL, 0 },
	{ "fe80::1%eth0", NULL, 0 },
	{ "::/129", NULL, 0 },
	{ "ann!*@*", "ann!*@*", XMASK_MASK },
	{ "u@host", "*!u@host", XMASK_MASK },
	{ "*@**.example.org", "*!*@*.example.org", XMASK_MASK },
	{ "a b!c@d", NULL, 0 },
	{ "account:Ann", "account:Ann", XMASK_ACCOUNT },
	{ "account:", NULL, 0 },
	{ "account:a b", NULL, 0 },
	{ "account:*", NULL, 0 },
	{ "ann", NULL, 0 },
	{ "*.example.org", NULL, 0 },
	{ "", NULL, 0 },
};

START_TEST(parse)
{
	struct xmask x, y;

	if (parses[_i].want == NULL) {
		ck_assert_int_eq(xmask_parse(&x, parses[_i].src), -1);
		return;
	}
	ck_assert_msg(xmask_parse(&x, parses[_i].src) == 0, "%s",
	    parses[_i].src);
	ck_assert_str_eq(x.text, parses[_i].want);
	ck_assert_int_eq(x.kind, parses[_i].kind);
	ck_assert_int_eq(xmask_parse(&y, x.text), 0);
	ck_assert_str_eq(y.text, x.text);
}
END_TEST

static const struct {
	const char *net, *address;
	int want;
} nets[] = {
	{ "10.0.0.0/8", "10.200.3.4", 1 },
	{ "10.0.0.0/8", "11.0.0.0", 0 },
	{ "10.128.0.0/9", "10.128.0.1", 1 },
	{ "10.128.0.0/9", "10.127.255.255", 0 },
	{ "10.1.2.3", "10.1.2.3", 1 },
	{ "10.1.2.3", "10.1.2.2", 0 },
	{ "0.0.0.0/0", "1.2.3.4", 1 },
	{ "0.0.0.0/0", "2001:db8::1", 0 },
	{ "::/0", "1.2.3.4", 1 },
	{ "2001:db8::/33", "2001:db8:7fff::1", 1 },
	{ "2001:db8::/33", "2001:db8:8000::1", 0 },
};

START_TEST(net)
{
	struct xmask x, y;

	ck_assert_int_eq(xmask_parse(&x, nets[_i].net), 0);
	ck_assert_int_eq(xmask_parse(&y, nets[_i].address), 0);
	ck_assert_int_eq(xmask_same_net(x.addr, y.addr, x.bits),
	    nets[_i].want);
}
END_TEST

static const struct {
	const char *src;
	int want;
} alls[] = {
	{ "*!*@*", 1 }, { "?*!*@*", 1 }, { "*!*@*.*", 1 }, { "a*!*@*", 0 },
	{ "*@10.*", 0 }, { "0.0.0.0/0", 1 }, { "::/0", 1 }, { "::/1", 0 },
	{ "0.0.0.0/1", 0 }, { "account:ann", 0 },
};

START_TEST(all)
{
	struct xmask x;

	ck_assert_int_eq(xmask_parse(&x, alls[_i].src), 0);
	ck_assert_int_eq(xmask_is_all(&x), alls[_i].want);
}
END_TEST

static const struct {
	const char *src;
	long long want;
} durations[] = {
	{ "90", 5400 }, { "90m", 5400 }, { "1h30m", 5400 }, { "1s", 1 },
	{ "1w2d3h4m5s", 788645 }, { "1y", 31536000 },
	{ "100y", XMASK_FOREVER }, { "101y", -1 }, { "0", -1 }, { "0s", -1 },
	{ "", -1 }, { "m", -1 }, { "1m1h", -1 }, { "1h1h", -1 }, { "1h5", -1 },
	{ "5x", -1 }, { "-5", -1 }, { "+5", -1 }, { " 5", -1 }, { "5 ", -1 },
	{ "99999999999999999999s", -1 }, { "100y1s", -1 },
};

START_TEST(duration)
{
	ck_assert_int_eq(xmask_duration(durations[_i].src),
	    durations[_i].want);
}
END_TEST

static const struct {
	long long seconds;
	const char *want;
} texts[] = {
	{ 0, "forever" }, { 1, "1s" }, { 59, "59s" }, { 60, "1m" },
	{ 61, "1m1s" }, { 3600, "1h" }, { 3601, "1h" }, { 5400, "1h30m" },
	{ 90061, "1d1h" }, { 7 * 86400, "1w" },
};

START_TEST(duration_text)
{
	char buf[32];

	ck_assert_str_eq(xmask_duration_text(buf, texts[_i].seconds),
	    texts[_i].want);
}
END_TEST

/* Of the input 00 01 02... under the key 00 01 ... 0f, as the authors have
 * published them. */
static const struct {
	size_t n;
	const char *want;
} vectors[] = {
	{ 0, "a3817f04ba25a8e66df67214c7550293" },
	{ 1, "da87c1d86b99af44347659119b22fc45" },
	{ 7, "a1f1ebbed8dbc153c0b84aa61ff08239" },
	{ 8, "3b62a9ba6258f5610f83e264f31497b4" },
	{ 15, "5493e99933b0a8117e08ec0f97cfc3d9" },
	{ 16, "6ee2a4ca67b054bbfd3315bf85230577" },
	{ 63, "5150d1772f50834a503e069a973fbd7c" },
};

START_TEST(hash)
{
	uint8_t in[64], out[SIPHASH_SIZE];
	char text[2 * SIPHASH_SIZE + 1];
	int i;

	for (i = 0; i < 64; i++)
		in[i] = (uint8_t)i;
	siphash(out, in, in, vectors[_i].n);
	for (i = 0; i < SIPHASH_SIZE; i++)
		snprintf(text + 2 * i, 3, "%02x", out[i]);
	ck_assert_str_eq(text, vectors[_i].want);
}
END_TEST

static const uint8_t key[SIPHASH_KEY] = "sixteen bytes!!";

static const char *
cloak(const char *address)
{
	static char buf[4][NAME_HOST + 1];
	static int at;
	struct xmask x;
	char *p = buf[at++ % 4];

	ck_assert_int_eq(xmask_parse(&x, address), 0);
	cloak_address(p, key, x.addr);
	return p;
}

/* How many labels at the end of the two are the same. */
static int
common(const char *a, const char *b)
{
	const char *p = strchr(a, '\0'), *q = strchr(b, '\0');
	int n = 0;

	while (p > a && q > b && p[-1] == q[-1]) {
		p--;
		q--;
		n += *p == '.';
	}
	return strcmp(a, b) == 0 ? n + 1 : n;
}

static const struct {
	const char *a, *b;
	int want;
} cloaks[] = {
	{ "10.1.2.3", "10.1.2.3", 4 },
	{ "10.1.2.3", "10.1.2.4", 3 },
	{ "10.1.2.3", "10.1.3.3", 2 },
	{ "10.1.2.3", "10.2.2.3", 1 },
	{ "2001:db8:1:2::3", "2001:db8:1:2:5::9", 4 },
	{ "2001:db8:1:2::3", "2001:db8:1:3::3", 3 },
	{ "2001:db8:1:2::3", "2001:db8:2:2::3", 2 },
	{ "2001:db8:1:2::3", "2001:db9:1:2::3", 1 },
};

START_TEST(cloaked)
{
	ck_assert_int_eq(common(cloak(cloaks[_i].a), cloak(cloaks[_i].b)),
	    cloaks[_i].want);
}
END_TEST

START_TEST(cloaked_text)
{
	char account[NAME_HOST + 1];
	const char *a = cloak("10.1.2.3");

	ck_assert_uint_eq(strlen(a), 12 + 1 + 12 + 1 + 12 + strlen(".ip"));
	ck_assert_uint_eq(strspn(a, "abcdefghijklmnopqrstuvwxyz234567."),
	    strlen(a));
	ck_assert_ptr_null(strstr(a, "10"));
	cloak_account(account, "Ann");
	ck_assert_str_eq(account, "Ann.account");
}
END_TEST

Suite *
check_xmask(void)
{
	Suite *s = suite_create("xmask");
	TCase *t = tcase_create("xmask");

	ADD_ROWS(t, parse, parses);
	ADD_ROWS(t, net, nets);
	ADD_ROWS(t, all, alls);
	ADD_ROWS(t, duration, durations);
	ADD_ROWS(t, duration_text, texts);
	ADD_ROWS(t, hash, vectors);
	ADD_ROWS(t, cloaked, cloaks);
	tcase_add_test(t, cloaked_text);
	suite_add_tcase(s, t);
	return s;
}
