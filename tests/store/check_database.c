/* SPDX-License-Identifier: ISC */

/* Opening, what can be wrong with the file, transactions. */

#include <sys/resource.h>
#include <sys/stat.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check_store.h"

static int
mode_of(const char *suffix)
{
	char path[128];
	struct stat st;

	snprintf(path, sizeof(path), "%s%s", store_path, suffix);
	ck_assert_msg(stat(path, &st) == 0, "%s", path);
	return st.st_mode & 0777;
}

START_TEST(test_modes)
{
	ck_assert_int_eq(mode_of(""), 0600);
	ck_assert_int_eq(mode_of("-wal"), 0600);
	ck_assert_int_eq(mode_of("-shm"), 0600);
	database_close(db);
	ck_assert_int_eq(chmod(store_path, 0644), 0);
	db = NULL;
	store_reopen();
	ck_assert_int_eq(mode_of(""), 0600);
}
END_TEST

static int64_t
pragma(const char *sql)
{
	int64_t n = -1;

	ck_assert_msg(database_number(db, &n, sql, "") == 1, "%s", db->why);
	return n;
}

START_TEST(test_settings)
{
	uint8_t secret[DATABASE_SECRET];

	ck_assert_int_eq(pragma("PRAGMA synchronous"), 2);
	ck_assert_int_eq(pragma("PRAGMA foreign_keys"), 1);
	ck_assert_int_eq(pragma("PRAGMA user_version"), database_version());
	memcpy(secret, db->secret, sizeof(secret));
	store_reopen();
	ck_assert_mem_eq(secret, db->secret, sizeof(secret));
}
END_TEST

static enum database_trouble
open_trouble(enum database_mode mode)
{
	enum database_trouble t;
	char why[256];
	struct database *d;

	d = database_open(store_path, mode, &t, why, sizeof(why));
	if (d != NULL)
		database_close(d);
	else
		ck_assert_str_ne(why, "");
	ck_assert_int_eq(d == NULL, t != DATABASE_FINE);
	return t;
}

static void
overwrite(long at, size_t len)
{
	FILE *f = fopen(store_path, "r+");

	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(fseek(f, at, SEEK_SET), 0);
	while (len-- > 0)
		fputc('x', f);
	ck_assert_int_eq(fclose(f), 0);
}

START_TEST(test_damaged)
{
	database_close(db);
	db = NULL;
	overwrite(0, 100);
	ck_assert_int_eq(open_trouble(DATABASE_WRITER), DATABASE_DAMAGED);
}
END_TEST

START_TEST(test_damaged_later)
{
	int64_t n;

	say("#room", "ann", 1, "text");
	database_close(db);
	db = NULL;
	overwrite(4096, 40 * 4096);
	if (open_trouble(DATABASE_WRITER) != DATABASE_FINE)
		return;
	store_reopen();
	ck_assert_int_eq(
	    database_number(db, &n, "SELECT count(*) FROM message", ""), -1);
	ck_assert_int_eq(db->trouble, DATABASE_DAMAGED);
}
END_TEST

START_TEST(test_foreign)
{
	char now_it_is[40];

	ck_assert_int_ge(database_run(db, "PRAGMA user_version=99", ""), 0);
	ck_assert_int_eq(open_trouble(DATABASE_WRITER), DATABASE_FOREIGN);
	snprintf(now_it_is, sizeof(now_it_is), "PRAGMA user_version=%d",
	    database_version());
	ck_assert_int_ge(database_run(db, now_it_is, ""), 0);
	ck_assert_int_eq(open_trouble(DATABASE_WRITER), DATABASE_FINE);
	ck_assert_int_ge(database_run(db, "PRAGMA application_id=7", ""), 0);
	ck_assert_int_eq(open_trouble(DATABASE_WRITER), DATABASE_FOREIGN);
}
END_TEST

START_TEST(test_unreachable)
{
	snprintf(store_path, sizeof(store_path), "%s/no/store.db", store_dir);
	ck_assert_int_eq(open_trouble(DATABASE_WRITER), DATABASE_OTHER);
	ck_assert_int_eq(open_trouble(DATABASE_READER), DATABASE_OTHER);
}
END_TEST

START_TEST(test_reader)
{
	struct database *reader = store_reader();

	ck_assert_int_eq(
	    database_run(reader, "DELETE FROM message", ""), -1);
	ck_assert_int_eq(reader->trouble, DATABASE_READONLY);
	database_close(reader);
}
END_TEST

START_TEST(test_locked)
{
	struct database *other;
	enum database_trouble t;
	char why[256];

	ck_assert_int_eq(database_begin(db), 0);
	other = database_open(
	    store_path, DATABASE_WRITER, &t, why, sizeof(why));
	ck_assert_ptr_nonnull(other);
	sqlite3_busy_timeout(other->sql, 10);
	ck_assert_int_eq(database_begin(other), -1);
	ck_assert_int_eq(other->trouble, DATABASE_LOCKED);
	database_rollback(db);
	ck_assert_int_eq(database_begin(other), 0);
	database_rollback(other);
	database_close(other);
}
END_TEST

