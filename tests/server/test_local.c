/* SPDX-License-Identifier: ISC */
/*
 * Clients of this machine, who come by a Unix socket: who they are to others,
 * what is counted by user, whose path it is, which account is theirs, and what
 * is for their group.
 */

#include <errno.h>
#include <grp.h>
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

/* ---- accounts ---- */

/* The users of this machine are NAME, with our ID, and zoe. */
static void
users_are(struct server *v, const char *name)
{
	char path[128], fresh[160];
	FILE *f;

	snprintf(path, sizeof(path), "%s/passwd", v->dir);
	snprintf(fresh, sizeof(fresh), "%s.new", path);
	f = fopen(fresh, "w");
	ck_assert_ptr_nonnull(f);
	fprintf(f, "zoe:x:4242:1::/:/bin/sh\nnobody:x:65534:1::/:\n");
	fprintf(f, "%s:x:%u:1::/:/bin/sh\n", name, (unsigned)geteuid());
	fclose(f);
	ck_assert_int_eq(rename(fresh, path), 0);
}

static void
accounts_start(struct server *v, const char *policy, const char *how)
{
	server_init_store(v);
	server_local(v);
	server_add(v, "local-users %s/passwd", v->dir);
	server_add(v, "local-accounts %s", how);
	server_add(v, "registration %s", policy);
	users_are(v, "ann");
	server_start(v);
	wait_for(server_log_has(v, "keeping"), 5000);
}

/* Registers as NICK by the socket; logged in to ACCOUNT, or not at all. */
static struct client *
arrive(struct server *v, const char *nick, const char *account)
{
	struct client *c = client_connect_local(v);

	client_send(c, "NICK %s\r\nUSER %s 0 * :Real", nick, nick);
	if (account != NULL)
		client_expect(c, "900 * %s :*", account);
	client_expect(c, "376 *");
	client_send(c, "WHOIS %s", nick);
	client_block(c, "318 *");
	ck_assert_int_eq(
	    client_block_count(c, "330 *"), account != NULL);
	snprintf(c->nick, sizeof(c->nick), "%s", nick);
	return c;
}

static struct client *
from_afar(struct server *v, const char *nick)
{
	struct client *c = client_connect_from(v, NULL, 0);

	client_send(c, "NICK %s\r\nUSER u 0 * :Real", nick);
	client_expect(c, "376 *");
	return c;
}

/* A user is signed in, from the first time on and after a restart; nobody else
 * gets its name; another user with its number is another one. */
START_TEST(test_sign_in)
{
	struct server v;
	struct client *a, *b;

	accounts_start(&v, "open", "on");
	a = arrive(&v, "ann", "ann");
	b = from_afar(&v, "bob");
	client_ask(b, "REGISTER zoe * sesame", "FAIL REGISTER * zoe :*name of "
	    "a user of the server's machine");
	client_ask(b, "REGISTER ZOE * sesame", "FAIL REGISTER *");
	client_ask(b, "REGISTER bob * sesame", "REGISTER SUCCESS bob *");
	client_ask(a, "JOIN #a", "366 *");
	/* one more is another device of the same user */
	client_quit_all();
	a = arrive(&v, "ann", "ann");
	b = client_connect_local(&v);
	client_send(b, "NICK ann\r\nUSER ann 0 * :Real");
	client_expect(b, "900 * ann :*");
	client_expect(b, "001 ann *");
	client_quit_all();
	server_restart(&v, 0);
	arrive(&v, "ann", "ann");
	client_quit_all();
	users_are(&v, "zed");
	/* the master looks now and then */
	wait_for((a = client_connect_local(&v),
	    client_send(a, "NICK zed\r\nUSER z 0 * :Real"),
	    client_expect(a, "900 * :*"),
	    strstr(a->line, " zed :") != NULL), 10000);
	client_quit_all();
	server_stop(&v);
}
END_TEST

/* An account of the name that was there is another's, until its password has
 * been known once. */
