/* SPDX-License-Identifier: ISC */

/* What a WHO asks for: flags, fields, tokens. */

#include "../../irc/whox.h"
#include "check_irc.h"

#define ALL ((WHOX_REALNAME << 1) - 1)

static const struct {
	const char *text;
	int wanted;
	unsigned fields;
	const char *token;
	int operators;
	unsigned matched;
} rows[] = {
	{ "", 0, 0, "0", 0, 0 },
	{ "o", 0, 0, "0", 1, 0 },
	{ "x", 0, 0, "0", 0, 0 },
	{ "%", 1, 0, "0", 0, 0 },
	{ "%tcuihsnfdlaor,123", 1, ALL, "123", 0, 0 },
	{ "%roaldfnshiuct,123", 1, ALL, "123", 0, 0 },
	{ "%nn", 1, WHOX_NICK, "0", 0, 0 },
	{ "%n!zZ9a", 1, WHOX_NICK | WHOX_ACCOUNT, "0", 0, 0 },
	{ "%N", 1, 0, "0", 0, 0 },
	{ "%tn,0", 1, WHOX_TOKEN | WHOX_NICK, "0", 0, 0 },
	{ "%tn,007", 1, WHOX_TOKEN | WHOX_NICK, "007", 0, 0 },
	{ "%tn,1234", 1, WHOX_TOKEN | WHOX_NICK, "0", 0, 0 },
	{ "%tn,12a", 1, WHOX_TOKEN | WHOX_NICK, "0", 0, 0 },
	{ "%tn,", 1, WHOX_TOKEN | WHOX_NICK, "0", 0, 0 },
	{ "%tn,1,2", 1, WHOX_TOKEN | WHOX_NICK, "0", 0, 0 },
	{ "%,5", 1, 0, "5", 0, 0 },
	{ "o%n", 1, WHOX_NICK, "0", 1, 0 },
	{ "%no", 1, WHOX_NICK | WHOX_OPLEVEL, "0", 0, 0 },
	{ "nu%h", 1, WHOX_HOST, "0", 0, WHOX_NICK | WHOX_USER },
	{ "har", 0, 0, "0", 0, WHOX_HOST | WHOX_ACCOUNT | WHOX_REALNAME },
	{ "stcifdl", 0, 0, "0", 0, 0 },
	{ "%%n", 1, WHOX_NICK, "0", 0, 0 },
};

START_TEST(test_parse)
{
	struct whox x;

	whox_parse(&x, rows[_i].text);
	ck_assert_int_eq(x.wanted, rows[_i].wanted);
	ck_assert_uint_eq(x.fields, rows[_i].fields);
	ck_assert_str_eq(x.token, rows[_i].token);
	ck_assert_int_eq(x.operators, rows[_i].operators);
	ck_assert_uint_eq(x.matched, rows[_i].matched);
}
END_TEST

Suite *
check_whox(void)
{
	Suite *s = suite_create("whox");
	TCase *t = tcase_create("table");

	ADD_ROWS(t, test_parse, rows);
	suite_add_tcase(s, t);
	return s;
}
