/* SPDX-License-Identifier: ISC */
#ifndef CHECK_IRC_H
#define CHECK_IRC_H

#include <check.h>

/* One suite for each module of irc/. */
Suite *check_message(void);
Suite *check_tag(void);
Suite *check_name(void);
Suite *check_extban(void);
Suite *check_look(void);
Suite *check_phrase(void);
Suite *check_base64(void);
Suite *check_uri(void);
Suite *check_mask(void);
Suite *check_metadata(void);
Suite *check_utf8(void);
Suite *check_capability(void);
Suite *check_mode(void);
Suite *check_proxy(void);
Suite *check_numeric(void);
Suite *check_whox(void);
Suite *check_elist(void);
Suite *check_xmask(void);
Suite *check_multiline(void);

#define ROWS(table) ((int)(sizeof(table) / sizeof((table)[0])))

/* Adds a test that runs once a row of TABLE, with the row's index in _i. */
#define ADD_ROWS(tcase, test, table)                                          \
	tcase_add_loop_test(tcase, test, 0, ROWS(table))

#endif
