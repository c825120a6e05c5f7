/* SPDX-License-Identifier: ISC */

/* What is kept, for how long; export and erasure. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../store/retention.h"
#include "check_store.h"

static int64_t
count(const char *sql)
{
	int64_t n = -1;

	ck_assert_int_eq(database_number(db, &n, sql, ""), 1);
	return n;
}

static void
fill(void)
{
	uint64_t n;

	store_setup();
	for (n = 1; n <= 10; n++) {
		say("#a", "ann", n, "alpha");
		event("#a", KIND_JOIN, "bob", n + 100);
		say("#b", "bob", n, "beta");
		say_to("ann", "bob", n, "gamma");
	}
	ck_assert_int_eq(search_index_some(db, 1000), 40);
	ask("@oper=1 ACCOUNT ADD ann :secret");
	ask("ROOM REGISTER #a ann");
}

/* The word index has what the table has. */
static void
check_index(const char *word, int64_t want)
{
	int64_t n = -1;

	ck_assert_int_eq(database_number(db, &n,
	    "SELECT count(*) FROM word WHERE word MATCH ?", "t", word), 1);
	ck_assert_msg(n == want, "%s: %d", word, (int)n);
}

#define ALL "SELECT count(*) FROM message"
#define IN_A "SELECT count(*) FROM message WHERE target=1"
#define IN_B "SELECT count(*) FROM message WHERE target=2"

START_TEST(test_count)
{
	struct retention keep = { 0, 3 };
	int done = 0;

	ck_assert_int_eq(retention_some(db, &keep, now, 1000, &done), 7 * 4);
	ck_assert_int_eq(done, 1);
	ck_assert_int_eq(count(ALL), 12);
	ck_assert_int_eq(count(IN_A), 6);
	check_index("alpha", 3);
	check_index("beta", 3);
	ck_assert_int_eq(retention_some(db, &keep, now, 1000, &done), 0);
	ck_assert_int_eq(done, 1);
}
END_TEST

/* By steps, each row once. */
START_TEST(test_steps)
{
	struct retention keep = { 0, 3 };
	int done = 0, n = 0, e, calls = 0;

	while (!done) {
		e = retention_some(db, &keep, now, 5, &done);
		ck_assert_int_ge(e, 0);
		ck_assert_int_le(e, 5);
		n += e;
		ck_assert_int_lt(++calls, 20);
	}
	ck_assert_int_eq(n, 28);
	ck_assert_int_eq(count(ALL), 12);
}
END_TEST

/* At 1.N * 1000 s: what is younger than 5000 s at 10000 s is 6 to 10.  The
 * joins at 1.101 on come from a clock that is ahead, so #b, stored after
 * the first of them, is looked up by that. */
START_TEST(test_age)
{
	struct retention keep = { 5000, 0 };
	int done;

	ck_assert_int_eq(
	    retention_some(db, &keep, 10000000, 1000, &done), 1);
	ck_assert_int_eq(
	    retention_some(db, &keep, 200000000, 1000, &done), 39);
	ck_assert_int_eq(count(ALL), 0);
	ck_assert_int_eq(count("SELECT count(*) FROM target"), 0);
	check_index("alpha", 0);
	say("#a", "ann", 500, "alpha");
	ck_assert_int_eq(count("SELECT id FROM message"), 41);
}
END_TEST

START_TEST(test_room)
{
	struct retention keep = { 0, 0 };
	struct stored m = { .id_hi = 5, .kind = 1, .target = "#A",
		.account = "", .tags = "", .line = "x" };
	size_t skipped;
	int done;

	ck_assert_int_eq(retention_some(db, &keep, now, 1000, &done), 0);
	expect("ROOM KEEP #a * 2", "KEEP #a * 2\n");
	ck_assert_int_eq(retention_some(db, &keep, now, 1000, &done), 16);
	ck_assert_int_eq(count(IN_B), 10);
	ck_assert_int_eq(count(IN_A), 4);
	expect("ROOM KEEP #a * 0", "KEEP #a * 0\n");
	ck_assert_int_eq(message_store(db, &m, 1, &skipped), 0);
	ck_assert_uint_eq(skipped, 1);
	ck_assert_int_eq(retention_some(db, &keep, now, 1000, &done), 4);
	ck_assert_int_eq(count(IN_A), 0);
	expect("ROOM KEEP #a * *", "KEEP #a * *\n");
	ck_assert_int_eq(message_store(db, &m, 1, &skipped), 0);
	ck_assert_uint_eq(skipped, 0);
}
END_TEST

