/* SPDX-License-Identifier: ISC */
/*
 * Deaths, seen by clients by TLS: those of workers and masters are not seen at
 * all; that of a process of mootd-tls ends its own clients, who resume at
 * another; and when all of a server is gone, so are they.
 */

#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness_tls.h"

enum { PROCESSES = 8, CLIENTS = 12 };

static struct server sv;
static struct client *ann, *bob;
static int sent, heard;

static void
serving(void)
{
	wait_for(strcmp(server_status(&sv, "tls"), "serving") == 0, 20000);
}

static void
start(void)
{
	server_init(&sv);
	server_set(&sv, "workers", "2");
	server_set(&sv, "flood", "off");
	server_set(&sv, "tls-workers", "2");
	server_tls(&sv);
	server_start(&sv);
	serving();
	ann = client_tls_register(&sv, "ann");
	bob = client_tls_register(&sv, "bob");
	sent = heard = 0;
}

static void
say(int n)
{
	while (n-- > 0)
		client_send(ann, "PRIVMSG bob :%d.", ++sent);
}

/* What was said comes once each, in order. */
static void
hear_all(void)
{
	while (heard < sent) {
		client_expect(bob, ":ann!* PRIVMSG bob *");
		ck_assert_int_eq(atoi(strrchr(bob->line, ':') + 1), ++heard);
	}
	client_expect_none(bob, ":ann!* PRIVMSG *");
}

START_TEST(test_worker_killed)
{
	int i;

	start();
	for (i = 0; i < 10; i++) {
		say(50);
		server_worker_kill(&sv, 1 + i % 2);
		say(50);
	}
	hear_all();
	ck_assert_str_eq(server_status(&sv, "tls_restarts"), "0");
	sv.crashes = 1;
	server_stop(&sv);
}
END_TEST

static void
master_kill(void)
{
	pid_signal(sv.pid, SIGKILL);
	ck_assert_int_ne(server_reap(sv.pid, 5000), -1);
	sv.pid = 0;
}

/* Whether the processes are those of before. */
static void
same_processes(const pid_t *old, int n)
{
	pid_t now[PROCESSES];
	int i;

	ck_assert_int_eq(server_tls_pids(&sv, now, PROCESSES), n);
	for (i = 0; i < n; i++)
		ck_assert_int_eq(now[i], old[i]);
}

START_TEST(test_master_killed)
{
	pid_t old[PROCESSES];
	int i, n;

	start();
	n = server_tls_pids(&sv, old, PROCESSES);
	ck_assert_int_eq(n, 2);
	for (i = 1; i <= 3; i++) {
		say(20);
		master_kill();
		say(20);
		/* who comes while there is no master is served, too */
		client_close(client_tls_register(&sv, "between"));
		server_start(&sv);
		ck_assert_int_eq(atoi(server_status(&sv, "takeovers")), i);
		say(20);
		same_processes(old, n);
	}
	hear_all();
	/* those that another master started are replaced as well */
	ck_assert_int_eq(pid_signal(old[0], SIGKILL), 0);
	wait_for(server_tls_pids(&sv, old, PROCESSES) == 2 &&
	    atoi(server_status(&sv, "tls_restarts")) == 1, 20000);
	client_close(client_tls_register(&sv, "later"));
	sv.crashes = 1;
	server_stop(&sv);
}
END_TEST

START_TEST(test_upgrade)
{
	pid_t old[PROCESSES];
	int i, n, status;
	char *out;

	start();
	n = server_tls_pids(&sv, old, PROCESSES);
	for (i = 1; i <= 3; i++) {
		say(20);
		out = server_ctl(&sv, "upgrade", &status);
		ck_assert_msg(status == 0, "%s", out);
		free(out);
		say(20);
		ck_assert_int_eq(atoi(server_status(&sv, "upgrades")), i);
		same_processes(old, n);
	}
	hear_all();
	server_stop(&sv);
}
END_TEST

/* ---- a long answer to a slow reader ---- */

enum { KEPT = 100, ANSWERS = 40, SLOW = 4096 /* bytes it takes at a time */ };

