/* SPDX-License-Identifier: ISC */

/* Drafts: what is found again, whatever happened to who wrote it. */

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../client/session/draft.h"
#include "check_client.h"

static char dir[64], journals[128];

static void
setup(void)
{
	snprintf(dir, sizeof(dir), "/tmp/moot-draft.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(journals, sizeof(journals), "%s/a/b", dir);
}

static int
files(void)
{
	DIR *d = opendir(journals);
	struct dirent *e;
	int n = 0;

	while (d != NULL && (e = readdir(d)) != NULL)
		n += *e->d_name != '.';
	if (d != NULL)
		closedir(d);
	return n;
}

static void
teardown(void)
{
	char path[512];
	DIR *d = opendir(journals);
	struct dirent *e;

	while (d != NULL && (e = readdir(d)) != NULL) {
		snprintf(path, sizeof(path), "%s/%s", journals, e->d_name);
		unlink(path);
	}
	if (d != NULL)
		closedir(d);
	rmdir(journals);
	snprintf(path, sizeof(path), "%s/a", dir);
	rmdir(path);
	rmdir(dir);
}

static struct draft *
open_draft(void)
{
	struct draft *d = draft_open(journals, "irc.example.org:6667");

	ck_assert_ptr_nonnull(d);
	return d;
}

/* All that was left, joined; nothing of it is queued again. */
static const char *
left(struct draft *d)
{
	static char all[4096];
	struct outbox_item item;

	*all = '\0';
	while (draft_unsent(d, &item))
		snprintf(all + strlen(all), sizeof(all) - strlen(all),
		    "%s%s:%s%s", *all ? "|" : "", item.target, item.text,
		    item.sent != 0 ? "?" : "");
	return all;
}

static struct outbox_line
line(uint64_t serial, const char *target, const char *text)
{
	struct outbox_line l = { .serial = serial, .typed = 1 };

	l.command = (char *)"PRIVMSG";
	l.target = (char *)target;
	l.text = (char *)text;
	return l;
}

static const struct {
	const char *name, *room, *text;
	int kept;
} edits[] = {
	{ "plain", "#a", "hello", 1 },
	{ "several lines", "#a", "one\ntwo; three\\n \r", 1 },
	{ "no room", "", "hello", 1 },
	{ "not ASCII", "#\303\244", "\342\202\254\377", 1 },
	{ "a command", "#a", "/msg bob hello", 1 },
	{ "a doubled slash", "#a", "//oper is a command", 1 },
	{ "a password", "#a", "/oper me secret", 0 },
	{ "a raw line", "#a", "/raw PASS secret", 0 },
	{ "to a service", "#a", "/msg NickServ identify secret", 0 },
	{ "to a service by its address", "#a",
	    "/msg Q@CServe.example AUTH me secret", 0 },
	{ "to one of one letter", "#a", "/msg X login me secret", 0 },
	{ "in a talk with an address", "Q@CServe.example", "AUTH me x", 0 },
	{ "a key", "#a", "/join #b secret", 0 },
	{ "in a talk with a service", "NickServ", "identify secret", 0 },
	{ "in a room about services", "#services", "hello", 1 },
	{ "nothing", "#a", "", 0 },
};

START_TEST(edit_comes_back)
{
	struct draft *d = open_draft();
	const char *text;

	ck_assert_str_eq(left(d), "");
	draft_edit(d, edits[_i].room, "something else");
	draft_edit(d, edits[_i].room, edits[_i].text);
	draft_close(d);
	d = open_draft();
	text = draft_text(d, edits[_i].room);
	if (edits[_i].kept)
		ck_assert_str_eq(text, edits[_i].text);
	else
		ck_assert_ptr_null(text);
	draft_close(d);
}
END_TEST

START_TEST(only_its_owner_reads_it)
{
	struct draft *d = open_draft();
	char path[256];
	struct stat st;

	left(d);
	draft_edit(d, "#a", "hello");
	snprintf(path, sizeof(path), "%s/irc.example.org%%3A6667.1", journals);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0600);
	ck_assert_int_eq(stat(journals, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0700);
	draft_close(d);
}
END_TEST

START_TEST(unsent_come_back_once)
{
	struct draft *d = open_draft();
	struct outbox_line a = line(1, "#a", "one"), b = line(2, "#a", "two"),
	    c = line(3, "bob", "three\nfour");

	ck_assert_str_eq(left(d), "");
	draft_queued(d, &a);
	draft_queued(d, &b);
	draft_queued(d, &c);
	draft_sent(d, &a);
	b.sent = 7;
	draft_sent(d, &b);
	draft_done(d, &a);
	draft_close(d);
	d = open_draft();
	ck_assert_str_eq(left(d), "#a:two?|bob:three\nfour");
	draft_close(d);
	d = open_draft();
	ck_assert_str_eq(left(d), "");
	draft_close(d);
	ck_assert_int_eq(files(), 0);
}
END_TEST

/* Who dies while it takes over what was left leaves it to the next one. */
START_TEST(unsent_survive_a_death_in_between)
{
	struct draft *d = open_draft();
	struct outbox_line a = line(1, "#a", "one"), b = line(2, "#a", "two");
	struct outbox_item item;

	left(d);
	draft_queued(d, &a);
	draft_queued(d, &b);
	draft_close(d);
	d = open_draft();
	ck_assert_int_eq(draft_unsent(d, &item), 1);
	draft_queued(d, &a);
	draft_close(d); /* writes nothing: it is not through */
	d = open_draft();
	ck_assert_str_eq(left(d), "#a:one|#a:two");
	draft_close(d);
}
END_TEST

START_TEST(two_at_a_time)
{
	struct draft *d = open_draft(), *e = open_draft();
	struct outbox_line a = line(1, "#a", "first"),
	    b = line(1, "#a", "second");

	left(d);
	left(e);
	draft_queued(d, &a);
	draft_edit(d, "#d", "of d");
	draft_queued(e, &b);
	draft_edit(e, "#e", "of e");
	draft_close(e);
	e = open_draft();
	ck_assert_str_eq(left(e), "#a:second");
	draft_queued(e, &b);
	ck_assert_ptr_null(draft_text(e, "#d"));
	draft_close(e);
	draft_close(d);
	d = open_draft();
	ck_assert_str_eq(left(d), "#a:first|#a:second");
	ck_assert_str_eq(draft_text(d, "#e"), "of e");
	ck_assert_int_eq(files(), 1);
	draft_close(d);
}
END_TEST

/* A journal that was cut anywhere: what was whole before is there. */
START_TEST(torn)
{
	struct draft *d = open_draft();
	char path[256];
	FILE *f;
	long size;

	left(d);
	draft_edit(d, "#a", "kept");
	draft_close(d);
	snprintf(path, sizeof(path), "%s/irc.example.org%%3A6667.1", journals);
	f = fopen(path, "a");
	ck_assert_ptr_nonnull(f);
	fputs("edit=#a;text=torn", f);
	size = ftell(f);
	fclose(f);
	d = open_draft();
	ck_assert_str_eq(draft_text(d, "#a"), "kept");
	draft_close(d);
	ck_assert_int_eq(truncate(path, size / 2), 0);
	d = open_draft();
	left(d);
	draft_edit(d, "#a", "new");
	ck_assert_str_eq(draft_text(d, "#a"), "new");
	draft_close(d);
}
END_TEST

/* A disk that is full for a while: ROOM bytes are left. */
static const struct {
	const char *name;
	int room, after, done;
	const char *want;
} full_rows[] = {
	{ "no half of a message", 55, 0, 0, "#a:before" },
	{ "noted later", 55, 1, 0,
	    "#a:before|#a:a text that has no room at all|#a:after" },
	{ "what is done is not left", 0, 0, 1, "" },
};

START_TEST(full)
{
	struct outbox_line a = line(1, "#a", "before"),
	    b = line(2, "#a", "a text that has no room at all"),
	    c = line(3, "#a", "after");
	struct rlimit whole, limit;
	struct draft *d;
	char path[256];
	struct stat st;
	pid_t pid = fork();

	if (pid != 0) {
		waitpid(pid, NULL, 0);
		d = open_draft();
		ck_assert_str_eq(left(d), full_rows[_i].want);
		draft_close(d);
		return;
	}
	d = open_draft();
	left(d);
	draft_queued(d, &a);
	snprintf(path, sizeof(path), "%s/irc.example.org%%3A6667.1", journals);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &whole), 0);
	signal(SIGXFSZ, SIG_IGN);
	limit = whole;
	limit.rlim_cur = st.st_size + full_rows[_i].room;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	draft_queued(d, &b);
	if (full_rows[_i].done) {
		draft_done(d, &a);
		draft_done(d, &b);
		draft_seen(d, 1000000);
		draft_close(d);
		_exit(0);
	}
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &whole), 0);
	if (full_rows[_i].after)
		draft_queued(d, &c);
	_exit(0); /* as if it had crashed */
}
END_TEST