static int64_t
synced(void)
{
	return pragma("PRAGMA synchronous");
}

/* Time and again, and after one that failed. */
START_TEST(test_relaxed)
{
	int i;

	for (i = 0; i < 3; i++) {
		ck_assert_int_eq(database_begin_relaxed(db), 0);
		ck_assert_int_eq(synced(), 1);
		ck_assert_int_eq(database_state_set(db, "one", i), 0);
		if (i == 1)
			database_rollback(db);
		else
			ck_assert_int_eq(database_commit(db), 0);
		ck_assert_int_eq(database_begin(db), 0);
		ck_assert_int_eq(synced(), 2);
		ck_assert_int_eq(database_commit(db), 0);
	}
	ck_assert_int_eq(database_state(db, "one", 9), 2);
}
END_TEST

START_TEST(test_nested)
{
	ck_assert_int_eq(database_begin(db), 0);
	ck_assert_int_eq(database_state_set(db, "one", 1), 0);
	ck_assert_int_eq(database_begin(db), 0);
	ck_assert_int_eq(database_state_set(db, "two", 2), 0);
	database_rollback(db);
	ck_assert_int_eq(database_begin(db), 0);
	ck_assert_int_eq(database_state_set(db, "three", 3), 0);
	ck_assert_int_eq(database_commit(db), 0);
	ck_assert_int_eq(database_commit(db), 0);
	ck_assert_int_eq(db->depth, 0);
	ck_assert_int_eq(database_state(db, "one", 0), 1);
	ck_assert_int_eq(database_state(db, "two", 0), 0);
	ck_assert_int_eq(database_state(db, "three", 0), 3);
}
END_TEST

/* A file that may not grow is as good as a full disk. */
static void
limit_file(rlim_t size)
{
	struct rlimit rl;

	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &rl), 0);
	rl.rlim_cur = size == 0 ? rl.rlim_max : size;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &rl), 0);
}

START_TEST(test_full)
{
	struct stored m[64];
	char line[64][500];
	size_t skipped, i, round;
	int e = 0;

	say("#room", "ann", 1, "kept");
	limit_file(1 << 20);
	for (round = 1; e == 0 && round < 500; round++) {
		for (i = 0; i < 64; i++) {
			m[i] = (struct stored){ .id_hi = 2,
				.id_lo = round * 64 + i, .time = 5,
				.kind = KIND_PRIVMSG, .target = "#room",
				.account = "", .tags = "", .line = line[i] };
			snprintf(line[i], sizeof(line[i]),
			    ":ann!u@h PRIVMSG #room :%0400zu", i);
		}
		e = message_store(db, m, 64, &skipped);
	}
	ck_assert_int_eq(e, -1);
	ck_assert_msg(db->trouble == DATABASE_FULL, "%s", db->why);
	ck_assert_int_eq(db->depth, 0);
	ck_assert_int_eq(pragma("SELECT count(*) FROM message"),
	    (int64_t)(1 + 64 * (round - 2)));
	limit_file(0);
	ck_assert_msg(
	    message_store(db, m, 64, &skipped) == 0, "%s", db->why);
	ck_assert_int_eq(pragma("SELECT count(*) FROM message"),
	    (int64_t)(1 + 64 * (round - 1)));
	store_reopen();
	ck_assert_int_eq(pragma("SELECT count(*) FROM message"),
	    (int64_t)(1 + 64 * (round - 1)));
}
END_TEST

START_TEST(test_deadline)
{
	int64_t n;

	database_deadline(db, 50);
	ck_assert_int_eq(database_number(db, &n,
	    "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c)"
	    " SELECT count(*) FROM c", ""), -1);
	database_deadline(db, 0);
	ck_assert_int_eq(pragma("SELECT count(*) FROM message"), 0);
}
END_TEST

START_TEST(test_checkpoint)
{
	say("#room", "ann", 1, "text");
	ck_assert_int_eq(database_checkpoint(db), 0);
	say("#room", "ann", 2, "text");
	ck_assert_int_eq(database_checkpoint(db), 0);
}
END_TEST

Suite *
check_database(void)
{
	Suite *s = suite_create("database");
	TCase *t = tcase_create("database");

	tcase_add_checked_fixture(t, store_setup, store_teardown);
	tcase_add_test(t, test_modes);
	tcase_add_test(t, test_settings);
	tcase_add_test(t, test_damaged);
	tcase_add_test(t, test_damaged_later);
	tcase_add_test(t, test_foreign);
	tcase_add_test(t, test_unreachable);
	tcase_add_test(t, test_reader);
	tcase_add_test(t, test_locked);
	tcase_add_test(t, test_relaxed);
	tcase_add_test(t, test_nested);
	tcase_add_test(t, test_full);
	tcase_add_test(t, test_deadline);
	tcase_add_test(t, test_checkpoint);
	suite_add_tcase(s, t);
	return s;
}
