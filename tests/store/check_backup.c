/* SPDX-License-Identifier: ISC */

/* Backups that can be restored, and files that cannot; STATUS. */

#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../store/backup.h"
#include "check_store.h"

static char copy[128];

static void
fill(void)
{
	uint64_t n;

	store_setup();
	snprintf(copy, sizeof(copy), "%s/a copy?#%%.db", store_dir);
	for (n = 1; n <= 20; n++)
		say("#r", "ann", n, "text");
}

START_TEST(test_backup)
{
	struct database *reader = store_reader();
	char why[256], want[40];
	struct stat st;

	ck_assert_int_eq(database_begin(db), 0); /* the writer is busy */
	say("#r", "ann", 99, "not yet");
	ck_assert_msg(backup_make(reader, copy) == 0, "%s", reader->why);
	ck_assert_int_eq(database_commit(db), 0);
	database_close(reader);
	ck_assert_int_eq(stat(copy, &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0600);
	ck_assert_msg(
	    backup_check(copy, why, sizeof(why)) == 0, "%s", why);
	/* restored: as of then */
	database_close(db);
	db = NULL;
	ck_assert_int_eq(rename(copy, store_path), 0);
	snprintf(copy, sizeof(copy), "%s-wal", store_path);
	unlink(copy);
	snprintf(copy, sizeof(copy), "%s-shm", store_path);
	unlink(copy);
	store_reopen();
	snprintf(want, sizeof(want), "STATUS version %d\n%%",
	    database_version());
	expect("@oper=1 STATUS", want);
	expect("HISTORY LATEST #r * * 1 0", "ROW 20 %");
	say("#r", "ann", 21, "goes on");
}
END_TEST

START_TEST(test_nowhere)
{
	ck_assert_int_eq(backup_make(db, "/nonexistent/backup.db"), -1);
	ck_assert_str_ne(db->why, "");
}
END_TEST

/* What mootctl asks for: it is made beside the database, and taken away again,
 * but nothing else is. */
START_TEST(test_fetched)
{
	static const char begin[] = "BACKUP :";
	char path[256], question[300], why[256];
	const char *got = ask("@oper=1 BACKUP MAKE");

	ck_assert_int_eq(strncmp(got, begin, sizeof(begin) - 1), 0);
	snprintf(path, sizeof(path), "%s", got + sizeof(begin) - 1);
	path[strcspn(path, "\n")] = '\0';
	ck_assert_int_eq(strncmp(path, store_path, strlen(store_path)), 0);
	ck_assert_msg(backup_check(path, why, sizeof(why)) == 0, "%s", why);
	expect("BACKUP MAKE", "FAIL BACKUP NOT_PRIVILEGED%");
	expect("BACKUP COPIED :x", "FAIL BACKUP NOT_PRIVILEGED%");
	snprintf(question, sizeof(question), "@oper=1 BACKUP COPIED :%s",
	    store_path);
	expect(question, "FAIL BACKUP INVALID_PARAMS%");
	snprintf(question, sizeof(question), "@oper=1 BACKUP COPIED "
	    ":%s.backup.1/../store.db", store_path);
	expect(question, "FAIL BACKUP INVALID_PARAMS%");
	ck_assert_int_eq(access(store_path, F_OK), 0);
	snprintf(question, sizeof(question), "@oper=1 BACKUP COPIED :%s", path);
	expect(question, "END%");
	ck_assert_int_ne(access(path, F_OK), 0);
	expect(question, "END%"); /* asked again */
}
END_TEST

/* Those that nobody came for do not stay. */
START_TEST(test_clean)
{
	char path[256];

	snprintf(path, sizeof(path), "%s.backup.12.3", store_path);
	ck_assert_int_eq(backup_make(db, path), 0);
	ck_assert_int_eq(access(path, F_OK), 0);
	backup_clean(store_path);
	ck_assert_int_ne(access(path, F_OK), 0);
	ck_assert_int_eq(access(store_path, F_OK), 0);
}
END_TEST

START_TEST(test_check)
{
	char why[256], bytes[4096];
	FILE *f;

	ck_assert_int_eq(backup_check("/nonexistent", why, sizeof(why)), -1);
	ck_assert_int_eq(backup_check("/dev/null", why, sizeof(why)), -1);
	ck_assert_int_eq(backup_make(db, copy), 0);
	f = fopen(copy, "r+");
	ck_assert_ptr_nonnull(f);
	memset(bytes, 'x', sizeof(bytes));
	ck_assert_int_eq(fseek(f, 5 * 4096, SEEK_SET), 0);
	ck_assert_uint_eq(fwrite(bytes, 1, sizeof(bytes), f), sizeof(bytes));
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_int_eq(backup_check(copy, why, sizeof(why)), -1);
	ck_assert_str_ne(why, "ok");
	f = fopen(copy, "w");
	ck_assert_ptr_nonnull(f);
	fputs("this is no database at all, whatever it is called", f);
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_int_eq(backup_check(copy, why, sizeof(why)), -1);
}
END_TEST

/* Numbers in the head of the file. */
static const struct {
	const char *pragma;
	const char *why;
	int opened;            /* nor can it be opened */
} heads[] = {
	{ "user_version=0", "it is no database of Moot", 0 },
	{ "user_version=-5", "it is no database of Moot", 1 },
	{ "user_version=2147483647", "its version is 2147483647, newer%", 1 },
	{ "application_id=7", "it is no database of Moot", 1 },
	{ "application_id=-2143000508", "it is no database of Moot", 1 },
};

START_TEST(test_head)
{
	enum database_trouble trouble;
	char sql[64], why[256];
	sqlite3 *other;

	ck_assert_int_eq(backup_make(db, copy), 0);
	snprintf(sql, sizeof(sql), "PRAGMA %s", heads[_i].pragma);
	ck_assert_int_eq(sqlite3_open(copy, &other), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(other, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(other);
	ck_assert_int_eq(backup_check(copy, why, sizeof(why)), -1);
	ck_assert_msg(strncmp(why, heads[_i].why,
	    strcspn(heads[_i].why, "%")) == 0, "%s", why);
	if (!heads[_i].opened)
		return;
	ck_assert_ptr_null(database_open(copy, DATABASE_WRITER, &trouble, why,
	    sizeof(why)));
	ck_assert_int_eq(trouble, DATABASE_FOREIGN);
	ck_assert_str_ne(why, "");
}
END_TEST

START_TEST(test_status)
{
	const char *got = ask("STATUS");

	ck_assert_ptr_nonnull(strstr(got, "STATUS messages 20\n"));
	ck_assert_ptr_nonnull(strstr(got, "STATUS oldest 1000000\n"));
	ck_assert_ptr_nonnull(strstr(got, "STATUS newest 20000000\n"));
	ck_assert_ptr_nonnull(strstr(got, "STATUS unindexed 20\n"));
	ck_assert_ptr_nonnull(strstr(got, "STATUS accounts 0\n"));
}
END_TEST

Suite *
check_backup(void)
{
	Suite *s = suite_create("backup");
	TCase *t = tcase_create("backup");

	tcase_add_checked_fixture(t, fill, store_teardown);
	tcase_add_test(t, test_backup);
	tcase_add_test(t, test_nowhere);
	tcase_add_test(t, test_fetched);
	tcase_add_test(t, test_clean);
	tcase_add_test(t, test_check);
	tcase_add_loop_test(t, test_head, 0,
	    sizeof(heads) / sizeof(heads[0]));
	tcase_add_test(t, test_status);
	suite_add_tcase(s, t);
	return s;
}
