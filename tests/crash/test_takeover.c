/* SPDX-License-Identifier: ISC */
/*
 * The master is killed, or executes another binary, and nobody may notice:
 * connections stay, numbered lines come once each and in order, the segment is
 * the same, and a worker that dies later is replaced as before.  The taking
 * over itself is killed at many moments, on both sides.
 */

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"

static struct server sv;
static struct client *ann, *bob;
static int sent, heard;

static int
segment_id(void)
{
	unsigned key[4];
	int id[4];

	return server_object_list(&sv, "shm", id, key, 4) == 1 ? id[0] : -1;
}

static void
start(void)
{
	server_init(&sv);
	server_set(&sv, "workers", "2");
	server_start(&sv);
	client_apart(&sv, &ann, "ann", &bob, "bob", NULL);
	client_ask(ann, "JOIN #here", "366 *");
	client_ask(bob, "JOIN #here", "366 *");
	client_expect(ann, ":bob!* JOIN *");
	sent = heard = 0;
}

static void
say(int n)
{
	while (n-- > 0)
		client_send(ann, "PRIVMSG #here :%d.", ++sent);
}

/* What was said comes once each, in order, to the other worker too. */
static void
hear_all(void)
{
	while (heard < sent) {
		client_expect(bob, ":ann!* PRIVMSG #here *");
		ck_assert_int_eq(atoi(strrchr(bob->line, ':') + 1), ++heard);
	}
	client_expect_none(bob, ":ann!* PRIVMSG *");
}

static void
master_kill(void)
{
	pid_signal(sv.pid, SIGKILL);
	ck_assert_int_ne(server_reap(sv.pid, 2000), -1);
	sv.pid = 0;
}

START_TEST(test_master_killed)
{
	pid_t old[3], pid[3];
	int id, i;

	start();
	id = segment_id();
	wait_for(server_workers(&sv, old, 3) == 2, 2000);
	client_write(ann, "PRIVMSG #here :half ", 20);
	client_sync(bob);
	say(0);
	master_kill();
	client_send(bob, "PRIVMSG ann :no master");
	client_expect(ann, ":bob!* PRIVMSG ann *no master");
	server_start(&sv);
	ck_assert_int_eq(segment_id(), id);
	client_send(ann, "a line");
	client_expect(bob, ":ann!* PRIVMSG #here :half a line");
	say(50);
	hear_all();
	for (i = 1; i <= 2; i++) {
		pid[i] = server_worker_kill(&sv, i);
		say(10);
		server_worker_again(&sv, i, pid[i]);
	}
	hear_all();
	client_ask(client_register(&sv, "cat"), "NAMES #here", "353 *");
	ck_assert_str_eq(server_status(&sv, "takeovers"), "1");
	server_stop(&sv);
}
END_TEST

/* Again and again, in the middle of a conversation. */
START_TEST(test_often)
{
	int i;

	start();
	for (i = 0; i < 20; i++) {
		say(40);
		master_kill();
		say(40);
		server_start(&sv);
		say(40);
	}
	hear_all();
	ck_assert_str_eq(server_status(&sv, "takeovers"), "20");
	server_stop(&sv);
}
END_TEST

/* The new master is killed too, I times 0.2 ms after its start: whoever serves
 * then, the next one takes over. */
START_TEST(test_killed_while_taking)
{
	int i;

	start();
	master_kill();
	for (i = 0; i < 60; i++) {
		say(5);
		sv.pid = server_spawn(&sv, NULL);
		usleep((useconds_t)(1000 + i * 200));
		if (server_reap(sv.pid, 0) == -1)
			master_kill();
		say(5);
	}
	server_start(&sv);
	say(5);
	hear_all();
	server_stop(&sv);
}
END_TEST

/* A worker dies while the new master takes over. */
START_TEST(test_worker_killed_while_taken)
{
	pid_t pid[3];
	int i;

	start();
	for (i = 0; i < 30; i++) {
		wait_for(server_workers(&sv, pid, 3) == 2, 5000);
		say(5);
		master_kill();
		sv.pid = server_spawn(&sv, NULL);
		usleep((useconds_t)(1000 + i * 300));
		pid_signal(pid[1 + i % 2], SIGKILL);
		say(5);
		hear_all();
	}
	server_stop(&sv);
}
END_TEST

/* The last worker dies while the new master takes over: nobody is left, which
 * is no reason for it not to serve, or to be started again (not 2, "do not
 * start me again"). */
START_TEST(test_last_worker)
{
	int i, status;
	pid_t pid[2];

	server_init(&sv);
	server_set(&sv, "workers", "1");
	server_start(&sv);
	for (i = 0; i < 40; i++) {
		wait_for(server_workers(&sv, pid, 2) == 1, 5000);
		master_kill();
		sv.pid = server_spawn(&sv, NULL);
		usleep((useconds_t)(1000 + i * 100));
		pid_signal(pid[1], SIGKILL);
		wait_for(!pid_alive(pid[1]), 2000);
		wait_for(server_workers(&sv, pid, 2) == 1 ||
		    !pid_alive(sv.pid), 5000);
		if (pid_alive(sv.pid))
			continue;
		status = server_reap(sv.pid, 0);
		ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 1,
		    "status %x", (unsigned)status);
		server_start(&sv);
	}
	master_kill();
	server_start(&sv); /* which tells the port that was free last */
	client_sync(client_register(&sv, "ann"));
	server_stop(&sv);
}
END_TEST

