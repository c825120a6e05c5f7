/* SPDX-License-Identifier: ISC */
/*
 * Asking: who is here, who was, what the server is; and what operators and
 * attentive clients are told unasked.  Every test runs at one worker and
 * across two.
 */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"

static struct server sv;
static int apart;

static void
setup(struct server *server)
{
	server_add(server, "operator boss " SESAME);
	server_add(server, "admin The Room, Ground Floor");
	server_add(server, "admin Somewhere");
	server_add(server, "admin admin@example.org");
}

/* ---- People ---- */

START_TEST(test_who)
{
	struct client *a, *b;

	client_pair_in(&sv, apart, &a, "ann", &b, "bob", "#who", NULL);
	client_ask(b, "AWAY :out", "306 *");
	client_send(a, "WHO #who");
	client_block(a, "315 ann #who :*");
	client_block_has(a, "352 ann #who *ann * irc.test ann H@ :0 Real ann");
	client_block_has(a, "352 ann #who *bob * irc.test bob G :0 Real bob");
	ck_assert_int_eq(client_block_count(a, "352 *"), 2);
	client_send(a, "WHO bob");
	client_block(a, "315 ann bob :*");
	client_block_has(a, "352 ann * bob G* :0 Real bob");
	ck_assert_int_eq(client_block_count(a, "352 *"), 1);
	client_send(a, "WHO nobody");
	client_block(a, "315 ann nobody :*");
	ck_assert_int_eq(client_block_count(a, "352 *"), 0);
	client_send(a, "WHO b*");
	client_block(a, "315 ann b\\* :*");
	client_block_has(a, "352 ann * bob G* :0 Real bob");
	client_send(a, "WHO #nowhere");
	client_expect(a, "315 ann #nowhere :*");
	client_send(a, "WHO");
	client_sync(a);
}
END_TEST

START_TEST(test_whois)
{
	struct client *a, *b;

	client_pair_in(&sv, apart, &a, "ann", &b, "bob", "#whois", NULL);
	client_ask(b, "JOIN #whois2", "366 *");
	client_ask(b, "AWAY :out to lunch", "306 *");
	client_send(a, "WHOIS BOB");
	client_block(a, "318 ann * :*");
	client_block_has(a, "311 ann bob *bob * \\* :Real bob");
	client_block_has(a, "312 ann bob irc.test :*");
	client_block_has(a, "319 ann bob :*#whois*");
	client_block_has(a, "319 ann bob :*@#whois2*");
	client_block_has(a, "301 ann bob :out to lunch");
	client_block_has(a, "317 ann bob * * :*");
	client_send(a, "WHOIS nobody");
	client_block(a, "318 ann nobody :*");
	client_block_has(a, "401 ann nobody :*");
	client_ask(a, "WHOIS", "4*1 ann *"); /* 431 or 461 */
	client_ask(a, "WHOIS irc.test bob", "311 ann bob *");
	client_expect(a, "318 *");
	/* a secret room is nobody else's business */
	client_ask(b, "MODE #whois2 +s", "MODE #whois2 +s");
	client_send(a, "WHOIS bob");
	client_block(a, "318 ann bob :*");
	ck_assert_int_eq(client_block_count(a, "319 * #whois2*"), 0);
	ck_assert_int_eq(client_block_count(a, "319 *@#whois2*"), 0);
}
END_TEST

START_TEST(test_whowas)
{
	struct client *a, *b;

	client_pair(&sv, apart, &a, "ann", &b, "was", NULL);
	client_ask(a, "WHOWAS neverhere", "406 ann neverhere :*");
	client_expect_next(a, "369 ann neverhere :*");
	client_ask(a, "WHOWAS", "4*1 ann *");
	client_ask(b, "QUIT", "ERROR *");
	client_eof(b);
	client_send(a, "WHOWAS was");
	client_block(a, "369 ann was :*");
	client_block_has(a, "314 ann was *was * \\* :Real was");
	/* a change of nick counts, too */
	client_ask(a, "NICK other", ":ann!* NICK *");
	client_send(a, "WHOWAS ann");
	client_block(a, "369 other ann :*");
	client_block_has(a, "314 other ann * \\* :Real ann");
}
END_TEST

