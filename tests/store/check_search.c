/* SPDX-License-Identifier: ISC */

/* The words of messages: found where they may be, and nowhere else. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check_store.h"

static const struct {
	const char *words, *want;
} quotes[] = {
	{ "word", "\"word\"" },
	{ "two words", "\"two\" \"words\"" },
	{ "\"a phrase\" word", "\"a phrase\" \"word\"" },
	{ "\"open phrase", "\"open phrase\"" },
	{ "a\"b\"c", "\"a\" \"b\" \"c\"" },
	{ "", "" },
	{ "\"\"", "" },
	{ "\"\" \"\" x", "\"x\"" },
	{ "* ( ) - : ^", "" },
	{ "NEAR(a b)", "\"NEAR(a\" \"b)\"" },
	{ "a OR b", "\"a\" \"OR\" \"b\"" },
	{ "text:secret", "\"text:secret\"" },
	{ "x*", "\"x*\"" },
	{ "\xc3\xa4", "\"\xc3\xa4\"" },
	{ "\"\"\"", "" },
	{ "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17",
	    "\"1\" \"2\" \"3\" \"4\" \"5\" \"6\" \"7\" \"8\" \"9\" \"10\""
	    " \"11\" \"12\" \"13\" \"14\" \"15\" \"16\"" },
};

START_TEST(test_quote)
{
	char buf[512] = "";
	size_t n = search_quote(buf, sizeof(buf), quotes[_i].words);

	ck_assert_str_eq(buf, quotes[_i].want);
	ck_assert_uint_eq(n, strlen(buf));
}
END_TEST

static const struct {
	const char *line, *want;
} texts[] = {
	{ ":a!b@c PRIVMSG #d :hello there", "hello there" },
	{ ":a!b@c PRIVMSG #d hello", "hello" },
	{ ":a!b@c PRIVMSG #d :\001ACTION waves\001", "waves" },
	{ ":a!b@c PRIVMSG #d :\002bo\002ld \00304,12red\003 \0031234",
	    "bold red 34" },
	{ ":a!b@c PRIVMSG #d", "" },
	{ "x", "" },
	{ "", "" },
};

START_TEST(test_text)
{
	char buf[512] = "";

	search_text(buf, sizeof(buf), texts[_i].line);
	ck_assert_str_eq(buf, texts[_i].want);
}
END_TEST

static void
fill(void)
{
	store_setup();
	say("#r", "ann", 1, "the quick brown fox");
	say("#r", "bob", 2, "jumps over the lazy dog");
	say("#other", "ann", 3, "the brown dog");
	event("#r", KIND_JOIN, "brown", 4);
	say("#r", "bob", 5, "Brown is a \xc3\x84rger");
	say_to("ann", "bob", 6, "brown, quietly");
	say_to("cat", "dan", 7, "brown of others");
	say("#r", "~guest", 8, "fox brown quick");
}

static const struct {
	const char *request, *want;
} finds[] = {
	{ "SEARCH #r * * * 9 * :brown", "1 5 8" },
	{ "SEARCH #R * * * 9 * :BROWN", "1 5 8" },
	{ "SEARCH #r * * * 2 * :brown", "5 8" },
	{ "SEARCH #r,#other * * * 9 * :brown", "1 3 5 8" },
	{ "SEARCH #r * * * 9 * :brown fox", "1 8" },
	{ "SEARCH #r * * * 9 * :\"brown fox\"", "1" },
	{ "SEARCH #r * * * 9 * :arger", "5" },
	{ "SEARCH #r * * * 9 * :bro", "" },
	{ "SEARCH #r * * * 9 * :bro*", "" },
	{ "SEARCH #r ann * * 9 * :brown", "1" },
	{ "SEARCH #r BOB * * 9 * :brown", "5" },
	{ "SEARCH #r eve * * 9 * :brown", "" },
	{ "SEARCH #r * timestamp=1970-01-01T00:16:40.000Z * 9 * :brown",
	    "5 8" },
	{ "SEARCH #r * * timestamp=1970-01-01T01:23:20.000Z 9 * :brown", "1" },
	{ "SEARCH #none * * * 9 * :brown", "" },
	{ "SEARCH * * * * 9 * :brown", "" },
	{ "@account=bob SEARCH * * * * 9 * :brown", "6" },
	{ "@account=Ann SEARCH #r,= * * * 9 * :brown", "1 5 6 8" },
	{ "@account=ann SEARCH =bob=ann * * * 9 * :brown", "6" },
	{ "@account=ann SEARCH =cat=dan * * * 9 * :brown", "" },
	{ "@account=dan SEARCH = * * * 9 * :brown", "7" },
	{ "SEARCH =cat=dan,= * * * 9 * :brown", "" },
	{ "SEARCH #r * * * 9 * :t1", "" },
	{ "SEARCH #r * * * 9 * :place:t1", "" },
	{ "SEARCH #r * * * 9 * :brown OR t1", "" },
	{ "SEARCH #r * * * 9 * :\"brown\") OR (text : \"dog\"", "" },
	{ "SEARCH #r * * * 9 * :***", "" },
	{ "SEARCH #r * * * 9 * :", "" },
	{ "SEARCH #r') * * * 9 * :brown", "" },
	{ "SEARCH #r \")'' * * 9 * :brown", "" },
};

static const char *
found(const char *text)
{
	static char buf[1024];
	size_t n = 0;
	unsigned id;

	buf[0] = '\0';
	for (; strncmp(text, "ROW ", 4) == 0; text = strchr(text, '\n') + 1)
		if (sscanf(text, "ROW %*s %*s 1.%x", &id) == 1)
			n += (size_t)snprintf(buf + n, sizeof(buf) - n,
			    "%s%u", n > 0 ? " " : "", id);
	ck_assert_msg(strcmp(text, "END\n") == 0, "%s", text);
	return buf;
}

START_TEST(test_find)
{
	const char *got = found(ask("%s", finds[_i].request));

	ck_assert_msg(strcmp(got, finds[_i].want) == 0, "%s: %s, not %s",
	    finds[_i].request, got, finds[_i].want);
}
END_TEST

START_TEST(test_background)
{
	struct database *reader = store_reader();

	ck_assert_int_eq(search_missing(db), 8);
	ck_assert_int_eq(search_index_some(db, 3), 3);
	ck_assert_int_eq(search_missing(reader), 5);
	ck_assert_str_eq(
	    found(ask_with(reader, "SEARCH #r * * * 9 * :brown")), "1");
	ck_assert_int_eq(search_index_some(db, 30), 5);
	ck_assert_int_eq(search_index_some(db, 30), 0);
	ck_assert_int_eq(search_missing(db), 0);
	ck_assert_str_eq(
	    found(ask_with(reader, "SEARCH #r * * * 9 * :brown")), "1 5 8");
	database_close(reader);
}
END_TEST

/* What was redacted or removed is not in the index any more. */
START_TEST(test_gone)
{
	int64_t n = 0;

	ck_assert_int_eq(search_index_some(db, 30), 8);
	expect("@oper=1 REDACT #r 1.5", "REDACTED #r 1.5 bob\n");
	ck_assert_int_eq(row_remove(db, 1), 1);
	ck_assert_str_eq(found(ask("SEARCH #r * * * 9 * :brown")), "8");
	ck_assert_int_eq(search_tidy(db), 0);
	ck_assert_int_eq(database_number(db, &n,
	    "SELECT count(*) FROM word WHERE word MATCH 'brown'", ""), 1);
	ck_assert_int_eq(n, 4);
}
END_TEST