/* None of them is scheduled for long, as on a machine that has too much to do:
 * they have the connections, and so are waited for. */
START_TEST(test_starved)
{
	pid_t pid[3];
	int i;

	start();
	wait_for(server_workers(&sv, pid, 3) == 2, 2000);
	say(3);
	master_kill(); /* whose end lets who is stopped go on */
	for (i = 1; i <= 2; i++)
		pid_signal(pid[i], SIGSTOP);
	say(3);
	sv.pid = server_spawn(&sv, NULL);
	wait_for(server_log_has(&sv, "no worker stands still yet"),
	    SERVER_AGAIN);
	for (i = 1; i <= 2; i++)
		pid_signal(pid[i], SIGCONT);
	server_worker_again(&sv, 1, pid[1]);
	say(3);
	hear_all();
	server_stop(&sv);
}
END_TEST

/* Without a master, SIGTERM ends the workers; the next start is a new one. */
START_TEST(test_no_master)
{
	pid_t pid[3];
	int i;

	start();
	wait_for(server_workers(&sv, pid, 3) == 2, 2000);
	pid_signal(pid[1], SIGTERM);
	say(3);
	hear_all();
	say(3); /* it looks at the end of its turn */
	hear_all(); /* with a master it does nothing, */
	master_kill();
	usleep(600 * 1000);
	say(3);
	hear_all(); /* and it is not remembered */
	pid_signal(pid[1], SIGTERM);
	client_expect(ann, "ERROR :*Server shutting down*");
	client_eof(ann);
	client_eof(bob);
	for (i = 1; i <= 2; i++)
		wait_for(!pid_alive(pid[i]), 4000);
	server_start(&sv);
	client_sync(client_register(&sv, "ann"));
	ck_assert_str_eq(server_status(&sv, "takeovers"), "0");
	server_stop(&sv);
}
END_TEST

/* A second master while one lives. */
START_TEST(test_second)
{
	int status;

	start();
	status = server_reap(server_spawn(&sv, NULL), 5000);
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), 2);
	say(5);
	hear_all();
	server_stop(&sv);
}
END_TEST

/* ---- upgrades ---- */

static char binary[128];
static const char *original;

/* Copies FROM to the binary the server runs, as a package does: by a rename. */
static void
binary_put(const char *from)
{
	char command[512];

	snprintf(command, sizeof(command), "cp '%s' '%s.new' && mv '%s.new' "
	    "'%s'", from, binary, binary, binary);
	ck_assert_int_eq(system(command), 0);
}

static void
start_copy(void)
{
	original = getenv("MOOTD") != NULL ? getenv("MOOTD") : "./mootd";
	server_init(&sv);
	snprintf(binary, sizeof(binary), "%s/mootd", sv.dir);
	binary_put(original);
	setenv("MOOTD", binary, 1);
	server_set(&sv, "workers", "2");
	server_start(&sv);
	setenv("MOOTD", original, 1);
	client_apart(&sv, &ann, "ann", &bob, "bob", NULL);
	client_ask(ann, "JOIN #here", "366 *");
	client_ask(bob, "JOIN #here", "366 *");
	client_expect(ann, ":bob!* JOIN *");
	sent = heard = 0;
}

START_TEST(test_upgrade)
{
	int i, id, status;
	char *out;

	start_copy();
	id = segment_id();
	for (i = 1; i <= 20; i++) {
		binary_put(original);
		say(20);
		out = server_ctl(&sv, "upgrade", &status);
		ck_assert_msg(status == 0, "upgrade %d: %s", i, out);
		free(out);
		say(20);
		ck_assert_int_eq(atoi(server_status(&sv, "upgrades")), i);
	}
	hear_all();
	/* a reload does it as well, when the binary is another */
	binary_put(original);
	pid_signal(sv.pid, SIGHUP);
	wait_for(atoi(server_status(&sv, "upgrades")) == 21, 5000);
	pid_signal(sv.pid, SIGHUP);
	wait_for(atoi(server_status(&sv, "reloads")) == 1, 5000);
	ck_assert_str_eq(server_status(&sv, "upgrades"), "21");
	ck_assert_int_eq(segment_id(), id);
	say(5);
	hear_all();
	server_stop(&sv);
}
END_TEST

/* In the background, where it logs by syslog: its socket is not one of those
 * that are handed over, and takes the number of none. */
