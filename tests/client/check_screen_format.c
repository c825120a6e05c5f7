/* SPDX-License-Identifier: ISC */

/*
 * Formatting codes: what is left of a text, and how it looks; and that no
 * terminal can do anything with what is left.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check_client.h"
#include "client/clean.h"
#include "client/screen/format.h"
#include "irc/utf8.h"

/* WANT: "{" at each span but a plain one at the beginning: letters for its
 * attributes, then its colours, "}". */
static const struct {
	const char *name, *raw, *want;
} formats[] = {
	{ "nothing", "", "" },
	{ "plain", "hello", "hello" },
	{ "bold", "a\002b\002c", "a{b}b{}c" },
	{ "all of them", "\002\035\037\036\021\026x", "{biusmr}x" },
	{ "plain again", "\002\0034a\017b", "{b4}a{}b" },
	{ "codes with nothing between", "\002\002\002\037\037a", "{b}a" },
	{ "codes and nothing else", "\002\037", "" },
	{ "a colour", "\00304red\003 not", "{4}red{} not" },
	{ "two colours", "\0034,12x", "{4,12}x" },
	{ "two colours, one changes", "\0034,12x\0035y", "{4,12}x{5,12}y" },
	{ "a digit is text", "\003041", "{4}1" },
	{ "a comma is text", "\0034,x", "{4},x" },
	{ "a comma alone", "\003,4", ",4" },
	{ "the last colour", "\00398x", "{98}x" },
	{ "the default colour", "\0034,5a\00399,99b", "{4,5}a{}b" },
	{ "hexadecimal", "\004ff8000x", "{#ff8000}x" },
	{ "hexadecimal, two", "\004FF8000,00ff00x",
	    "{#ff8000,#00ff00}x" },
	{ "too few digits are text", "\004\004ff80xx", "ff80xx" },
	{ "hexadecimal ends", "\004ff8000x\004 y", "{#ff8000}x{} y" },
	{ "no formatting behind a line end", "\002a\nb", "{b}a{}\nb" },
	{ "CR LF", "a\r\nb", "a\nb" },
	{ "CR", "a\rb", "a b" },
	{ "a tab", "ab\tc", "ab      c" },
	{ "a tab behind a wide one", "\346\227\245\tc", "\346\227\245      c" },
	{ "a tab at a stop", "12345678\tc", "12345678        c" },
	{ "a tab on the second line", "abc\nd\te", "abc\nd       e" },
	{ "escape", "a\033[2Jb", "a\357\277\275[2Jb" },
	{ "a C1 control", "a\302\2332Jb", "a\357\277\2752Jb" },
	{ "BEL and DEL", "\007\177", "\357\277\275\357\277\275" },
	{ "cut short", "a\346\227", "a\357\277\275\357\277\275" },
	{ "overlong", "\300\200", "\357\277\275\357\277\275" },
	{ "a surrogate", "\355\240\200",
	    "\357\277\275\357\277\275\357\277\275" },
	{ "an override", "a\342\200\256b\342\200\254c", "abc" },
	{ "isolates", "\342\201\246a\342\201\251", "a" },
	{ "a line separator", "a\342\200\250b", "a b" },
	{ "a mark too many", "e\314\200\314\201\314\202\314\203\314\204\314\205"
	    "\314\206\314\207x",
	    "e\314\200\314\201\314\202\314\203\314\204\314\205x" },
	{ "a family is its members",
	    "\360\237\221\250\342\200\215\360\237\221\251",
	    "\360\237\221\250\360\237\221\251" },
	{ "a hand of no colour", "\360\237\221\213\360\237\217\275",
	    "\360\237\221\213" },
	{ "a colour of its own", "a\360\237\217\275",
	    "a\360\237\217\275" },
	{ "a heart", "\342\235\244\357\270\217x", "\342\235\244x" },
	{ "a joiner of letters",
	    "\340\244\225\340\245\215\342\200\215\340\244\267",
	    "\340\244\225\340\245\215\342\200\215\340\244\267" },
	{ "a joiner behind a blank", "\360\237\221\250 \342\200\215",
	    "\360\237\221\250 \342\200\215" },
	{ "Arabic stays in order", "\330\247\331\204 \002x",
	    "\330\247\331\204 {b}x" },
};

static void
put_colour(char *buf, size_t size, int32_t colour)
{
	size_t len = strlen(buf);

	if (colour & FORMAT_RGB && colour != FORMAT_NONE)
		snprintf(buf + len, size - len, "#%06x",
		    (unsigned int)(colour & 0xffffff));
	else if (colour != FORMAT_NONE)
		snprintf(buf + len, size - len, "%d", (int)colour);
}