START_TEST(garbage)
{
	struct draft *d = open_draft();
	char path[256];
	FILE *f;
	int i;

	draft_close(d);
	snprintf(path, sizeof(path), "%s/irc.example.org%%3A6667.1", journals);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	for (i = 0; i < 4096; i++)
		putc(i * 7 % 256, f);
	fputs("\nsay=1\nsay=-1;text=x\nsay=99999999999999999999;text=a\nedit\n"
	    "=;;=\nsent=5\ndone=7\nsay=2;command=PRIVMSG;target=#a;text=ok\n",
	    f);
	fclose(f);
	d = open_draft();
	ck_assert_str_eq(left(d), "#a:ok");
	draft_close(d);
}
END_TEST

/* Keys of a long draft do not make the journal grow without end. */
START_TEST(small)
{
	struct draft *d = open_draft();
	char text[2001] = "", path[256];
	struct stat st;
	int i;

	left(d);
	for (i = 0; i < 2000; i++) {
		text[i] = 'x';
		draft_edit(d, "#a", text);
	}
	snprintf(path, sizeof(path), "%s/irc.example.org%%3A6667.1", journals);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_lt(st.st_size, DRAFT_REWRITE + 4096);
	draft_close(d);
	d = open_draft();
	ck_assert_str_eq(draft_text(d, "#a"), text);
	draft_close(d);
}
END_TEST

