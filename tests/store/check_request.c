/* SPDX-License-Identifier: ISC */

/* What is no request, times and numbers, and asking again. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check_store.h"

static const struct {
	const char *line, *want;
} bad[] = {
	{ "", "FAIL * BAD_REQUEST%" },
	{ "   ", "FAIL * BAD_REQUEST%" },
	{ "@a=b", "FAIL * BAD_REQUEST%" },
	{ ":x", "FAIL * BAD_REQUEST%" },
	{ "NOTHING", "FAIL NOTHING UNKNOWN_COMMAND%" },
	{ "history", "FAIL history UNKNOWN_COMMAND%" },
	{ "HISTORY", "FAIL HISTORY NEED_MORE_PARAMS%" },
	{ "HISTORY a b c", "FAIL HISTORY NEED_MORE_PARAMS%" },
	{ "REDACT a", "FAIL REDACT NEED_MORE_PARAMS%" },
	{ "HISTORY\nLATEST", "FAIL * BAD_REQUEST%" },
	{ "HISTORY\rLATEST", "FAIL * BAD_REQUEST%" },
};

START_TEST(test_bad)
{
	expect(bad[_i].line, bad[_i].want);
}
END_TEST

static const struct {
	const char *text;
	int64_t ms;
} times[] = {
	{ "1970-01-01T00:00:00.000Z", 0 },
	{ "2026-11-21T16:40:00.123Z", INT64_C(1795279200123) },
	{ "2026-11-21T16:40:00Z", -1 },
	{ "2026-11-21 16:40:00.123Z", -1 },
	{ "2026-11-21T16:40:00.123", -1 },
	{ "2026-11-21T16:40:00.1234Z", -1 },
	{ "2026-00-21T16:40:00.123Z", -1 },
	{ "2026-11-32T16:40:00.123Z", -1 },
	{ "2026-11-21T24:40:00.123Z", -1 },
	{ "1969-12-31T23:59:59.999Z", -1 },
	{ "9999-12-31T23:59:59.999Z", INT64_C(253402300799999) },
	{ "", -1 },
	{ "xxxx-xx-xxTxx:xx:xx.xxxZ", -1 },
};

START_TEST(test_time)
{
	char buf[32];

	ck_assert_msg(request_time(times[_i].text) == times[_i].ms, "%s: %lld",
	    times[_i].text, (long long)request_time(times[_i].text));
	if (times[_i].ms < 0)
		return;
	request_time_text(buf, sizeof(buf), times[_i].ms);
	ck_assert_str_eq(buf, times[_i].text);
}
END_TEST

static const struct {
	const char *text;
	int ok;
} numbers[] = {
	{ "0", 1 }, { "100", 1 }, { "101", 0 }, { "", 0 }, { "-1", 0 },
	{ "+1", 0 }, { " 1", 0 }, { "1 ", 0 }, { "0x1", 0 }, { "1e1", 0 },
	{ "99999999999999999999999", 0 },
};

START_TEST(test_number)
{
	int64_t n;

	ck_assert_msg(request_number(numbers[_i].text, 0, 100, &n) ==
	        numbers[_i].ok, "%s", numbers[_i].text);
}
END_TEST

/* Asked again, it is answered as before and not done again. */
START_TEST(test_again)
{
	say("#r", "ann", 1, "text");
	expect("@ask=a1;account=ann REDACT #r 1.1", "REDACTED #r 1.1 ann\n");
	expect("@ask=a1;account=ann REDACT #r 1.1", "REDACTED #r 1.1 ann\n");
	store_reopen();
	expect("@ask=a1;account=ann REDACT #r 1.1", "REDACTED #r 1.1 ann\n");
	expect("@ask=a2;account=ann REDACT #r 1.1",
	    "FAIL REDACT UNKNOWN_MSGID%");
	ck_assert_int_eq(request_forget(db, now + REQUEST_DONE_MS, 10), 0);
	expect("@ask=a1;account=ann REDACT #r 1.1", "REDACTED #r 1.1 ann\n");
	ck_assert_int_eq(request_forget(db, now + REQUEST_DONE_MS + 1, 10), 0);
	expect("@ask=a1;account=ann REDACT #r 1.1",
	    "FAIL REDACT UNKNOWN_MSGID%");
}
END_TEST

/* In a transaction of the caller's that fails, it was not done. */
START_TEST(test_undone)
{
	say("#r", "ann", 1, "text");
	ck_assert_int_eq(database_begin(db), 0);
	expect("@ask=a1;account=ann REDACT #r 1.1", "REDACTED #r 1.1 ann\n");
	database_rollback(db);
	expect("HISTORY LATEST #r * * 9 0", "ROW%");
	expect("@ask=a1;account=ann REDACT #r 1.1", "REDACTED #r 1.1 ann\n");
}
END_TEST

/* A reader cannot write: that is trouble, which is told. */
START_TEST(test_trouble)
{
	struct database *reader = store_reader();
	const char *got;

	say("#r", "ann", 1, "text");
	got = ask_with(reader, "@account=ann REDACT #r 1.1");
	ck_assert_msg(
	    strncmp(got, "FAIL REDACT TEMPORARILY_UNAVAILABLE", 35) == 0, "%s",
	    got);
	got = ask_with(reader, "HISTORY LATEST #r * * 9 0");
	ck_assert_msg(strncmp(got, "ROW", 3) == 0, "%s", got);
	database_close(reader);
}
END_TEST

Suite *
check_request(void)
{
	Suite *s = suite_create("request");
	TCase *t = tcase_create("request");

	tcase_add_checked_fixture(t, store_setup, store_teardown);
	ADD_ROWS(t, test_bad, bad);
	ADD_ROWS(t, test_time, times);
	ADD_ROWS(t, test_number, numbers);
	tcase_add_test(t, test_again);
	tcase_add_test(t, test_undone);
	tcase_add_test(t, test_trouble);
	suite_add_tcase(s, t);
	return s;
}
