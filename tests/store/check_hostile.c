/* SPDX-License-Identifier: ISC */

/*
 * Every request with everything that should not be in it: each is answered,
 * in lines that a line can be, and the tables are what they were.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check_store.h"

static const char *const values[] = {
	"'", "\"", "';DROP/**/TABLE/**/message;--", "'||(SELECT/**/1)||'",
	"%", "%s%n%n%n", "*", "=", "==", "=a", "=a=", "==b", "=ann=bob", "#",
	"##", "#r", "0", "1", "-1", "9223372036854775807",
	"9223372036854775808", "99999999999999999999999999", "1.1", "0.0.0",
	"1.9223372036854775806.1", "9223372036854775807.0.1000",
	"timestamp=", "timestamp=9999-12-31T23:59:59.999Z",
	"timestamp=1970-01-01T00:00:00.000Z", "msgid=", "msgid=1.1",
	"msgid=ffffffffffffffff.ffffffffffffffff", "LATEST", "FIRST", "FINAL",
	"\xff\xfe\xc0\x80", "\x01\x02\x03", "ann", "=secret", "operator",
	"NEAR(", "a*", "^a", "text:a", ",", ",,,,", "=,=,=",
	"biwsbj11c2VyLHI9eA==",
	"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
};

static void
fill(void)
{
	store_setup();
	say("#r", "ann", 1, "text");
	say_to("ann", "bob", 2, "text");
	ask("@oper=1 ACCOUNT ADD ann :secret");
	ask("ROOM REGISTER #r ann");
}

/* One line at least, each with a word first and of what a line may have. */
static void
check_answer(const char *line, const char *got)
{
	size_t len = strlen(got);
	const char *p;

	ck_assert_msg(len > 0 && got[len - 1] == '\n', "%s: %s", line, got);
	for (p = got; *p != '\0'; p = strchr(p, '\n') + 1)
		ck_assert_msg(*p >= 'A' && *p <= 'Z', "%s: %s", line, got);
	ck_assert_ptr_null(strchr(got, '\r'));
}

static int
is_slow(const struct request_row *row)
{
	return (row->flags & REQUEST_HASH) || strcmp(row->name, "BACKUP") == 0;
}

static void
ask_hostile(const struct request_row *row, unsigned *seed, int count)
{
	char line[REQUEST_MAX];
	size_t n;
	int i;

	n = (size_t)snprintf(line, sizeof(line),
	    "@account=%s;nick=';oper=%d;seed=1;policy=open;address=' %s %s",
	    rand_r(seed) % 2 ? "ann" : "'--", rand_r(seed) % 2, row->name,
	    row->sub != NULL ? row->sub : "");
	for (i = 0; i < count; i++)
		n += (size_t)snprintf(line + n, sizeof(line) - n, " %s%s",
		    i == count - 1 && rand_r(seed) % 2 ? ":" : "",
		    values[rand_r(seed) % (unsigned)ROWS(values)]);
	check_answer(line, ask_with(db, line));
}

START_TEST(test_hostile)
{
	const struct request_row *row;
	unsigned seed = (unsigned)_i + 1;
	int64_t n = -1;
	int i;

	for (row = request_rows; row->name != NULL; row++)
		for (i = 0; i < (is_slow(row) ? 4 : 60); i++)
			ask_hostile(row, &seed,
			    row->least + (int)(rand_r(&seed) % 3));
	ck_assert_int_eq(db->depth, 0);
	ck_assert_int_eq(database_number(db, &n,
	    "SELECT count(*) FROM sqlite_schema WHERE name IN ('message',"
	    " 'account', 'room', 'target', 'word')", ""), 1);
	ck_assert_int_eq(n, 5);
	ck_assert_int_eq(database_number(db, &n,
	    "SELECT integrity_check='ok' FROM pragma_integrity_check", ""), 1);
	ck_assert_int_eq(n, 1);
}
END_TEST

/* The values one by one as what is searched for. */
START_TEST(test_search)
{
	check_answer(values[_i], ask("SEARCH #r * * * 9 * :%s", values[_i]));
	check_answer(values[_i],
	    ask("SEARCH #r * * * 9 * :\"%s\" (%s) %s*", values[_i], values[_i],
	        values[_i]));
}
END_TEST

