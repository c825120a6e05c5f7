/* SPDX-License-Identifier: ISC */
/*
 * The pool of workers: connections spread over it, its members have names, a
 * dead or a hung one is replaced, a crash loop is braked, and mootctl sees
 * what the kernel sees.  What happens to clients when a worker is killed has
 * a place of its own, tests/crash.
 */

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"

static struct server sv;

START_TEST(test_spread)
{
	enum { N = 400, WORKERS = 4 };
	struct client *v[N];
	int worker[N], count[WORKERS + 1] = { 0 }, i;

	server_init(&sv);
	server_set(&sv, "workers", "%d", WORKERS);
	server_start(&sv);
	client_register_many(&sv, v, N, "spread");
	client_worker_list(v, N, worker);
	for (i = 0; i < N; i++) {
		ck_assert_msg(worker[i] >= 1 && worker[i] <= WORKERS,
		    "%s: worker %d", v[i]->nick, worker[i]);
		count[worker[i]]++;
	}
	printf("spread: %d clients as", N);
	for (i = 1; i <= WORKERS; i++)
		printf(" %d", count[i]);
	printf("\n");
	for (i = 1; i <= WORKERS; i++)
		ck_assert_msg(count[i] >= N / WORKERS / 4,
		    "worker %d has %d of %d", i, count[i], N);
	server_stop(&sv);
}
END_TEST

static void
title_is(pid_t pid, const char *want)
{
	char path[64], title[128];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/cmdline", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = read(fd, title, sizeof(title) - 1);
	close(fd);
	title[n > 0 ? n : 0] = '\0';
	ck_assert_str_eq(title, want);
}

START_TEST(test_titles)
{
	pid_t pid[8];

	server_init(&sv);
	server_start(&sv);
	wait_for(server_workers(&sv, pid, 8) == 2, 2000);
	title_is(sv.pid, "mootd: master");
	title_is(pid[1], "mootd: worker 1");
	title_is(pid[2], "mootd: worker 2");
	server_stop(&sv);
}
END_TEST

/* ---- mootctl ---- */

static long
number_get(const char *line, const char *key)
{
	char text[64];

	ck_assert_msg(json_get(line, key, text, sizeof(text)) != NULL,
	    "no \"%s\" in %s", key, line);
	return strtol(text, NULL, 0);
}

START_TEST(test_ctl)
{
	struct client *a, *b;
	char line[1024], worker[16], *text;
	pid_t pid[8];
	unsigned key[64];
	int id[64], i, n, status, seen = 0;

	server_init(&sv);
	server_start(&sv);
	client_apart(&sv, &a, "ann", &b, "bob", NULL);
	client_ask(a, "JOIN #ctl", "366 *");
	client_send(a, "PRIVMSG bob :makes a queue");
	client_expect(b, "PRIVMSG bob *");
	server_workers(&sv, pid, 8);
	for (i = 1; i <= 2; i++) {
		snprintf(worker, sizeof(worker), "%d", i);
		ck_assert(server_ctl_find(&sv, "workers", "worker", worker,
		    line, sizeof(line)) != NULL);
		ck_assert_int_eq(number_get(line, "pid"), pid[i]);
	}
	ck_assert(server_ctl_find(&sv, "rooms", "name", "#ctl", line,
	    sizeof(line)) != NULL);
	/* each of the kernel's queues is in the list, with its key */
	n = server_object_list(&sv, "msg", id, key, 64);
	ck_assert_int_ge(n, 2);
	text = server_ctl(&sv, "queues --json", &status);
	ck_assert_int_eq(status, 0);
	for (i = 0; i < n; i++) {
		char hex[16];

		snprintf(hex, sizeof(hex), "%08x", key[i]);
		ck_assert_msg(strstr(text, hex) != NULL,
		    "queue 0x%s is not in: %s", hex, text);
		seen++;
	}
	ck_assert_int_eq(seen, n);
	free(text);
	free(server_ctl(&sv, "status --json", &status));
	ck_assert_int_eq(status, 0);
	free(server_ctl(&sv, "nonsense", &status));
	ck_assert_int_ne(status, 0);
	free(server_ctl(&sv, "kick bob", &status));
	ck_assert_int_eq(status, 0);
	client_eof(b);
	client_sync(a);
	free(server_ctl(&sv, "kick nobody", &status));
	ck_assert_int_ne(status, 0);
	free(server_ctl(&sv, "reload", &status));
	ck_assert_int_eq(status, 0);
	client_sync(a);
	free(server_ctl(&sv, "stop", &status));
	ck_assert_int_eq(status, 0);
	client_eof(a);
	server_stop(&sv);
}
END_TEST

/* Bytes on the control socket that mootctl would not send. */
START_TEST(test_ctl_junk)
{
	char command[512];
	struct client *a;
	int i;

	server_init(&sv);
	server_start(&sv);
	a = client_register(&sv, "ann");
	for (i = 0; i < 5; i++) {
		snprintf(command, sizeof(command), "head -c %d /dev/urandom | "
		    "timeout 1 %s -s %s users >/dev/null 2>&1", 1 << (i * 3),
		    getenv("MOOTCTL") ? getenv("MOOTCTL") : "./mootctl",
		    sv.control);
		ck_assert_int_ne(system(command), -1);
		client_sync(a);
	}
	free(server_ctl(&sv, "kick \"a b c d e f\"", NULL));
	free(server_ctl(&sv, "kick %s%s%n", NULL));
	client_sync(a);
	server_stop(&sv);
}
END_TEST