/* Redacted before it was indexed. */
START_TEST(test_gone_early)
{
	expect("@oper=1 REDACT #r 1.5", "REDACTED #r 1.5 bob\n");
	ck_assert_str_eq(found(ask("SEARCH #r * * * 9 * :brown")), "1 8");
}
END_TEST

START_TEST(test_bad)
{
	expect("SEARCH #r * x * 9 * :w", "FAIL SEARCH INVALID_PARAMS x :%");
	expect("SEARCH #r * * x 9 * :w", "FAIL SEARCH INVALID_PARAMS x :%");
	expect("SEARCH #r * * * 0 * :w", "FAIL SEARCH INVALID_PARAMS 0 :%");
	expect("SEARCH #r * * * 9 x :w", "FAIL SEARCH INVALID_PARAMS x :%");
}
END_TEST

Suite *
check_search(void)
{
	Suite *s = suite_create("search");
	TCase *t = tcase_create("search");

	tcase_add_checked_fixture(t, fill, store_teardown);
	ADD_ROWS(t, test_quote, quotes);
	ADD_ROWS(t, test_text, texts);
	ADD_ROWS(t, test_find, finds);
	tcase_add_test(t, test_background);
	tcase_add_test(t, test_gone);
	tcase_add_test(t, test_gone_early);
	tcase_add_test(t, test_bad);
	suite_add_tcase(s, t);
	return s;
}
