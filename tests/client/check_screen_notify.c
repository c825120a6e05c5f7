/* SPDX-License-Identifier: ISC */

/*
 * Tests of client/screen/notify.c: that a command is told what others wrote
 * without a byte of it being taken for an option, an order or a control.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "check_client.h"
#include "client/screen/notify.h"

static char notify_path[] = "/tmp/moot-notify-XXXXXX";

/* What the command wrote, once it has; 5 seconds at most. */
static void
notify_await(char *buf, size_t size)
{
	struct timespec nap = { 0, 20000000 };
	size_t len = 0;
	FILE *f;
	int i;

	for (i = 0; i < 250; i++) {
		f = fopen(notify_path, "r");
		if (f != NULL) {
			len = fread(buf, 1, size - 1, f);
			fclose(f);
		}
		buf[len] = '\0';
		if (len > 0 && buf[len - 1] == '\n')
			return;
		nanosleep(&nap, NULL);
	}
}

static const struct {
	const char *name;
	struct notice notice;
	const char *want;
} notices[] = {
	{ "in a room", { "bob", "#moot", "hi $(id) `id`" },
	    "[bob in #moot][hi $(id) `id`]bob,#moot,hi $(id) `id`\n" },
	{ "to us alone", { "bob", NULL, "psst" }, "[bob][psst]bob,,psst\n" },
	{ "no options", { "-x", "-y", "--help" },
	    "[ -x in  -y][ --help] -x, -y, --help\n" },
	{ "no options behind formatting", { "\002-x", "\017-y", "\00304-z" },
	    "[ -x in  -y][ -z] -x, -y, -z\n" },
	{ "no controls", { "b\033ob", "#a", "a\nb\002c\007" },
	    "[b\357\277\275ob in #a][a bc\357\277\275]"
	    "b\357\277\275ob,#a,a bc\357\277\275\n" },
	{ "nobody", { NULL, NULL, NULL }, "[][],,\n" },
};

START_TEST(notify_rows)
{
	const char *command[] = { "sh", "-c", "printf '[%s][%s]%s,%s,%s\\n' "
	    "\"$2\" \"$3\" \"$MOOT_NICK\" \"$MOOT_ROOM\" \"$MOOT_TEXT\" "
	    ">\"$1\"", "sh", notify_path, NULL };
	char got[1024];
	int fd = mkstemp(notify_path);

	ck_assert_int_ne(fd, -1);
	close(fd);
	ck_assert_int_eq(notify_run(command, &notices[_i].notice), 0);
	notify_await(got, sizeof(got));
	unlink(notify_path);
	ck_assert_msg(strcmp(got, notices[_i].want) == 0,
	    "%s: got %s, want %s", notices[_i].name, got, notices[_i].want);
}
END_TEST

START_TEST(notify_absent)
{
	const char *command[] = { "/nonexistent/command", NULL };
	struct notice n = { "bob", NULL, "hi" };

	ck_assert_int_eq(notify_run(command, &n), -1);
	ck_assert_int_eq(errno, ENOENT);
}
END_TEST

START_TEST(notify_often)
{
	ck_assert_int_eq(notify_is_due(1000000), 1);
	ck_assert_int_eq(notify_is_due(1000000 + NOTIFY_GAP - 1), 0);
	ck_assert_int_eq(notify_is_due(1000000 + NOTIFY_GAP), 1);
}
END_TEST

Suite *
check_screen_notify(void)
{
	Suite *s = suite_create("screen/notify");
	TCase *t = tcase_create("notify");

	ADD_ROWS(t, notify_rows, notices);
	tcase_add_test(t, notify_absent);
	tcase_add_test(t, notify_often);
	suite_add_tcase(s, t);
	return s;
}
