/* SPDX-License-Identifier: ISC */
/*
 * Rooms: who gets in, who may do what in them, and who is told.  Every test
 * runs twice, once with all clients at one worker and once with the pairs on
 * different workers, for the two ways are different code.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"

static struct server sv;
static int apart;

/* Both join; the first is operator. */
/* ---- JOIN and PART ---- */

START_TEST(test_join)
{
	struct client *a, *b;

	client_pair(&sv, apart, &a, "ann", &b, "bob", NULL);
	client_send(a, "JOIN #one");
	client_expect_next(a, ":ann!*@* JOIN *#one");
	client_expect_next(a, "353 ann = #one :@ann");
	client_expect_next(a, "366 ann #one :*");
	client_send(b, "JOIN #ONE");
	client_expect_next(b, ":bob!*@* JOIN *#*");
	client_expect_next(b, "353 bob = #* :*");
	ck_assert(strstr(b->body, "@ann") != NULL);
	ck_assert(strstr(b->body, "bob") != NULL);
	client_expect_next(b, "366 bob #* :*");
	client_expect(a, ":bob!*@* JOIN *#one");
	/* once more is nothing */
	client_send(b, "JOIN #one");
	client_expect_none(b, "JOIN *");
	client_barrier(b, a);
	ck_assert_int_eq(client_block_count(a, "JOIN *"), 0);
}
END_TEST

START_TEST(test_join_many)
{
	struct client *a, *b;

	client_pair(&sv, apart, &a, "ann", &b, "bob", NULL);
	client_ask(a, "JOIN #m1,#m2,#m3", "366 ann #m3 :*");
	client_ask(b, "JOIN #m1,nonsense,#m3", "366 bob #m3 :*");
	client_expect(a, ":bob!* JOIN *#m1");
	client_expect(a, ":bob!* JOIN *#m3");
	client_ask(b, "JOIN nonsense", "403 bob nonsense :*");
	client_ask(b, "JOIN", "461 bob JOIN :*");
	client_send(b, "JOIN #,#a\007b,#a b");
	client_sync(b);
	/* 0 leaves them all */
	client_send(b, "JOIN 0");
	client_expect(b, ":bob!* PART *#m*");
	client_expect(b, ":bob!* PART *#m*");
	client_expect(a, ":bob!* PART *#m*");
	client_expect(a, ":bob!* PART *#m*");
}
END_TEST

START_TEST(test_join_keys)
{
	struct client *a, *b;

	client_pair(&sv, apart, &a, "ann", &b, "bob", NULL);
	client_ask(a, "JOIN #k1,#k2,#k3", "366 ann #k3 :*");
	client_ask(a, "MODE #k1 +k alpha", "MODE #k1 +k *alpha");
	client_ask(a, "MODE #k2 +k beta", "MODE #k2 +k *beta");
	client_ask(b, "JOIN #k1", "475 bob #k1 :*");
	client_ask(b, "JOIN #k1 wrong", "475 bob #k1 :*");
	client_send(b, "JOIN #k1,#k2,#k3 alpha,beta");
	client_expect(b, "366 bob #k1 :*");
	client_expect(b, "366 bob #k2 :*");
	client_expect(b, "366 bob #k3 :*");
	/* the key is for members' eyes */
	client_ask(b, "MODE #k1", "324 bob #k1 *k* alpha");
	client_ask(b, "PART #k1", "PART *#k1*");
	client_ask(b, "MODE #k1", "324 bob #k1 *");
	ck_assert(strstr(b->body, "alpha") == NULL);
	client_send(a, "MODE #k1 -k alpha");
	client_expect(a, "MODE #k1 -k*");
	client_ask(b, "JOIN #k1", "366 bob #k1 :*");
}
END_TEST

START_TEST(test_part)
{
	struct client *a, *b;

	client_pair_in(&sv, apart, &a, "ann", &b, "bob", "#part", NULL);
	client_ask(b, "PART #part :see you", ":bob!*@* PART #part *see you");
	client_expect(a, ":bob!*@* PART #part *see you");
	client_ask(b, "PART #part", "442 bob #part :*");
	client_ask(b, "PART #nowhere", "403 bob #nowhere :*");
	client_ask(b, "PART", "461 bob PART :*");
	client_ask(b, "JOIN #part,#part2", "366 bob #part2 :*");
	client_send(b, "PART #part,#part2");
	client_expect(b, "PART *#part*");
	client_expect(b, "PART *#part2*");
	client_expect(a, ":bob!* PART *#part*");
	/* the last one out ends the room: who comes next is operator */
	client_ask(a, "PART #part", "PART *#part*");
	client_ask(b, "JOIN #part", "353 bob = #part :@bob");
}
END_TEST