static void
reload(void)
{
	server_set(&sv, "tls-handshake-timeout", "7");
	server_write(&sv);
	free(server_ctl(&sv, "reload", NULL));
	wait_for(atoi(server_status(&sv, "tls_leaving")) > 0, 20000);
}

static void
upgrade(void)
{
	int status;
	char *out = server_ctl(&sv, "upgrade", &status);

	ck_assert_msg(status == 0, "%s", out);
	free(out);
}

static void
workers_die(void)
{
	server_worker_kill(&sv, 1);
	server_worker_kill(&sv, 2);
}

static void
store_dies(void)
{
	server_store_kill(&sv);
}

static void
master_dies(void)
{
	master_kill();
	server_start(&sv);
}

static void (*const meanwhile[])(void) = { reload, upgrade, workers_die,
	store_dies, master_dies };

/* By TLS, with little room for what comes. */
static struct client *
slow_register(const char *nick)
{
	static const struct client_tls how;
	struct sockaddr_in to = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), size = SLOW;
	struct client *c;

	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	to.sin_port = htons((uint16_t)server_tls_port(&sv));
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	c = client_tls_open(&sv, fd, &how);
	snprintf(c->nick, sizeof(c->nick), "%s", nick);
	client_send(c, "CAP REQ :batch draft/chathistory\r\nNICK %s\r\n"
	    "USER u 0 * :r\r\nCAP END", nick);
	client_welcome(c);
	return c;
}

/* It comes once, in order, and ends, whatever else happens on the way. */
START_TEST(test_long_answer)
{
	char text[400];
	struct client *slow;
	int i, k;

	server_init_store(&sv);
	server_set(&sv, "workers", "2");
	server_set(&sv, "tls-workers", "2");
	server_tls(&sv);
	server_start(&sv);
	serving();
	ann = client_tls_register(&sv, "ann");
	slow = slow_register("slow");
	client_ask(ann, "JOIN #kept", "366 *");
	client_ask(slow, "JOIN #kept", "366 *");
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	for (i = 0; i < KEPT; i++)
		client_send(ann, "PRIVMSG #kept :%03d %s", i, text);
	client_expect(slow, ":ann!* PRIVMSG #kept :%03d *", KEPT - 1);
	for (k = 0; k < ANSWERS; k++)
		client_send(slow, "CHATHISTORY LATEST #kept * %d", KEPT);
	client_send(slow, "PING :over");
	client_expect_next(slow, "BATCH +* chathistory #kept");
	meanwhile[_i]();
	for (k = 0; k < ANSWERS; k++) {
		if (k > 0)
			client_expect_next(slow, "BATCH +* chathistory #kept");
		for (i = 0; i < KEPT; i++)
			client_expect_next(slow,
			    ":ann!* PRIVMSG #kept :%03d %s", i, text);
		client_expect_next(slow, "BATCH -*");
	}
	client_expect_next(slow, "PONG * :over");
	sv.crashes = 1;
	server_stop(&sv);
}
END_TEST

/* ---- deaths of mootd-tls ---- */

/* Whether C answers, or its connection has ended: one of both. */
static int
is_ended(struct client *c)
{
	client_offer(c, "PING :x\r\n", 9);
	wait_for((client_line(c, 10) && strstr(c->line, "PONG") != NULL) ||
	    c->eof, HARNESS_WAIT);
	return c->eof;
}

/* Its clients are told by the end of their connection, the others by
 * nothing. */
