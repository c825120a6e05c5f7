/* SPDX-License-Identifier: ISC */

/* Storing: once each, in order, whatever is in it. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check_store.h"

static int64_t
count(void)
{
	int64_t n = -1;

	ck_assert_int_eq(
	    database_number(db, &n, "SELECT count(*) FROM message", ""), 1);
	return n;
}

START_TEST(test_once)
{
	say("#room", "ann", 1, "text");
	say("#room", "ann", 1, "text");
	say("#ROOM", "ann", 1, "text");
	ck_assert_int_eq(count(), 1);
	say("#other", "ann", 1, "the same id elsewhere");
	ck_assert_int_eq(count(), 2);
	say_to("ann", "bob", 1, "text");
	say_to("Ann", "BOB", 1, "text");
	say_to("bob", "ann", 1, "text");
	ck_assert_int_eq(count(), 3);
	store_reopen();
	say("#room", "ann", 1, "text");
	ck_assert_int_eq(count(), 3);
}
END_TEST

#define LONG "0123456789012345678901234567890123456789012345678901234567890123"

static const struct {
	const char *name;
	struct stored m;
	int skipped;
} odd[] = {
	{ "good", { .kind = 1, .target = "#a", .account = "", .tags = "",
	    .line = ":a!b@c PRIVMSG #a :x" }, 0 },
	{ "no line", { .kind = 1, .target = "#a", .account = "", .tags = "",
	    .line = "" }, 1 },
	{ "two lines", { .kind = 1, .target = "#a", .account = "", .tags = "",
	    .line = "a\nb" }, 1 },
	{ "no target", { .kind = 1, .account = "", .tags = "", .line = "a" },
	    1 },
	{ "one party", { .kind = 1, .from = "ann", .account = "", .tags = "",
	    .line = "a" }, 1 },
	{ "a pair as a room", { .kind = 1, .target = "=ann=bob", .account = "",
	    .tags = "", .line = "a" }, 1 },
	{ "a party of two", { .kind = 1, .from = "ann=bob", .to = "x",
	    .account = "", .tags = "", .line = "a" }, 1 },
	{ "space in a name", { .kind = 1, .target = "#a b", .account = "",
	    .tags = "", .line = "a" }, 1 },
	{ "long name", { .kind = 1, .target = "#" LONG "xx", .account = "",
	    .tags = "", .line = "a" }, 1 },
	{ "longest name", { .kind = 1, .target = "#" LONG, .account = "",
	    .tags = "", .line = "a" }, 0 },
	{ "longest pair", { .kind = 1, .from = "~" LONG, .to = "x" LONG,
	    .account = "", .tags = "", .line = "a" }, 0 },
	{ "kind 0", { .kind = 0, .target = "#a", .account = "", .tags = "",
	    .line = "a" }, 1 },
	{ "kind 99", { .kind = 99, .target = "#a", .account = "", .tags = "",
	    .line = "a" }, 1 },
	{ "space in tags", { .kind = 1, .target = "#a", .account = "",
	    .tags = "+a b", .line = "a" }, 1 },
	{ "no tags at all", { .kind = 1, .target = "#a", .account = "",
	    .line = "a" }, 1 },
	{ "SQL", { .kind = 1, .target = "#a');DROP/**/TABLE/**/message;--",
	    .account = "';--", .tags = "+x='", .line = "'); DROP TABLE" }, 0 },
	{ "no UTF-8", { .kind = 1, .target = "#\xff\xfe", .account = "",
	    .tags = "", .line = "\xff\xfe\x80" }, 0 },
	{ "time of 2^63", { .kind = 1, .target = "#a", .account = "",
	    .tags = "", .line = "a", .time = UINT64_C(1) << 63 }, 1 },
	{ "id of 2^64-1", { .kind = 1, .target = "#a", .account = "",
	    .tags = "", .line = "a", .id_hi = UINT64_MAX,
	    .id_lo = UINT64_MAX }, 0 },
};

/* An odd one between two good ones: those are stored all the same. */
START_TEST(test_odd)
{
	struct stored m[3] = {
		{ .id_hi = 9, .id_lo = 1, .kind = 1, .target = "#r",
		    .account = "", .tags = "", .line = "one" },
		odd[_i].m,
		{ .id_hi = 9, .id_lo = 2, .kind = 1, .target = "#r",
		    .account = "", .tags = "", .line = "two" },
	};
	size_t skipped = 99;

	ck_assert_int_eq(message_store(db, m, 3, &skipped), 0);
	ck_assert_msg((int)skipped == odd[_i].skipped, "%s", odd[_i].name);
	ck_assert_msg(count() == 3 - odd[_i].skipped, "%s", odd[_i].name);
	ck_assert_int_ge(search_index_some(db, 10), 2);
}
END_TEST

START_TEST(test_long_line)
{
	char line[STORED_LINE + 2];
	struct stored m = { .kind = 1, .target = "#a", .account = "",
		.tags = "", .line = line };
	size_t skipped;

	memset(line, 'x', sizeof(line));
	line[STORED_LINE] = '\0';
	ck_assert_int_eq(message_store(db, &m, 1, &skipped), 0);
	ck_assert_uint_eq(skipped, 0);
	line[STORED_LINE] = 'x';
	line[STORED_LINE + 1] = '\0';
	m.id_lo = 1;
	ck_assert_int_eq(message_store(db, &m, 1, &skipped), 0);
	ck_assert_uint_eq(skipped, 1);
}
END_TEST

