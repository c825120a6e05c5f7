/* SPDX-License-Identifier: ISC */

/* UTF-8: one character, whole texts, cutting, columns. */

#include <stdlib.h>
#include <string.h>

#include "../../irc/utf8.h"
#include "check_irc.h"

/* S of LEN bytes in memory of exactly that size, for the caller to free. */
static char *
copy(const char *s, size_t len)
{
	char *p = malloc(len > 0 ? len : 1);

	ck_assert_ptr_nonnull(p);
	memcpy(p, s, len);
	return p;
}

static const struct {
	const char *name, *s;
	size_t len;
	int want;
	uint32_t cp;
} decodes[] = {
	{ "nothing", "", 0, -1, 0 },
	{ "NUL", "\0", 1, 1, 0 },
	{ "ASCII", "a", 1, 1, 'a' },
	{ "ASCII and more", "ab", 2, 1, 'a' },
	{ "U+007F", "\x7f", 1, 1, 0x7f },
	{ "U+0080", "\xc2\x80", 2, 2, 0x80 },
	{ "U+07FF", "\xdf\xbf", 2, 2, 0x7ff },
	{ "U+0800", "\xe0\xa0\x80", 3, 3, 0x800 },
	{ "U+20AC", "\xe2\x82\xac", 3, 3, 0x20ac },
	{ "U+D7FF", "\xed\x9f\xbf", 3, 3, 0xd7ff },
	{ "U+D800", "\xed\xa0\x80", 3, -1, 0 },
	{ "U+DFFF", "\xed\xbf\xbf", 3, -1, 0 },
	{ "a pair", "\xed\xa0\xbd\xed\xb8\x80", 6, -1, 0 },
	{ "U+E000", "\xee\x80\x80", 3, 3, 0xe000 },
	{ "U+FFFD", "\xef\xbf\xbd", 3, 3, 0xfffd },
	{ "U+FFFF", "\xef\xbf\xbf", 3, 3, 0xffff },
	{ "U+10000", "\xf0\x90\x80\x80", 4, 4, 0x10000 },
	{ "U+1F600", "\xf0\x9f\x98\x80", 4, 4, 0x1f600 },
	{ "U+10FFFF", "\xf4\x8f\xbf\xbf", 4, 4, 0x10ffff },
	{ "U+110000", "\xf4\x90\x80\x80", 4, -1, 0 },
	{ "F5", "\xf5\x80\x80\x80", 4, -1, 0 },
	{ "five bytes", "\xf8\x88\x80\x80\x80", 5, -1, 0 },
	{ "FE", "\xfe", 1, -1, 0 },
	{ "FF", "\xff", 1, -1, 0 },
	{ "overlong slash, two", "\xc0\xaf", 2, -1, 0 },
	{ "overlong, largest of two", "\xc1\xbf", 2, -1, 0 },
	{ "overlong slash, three", "\xe0\x80\xaf", 3, -1, 0 },
	{ "overlong, largest of three", "\xe0\x9f\xbf", 3, -1, 0 },
	{ "overlong slash, four", "\xf0\x80\x80\xaf", 4, -1, 0 },
	{ "overlong, largest of four", "\xf0\x8f\xbf\xbf", 4, -1, 0 },
	{ "continuation first", "\x80", 1, -1, 0 },
	{ "continuation first, last", "\xbf\x80", 2, -1, 0 },
	{ "cut short, two", "\xc3", 1, -1, 0 },
	{ "cut short, three", "\xe2\x82", 2, -1, 0 },
	{ "cut short, four", "\xf0\x9f\x98", 3, -1, 0 },
	{ "broken off, two", "\xc3" "a", 2, -1, 0 },
	{ "broken off, three", "\xe2\x82" "a", 3, -1, 0 },
	{ "broken off, four", "\xf0\x9f\x98\xc0", 4, -1, 0 },
};

START_TEST(test_decode)
{
	char *s = copy(decodes[_i].s, decodes[_i].len);
	uint32_t cp = 0;
	int n = utf8_decode(&cp, s, decodes[_i].len);

	ck_assert_msg(n == decodes[_i].want, "%s: %d", decodes[_i].name, n);
	if (n > 0)
		ck_assert_msg(cp == decodes[_i].cp, "%s: U+%04X",
		    decodes[_i].name, cp);
	free(s);
}
END_TEST

