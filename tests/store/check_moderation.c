/* SPDX-License-Identifier: ISC */

/* Bans from the server, and the record of what operators did. */

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../../store/audit.h"
#include "../../store/schema.h"
#include "../../store/xline.h"
#include "check_store.h"

#define ANN "@oper=1;operator=boss;nick=ann;account=Ann;" \
	"address=::ffff:10.0.0.9"

/* One after the other, at 1000000000000. */
static const struct {
	const char *line, *want;
} steps[] = {
	{ "XLINE LIST", "END\n" },
	{ "XLINE ADD 10.1.2.3/8 0 :x", "FAIL XLINE NOT_PRIVILEGED%" },
	{ ANN " XLINE ADD 10.1.2.3/8 0 :two words", "ADDED 10.0.0.0/8\n" },
	{ ANN " XLINE ADD Bob!*@* 1000000060 :", "ADDED Bob!*@*\n" },
	{ ANN " XLINE ADD account:Eve 999999999 :over", "ADDED account:Eve\n" },
	{ ANN " XLINE ADD bob 0 :x", "FAIL XLINE INVALID_MASK bob%" },
	{ ANN " XLINE ADD a!*@* x :x", "FAIL XLINE INVALID_PARAMS x%" },
	{ "XLINE LIST 0",
	    "XLINE 10.0.0.0/8 1000000000000 0 boss :two words\n"
	    "XLINE Bob!*@* 1000000000000 1000000060000 boss :\nEND\n" },
	{ ANN " XLINE ADD bob!*@* 0 :again", "ADDED bob!*@*\n" },
	{ "XLINE LIST 1",
	    "XLINE Bob!*@* 1000000000000 0 boss :again\nEND\n" },
	{ ANN " XLINE DEL BOB!*@*", "REMOVED BOB!*@*\n" },
	{ ANN " XLINE DEL bob!*@*", "FAIL XLINE NO_SUCH_BAN%" },
	{ ANN " XLINE DEL bob", "FAIL XLINE INVALID_MASK%" },
	{ "AUDITED KILL bob :x", "FAIL AUDITED NOT_PRIVILEGED%" },
	{ ANN " AUDITED KILL bob :spam; ' --", "AUDITED\n" },
	{ "@oper=1;operator=uid:0;address=:: AUDITED STOP * :", "AUDITED\n" },
	{ "AUDITS * 2", "FAIL AUDITS NOT_PRIVILEGED%" },
	{ "@oper=1 AUDITS * 2",
	    "AUDIT 7 1000000000000 uid:0 mootctl * STOP * :\n"
	    "AUDIT 6 1000000000000 boss ann 10.0.0.9 KILL bob :spam; ' --\n"
	    "END\n" },
	{ "@oper=1 AUDITS 3 100",
	    "AUDIT 2 1000000000000 boss ann 10.0.0.9 XLINE-ADD Bob!*@* :\n"
	    "AUDIT 1 1000000000000 boss ann 10.0.0.9 XLINE-ADD 10.1.2.3/8"
	    " :two words\nEND\n" },
	/* no password is put on the record */
	{ ANN " ACCOUNT ADD carl :secret", "ADDED carl\n" },
	{ "@oper=1 AUDITS * 1",
	    "AUDIT 8 1000000000000 boss ann 10.0.0.9 ACCOUNT-ADD carl :\n"
	    "END\n" },
	/* nor what nobody did as an operator */
	{ "@oper=1 ACCOUNT SUSPEND carl :x", "SUSPENDED carl\n" },
	{ "@oper=1 AUDITS * 1", "AUDIT 8 %" },
};

START_TEST(test_steps)
{
	int i;

	for (i = 0; i < ROWS(steps); i++)
		expect(steps[i].line, steps[i].want);
}
END_TEST

