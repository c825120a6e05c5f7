/* SPDX-License-Identifier: ISC */

/* Users of the server's machine: whose account is theirs. */

#include "check_store.h"

#define EXISTS "FAIL LOCAL ACCOUNT_EXISTS %"

static void
fill(void)
{
	store_setup();
	ask("@oper=1 ACCOUNT ADD Bob :secret");
	now = 7000;
	expect("@policy=open LOCAL 1000 ann", "OK ann *\n");
}

static const struct {
	const char *ask, *want;
} rows[] = {
	{ "@policy=open LOCAL 1000 ann", "OK ann *\n" },
	{ "@policy=closed LOCAL 1000 ann", "OK ann *\n" },
	/* the name or the number alone is nobody's */
	{ "@policy=open LOCAL 1001 ann", EXISTS },
	{ "@policy=open LOCAL 1001 ANN", EXISTS },
	{ "@policy=open LOCAL 1000 zoe", "OK zoe *\n" },
	{ "@policy=open;account=ann LOCAL 1000 zoe", "OK zoe *\n" },
	/* an account that was there before */
	{ "@policy=open LOCAL 1001 bob", EXISTS },
	{ "@policy=open;account=ann LOCAL 1001 bob", EXISTS },
	{ "@policy=closed;account=bob LOCAL 1001 bob", "OK Bob *\n" },
	{ "@policy=open;oper=1 LOCAL 1001 bob", EXISTS },
	/* one that is to be made */
	{ "@policy=closed LOCAL 1001 zoe", "FAIL LOCAL TEMPORARILY_UNAVAILABLE "
	    "%" },
	{ "@policy=invite LOCAL 1001 zoe", "FAIL LOCAL TEMPORARILY_UNAVAILABLE "
	    "%" },
	{ "LOCAL 1001 zoe", "FAIL LOCAL TEMPORARILY_UNAVAILABLE %" },
	{ "@policy=open LOCAL 1001 john.doe", "FAIL LOCAL BAD_ACCOUNT_NAME %" },
	{ "@policy=open LOCAL 4294967295 zoe", "OK zoe *\n" },
	{ "@policy=open LOCAL 4294967296 zoe", "FAIL LOCAL INVALID_PARAMS %" },
	{ "@policy=open LOCAL -1 zoe", "FAIL LOCAL INVALID_PARAMS %" },
	{ "@policy=open LOCAL x zoe", "FAIL LOCAL INVALID_PARAMS %" },
	{ "OWNER ann", "OWNER ann%" },
};

START_TEST(test_row)
{
	expect_at(rows[_i].ask, rows[_i].ask, rows[_i].want);
}
END_TEST

/* Who has the number of a user who is no more has another account, and does not
 * get the old one by having its name later. */
START_TEST(test_again)
{
	expect("@policy=open LOCAL 1000 zoe", "OK zoe *\n");
	expect("@policy=open LOCAL 1000 ann", EXISTS);
	/* not even the user who made it: its password is asked for */
	expect("@policy=open;account=ann LOCAL 1000 ann", "OK ann *\n");
	expect("@policy=open LOCAL 1000 ann", "OK ann *\n");
}
END_TEST

/* With the account goes what was known of it. */
START_TEST(test_gone)
{
	ask("@oper=1 ACCOUNT REMOVE ann");
	expect("@policy=closed LOCAL 1000 ann",
	    "FAIL LOCAL TEMPORARILY_UNAVAILABLE %");
	ask("@oper=1 ACCOUNT ADD ann :secret");
	expect("@policy=open LOCAL 1000 ann", EXISTS);
}
END_TEST

START_TEST(test_suspended)
{
	ask("@oper=1 ACCOUNT SUSPEND ann :spam");
	expect("@policy=open LOCAL 1000 ann",
	    "FAIL LOCAL ACCOUNT_SUSPENDED ann :spam\n");
}
END_TEST

Suite *
check_local(void)
{
	Suite *s = suite_create("local");
	TCase *t = tcase_create("local");

	tcase_add_checked_fixture(t, fill, store_teardown);
	ADD_ROWS(t, test_row, rows);
	tcase_add_test(t, test_again);
	tcase_add_test(t, test_gone);
	tcase_add_test(t, test_suspended);
	suite_add_tcase(s, t);
	return s;
}
