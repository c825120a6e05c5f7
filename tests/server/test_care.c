/* SPDX-License-Identifier: ISC */
/*
 * What the administrator does with the memory: looks how big it is, takes
 * somebody's messages along or erases them, makes a backup while people talk,
 * and goes back to it.
 */

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"

enum { PATIENCE = 10000 };

static struct server sv;

/* ---- helping ---- */

static void
begin(void)
{
	char state[96];

	server_init(&sv);
	snprintf(state, sizeof(state), "%s/state", sv.dir);
	ck_assert_int_eq(mkdir(state, 0700), 0);
	server_set(&sv, "store", "on");
	server_set(&sv, "login-delay", "0");
	server_set(&sv, "workers", "2");
	server_set(&sv, "flood", "off");
	server_set(&sv, "state-dir", "%s", state);
	server_start(&sv);
}

static void
end(void)
{
	client_quit_all();
	server_stop(&sv);
}

static int
lines(const char *text)
{
	int n = 0;

	for (; *text != '\0'; text++)
		n += *text == '\n';
	return n;
}

/* Runs mootctl; it ends with WANT. */
static char *
ctl(int want, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static char *
ctl(int want, const char *fmt, ...)
{
	char args[400], *text;
	int rc;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(args, sizeof(args), fmt, ap);
	va_end(ap);
	text = server_ctl(&sv, args, &rc);
	ck_assert_msg(rc == want, "mootctl %s: %d, %s", args, rc, text);
	return text;
}

/* It says so. */
static void
ctl_says(int want, const char *args, const char *says)
{
	char *text = ctl(want, "%s", args);

	ck_assert_msg(strstr(text, says) != NULL, "mootctl %s: %s", args, text);
	free(text);
}

static struct client *
talk(const char *nick, const char *what, int n)
{
	struct client *c = client_register_with(&sv, nick, "echo-message");
	int i;

	client_ask(c, "JOIN #here", "366 *");
	for (i = 0; i < n; i++)
		client_send(c, "PRIVMSG #here :%s %d", what, i);
	client_expect(c, "PRIVMSG #here *%s %d", what, n - 1);
	return c;
}

/* ---- tests ---- */

START_TEST(test_status)
{
	begin();
	talk("ann", "hello", 10);
	wait_for(atoi(server_status(&sv, "store_messages")) >= 11, PATIENCE);
	ck_assert_int_gt(atoi(server_status(&sv, "store_size")), 4096);
	ck_assert_int_gt(atol(server_status(&sv, "store_oldest")), 1700000000);
	ck_assert_str_eq(server_status(&sv, "store_backup"), "");
	ctl_says(0, "backup --help", "  backup FILE ");
	ctl_says(0, "status", "\ndatabase: ");
	ctl_says(0, "status", "\noldest message: ");
	end();
}
END_TEST

/* More than one question brings. */
START_TEST(test_export)
{
	struct client *ann;
	char *text, *p;
	int i;

	begin();
	ann = talk("ann",
	    "\001\"\\ tab\there \303\244\360\237\216\211 of", 4000);
	client_ask(ann, "JOIN #other", "366 *");
	client_send(ann, "PRIVMSG #other :elsewhere");
	client_expect(ann, "PRIVMSG #other *");
	text = ctl(0, "history export '#here'");
	ck_assert_int_eq(lines(text), 4001);
	p = strstr(text, "\n");
	for (i = 0; i < 4000; i++, p = strchr(p + 1, '\n')) {
		char want[32];
		snprintf(want, sizeof(want), " of %d\"}", i);
		ck_assert_msg(strncmp(strchr(p + 1, '\n') - strlen(want), want,
		    strlen(want)) == 0, "line %d: %.400s", i, p);
	}
	ck_assert_ptr_ne(strstr(text, "\"kind\":\"PRIVMSG\""), NULL);
	ck_assert_ptr_ne(strstr(text, "\\u0001\\\"\\\\ tab\\u0009here "), NULL);
	free(text);
	text = ctl(0, "history export '#none'");
	ck_assert_str_eq(text, "");
	free(text);
	ctl_says(0, "history erase '#here'", "erased 4001 messages\n");
	text = ctl(0, "history export '#here'");
	ck_assert_str_eq(text, "");
	free(text);
	text = ctl(0, "history export '#other'");
	ck_assert_int_eq(lines(text), 2);
	free(text);
	ctl_says(0, "--json history erase '#here'", "{\"erased\":0}\n");
	ctl_says(1, "history bake '#here'", "no such order");
	ctl_says(1, "history export 'a b'", "not a room or an account");
	ctl_says(1, "history export", "missing argument");
	end();
}
END_TEST

/* What somebody said, and was told. */
START_TEST(test_account)
{
	struct client *ann, *bob;
	char *text;

	begin();
	ann = client_register_with(&sv, "ann", "echo-message");
	bob = client_register_with(&sv, "bob", "echo-message");
	client_ask(ann, "NS REGISTER secret", "900 *");
	client_ask(bob, "JOIN #here", "366 *");
	client_ask(ann, "JOIN #here", "366 *");
	client_ask(ann, "PRIVMSG #here :by ann", "PRIVMSG *");
	client_ask(bob, "PRIVMSG #here :by bob", "PRIVMSG *");
	client_ask(bob, "PRIVMSG ann :to ann", "PRIVMSG *");
	text = ctl(0, "history export ann");
	ck_assert_ptr_ne(strstr(text, "by ann"), NULL);
	ck_assert_ptr_ne(strstr(text, "to ann"), NULL);
	ck_assert_ptr_eq(strstr(text, "by bob"), NULL);
	free(text);
	free(ctl(0, "history erase ann"));
	text = ctl(0, "history export ann");
	ck_assert_str_eq(text, "");
	free(text);
	ctl_says(0, "history export '#here'", "by bob");
	end();
}
END_TEST

/* ---- backup, restore ---- */

static void
stop(void)
{
	ck_assert_int_eq(pid_signal(sv.pid, SIGTERM), 0);
	ck_assert_int_eq(server_reap(sv.pid, PATIENCE), 0);
	sv.pid = 0;
}

/* How many backups lie beside the database. */
static int
left_there(void)
{
	char path[160];
	struct dirent *entry;
	DIR *dir;
	int n = 0;

	snprintf(path, sizeof(path), "%s/state", sv.dir);
	dir = opendir(path);
	ck_assert_ptr_nonnull(dir);
	while ((entry = readdir(dir)) != NULL)
		n += strstr(entry->d_name, ".backup.") != NULL;
	closedir(dir);
	return n;
}

START_TEST(test_backup)
{
	char file[160], name[200], *text;
	struct client *ann;
	struct stat st;
	int fd;

	begin();
	ann = talk("ann", "before", 100);
	snprintf(file, sizeof(file), "%s/a backup", sv.dir);
	free(ctl(0, "backup '%s'", file));
	ck_assert_int_eq(stat(file, &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0600);
	wait_for(
	    atol(server_status(&sv, "store_backup")) > 1700000000, PATIENCE);
	client_send(ann, "PRIVMSG #here :after");
	client_expect(ann, "PRIVMSG #here *after");
	free(ctl(4, "backup /nonexistent/file"));
	ck_assert_int_eq(left_there(), 0);
	/* a server that runs is left alone */
	text = ctl(4, "restore '%s' '%s'", file, sv.config);
	ck_assert_msg(strstr(text, "is running") != NULL, "%s", text);
	free(text);
	ctl_says(0, "history export '#here'", "after");
	stop();
	/* nor is junk put into place */
	snprintf(name, sizeof(name), "%s/junk", sv.dir);
	fd = open(name, O_WRONLY | O_CREAT, 0600);
	ck_assert_int_eq(write(fd, name, sizeof(name)), sizeof(name));
	close(fd);
	free(ctl(4, "restore '%s' '%s'", name, sv.config));
	free(ctl(4, "restore /nonexistent '%s'", sv.config));
	server_start(&sv);
	wait_for(strcmp(server_status(&sv, "store"), "serving") == 0, PATIENCE);
	ctl_says(0, "history export '#here'", "after");
	wait_for(
	    atol(server_status(&sv, "store_backup")) > 1700000000, PATIENCE);
	stop();
	free(ctl(0, "restore '%s' '%s'", file, sv.config));
	server_start(&sv);
	wait_for(strcmp(server_status(&sv, "store"), "serving") == 0, PATIENCE);
	text = ctl(0, "history export '#here'");
	ck_assert_ptr_ne(strstr(text, "before 99"), NULL);
	ck_assert_ptr_eq(strstr(text, "after"), NULL);
	free(text);
	snprintf(name, sizeof(name), "%s/state/store.db.old", sv.dir);
	ck_assert_int_eq(access(name, F_OK), 0);
	end();
}
END_TEST

/* The copy is of one moment, whatever is said meanwhile; whoever of the server
 * dies over it. */
START_TEST(test_backup_live)
{
	char file[160];
	int i;

	begin();
	talk("ann", "much", 3000);
	for (i = 0; i < 5; i++) {
		snprintf(file, sizeof(file), "%s/backup%d", sv.dir, i);
		if (i % 2 == 1)
			server_store_kill(&sv);
		free(ctl(0, "backup %s", file));
		ck_assert_int_eq(access(file, R_OK), 0);
	}
	end();
}
END_TEST

START_TEST(test_off)
{
	server_init(&sv);
	server_set(&sv, "workers", "2");
	server_start(&sv);
	ctl_says(4, "history export '#here'", "keeps nothing");
	ctl_says(4, "backup /tmp/never", "keeps nothing");
	ck_assert_str_eq(server_status(&sv, "store_size"), "");
	end();
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("care");
	Suite *suites[] = { s, NULL };
	TCase *tc = harness_case(s, "care", NULL, NULL, 60);

	tcase_add_test(tc, test_status);
	tcase_add_test(tc, test_export);
	tcase_add_test(tc, test_account);
	tcase_add_test(tc, test_backup);
	tcase_add_test(tc, test_backup_live);
	tcase_add_test(tc, test_off);
	return harness_run(suites);
}
