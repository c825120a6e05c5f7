/* SPDX-License-Identifier: ISC */
/*
 * MONITOR: who comes and goes, at whatever worker; what extended-monitor adds;
 * lists that survive their workers and go with their sessions.  Every test
 * runs at one worker and across two, but for those of deaths and moves.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"

enum { LIMIT = 100, MANY = 80 };

static struct server sv;
static int apart;

static void
setup(struct server *server)
{
	server_add(server, "operator boss " SESAME);
}

static void
start_memory(void)
{
	apart = 1;
	server_init(&sv);
	server_set(&sv, "workers", "2");
	server_set(&sv, "store", "on");
	server_set(&sv, "cloak", "on");
	server_start(&sv);
}

/* ---- Coming and going ---- */

START_TEST(test_come_and_go)
{
	struct client *a, *b, *c;
	char limit[16];

	client_pair(&sv, apart, &a, "ann", &b, "bob", NULL);
	ck_assert_str_eq(client_isupport(a, "MONITOR", limit, sizeof(limit)),
	    "100");
	client_send(a, "MONITOR + cat,Bob,DAN");
	client_expect_next(a, "730 ann :bob!bob@*");
	client_expect_next(a, "731 ann :cat,DAN");
	client_ask(b, "MONITOR + cat", "731 bob :cat");
	c = client_register(&sv, "Cat");
	client_expect_next(a, "730 ann :Cat!Cat@*");
	client_expect_next(b, "730 bob :Cat!Cat@*");
	client_ask(c, "QUIT :bye", "ERROR *");
	client_expect_next(a, "731 ann :Cat");
	client_expect_next(b, "731 bob :Cat");
	/* a connection that is not registered is nobody */
	c = client_connect(&sv);
	client_send(c, "NICK cat");
	client_send(c, "PING 1");
	client_send(a, "MONITOR + cat");
	client_expect_next(a, "731 ann :cat");
	client_send(c, "USER cat 0 * :Cat");
	client_expect(c, "001 *");
	client_expect_next(a, "730 ann :cat!cat@*");
	client_reset(c);
	client_expect_next(a, "731 ann :cat");
	/* twice on the list is once */
	client_send(a, "MONITOR + dan,Dan,dAN");
	client_expect_next(a, "731 ann :dan");
	c = client_register(&sv, "dan");
	client_expect_next(a, "730 ann :dan!*");
	client_expect_none(a, "73* *");
}
END_TEST

START_TEST(test_rename)
{
	struct client *a, *b;

	client_pair(&sv, apart, &a, "ann", &b, "bob", NULL);
	client_ask(a, "MONITOR + cat", "731 ann :cat");
	client_ask(b, "NICK cat", ":bob!* NICK *cat");
	client_expect_next(a, "730 ann :cat!bob@*");
	client_ask(b, "NICK CAT", ":cat!* NICK *CAT");
	client_expect_none(a, "73* *");
	client_ask(b, "NICK dan", ":CAT!* NICK *dan");
	client_expect_next(a, "731 ann :CAT");
	client_ask(a, "MONITOR + dan,eve", "730 ann :dan!*");
	client_expect_next(a, "731 ann :eve");
	client_ask(b, "NICK eve", ":dan!* NICK *eve");
	client_expect_next(a, "731 ann :dan");
	client_expect_next(a, "730 ann :eve!bob@*");
	/* in a room in common both are told */
	client_ask(a, "JOIN #r", "366 *");
	client_ask(b, "JOIN #r", "366 *");
	client_expect(a, ":eve!* JOIN #r");
	client_ask(b, "NICK dan", ":eve!* NICK *dan");
	client_expect_next(a, ":eve!* NICK *dan");
	client_expect_next(a, "731 ann :eve");
	client_expect_next(a, "730 ann :dan!bob@*");
	client_ask(b, "QUIT :x", "ERROR *");
	client_expect_next(a, ":dan!* QUIT *");
	client_expect_next(a, "731 ann :dan");
}
END_TEST

START_TEST(test_kill)
{
	struct client *a, *b;

	client_pair(&sv, apart, &a, "ann", &b, "bob", NULL);
	client_ask(a, "MONITOR + bob", "730 ann :bob!*");
	client_send(a, "OPER boss sesame");
	client_expect(a, "381 *");
	client_send(a, "KILL bob :enough");
	client_expect(a, "731 ann :bob");
	client_eof(b);
}
END_TEST

/* ---- The list ---- */

START_TEST(test_status)
{
	struct client *a, *b;

	client_pair(&sv, apart, &a, "ann", &b, "bob", NULL);
	client_ask(a, "MONITOR + bob,Cat,dan", "731 ann :Cat,dan");
	client_send(a, "MONITOR - DAN,nobody,*");
	client_send(a, "MONITOR l");
	client_block(a, "733 ann :End of MONITOR list");
	ck_assert_int_eq(client_block_count(a, "73* *"), 2);
	ck_assert(client_block_count(a, "732 ann :bob,Cat") == 1 ||
	    client_block_count(a, "732 ann :Cat,bob") == 1);
	client_send(a, "MONITOR s");
	client_expect_next(a, "730 ann :bob!*");
	client_expect_next(a, "731 ann :Cat");
	client_send(a, "MONITOR C");
	client_send(a, "MONITOR L");
	client_expect_next(a, "733 *");
	client_ask(b, "QUIT", "ERROR *");
	client_expect_none(a, "73* *");
}
END_TEST

