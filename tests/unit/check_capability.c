/* SPDX-License-Identifier: ISC */

/* Names of capabilities, and requests for them. */

#include <string.h>

#include "../../irc/capability.h"
#include "check_irc.h"

/* Each name leads to its bit, and no bit is used twice. */
START_TEST(test_names)
{
	uint64_t all = 0, bit;
	const char *name;
	int i;

	for (i = 0; i < CAPABILITY_COUNT; i++) {
		ck_assert_ptr_nonnull(name = capability_name(i));
		bit = capability_bit(name, strlen(name));
		ck_assert_uint_eq(bit, UINT64_C(1) << i);
		ck_assert_uint_eq(all & bit, 0);
		all |= bit;
	}
	ck_assert_ptr_null(capability_name(CAPABILITY_COUNT));
	ck_assert_ptr_null(capability_name(-1));
	ck_assert_str_eq(capability_name(CAPABILITY_MESSAGE_TAGS),
	    "message-tags");
}
END_TEST

static const struct {
	const char *name;
	size_t len;
	uint64_t want;
} bits[] = {
	{ "batch", 5, CAP(BATCH) },
	{ "batch more", 5, CAP(BATCH) },
	{ "batch", 4, 0 },
	{ "batches", 7, 0 },
	{ "BATCH", 5, 0 },
	{ "", 0, 0 },
	{ "sasl=PLAIN", 10, 0 },
	{ "setname", 7, CAP(SETNAME) },
	{ "chghost", 7, CAP(CHGHOST) },
};

START_TEST(test_bit)
{
	ck_assert_msg(
	    capability_bit(bits[_i].name, bits[_i].len) == bits[_i].want, "%s",
	    bits[_i].name);
}
END_TEST

#define SOME (CAP(BATCH) | CAP(SETNAME) | CAP(CHGHOST))

static const struct {
	const char *list;
	uint64_t before;
	int want;
	uint64_t after;
} requests[] = {
	{ "", 0, 0, 0 },
	{ "", CAP(BATCH), 0, CAP(BATCH) },
	{ "  ", CAP(BATCH), 0, CAP(BATCH) },
	{ "batch", 0, 0, CAP(BATCH) },
	{ "batch", CAP(BATCH), 0, CAP(BATCH) },
	{ "batch setname", 0, 0, CAP(BATCH) | CAP(SETNAME) },
	{ "  batch   setname  ", 0, 0, CAP(BATCH) | CAP(SETNAME) },
	{ "-batch", CAP(BATCH) | CAP(SETNAME), 0, CAP(SETNAME) },
	{ "-batch", 0, 0, 0 },
	{ "-batch setname", CAP(BATCH), 0, CAP(SETNAME) },
	{ "batch -batch", 0, 0, 0 },
	{ "-batch batch", 0, 0, CAP(BATCH) },
	{ "batch nonsense", CAP(SETNAME), -1, CAP(SETNAME) },
	{ "nonsense batch", CAP(SETNAME), -1, CAP(SETNAME) },
	{ "-batch nonsense", CAP(BATCH), -1, CAP(BATCH) },
	{ "-nonsense", CAP(BATCH), -1, CAP(BATCH) },
	{ "echo-message", 0, -1, 0 }, /* known, not available */
	{ "-echo-message", 0, -1, 0 },
	{ "batch=1", 0, -1, 0 },
	{ "--batch", CAP(BATCH), -1, CAP(BATCH) },
	{ "-", 0, -1, 0 },
	{ "Batch", 0, -1, 0 },
	{ "batch,setname", 0, -1, 0 },
};

START_TEST(test_request)
{
	uint64_t caps = requests[_i].before;
	int got = capability_request(&caps, SOME, requests[_i].list);

	ck_assert_msg(got == requests[_i].want, "'%s'", requests[_i].list);
	ck_assert_msg(caps == requests[_i].after, "'%s': %llx",
	    requests[_i].list, (unsigned long long)caps);
}
END_TEST

Suite *
check_capability(void)
{
	Suite *s = suite_create("capability");
	TCase *tc = tcase_create("table");

	tcase_add_test(tc, test_names);
	ADD_ROWS(tc, test_bit, bits);
	ADD_ROWS(tc, test_request, requests);
	suite_add_tcase(s, tc);
	return s;
}
