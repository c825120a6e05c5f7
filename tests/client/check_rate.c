/* SPDX-License-Identifier: ISC */

/* The token bucket. */

#include "../../client/bot/rate.h"
#include "check_client.h"

static const struct {
	const char *text;
	int want;
	int64_t cost;
} forms[] = {
	{ "5/10", 0, 2000 },
	{ "1/1", 0, 1000 },
	{ "3/1", 0, 333 },
	{ "100000/1", 0, 0 },
	{ "0/1", -1, 0 },
	{ "1/0", -1, 0 },
	{ "-1/1", -1, 0 },
	{ "1/-1", -1, 0 },
	{ " 1/1", -1, 0 },
	{ "1/ 1", -1, 0 },
	{ "1", -1, 0 },
	{ "1/", -1, 0 },
	{ "/1", -1, 0 },
	{ "", -1, 0 },
	{ "1/1s", -1, 0 },
	{ "99999999999999999999/1", -1, 0 },
};

START_TEST(form)
{
	struct rate r;

	ck_assert_int_eq(rate_parse(&r, forms[_i].text), forms[_i].want);
	if (forms[_i].want == 0)
		ck_assert_int_eq(r.cost, forms[_i].cost);
}
END_TEST

START_TEST(burst_then_steady)
{
	struct rate r;
	int64_t now = 50000;
	int i;

	ck_assert_int_eq(rate_parse(&r, "3/6"), 0);
	for (i = 0; i < 3; i++) {
		ck_assert_int_eq(rate_wait(&r, now), 0);
		rate_take(&r, now);
	}
	ck_assert_int_eq(rate_wait(&r, now), 2000);
	ck_assert_int_eq(rate_wait(&r, now + 1500), 500);
	now += 2000;
	ck_assert_int_eq(rate_wait(&r, now), 0);
	rate_take(&r, now);
	ck_assert_int_eq(rate_wait(&r, now), 2000);
	/* after a long pause there are three again, and no more */
	now += 1000000;
	for (i = 0; i < 3; i++) {
		ck_assert_int_eq(rate_wait(&r, now), 0);
		rate_take(&r, now);
	}
	ck_assert_int_eq(rate_wait(&r, now), 2000);
}
END_TEST

Suite *
check_rate(void)
{
	Suite *s = suite_create("rate");
	TCase *tc = tcase_create("rate");

	ADD_ROWS(tc, form, forms);
	tcase_add_test(tc, burst_then_steady);
	suite_add_tcase(s, tc);
	return s;
}