START_TEST(test_search_bomb)
{
	char words[7000];
	int i, n = 0;

	for (i = 0; i < 1000; i++)
		n += snprintf(words + n, sizeof(words) - (size_t)n, "%s",
		    i % 2 ? "(a" : "\"b");
	check_answer("bomb", ask("SEARCH #r * * * 9 * :%s", words));
	for (i = 0, n = 0; i < 900; i++)
		n += snprintf(words + n, sizeof(words) - (size_t)n, "#%d,", i);
	check_answer("places", ask("SEARCH %s * * * 9 * :text", words));
}
END_TEST

/* All that was prepared for these goes by an index. */
static const char *const hot[] = {
	"HISTORY LATEST #r * * 9 1",
	"HISTORY BEFORE #r timestamp=2026-11-21T16:40:00.123Z * 9 1",
	"HISTORY AFTER #r msgid=1.1 * 9 1",
	"@account=ann HISTORY LATEST =ann=bob * * 9 0",
	"@account=ann TARGETS * * 9 * #r",
	"@account=ann PENDING *",
	"@account=ann DELIVERED 1",
	"@account=bob KEEP ann PRIVMSG 1 9.9 * ::b!b@h PRIVMSG ann :x",
	"@account=ann SEARCH #r,= ann * * 9 * :text",
	"@account=ann REDACT #r 1.1",
	"@account=ann;ask=1 MARKREAD #r timestamp=2026-11-21T16:40:00.123Z",
	"@account=ann MARKREAD #r",
	"@seed=1 AUTHENTICATE SCRAM-SHA-256 FIRST :biwsbj11c2VyLHI9eA==",
	"OWNER ann",
	"ROOM SHOW #r",
	"ROOM SAVE #r 1 +n * * 1 1 *",
	"@oper=1 RETENTION 1 1",
	"@oper=1 ERASE #r",
};

static void
check_plan(const char *sql)
{
	char text[1024];
	sqlite3_stmt *q;
	const char *step;

	snprintf(text, sizeof(text), "EXPLAIN QUERY PLAN %s", sql);
	if (sqlite3_prepare_v2(db->sql, text, -1, &q, NULL) != SQLITE_OK)
		return; /* BEGIN and the like */
	while (sqlite3_step(q) == SQLITE_ROW) {
		step = (const char *)sqlite3_column_text(q, 3);
		ck_assert_msg(strncmp(step, "SCAN", 4) != 0 ||
		        strstr(step, "VIRTUAL TABLE") != NULL ||
		        strncmp(step, "SCAN t", 6) == 0 /* a subquery */ ||
		        strstr(step, "CONSTANT ROW") != NULL,
		    "%s: %s", sql, step);
	}
	sqlite3_finalize(q);
}

START_TEST(test_plans)
{
	int i;

	for (i = 0; i < ROWS(hot); i++)
		check_answer(hot[i], ask("%s", hot[i]));
	ck_assert_int_eq(request_forget(db, now, 10), 0);
	for (i = 0; i < DATABASE_STATEMENTS; i++)
		if (db->statement[i].sql != NULL)
			check_plan(db->statement[i].sql);
}
END_TEST

/* What only operators may ask for, and changes something, is on the record;
 * of these, mootd puts it there, or it is the record, or nobody asked. */
START_TEST(test_recorded)
{
	static const char *const others[] = { "AUDITED", "ERASE", "RETENTION" };
	const unsigned wanted = REQUEST_WRITE | REQUEST_OPER;
	const struct request_row *row;
	size_t i;

	for (row = request_rows; row->name != NULL; row++) {
		if (((unsigned)row->flags & wanted) != wanted ||
		    (row->flags & REQUEST_AUDIT))
			continue;
		for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
			if (strcmp(others[i], row->name) == 0)
				break;
		ck_assert_msg(i < sizeof(others) / sizeof(others[0]),
		    "%s %s is not on the record", row->name,
		    row->sub != NULL ? row->sub : "");
	}
}
END_TEST

Suite *
check_hostile(void)
{
	Suite *s = suite_create("hostile");
	TCase *t = tcase_create("hostile");

	tcase_add_checked_fixture(t, fill, store_teardown);
	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, test_hostile, 0, 4);
	ADD_ROWS(t, test_search, values);
	tcase_add_test(t, test_search_bomb);
	tcase_add_test(t, test_plans);
	tcase_add_test(t, test_recorded);
	suite_add_tcase(s, t);
	return s;
}
