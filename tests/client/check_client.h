/* SPDX-License-Identifier: ISC */
#ifndef CHECK_CLIENT_H
#define CHECK_CLIENT_H

#include <check.h>

/* One suite for each module of client/, those of client/screen/ with SCREEN. */
Suite *check_complete(void);
Suite *check_catchup(void);
Suite *check_draft(void);
Suite *check_json(void);
Suite *check_note(void);
Suite *check_when(void);
Suite *check_answer(void);
Suite *check_child(void);
Suite *check_order(void);
Suite *check_question(void);
Suite *check_queue(void);
Suite *check_rate(void);
Suite *check_edit(void);
Suite *check_emoji(void);
Suite *check_grapheme(void);
Suite *check_key(void);
Suite *check_event(void);
Suite *check_isupport(void);
Suite *check_outbox(void);
Suite *check_room(void);
Suite *check_own(void);
Suite *check_recall(void);
Suite *check_sasl(void);
Suite *check_known(void);
Suite *check_judge(void);
Suite *check_tls_scram(void);
Suite *check_configfile(void);
Suite *check_secure(void);
Suite *check_secure_talk(void);
Suite *check_setting(void);
Suite *check_screen_buffer(void);
Suite *check_screen_find(void);
Suite *check_screen_format(void);
Suite *check_screen_layout(void);
Suite *check_screen_link(void);
Suite *check_screen_notify(void);
Suite *check_screen_palette(void);
Suite *check_screen_scrollback(void);
Suite *check_screen_words(void);
Suite *check_screen_wrap(void);

#define ROWS(table) ((int)(sizeof(table) / sizeof((table)[0])))

/* Adds a test that runs once a row of TABLE, with the row's index in _i. */
#define ADD_ROWS(tcase, test, table)                                          \
	tcase_add_loop_test(tcase, test, 0, ROWS(table))

#endif