/* ---- TOPIC ---- */

START_TEST(test_topic)
{
	struct client *a, *b;

	client_pair_in(&sv, apart, &a, "ann", &b, "bob", "#topic", NULL);
	client_ask(b, "TOPIC #topic", "331 bob #topic :*");
	client_ask(a, "TOPIC #topic :Bread and salt",
	    ":ann!*@* TOPIC #topic :Bread and salt");
	client_expect(b, ":ann!*@* TOPIC #topic :Bread and salt");
	client_ask(b, "TOPIC #topic", "332 bob #topic :Bread and salt");
	client_expect_next(b, "333 bob #topic ann* *");
	client_ask(b, "PART #topic", "PART *");
	client_send(b, "JOIN #topic");
	client_expect(b, "332 bob #topic :Bread and salt");
	client_expect(b, "333 bob #topic ann* *");
	client_expect(b, "366 *");
	/* +t: operators only */
	client_send(a, "MODE #topic +t"); /* perhaps it is already */
	client_ask(a, "MODE #topic", "324 ann #topic *t*");
	client_ask(b, "TOPIC #topic :Mine", "482 bob #topic :*");
	client_ask(a, "MODE #topic -t", "MODE #topic *-t");
	client_ask(b, "TOPIC #topic :Ours", ":bob!* TOPIC #topic *Ours");
	client_expect(a, ":bob!* TOPIC #topic *Ours");
	/* an empty one clears it */
	client_ask(b, "TOPIC #topic :", "TOPIC #topic :");
	client_ask(b, "TOPIC #topic", "331 bob #topic :*");
	client_ask(b, "TOPIC", "461 bob TOPIC :*");
	client_ask(b, "TOPIC #nowhere", "403 bob #nowhere :*");
	client_ask(b, "PART #topic", "PART *");
	client_ask(b, "TOPIC #topic :x", "442 bob #topic :*");
}
END_TEST

/* ---- NAMES and LIST ---- */

START_TEST(test_names)
{
	struct client *a, *b;

	client_pair_in(&sv, apart, &a, "ann", &b, "bob", "#names", NULL);
	client_send(b, "NAMES #names");
	client_expect(b, "353 bob = #names :*");
	ck_assert(strstr(b->body, "@ann") != NULL &&
	    strstr(b->body, "bob") != NULL);
	client_expect_next(b, "366 bob #names :*");
	client_send(a, "MODE #names +v bob");
	client_expect(b, "MODE #names +v bob");
	client_ask(b, "NAMES #names", "353 * #names :*+bob*");
	client_ask(b, "NAMES #nowhere", "366 bob #nowhere :*");
	/* a secret room shows itself to its members only */
	client_ask(a, "MODE #names +s", "MODE #names +s");
	client_ask(b, "NAMES #names", "353 bob @ #names :*");
	client_ask(b, "PART #names", "PART *");
	client_send(b, "NAMES #names");
	client_block(b, "366 bob #names :*");
	ck_assert_int_eq(client_block_count(b, "353 *"), 0);
	client_send(b, "NAMES");
	client_block(b, "366 bob * :*");
	ck_assert_int_eq(client_block_count(b, "353 * #names *"), 0);
}
END_TEST

/* More names than one line holds. */
START_TEST(test_names_long)
{
	enum { N = 120 };
	struct client *v[N];
	int i, seen = 0;

	client_register_many(&sv, v, N, "averylongnicknametotakeup");
	for (i = 0; i < N; i++)
		client_ask(v[i], "JOIN #crowd", "366 *");
	client_send(v[0], "NAMES #crowd");
	while (client_line(v[0], 5000) && !client_matches(v[0], "366 *")) {
		char *p;

		if (!client_matches(v[0], "353 * #crowd :*"))
			continue;
		p = strchr(v[0]->body, ':'); /* past who is told */
		while ((p = strstr(p, "averylong")) != NULL) {
			seen++;
			p++;
		}
	}
	ck_assert_int_eq(seen, N);
}
END_TEST

