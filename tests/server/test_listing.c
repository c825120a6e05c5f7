/* SPDX-License-Identifier: ISC */
/*
 * WHO with flags, masks and WHOX; LIST with conditions; NAMES, LINKS and the
 * whole of WHOIS: what is shown, to whom, and what is nobody's business.
 * Every test runs at one worker and across two.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"

enum { FOUNDERS = 8, EACH = 190, ROOMS = FOUNDERS * EACH,
	CROWD = 800 };

#define LONG "people-with-long-names-"

static struct server sv;
static int apart;

static void
setup(struct server *server)
{
	server_set(server, "max-rooms-per-user", "%d", EACH);
	server_set(server, "description", "\"A test server\"");
	server_add(server, "operator boss " SESAME);
}

static void
oper_up(struct client *c)
{
	client_send(c, "OPER boss sesame");
	client_expect(c, "381 *");
}

/* ---- WHO ---- */

START_TEST(test_who_flags)
{
	struct client *a, *b;

	client_pair(&sv, apart, &a, "ann", &b, "bob", NULL);
	client_ask(a, "JOIN #w", "366 *");
	client_ask(b, "JOIN #w", "366 *");
	client_ask(a, "MODE #w +ov bob bob", ":ann!* MODE #w *");
	oper_up(b);
	client_ask(b, "AWAY :out", "306 *");
	client_ask(b, "MODE bob +B", "MODE bob *B");
	client_ask(a, "WHO #w", "352 ann #w bob * irc.test bob G\\*@B :0 *");
	client_ask(a, "WHO bob", "352 ann \\* bob * irc.test bob G\\*B :0 *");
	client_send(a, "WHO #w o");
	client_block(a, "315 ann #w :*");
	ck_assert_int_eq(client_block_count(a, "352 *"), 1);
	client_block_has(a, "352 ann #w bob *");
	client_send(a, "WHO * o");
	client_block(a, "315 ann \\* :*");
	ck_assert_int_eq(client_block_count(a, "352 *"), 1);
	client_send(a, "WHO ann o");
	client_block(a, "315 ann ann :*");
	ck_assert_int_eq(client_block_count(a, "352 *"), 0);
	client_close(a);
	a = client_register_with(&sv, "cat", "multi-prefix");
	client_ask(a, "JOIN #w", "366 *");
	client_ask(a, "WHO #w",
	    "352 cat #w bob * irc.test bob G\\*@+B :0 *");
}
END_TEST

START_TEST(test_whox)
{
	static const struct {
		const char *send, *want;
	} row[] = {
		{ "WHO bob %tcuihsnfdlaor,123", "354 ann 123 \\* bob "
		    "255.255.255.255 127.0.0.1 irc.test bob H 0 * 0 n/a "
		    ":Real bob" },
		{ "WHO bob %roaldfnshiuct,7", "354 ann 7 \\* bob "
		    "255.255.255.255 127.0.0.1 irc.test bob H 0 * 0 n/a "
		    ":Real bob" },
		{ "WHO ann %ni", "354 ann 127.0.0.1 ann" },
		{ "WHO BOB %tn,321", "354 ann 321 bob" },
		{ "WHO bob %tn,4321", "354 ann 0 bob" },
		{ "WHO bob %tn", "354 ann 0 bob" },
		{ "WHO bob %na", "354 ann bob 0" },
		{ "WHO bob %nZQ9", "354 ann bob" },
		{ "WHO bob %r", "354 ann :Real bob" },
		{ "WHO #x %cnf", "354 ann #x bob H" },
		{ "WHO #x %afnt,42", "354 ann 42 ann H@ 0" },
		{ "WHO b* %n", "354 ann bob" },
		{ "WHO b*!*@127.* %n", "354 ann bob" },
		{ "WHO *eal?bob* r%n", "354 ann bob" },
		{ "WHO b* n%n", "354 ann bob" },
	};
	static const char *const none[] = {
		"WHO nobody %n", "WHO b* hr%n", "WHO *real* nuh%n",
		"WHO b* a%n", "WHO *irc.test* %n", "WHO b*!*@10.* %n",
	};
	struct client *a, *b;
	char value[8];
	size_t i;

	client_pair(&sv, apart, &a, "ann", &b, "bob", NULL);
	ck_assert_pstr_eq(client_isupport(a, "WHOX", value, sizeof(value)),
	    "");
	client_ask(a, "JOIN #x", "366 *");
	client_ask(b, "JOIN #x", "366 *");
	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		client_ask(a, row[i].send, row[i].want);
		client_block(a, "315 *");
		ck_assert_int_eq(client_block_count(a, "352 *"), 0);
	}
	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		client_send(a, "%s", none[i]);
		client_block(a, "315 *");
		ck_assert_int_eq(client_block_count(a, "35* *"), 0);
	}
	oper_up(a);
	client_ask(a, "WHO bob %i", "354 ann 127.0.0.1");
}
END_TEST

