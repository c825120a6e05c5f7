/* SPDX-License-Identifier: ISC */

/*
 * Wrapping: rows of many scripts, and for any text that its rows are the text,
 * no wider than there is room, as many as was said, and cut no grapheme.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check_client.h"
#include "client/input/grapheme.h"
#include "client/screen/wrap.h"

#define MAN "\360\237\221\250"
#define WOMAN "\360\237\221\251"
#define ZWJ "\342\200\215"
#define HEART "\342\235\244\357\270\217"
#define HAND "\360\237\221\213\360\237\217\275"
#define FLAG "\360\237\207\251\360\237\207\252"
#define NIHONGO "\346\227\245\346\234\254\350\252\236"
#define KUTEN "\343\200\202"
#define LENTICULAR "\343\200\214"
#define SHALOM "\327\251\327\234\327\225\327\235"
#define SALAM "\330\263\331\204\330\247\331\205"
#define KI "\340\244\225\340\244\277"
#define KSHI "\340\244\225\340\245\215\340\244\267\340\244\277"
#define ZWSP "\342\200\213"
#define NBSP "\302\240"

static const struct {
	const char *name, *text;
	int width;
	const char *want;
} wraps[] = {
	{ "nothing", "", 5, "" },
	{ "fits", "hello", 5, "hello" },
	{ "words", "one two three", 7, "one two|three" },
	{ "words, exactly", "one two", 3, "one|two" },
	{ "spaces hang", "one   two", 4, "one|two" },
	{ "spaces at the end fit", "one  ", 5, "one  " },
	{ "spaces at the end hang", "one    ", 5, "one" },
	{ "indented", "  one two", 6, "  one|two" },
	{ "blank", "     ", 3, "" },
	{ "a long word", "abcdefgh", 3, "abc|def|gh" },
	{ "a long word behind another", "a bcdefgh", 3, "a|bcd|efg|h" },
	{ "one column", "ab c", 1, "a|b|c" },
	{ "lines", "a\nb", 9, "a|b" },
	{ "an empty line", "a\n\nb", 9, "a||b" },
	{ "a line end at the end", "a\n", 9, "a|" },
	{ "a line end at the edge", "abc\nd", 3, "abc|d" },
	{ "a line end behind spaces", "abc  \nd", 3, "abc|d" },
	{ "nothing but line ends", "\n\n", 3, "||" },
	{ "no break space", "a" NBSP "b c", 3, "a" NBSP "b|c" },
	{ "zero width space", "ab" ZWSP "cd", 3, "ab" ZWSP "|cd" },
	{ "Japanese", NIHONGO NIHONGO, 8,
	    NIHONGO "\346\227\245|\346\234\254\350\252\236" },
	{ "wide at the edge", NIHONGO, 5, "\346\227\245\346\234\254|"
	    "\350\252\236" },
	{ "wide and no room", NIHONGO, 1,
	    "\346\227\245|\346\234\254|\350\252\236" },
	{ "no row begins with a full stop", NIHONGO KUTEN, 6,
	    "\346\227\245\346\234\254|\350\252\236" KUTEN },
	{ "no row ends with a bracket",
	    "\346\227\245" LENTICULAR "\346\227\245", 4,
	    "\346\227\245|" LENTICULAR "\346\227\245" },
	{ "Latin in Japanese", "\346\227\245abc\346\227\245", 4,
	    "\346\227\245|abc|\346\227\245" },
	{ "Hebrew", SHALOM " " SHALOM, 6, SHALOM "|" SHALOM },
	{ "Arabic in English", "say " SALAM " now", 8, "say " SALAM "|now" },
	{ "Devanagari", KI KI, 3, KI "|" KI },
	{ "Hangul", "\355\225\234\352\270\200 \352\270\200", 5,
	    "\355\225\234\352\270\200|\352\270\200" },
	{ "accents of their own", "e\314\201e\314\201e\314\201", 2,
	    "e\314\201e\314\201|e\314\201" },
	{ "a family", "ab" MAN ZWJ WOMAN "c", 4, "ab|" MAN ZWJ WOMAN "|c" },
	{ "a family and no room", MAN ZWJ WOMAN, 2, MAN ZWJ "|" WOMAN },
	{ "a heart", "ab" HEART, 2, "ab|" HEART },
	{ "a hand", "ab" HAND, 5, "ab|" HAND },
	{ "flags", FLAG FLAG, 3, FLAG "|" FLAG },
	{ "a mark at the beginning", "\314\201ab", 1, "\314\201a|b" },
	{ "a long address", "see https://example.org/abc", 10,
	    "see|https://ex|ample.org/|abc" },
};

/* The rows of a text, with '|' between. */
static void
show(char *buf, size_t size, const char *text, int width)
{
	struct wrap_row r;
	size_t at, len = 0;

	for (at = 0;; at = r.next) {
		wrap_row(text, strlen(text), at, width, &r);
		len += (size_t)snprintf(buf + len, size - len, "%s%.*s",
		    at > 0 || r.from > 0 ? "|" : "", (int)(r.to - r.from),
		    text + r.from);
		if (r.last)
			break;
	}
}

