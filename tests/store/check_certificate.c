/* SPDX-License-Identifier: ISC */

/* Certificates of accounts: adding, removing, showing, and logging in. */

#include <stdio.h>
#include <string.h>

#include "../../store/certificate.h"
#include "../../store/limit.h"
#include "check_store.h"

#define A16 "aaaaaaaaaaaaaaaa"
#define FP_A A16 A16 A16 A16
#define FP_B "bbbbbbbbbbbbbbbb" A16 A16 A16
#define LOUD_A "AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:" \
	"AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA"

#define DENIED "FAIL AUTHENTICATE BAD_CREDENTIALS * :%"
#define MALFORMED "FAIL AUTHENTICATE MALFORMED * :%"

static void
fill(void)
{
	store_setup();
	limit_reset();
	ask("@oper=1 ACCOUNT ADD Ann :secret");
	ask("@oper=1 ACCOUNT ADD bob :secret");
	now = 7000;
	expect("@account=ann ACCOUNT CERT ann " FP_A,
	    "CERT Ann " FP_A " 7000\n");
}

static const struct {
	const char *ask, *want;
} rows[] = {
	{ "@account=ann ACCOUNT CERTS ANN", "CERT Ann " FP_A " 7000\nEND\n" },
	{ "@oper=1 ACCOUNT CERTS ann", "CERT Ann " FP_A " 7000\nEND\n" },
	{ "@account=bob ACCOUNT CERTS bob", "END\n" },
	{ "@account=bob ACCOUNT CERTS ann", "FAIL ACCOUNT NOT_YOURS%" },
	{ "ACCOUNT CERTS ann", "FAIL ACCOUNT NOT_YOURS%" },
	{ "@oper=1 ACCOUNT CERTS eve", "FAIL ACCOUNT NO_SUCH_ACCOUNT%" },
	{ "@account=bob ACCOUNT CERT ann " FP_B, "FAIL ACCOUNT NOT_YOURS%" },
	{ "@account=bob ACCOUNT CERT bob " FP_A, "FAIL ACCOUNT CERT_EXISTS%" },
	{ "@account=bob ACCOUNT CERT bob " LOUD_A,
	    "FAIL ACCOUNT CERT_EXISTS%" },
	{ "@oper=1 ACCOUNT CERT bob " FP_B, "CERT bob " FP_B " 7000\n" },
	{ "@account=ann ACCOUNT CERT ann " LOUD_A,
	    "CERT Ann " FP_A " 7000\n" },
	{ "@account=ann ACCOUNT CERT ann abc", "FAIL ACCOUNT INVALID_PARAMS%" },
	{ "@account=ann ACCOUNT CERT ann *", "FAIL ACCOUNT INVALID_PARAMS%" },
	{ "@account=ann ACCOUNT CERT ann", "FAIL ACCOUNT NEED_MORE_PARAMS%" },
	{ "@account=ann ACCOUNT UNCERT ann " LOUD_A, "UNCERT Ann " FP_A "\n" },
	{ "@account=ann ACCOUNT UNCERT ann " FP_B,
	    "FAIL ACCOUNT NO_SUCH_CERT%" },
	{ "@account=bob ACCOUNT UNCERT bob " FP_A,
	    "FAIL ACCOUNT NO_SUCH_CERT%" },
	{ "@account=bob ACCOUNT UNCERT ann " FP_A, "FAIL ACCOUNT NOT_YOURS%" },

	{ "AUTHENTICATE EXTERNAL " FP_A, "OK Ann *\n" },
	{ "AUTHENTICATE EXTERNAL " FP_A " :", "OK Ann *\n" },
	{ "AUTHENTICATE EXTERNAL " LOUD_A " :YW5u", "OK Ann *\n" },
	{ "AUTHENTICATE EXTERNAL " FP_A " :QW5u", "OK Ann *\n" },
	{ "AUTHENTICATE EXTERNAL " FP_A " :Ym9i", DENIED },
	{ "AUTHENTICATE EXTERNAL " FP_B, DENIED },
	{ "AUTHENTICATE EXTERNAL " FP_B " :YW5u", DENIED },
	{ "AUTHENTICATE EXTERNAL " FP_A " :not base64", MALFORMED },
	{ "AUTHENTICATE EXTERNAL " FP_A " :YW4AbQ==", MALFORMED },
	{ "AUTHENTICATE EXTERNAL :", MALFORMED },
	{ "AUTHENTICATE EXTERNAL *", MALFORMED },
	{ "AUTHENTICATE EXTERNAL", "FAIL AUTHENTICATE NEED_MORE_PARAMS%" },
};

START_TEST(test_row)
{
	expect_at(rows[_i].ask, rows[_i].ask, rows[_i].want);
}
END_TEST

