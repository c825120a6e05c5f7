/* SPDX-License-Identifier: ISC */

/* SASL: what is sent to a server, byte by byte. */

#include <string.h>

#include "../../client/session/sasl.h"
#include "check_client.h"

static const struct {
	const char *name, *list, *mechanism;
	int want;
} offers[] = {
	{ "alone", "PLAIN", "PLAIN", 1 },
	{ "last", "EXTERNAL,PLAIN", "PLAIN", 1 },
	{ "first", "PLAIN,EXTERNAL", "PLAIN", 1 },
	{ "not there", "EXTERNAL", "PLAIN", 0 },
	{ "a part of another", "PLAIN-X,XPLAIN", "PLAIN", 0 },
	{ "case", "plain", "PLAIN", 1 },
	{ "empty", "", "PLAIN", 0 },
	{ "empty ones", ",,PLAIN,", "PLAIN", 1 },
};

START_TEST(mechanisms)
{
	ck_assert_int_eq(sasl_offers(offers[_i].list, offers[_i].mechanism),
	    offers[_i].want);
}
END_TEST

START_TEST(plain)
{
	char buf[16];

	ck_assert_int_eq(sasl_plain(buf, sizeof(buf), "alice", "pw"), 9);
	ck_assert_mem_eq(buf, "\0alice\0pw", 9);
	ck_assert_int_eq(sasl_plain(buf, 9, "alice", "pw"), 9);
	ck_assert_int_eq(sasl_plain(buf, 8, "alice", "pw"), -1);
	ck_assert_int_eq(sasl_plain(buf, sizeof(buf), "alice", ""), 7);
}
END_TEST

Suite *
check_sasl(void)
{
	Suite *s = suite_create("sasl");
	TCase *tc = tcase_create("sasl");

	ADD_ROWS(tc, mechanisms, offers);
	tcase_add_test(tc, plain);
	suite_add_tcase(s, tc);
	return s;
}