START_TEST(test_background)
{
	const char *args[] = { "-c", sv.config, NULL };
	char text[32], *log, *at, *out;
	int i, status;

	if (access("/dev/log", F_OK) != 0)
		harness_skip("nobody reads /dev/log");
	server_init(&sv);
	server_write(&sv);
	status = server_reap(server_spawn(&sv, args), 5000);
	ck_assert_msg(status == 0, "status %x", (unsigned)status);
	log = server_log(&sv);
	ck_assert_ptr_nonnull(at = strstr(log, "listening on 127.0.0.1:"));
	sv.port[0] = atoi(at + strlen("listening on 127.0.0.1:"));
	sv.nport = 1;
	free(log);
	client_apart(&sv, &ann, "ann", &bob, "bob", NULL);
	client_ask(ann, "JOIN #here", "366 *");
	client_ask(bob, "JOIN #here", "366 *");
	sent = heard = 0;
	for (i = 0; i < 3; i++) {
		say(5);
		free(server_ctl(&sv, "upgrade", &status));
		ck_assert_int_eq(status, 0);
		say(5);
		hear_all();
		snprintf(text, sizeof(text), "cat%d", i);
		client_sync(client_register(&sv, text));
	}
	out = server_ctl(&sv, "stop", &status);
	ck_assert_msg(status == 0, "%s", out);
	free(out);
	client_eof(bob);
	wait_for(server_objects(&sv, NULL) == 0, 4000);
	server_clean(&sv);
}
END_TEST

/* What is fixed may stand otherwise in the file: an upgrade goes on as it
 * was, also with room for fewer descriptors. */
START_TEST(test_fixed_changed)
{
	char *out;
	int status;

	start_copy();
	server_set(&sv, "ipc-prefix", "%d", sv.prefix + 1);
	server_set(&sv, "max-clients", "50");
	server_set(&sv, "workers", "3");
	server_write(&sv);
	binary_put(original);
	say(5);
	out = server_ctl(&sv, "upgrade", &status);
	ck_assert_msg(status == 0, "%s", out);
	free(out);
	say(5);
	hear_all();
	server_set(&sv, "ipc-prefix", "%d", sv.prefix);
	server_write(&sv);
	setenv("MOOTD", binary, 1);
	master_kill();
	server_start(&sv);
	setenv("MOOTD", original, 1);
	say(5);
	hear_all();
	ck_assert_str_eq(server_status(&sv, "takeovers"), "2");
	server_stop(&sv);
}
END_TEST

static const struct {
	const char *name, *script, *why;
} refusals[] = {
	{ "another layout", "echo mootd 9; echo layout: 12345678",
	    "another layout of the segment (12345678" },
	{ "no layout", "echo mootd 9", "(unknown" },
	{ "does not start", "echo oh; exit 3", "does not start: oh" },
	{ "does not end", "exec sleep 60", "does not start" },
	{ "drips", "while :; do printf .; sleep 0.5; done", "does not start" },
	{ "crashes", "kill -SEGV $$", "does not start" },
	{ "not the configuration",
	    "case $1 in -V) $REAL -V;; *) echo bad words; exit 1;; esac",
	    "configuration: bad words" },
};

/* What cannot go on is noticed before anything is given up. */
START_TEST(test_refused)
{
	char path[160], *out;
	int status;
	FILE *f;

	start_copy();
	snprintf(path, sizeof(path), "%s/script", sv.dir);
	ck_assert_ptr_nonnull(f = fopen(path, "w"));
	fprintf(f, "#!/bin/sh\nREAL=%s\n%s\n", original,
	    refusals[_i].script);
	fclose(f);
	chmod(path, 0755);
	binary_put(path);
	say(5);
	out = server_ctl(&sv, "upgrade", &status);
	ck_assert_int_ne(status, 0);
	wait_for(server_log_has(&sv, refusals[_i].why), 5000);
	free(out);
	say(5);
	hear_all();
	ck_assert_str_eq(server_status(&sv, "upgrades"), "0");
	ck_assert_str_eq(server_status(&sv, "refusals"), "1");
	binary_put(original);
	out = server_ctl(&sv, "upgrade", &status);
	ck_assert_msg(status == 0, "%s", out);
	free(out);
	say(5);
	hear_all();
	server_stop(&sv);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("takeover");
	Suite *suites[] = { suite, NULL };
	TCase *tc = harness_case(suite, "takeover", NULL, NULL, 60);

	tcase_add_test(tc, test_master_killed);
	tcase_add_test(tc, test_often);
	tcase_add_test(tc, test_killed_while_taking);
	tcase_add_test(tc, test_worker_killed_while_taken);
	tcase_add_test(tc, test_last_worker);
	tcase_add_test(tc, test_starved);
	tcase_add_test(tc, test_no_master);
	tcase_add_test(tc, test_second);
	tcase_add_test(tc, test_upgrade);
	tcase_add_test(tc, test_background);
	tcase_add_test(tc, test_fixed_changed);
	tcase_add_loop_test(tc, test_refused, 0,
	    sizeof(refusals) / sizeof(refusals[0]));
	return harness_run(suites);
}
