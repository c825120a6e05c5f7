/* SPDX-License-Identifier: ISC */
#ifndef CHECK_STORE_H
#define CHECK_STORE_H

#include <check.h>

#include "../../store/database.h"
#include "../../store/message.h"
#include "../../store/request.h"
#include "../../store/search.h"

/* One suite for each noun of store/. */
Suite *check_database(void);
Suite *check_message(void);
Suite *check_history(void);
Suite *check_request(void);
Suite *check_search(void);
Suite *check_credential(void);
Suite *check_account(void);
Suite *check_login(void);
Suite *check_certificate(void);
Suite *check_local(void);
Suite *check_room(void);
Suite *check_metadata(void);
Suite *check_retention(void);
Suite *check_backup(void);
Suite *check_hostile(void);
Suite *check_moderation(void);
Suite *check_crash(void);

#define ROWS(table) ((int)(sizeof(table) / sizeof((table)[0])))
#define ADD_ROWS(tcase, test, table)                                          \
	tcase_add_loop_test(tcase, test, 0, ROWS(table))

/* A private directory with a database of its own, for one test. */
extern char store_dir[64], store_path[96];
extern struct database *db;  /* its writer */
void store_setup(void);
void store_teardown(void);
/* Closes the writer and opens it again. */
void store_reopen(void);
struct database *store_reader(void);

/* What a request is answered at the time `now', with the writer. */
extern int64_t now;
const char *ask(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
const char *ask_with(struct database *with, const char *line);
/* That, and the answer it has to be; "%" at the end of WANT: the beginning. */
void expect_at(const char *where, const char *line, const char *want);
#define expect(line, want) expect_at(__func__, line, want)

/* Stores one message; msgid "1.N", time 1000000 * N unless set. */
void say(const char *room, const char *nick, uint64_t n, const char *text);
void say_to(const char *from, const char *to, uint64_t n, const char *text);
void event(const char *room, int kind, const char *nick, uint64_t n);

#endif
