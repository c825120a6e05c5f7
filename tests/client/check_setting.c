/* SPDX-License-Identifier: ISC */

/*
 * Settings: words on a line, what is a value and what is none, whose value it
 * is, and that every default is one.
 */

#include <stdio.h>
#include <string.h>

#include "check_client.h"
#include "client/setting/setting.h"
#include "client/setting/word.h"

static char why[SETTING_WHY];

static void
setup(void)
{
	setting_reset();
	*why = '\0';
}

/* ---- words ---- */

static const struct {
	const char *line, *want; /* words between bars, or what is wrong */
} lines[] = {
	{ "", "" },
	{ " \t ", "" },
	{ "one", "one|" },
	{ " a  b\tc ", "a|b|c|" },
	{ "\"a b\" c", "a b|c|" },
	{ "\"a \\\" \\\\ \\n\"", "a \" \\ \\n|" },
	{ "\"\"", "|" },
	{ "a # b", "a|" },
	{ "a #b # c", "a|#b|" },
	{ "#a #b", "#a|#b|" },
	{ "# a", "" },
	{ "a#b a\"b", "a#b|a\"b|" },
	{ "\"a", "a quote is opened and not closed" },
	{ "\"a\"b", "there is no space after a closing quote" },
	{ "a b c d e", "too many words" },
};

START_TEST(splits)
{
	char line[128], got[256] = "", *word[4];
	const char *wrong = NULL;
	int n, i;

	strcpy(line, lines[_i].line);
	n = word_split(line, word, 4, &wrong);
	for (i = 0; i < n; i++) {
		strcat(got, word[i]);
		strcat(got, "|");
	}
	ck_assert_str_eq(n == -1 ? wrong : got, lines[_i].want);
}
END_TEST

/* What is written is read as it was. */
static const char *const written[] = {
	"a", "", " ", "#", "#a", "\"", "a\"b", "a b", "\\", "a \\\" b",
	"\xc3\xa4 \xc3\xb6",
};

START_TEST(appends)
{
	char line[128] = "first", *word[3];
	const char *wrong = NULL;

	ck_assert_int_eq(word_append(line, sizeof(line), written[_i]), 0);
	ck_assert_int_eq(word_split(line, word, 3, &wrong), 2);
	ck_assert_str_eq(word[1], written[_i]);
}
END_TEST

START_TEST(appends_within)
{
	char line[8] = "ab";

	ck_assert_int_eq(word_append(line, sizeof(line), "12345"), -1);
	ck_assert_str_eq(line, "ab");
	ck_assert_int_eq(word_append(line, sizeof(line), "1234"), 0);
	ck_assert_str_eq(line, "ab 1234");
}
END_TEST

/* ---- values ---- */

static const struct {
	const char *name, *line, *want; /* the line again, or what is wrong */
} values[] = {
	{ "mouse", "on", "on" },
	{ "mouse", "On", "mouse: \"On\" is neither on nor off" },
	{ "mouse", "", "mouse: needs a value" },
	{ "mouse", "on off", "mouse: takes no more than 1 value" },
	{ "scrollback-lines", "100", "100" },
	{ "scrollback-lines", "99",
	    "scrollback-lines: 99 is not within 100..1000000" },
	{ "scrollback-lines", "1e9",
	    "scrollback-lines: \"1e9\" is not a number" },
	{ "scrollback-lines", "-1",
	    "scrollback-lines: \"-1\" is not a number" },
	{ "scrollback-lines", "99999999999999999999",
	    "scrollback-lines: \"99999999999999999999\" is not a number" },
	{ "away-after", "off", "off" },
	{ "away-after", "90", "90" },
	{ "away-after", "2h", "2h" },
	{ "away-after", "59s", "away-after: 59s is not within 1m..1d" },
	{ "away-after", "2d", "away-after: 2d is not within 1m..1d" },
	{ "away-after", "9223372036854775807d",
	    "away-after: 9223372036854775807d is not within 1m..1d" },
	{ "away-after", "2w", "away-after: \"2w\" is not a time such as "
	    "90s, 5m, 2h or 1d, nor off" },
	{ "times", "auto", "auto" },
	{ "times", "aut", "times: \"aut\" is none of auto|on|off" },
	{ "times", "auto|on", "times: \"auto|on\" is none of auto|on|off" },
	{ "realname", "Ann of  Moot", "\"Ann of Moot\"" },
	{ "realname", "\"a  b\"", "\"a  b\"" },
	{ "realname", "a\001b", "realname: a control character" },
	{ "realname", "a\xff", "realname: not valid UTF-8" },
	{ "realname", "\"a", "realname: a quote is opened and not closed" },
	{ "nick", "a b", "nick: \"a b\" is not a nick" },
	{ "nick", "012345678901234567890123456789012345678901234567890123456"
	    "7890", "nick: longer than 60 bytes" },
	{ "server", "irc.example.org:6667", "irc.example.org:6667" },
	{ "server", "[::1]:6667", "[::1]:6667" },
	{ "server", "[::1", "server: \"[::1\" is no address" },
	{ "join", "#a #b", "#a #b" },
	{ "join", "#a,#b", "join: \"#a,#b\" is not one room" },
	{ "join", "\"\"", "\"\"" },
	{ "password-command", "pass show \"irc home\"",
	    "pass show \"irc home\"" },
	{ "mose", "on", "unknown setting \"mose\"; did you mean \"mouse\"?" },
	{ "scroll", "1", "unknown setting \"scroll\"; did you mean "
	    "\"scrollback-lines\"?" },
	{ "xyzzyxyzzy", "1", "unknown setting \"xyzzyxyzzy\"" },
	{ "password", "secret", "a password is not kept here, where it would "
	    "be read by others: see password-command and password-file" },
};

