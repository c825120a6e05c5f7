/* SPDX-License-Identifier: ISC */

/* Masks: matching, also of those made to take for ever, and completing. */

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../../irc/mask.h"
#include "check_irc.h"

static const struct {
	const char *mask, *text;
	int want;
} matches[] = {
	{ "", "", 1 },
	{ "", "a", 0 },
	{ "a", "", 0 },
	{ "a", "a", 1 },
	{ "a", "b", 0 },
	{ "a", "ab", 0 },
	{ "ab", "a", 0 },
	{ "AnN", "aNn", 1 },
	{ "[", "{", 0 },
	{ "@", "`", 0 },
	{ "*", "", 1 },
	{ "*", "anything at all", 1 },
	{ "**", "", 1 },
	{ "***", "abc", 1 },
	{ "?", "", 0 },
	{ "?", "a", 1 },
	{ "?", "ab", 0 },
	{ "??", "ab", 1 },
	{ "?*", "", 0 },
	{ "?*", "a", 1 },
	{ "*?", "", 0 },
	{ "*?", "abc", 1 },
	{ "*?*?*", "a", 0 },
	{ "*?*?*", "ab", 1 },
	{ "a*", "a", 1 },
	{ "a*", "abc", 1 },
	{ "a*", "ba", 0 },
	{ "*c", "abc", 1 },
	{ "*c", "abcd", 0 },
	{ "*c", "abcc", 1 },
	{ "a*c", "ac", 1 },
	{ "a*c", "abbbc", 1 },
	{ "a*c", "abcb", 0 },
	{ "a*b*c", "axbxbxc", 1 },
	{ "a*b*c", "acb", 0 },
	{ "*ab*ab*", "ab", 0 },
	{ "*ab*ab*", "abab", 1 },
	{ "*aab", "aaab", 1 },
	{ "*a?b", "aab", 1 },
	{ "*a?b", "acacb", 1 },
	{ "*!*@*.example.com", "n!u@a.example.com", 1 },
	{ "*!*@*.EXAMPLE.com", "N!u@b.c.Example.COM", 1 },
	{ "*!*@*.example.com", "n!u@example.com", 0 },
	{ "\\*", "*", 1 },
	{ "\\*", "a", 0 },
	{ "\\*", "\\a", 0 },
	{ "\\?", "?", 1 },
	{ "\\?", "a", 0 },
	{ "a\\*b*", "a*bc", 1 },
	{ "a\\*b*", "axbc", 0 },
	{ "*\\*", "abc*", 1 },
	{ "*\\*", "abc", 0 },
	{ "\\", "\\", 1 },
	{ "\\a", "\\a", 1 },
	{ "\\a", "a", 0 },
	{ "a\\", "a\\", 1 },
	{ "a\\", "a", 0 },
	{ "\\\\", "\\\\", 1 },
	{ "\\\\", "\\", 0 },
	{ "?", "\xc3\xa9", 1 },
	{ "??", "\xc3\xa9", 0 },
	{ "a?c", "a\xe2\x82\xac" "c", 1 },
	{ "*?c", "\xf0\x9f\x98\x80" "c", 1 },
	{ "*??c", "\xf0\x9f\x98\x80" "c", 0 },
	{ "?", "\xff", 1 },
	{ "?", "\xc3", 1 },
	{ "??", "\xff\xfe", 1 },
	{ "*\xa9", "\xc3\xa9", 0 }, /* a star takes whole characters */
	{ "\xc3\x84", "\xc3\xa4", 0 },
};

START_TEST(test_match)
{
	int got = mask_match(matches[_i].mask, matches[_i].text);

	ck_assert_msg(got == matches[_i].want, "'%s' '%s': %d",
	    matches[_i].mask, matches[_i].text, got);
}
END_TEST

/* "*a*a...*b" and its like on "aaa...": the work is mask times text. */
static const struct {
	const char *name, *unit, *end;
	int want;
} bombs[] = {
	{ "stars", "*a", "*b", 0 },
	{ "stars that match", "*a", "*", 1 },
	{ "stars and question marks", "*?", "b", 0 },
	{ "doubled stars", "**a", "b", 0 },
	{ "long pieces", "*aaaaaaaa", "b", 0 },
	{ "question marks", "*????????", "b", 0 },
};

