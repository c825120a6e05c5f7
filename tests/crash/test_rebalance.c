/* SPDX-License-Identifier: ISC */
/*
 * Users are moved from worker to worker while they talk, and while workers are
 * killed: each hears each other's numbered lines once and in order, whoever
 * serves them, and in the end each worker has its share.
 */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"

enum { WORKERS = 3, CLIENTS = 24 };

static struct server sv;
static struct client *c[CLIENTS];
static int sent[CLIENTS], heard[CLIENTS][CLIENTS], alone[CLIENTS];

static void
start(void)
{
	int i;

	server_init(&sv);
	server_set(&sv, "workers", "%d", WORKERS);
	server_start(&sv);
	client_register_many(&sv, c, CLIENTS, "c");
	for (i = 0; i < CLIENTS; i++) {
		client_ask(c[i], i % 2 ? "JOIN #odd,#all" : "JOIN #all",
		    "366 * #all *");
		sent[i] = alone[i] = 0;
		memset(heard[i], 0, sizeof(heard[i]));
	}
}

/* Each says N lines in the room, and as many to its neighbour alone. */
static void
say(int n)
{
	int i, k;

	for (i = 0; i < CLIENTS; i++)
		for (k = 0; k < n; k++) {
			sent[i]++;
			client_send(c[i], "PRIVMSG #all :r %d", sent[i]);
			client_send(c[i], "PRIVMSG c%d :d %d",
			    (i + 1) % CLIENTS + 1, sent[i]);
		}
}

static void
take(int to)
{
	int from, n;
	char kind;

	if (sscanf(c[to]->source, "c%d!", &from) != 1 ||
	    strncmp(c[to]->body, "PRIVMSG ", 8) != 0 ||
	    sscanf(strchr(c[to]->body, ':'), ":%c %d", &kind, &n) != 2)
		return;
	if (kind == 'd')
		ck_assert_msg(n == ++alone[to], "c%d: %d for %d", to + 1, n,
		    alone[to]);
	else
		ck_assert_msg(n == ++heard[to][from - 1], "c%d: %d for %d",
		    to + 1, n, heard[to][from - 1]);
}

static int
missing(int to)
{
	int from;

	for (from = 0; from < CLIENTS; from++)
		if (from != to && heard[to][from] < sent[from])
			return 1;
	return alone[to] < sent[(to + CLIENTS - 1) % CLIENTS];
}

static void
hear_all(void)
{
	int to;

	for (to = 0; to < CLIENTS; to++)
		while (missing(to)) {
			ck_assert_msg(client_line(c[to], 5000),
			    "c%d misses something", to + 1);
			take(to);
		}
}

static void
rebalance(void)
{
	int status;
	char *out = server_ctl(&sv, "rebalance", &status);

	ck_assert_msg(status == 0, "rebalance: %s", out);
	free(out);
}

/* The most and the least clients of a worker. */
static int
spread(void)
{
	int worker[CLIENTS], n[WORKERS + 1] = { 0 }, i, most = 0, least = 1000;

	client_worker_list(c, CLIENTS, worker);
	for (i = 0; i < CLIENTS; i++)
		n[worker[i]]++;
	for (i = 1; i <= WORKERS; i++) {
		most = n[i] > most ? n[i] : most;
		least = n[i] < least ? n[i] : least;
	}
	return most - least;
}

/* Many come, and those stay whom worker W serves. */
static void
unbalance(int w)
{
	struct client *extra[4 * CLIENTS];
	static int batch;
	char prefix[16];
	int worker[4 * CLIENTS], i;

	snprintf(prefix, sizeof(prefix), "x%d-", ++batch);
	client_register_many(&sv, extra, 4 * CLIENTS, prefix);
	client_worker_list(extra, 4 * CLIENTS, worker);
	for (i = 0; i < 4 * CLIENTS; i++)
		if (worker[i] != w) {
			client_send(extra[i], "QUIT");
			client_eof(extra[i]);
			client_close(extra[i]);
		}
}