START_TEST(test_who_secret)
{
	struct client *a, *b;

	client_pair(&sv, apart, &a, "ann", &b, "bob", NULL);
	client_ask(b, "JOIN #s", "366 *");
	client_ask(b, "MODE #s +s", "MODE *");
	client_ask(b, "MODE bob +i", "MODE *");
	client_send(a, "WHO #s");
	client_expect_next(a, "315 ann #s :*");
	client_send(a, "%s", "WHO b* %n");
	client_expect_next(a, "315 *");
	client_send(a, "%s", "WHO bob %n");
	client_expect_next(a, "354 ann bob");
	client_expect_next(a, "315 *");
	client_send(a, "NAMES #s");
	client_expect_next(a, "366 ann #s :*");
	client_send(a, "LIST #s");
	client_expect_next(a, "321 *");
	client_expect_next(a, "323 *");
	oper_up(a);
	client_ask(a, "WHO #s", "352 ann #s bob *");
	client_ask(a, "WHO b*", "352 ann \\* bob *");
	client_ask(a, "LIST", "322 ann #s 1 :*");
}
END_TEST

/* ---- WHOIS ---- */

START_TEST(test_whois)
{
	struct client *a, *b;

	client_pair(&sv, apart, &a, "ann", &b, "bob", NULL);
	client_ask(b, "JOIN #hid", "366 *");
	client_ask(b, "MODE bob +BI", "MODE bob *");
	client_send(a, "WHOIS bob");
	client_block(a, "318 ann bob :*");
	client_block_has(a, "312 ann bob irc.test :A test server");
	client_block_has(a, "335 ann bob :*");
	ck_assert_int_eq(client_block_count(a, "319 *"), 0);
	ck_assert_int_eq(client_block_count(a, "378 *"), 0);
	ck_assert_int_eq(client_block_count(a, "379 *"), 0);
	/* who is in the room, and oneself, see it */
	client_ask(a, "JOIN #hid", "366 *");
	client_ask(a, "WHOIS bob", "319 ann bob :@#hid");
	client_ask(a, "PART #hid", "PART *");
	client_send(b, "WHOIS bob");
	client_block(b, "318 bob bob :*");
	client_block_has(b, "319 bob bob :@#hid");
	client_block_has(b, "378 bob bob :*127.0.0.1");
	client_block_has(b, "379 bob bob :*+*B*I*");
	/* several, one of which is nobody */
	client_send(a, "WHOIS bob,nobody,ann");
	client_block(a, "318 ann bob,nobody,ann :*");
	ck_assert_int_eq(client_block_count(a, "311 *"), 2);
	client_block_has(a, "401 ann nobody :*");
	oper_up(a);
	client_send(a, "WHOIS bob");
	client_block(a, "318 *");
	client_block_has(a, "319 ann bob :@#hid");
	client_block_has(a, "378 ann bob :*");
	client_block_has(a, "379 ann bob :*");
}
END_TEST

/* Sends LINE and checks how many entries there are, the latest first. */
static void
whowas(struct client *a, const char *line, int entries)
{
	int i;

	client_send(a, "%s", line);
	for (i = 0; i < entries; i++) {
		client_expect_next(a, "314 ann * user%d * \\* :*",
		    3 - i);
		client_expect_next(a, "312 ann * irc.test :*");
	}
	client_expect_next(a, "369 ann gone :*");
}

