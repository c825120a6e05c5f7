/* SPDX-License-Identifier: ISC */

/* What nicks look like: which are alike, which mix scripts. */

#include <string.h>

#include "../../irc/look.h"
#include "../../irc/name.h"
#include "check_irc.h"

static const struct {
	const char *nick, *look;
} looks[] = {
	{ "", "" },
	{ "Ann", "ann" },
	{ "bob1", "bob1" },       /* ASCII stays apart: l, 1, I */
	{ "AlIce_[x]", "alice_[x]" },
	{ "\xd0\xb5van", "evan" },          /* Cyrillic e */
	{ "\xd0\x95VAN", "evan" },          /* and its capital */
	{ "\xd0\xbe\xd0\xa1\xd1\x80", "ocp" },
	{ "\xd0\x84va", "\xd1\x94va" },     /* one that looks like nothing */
	{ "\xce\x91\xce\x92", "ab" },       /* Greek */
	{ "\xce\xb1\xce\xbf\xce\xbd", "aov" },
	{ "\xef\xbc\xa1\xef\xbd\x82\xef\xbc\x97", "ab7" }, /* fullwidth */
	{ "\xf0\x9d\x90\x80\xf0\x9d\x90\x9b\xf0\x9d\x9f\x97", "ab9" },
	{ "\xe2\x93\x90\xe2\x92\xb7", "ab" }, /* circled */
	{ "\xe2\x84\xaa", "k" },            /* Kelvin */
	{ "\xc4\xb1", "i" },
	{ "\xc3\x89ric", "\xc3\xa9ric" },   /* an accent is kept */
	{ "\xc3\x97", "\xc3\x97" },         /* no letter */
	{ "\xc5\xb9\xc5\xba", "\xc5\xba\xc5\xba" },
	{ "\xc4\x80\xc4\x81", "\xc4\x81\xc4\x81" },
	{ "\xd4\xb1", "\xd5\xa1" },
	{ "\xe5\xbc\xa0", "\xe5\xbc\xa0" },
	{ "a\xff" "b", "a\xff" "b" },       /* not UTF-8: itself */
	{ "a\xc3", "a\xc3" },
};

START_TEST(test_look)
{
	const char *nick = looks[_i].nick, *want = looks[_i].look;
	char buf[64], again[64];

	look_of(buf, sizeof(buf), nick);
	ck_assert_str_eq(buf, want);
	look_of(again, sizeof(again), buf);
	ck_assert_str_eq(again, want);
	ck_assert(look_same(nick, want) && look_same(want, nick));
	ck_assert_uint_eq(look_hash(nick), look_hash(want));
	ck_assert(strlen(buf) <= strlen(nick));
}
END_TEST

START_TEST(test_ascii_hash)
{
	ck_assert_uint_eq(look_hash("FooBar-[]\\"), name_hash("FooBar-[]\\"));
	ck_assert(!look_same("ann", "anna"));
	ck_assert(!look_same("anna", "ann"));
	ck_assert(!look_same("bob1", "bobl"));
	ck_assert(!look_same("\xc3\xa9ric", "eric"));
}
END_TEST

START_TEST(test_small_buffer)
{
	char buf[3];

	look_of(buf, sizeof(buf), "a\xc3\xa9");
	ck_assert_str_eq(buf, "a");
	look_of(buf, 1, "a");
	ck_assert_str_eq(buf, "");
}
END_TEST

static const struct {
	const char *nick;
	int want;
} mixes[] = {
	{ "ann", 0 },
	{ "", 0 },
	{ "\xd0\xb0\xd0\xbd\xd1\x8f", 0 },  /* all Cyrillic */
	{ "\xd0\xb0\xd0\xbd\xd1\x8f_1", 0 },
	{ "\xd0\xb0nn", 1 },
	{ "\xc3\xa9\xce\xb1", 1 },          /* Latin, Greek */
	{ "\xce\xb1\xd0\xb0", 1 },
	{ "x\xe5\xbc\xa0", 0 },             /* with Han it is usual */
	{ "x\xf0\x9f\x98\x80", 0 },
};

START_TEST(test_mixes)
{
	ck_assert_int_eq(look_mixes(mixes[_i].nick), mixes[_i].want);
}
END_TEST

Suite *
check_look(void)
{
	Suite *s = suite_create("look");
	TCase *tc = tcase_create("table");

	ADD_ROWS(tc, test_look, looks);
	tcase_add_test(tc, test_ascii_hash);
	tcase_add_test(tc, test_small_buffer);
	ADD_ROWS(tc, test_mixes, mixes);
	suite_add_tcase(s, tc);
	return s;
}