START_TEST(test_bad)
{
	struct client *a, *b;

	client_pair(&sv, apart, &a, "ann", &b, "bob", NULL);
	client_ask(a, "MONITOR", "461 ann MONITOR :*");
	client_ask(a, "MONITOR +", "461 ann MONITOR :*");
	client_ask(a, "MONITOR -", "461 ann MONITOR :*");
	client_ask(a, "MONITOR x y", "400 ann MONITOR :*");
	client_ask(a, "MONITOR :", "400 ann MONITOR :*");
	/* what is no nick is nobody's */
	client_send(a, "MONITOR + *!bob@*,,b*b,#room,:x");
	client_send(a, "MONITOR + :bob cat");
	client_send(a, "MONITOR L");
	client_expect_next(a, "733 *");
	client_ask(b, "QUIT", "ERROR *");
	client_expect_none(a, "73* *");
}
END_TEST

static void
fill(struct client *a, int n)
{
	int i;

	for (i = 0; i < n; i++)
		client_send(a, "MONITOR + nobody%d", i);
	client_sync(a);
}

START_TEST(test_limit)
{
	struct client *a, *b;

	client_pair(&sv, apart, &a, "ann", &b, "bob", NULL);
	fill(a, LIMIT - 1);
	client_send(a, "MONITOR + One,nobody3,Two,bob,three");
	client_block(a, "734 ann 100 Two,bob,three :Monitor list is full.");
	client_block_has(a, "731 ann :One,nobody3");
	ck_assert_int_eq(client_block_count(a, "730 *"), 0);
	client_ask(a, "MONITOR - nobody5\r\nMONITOR + bob", "730 ann :bob!*");
	client_ask(a, "MONITOR + four", "734 ann 100 four :*");
	client_send(a, "MONITOR L");
	client_block(a, "733 *");
	ck_assert_int_ge(client_block_count(a, "732 *"), 2);
	client_ask(b, "QUIT", "ERROR *");
	client_expect(a, "731 ann :bob");
}
END_TEST

/* ---- extended-monitor ---- */

START_TEST(test_extended)
{
	struct client *a, *b, *c, *d;

	client_pair(&sv, apart, &a, "ann", &b, "bob",
	    "extended-monitor away-notify setname");
	c = client_register_with(&sv, "cat", "away-notify setname");
	d = client_register_with(&sv, "dan", "draft/extended-monitor setname");
	client_ask(a, "MONITOR + bob", "730 *");
	client_ask(c, "MONITOR + bob", "730 *");
	client_ask(d, "MONITOR + bob", "730 *");
	client_ask(b, "AWAY :gone", "306 *");
	client_expect_next(a, ":bob!* AWAY :gone");
	client_ask(b, "AWAY", "305 *");
	client_expect_next(a, ":bob!* AWAY");
	client_ask(b, "SETNAME :Bobby", ":bob!* SETNAME *");
	client_expect_next(a, ":bob!* SETNAME :Bobby");
	client_expect_next(d, ":bob!* SETNAME :Bobby");
	client_expect_none(c, ":bob!* *");
	client_expect_none(d, ":bob!* *");
	/* once, in a room in common too */
	client_ask(a, "JOIN #r", "366 *");
	client_ask(b, "JOIN #r", "366 *");
	client_expect(a, ":bob!* JOIN #r");
	client_ask(b, "AWAY :again", "306 *");
	client_expect_next(a, ":bob!* AWAY :again");
	client_expect_none(a, "AWAY *");
	client_send(a, "MONITOR - bob");
	client_ask(b, "PART #r", ":bob!* PART #r");
	client_expect(a, ":bob!* PART #r");
	client_ask(b, "AWAY :once more", "306 *");
	client_expect_none(a, "AWAY *");
}
END_TEST

/* Who lingers is here, and away; who logs in is told of. */
START_TEST(test_memory)
{
	struct client *a, *b;

	client_apart(&sv, &a, "ann", &b, "bob",
	    "extended-monitor away-notify account-notify chghost");
	client_ask(a, "MONITOR + bob", "730 *");
	client_ask(b, "REGISTER * * :secret of it", "REGISTER SUCCESS bob *");
	client_expect_next(a, ":bob!* ACCOUNT bob");
	client_expect_next(a, ":bob!* CHGHOST bob *");
	client_reset(b);
	client_expect_next(a, ":bob!* AWAY :*");
	client_send(a, "MONITOR S");
	client_expect_next(a, "730 ann :bob!*");
	b = client_connect(&sv);
	client_ask(b, "CAP REQ sasl\r\nNICK bob\r\nUSER bob 0 * :x",
	    "CAP * ACK :*");
	client_ask(b, "AUTHENTICATE PLAIN", "AUTHENTICATE +");
	/* NUL bob NUL "secret of it" */
	client_ask(b, "AUTHENTICATE AGJvYgBzZWNyZXQgb2YgaXQ=", "903 *");
	client_ask(b, "CAP END", "001 *");
	client_expect_next(a, ":bob!* AWAY");
	client_ask(b, "QUIT", "ERROR *");
	client_expect_next(a, "731 ann :bob");
}
END_TEST

