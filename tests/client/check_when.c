/* SPDX-License-Identifier: ISC */

/* Times and durations of a command line, and what is none. */

#include <stdlib.h>
#include <time.h>

#include "../../client/script/when.h"
#include "check_client.h"

static const struct {
	const char *input;
	int64_t want;
} durations[] = {
	{ "0", 0 },
	{ "30", 30000 },
	{ "30s", 30000 },
	{ "500ms", 500 },
	{ "5m", 300000 },
	{ "2h", 7200000 },
	{ "1d", 86400000 },
	{ "2w", 1209600000 },
	{ "", -1 },
	{ "-1", -1 },
	{ " 1", -1 },
	{ "1x", -1 },
	{ "1.5s", -1 },
	{ "s", -1 },
	{ "99999999999", -1 },
	{ "99999999999999999999999", -1 },
};

START_TEST(duration)
{
	ck_assert_int_eq(when_duration(durations[_i].input),
	    durations[_i].want);
}
END_TEST

#define NOW INT64_C(951782400123) /* 2000-02-29T00:00:00.123Z */

static const struct {
	const char *input;
	int64_t want;
} times[] = {
	{ "2000-02-29T00:00:00.123Z", NOW },
	{ "2000-02-29t00:00:00Z", -1 },
	{ "2000-02-29T01:00:00.123+01:00", NOW },
	{ "2000-02-28T22:30:00.123-0130", NOW },
	{ "2000-02-29T00:00:00.123", NOW + 5 * 3600000 },
	{ "2000-02-29 00:00", NOW + 5 * 3600000 - 123 },
	{ "2000-02-28", NOW - 19 * 3600000 - 123 },
	{ "19:00", NOW - 123 },
	{ "19:00:01", NOW - 123 + 1000 },
	{ "1h", NOW - 3600000 },
	{ "90s", NOW - 90000 },
	{ "", -1 },
	{ "90", -1 },
	{ "2000", -1 },
	{ "2000-13-01", -1 },
	{ "2000-02-29T25:00", -1 },
	{ "2000-02-29 00:00 UTC", -1 },
	{ "2000-02-29T00:00:00+1", -1 },
	{ "1900-01-01", -1 },
	{ "yesterday", -1 },
};

START_TEST(time_of_day)
{
	setenv("TZ", "XXX5", 1);
	tzset();
	ck_assert_msg(when_parse(times[_i].input, NOW) == times[_i].want,
	    "%s: %lld", times[_i].input,
	    (long long)when_parse(times[_i].input, NOW));
}
END_TEST

Suite *
check_when(void)
{
	Suite *s = suite_create("when");
	TCase *t = tcase_create("when");

	ADD_ROWS(t, duration, durations);
	ADD_ROWS(t, time_of_day, times);
	suite_add_tcase(s, t);
	return s;
}