START_TEST(test_list)
{
	struct client *a, *b;

	client_pair_in(&sv, apart, &a, "ann", &b, "bob", "#list", NULL);
	client_ask(a, "JOIN #list2", "366 *");
	client_ask(a, "TOPIC #list :On lists", "TOPIC *");
	client_send(b, "LIST");
	client_block(b, "323 bob :*");
	client_block_has(b, "322 bob #list 2 :*On lists");
	client_block_has(b, "322 bob #list2 1 :*");
	client_send(b, "LIST #list2,#list");
	client_block(b, "323 bob :*");
	client_block_has(b, "322 bob #list 2 :*");
	client_block_has(b, "322 bob #list2 1 :*");
	client_send(b, "LIST #list2");
	client_block(b, "323 bob :*");
	ck_assert_int_eq(client_block_count(b, "322 *"), 1);
	client_ask(a, "MODE #list2 +s", "MODE #list2 +s");
	client_send(b, "LIST");
	client_block(b, "323 bob :*");
	ck_assert_int_eq(client_block_count(b, "322 bob #list2 *"), 0);
	client_send(a, "LIST");
	client_block(a, "323 ann :*");
	ck_assert_int_eq(client_block_count(a, "322 ann #list2 *"), 1);
}
END_TEST

/* ---- MODE ---- */

START_TEST(test_mode_query)
{
	struct client *a, *b;

	client_pair_in(&sv, apart, &a, "ann", &b, "bob", "#mode", NULL);
	client_ask(b, "MODE #mode", "324 bob #mode +*");
	client_expect_next(b, "329 bob #mode *");
	client_ask(b, "MODE #nowhere", "403 bob #nowhere :*");
	client_ask(b, "MODE", "461 bob MODE :*");
	client_ask(b, "MODE #mode +t", "482 bob #mode :*");
	client_ask(b, "MODE #mode -n", "482 bob #mode :*");
	client_ask(a, "MODE #mode +y", "472 ann y :*");
	client_ask(a, "MODE #mode +x-Z", "472 ann x :*");
	client_send(a, "MODE #mode +ims");
	client_expect(a, ":ann!*@* MODE #mode +*");
	client_expect(b, ":ann!*@* MODE #mode +*");
	client_ask(b, "MODE #mode", "324 bob #mode +*i*");
	ck_assert(strchr(strchr(b->body, '+'), 'm') != NULL);
	ck_assert(strchr(strchr(b->body, '+'), 's') != NULL);
	/* what does not change anything is not told */
	client_send(a, "MODE #mode +i");
	client_barrier(a, b);
	ck_assert_int_eq(client_block_count(b, "MODE *"), 0);
	client_send(a, "MODE #mode -i+n-s");
	client_expect(b, ":ann!*@* MODE #mode *-*");
}
END_TEST

START_TEST(test_mode_member)
{
	struct client *a, *b;

	client_pair_in(&sv, apart, &a, "ann", &b, "bob", "#ov", NULL);
	client_ask(a, "MODE #ov +o bob", ":ann!* MODE #ov +o bob");
	client_expect(b, ":ann!* MODE #ov +o bob");
	client_ask(b, "MODE #ov -o ann", ":bob!* MODE #ov -o ann");
	client_expect(a, ":bob!* MODE #ov -o ann");
	client_ask(a, "MODE #ov +v ann", "482 ann #ov :*");
	client_ask(b, "MODE #ov +vo ann ann", ":bob!* MODE #ov +vo ann ann");
	client_expect(a, ":bob!* MODE #ov +vo ann ann");
	client_ask(b, "NAMES #ov", "353 * #ov :*@ann*");
	client_ask(b, "MODE #ov +o nobody", "401 bob nobody :*");
	client_pair(&sv, apart, &a, "cat", &b, "dan", NULL);
	client_ask(a, "JOIN #ov2", "366 *");
	client_ask(a, "MODE #ov2 +o dan", "441 cat dan #ov2 :*");
	client_send(a, "MODE #ov2 +o");
	client_sync(a);
}
END_TEST

