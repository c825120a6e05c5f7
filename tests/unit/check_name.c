/* SPDX-License-Identifier: ISC */

/* Names of users and rooms: comparing, hashing, folding, validity. */

#include <stdlib.h>
#include <string.h>

#include "../../irc/name.h"
#include "check_irc.h"

static const struct {
	const char *a, *b;
	int want;
} pairs[] = {
	{ "", "", 0 },
	{ "ann", "ann", 0 },
	{ "ann", "ANN", 0 },
	{ "AnN", "aNn", 0 },
	{ "a", "", 1 },
	{ "ann", "anna", -1 },
	{ "Ann", "ANNA", -1 },
	{ "b", "A", 1 },
	{ "B", "a", 1 },
	{ "a", "Z", -1 },
	{ "z", "{", -1 },
	{ "Z", "[", 1 }, /* 'z' comes behind '[' */
	{ "[", "{", -1 }, /* ascii, not rfc1459 */
	{ "]", "}", -1 },
	{ "\\", "|", -1 },
	{ "^", "~", -1 },
	{ "@", "`", -1 },
	{ "\xc3\x84", "\xc3\xa4", -1 }, /* no folding beyond ASCII */
	{ "a", "\xc3\xa4", -1 }, /* bytes have no sign */
};

START_TEST(test_cmp)
{
	const char *a = pairs[_i].a, *b = pairs[_i].b;

	ck_assert_msg(name_cmp(a, b) == pairs[_i].want, "%s %s", a, b);
	ck_assert_msg(name_cmp(b, a) == -pairs[_i].want, "%s %s", b, a);
	ck_assert_msg(
	    (name_hash(a) == name_hash(b)) == (pairs[_i].want == 0),
	    "hashes of %s and %s", a, b);
}
END_TEST

/* The published values of FNV-1a. */
START_TEST(test_hash)
{
	ck_assert_uint_eq(name_hash(""), 0x811c9dc5);
	ck_assert_uint_eq(name_hash("a"), 0xe40c292c);
	ck_assert_uint_eq(name_hash("foobar"), 0xbf9cf968);
	ck_assert_uint_eq(name_hash("FOOBAR"), 0xbf9cf968);
}
END_TEST

static const struct {
	const char *name, *src;
	size_t size;
	const char *want;
} folds[] = {
	{ "letters", "AzZ09", 32, "azz09" },
	{ "beside the letters", "@[`{", 32, "@[`{" },
	{ "no more than ASCII", "[]\\^\xc3\x84", 32, "[]\\^\xc3\x84" },
	{ "empty", "", 32, "" },
	{ "just fits", "ABC", 4, "abc" },
	{ "cut", "ABC", 3, "ab" },
	{ "cut between characters", "A\xc3\x84", 3, "a" },
	{ "cut to nothing", "ABC", 1, "" },
};

START_TEST(test_fold)
{
	size_t size = folds[_i].size;
	char *buf = malloc(size), c = '?';

	ck_assert_ptr_nonnull(buf);
	name_fold(buf, folds[_i].src, size);
	ck_assert_msg(strcmp(buf, folds[_i].want) == 0, "%s: %s",
	    folds[_i].name, buf);
	free(buf);
	name_fold(&c, "a", 0);
	ck_assert_int_eq(c, '?');
}
END_TEST

#define X10 "xxxxxxxxxx"

static const struct {
	const char *name, *nick;
	int want;
} nicks[] = {
	{ "empty", "", 0 },
	{ "letter", "a", 1 },
	{ "Z", "Z", 1 },
	{ "digit first", "1a", 0 },
	{ "digit later", "a1", 1 },
	{ "hyphen first", "-a", 0 },
	{ "hyphen later", "a-", 1 },
	{ "all specials", "[]\\`_^{|}", 1 },
	{ "each letter", "azAZ09-", 1 },
	{ "tilde", "a~", 0 },
	{ "space", "a b", 0 },
	{ "dot", "a.b", 0 },
	{ "bang", "a!b", 0 },
	{ "at", "a@b", 0 },
	{ "star", "a*", 0 },
	{ "question mark", "a?", 0 },
	{ "colon", ":a", 0 },
	{ "comma", "a,b", 0 },
	{ "hash", "#a", 0 },
	{ "plus", "+a", 0 },
	{ "slash", "a/b", 0 },
	{ "control", "a\x01", 0 },
	{ "escape", "a\x1b", 0 },
	{ "DEL", "a\x7f", 0 },
	{ "30", X10 X10 X10, 1 },
	{ "31", X10 X10 X10 "x", 0 },
	{ "30 with UTF-8", X10 X10 "xxxxxxxx\xc3\xa9", 1 },
	{ "31 with UTF-8", X10 X10 "xxxxxxxxx\xc3\xa9", 0 },
	{ "Latin", "\xc3\x89ric", 1 },
	{ "Greek", "\xce\xb1\xce\xb2", 1 },
	{ "Han", "\xe5\xbc\xa0", 1 },
	{ "emoji", "\xf0\x9f\x98\x80", 1 },
	{ "invalid byte", "a\xff", 0 },
	{ "cut short", "a\xc3", 0 },
	{ "overlong", "a\xc1\xa1", 0 },
	{ "surrogate", "a\xed\xa0\x80", 0 },
	{ "too high", "a\xf4\x90\x80\x80", 0 },
	{ "C1 control", "a\xc2\x85", 0 },
	{ "no-break space", "a\xc2\xa0", 0 },
	{ "behind it", "a\xc2\xa1", 1 },
	{ "soft hyphen", "a\xc2\xad", 0 },
	{ "zero width space", "a\xe2\x80\x8b", 0 },
	{ "zero width joiner", "a\xe2\x80\x8d", 0 },
	{ "right-to-left mark", "a\xe2\x80\x8f", 0 },
	{ "right-to-left override", "a\xe2\x80\xae", 0 },
	{ "en quad", "a\xe2\x80\x80", 0 },
	{ "isolate", "a\xe2\x81\xa6", 0 },
	{ "ideographic space", "a\xe3\x80\x80", 0 },
	{ "Hangul filler", "a\xe3\x85\xa4", 0 },
	{ "byte order mark", "\xef\xbb\xbf" "a", 0 },
	{ "variation selector", "a\xef\xb8\x8f", 0 },
	{ "tag character", "a\xf3\xa0\x81\x81", 0 },
	{ "loose accent", "a\xcc\x81", 0 },
	{ "Cyrillic loose accent", "a\xd2\x83", 0 },
	{ "around a symbol", "a\xe2\x83\x9d", 0 },
	{ "half an accent", "a\xef\xb8\xa0", 0 },
	{ "Thai", "\xe0\xb8\x81\xe0\xb8\xb4\xe0\xb9\x88", 1 },
	{ "Thai, a mark too many", "\xe0\xb8\x81\xe0\xb8\xb4\xe0\xb9\x88"
	    "\xe0\xb9\x88", 0 },
	{ "Thai, a mark first", "\xe0\xb8\xb4\xe0\xb8\x81", 0 },
	{ "Hindi", "\xe0\xa4\xb9\xe0\xa4\xbf\xe0\xa4\x82\xe0\xa4\xa6"
	    "\xe0\xa5\x80", 1 },
	{ "empty braille", "\xe2\xa0\x80", 0 },
};