START_TEST(test_ison_userhost)
{
	struct client *a, *b;

	client_pair(&sv, apart, &a, "ann", &b, "bob", NULL);
	client_ask(a, "ISON bob nobody ANN", "303 ann :bob ann*");
	client_ask(a, "ISON nobody", "303 ann :");
	client_ask(a, "ISON :bob ann", "303 ann :bob ann*");
	client_ask(a, "ISON", "461 ann ISON :*");
	client_ask(a, "USERHOST bob", "302 ann :bob=+*bob@*");
	client_ask(a, "USERHOST bob nobody ann",
	    "302 ann :bob=+*@* ann=+*@*");
	client_ask(a, "USERHOST", "461 ann USERHOST :*");
	client_sync(b);
}
END_TEST

START_TEST(test_user_modes)
{
	struct client *a, *b;

	client_pair(&sv, apart, &a, "ann", &b, "bob", NULL);
	client_ask(a, "MODE ann", "221 ann +*");
	client_ask(a, "MODE ann +i", "MODE ann *+i");
	client_ask(a, "MODE ann", "221 ann +i");
	client_ask(a, "MODE ann +w-i", "MODE ann *w*");
	client_ask(a, "MODE ann", "221 ann +w");
	client_ask(a, "MODE ann +Q", "501 ann *");
	client_ask(a, "MODE bob", "502 ann :*");
	client_ask(a, "MODE bob +i", "502 ann :*");
	client_ask(a, "MODE nobody +i", "*0* ann *");
	/* nobody makes himself an operator */
	client_send(a, "MODE ann +o");
	client_ask(a, "MODE ann", "221 ann +w");
	/* who is invisible is not found by a mask */
	client_ask(b, "MODE bob +i", "MODE bob *+i");
	client_send(a, "WHO b*");
	client_block(a, "315 *");
	ck_assert_int_eq(client_block_count(a, "352 * bob *"), 0);
	client_ask(a, "WHOIS bob", "311 ann bob *");
}
END_TEST

/* ---- The server ---- */

START_TEST(test_lusers)
{
	struct client *a, *b, *c;

	client_pair(&sv, apart, &a, "ann", &b, "bob", NULL);
	c = client_connect(&sv);
	client_ask(c, "CAP LS 302", "CAP *");
	client_ask(a, "JOIN #lusers", "366 *");
	client_send(a, "LUSERS");
	client_block(a, "266 ann *");
	client_block_has(a, "251 ann :There are * users and * invisible on "
	    "1 servers");
	client_block_has(a, "253 ann 1 :*");
	client_block_has(a, "254 ann 1 :*");
	client_block_has(a, "255 ann :I have * clients and * servers");
	client_block_has(a, "265 ann 2 * :*");
	client_block_has(a, "266 ann 2 * :*");
}
END_TEST

START_TEST(test_server_facts)
{
	static const struct {
		const char *send, *want;
	} row[] = {
		{ "MOTD", "375 ann :*" },
		{ "MOTD", "372 ann :*Be kind." },
		{ "MOTD", "376 ann :*" },
		{ "VERSION", "351 ann * irc.test :*" },
		{ "VERSION", "005 ann * :are supported by this server" },
		{ "TIME", "391 ann irc.test *" },
		{ "ADMIN", "256 ann irc.test :*" },
		{ "ADMIN", "257 ann :The Room, Ground Floor" },
		{ "ADMIN", "258 ann :Somewhere" },
		{ "ADMIN", "259 ann :admin@example.org" },
		{ "INFO", "371 ann :*" },
		{ "INFO", "374 ann :*" },
		{ "STATS u", "242 ann :*" },
		{ "STATS u", "219 ann u :*" },
		{ "STATS m", "212 ann STATS *" },
		{ "STATS m", "219 ann m :*" },
		{ "STATS", "461 ann STATS :*" },
		{ "STATS ?", "219 ann ? :*" },
		{ "HELP", "704 ann * :*" },
		{ "HELP", "706 ann * :*" },
		{ "HELP PRIVMSG", "704 ann PRIVMSG :*" },
		{ "HELP privmsg", "706 ann * :*" },
		{ "HELP nonsense", "524 ann nonsense :*" },
	};
	struct client *a = client_register(&sv, "ann");
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		client_ask(a, row[i].send, row[i].want);
		client_sync(a);
	}
}
END_TEST

/* ---- Operators ---- */

static void
oper_up(struct client *c)
{
	client_send(c, "OPER boss sesame");
	client_expect(c, "381 *");
}