START_TEST(test_mode_moderated)
{
	struct client *a, *b;

	client_pair_in(&sv, apart, &a, "ann", &b, "bob", "#mod", NULL);
	client_ask(a, "MODE #mod +m", "MODE #mod +m");
	client_ask(b, "PRIVMSG #mod :quiet", "404 bob #mod :*");
	client_send(b, "NOTICE #mod :quiet");
	client_barrier(b, a);
	ck_assert_int_eq(client_block_count(a, "* #mod :quiet"), 0);
	client_ask(a, "MODE #mod +v bob", "MODE #mod +v bob");
	client_expect(b, "MODE #mod +v bob");
	client_send(b, "PRIVMSG #mod :loud");
	client_expect(a, ":bob!* PRIVMSG #mod *loud");
	client_ask(a, "MODE #mod -v bob", "MODE #mod -v bob");
	client_expect(b, "MODE #mod -v bob");
	client_ask(b, "PRIVMSG #mod :quiet", "404 bob #mod :*");
	client_send(a, "PRIVMSG #mod :I may");
	client_expect(b, ":ann!* PRIVMSG #mod *I may");
}
END_TEST

START_TEST(test_mode_external)
{
	struct client *a, *b;

	client_pair(&sv, apart, &a, "ann", &b, "bob", NULL);
	client_ask(a, "JOIN #ext", "366 *");
	client_send(a, "MODE #ext +n");
	client_sync(a);
	client_ask(b, "PRIVMSG #ext :let me in", "404 bob #ext :*");
	client_ask(a, "MODE #ext -n", "MODE #ext -n");
	client_send(b, "PRIVMSG #ext :from outside");
	client_expect(a, ":bob!* PRIVMSG #ext *from outside");
}
END_TEST

START_TEST(test_mode_limit)
{
	struct client *a, *b;

	client_pair(&sv, apart, &a, "ann", &b, "bob", NULL);
	client_ask(a, "JOIN #limit", "366 *");
	client_ask(a, "MODE #limit +l 1", "MODE #limit +l *1");
	client_ask(b, "JOIN #limit", "471 bob #limit :*");
	client_ask(a, "MODE #limit", "324 ann #limit +*l* *1");
	client_ask(a, "MODE #limit +l 2", "MODE #limit +l *2");
	client_ask(b, "JOIN #limit", "366 bob #limit :*");
	client_ask(b, "PART #limit", "PART *");
	client_ask(a, "MODE #limit -l", "MODE #limit -l");
	client_ask(b, "JOIN #limit", "366 bob #limit :*");
	client_send(a, "MODE #limit +l nonsense\r\nMODE #limit +l -5\r\n"
	    "MODE #limit +l 99999999999999999999\r\nMODE #limit +l");
	client_sync(a);
}
END_TEST

START_TEST(test_mode_invite)
{
	struct client *a, *b;

	client_pair(&sv, apart, &a, "ann", &b, "bob", NULL);
	client_ask(a, "JOIN #inv", "366 *");
	client_ask(a, "MODE #inv +i", "MODE #inv +i");
	client_ask(b, "JOIN #inv", "473 bob #inv :*");
	client_ask(a, "INVITE bob #inv", "341 ann bob #inv");
	client_expect(b, ":ann!*@* INVITE bob *#inv");
	client_ask(b, "JOIN #inv", "366 bob #inv :*");
	/* an invitation serves once */
	client_ask(b, "PART #inv", "PART *");
	client_ask(b, "JOIN #inv", "473 bob #inv :*");
}
END_TEST

START_TEST(test_invite_errors)
{
	struct client *a, *b;

	client_pair_in(&sv, apart, &a, "ann", &b, "bob", "#inv2", NULL);
	client_ask(a, "INVITE nobody #inv2", "401 ann nobody :*");
	client_ask(a, "INVITE bob #inv2", "443 ann bob #inv2 :*");
	client_ask(a, "INVITE bob", "461 ann INVITE :*");
	client_ask(a, "MODE #inv2 +i", "MODE #inv2 +i");
	client_expect(b, "MODE #inv2 +i");
	/* what is wrong first is the server's to choose */
	client_ask(b, "INVITE ann #inv2", "4* bob *");
	client_ask(b, "PART #inv2", "PART *");
	client_ask(b, "INVITE ann #inv2", "442 bob #inv2 :*");
}
END_TEST

