/* SPDX-License-Identifier: ISC */

/* The conditions of LIST. */

#include <stdio.h>
#include <string.h>

#include "../../irc/elist.h"
#include "check_irc.h"

/* #moot: 5 members, made 60 minutes ago, topic of 10 minutes ago. */
static const struct elist_room moot = { "#moot", 5, 60, 1, 10 };
static const struct elist_room bare = { "#bare", 1, 0, 0, 0 };

static const struct {
	const char *list;
	int moot, bare; /* whether it is wanted */
	int names;
} rows[] = {
	{ "", 1, 1, 0 },
	{ ",,", 1, 1, 0 },
	{ "#moot", 1, 0, 1 },
	{ "#MOOT,#bare", 1, 1, 1 },
	{ "#m*", 1, 0, 0 },
	{ "*oo*,*ar*", 1, 1, 0 },
	{ "#none", 0, 0, 1 },
	{ "!#m*", 0, 1, 0 },
	{ "!#m*,!#b*", 0, 0, 0 },
	{ "#m*,!*t", 0, 0, 0 },
	{ ">0", 1, 1, 0 },
	{ ">4", 1, 0, 0 },
	{ ">5", 0, 0, 0 },
	{ "<6", 1, 1, 0 },
	{ "<5", 0, 1, 0 },
	{ "<1", 0, 0, 0 },
	{ ">1,<9", 1, 0, 0 },
	{ ">4,#bare", 0, 0, 0 },
	{ "C>60", 1, 0, 0 },
	{ "C>61", 0, 0, 0 },
	{ "c>0", 1, 1, 0 },
	{ "C<61", 1, 1, 0 },
	{ "C<60", 0, 1, 0 },
	{ "C<0", 0, 0, 0 },
	{ "T>10", 1, 0, 0 },
	{ "T>11", 0, 0, 0 },
	{ "t<11", 1, 0, 0 },
	{ "T<10", 0, 0, 0 },
	{ "T>0", 1, 0, 0 },
	{ "C", 0, 0, 1 },
};

START_TEST(test_match)
{
	struct elist e;
	char list[64];

	snprintf(list, sizeof(list), "%s", rows[_i].list);
	ck_assert_ptr_null(elist_parse(&e, list));
	ck_assert_int_eq(elist_matches(&e, &moot), rows[_i].moot);
	ck_assert_int_eq(elist_matches(&e, &bare), rows[_i].bare);
	ck_assert_int_eq(e.names, rows[_i].names);
}
END_TEST

static const struct {
	const char *list, *wrong;
} bad[] = {
	{ ">", ">" },
	{ "#a,>x", ">x" },
	{ "<-1", "<-1" },
	{ "C>1m", "C>1m" },
	{ "T<", "T<" },
	{ ">1234567890123456789", ">1234567890123456789" },
};

START_TEST(test_bad)
{
	struct elist e;
	char list[64];

	snprintf(list, sizeof(list), "%s", bad[_i].list);
	ck_assert_pstr_eq(elist_parse(&e, list), bad[_i].wrong);
}
END_TEST

START_TEST(test_most)
{
	struct elist e;
	char list[256] = "";
	int i;

	for (i = 0; i < ELIST_MAX; i++)
		strcat(list, "#a,");
	ck_assert_ptr_null(elist_parse(&e, strcat(list, ",")));
	ck_assert_uint_eq(e.n, ELIST_MAX);
	list[0] = '\0';
	for (i = 0; i < ELIST_MAX; i++)
		strcat(list, "#a,");
	ck_assert_str_eq(elist_parse(&e, strcat(list, "#one")), "#one");
	ck_assert_ptr_null(elist_parse(&e, NULL));
	ck_assert(elist_matches(&e, &bare));
}
END_TEST

Suite *
check_elist(void)
{
	Suite *s = suite_create("elist");
	TCase *t = tcase_create("table");

	ADD_ROWS(t, test_match, rows);
	ADD_ROWS(t, test_bad, bad);
	tcase_add_test(t, test_most);
	suite_add_tcase(s, t);
	return s;
}