START_TEST(test_even)
{
	char line[4096], text[32];
	int i, clients[WORKERS + 1], most = 0, least = 1000;

	start();
	unbalance(1);
	rebalance();
	for (i = 1; i <= WORKERS; i++) {
		char number[8];
		snprintf(number, sizeof(number), "%d", i);
		ck_assert_ptr_nonnull(server_ctl_find(&sv, "workers", "worker",
		    number, line, sizeof(line)));
		clients[i] = atoi(json_get(line, "clients", text,
		    sizeof(text)));
		most = clients[i] > most ? clients[i] : most;
		least = clients[i] < least ? clients[i] : least;
	}
	/* mootctl's own connections count too */
	ck_assert_msg(most - least <= 3, "%d, %d, %d", clients[1], clients[2],
	    clients[3]);
	say(3);
	hear_all();
	ck_assert_int_le(spread(), CLIENTS);
	server_stop(&sv);
}
END_TEST

/* Again and again, with everything in motion. */
START_TEST(test_talking)
{
	int i;

	start();
	for (i = 0; i < 12; i++) {
		say(5);
		if (i % 3 == 0)
			unbalance(1 + i / 3 % WORKERS);
		say(10);
		rebalance();
		say(5);
		hear_all();
	}
	/* memberships are where they belong */
	for (i = 0; i < CLIENTS; i += 2)
		client_ask(c[i], "PART #all", "PART #all*");
	client_ask(c[1], "NAMES #all", "366 *");
	server_stop(&sv);
}
END_TEST

/* A worker is killed at some moment of it; who is hurt is healed, and if it
 * was not done it is done the next time. */
START_TEST(test_killed)
{
	pid_t pid[WORKERS + 1];
	int i, status;

	start();
	for (i = 0; i < 40; i++) {
		char *out;
		if (i % 2 == 0)
			unbalance(1 + i / 2 % WORKERS);
		wait_for(server_workers(&sv, pid, WORKERS + 1) == WORKERS,
		    10000);
		say(4);
		pid_signal(sv.pid, SIGUSR1);
		usleep((useconds_t)(i * 100));
		pid_signal(pid[i % 2 ? 1 : 1 + i % WORKERS], SIGKILL);
		say(4);
		hear_all();
		out = server_ctl(&sv, "workers", &status);
		free(out);
	}
	wait_for(server_workers(&sv, pid, WORKERS + 1) == WORKERS, 10000);
	rebalance();
	say(3);
	hear_all();
	server_stop(&sv);
}
END_TEST

/* Nobody asks: it is seen. */
START_TEST(test_by_itself)
{
	struct client *many[300];
	int worker[300], i;
	char line[4096], text[32];

	server_init(&sv);
	server_set(&sv, "workers", "2");
	server_start(&sv);
	client_register_many(&sv, many, 300, "m");
	client_worker_list(many, 300, worker);
	for (i = 0; i < 300; i++)
		if (worker[i] == 1) {
			client_send(many[i], "QUIT");
			client_eof(many[i]);
			client_close(many[i]);
		}
	wait_for(server_ctl_find(&sv, "status", "workers", "2", line,
	             sizeof(line)) != NULL &&
	    atoi(json_get(line, "rebalances", text, sizeof(text))) > 0, 15000);
	ck_assert_int_gt(atoi(json_get(line, "moved", text, sizeof(text))),
	    50);
	server_stop(&sv);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("rebalance");
	Suite *suites[] = { suite, NULL };
	TCase *tc = harness_case(suite, "rebalance", NULL, NULL, 90);

	tcase_add_test(tc, test_even);
	tcase_add_test(tc, test_talking);
	tcase_add_test(tc, test_killed);
	tcase_add_test(tc, test_by_itself);
	return harness_run(suites);
}