START_TEST(test_mode_ban)
{
	struct client *a, *b;

	client_pair_in(&sv, apart, &a, "ann", &b, "bob", "#ban", NULL);
	client_ask(a, "MODE #ban +b bob!*@*", "MODE #ban +b bob!\\*@\\*");
	client_expect(b, "MODE #ban +b bob!\\*@\\*");
	/* a member who is banned may stay, but not speak */
	client_ask(b, "PRIVMSG #ban :hello", "404 bob #ban :*");
	client_send(b, "MODE #ban b");
	client_expect(b, "367 bob #ban bob!\\*@\\* ann* *");
	client_expect_next(b, "368 bob #ban :*");
	client_ask(b, "PART #ban", "PART *");
	client_ask(b, "JOIN #ban", "474 bob #ban :*");
	client_ask(b, "PRIVMSG #ban :hello", "404 bob #ban :*");
	client_ask(a, "MODE #ban -b BOB!*@*", "MODE #ban -b *!\\*@\\*");
	client_ask(b, "JOIN #ban", "366 bob #ban :*");
	client_send(b, "PRIVMSG #ban :hello");
	client_expect(a, ":bob!* PRIVMSG #ban *hello");
	/* masks are completed, and match host and user */
	client_ask(a, "MODE #ban +b bob", "MODE #ban +b bob!\\*@\\*");
	client_ask(a, "MODE #ban -b bob", "MODE #ban -b bob!\\*@\\*");
	client_ask(a, "MODE #ban +b *@127.0.0.*",
	    "MODE #ban +b \\*!\\*@127.0.0.\\*");
	client_expect(b, "MODE #ban +b \\*!\\*@127.0.0.\\*");
	client_ask(b, "PRIVMSG #ban :hello", "404 bob #ban :*");
	/* an operator of the room may speak all the same */
	client_send(a, "PRIVMSG #ban :hello");
	client_expect(b, ":ann!* PRIVMSG #ban *hello");
	client_ask(a, "MODE #ban b", "368 ann #ban :*");
	client_ask(a, "MODE #ban +b", "368 ann #ban :*");
}
END_TEST

START_TEST(test_ban_list_full)
{
	struct client *a = client_register(&sv, "banner");
	char have[64];
	int i, n;

	client_ask(a, "JOIN #full", "366 *");
	ck_assert(client_isupport(a, "MAXLIST", have, sizeof(have)) != NULL);
	n = atoi(strchr(have, ':') + 1);
	ck_assert_int_gt(n, 0);
	for (i = 0; i < n; i++)
		client_send(a, "MODE #full +b n%d!*@*", i);
	client_ask(a, "MODE #full +b more!*@*", "478 banner #full *");
	client_send(a, "MODE #full b");
	client_block(a, "368 *");
	ck_assert_int_eq(client_block_count(a, "367 *"), n);
	client_ask(a, "MODE #full -b n0!*@*", "MODE #full -b n0!*");
	client_ask(a, "MODE #full +b more!*@*", "MODE #full +b more!*");
}
END_TEST

START_TEST(test_modes_at_once)
{
	struct client *a = client_register(&sv, "modern");
	char have[64], line[400] = "MODE #many +";
	int i, n;

	client_ask(a, "JOIN #many", "366 *");
	ck_assert(client_isupport(a, "MODES", have, sizeof(have)) != NULL);
	n = atoi(have);
	ck_assert_int_gt(n, 0);
	for (i = 0; i < n; i++)
		strcat(line, "b");
	for (i = 0; i < n; i++)
		snprintf(line + strlen(line), 32, " m%d!*@*", i);
	client_send(a, "%s", line);
	client_expect(a, "MODE #many +*");
	client_send(a, "MODE #many b");
	client_block(a, "368 *");
	ck_assert_int_eq(client_block_count(a, "367 *"), n);
}
END_TEST

/* ---- KICK ---- */