/* What is asked twice is done, and put on the record, once. */
START_TEST(test_again)
{
	expect("@ask=a;oper=1;operator=boss XLINE ADD 10.0.0.1 0 :x",
	    "ADDED 10.0.0.1\n");
	expect("@ask=b;oper=1;operator=boss XLINE DEL 10.0.0.1",
	    "REMOVED 10.0.0.1\n");
	expect("@ask=a;oper=1;operator=boss XLINE ADD 10.0.0.1 0 :x",
	    "ADDED 10.0.0.1\n");
	expect("@ask=b;oper=1;operator=boss XLINE DEL 10.0.0.1",
	    "REMOVED 10.0.0.1\n");
	expect("XLINE LIST", "END\n");
	expect("@oper=1 AUDITS * 9", "AUDIT 2 1000000000000 boss mootctl *"
	    " XLINE-DEL 10.0.0.1 :\nAUDIT 1 %");
}
END_TEST

/* The list goes on behind its cursor, and ends at its limit. */
START_TEST(test_many)
{
	char cursor[24] = "0", *more;
	const char *p, *got;
	int i, seen = 0;

	ck_assert_int_eq(database_begin(db), 0);
	for (i = 0; i < XLINES; i++)
		ask("@oper=1;operator=o XLINE ADD 10.0.%d.%d 0 :reason",
		    i / 256, i % 256);
	ck_assert_int_eq(database_commit(db), 0);
	expect("@oper=1 XLINE ADD 10.1.0.0 0 :", "FAIL XLINE LIST_FULL%");
	/* one that is there is no more */
	expect("@oper=1 XLINE ADD 10.0.0.0 0 :", "ADDED 10.0.0.0\n");
	do {
		got = ask("XLINE LIST %s", cursor);
		for (p = got; (p = strstr(p, "XLINE ")) != NULL; p++)
			seen++;
		if ((more = strstr(got, "MORE ")) != NULL)
			sscanf(more, "MORE %23s", cursor);
	} while (more != NULL);
	ck_assert_int_eq(seen, XLINES);
}
END_TEST

START_TEST(test_forget)
{
	expect("@oper=1 XLINE ADD 10.0.0.1 1000000060 :", "ADDED 10.0.0.1\n");
	expect("@oper=1 XLINE ADD 10.0.0.2 0 :", "ADDED 10.0.0.2\n");
	expect("@oper=1;operator=o AUDITED A * :", "AUDITED\n");
	now += 61000;
	expect("@oper=1;operator=o AUDITED B * :", "AUDITED\n");
	ck_assert_int_eq(xline_forget(db, now), 0);
	ck_assert_int_eq(audit_forget(db, now - 1000, 100), 0);
	expect("XLINE LIST",
	    "XLINE 10.0.0.2 1000000000000 0 * :\nEND\n");
	expect("@oper=1 AUDITS * 9",
	    "AUDIT 2 1000000061000 o mootctl * B * :\nEND\n");
}
END_TEST

/* A database from before there were bans gets its tables. */
START_TEST(test_migrate)
{
	char sql[80];
	sqlite3 *old;

	database_close(db);
	ck_assert_int_eq(unlink(store_path), 0);
	ck_assert_int_eq(sqlite3_open(store_path, &old), SQLITE_OK);
	snprintf(sql, sizeof(sql), "PRAGMA application_id=%d;"
	    "PRAGMA user_version=1", 0x6d6f6f74);
	ck_assert_int_eq(sqlite3_exec(old, schema[0].sql, NULL, NULL, NULL),
	    SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(old, sql, NULL, NULL, NULL), SQLITE_OK);
	ck_assert_int_eq(sqlite3_close(old), SQLITE_OK);
	db = NULL;
	store_reopen();
	expect("@oper=1 XLINE ADD 10.0.0.1 0 :", "ADDED 10.0.0.1\n");
	expect("@oper=1;operator=o AUDITED A * :", "AUDITED\n");
}
END_TEST

Suite *
check_moderation(void)
{
	Suite *s = suite_create("moderation");
	TCase *t = tcase_create("moderation");

	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, store_setup, store_teardown);
	tcase_add_test(t, test_steps);
	tcase_add_test(t, test_again);
	tcase_add_test(t, test_many);
	tcase_add_test(t, test_forget);
	tcase_add_test(t, test_migrate);
	suite_add_tcase(s, t);
	return s;
}