START_TEST(test_request)
{
	expect("RETENTION * *", "FAIL RETENTION NOT_PRIVILEGED%");
	expect("@oper=1 RETENTION * x", "FAIL RETENTION INVALID_PARAMS%");
	expect("@oper=1 RETENTION * *", "RETAINED 0\nEND\n");
	expect("@oper=1 RETENTION * 3 5", "RETAINED 5\nMORE\n");
}
END_TEST

/* All of one name, in as many answers as it takes. */
static int
take_all(const char *request, const char *name, int *rows)
{
	char cursor[32] = "0";
	const char *p;
	int answers = 0, n;

	*rows = 0;
	for (; cursor[0] != '\0'; answers++) {
		p = ask("@oper=1 %s %s %s", request, name, cursor);
		for (; strncmp(p, "MORE", 4) != 0 && strncmp(p, "END", 3) != 0;
		     p = strchr(p, '\n') + 1) {
			if (sscanf(p, "ERASED %d", &n) == 1)
				*rows += n;
			else if (strncmp(p, "ROW ", 4) == 0)
				++*rows;
			else
				ck_abort_msg("%s", p);
		}
		cursor[0] = '\0';
		sscanf(p, "MORE %31s", cursor);
		ck_assert_int_lt(answers, 100);
	}
	return answers;
}

START_TEST(test_export)
{
	int rows;

	take_all("EXPORT", "#A", &rows);
	ck_assert_int_eq(rows, 20);
	take_all("EXPORT", "=bob=ann", &rows);
	ck_assert_int_eq(rows, 10);
	take_all("EXPORT", "ANN", &rows);
	ck_assert_int_eq(rows, 20);
	take_all("EXPORT", "bob", &rows);
	ck_assert_int_eq(rows, 20);
	take_all("EXPORT", "nobody", &rows);
	ck_assert_int_eq(rows, 0);
	take_all("EXPORT", "#none", &rows);
	ck_assert_int_eq(rows, 0);
	expect("EXPORT #a", "FAIL EXPORT NOT_PRIVILEGED%");
	expect("@oper=1 EXPORT #a x", "FAIL EXPORT INVALID_PARAMS%");
}
END_TEST

START_TEST(test_erase_room)
{
	int rows;

	take_all("ERASE", "#A", &rows);
	ck_assert_int_eq(rows, 20);
	ck_assert_int_eq(count(ALL), 20);
	ck_assert_int_eq(count("SELECT count(*) FROM target"), 2);
	check_index("alpha", 0);
	check_index("beta", 10);
	expect("HISTORY LATEST #a * * 9 1", "END\n");
	say("#a", "ann", 500, "alpha");
	expect("HISTORY LATEST #a * * 9 1", "ROW 41 %");
}
END_TEST

START_TEST(test_erase_account)
{
	int rows;

	take_all("ERASE", "ann", &rows);
	ck_assert_int_eq(rows, 20);
	check_index("alpha", 0);
	check_index("gamma", 0);
	check_index("beta", 10);
	ck_assert_int_eq(count(IN_A), 10); /* bob's joins */
}
END_TEST

/* The last rows erased, their ids do not come back. */
START_TEST(test_erase_ids)
{
	int rows;

	take_all("ERASE", "=ann=bob", &rows);
	ck_assert_int_eq(rows, 10);
	store_reopen();
	say_to("ann", "bob", 600, "new");
	expect("@account=ann HISTORY LATEST =ann=bob * * 9 0", "ROW 41 %");
}
END_TEST

Suite *
check_retention(void)
{
	Suite *s = suite_create("retention");
	TCase *t = tcase_create("retention");

	tcase_add_checked_fixture(t, fill, store_teardown);
	tcase_add_test(t, test_count);
	tcase_add_test(t, test_steps);
	tcase_add_test(t, test_age);
	tcase_add_test(t, test_room);
	tcase_add_test(t, test_request);
	tcase_add_test(t, test_export);
	tcase_add_test(t, test_erase_room);
	tcase_add_test(t, test_erase_account);
	tcase_add_test(t, test_erase_ids);
	suite_add_tcase(s, t);
	return s;
}