START_TEST(takes)
{
	char line[SETTING_VALUE];

	if (setting_set(NULL, values[_i].name, values[_i].line, why,
	    sizeof(why)) == -1)
		snprintf(line, sizeof(line), "%s", why);
	else
		ck_assert(setting_line(NULL, values[_i].name, line,
		    sizeof(line)));
	ck_assert_str_eq(line, values[_i].want);
}
END_TEST

START_TEST(means)
{
	setting_set(NULL, "away-after", "90", why, sizeof(why));
	ck_assert_int_eq(setting_number("away-after"), 90000);
	setting_set(NULL, "away-after", "2h", why, sizeof(why));
	ck_assert_int_eq(setting_number("away-after"), 7200000);
	setting_set(NULL, "away-after", "off", why, sizeof(why));
	ck_assert_int_eq(setting_number("away-after"), 0);
	ck_assert(setting_is("times", "auto"));
	ck_assert(!setting_is("times", "on"));
	ck_assert(!setting_on("mouse"));
	ck_assert(setting_on("typing"));
	ck_assert_str_eq(setting_text("realname"), "");
	ck_assert_ptr_null(setting_item("join", 0));
}
END_TEST

/* A value that is refused leaves the one there was. */
START_TEST(keeps)
{
	ck_assert_int_eq(setting_set(NULL, "nick", "ann", why, sizeof(why)),
	    0);
	ck_assert_int_eq(setting_set(NULL, "nick", "a@b", why, sizeof(why)),
	    -1);
	ck_assert_str_eq(setting_text("nick"), "ann");
}
END_TEST

/* Each default is a value, and written so that it is read as the same. */
START_TEST(defaults)
{
	char usual[SETTING_VALUE], line[SETTING_VALUE];
	struct setting_info info;
	int i;

	for (i = 0; setting_info(i, &info); i++) {
		ck_assert(!setting_line(NULL, info.name, usual,
		    sizeof(usual)));
		ck_assert_msg(setting_set(NULL, info.name, usual, why,
		    sizeof(why)) == 0, "%s", why);
		ck_assert(setting_line(NULL, info.name, line, sizeof(line)));
		ck_assert_str_eq(line, usual);
		ck_assert_str_eq(line, info.usual);
		ck_assert(*info.help != '\0' && *info.values != '\0');
	}
	ck_assert_int_gt(i, 20);
}
END_TEST

/* ---- networks ---- */

