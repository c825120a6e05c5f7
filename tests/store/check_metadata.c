/* SPDX-License-Identifier: ISC */

/* What accounts say of themselves, in the store. */

#include <stdio.h>
#include <string.h>

#include "check_store.h"

static void
fill(void)
{
	store_setup();
	ask("@oper=1 ACCOUNT ADD Ann :secret");
	ask("@oper=1 ACCOUNT ADD bob :secret");
}

static const struct {
	const char *line, *want;
} steps[] = {
	{ "METADATA SHOW nobody", "FAIL METADATA NO_SUCH_ACCOUNT nobody %" },
	{ "METADATA SHOW ann", "METADATA SHOW Ann\nEND\n" },
	{ "METADATA SET ann url 2 :http://x/ :y", "METADATA SET Ann url\n" },
	{ "METADATA SET ann avatar 2 ::it's", "METADATA SET Ann avatar\n" },
	{ "METADATA SET ann more 2 :x", "FAIL METADATA LIMIT_REACHED Ann %" },
	{ "METADATA SET ann url 2 :new", "METADATA SET Ann url\n" },
	{ "METADATA SHOW ANN",
	    "METADATA SHOW Ann\nKEY avatar ::it's\nKEY url :new\nEND\n" },
	{ "METADATA SHOW bob", "METADATA SHOW bob\nEND\n" },
	{ "METADATA SET ann url 2", "METADATA SET Ann url\n" },
	{ "METADATA SET ann url 0 :", "METADATA SET Ann url\n" },
	{ "METADATA SHOW ann", "METADATA SHOW Ann\nKEY avatar ::it's\nEND\n" },
	{ "METADATA SET ann a:b 2 :x", "FAIL METADATA INVALID_PARAMS a:b %" },
	{ "METADATA SET ann a 21 :x", "FAIL METADATA INVALID_PARAMS a %" },
	{ "METADATA SET ann a 2 :\xff", "FAIL METADATA INVALID_PARAMS a %" },
	{ "METADATA SET nobody a 2 :x",
	    "FAIL METADATA NO_SUCH_ACCOUNT nobody %" },
	{ "@oper=1 EXPORT ANN", "METADATA Ann avatar ::it's\nEND\n" },
	{ "@oper=1 ERASE ann", "ERASED 0\nEND\n" },
	{ "METADATA SHOW ann", "METADATA SHOW Ann\nEND\n" },
	{ "METADATA SET ann url 2 :x", "METADATA SET Ann url\n" },
	/* it goes with the account */
	{ "@oper=1 ACCOUNT REMOVE ann", "REMOVED Ann\n" },
	{ "@oper=1 ACCOUNT ADD ann :secret", "%" },
	{ "METADATA SHOW ann", "METADATA SHOW ann\nEND\n" },
};

START_TEST(test_steps)
{
	size_t i;

	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		expect(steps[i].line, steps[i].want);
}
END_TEST

/* As much as there can be is one answer. */
START_TEST(test_most)
{
	char value[301];
	const char *p;
	int i, n = 0;

	memset(value, 'x', 300);
	value[300] = '\0';
	for (i = 0; i < 20; i++)
		ask("METADATA SET ann a%030d 20 :%s", i, value);
	p = ask("METADATA SHOW ann");
	for (; (p = strstr(p, "\nKEY ")) != NULL; p++)
		n++;
	ck_assert_int_eq(n, 20);
	p = ask("METADATA SHOW ann");
	ck_assert_str_eq(p + strlen(p) - 5, "\nEND\n");
}
END_TEST

Suite *
check_metadata(void)
{
	Suite *s = suite_create("metadata");
	TCase *t = tcase_create("metadata");

	tcase_add_checked_fixture(t, fill, store_teardown);
	tcase_add_test(t, test_steps);
	tcase_add_test(t, test_most);
	suite_add_tcase(s, t);
	return s;
}
