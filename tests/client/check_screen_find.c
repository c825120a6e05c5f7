/* SPDX-License-Identifier: ISC */

/* Finding words, small or capital. */

#include <string.h>

#include "check_client.h"
#include "client/screen/find.h"

static const struct {
	const char *name, *words, *text;
	int from, to; /* -1: not found */
} finds[] = {
	{ "nothing", "", "abc", -1, 0 },
	{ "there", "b", "abc", 1, 2 },
	{ "not there", "d", "abc", -1, 0 },
	{ "at the end", "bc", "abc", 1, 3 },
	{ "cut off", "cd", "abc", -1, 0 },
	{ "capitals in the text", "moot", "The MOOT", 4, 8 },
	{ "capitals in the words", "MOOT", "the moot", 4, 8 },
	{ "begins twice", "aab", "aaab", 1, 4 },
	{ "German", "\303\274BER", "\303\234ber", 0, 5 },
	{ "French", "\303\211T\303\211", "\303\251t\303\251", 0, 5 },
	{ "Greek", "\316\243\316\237\316\246\316\237\316\243",
	    "\317\203\316\277\317\206\316\277\317\202", 0, 10 },
	{ "Cyrillic", "\320\274\320\270\321\200",
	    "\320\234\320\230\320\240", 0, 6 },
	{ "Cyrillic, beyond A to Ya", "\321\221", "\320\201", 0, 2 },
	{ "Armenian", "\325\241", "\324\261", 0, 2 },
	{ "wide Latin", "\357\275\201", "\357\274\241", 0, 3 },
	{ "Japanese", "\346\234\254", "\346\227\245\346\234\254", 3, 6 },
	{ "two bytes of another", "\227", "\346\227\245", -1, 0 },
	{ "formatted words", "\002b\002c", "abc", 1, 3 },
	{ "a heart", "\342\235\244\357\270\217", "\342\235\244", 0, 3 },
	{ "not a digit for a letter", "[", "{", -1, 0 },
};

START_TEST(find_rows)
{
	struct find f;
	size_t from = 0, to = 0;
	int found;

	find_set(&f, finds[_i].words);
	found = find_next(&f, finds[_i].text, strlen(finds[_i].text), 0, &from,
	    &to);
	ck_assert_msg(found == (finds[_i].from != -1), "%s", finds[_i].name);
	if (!found)
		return;
	ck_assert_msg((int)from == finds[_i].from && (int)to == finds[_i].to,
	    "%s: %zu to %zu", finds[_i].name, from, to);
}
END_TEST

START_TEST(again)
{
	struct find f;
	size_t from, to;

	find_set(&f, "ab");
	ck_assert(find_next(&f, "ab AB", 5, 0, &from, &to));
	ck_assert(find_next(&f, "ab AB", 5, to, &from, &to));
	ck_assert_uint_eq(from, 3);
	ck_assert(!find_next(&f, "ab AB", 5, to, &from, &to));
}
END_TEST

Suite *
check_screen_find(void)
{
	Suite *s = suite_create("screen/find");
	TCase *tc = tcase_create("find");

	ADD_ROWS(tc, find_rows, finds);
	tcase_add_test(tc, again);
	suite_add_tcase(s, tc);
	return s;
}
