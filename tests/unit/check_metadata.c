/* SPDX-License-Identifier: ISC */

/* Keys and values of METADATA, and lists of keys. */

#include <stdio.h>
#include <string.h>

#include "../../irc/metadata.h"
#include "check_irc.h"

static const struct {
	const char *src, *want; /* "": none */
} keys[] = {
	{ "avatar", "avatar" },
	{ "display-name", "display-name" },
	{ "soju.im/x_1", "soju.im/x_1" },
	{ "Avatar", "avatar" },
	{ "a", "a" },
	{ "a234567890123456789012345678901",
	    "a234567890123456789012345678901" },
	{ "a2345678901234567890123456789012", "" },
	{ "", "" },
	{ ":a", "" },
	{ "a:b", "" },
	{ "a b", "" },
	{ "a*", "" },
	{ "\xc3\xa9", "" },
	{ "a\x01", "" },
};

START_TEST(test_key)
{
	char key[METADATA_KEY + 1];

	ck_assert_uint_eq(metadata_key(key, keys[_i].src),
	    strlen(keys[_i].want));
	ck_assert_str_eq(key, keys[_i].want);
}
END_TEST

static const struct {
	const char *value;
	int want;
} values[] = {
	{ "x", 1 },
	{ " ", 1 },
	{ ":x y", 1 },
	{ "\xf0\x9f\x92\x9c", 1 },
	{ "", 0 },
	{ "a\nb", 0 },
	{ "a\rb", 0 },
	{ "\xc3", 0 },
	{ "\xc3(", 0 },
	{ "\xff", 0 },
	{ "\xed\xa0\x80", 0 },
};

START_TEST(test_value)
{
	ck_assert_int_eq(metadata_value(values[_i].value), values[_i].want);
}
END_TEST

START_TEST(test_value_length)
{
	char text[METADATA_VALUE + 2];

	memset(text, 'x', sizeof(text));
	text[METADATA_VALUE] = '\0';
	ck_assert(metadata_value(text));
	text[METADATA_VALUE] = 'x';
	text[METADATA_VALUE + 1] = '\0';
	ck_assert(!metadata_value(text));
}
END_TEST

/* '+' adds, '-' removes, '?' looks; and what is in the list then. */
static const struct {
	const char *what;
	int want;
	const char *after;
} steps[] = {
	{ "?a", 0, "" },
	{ "-a", 0, "" },
	{ "+avatar", 1, "avatar" },
	{ "+avatar", 0, "avatar" },
	{ "?ava", 0, "avatar" },
	{ "?avatarx", 0, "avatar" },
	{ "+b", 1, "avatar b" },
	{ "+color", 1, "avatar b color" },
	{ "?b", 1, "avatar b color" },
	{ "?vatar", 0, "avatar b color" },
	{ "-b", 1, "avatar color" },
	{ "-b", 0, "avatar color" },
	{ "-color", 1, "avatar" },
	{ "+d", 1, "avatar d" },
	{ "-avatar", 1, "d" },
	{ "-d", 1, "" },
};

START_TEST(test_list)
{
	char list[METADATA_LIST] = "";
	const char *key;
	size_t i;
	int got;

	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		key = steps[i].what + 1;
		got = steps[i].what[0] == '+' ? metadata_list_add(list, key)
		    : steps[i].what[0] == '-'
		    ? metadata_list_remove(list, key)
		    : metadata_list_has(list, key, strlen(key));
		ck_assert_msg(got == steps[i].want, "%s", steps[i].what);
		ck_assert_str_eq(list, steps[i].after);
	}
}
END_TEST

/* As many of the longest as there can be, and no more. */
START_TEST(test_list_full)
{
	char list[METADATA_LIST] = "", key[METADATA_KEY + 1];
	int i;

	for (i = 0; i < METADATA_SUBS; i++) {
		snprintf(key, sizeof(key), "a%0*d", METADATA_KEY - 1, i);
		ck_assert_int_eq(metadata_list_add(list, key), 1);
		ck_assert_uint_eq(metadata_list_count(list), (unsigned)i + 1);
	}
	ck_assert_int_eq(metadata_list_add(list, "b"), -1);
	ck_assert_int_eq(metadata_list_add(list, key), 0);
	ck_assert_uint_eq(strlen(list), METADATA_LIST - 1);
}
END_TEST

Suite *
check_metadata(void)
{
	Suite *s = suite_create("metadata");
	TCase *tc = tcase_create("table");

	ADD_ROWS(tc, test_key, keys);
	ADD_ROWS(tc, test_value, values);
	tcase_add_test(tc, test_value_length);
	tcase_add_test(tc, test_list);
	tcase_add_test(tc, test_list_full);
	suite_add_tcase(s, tc);
	return s;
}