static void
put_span(char *buf, size_t size, const struct format_span *s)
{
	static const char letters[] = "biusmr";
	size_t len;
	int i;

	strcat(buf, "{");
	for (i = 0; i < 6; i++) {
		len = strlen(buf);
		if (s->attributes & 1u << i)
			snprintf(buf + len, size - len, "%c", letters[i]);
	}
	put_colour(buf, size, s->fg);
	if (s->bg != FORMAT_NONE) {
		strcat(buf, ",");
		put_colour(buf, size, s->bg);
	}
	strcat(buf, "}");
}

static int
is_plain(const struct format_span *s)
{
	return s->attributes == 0 && s->fg == FORMAT_NONE &&
	    s->bg == FORMAT_NONE;
}

static void
show(char *buf, size_t size, const struct format *f)
{
	size_t i, end, len;

	*buf = '\0';
	for (i = 0; i < f->spans; i++) {
		if (i > 0 || !is_plain(&f->span[i]))
			put_span(buf, size, &f->span[i]);
		end = i + 1 < f->spans ? f->span[i + 1].from : f->len;
		len = strlen(buf);
		snprintf(buf + len, size - len, "%.*s",
		    (int)(end - f->span[i].from), f->text + f->span[i].from);
	}
}

START_TEST(format_rows)
{
	struct format f = { 0 };
	char got[512];

	ck_assert_int_eq(format_parse(&f, formats[_i].raw), 0);
	show(got, sizeof(got), &f);
	ck_assert_msg(strcmp(got, formats[_i].want) == 0, "%s: %s, not %s",
	    formats[_i].name, got, formats[_i].want);
	format_clear(&f);
}
END_TEST

/* What is shown is harmless, the same with spans or without, and its spans are
 * in order and say what format_at() says. */
static void
check_parsed(const char *raw)
{
	struct format f = { 0 }, plain = { 0 };
	uint32_t cp;
	size_t i;
	int n;

	ck_assert_int_eq(format_parse(&f, raw), 0);
	ck_assert_int_eq(format_plain(&plain, raw), 0);
	ck_assert_uint_eq(f.len, strlen(f.text));
	ck_assert_str_eq(f.text, plain.text);
	for (i = 0; i < f.len; i += (size_t)n) {
		n = utf8_decode(&cp, f.text + i, f.len - i);
		ck_assert_int_ne(n, -1);
		ck_assert(cp == '\n' || clean_classify(cp) == CLEAN_SHOWN);
	}
	ck_assert_uint_ge(f.spans, 1);
	ck_assert_uint_eq(f.span[0].from, 0);
	for (i = 0; i < f.spans; i++) {
		ck_assert(f.span[i].from < f.len || f.len == 0);
		ck_assert(i == 0 || f.span[i].from > f.span[i - 1].from);
		ck_assert_ptr_eq(format_at(&f, f.span[i].from), &f.span[i]);
	}
	format_clear(&f);
	format_clear(&plain);
}

START_TEST(any_bytes)
{
	static const char pieces[][5] = { "\002", "\003", "\0034", ",", "12",
		"\004", "abcd", "f", "\017", "\n", "\t", "\r", "\033[m",
		"\342\200", "\256", "\314\200", "\346\227\245", " ", "\377",
		"\302\200",
		"\342\200\215", "\360\237\221\250", "\357\270\217" };
	char raw[256];
	int i, n;

	srandom(1);
	for (i = 0; i < 3000; i++) {
		*raw = '\0';
		for (n = random() % 40; n > 0; n--)
			strncat(raw, pieces[random() % ROWS(pieces)], 5);
		check_parsed(raw);
	}
}
END_TEST

/* The same memory again and again. */
START_TEST(again)
{
	struct format f = { 0 };

	ck_assert_int_eq(format_parse(&f, "\002a\002b\002c"), 0);
	ck_assert_uint_eq(f.spans, 3);
	ck_assert_int_eq(format_parse(&f, ""), 0);
	ck_assert_uint_eq(f.spans, 1);
	ck_assert_str_eq(f.text, "");
	format_clear(&f);
	ck_assert_ptr_null(f.text);
}
END_TEST

Suite *
check_screen_format(void)
{
	Suite *s = suite_create("screen/format");
	TCase *tc = tcase_create("format");

	ADD_ROWS(tc, format_rows, formats);
	tcase_add_test(tc, any_bytes);
	tcase_add_test(tc, again);
	suite_add_tcase(s, tc);
	return s;
}