/* ---- Replacement ---- */

/* Every way a worker can die. */
START_TEST(test_signals)
{
	static const int signals[] = { SIGKILL, SIGSEGV, SIGABRT, SIGTERM };
	struct client *a, *b;
	int i, worker;
	pid_t pid;

	server_init(&sv);
	server_start(&sv);
	for (i = 0; i < 4; i++) {
		client_apart(&sv, &a, "ann", &b, "bob", NULL);
		/* not more than a few quick deaths each */
		worker = 1 + i % 2;
		pid = server_worker_again(&sv, worker, 0);
		pid_signal(pid, signals[i]);
		client_send(a, "PRIVMSG bob :after signal %d", signals[i]);
		client_expect(b, ":ann!* PRIVMSG bob *after signal %d",
		    signals[i]);
		client_send(b, "PRIVMSG ann :after signal %d", signals[i]);
		client_expect(a, ":bob!* PRIVMSG ann *after signal %d",
		    signals[i]);
		if (signals[i] != SIGTERM) /* which it may ignore */
			server_worker_again(&sv, worker, pid);
		client_quit_all();
	}
	server_kill(&sv); /* the log of a sanitizer tells of SIGSEGV */
	server_clean(&sv);
}
END_TEST

START_TEST(test_hung)
{
	struct client *a, *b;
	char worker[16], line[1024];
	long begin;
	pid_t pid;

	server_init(&sv);
	server_set(&sv, "worker-timeout", "2");
	server_start(&sv);
	client_apart(&sv, &a, "ann", &b, "bob", NULL);
	snprintf(worker, sizeof(worker), "%d", client_worker(b));
	pid = server_worker_again(&sv, atoi(worker), 0);
	begin = clock_ms();
	pid_signal(pid, SIGSTOP);
	client_send(a, "PRIVMSG bob :while it hangs");
	client_send(b, "PRIVMSG ann :from the hanging");
	client_sync(a);
	server_worker_again(&sv, atoi(worker), pid);
	ck_assert_int_ge(clock_ms() - begin, 1000);
	client_expect(b, ":ann!* PRIVMSG bob *while it hangs");
	client_expect(a, ":bob!* PRIVMSG ann *from the hanging");
	ck_assert(server_log_has(&sv, "hang"));
	ck_assert(server_ctl_find(&sv, "workers", "worker", worker, line,
	    sizeof(line)) != NULL);
	ck_assert_int_eq(number_get(line, "restarts"), 1);
	server_stop(&sv);
}
END_TEST

/* What was said before a kick is heard by who is kicked, however late its
 * worker hears of both. */
START_TEST(test_last_words)
{
	struct client *a, *b;
	pid_t pid;

	server_init(&sv);
	server_start(&sv);
	client_apart(&sv, &a, "ann", &b, "bob", NULL);
	client_ask(a, "JOIN #words", "366 *");
	client_ask(b, "JOIN #words", "366 *");
	client_expect(a, ":bob!* JOIN *");
	pid = server_worker_again(&sv, client_worker(b), 0);
	pid_signal(pid, SIGSTOP);
	client_send(a, "PRIVMSG #words :last words\r\nKICK #words bob :out\r\n"
	    "PRIVMSG #words :he is gone");
	client_sync(a);
	pid_signal(pid, SIGCONT);
	client_expect_next(b, ":ann!* PRIVMSG #words *last words");
	client_expect_next(b, ":ann!* KICK #words bob *out");
	client_send(b, "PING end");
	client_expect_next(b, "PONG *end");
	server_stop(&sv);
}
END_TEST

/* A worker that dies again and again is given pauses; its clients wait, but
 * stay, and those of others notice nothing. */
START_TEST(test_crash_loop)
{
	struct client *a, *b;
	long begin, last = 0, most = 0;
	int i, worker;
	pid_t pid;

	server_init(&sv);
	server_start(&sv);
	client_apart(&sv, &a, "ann", &b, "bob", NULL);
	worker = client_worker(b);
	pid = server_worker_again(&sv, worker, 0);
	for (i = 0; i < 6; i++) {
		pid_signal(pid, SIGKILL);
		begin = clock_ms();
		client_sync(a);
		pid = server_worker_again(&sv, worker, pid);
		last = clock_ms() - begin;
		if (i == 0)
			ck_assert_msg(last < harness_ms(200), "the first death "
			    "cost %ld ms", last);
		most = last > most ? last : most;
	}
	printf("crash loop: the last of 6 was replaced after %ld ms\n", last);
	ck_assert_msg(most >= 200, "no brake: 6 deaths, at most %ld ms", most);
	client_send(b, "PRIVMSG ann :I am still here");
	client_expect(a, ":bob!* PRIVMSG ann *I am still here");
	server_stop(&sv);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("workers");
	Suite *suites[] = { s, NULL };
	TCase *tc = harness_case(s, "workers", NULL, NULL, 60);

	tcase_add_test(tc, test_spread);
	tcase_add_test(tc, test_titles);
	tcase_add_test(tc, test_ctl);
	tcase_add_test(tc, test_ctl_junk);
	tcase_add_test(tc, test_signals);
	tcase_add_test(tc, test_hung);
	tcase_add_test(tc, test_last_words);
	tcase_add_test(tc, test_crash_loop);
	return harness_run(suites);
}