START_TEST(test_whowas)
{
	struct client *a = client_register(&sv, "ann"), *b;
	char user[8];
	int i;

	for (i = 1; i <= 3; i++) {
		snprintf(user, sizeof(user), "user%d", i);
		b = client_register_as(&sv, "gone", user, NULL);
		if (i == 2) /* a nick that was changed counts, too */
			client_ask(b, "NICK GONE\r\nNICK other",
			    ":GONE!* NICK *other");
		client_ask(b, "QUIT", "ERROR *");
		client_eof(b);
	}
	whowas(a, "WHOWAS gone", 3);
	whowas(a, "WHOWAS gone 1", 1);
	whowas(a, "WHOWAS gone 2", 2);
	whowas(a, "WHOWAS gone 0", 3);
	whowas(a, "WHOWAS gone -1", 3);
	whowas(a, "WHOWAS gone x", 3);
	client_ask(a, "WHOWAS Other", "314 ann other user2 * \\* :*");
}
END_TEST

START_TEST(test_links)
{
	struct client *a, *b;

	client_pair(&sv, apart, &a, "ann", &b, "bob", NULL);
	client_send(a, "LINKS");
	client_expect_next(a, "364 ann irc.test irc.test :0 A test server");
	client_expect_next(a, "365 ann \\* :*");
	client_send(a, "LINKS irc.*");
	client_expect_next(a, "364 *");
	client_expect_next(a, "365 ann irc.\\* :*");
	client_send(a, "LINKS *.org");
	client_expect_next(a, "365 ann \\*.org :*");
	client_ask(a, "LINKS bob *", "364 *");
	client_ask(a, "LINKS nowhere.example *", "402 ann nowhere.example :*");
	client_ask(a, "HELPOP WHO", "704 ann WHO :*");
}
END_TEST

/* ---- LIST ---- */

START_TEST(test_list)
{
	struct client *a, *b;

	client_pair(&sv, apart, &a, "ann", &b, "bob", NULL);
	client_ask(a, "JOIN #l1,#l2,#other", "366 ann #other *");
	client_ask(b, "JOIN #l2", "366 *");
	client_ask(a, "TOPIC #l1 :About it", "TOPIC *");
	client_send(b, "LIST #l*,!*1");
	client_block(b, "323 *");
	client_block_has(b, "322 bob #l2 2 :*");
	ck_assert_int_eq(client_block_count(b, "322 *"), 1);
	client_send(b, "LIST >1");
	client_block(b, "323 *");
	ck_assert_int_eq(client_block_count(b, "322 *"), 1);
	client_send(b, "LIST T>0");
	client_block(b, "323 *");
	client_block_has(b, "322 bob #l1 1 :About it");
	ck_assert_int_eq(client_block_count(b, "322 *"), 1);
	client_send(b, "LIST C<1,!#o*");
	client_block(b, "323 *");
	ck_assert_int_eq(client_block_count(b, "322 *"), 2);
	client_send(b, "LIST C>1");
	client_block(b, "323 *");
	ck_assert_int_eq(client_block_count(b, "322 *"), 0);
	client_send(b, "LIST #l1,>x");
	client_block(b, "323 *");
	client_block_has(b, "FAIL LIST INVALID_PARAMS >x :*");
	ck_assert_int_eq(client_block_count(b, "322 *"), 0);
}
END_TEST

static int
room_number(struct client *c)
{
	int n = -1;

	sscanf(c->body, "322 %*s #long-name-of-a-room-%d", &n);
	return n;
}

/* In many steps, each room once; others are served meanwhile. */
START_TEST(test_long_list)
{
	static char seen[ROOMS];
	struct client *v[FOUNDERS], *b = client_register(&sv, "bob");
	int i, k, n, lists;

	client_register_many(&sv, v, FOUNDERS, "v");
	for (i = 0; i < ROOMS; i++)
		client_send(v[i / EACH], "JOIN #long-name-of-a-room-%04d", i);
	for (i = 0; i < FOUNDERS; i++)
		client_sync(v[i]);
	for (lists = 0; lists < 3; lists++) {
		memset(seen, 0, sizeof(seen));
		client_send(b, "%s", lists == 1 ? "LIST #*,!*no*" : "LIST");
		for (n = 0; n < ROOMS; n++) {
			client_expect(b, "322 *");
			k = room_number(b);
			ck_assert(k >= 0 && k < ROOMS && !seen[k]);
			seen[k] = 1;
		}
		client_expect_next(b, "323 *");
	}
	client_send(b, "LIST #*a*a*a*a*a*b");
	client_expect(b, "323 *");
}
END_TEST