START_TEST(test_oper)
{
	struct client *a, *b;

	client_pair(&sv, apart, &a, "ann", &b, "bob", NULL);
	client_ask(a, "OPER", "461 ann OPER :*");
	client_ask(a, "OPER boss", "461 ann OPER :*");
	client_ask(a, "OPER boss wrong", "464 ann :*");
	client_ask(a, "OPER nobody sesame", "4* ann :*");
	client_ask(a, "KILL bob :no", "481 ann :*");
	client_ask(a, "REHASH", "481 ann :*");
	client_ask(a, "WALLOPS :no", "481 ann :*");
	oper_up(a);
	client_ask(a, "MODE ann", "221 ann +*o*");
	client_ask(b, "WHOIS ann", "313 bob ann :*");
	client_expect(b, "318 *");
	client_ask(b, "WHO ann", "352 bob * ann H\\* :*");
	client_ask(b, "USERHOST ann", "302 bob :ann\\*=+*");
	client_send(b, "LUSERS");
	client_block(b, "266 *");
	client_block_has(b, "252 bob 1 :*");
	client_ask(a, "MODE ann -o", "MODE ann *-o");
	client_ask(a, "REHASH", "481 ann :*");
}
END_TEST

START_TEST(test_kill)
{
	struct client *a, *b, *c;

	client_pair(&sv, apart, &a, "ann", &b, "bob", NULL);
	c = client_register(&sv, "cat");
	client_ask(b, "JOIN #kill", "366 *");
	client_ask(c, "JOIN #kill", "366 *");
	oper_up(a);
	client_ask(a, "KILL nobody :x", "401 ann nobody :*");
	client_ask(a, "KILL", "461 ann KILL :*");
	client_send(a, "KILL bob :spamming");
	client_expect(b, "ERROR :*spamming*");
	client_eof(b);
	client_expect(c, ":bob!* QUIT :*spamming*");
	client_ask(a, "WHOIS bob", "401 ann bob :*");
	b = client_register(&sv, "bob");
	client_sync(b);
}
END_TEST

START_TEST(test_wallops)
{
	struct client *a, *b, *c;

	client_pair(&sv, apart, &a, "ann", &b, "bob", NULL);
	c = client_register(&sv, "cat");
	client_ask(b, "MODE bob +w", "MODE bob *w*");
	oper_up(a);
	client_send(a, "WALLOPS :heads up");
	client_expect(b, ":ann!* WALLOPS :heads up");
	client_barrier(a, c);
	ck_assert_int_eq(client_block_count(c, "WALLOPS *"), 0);
	client_ask(a, "WALLOPS", "461 ann WALLOPS :*");
}
END_TEST

START_TEST(test_rehash)
{
	struct client *a, *b;

	client_pair(&sv, apart, &a, "ann", &b, "bob", NULL);
	oper_up(a);
	client_ask(a, "REHASH", "382 ann * :*");
	client_sync(a);
	client_sync(b);
	wait_for(server_log_has(&sv, "reload"), 3000);
	ck_assert(server_alive(&sv));
}
END_TEST

/* ---- What attentive clients are told ---- */

START_TEST(test_away_notify)
{
	struct client *a, *b, *c;

	client_pair_in(&sv, apart, &a, "ann", &b, "bob", "#an", "away-notify");
	c = client_register(&sv, "cat");
	client_ask(c, "JOIN #an", "366 *");
	client_ask(b, "AWAY :gone fishing", "306 *");
	client_expect(a, ":bob!* AWAY :gone fishing");
	client_ask(b, "AWAY", "305 *");
	client_expect(a, ":bob!* AWAY");
	client_barrier(b, c);
	ck_assert_int_eq(client_block_count(c, "AWAY*"), 0);
	/* who comes in away is announced as such */
	client_ask(b, "PART #an", "PART *");
	client_ask(b, "AWAY :still fishing", "306 *");
	client_ask(b, "JOIN #an", "366 *");
	client_expect(a, ":bob!* JOIN *#an*");
	client_expect(a, ":bob!* AWAY :still fishing");
}
END_TEST