START_TEST(networks)
{
	uint64_t changes = setting_changes();

	ck_assert_ptr_nonnull(setting_network_know("home", why, sizeof(why)));
	ck_assert_ptr_nonnull(setting_network_know("work", why, sizeof(why)));
	ck_assert_ptr_nonnull(setting_network_know("home", why, sizeof(why)));
	ck_assert_str_eq(setting_network(0), "home");
	ck_assert_str_eq(setting_network(1), "work");
	ck_assert_ptr_null(setting_network(2));
	setting_set(NULL, "nick", "ann", why, sizeof(why));
	setting_set("work", "nick", "a_smith", why, sizeof(why));
	ck_assert_str_eq(setting_text_in("home", "nick"), "ann");
	ck_assert_str_eq(setting_text_in("work", "nick"), "a_smith");
	ck_assert_str_eq(setting_text_in("none", "nick"), "ann");
	ck_assert_str_eq(setting_text("nick"), "ann");
	setting_unset("work", "nick", why, sizeof(why));
	ck_assert_str_eq(setting_text_in("work", "nick"), "ann");
	ck_assert_uint_gt(setting_changes(), changes);
}
END_TEST

START_TEST(networks_refused)
{
	char name[SETTING_NETWORK + 1] = "";
	int i;

	ck_assert_ptr_null(setting_network_know("", why, sizeof(why)));
	ck_assert_ptr_null(setting_network_know("a/b", why, sizeof(why)));
	ck_assert_ptr_null(setting_network_know("..", why, sizeof(why)));
	ck_assert_ptr_null(setting_network_know("-x", why, sizeof(why)));
	memset(name, 'a', SETTING_NETWORK);
	ck_assert_ptr_null(setting_network_know(name, why, sizeof(why)));
	ck_assert_int_eq(setting_set("none", "nick", "a", why, sizeof(why)),
	    -1);
	ck_assert_str_eq(why, "there is no network \"none\"");
	for (i = 0; i < SETTING_NETWORKS; i++) {
		snprintf(name, sizeof(name), "n%d", i);
		ck_assert_ptr_nonnull(setting_network_know(name, why,
		    sizeof(why)));
	}
	ck_assert_ptr_null(setting_network_know("more", why, sizeof(why)));
	ck_assert_str_eq(why, "more than 32 networks");
	ck_assert_int_eq(setting_set("n0", "mouse", "on", why, sizeof(why)),
	    -1);
	ck_assert_str_eq(why, "mouse: is for all networks, not for one");
}
END_TEST

START_TEST(lists)
{
	char word[16];
	int i;

	setting_add(NULL, "ignore", "a!*@*", why, sizeof(why));
	setting_add(NULL, "ignore", "b!*@*", why, sizeof(why));
	setting_add(NULL, "ignore", "a!*@*", why, sizeof(why));
	ck_assert_str_eq(setting_item("ignore", 0), "b!*@*");
	ck_assert_str_eq(setting_item("ignore", 1), "a!*@*");
	ck_assert_ptr_null(setting_item("ignore", 2));
	ck_assert_int_eq(setting_remove(NULL, "ignore", "c", why,
	    sizeof(why)), -1);
	ck_assert_int_eq(setting_remove(NULL, "ignore", "a!*@*", why,
	    sizeof(why)), 0);
	ck_assert_int_eq(setting_remove(NULL, "ignore", "b!*@*", why,
	    sizeof(why)), 0);
	ck_assert_ptr_null(setting_item("ignore", 0));
	for (i = 0; i < SETTING_ITEMS; i++) {
		snprintf(word, sizeof(word), "w%d", i);
		ck_assert_int_eq(setting_add(NULL, "ignore", word, why,
		    sizeof(why)), 0);
	}
	ck_assert_int_eq(setting_add(NULL, "ignore", "more", why,
	    sizeof(why)), -1);
	ck_assert_int_eq(setting_add(NULL, "nick", "x", why, sizeof(why)),
	    -1);
	ck_assert_str_eq(why, "nick: is not a list");
}
END_TEST

Suite *
check_setting(void)
{
	Suite *s = suite_create("setting");
	TCase *words = tcase_create("words"), *t = tcase_create("values");

	ADD_ROWS(words, splits, lines);
	ADD_ROWS(words, appends, written);
	tcase_add_test(words, appends_within);
	suite_add_tcase(s, words);
	tcase_add_checked_fixture(t, setup, setting_reset);
	ADD_ROWS(t, takes, values);
	tcase_add_test(t, means);
	tcase_add_test(t, keeps);
	tcase_add_test(t, defaults);
	tcase_add_test(t, networks);
	tcase_add_test(t, networks_refused);
	tcase_add_test(t, lists);
	suite_add_tcase(s, t);
	return s;
}
