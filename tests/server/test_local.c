/* SPDX-License-Identifier: ISC */
/*
 * Clients of this machine, who come by a Unix socket: who they are to others,
 * what is counted by user, and whose path it is.
 */

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"

static struct server sv;

/* ---- who is there ---- */

static void
start(void)
{
	server_init(&sv);
	server_local(&sv);
	server_set(&sv, "max-clients-per-address", "4");
	server_start(&sv);
}

static void
stop(void)
{
	server_stop_quietly(&sv);
}

/* What stands for the address of user UID. */
static const char *
address_of(uid_t uid)
{
	static char text[32];

	if (uid >> 16 != 0)
		snprintf(text, sizeof(text), "100::%x:%x",
		    (unsigned)(uid >> 16), (unsigned)(uid & 0xffff));
	else
		snprintf(text, sizeof(text), "100::%x", (unsigned)uid);
	return uid == 0 ? "100::" : text;
}

START_TEST(test_host)
{
	struct client *a = client_register(&sv, "ann"), *b;

	client_send(a, "WHOIS ann");
	client_expect(a, "378 ann ann :is connecting from ann@localhost %s",
	    address_of(geteuid()));
	client_ask(a, "JOIN #l", ":ann!ann@localhost JOIN *#l");
	b = client_connect_from(&sv, NULL, 0);
	client_send(b, "NICK bob\r\nUSER bob 0 * :Real bob");
	client_expect(b, "376 *");
	client_ask(b, "JOIN #l", "366 *");
	client_expect(a, ":bob!*@127.0.0.1 JOIN *#l");
	client_send(a, "PRIVMSG #l :from here");
	client_expect(b, ":ann!ann@localhost PRIVMSG #l *from here");
	client_quit_all();
}
END_TEST

/* One user has as many connections as an address; others have their own. */
START_TEST(test_limit)
{
	struct client *c[5];
	int i;

	for (i = 0; i < 4; i++)
		c[i] = client_register(&sv, (const char *[]) {
		    "l0", "l1", "l2", "l3" }[i]);
	c[4] = client_connect(&sv);
	client_expect(c[4], "ERROR *Too many connections*");
	client_sync(c[3]);
	c[4] = client_connect_from(&sv, NULL, 0);
	client_ask(c[4], "NICK far\r\nUSER far 0 * :x", "001 *");
	client_quit_all();
}
END_TEST

/* ---- the path ---- */

static int
mode_of(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 ? (int)(st.st_mode & 07777) : -1;
}

START_TEST(test_path)
{
	struct server a;
	char *want[] = { "everybody", "owner" };
	const int modes[] = { 0666, 0600 };

	server_init(&a);
	server_local(&a);
	server_add(&a, "local-access %s", want[_i]);
	server_start(&a);
	ck_assert_int_eq(mode_of(a.local), modes[_i]);
	client_sync(client_register(&a, "ann"));
	/* a server that was killed leaves it, and the next one replaces it */
	server_restart(&a, 1);
	ck_assert_int_eq(mode_of(a.local), modes[_i]);
	client_sync(client_register(&a, "ann"));
	/* an orderly one does not */
	client_quit_all();
	pid_signal(a.pid, SIGTERM);
	ck_assert_int_eq(server_reap(a.pid, 5000), 0);
	a.pid = 0;
	ck_assert_int_eq(mode_of(a.local), -1);
	server_clean(&a);
}
END_TEST

static int
listen_at(const char *path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strcpy(un.sun_path, path);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&un, sizeof(un)), 0);
	ck_assert_int_eq(listen(fd, 1), 0);
	return fd;
}

/* What is not a dead socket of ours is left alone, and the start fails. */
START_TEST(test_taken)
{
	struct server a;
	int fd = -1;
	const char *why[] = { "File exists", "Address already in use",
		"Operation not permitted" };

	if (_i == 2 && geteuid() != 0) {
		harness_skip("not root: no socket of another user's");
		return;
	}
	server_init(&a);
	server_local(&a);
	server_write(&a);
	if (_i == 0)
		ck_assert_int_eq(mkdir(a.local, 0700), 0);
	else
		fd = listen_at(a.local);
	if (_i == 2) {
		close(fd);
		fd = -1;
		ck_assert_int_eq(chown(a.local, 1, (gid_t)-1), 0);
	}
	ck_assert_int_ne(server_reap(server_spawn(&a, NULL), 5000), 0);
	ck_assert(server_log_has(&a, why[_i]));
	ck_assert_int_ne(mode_of(a.local), -1);
	if (fd >= 0)
		close(fd);
	if (_i == 0)
		rmdir(a.local);
	server_clean(&a);
}
END_TEST

/* ---- masters ---- */

static int
can_connect(const char *path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), ok;

	strcpy(un.sun_path, path);
	ok = connect(fd, (struct sockaddr *)&un, sizeof(un)) == 0;
	close(fd);
	return ok;
}

/* A new master takes the clients over, and makes the path again if that has
 * gone meanwhile. */
START_TEST(test_master)
{
	struct client *a;
	struct server v;
	int status;

	server_init(&v);
	server_local(&v);
	server_start(&v);
	a = client_register(&v, "ann");
	pid_signal(v.pid, SIGKILL);
	waitpid(v.pid, &status, 0);
	client_sync(a);
	if (_i == 1)
		unlink(v.local);
	v.pid = server_spawn(&v, NULL);
	wait_for(server_log_has(&v, "took over"), 5000);
	client_sync(a);
	wait_for(can_connect(v.local), 5000);
	client_sync(client_register(&v, "bob"));
	client_quit_all();
	server_stop(&v);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("local");
	TCase *paths = tcase_create("paths"), *tc;

	tc = harness_case(s, "who", start, stop, 60);
	tcase_add_test(tc, test_host);
	tcase_add_test(tc, test_limit);
	tcase_set_timeout(paths, 120);
	tcase_add_loop_test(paths, test_path, 0, 2);
	tcase_add_loop_test(paths, test_taken, 0, 3);
	tcase_add_loop_test(paths, test_master, 0, 2);
	suite_add_tcase(s, paths);
	return harness_run((Suite *[]) { s, NULL });
}