START_TEST(test_nick)
{
	ck_assert_msg(name_is_nick(nicks[_i].nick) == nicks[_i].want, "%s",
	    nicks[_i].name);
}
END_TEST

static const struct {
	const char *name, *channel;
	int want;
} channels[] = {
	{ "empty", "", 0 },
	{ "hash alone", "#", 1 },
	{ "usual", "#moot", 1 },
	{ "two hashes", "##moot", 1 },
	{ "no hash", "moot", 0 },
	{ "hash later", "a#", 0 },
	{ "ampersand", "&moot", 0 },
	{ "anything", "#!$%()=?*'\"/\\.;", 1 },
	{ "colon later", "#a:b", 1 },
	{ "colon first", "#:a", 0 },
	{ "space", "#a b", 0 },
	{ "comma", "#a,b", 0 },
	{ "BEL", "#a\a", 0 },
	{ "tab", "#a\t", 0 },
	{ "control", "#\x02" "a", 0 },
	{ "DEL", "#a\x7f", 0 },
	{ "C1 control", "#a\xc2\x9f", 0 },
	{ "UTF-8", "#caf\xc3\xa9", 1 },
	{ "emoji", "#\xf0\x9f\x98\x80", 1 },
	{ "invalid byte", "#\xff", 0 },
	{ "cut short", "#a\xe2\x82", 0 },
	{ "surrogate", "#\xed\xbf\xbf", 0 },
	{ "64", "#" X10 X10 X10 X10 X10 X10 "xxx", 1 },
	{ "65", "#" X10 X10 X10 X10 X10 X10 "xxxx", 0 },
};

START_TEST(test_channel)
{
	const char *name = channels[_i].channel;

	ck_assert_msg(name_is_channel(name) == channels[_i].want, "%s",
	    channels[_i].name);
	ck_assert_int_eq(name_looks_channel(name), name[0] == '#');
}
END_TEST

static const struct {
	const char *name, *src;
	size_t size;
	const char *want;
} users[] = {
	{ "usual", "ann", 32, "ann" },
	{ "case stays", "Ann", 32, "Ann" },
	{ "what could be mistaken", "@a!b:c*d e", 32, "abcde" },
	{ "tildes", "~~ann~", 32, "ann~" },
	{ "nothing stays", "@!:* ", 32, "user" },
	{ "empty", "", 32, "user" },
	{ "controls", "a\x01\x1f\x7f" "b", 32, "ab" },
	{ "beyond ASCII", "\xc3\xa9ric\xff", 32, "ric" },
	{ "edges", "\"~", 32, "\"~" },
	{ "12", "abcdefghijkl", 32, "abcdefghijkl" },
	{ "13", "abcdefghijklm", 32, "abcdefghijkl" },
	{ "12 behind others", "@@@@abcdefghijkl", 32, "abcdefghijkl" },
	{ "small room", "abcdef", 4, "abc" },
	{ "small room for nothing", "@", 4, "use" },
	{ "no room", "abc", 1, "" },
};

START_TEST(test_user)
{
	size_t size = users[_i].size;
	char *buf = malloc(size), c = '?';

	ck_assert_ptr_nonnull(buf);
	name_clean_user(buf, size, users[_i].src);
	ck_assert_msg(strcmp(buf, users[_i].want) == 0, "%s: %s",
	    users[_i].name, buf);
	free(buf);
	name_clean_user(&c, 0, "a");
	ck_assert_int_eq(c, '?');
}
END_TEST

Suite *
check_name(void)
{
	Suite *s = suite_create("name");
	TCase *tc = tcase_create("table");

	ADD_ROWS(tc, test_cmp, pairs);
	tcase_add_test(tc, test_hash);
	ADD_ROWS(tc, test_fold, folds);
	ADD_ROWS(tc, test_nick, nicks);
	ADD_ROWS(tc, test_channel, channels);
	ADD_ROWS(tc, test_user, users);
	suite_add_tcase(s, tc);
	return s;
}