/* Encodes any number in as many bytes as asked, right or wrong. */
static void
encode(char *s, uint32_t cp, int bytes)
{
	static const unsigned char first[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	int i;

	for (i = bytes - 1; i > 0; i--, cp >>= 6)
		s[i] = (char)(0x80 | (cp & 0x3f));
	s[0] = (char)(first[bytes] | cp);
}

/* Every number that fits, in two, three and four bytes. */
START_TEST(test_decode_all)
{
	static const uint32_t low[] = { 0, 0, 0x80, 0x800, 0x10000 };
	static const uint32_t high[] = { 0, 0, 0x800, 0x10000, 0x200000 };
	uint32_t cp, got;
	int bytes, n, valid;
	char s[4], back[4];

	for (bytes = 2; bytes <= 4; bytes++)
		for (cp = 0; cp < high[bytes]; cp++) {
			encode(s, cp, bytes);
			valid = cp >= low[bytes] && cp <= 0x10ffff &&
			    (cp < 0xd800 || cp > 0xdfff);
			n = utf8_decode(&got, s, (size_t)bytes);
			if (n != (valid ? bytes : -1) || (n > 0 && got != cp))
				ck_abort_msg("U+%04X in %d: %d", cp, bytes, n);
			if (valid && (utf8_encode(back, cp) != n ||
			    memcmp(back, s, (size_t)n) != 0))
				ck_abort_msg("U+%04X is encoded otherwise", cp);
		}
}
END_TEST

static const struct {
	const char *name, *s;
	size_t len;
	int want;
} texts[] = {
	{ "nothing", "", 0, 1 },
	{ "ASCII", "hello", 5, 1 },
	{ "eight", "12345678", 8, 1 },
	{ "NULs", "a\0b\0", 4, 1 },
	{ "mixed", "12345678\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80x", 18, 1 },
	{ "bad first", "\xff" "2345678", 8, 0 },
	{ "bad eighth", "1234567\xff", 8, 0 },
	{ "bad ninth", "12345678\xff", 9, 0 },
	{ "bad sixteenth", "123456789012345\x80", 16, 0 },
	{ "bad behind UTF-8", "\xc3\xa9\xa9", 3, 0 },
	{ "cut short at the end", "12345678\xe2\x82", 10, 0 },
	{ "across eight", "1234567\xc3\xa9", 9, 1 },
	{ "surrogate", "1234567890\xed\xa0\x80", 13, 0 },
};

START_TEST(test_valid)
{
	char *s = copy(texts[_i].s, texts[_i].len);

	ck_assert_msg(utf8_valid(s, texts[_i].len) == texts[_i].want, "%s",
	    texts[_i].name);
	free(s);
}
END_TEST

static const struct {
	const char *name, *s;
	size_t len, max, want;
} cuts[] = {
	{ "nothing", "", 0, 5, 0 },
	{ "shorter", "abc", 3, 5, 3 },
	{ "as long", "abc", 3, 3, 3 },
	{ "ASCII", "abcdef", 6, 3, 3 },
	{ "to nothing", "abc", 3, 0, 0 },
	{ "UTF-8 to nothing", "\xc3\xa9", 2, 0, 0 },
	{ "two, inside", "a\xc3\xa9" "b", 4, 2, 1 },
	{ "two, behind", "a\xc3\xa9" "b", 4, 3, 3 },
	{ "three, inside 1", "a\xe2\x82\xac", 4, 2, 1 },
	{ "three, inside 2", "a\xe2\x82\xac", 4, 3, 1 },
	{ "three, before", "a\xe2\x82\xac", 4, 1, 1 },
	{ "four, inside 1", "a\xf0\x9f\x98\x80", 5, 2, 1 },
	{ "four, inside 2", "a\xf0\x9f\x98\x80", 5, 3, 1 },
	{ "four, inside 3", "a\xf0\x9f\x98\x80", 5, 4, 1 },
	{ "four, behind", "a\xf0\x9f\x98\x80" "b", 6, 5, 5 },
	{ "first of all", "\xf0\x9f\x98\x80", 4, 3, 0 },
	{ "invalid: where it is", "\xff\xff\xff", 3, 2, 2 },
	{ "continuations only", "\x80\x80\x80\x80\x80\x80", 6, 5, 5 },
	{ "broken off before", "a\xe2\x82" "bc", 5, 3, 3 },
	{ "broken off at the end", "abc\xe2\x82", 5, 4, 4 },
	{ "one too many", "\xc3\xa9\xa9\xa9", 4, 3, 3 },
};

static const struct {
	const char *text, *want;
} mended[] = {
	{ "", "" },
	{ "plain", "plain" },
	{ "caf\xc3\xa9 caf\xe9", "caf\xc3\xa9 caf?" },
	{ "\xff\xfe", "??" },
	{ "0123456\xe2\x82\xac\xe2\x82", "0123456\xe2\x82\xac??" },
	{ "\xed\xa0\x80x", "???x" },
};

START_TEST(test_mend)
{
	char text[64];

	strcpy(text, mended[_i].text);
	utf8_mend(text, strlen(text));
	ck_assert_str_eq(text, mended[_i].want);
}
END_TEST

START_TEST(test_cut)
{
	char *s = copy(cuts[_i].s, cuts[_i].len);
	size_t n = utf8_cut(s, cuts[_i].len, cuts[_i].max);

	ck_assert_msg(n == cuts[_i].want, "%s: %zu", cuts[_i].name, n);
	free(s);
}
END_TEST

static const struct {
	uint32_t cp;
	int want;
} widths[] = {
	{ 0, 0 },
	{ 0x1b, 0 },
	{ 0x1f, 0 },
	{ ' ', 1 },
	{ '~', 1 },
	{ 0x7f, 0 },
	{ 0x80, 0 },
	{ 0x9f, 0 },
	{ 0xa0, 1 },
	{ 0xe9, 1 },
	{ 0x2ff, 1 },
	{ 0x300, 0 },    /* combining grave, the first */
	{ 0x36f, 0 },    /* the last of its range */
	{ 0x370, 1 },
	{ 0x483, 0 },
	{ 0x10ff, 1 },
	{ 0x1100, 2 },   /* Hangul jamo */
	{ 0x115f, 2 },
	{ 0x1160, 0 },   /* its medial vowels */
	{ 0x200b, 0 },   /* zero width space */
	{ 0x200d, 0 },   /* joiner */
	{ 0x20ac, 1 },
	{ 0x2500, 1 },   /* box drawing */
	{ 0x3000, 2 },
	{ 0x302a, 0 },
	{ 0x303f, 1 },
	{ 0x3042, 2 },   /* hiragana */
	{ 0x4e2d, 2 },   /* Han */
	{ 0xac00, 2 },   /* Hangul */
	{ 0xd7a3, 2 },
	{ 0xfe0f, 0 },   /* variation selector */
	{ 0xff01, 2 },
	{ 0xff61, 1 },   /* halfwidth */
	{ 0x1f600, 2 },  /* emoji */
	{ 0x20000, 2 },
	{ 0xe0100, 0 },
	{ 0xe01ef, 0 },  /* the last of the table */
	{ 0xe01f0, 1 },
	{ 0x10ffff, 1 },
	{ 0xffffffff, 1 },
};

START_TEST(test_width)
{
	int w = utf8_width(widths[_i].cp);

	ck_assert_msg(w == widths[_i].want, "U+%04X: %d", widths[_i].cp, w);
}
END_TEST

Suite *
check_utf8(void)
{
	Suite *s = suite_create("utf8");
	TCase *tc = tcase_create("table");

	ADD_ROWS(tc, test_decode, decodes);
	tcase_add_test(tc, test_decode_all);
	ADD_ROWS(tc, test_valid, texts);
	ADD_ROWS(tc, test_mend, mended);
	ADD_ROWS(tc, test_cut, cuts);
	ADD_ROWS(tc, test_width, widths);
	suite_add_tcase(s, tc);
	return s;
}