START_TEST(test_extended_join)
{
	struct client *a, *b, *c;

	client_pair(&sv, apart, &a, "ann", &b, "bob", "extended-join");
	c = client_register(&sv, "cat");
	client_ask(a, "JOIN #ej", ":ann!* JOIN #ej \\* :Real ann");
	client_expect(a, "366 *");
	client_ask(c, "JOIN #ej", ":cat!* JOIN *#ej");
	client_expect(a, ":cat!* JOIN #ej \\* :Real cat");
	client_ask(b, "JOIN #ej", "366 *");
	client_expect(a, ":bob!* JOIN #ej \\* :Real bob");
	client_expect(c, ":bob!* JOIN *#ej");
	ck_assert(!client_matches(c, "JOIN * :Real*"));
}
END_TEST

START_TEST(test_invite_notify)
{
	struct client *a, *b, *c;

	client_pair_in(&sv, apart, &a, "ann", &b, "bob",
	    "#in", "invite-notify");
	c = client_register(&sv, "cat");
	client_ask(a, "MODE #in +o bob", "MODE *");
	client_send(a, "INVITE cat #in");
	client_expect(a, "341 ann cat #in");
	client_expect(c, ":ann!* INVITE cat *#in");
	client_expect(b, ":ann!* INVITE cat *#in");
}
END_TEST

START_TEST(test_setname)
{
	struct client *a, *b, *c;

	client_pair_in(&sv, apart, &a, "ann", &b, "bob", "#sn", "setname");
	c = client_register(&sv, "cat");
	client_ask(c, "JOIN #sn", "366 *");
	client_ask(a, "SETNAME :Ann of Green Gables",
	    ":ann!* SETNAME :Ann of Green Gables");
	client_expect(b, ":ann!* SETNAME :Ann of Green Gables");
	client_barrier(a, c);
	ck_assert_int_eq(client_block_count(c, "SETNAME *"), 0);
	client_ask(c, "WHOIS ann", "311 cat ann * :Ann of Green Gables");
	client_ask(a, "SETNAME", "461 ann SETNAME :*");
}
END_TEST

START_TEST(test_multi_prefix)
{
	struct client *a, *b;

	client_pair_in(&sv, apart, &a, "ann", &b, "bob", "#mp", NULL);
	client_ask(a, "MODE #mp +v ann", "MODE *");
	client_expect(b, "MODE #mp +v ann");
	client_ask(b, "NAMES #mp", "353 *");
	ck_assert(strstr(b->body, "@ann") && !strstr(b->body, "@+ann"));
	client_ask(b, "CAP REQ :multi-prefix", "CAP bob ACK *");
	client_ask(b, "NAMES #mp", "353 *@+ann*");
	client_ask(b, "WHO #mp", "352 * ann H@+ :*");
	client_expect(b, "315 *");
	client_ask(b, "WHOIS ann", "319 bob ann :@+#mp*");
}
END_TEST

START_TEST(test_userhost_in_names)
{
	struct client *a, *b;

	client_pair_in(&sv, apart, &a, "ann", &b, "bob", "#uh", NULL);
	client_ask(b, "CAP REQ :userhost-in-names", "CAP bob ACK *");
	client_ask(b, "NAMES #uh", "353 bob = #uh :*@ann!*ann@*");
	ck_assert(strstr(b->body, "bob!") != NULL);
	client_sync(a);
}
END_TEST

static void
suite_fill(TCase *tc)
{
	tcase_add_test(tc, test_who);
	tcase_add_test(tc, test_whois);
	tcase_add_test(tc, test_whowas);
	tcase_add_test(tc, test_ison_userhost);
	tcase_add_test(tc, test_user_modes);
	tcase_add_test(tc, test_lusers);
	tcase_add_test(tc, test_server_facts);
	tcase_add_test(tc, test_oper);
	tcase_add_test(tc, test_kill);
	tcase_add_test(tc, test_wallops);
	tcase_add_test(tc, test_rehash);
	tcase_add_test(tc, test_away_notify);
	tcase_add_test(tc, test_extended_join);
	tcase_add_test(tc, test_invite_notify);
	tcase_add_test(tc, test_setname);
	tcase_add_test(tc, test_multi_prefix);
	tcase_add_test(tc, test_userhost_in_names);
}

int
main(void)
{
	Suite *s = suite_create("query");
	Suite *suites[] = { s, NULL };

	harness_share(&sv, &apart, setup);
	suite_fill(harness_case(s, "one worker",
	    harness_start_one, harness_stop, 60));
	suite_fill(harness_case(s, "two workers",
	    harness_start_two, harness_stop, 60));
	return harness_run(suites);
}