START_TEST(wrap_rows)
{
	char got[256];

	show(got, sizeof(got), wraps[_i].text, wraps[_i].width);
	ck_assert_msg(strcmp(got, wraps[_i].want) == 0, "%s: %s, not %s",
	    wraps[_i].name, got, wraps[_i].want);
}
END_TEST

static int
is_blank(const char *text, size_t from, size_t to)
{
	while (from < to && text[from] == ' ')
		from++;
	return from == to || (from + 1 == to && text[from] == '\n');
}

/* What holds of the rows of every text. */
static void
check_rows(const char *text, int width)
{
	size_t len = strlen(text), at = 0, rows = 0, g;
	struct wrap_row r;

	do {
		wrap_row(text, len, at, width, &r);
		ck_assert_uint_eq(r.from, at);
		ck_assert_uint_le(r.from, r.to);
		ck_assert_uint_le(r.to, r.next);
		ck_assert_uint_le(r.next, len);
		ck_assert(is_blank(text, r.to, r.next));
		ck_assert_ptr_null(memchr(text + r.from, '\n',
		    r.to - r.from));
		ck_assert_int_eq(r.columns,
		    grapheme_columns(text + r.from, r.to - r.from));
		/* One that had no room may be wider, and may be cut. */
		g = r.from < r.to ? grapheme_after(text, len, r.from) : r.to;
		ck_assert(r.columns <= width || r.to <= g);
		while (g < r.to)
			g = grapheme_after(text, len, g);
		ck_assert(g == r.to || grapheme_columns(text + r.from,
		    g - r.from) > width);
		ck_assert(r.last || r.next > at);
		ck_assert(!r.last || r.next == len);
		at = r.next;
		rows++;
	} while (!r.last);
	ck_assert_uint_eq(wrap_height(text, len, width, width), rows);
}

static const char pieces[][24] = { "a", "bc", "word", " ", "  ", "\n", "-",
	NIHONGO, KUTEN, LENTICULAR, SHALOM, SALAM, KSHI, ZWSP, NBSP, HEART,
	MAN ZWJ WOMAN, HAND, FLAG, "\314\201", "e\314\201", ZWJ, "(", ")",
	"\357\277\275", "\360\237\207\251", "\356\200\200" };

START_TEST(any_text)
{
	char text[1024];
	int i, n;

	srandom(2);
	for (i = 0; i < 4000; i++) {
		*text = '\0';
		for (n = random() % 30; n > 0; n--)
			strcat(text, pieces[random() % ROWS(pieces)]);
		check_rows(text, 1 + (int)(random() % 24));
	}
}
END_TEST

/* The first row may have another width than the others. */
START_TEST(first_row)
{
	ck_assert_uint_eq(wrap_height("one two three", 13, 3, 13), 2);
	ck_assert_uint_eq(wrap_height("one two three", 13, 13, 3), 1);
	ck_assert_uint_eq(wrap_height("one two three", 13, 7, 3), 3);
	ck_assert_uint_eq(wrap_height("", 0, 1, 1), 1);
	ck_assert_uint_eq(wrap_height("a\n", 2, 5, 5), 2);
}
END_TEST

static const struct {
	const char *text;
	int width;
	size_t want;
} fits[] = {
	{ "abc", 2, 2 },
	{ "abc", 3, 3 },
	{ "abc", 0, 0 },
	{ NIHONGO, 3, 3 },
	{ "e\314\201x", 1, 3 },
	{ MAN ZWJ WOMAN, 3, 0 },
	{ "a\nb", 9, 1 },
};

START_TEST(fit_rows)
{
	ck_assert_uint_eq(wrap_fit(fits[_i].text, strlen(fits[_i].text),
	    fits[_i].width), fits[_i].want);
}
END_TEST

Suite *
check_screen_wrap(void)
{
	Suite *s = suite_create("screen/wrap");
	TCase *tc = tcase_create("wrap");

	ADD_ROWS(tc, wrap_rows, wraps);
	ADD_ROWS(tc, fit_rows, fits);
	tcase_add_test(tc, any_text);
	tcase_add_test(tc, first_row);
	suite_add_tcase(s, tc);
	return s;
}