/* As many as there may be, and not one more; adding one again is none. */
START_TEST(test_limit)
{
	char fingerprint[CERTIFICATE_TEXT];
	const char *got;
	int i;

	for (i = 1; i <= CERTIFICATE_MOST; i++) {
		snprintf(fingerprint, sizeof(fingerprint), "%064x", i);
		got = ask("@account=ann ACCOUNT CERT ann %s", fingerprint);
		ck_assert_int_eq(strncmp(got, "CERT", 4) == 0,
		    i < CERTIFICATE_MOST);
	}
	got = ask("@account=ann ACCOUNT CERT ann %s", fingerprint);
	ck_assert_msg(strncmp(got, "FAIL ACCOUNT LIMIT_REACHED", 26) == 0,
	    "%s", got);
	expect("@account=ann ACCOUNT CERT ann " FP_A,
	    "CERT Ann " FP_A " 7000\n");
	expect("@account=bob ACCOUNT CERT bob " FP_B,
	    "CERT bob " FP_B " 7000\n");
}
END_TEST

START_TEST(test_suspended)
{
	ask("@oper=1 ACCOUNT SUSPEND ann :why not");
	expect("AUTHENTICATE EXTERNAL " FP_A,
	    "FAIL AUTHENTICATE ACCOUNT_SUSPENDED * :why not\n");
	expect("AUTHENTICATE EXTERNAL " FP_A " :Ym9i", DENIED);
	ask("@oper=1 ACCOUNT UNSUSPEND ann");
	expect("AUTHENTICATE EXTERNAL " FP_A, "OK Ann *\n");
}
END_TEST

/* They go with the account, and nobody inherits them. */
START_TEST(test_gone)
{
	int64_t n = -1;

	ask("@oper=1 ACCOUNT REMOVE ann");
	expect("AUTHENTICATE EXTERNAL " FP_A, DENIED);
	database_number(db, &n, "SELECT count(*) FROM certificate", "");
	ck_assert_int_eq(n, 0);
	ask("@oper=1 ACCOUNT ADD ann :other");
	expect("AUTHENTICATE EXTERNAL " FP_A, DENIED);
	expect("@account=bob ACCOUNT CERT bob " FP_A,
	    "CERT bob " FP_A " 7000\n");
}
END_TEST

/* What is asked again is done once, and all of it is kept. */
START_TEST(test_again)
{
	const char *add = "@account=ann;ask=1.2 ACCOUNT CERT ann " FP_B;

	expect(add, "CERT Ann " FP_B " 7000\n");
	expect("@account=ann ACCOUNT UNCERT ann " FP_B,
	    "UNCERT Ann " FP_B "\n");
	now = 8000;
	expect(add, "CERT Ann " FP_B " 7000\n");
	store_reopen();
	expect("@account=ann ACCOUNT CERTS ann",
	    "CERT Ann " FP_A " 7000\nEND\n");
	expect("AUTHENTICATE EXTERNAL " FP_A, "OK Ann *\n");
}
END_TEST

/* Failures of a certificate hold back that one, not the account. */
START_TEST(test_delay)
{
	int i;

	for (i = 0; i < 5; i++)
		ask("@address=::1 AUTHENTICATE EXTERNAL " FP_B " :YW5u");
	ck_assert_int_eq(strncmp(ask("@address=::1 AUTHENTICATE EXTERNAL " FP_B
	    " :YW5u"), "DELAY", 5), 0);
	expect("@address=::1 AUTHENTICATE EXTERNAL " FP_A, "OK Ann *\n");
	limit_reset();
}
END_TEST

START_TEST(test_export)
{
	const char *got;

	ask("@account=ann METADATA SET ann url 9 :x");
	got = ask("@oper=1 EXPORT ann");
	ck_assert_msg(strstr(got, "CERT Ann " FP_A " 7000\n") != NULL, "%s",
	    got);
	ck_assert_ptr_nonnull(strstr(got, "METADATA"));
	ck_assert_ptr_null(strstr(ask("@oper=1 EXPORT bob"), "CERT"));
	/* erasing what somebody has said locks nobody out */
	ask("@oper=1 ERASE ann");
	expect("AUTHENTICATE EXTERNAL " FP_A, "OK Ann *\n");
}
END_TEST

Suite *
check_certificate(void)
{
	Suite *s = suite_create("certificate");
	TCase *t = tcase_create("certificate");

	tcase_add_checked_fixture(t, fill, store_teardown);
	ADD_ROWS(t, test_row, rows);
	tcase_add_test(t, test_limit);
	tcase_add_test(t, test_suspended);
	tcase_add_test(t, test_gone);
	tcase_add_test(t, test_again);
	tcase_add_test(t, test_delay);
	tcase_add_test(t, test_export);
	suite_add_tcase(s, t);
	return s;
}