/* A room is shown in each of its lines; the last one ends it. */
START_TEST(test_names)
{
	struct client *a, *b, *v[40];
	int i;

	client_pair(&sv, apart, &a, "ann", &b, "bob", NULL);
	client_ask(a, "JOIN #n,#m", "366 ann #m *");
	client_register_many(&sv, v, 40, "someone-with-a-long-name-");
	for (i = 0; i < 40; i++)
		client_ask(v[i], "JOIN #n", "366 *");
	client_sync(a);
	client_send(a, "NAMES #n");
	client_block(a, "366 ann #n :*");
	ck_assert_int_ge(client_block_count(a, "353 ann = #n :*"), 2);
	ck_assert_int_eq(client_block_count(a, "366 *"), 1);
	client_ask(a, "NAMES #nowhere", "366 ann #nowhere :*");
	client_ask(a, "NAMES nonsense", "366 ann nonsense :*");
	client_ask(a, "NAMES", "366 ann \\* :*");
	/* one at a time, as TARGMAX says */
	client_send(a, "NAMES #m,#n");
	client_expect_next(a, "353 ann = #m :@ann");
	client_expect_next(a, "366 ann #m :*");
	client_expect_next(a, "407 ann #n *");
	client_sync(b);
}
END_TEST

static void
count_names(struct client *c, char seen[CROWD + 1])
{
	char *p = strstr(c->body, " :"), *word;
	int n;

	for (word = strtok(p + 2, " "); word != NULL;
	     word = strtok(NULL, " "))
		if (sscanf(word, "%*[^p]" LONG "%d", &n) == 1 ||
		    sscanf(word, LONG "%d", &n) == 1) {
			ck_assert(n >= 1 && n <= CROWD);
			seen[n]++;
		}
}

static void
each_once(const char seen[CROWD + 1])
{
	int i;

	for (i = 1; i <= CROWD; i++)
		ck_assert_msg(seen[i] == 1, "%d: %d times", i, seen[i]);
}

/* A room too large for one step, by NAMES and WHO: each member once. */
START_TEST(test_crowd)
{
	static struct client *v[CROWD];
	char seen[CROWD + 1] = { 0 };
	struct client *a, *b;
	int i, n;

	client_pair(&sv, apart, &a, "ann", &b, "bob", "userhost-in-names");
	client_ask(b, "JOIN #small", "366 *");
	client_register_many(&sv, v, CROWD, LONG);
	for (i = 0; i < CROWD; i++)
		client_ask(v[i], "JOIN #crowd", "366 *");
	client_send(a, "NAMES #crowd,#small");
	while (client_line(a, 5000) && client_matches(a, "353 * #crowd :*"))
		count_names(a, seen);
	ck_assert(client_matches(a, "366 ann #crowd :*"));
	each_once(seen);
	client_expect_next(a, "407 ann #small *");
	memset(seen, 0, sizeof(seen));
	client_send(a, "%s", "WHO #crowd %cuihsnfr");
	while (client_line(a, 5000) && sscanf(a->body, "354 ann #crowd "
	    "%*s %*s %*s %*s " LONG "%d", &n) == 1)
		seen[n]++;
	ck_assert(client_matches(a, "315 ann #crowd :*"));
	each_once(seen);
	client_quit_all();
}
END_TEST

static void
suite_fill(TCase *t)
{
	tcase_add_test(t, test_who_flags);
	tcase_add_test(t, test_whox);
	tcase_add_test(t, test_who_secret);
	tcase_add_test(t, test_whois);
	tcase_add_test(t, test_whowas);
	tcase_add_test(t, test_links);
	tcase_add_test(t, test_list);
	tcase_add_test(t, test_long_list);
	tcase_add_test(t, test_names);
	tcase_add_test(t, test_crowd);
}

int
main(void)
{
	Suite *s = suite_create("listing");
	Suite *suites[] = { s, NULL };

	harness_share(&sv, &apart, setup);
	suite_fill(harness_case(s, "one worker",
	    harness_start_one, harness_stop, 60));
	suite_fill(harness_case(s, "two workers",
	    harness_start_two, harness_stop, 60));
	return harness_run(suites);
}