/* ---- Deaths, moves, ends ---- */

/* Kills a worker and waits for the next one. */
static void
kill_worker(int number)
{
	server_worker_again(&sv, number, server_worker_kill(&sv, number));
}

START_TEST(test_deaths)
{
	struct client *a, *b;
	int i;

	sv.crashes = 1;
	client_apart(&sv, &a, "ann", &b, "bob", "extended-monitor away-notify");
	client_ask(a, "MONITOR + bob,cat", "731 ann :cat");
	for (i = 0; i < 4; i++) {
		kill_worker(1 + i % 2);
		client_ask(b, "AWAY :gone", "306 *");
		client_expect_next(a, ":bob!* AWAY :gone");
		client_ask(b, "NICK cat", ":bob!* NICK *cat");
		client_expect_next(a, "731 ann :bob");
		client_expect_next(a, "730 ann :cat!*");
		client_ask(b, "NICK bob", ":cat!* NICK *bob");
		client_expect_next(a, "731 ann :cat");
		client_expect_next(a, "730 ann :bob!*");
	}
	client_send(a, "MONITOR L");
	client_block(a, "733 *");
	ck_assert_int_eq(client_block_count(a, "732 ann :*,*"), 1);
	client_ask(a, "MONITOR - cat\r\nMONITOR S", "730 ann :bob!*");
	client_expect_none(a, "731 *");
}
END_TEST

/* How many of them are at worker 1. */
static int
at_first(struct client **v, int n)
{
	int worker[MANY], i, found = 0;

	client_worker_list(v, n, worker);
	for (i = 0; i < n; i++)
		found += worker[i] == 1;
	return found;
}

/* Who is moved to another worker hears what it did before. */
START_TEST(test_moves)
{
	struct client *v[MANY], *z;
	int worker[MANY], i, k;

	client_register_many(&sv, v, MANY, "m");
	for (i = 0; i < MANY; i++)
		client_ask(v[i], "MONITOR + zoe,m1,yes", "731 *");
	client_worker_list(v, MANY, worker);
	for (i = k = 0; i < MANY; i++)
		if (worker[i] == 1)
			client_close(v[i]);
		else
			v[k++] = v[i];
	ck_assert_int_gt(k, 1);
	client_sync(v[0]);
	free(server_ctl(&sv, "rebalance", NULL));
	wait_for(at_first(v, k) > 0, 5000);
	for (i = 0; i < k; i++)
		client_sync(v[i]);
	z = client_register(&sv, "zoe");
	for (i = 0; i < k; i++)
		client_expect_next(v[i], "730 * :zoe!*");
	sv.crashes = 1;
	kill_worker(1);
	client_ask(z, "NICK yes", ":zoe!* NICK *yes");
	for (i = 0; i < k; i++) {
		client_expect_next(v[i], "731 * :zoe");
		client_expect_next(v[i], "730 * :yes!*");
	}
}
END_TEST

/* Lists of sessions that have ended take no room. */
START_TEST(test_ends)
{
	struct client *a, *b;
	int i;

	for (i = 0; i < 20; i++) {
		a = client_register(&sv, "ann");
		fill(a, LIMIT);
		client_ask(a, "QUIT", "ERROR *");
		client_eof(a);
		client_close(a);
	}
	b = client_register(&sv, "nobody7");
	client_sync(b);
	a = client_register(&sv, "ann");
	client_ask(a, "MONITOR L", "733 *");
	fill(a, LIMIT);
	client_ask(b, "QUIT", "ERROR *");
	client_expect(a, "731 ann :nobody7");
}
END_TEST

static void
suite_fill(TCase *t)
{
	tcase_add_test(t, test_come_and_go);
	tcase_add_test(t, test_rename);
	tcase_add_test(t, test_kill);
	tcase_add_test(t, test_status);
	tcase_add_test(t, test_bad);
	tcase_add_test(t, test_limit);
	tcase_add_test(t, test_extended);
	tcase_add_test(t, test_ends);
}

int
main(void)
{
	Suite *s = suite_create("monitor");
	Suite *suites[] = { s, NULL };
	TCase *t;

	harness_share(&sv, &apart, setup);
	suite_fill(harness_case(s, "one worker",
	    harness_start_one, harness_stop, 60));
	suite_fill(harness_case(s, "two workers",
	    harness_start_two, harness_stop, 60));
	t = harness_case(s, "deaths and moves",
	    harness_start_two, harness_stop, 60);
	tcase_add_test(t, test_deaths);
	tcase_add_test(t, test_moves);
	t = harness_case(s, "with a memory", start_memory, harness_stop, 60);
	tcase_add_test(t, test_memory);
	return harness_run(suites);
}
