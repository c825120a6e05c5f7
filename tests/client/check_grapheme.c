/* SPDX-License-Identifier: ISC */

/* Graphemes: where they end, forwards and back. */

#include <string.h>

#include "../../client/input/grapheme.h"
#include "check_client.h"

/* WANT has how many bytes each of them has. */
static const struct {
	const char *name, *text;
	size_t want[6];
	int columns;
} texts[] = {
	{ "ASCII", "ab", { 1, 1 }, 2 },
	{ "a letter of two bytes", "\303\244b", { 2, 1 }, 2 },
	{ "a mark", "e\314\201b", { 3, 1 }, 2 },
	{ "marks", "e\314\201\314\202\314\203", { 7 }, 1 },
	{ "a mark at the beginning", "\314\201a", { 2, 1 }, 1 },
	{ "wide", "\346\274\242\345\255\227", { 3, 3 }, 4 },
	{ "a sign that has a width", "\340\244\225\340\244\276a", { 6, 1 },
	    3 },
	{ "a family", "\360\237\221\250\342\200\215\360\237\221\251a",
	    { 11, 1 }, 5 },
	{ "joined to a letter", "a\342\200\215\360\237\221\251", { 4, 4 },
	    3 },
	{ "a colour of skin", "\360\237\221\215\360\237\217\275", { 8 }, 4 },
	{ "a chosen form", "\342\235\244\357\270\217a", { 6, 1 }, 2 },
	{ "two flags", "\360\237\207\251\360\237\207\252\360\237\207\253"
	    "\360\237\207\267", { 8, 8 }, 4 },
	{ "a flag and a half", "\360\237\207\251\360\237\207\252\360\237\207"
	    "\253a", { 8, 4, 1 }, 4 },
	{ "a line end", "a\n\314\201b", { 1, 1, 2, 1 }, 2 },
	{ "no character", "a\377\303b", { 1, 1, 1, 1 }, 4 },
	{ "no beginning", "\200\200a", { 1, 1, 1 }, 3 },
};

START_TEST(both_ways)
{
	const char *s = texts[_i].text;
	size_t len = strlen(s), at = 0, to;
	int i;

	for (i = 0; at < len; at = to) {
		to = grapheme_after(s, len, at);
		ck_assert_msg(to - at == texts[_i].want[i++], "%s: %zu to %zu",
		    texts[_i].name, at, to);
		ck_assert_msg(grapheme_before(s, len, to) == at,
		    "%s: back from %zu to %zu, not %zu", texts[_i].name, to,
		    grapheme_before(s, len, to), at);
	}
	ck_assert_uint_eq(texts[_i].want[i], 0);
	ck_assert_uint_eq(grapheme_before(s, len, 0), 0);
}
END_TEST

START_TEST(columns)
{
	int got = grapheme_columns(texts[_i].text, strlen(texts[_i].text));

	ck_assert_msg(got == texts[_i].columns, "%s: %d", texts[_i].name, got);
}
END_TEST

Suite *
check_grapheme(void)
{
	Suite *s = suite_create("grapheme");
	TCase *tc = tcase_create("grapheme");

	ADD_ROWS(tc, both_ways, texts);
	ADD_ROWS(tc, columns, texts);
	suite_add_tcase(s, tc);
	return s;
}
