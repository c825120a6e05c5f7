/* SPDX-License-Identifier: ISC */

/* What was typed before: kept in order, in a file, but no passwords. */

#include <sys/stat.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../client/input/recall.h"
#include "../../client/input/secrecy.h"
#include "check_client.h"

static const struct {
	const char *target, *text;
	int secret;
} secrets[] = {
	{ NULL, "hello", 0 }, { "#a", "my password is x", 0 },
	{ NULL, "/oper me pw", 1 }, { NULL, "/OPER me pw", 1 },
	{ NULL, "  /oper me pw", 1 }, { NULL, "//oper me", 0 },
	{ NULL, "/msg NickServ identify pw", 1 },
	{ NULL, "/msg nickserv@services.x identify pw", 1 },
	{ NULL, "/msg alice,nickserv identify pw", 0 },
	{ NULL, "/msg alice hello", 0 }, { NULL, "/msg x login pw", 1 },
	{ NULL, "/query NickServ", 1 }, { NULL, "/ns identify pw", 1 },
	{ "NickServ", "set kill on", 1 }, { "nick", "set kill on", 0 },
	{ NULL, "/register pw", 1 }, { NULL, "/identify pw", 1 },
	{ NULL, "identify pw", 1 }, { NULL, "identify", 0 },
	{ NULL, "/pass pw", 1 }, { NULL, "/raw PASS pw", 1 },
	{ NULL, "/quote oper me pw", 1 }, { NULL, "/raw PRIVMSG #a :x", 0 },
	{ NULL, "/raw PRIVMSG NickServ :identify", 1 },
	{ NULL, "/server ircs://h/?token=x", 1 },
	{ NULL, "/set password-file x", 1 }, { NULL, "/set paste ask", 0 },
	{ NULL, "/join #a", 0 }, { NULL, "/join #a key", 1 },
	{ NULL, "/mode #a +o alice", 0 }, { NULL, "/mode #a +k key", 1 },
	{ NULL, "/operate x", 0 }, { NULL, "/", 0 }, { NULL, "", 0 },
};

START_TEST(secret)
{
	ck_assert_msg(secrecy_is_wanted(secrets[_i].target, secrets[_i].text) ==
	    secrets[_i].secret, "%s", secrets[_i].text);
}
END_TEST

START_TEST(memory)
{
	char text[32];
	int i;

	recall_close();
	recall_add(NULL, "a", 0);
	recall_add(NULL, "a", 0);
	recall_add(NULL, "", 0);
	recall_add(NULL, "/oper me pw", 0);
	recall_add(NULL, "b\nc", 0);
	ck_assert_uint_eq(recall_end() - recall_first(), 2);
	ck_assert_str_eq(recall_line(recall_end() - 1), "b\nc");
	ck_assert_ptr_null(recall_line(recall_end()));
	ck_assert_ptr_null(recall_line(recall_first() - 1));
	for (i = 0; i < RECALL_LINES + 5; i++) {
		snprintf(text, sizeof(text), "line %d", i);
		recall_add(NULL, text, 0);
	}
	ck_assert_uint_eq(recall_end() - recall_first(), RECALL_LINES);
	ck_assert_str_eq(recall_line(recall_first()), "line 5");
	ck_assert_uint_eq(recall_find(recall_end(), -1, "LINE 1000"),
	    recall_end() - 5);
	ck_assert_uint_eq(recall_find(recall_first(), 1, "line 7"),
	    recall_first() + 2);
	ck_assert_uint_eq(recall_find(recall_end(), -1, "line 4x"),
	    recall_end());
	recall_close();
}
END_TEST

static char dir[32], file[64];

static void
make_file(void)
{
	snprintf(dir, sizeof(dir), "/tmp/check-recall.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(file, sizeof(file), "%s/history", dir);
	recall_close();
}

static void
remove_file(void)
{
	recall_close();
	unlink(file);
	rmdir(dir);
}

static off_t
file_size(void)
{
	struct stat st;

	ck_assert_int_eq(stat(file, &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0600);
	return st.st_size;
}

START_TEST(kept)
{
	FILE *f;
	int i;

	ck_assert_int_eq(recall_open(file), 0);
	recall_add(NULL, "one\\two", 0);
	recall_add(NULL, "three\nfour\\n", 0);
	recall_add(NULL, "/oper me pw", 0);
	recall_close();
	ck_assert_uint_eq(recall_end(), recall_first());
	ck_assert_int_eq(recall_open(file), 0);
	ck_assert_uint_eq(recall_end() - recall_first(), 2);
	ck_assert_str_eq(recall_line(recall_first()), "one\\two");
	ck_assert_str_eq(recall_line(recall_end() - 1), "three\nfour\\n");
	ck_assert_int_eq(file_size(), 9 + 15);
	recall_close();

	f = fopen(file, "w");
	fputs("\377bad\n/oper me pw\n", f);
	for (i = 0; i < 10000; i++)
		fputc('x', f);
	fputs("\nlast", f);
	fclose(f);
	ck_assert_int_eq(recall_open(file), 0);
	ck_assert_uint_eq(recall_end() - recall_first(), 1);
	ck_assert_str_eq(recall_line(recall_first()), "last");
}
END_TEST

START_TEST(grown)
{
	FILE *f = fopen(file, "w");
	int i;

	for (i = 0; i < 3 * RECALL_LINES; i++)
		fprintf(f, "line %d\n", i);
	fclose(f);
	chmod(file, 0644);
	ck_assert_int_eq(recall_open(file), 0);
	ck_assert_uint_eq(recall_end() - recall_first(), RECALL_LINES);
	ck_assert_int_eq(file_size(), RECALL_LINES * 10);
}
END_TEST

START_TEST(refused)
{
	ck_assert_int_eq(symlink("/dev/null", file), 0);
	ck_assert_int_eq(recall_open(file), -1);
	unlink(file);
	ck_assert_int_eq(mkfifo(file, 0600), 0);
	ck_assert_int_eq(recall_open(file), -1);
	unlink(file);
	ck_assert_int_eq(recall_open("/nonexistent/history"), -1);
	ck_assert_int_eq(errno, ENOENT);
}
END_TEST

Suite *
check_recall(void)
{
	Suite *s = suite_create("recall");
	TCase *tc = tcase_create("memory"), *files = tcase_create("file");

	ADD_ROWS(tc, secret, secrets);
	tcase_add_test(tc, memory);
	tcase_add_checked_fixture(files, make_file, remove_file);
	tcase_add_test(files, kept);
	tcase_add_test(files, grown);
	tcase_add_test(files, refused);
	suite_add_tcase(s, tc);
	suite_add_tcase(s, files);
	return s;
}