START_TEST(test_helper_killed)
{
	struct client *c[CLIENTS];
	SSL_SESSION *session[CLIENTS];
	struct client_tls how = { .least = TLS1_3_VERSION };
	pid_t pid[PROCESSES], now[PROCESSES];
	char nick[16];
	int i, ended = 0;

	start();
	for (i = 0; i < CLIENTS; i++) {
		snprintf(nick, sizeof(nick), "c%d", i);
		c[i] = client_tls_register(&sv, nick);
		session[i] = client_tls_session(c[i]);
	}
	ck_assert_int_eq(server_tls_pids(&sv, pid, PROCESSES), 2);
	ck_assert_int_eq(pid_signal(pid[0], SIGKILL), 0);
	wait_for(atoi(server_status(&sv, "tls_restarts")) == 1 &&
	    server_tls_pids(&sv, now, PROCESSES) == 2 && now[0] != pid[0] &&
	    now[1] != pid[0], 20000);
	for (i = 0; i < CLIENTS; i++)
		ended += is_ended(c[i]);
	printf("of %d clients %d were at the one that died\n", CLIENTS, ended);
	ended += is_ended(ann) + is_ended(bob);
	ck_assert_int_eq(atoi(server_status(&sv, "tls_clients")),
	    CLIENTS + 2 - ended);
	for (i = 0; i < CLIENTS; i++) {
		struct client *d;

		how.session = session[i];
		d = client_tls_connect_with(&sv, &how);
		ck_assert_int_eq(SSL_session_reused(client_tls_ssl(d)), 1);
		client_close(d);
		SSL_SESSION_free(session[i]);
	}
	sv.crashes = 1;
	server_stop(&sv);
}
END_TEST

/* Again and again: it is slowed down, and comes back. */
START_TEST(test_helpers_killed)
{
	pid_t pid[PROCESSES];
	struct client *plain;
	int i, k, n;

	start();
	plain = client_register(&sv, "plain");
	for (i = 0; i < 6; i++) {
		wait_for((n = server_tls_pids(&sv, pid, PROCESSES)) > 0,
		    20000);
		for (k = 0; k < n; k++)
			pid_signal(pid[k], SIGKILL);
		client_sync(plain);
		wait_for(atoi(server_status(&sv, "tls_restarts")) > i, 30000);
	}
	client_eof(ann);
	client_eof(bob);
	serving();
	client_close(client_tls_register(&sv, "again"));
	sv.crashes = 1;
	server_stop(&sv);
}
END_TEST

/* The master dies between the note that a process is to leave and the signal:
 * the process goes by the note. */
START_TEST(test_dismissal)
{
	const char *faults = getenv("MOOTD_FAULTS");
	pid_t pid[PROCESSES];

	if (faults == NULL) {
		harness_skip("MOOTD_FAULTS: no mootd built with FAULTS=1");
		return;
	}
	setenv("MOOTD", faults, 1);
	server_init(&sv);
	server_set(&sv, "tls-workers", "1");
	server_tls(&sv);
	sv.env[0] = "MOOT_FAULT=tls-dismiss:1:0";
	server_start(&sv);
	serving();
	server_set(&sv, "tls-handshake-timeout", "7");
	server_write(&sv);
	free(server_ctl(&sv, "reload", NULL));
	ck_assert_int_ne(server_reap(sv.pid, 20000), -1);
	sv.pid = 0;
	sv.env[0] = NULL;
	server_start(&sv);
	wait_for(server_tls_pids(&sv, pid, PROCESSES) == 1, 20000);
	ck_assert_str_eq(server_status(&sv, "tls_leaving"), "0");
	sv.crashes = 1;
	server_stop(&sv);
}
END_TEST

/* Nobody is left when there is no server any more. */
START_TEST(test_all_killed)
{
	pid_t pid[PROCESSES];
	int i, n;

	start();
	n = server_tls_pids(&sv, pid, PROCESSES);
	ck_assert_int_eq(n, 2);
	server_kill(&sv);
	client_eof(ann);
	client_eof(bob);
	client_close(ann);
	client_close(bob);
	for (i = 0; i < n; i++)
		wait_for(!pid_alive(pid[i]), 20000);
	server_clean(&sv);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("tls_kill");
	Suite *suites[] = { suite, NULL };
	TCase *tc = harness_case(suite, "tls_kill", NULL, NULL, 90);

	tcase_add_test(tc, test_worker_killed);
	tcase_add_test(tc, test_master_killed);
	tcase_add_test(tc, test_upgrade);
	tcase_add_loop_test(tc, test_long_answer, 0,
	    sizeof(meanwhile) / sizeof(meanwhile[0]));
	tcase_add_test(tc, test_helper_killed);
	tcase_add_test(tc, test_helpers_killed);
	tcase_add_test(tc, test_dismissal);
	tcase_add_test(tc, test_all_killed);
	return harness_run(suites);
}
