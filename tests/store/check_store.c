/* SPDX-License-Identifier: ISC */

/*
 * Runs the suites of store/: each test has a directory and a database of its
 * own, which are gone when it ends.
 */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check_store.h"

char store_dir[64], store_path[96];
struct database *db;
int64_t now = INT64_C(1000000000000);

void
store_setup(void)
{
	enum database_trouble t;
	char why[256];
	const char *tmp = getenv("TMPDIR");

	snprintf(store_dir, sizeof(store_dir), "%.40s/moot-store.XXXXXX",
	    tmp != NULL ? tmp : "/tmp");
	ck_assert_ptr_nonnull(mkdtemp(store_dir));
	snprintf(store_path, sizeof(store_path), "%s/store.db", store_dir);
	db = database_open(store_path, DATABASE_WRITER, &t, why, sizeof(why));
	ck_assert_msg(db != NULL, "%s", why);
}

void
store_teardown(void)
{
	char command[128];

	database_close(db);
	db = NULL;
	snprintf(command, sizeof(command), "rm -rf '%s'", store_dir);
	ck_assert_int_eq(system(command), 0);
}

void
store_reopen(void)
{
	enum database_trouble t;
	char why[256];

	database_close(db);
	db = database_open(store_path, DATABASE_WRITER, &t, why, sizeof(why));
	ck_assert_msg(db != NULL, "%s", why);
}

struct database *
store_reader(void)
{
	enum database_trouble t;
	char why[256];
	struct database *reader;

	reader = database_open(
	    store_path, DATABASE_READER, &t, why, sizeof(why));
	ck_assert_msg(reader != NULL, "%s", why);
	return reader;
}

const char *
ask_with(struct database *with, const char *line)
{
	static struct request r;

	if (request_parse(&r, line, strlen(line), now) != 0)
		return r.answer;
	request_prepare(with, &r);
	request_run(with, &r);
	ck_assert_uint_eq(strlen(r.answer), r.nanswer);
	ck_assert_uint_le(r.nanswer, ANSWER_MAX);
	return r.answer;
}

const char *
ask(const char *fmt, ...)
{
	char line[REQUEST_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	return ask_with(db, line);
}

void
expect_at(const char *where, const char *line, const char *want)
{
	const char *got = ask_with(db, line);
	size_t len = strlen(want);

	if (len > 0 && want[len - 1] == '%')
		ck_assert_msg(strncmp(got, want, len - 1) == 0,
		    "%s: %s\nis answered\n%swanted\n%s", where, line, got,
		    want);
	else
		ck_assert_msg(strcmp(got, want) == 0,
		    "%s: %s\nis answered\n%swanted\n%s", where, line, got,
		    want);
}

static void
store(const struct stored *m)
{
	size_t skipped;

	ck_assert_msg(message_store(db, m, 1, &skipped) == 0, "%s", db->why);
	ck_assert_uint_eq(skipped, 0);
}

void
say(const char *room, const char *nick, uint64_t n, const char *text)
{
	char line[600];
	struct stored m = { .id_hi = 1, .id_lo = n, .time = n * 1000000,
		.kind = KIND_PRIVMSG, .target = room, .account = nick,
		.tags = "", .line = line };

	snprintf(line, sizeof(line), ":%s!u@h PRIVMSG %s :%s", nick, room,
	    text);
	store(&m);
}

void
say_to(const char *from, const char *to, uint64_t n, const char *text)
{
	char line[600];
	struct stored m = { .id_hi = 1, .id_lo = n, .time = n * 1000000,
		.kind = KIND_PRIVMSG, .from = from, .to = to,
		.account = from[0] == '~' ? "" : from, .tags = "",
		.line = line };

	snprintf(line, sizeof(line), ":%s!u@h PRIVMSG %s :%s", from, to, text);
	store(&m);
}

void
event(const char *room, int kind, const char *nick, uint64_t n)
{
	char line[600];
	struct stored m = { .id_hi = 1, .id_lo = n, .time = n * 1000000,
		.kind = kind, .target = room, .account = "", .tags = "",
		.line = line };

	snprintf(line, sizeof(line), ":%s!u@h %s %s", nick,
	    message_kind_name(kind), room);
	store(&m);
}

int
main(void)
{
	SRunner *sr;
	int failed;

	/* each test syncs a disk that others may be busy with */
	setenv("CK_DEFAULT_TIMEOUT", "60", 0);
	sr = srunner_create(check_database());
	srunner_add_suite(sr, check_message());
	srunner_add_suite(sr, check_history());
	srunner_add_suite(sr, check_request());
	srunner_add_suite(sr, check_search());
	srunner_add_suite(sr, check_credential());
	srunner_add_suite(sr, check_account());
	srunner_add_suite(sr, check_login());
	srunner_add_suite(sr, check_certificate());
	srunner_add_suite(sr, check_local());
	srunner_add_suite(sr, check_room());
	srunner_add_suite(sr, check_metadata());
	srunner_add_suite(sr, check_retention());
	srunner_add_suite(sr, check_backup());
	srunner_add_suite(sr, check_hostile());
	srunner_add_suite(sr, check_moderation());
	srunner_add_suite(sr, check_crash());
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