/* Ids only grow, also when the newest row went. */
START_TEST(test_ids)
{
	int64_t first, second;

	say("#room", "ann", 1, "text");
	ck_assert_int_eq(
	    database_number(db, &first, "SELECT max(id) FROM message", ""), 1);
	ck_assert_int_eq(database_begin(db), 0);
	ck_assert_int_eq(message_keep_ids(db), 0);
	ck_assert_int_eq(row_remove(db, first), 1);
	ck_assert_int_eq(database_commit(db), 0);
	ck_assert_int_eq(row_remove(db, first), 0);
	store_reopen();
	say("#room", "ann", 2, "text");
	ck_assert_int_eq(
	    database_number(db, &second, "SELECT max(id) FROM message", ""),
	    1);
	ck_assert_int_gt(second, first);
}
END_TEST

/* A rollback leaves nothing behind in what the writer remembers. */
START_TEST(test_rollback)
{
	ck_assert_int_eq(database_begin(db), 0);
	say("#room", "ann", 7, "lost");
	database_rollback(db);
	ck_assert_int_eq(count(), 0);
	say("#room", "ann", 1, "kept");
	store_reopen();
	say("#room", "ann", 2, "kept");
	expect("HISTORY AFTER #room timestamp=1970-01-01T00:00:00.000Z * 9 0",
	    "ROW 1 1000000 1.1 ann PRIVMSG * :"
	    ":ann!u@h PRIVMSG #room :kept\n"
	    "ROW 2 2000000 1.2 ann PRIVMSG * :"
	    ":ann!u@h PRIVMSG #room :kept\nEND\n");
}
END_TEST

/* Times that jump back are looked up in the order of storing. */
START_TEST(test_since)
{
	static const uint64_t times[] = { 10, 20, 15, 30, 5, 40 };
	static const struct {
		int64_t time, id;
	} want[] = { { 0, 1 }, { 10, 1 }, { 11, 2 }, { 15, 2 }, { 20, 2 },
		{ 21, 4 }, { 30, 4 }, { 31, 6 }, { 40, 6 }, { 41, 7 } };
	struct stored m = { .id_hi = 1, .kind = 1, .target = "#r",
		.account = "", .tags = "", .line = "x" };
	size_t i, skipped;
	int64_t id;

	ck_assert_int_eq(message_since(db, 5, &id), 0);
	ck_assert_int_eq(id, 0);
	for (i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		m.id_lo = i;
		m.time = times[i];
		if (i == 3)
			store_reopen();
		ck_assert_int_eq(message_store(db, &m, 1, &skipped), 0);
	}
	for (i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		ck_assert_int_eq(message_since(db, want[i].time, &id), 0);
		if (want[i].id == 1)
			ck_assert_int_le(id, 1);
		else
			ck_assert_msg(id == want[i].id, "%d: %d",
			    (int)want[i].time, (int)id);
	}
}
END_TEST

static const struct {
	const char *text;
	int ok;
} ids[] = {
	{ "1.2", 1 }, { "ffffffffffffffff.0", 1 }, { "", 0 }, { ".", 0 },
	{ "1.", 0 }, { ".1", 0 }, { "1", 0 }, { "1.2.3", 0 }, { "1.2 ", 0 },
	{ "FF.1", 0 }, { "-1.2", 0 }, { "1.10000000000000000", 0 },
	{ "0x1.2", 0 }, { "' OR 1=1 --", 0 },
};

START_TEST(test_msgid)
{
	uint64_t hi, lo;

	ck_assert_msg(message_id_parse(ids[_i].text, &hi, &lo) == ids[_i].ok,
	    "%s", ids[_i].text);
}
END_TEST

START_TEST(test_pair)
{
	char buf[STORED_NAME];

	message_pair(buf, sizeof(buf), "bob", "Ann");
	ck_assert_str_eq(buf, "=Ann=bob");
	ck_assert_int_eq(message_is_party("=ann=bob", "BOB"), 1);
	ck_assert_int_eq(message_is_party("=ann=bob", "eve"), 0);
	ck_assert_int_eq(message_is_party("=ann=bob", ""), 0);
	ck_assert_int_eq(message_is_party("#ann", "ann"), 0);
	message_partner(buf, sizeof(buf), "=Ann=bob", "ann");
	ck_assert_str_eq(buf, "bob");
	message_partner(buf, sizeof(buf), "=Ann=bob", "bob");
	ck_assert_str_eq(buf, "Ann");
}
END_TEST

Suite *
check_message(void)
{
	Suite *s = suite_create("message");
	TCase *t = tcase_create("message");

	tcase_add_checked_fixture(t, store_setup, store_teardown);
	tcase_add_test(t, test_once);
	ADD_ROWS(t, test_odd, odd);
	tcase_add_test(t, test_long_line);
	tcase_add_test(t, test_ids);
	tcase_add_test(t, test_rollback);
	tcase_add_test(t, test_since);
	ADD_ROWS(t, test_msgid, ids);
	tcase_add_test(t, test_pair);
	suite_add_tcase(s, t);
	return s;
}
