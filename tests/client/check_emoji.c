/* SPDX-License-Identifier: ISC */

/* Emoji: the table is in order, and names are found in it. */

#include <string.h>

#include "../../client/input/emoji.h"
#include "../../client/input/grapheme.h"
#include "../../irc/utf8.h"
#include "check_client.h"

static const struct {
	const char *name, *want; /* NULL: none */
} finds[] = {
	{ "smile", "\360\237\230\204" }, { "+1", "\360\237\221\215" },
	{ "-1", "\360\237\221\216" }, { "100", "\360\237\222\257" },
	{ "heart", "\342\235\244\357\270\217" }, { "zzz", "\360\237\222\244" },
	{ "smil", NULL }, { "smiles", NULL }, { "", NULL }, { "~", NULL },
};

START_TEST(find)
{
	const char *got = emoji_find(finds[_i].name, strlen(finds[_i].name));

	ck_assert_pstr_eq(got, finds[_i].want);
}
END_TEST

static const struct {
	const char *prefix, *first;
	size_t count;
} ranges[] = {
	{ "smil", "smile", 3 }, { "flag_", "flag_black", 5 },
	{ "xylo", NULL, 0 }, { "zzz", "zzz", 1 }, { "zzzz", NULL, 0 },
};

START_TEST(range)
{
	const char *prefix = ranges[_i].prefix;
	size_t count;
	const struct emoji *e = emoji_range(prefix, strlen(prefix), &count);

	ck_assert_uint_eq(count, ranges[_i].count);
	ck_assert_pstr_eq(e == NULL ? NULL : e->name, ranges[_i].first);
}
END_TEST

/* Each is one grapheme of valid UTF-8, and its name in its place. */
START_TEST(all)
{
	size_t count, i, len;
	const struct emoji *e = emoji_range("", 0, &count);

	ck_assert(count >= 400);
	for (i = 0; i < count; i++) {
		len = strlen(e[i].text);
		ck_assert(utf8_valid(e[i].text, len));
		ck_assert_msg(grapheme_after(e[i].text, len, 0) == len, "%s",
		    e[i].name);
		ck_assert_msg(i == 0 || strcmp(e[i - 1].name, e[i].name) < 0,
		    "%s is out of order", e[i].name);
		ck_assert_uint_eq(strspn(e[i].name,
		    "abcdefghijklmnopqrstuvwxyz0123456789_+-"),
		    strlen(e[i].name));
	}
}
END_TEST

Suite *
check_emoji(void)
{
	Suite *s = suite_create("emoji");
	TCase *tc = tcase_create("emoji");

	ADD_ROWS(tc, find, finds);
	ADD_ROWS(tc, range, ranges);
	tcase_add_test(tc, all);
	suite_add_tcase(s, tc);
	return s;
}