START_TEST(test_bomb)
{
	enum { TEXT = 8000, MASK = 4000 };
	char *text = malloc(TEXT + 1), *mask = malloc(MASK + 16);
	size_t n;
	clock_t start = clock();

	ck_assert(text != NULL && mask != NULL);
	memset(text, 'a', TEXT);
	text[TEXT] = '\0';
	mask[0] = '\0';
	for (n = 0; n < MASK; n += strlen(bombs[_i].unit))
		strcpy(mask + n, bombs[_i].unit);
	strcpy(mask + n, bombs[_i].end);
	ck_assert_msg(mask_match(mask, text) == bombs[_i].want, "%s",
	    bombs[_i].name);
	/* 32 million steps at most; some slow machines have sanitizers. */
	ck_assert_msg(clock() - start < 3 * CLOCKS_PER_SEC, "%s: too long",
	    bombs[_i].name);
	free(text);
	free(mask);
}
END_TEST

static const struct {
	const char *src;
	size_t size;
	int want;
	const char *mask;
} completes[] = {
	{ "nick", 64, 0, "nick!*@*" },
	{ "", 64, 0, "*!*@*" },
	{ "*", 64, 0, "*!*@*" },
	{ "ni*", 64, 0, "ni*!*@*" },
	{ "nick!user", 64, 0, "nick!user@*" },
	{ "user@host", 64, 0, "*!user@host" },
	{ "nick!user@host", 64, 0, "nick!user@host" },
	{ "a.example", 64, 0, "*!*@a.example" },
	{ "*.example", 64, 0, "*!*@*.example" },
	{ "::1", 64, 0, "*!*@::1" },
	{ "2001:db8::*", 64, 0, "*!*@2001:db8::*" },
	{ "user@a.example", 64, 0, "*!user@a.example" },
	{ "nick!a.b", 64, 0, "nick!a.b@*" },
	{ "*!~evan@*", 64, 0, "*!evan@*" },
	{ "~a!~~b~@~c", 64, 0, "~a!b~@~c" },
	{ "*!~*@*", 64, 0, "*!*@*" },
	{ "*!~@*", 64, 0, "*!*@*" },
	{ "~user@host", 64, 0, "*!user@host" },
	{ "!", 64, 0, "*!*@*" },
	{ "@", 64, 0, "*!*@*" },
	{ "!@", 64, 0, "*!*@*" },
	{ "!user@", 64, 0, "*!user@*" },
	{ "@host", 64, 0, "*!*@host" },
	{ "nick!", 64, 0, "nick!*@*" },
	{ "**", 64, 0, "*!*@*" },
	{ "a**b***c!**@**", 64, 0, "a*b*c!*@*" },
	{ "*?*", 64, 0, "*?*!*@*" },
	{ "a\\**b", 64, 0, "a\\**b!*@*" },
	{ "a\\***b", 64, 0, "a\\**b!*@*" },
	{ "\xc3\xa9ric", 64, 0, "\xc3\xa9ric!*@*" },
	{ "nick", 9, 0, "nick!*@*" },
	{ "nick", 8, -1, "nick!*@" },
	{ "nick", 1, -1, "" },
	{ "a b", 64, -1, "a b!*@*" },
	{ "a\x01", 64, -1, "a\x01!*@*" },
	{ "a\x7f", 64, -1, "a\x7f!*@*" },
	{ ":a!b@c", 64, -1, ":a!b@c" },
};

START_TEST(test_complete)
{
	size_t size = completes[_i].size;
	char *buf = malloc(size);

	ck_assert_ptr_nonnull(buf);
	ck_assert_msg(
	    mask_complete(buf, size, completes[_i].src) == completes[_i].want,
	    "'%s'", completes[_i].src);
	ck_assert_msg(strcmp(buf, completes[_i].mask) == 0, "'%s': %s",
	    completes[_i].src, buf);
	free(buf);
}
END_TEST

START_TEST(test_complete_no_room)
{
	char c = '?';

	ck_assert_int_eq(mask_complete(&c, 0, "a"), -1);
	ck_assert_int_eq(c, '?');
}
END_TEST

START_TEST(test_wild)
{
	ck_assert(mask_is_wild("*"));
	ck_assert(mask_is_wild("a?"));
	ck_assert(mask_is_wild("#a*b"));
	ck_assert(!mask_is_wild(""));
	ck_assert(!mask_is_wild("a.b\\c"));
}
END_TEST

Suite *
check_mask(void)
{
	Suite *s = suite_create("mask");
	TCase *tc = tcase_create("table");

	ADD_ROWS(tc, test_match, matches);
	ADD_ROWS(tc, test_bomb, bombs);
	ADD_ROWS(tc, test_complete, completes);
	tcase_add_test(tc, test_complete_no_room);
	tcase_add_test(tc, test_wild);
	suite_add_tcase(s, tc);
	return s;
}