START_TEST(test_kick)
{
	struct client *a, *b;

	client_pair_in(&sv, apart, &a, "ann", &b, "bob", "#kick", NULL);
	client_send(a, "MODE #kick +n");
	client_ask(b, "KICK #kick ann :no", "482 bob #kick :*");
	client_ask(a, "KICK #kick nobody", "401 ann nobody :*");
	client_ask(a, "KICK #nowhere bob", "403 ann #nowhere :*");
	client_ask(a, "KICK #kick", "461 ann KICK :*");
	client_ask(a, "KICK #kick bob :mind the gap",
	    ":ann!*@* KICK #kick bob :mind the gap");
	client_expect(b, ":ann!*@* KICK #kick bob :mind the gap");
	client_ask(b, "PRIVMSG #kick :still here?", "404 bob #kick :*");
	client_ask(a, "KICK #kick bob", "441 ann bob #kick :*");
	client_ask(a, "NAMES #kick", "353 ann = #kick :@ann");
	client_ask(b, "JOIN #kick", "366 bob #kick :*");
	client_ask(a, "KICK #kick bob", ":ann!* KICK #kick bob *");
	client_expect(b, ":ann!* KICK #kick bob *");
	client_ask(b, "WHOIS bob", "318 *");
	client_ask(b, "KICK #kick ann", "442 bob #kick :*");
}
END_TEST

/* The kicked one comes back at once, many times: nothing of the old
 * membership may act on the new one. */
START_TEST(test_kick_rejoin)
{
	struct client *a, *b;
	int i;

	client_pair_in(&sv, apart, &a, "ann", &b, "bob", "#again", NULL);
	for (i = 0; i < 50; i++) {
		client_send(a, "KICK #again bob :%d", i);
		client_expect(b, "KICK #again bob :%d", i);
		client_ask(b, "JOIN #again", "366 *");
		client_expect(a, ":bob!* JOIN *#again");
	}
	client_send(a, "PRIVMSG #again :end");
	client_expect(b, "PRIVMSG #again *end");
	client_send(b, "PRIVMSG #again :end");
	client_expect(a, "PRIVMSG #again *end");
}
END_TEST

START_TEST(test_ghost)
{
	struct client *a, *b, *c;

	/* a new user with an old nick inherits nothing */
	client_pair_in(&sv, apart, &a, "ann", &b, "bob", "#ghost", NULL);
	client_ask(a, "MODE #ghost +o bob", "MODE *");
	client_close(b);
	client_expect(a, ":bob!* QUIT *");
	c = client_register(&sv, "bob");
	client_send(a, "PRIVMSG #ghost :anybody?");
	client_barrier(a, c);
	ck_assert_int_eq(client_block_count(c, "* #ghost *"), 0);
	client_ask(c, "JOIN #ghost", "353 bob = #ghost :*");
	ck_assert(strstr(c->body, "@bob") == NULL);
}
END_TEST

static void
suite_fill(TCase *tc)
{
	tcase_add_test(tc, test_join);
	tcase_add_test(tc, test_join_many);
	tcase_add_test(tc, test_join_keys);
	tcase_add_test(tc, test_part);
	tcase_add_test(tc, test_topic);
	tcase_add_test(tc, test_names);
	tcase_add_test(tc, test_names_long);
	tcase_add_test(tc, test_list);
	tcase_add_test(tc, test_mode_query);
	tcase_add_test(tc, test_mode_member);
	tcase_add_test(tc, test_mode_moderated);
	tcase_add_test(tc, test_mode_external);
	tcase_add_test(tc, test_mode_limit);
	tcase_add_test(tc, test_mode_invite);
	tcase_add_test(tc, test_invite_errors);
	tcase_add_test(tc, test_mode_ban);
	tcase_add_test(tc, test_ban_list_full);
	tcase_add_test(tc, test_modes_at_once);
	tcase_add_test(tc, test_kick);
	tcase_add_test(tc, test_kick_rejoin);
	tcase_add_test(tc, test_ghost);
}

int
main(void)
{
	Suite *s = suite_create("channel");
	Suite *suites[] = { s, NULL };

	harness_share(&sv, &apart, NULL);
	suite_fill(harness_case(s, "one worker",
	    harness_start_one, harness_stop, 60));
	suite_fill(harness_case(s, "two workers",
	    harness_start_two, harness_stop, 60));
	return harness_run(suites);
}
