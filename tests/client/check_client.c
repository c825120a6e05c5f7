/* SPDX-License-Identifier: ISC */

/*
 * Runs the suites of client/, each in a file named after its module; those of
 * client/screen/ are in check_screen_*.c and only where there is ncursesw.
 */

#include <stdlib.h>

#include "check_client.h"

int
main(void)
{
	SRunner *sr = srunner_create(check_outbox());
	int failed;

	srunner_add_suite(sr, check_complete());
	srunner_add_suite(sr, check_configfile());
	srunner_add_suite(sr, check_edit());
	srunner_add_suite(sr, check_event());
	srunner_add_suite(sr, check_isupport());
	srunner_add_suite(sr, check_room());
	srunner_add_suite(sr, check_emoji());
	srunner_add_suite(sr, check_grapheme());
	srunner_add_suite(sr, check_key());
	srunner_add_suite(sr, check_recall());
	srunner_add_suite(sr, check_setting());
	srunner_add_suite(sr, check_catchup());
	srunner_add_suite(sr, check_draft());
	srunner_add_suite(sr, check_own());
	srunner_add_suite(sr, check_sasl());
	srunner_add_suite(sr, check_json());
	srunner_add_suite(sr, check_note());
	srunner_add_suite(sr, check_when());
	srunner_add_suite(sr, check_answer());
	srunner_add_suite(sr, check_child());
	srunner_add_suite(sr, check_order());
	srunner_add_suite(sr, check_question());
	srunner_add_suite(sr, check_queue());
	srunner_add_suite(sr, check_rate());
	srunner_add_suite(sr, check_known());
	srunner_add_suite(sr, check_judge());
#ifdef TLS
	srunner_add_suite(sr, check_tls_scram());
	srunner_add_suite(sr, check_secure());
	srunner_add_suite(sr, check_secure_talk());
#endif
#ifdef SCREEN
	srunner_add_suite(sr, check_screen_buffer());
	srunner_add_suite(sr, check_screen_find());
	srunner_add_suite(sr, check_screen_format());
	srunner_add_suite(sr, check_screen_layout());
	srunner_add_suite(sr, check_screen_link());
	srunner_add_suite(sr, check_screen_notify());
	srunner_add_suite(sr, check_screen_palette());
	srunner_add_suite(sr, check_screen_scrollback());
	srunner_add_suite(sr, check_screen_words());
	srunner_add_suite(sr, check_screen_wrap());
#endif
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