/* The last number that a process wrote before it was killed, and which of its
 * messages are there: those from there on that were not done. */
START_TEST(killed)
{
	struct outbox_line l;
	struct draft *d;
	char text[32];
	int i, pipefd[2], last, round;
	uint64_t n;
	pid_t pid;

	for (round = 0; round < 20; round++) {
		ck_assert_int_eq(pipe(pipefd), 0);
		pid = fork();
		if (pid == 0) {
			d = open_draft();
			left(d);
			for (n = 1;; n++) {
				snprintf(text, sizeof(text), "%d", (int)n);
				l = line(n, "#a", text);
				draft_queued(d, &l);
				draft_edit(d, "#a", text);
				i = n;
				if (write(pipefd[1], &i, sizeof(i)) == -1)
					_exit(1);
				draft_done(d, &l);
			}
		}
		close(pipefd[1]);
		for (i = 0; i < 100 + round * 37; i++)
			ck_assert(read(pipefd[0], &last, sizeof(last)) > 0);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		while (read(pipefd[0], &i, sizeof(i)) > 0)
			last = i;
		close(pipefd[0]);
		d = open_draft();
		i = atoi(draft_text(d, "#a"));
		ck_assert(i == last || i == last + 1);
		snprintf(text, sizeof(text), "%s", left(d));
		if (*text != '\0') {
			i = atoi(text + strlen("#a:"));
			ck_assert(i == last || i == last + 1);
			ck_assert_ptr_null(strchr(text, '|'));
		}
		draft_edit(d, "#a", "");
		draft_close(d);
	}
}
END_TEST

START_TEST(seen)
{
	struct draft *d = open_draft();

	left(d);
	ck_assert_int_eq(draft_last_seen(d), 0);
	draft_seen(d, 1000000);
	draft_seen(d, 900000);
	draft_close(d);
	d = open_draft();
	ck_assert_int_eq(draft_last_seen(d), 1000000);
	draft_close(d);
}
END_TEST

START_TEST(none)
{
	struct outbox_line l = line(1, "#a", "x");
	struct outbox_item item;

	draft_edit(NULL, "#a", "x");
	draft_queued(NULL, &l);
	draft_sent(NULL, &l);
	draft_done(NULL, &l);
	draft_hold(NULL, 1);
	draft_seen(NULL, 1);
	ck_assert_ptr_null(draft_text(NULL, "#a"));
	ck_assert_int_eq(draft_unsent(NULL, &item), 0);
	ck_assert_int_eq(draft_last_seen(NULL), 0);
	draft_close(NULL);
	ck_assert_ptr_null(draft_open("/proc/none", "x"));
}
END_TEST

Suite *
check_draft(void)
{
	Suite *s = suite_create("draft");
	TCase *tc = tcase_create("draft");

	tcase_add_checked_fixture(tc, setup, teardown);
	ADD_ROWS(tc, edit_comes_back, edits);
	tcase_add_test(tc, only_its_owner_reads_it);
	tcase_add_test(tc, unsent_come_back_once);
	tcase_add_test(tc, unsent_survive_a_death_in_between);
	tcase_add_test(tc, two_at_a_time);
	tcase_add_test(tc, torn);
	ADD_ROWS(tc, full, full_rows);
	tcase_add_test(tc, garbage);
	tcase_add_test(tc, small);
	tcase_add_test(tc, killed);
	tcase_add_test(tc, seen);
	tcase_add_test(tc, none);
	suite_add_tcase(s, tc);
	return s;
}