START_TEST(test_exists)
{
	struct server v;
	struct client *a;

	accounts_start(&v, "open", "off");
	client_login_at(client_connect_from(&v, NULL, 0), "ann", "");
	client_quit_all();
	server_set(&v, "local-accounts", "on");
	server_write(&v);
	pid_signal(v.pid, SIGHUP);
	wait_for(server_log_has(&v, "reloaded"), 5000);
	a = client_connect_local(&v);
	client_send(a, "NICK joe\r\nUSER joe 0 * :Real");
	client_expect(a, "NOTICE * :You are not signed in: *");
	client_expect(a, "376 *");
	client_ask(a, "WHOIS joe", "318 *");
	client_quit_all();
	/* base64 of \0ann\0secret */
	a = client_connect_local(&v);
	client_send(a, "CAP REQ sasl\r\nNICK ann\r\nUSER ann 0 * :Real");
	client_ask(a, "AUTHENTICATE PLAIN", "AUTHENTICATE +");
	client_ask(a, "AUTHENTICATE AGFubgBzZWNyZXQ=", "903 *");
	client_ask(a, "CAP END", "376 *");
	client_quit_all();
	arrive(&v, "ann", "ann");
	client_quit_all();
	server_stop(&v);
}
END_TEST

static const struct {
	const char *policy, *how;
	int signed_in;
} policies[] = {
	{ "open", "on", 1 },
	{ "open", "off", 0 },
	{ "closed", "on", 0 },
	{ "closed", "create", 1 },
	{ "invite", "on", 0 },
};

START_TEST(test_policy)
{
	struct server v;

	accounts_start(&v, policies[_i].policy, policies[_i].how);
	arrive(&v, "ann", policies[_i].signed_in ? "ann" : NULL);
	client_quit_all();
	server_stop(&v);
}
END_TEST

/* Workers die while somebody is signed in. */
START_TEST(test_sign_in_killed)
{
	struct server v;
	struct client *c[8];
	int i, n;

	accounts_start(&v, "open", "on");
	for (n = 0; n < 6; n++) {
		for (i = 0; i < 8; i++) {
			c[i] = client_connect_local(&v);
			client_send(c[i], "NICK ann\r\nUSER ann 0 * :Real");
			if (i % 4 == n % 4)
				server_worker_kill(&v, 1 + n % 2);
		}
		for (i = 0; i < 8; i++) {
			client_expect(c[i], "900 * ann :*");
			client_expect(c[i], "001 ann *");
		}
		client_quit_all();
	}
	v.crashes = 1;
	server_stop(&v);
}
END_TEST

/* ---- groups ---- */

START_TEST(test_group)
{
	struct client *a, *b, *web;
	struct server v;

	server_init(&v);
	server_local(&v);
	server_add(&v, "webirc hunter2 100::/64");
	server_add(&v, "room-group \"#staff\" %s",
	    getgrgid(getegid())->gr_name);
	server_add(&v, "room-group \"#none\" nogroup");
	server_start(&v);
	a = client_register(&v, "ann");
	b = from_afar(&v, "bob");
	client_ask(b, "JOIN #Staff", "473 bob #Staff :*for a group*");
	client_ask(a, "JOIN #staff", "366 *");
	client_ask(a, "INVITE bob #staff", "341 *");
	client_ask(b, "JOIN #staff", "473 bob #staff :*for a group*");
	client_ask(a, "JOIN #none", "473 ann #none :*for a group*");
	client_ask(b, "JOIN #other", "366 *");
	client_ask(b, "RENAME #other #none :x", "FAIL RENAME *");
	/* the groups of a gateway are not those of its clients */
	web = client_connect(&v);
	client_send(web, "WEBIRC hunter2 web h 203.0.113.5");
	client_send(web, "NICK web\r\nUSER u 0 * :Real");
	client_expect(web, "376 *");
	client_ask(web, "JOIN #staff", "473 web #staff :*for a group*");
	client_quit_all();
	server_stop(&v);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("local");
	TCase *paths = tcase_create("paths"), *accounts, *tc;

	tc = harness_case(s, "who", start, stop, 60);
	tcase_add_test(tc, test_host);
	tcase_add_test(tc, test_limit);
	tcase_set_timeout(paths, 120);
	tcase_add_loop_test(paths, test_path, 0, 2);
	tcase_add_loop_test(paths, test_taken, 0, 3);
	tcase_add_loop_test(paths, test_master, 0, 2);
	suite_add_tcase(s, paths);
	accounts = tcase_create("accounts");
	tcase_set_timeout(accounts, 120);
	tcase_add_test(accounts, test_sign_in);
	tcase_add_test(accounts, test_exists);
	tcase_add_loop_test(accounts, test_policy, 0,
	    sizeof(policies) / sizeof(policies[0]));
	tcase_add_test(accounts, test_sign_in_killed);
	tcase_add_test(accounts, test_group);
	suite_add_tcase(s, accounts);
	return harness_run((Suite *[]) { s, NULL });
}
