/* SPDX-License-Identifier: ISC */

/*
 * Runs the suites of irc/, each in a file named after its module.
 *
 * The tests are tables: rows of a name, an input and what is wanted of it,
 * and a row is a test of its own.  The name is in the report when it fails.
 */

#include <stdlib.h>

#include "check_irc.h"

int
main(void)
{
	SRunner *sr = srunner_create(check_message());
	int failed;

	srunner_add_suite(sr, check_tag());
	srunner_add_suite(sr, check_name());
	srunner_add_suite(sr, check_extban());
	srunner_add_suite(sr, check_look());
	srunner_add_suite(sr, check_mask());
	srunner_add_suite(sr, check_metadata());
	srunner_add_suite(sr, check_utf8());
	srunner_add_suite(sr, check_capability());
	srunner_add_suite(sr, check_mode());
	srunner_add_suite(sr, check_numeric());
	srunner_add_suite(sr, check_whox());
	srunner_add_suite(sr, check_elist());
	srunner_add_suite(sr, check_xmask());
	srunner_add_suite(sr, check_phrase());
	srunner_add_suite(sr, check_base64());
	srunner_add_suite(sr, check_uri());
	srunner_add_suite(sr, check_multiline());
	srunner_add_suite(sr, check_proxy());
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
