/* SPDX-License-Identifier: ISC */
/*
 * Modes of users: what MODE says of them at every edge, and what each does:
 * who may write to one with R, what B and I show, WALLOPS and w.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "scram.h"

static struct server sv;

static void
start(void)
{
	server_init(&sv);
	server_set(&sv, "store", "on");
	server_set(&sv, "login-delay", "0");
	server_set(&sv, "workers", "2");
	/* the DES crypt of "secret", which every libcrypt reads */
	server_add(&sv, "operator boss abNANd1rDfiNc");
	server_start(&sv);
}

static void
stop(void)
{
	server_stop_quietly(&sv);
}

static void
make_account(const char *account)
{
	struct client *c = client_connect(&sv);

	client_send(c, "REGISTER %s * :secret of it", account);
	client_expect(c, "REGISTER SUCCESS %s :*", account);
	client_close(c);
}

static struct client *
log_in(const char *account)
{
	struct client *c;

	make_account(account);
	c = client_connect(&sv);
	snprintf(c->nick, sizeof(c->nick), "%s", account);
	client_send(c, "CAP REQ :sasl\r\nNICK %s\r\nUSER u 0 * :Real\r\n"
	    "AUTHENTICATE PLAIN", account);
	client_expect(c, "AUTHENTICATE +");
	client_send(c, "AUTHENTICATE %s",
	    plain_message(account, "secret of it"));
	client_expect(c, "903 *");
	client_send(c, "CAP END");
	client_expect(c, "376 *");
	return c;
}

START_TEST(test_edges)
{
	struct client *c = client_register(&sv, "modes"), *d;

	client_ask(c, "MODE modes", "221 modes +");
	client_ask(c, "MODE MODES +i", ":modes!* MODE modes :+i");
	client_send(c, "MODE modes +i");
	client_send(c, "MODE modes +");
	client_send(c, "MODE modes :");
	client_send(c, "MODE modes -w");
	/* nobody makes himself an operator */
	client_send(c, "MODE modes +o");
	client_expect_none(c, "MODE *");
	client_ask(c, "MODE modes wB-i", ":modes!* MODE modes :+Bw-i");
	client_ask(c, "MODE modes", "221 modes +Bw");
	/* what is known is done, whatever stands beside it */
	client_ask(c, "MODE modes +xR?I", "501 modes :*");
	client_expect_next(c, ":modes!* MODE modes :+IR");
	client_ask(c, "MODE modes +x", "501 modes :*");
	client_expect_none(c, "MODE *");
	client_ask(c, "MODE modes -BIRw", ":modes!* MODE modes :-BIRw");
	client_ask(c, "MODE nobody", "401 modes nobody :*");
	client_ask(c, "MODE nobody +i", "401 modes nobody :*");
	client_ask(c, "MODE", "461 modes MODE :*");
	d = client_register(&sv, "othermode");
	client_ask(c, "MODE othermode", "502 modes :*");
	client_ask(c, "MODE othermode +i", "502 modes :*");
	client_ask(d, "MODE othermode", "221 othermode +");
	/* who has a nick and is not here yet */
	d = client_connect(&sv);
	client_send(d, "NICK halfmode");
	client_sync(d);
	client_ask(c, "MODE halfmode", "401 modes halfmode :*");
}
END_TEST

/* 004 has the letters, and those with a parameter. */
START_TEST(test_myinfo)
{
	struct client *c = client_connect(&sv);
	char *letters;

	client_send(c, "NICK myinfo\r\nUSER u 0 * :M");
	client_expect(c, "004 myinfo irc.test moot-* BIRTZiow * *");
	letters = strrchr(c->body, ' ') + 1;
	ck_assert(strchr(letters, 'b') != NULL && strchr(letters, 'k') != NULL);
	ck_assert_ptr_null(strchr(letters, 'n'));
}
END_TEST

START_TEST(test_registered_only)
{
	struct client *evan = log_in("evan"), *carmen = log_in("carmen");
	struct client *guest = client_register_with(&sv, "guest",
	    "message-tags");
	struct client *other = client_register(&sv, "guest2");

	client_ask(evan, "MODE evan +R", "MODE evan :+R");
	client_ask(guest, "PRIVMSG evan :hey", "477 guest evan :*");
	client_ask(guest, "PRIVMSG EVAN :hey", "477 guest evan :*");
	client_send(guest, "NOTICE evan :hey");
	client_send(guest, "@+typing=active TAGMSG evan");
	client_expect_none(guest, "477 *");
	client_expect_none(evan, ":guest*!*");
	client_send(carmen, "PRIVMSG evan :hey there");
	client_expect(evan, ":carmen!* PRIVMSG evan :hey there");
	client_send(evan, "PRIVMSG evan :to me");
	client_expect(evan, ":evan!* PRIVMSG evan :to me");
	/* ACCEPT, and not any more */
	client_ask(evan, "ACCEPT nobody,-nobody",
	    "FAIL ACCEPT INVALID_USER nobody :*");
	client_ask(evan, "ACCEPT", "461 evan ACCEPT :*");
	client_send(evan, "ACCEPT guest");
	client_sync(evan);
	client_send(guest, "PRIVMSG evan :accepted");
	client_expect(evan, ":guest!* PRIVMSG evan :accepted");
	client_ask(other, "PRIVMSG evan :me too", "477 guest2 evan :*");
	client_send(evan, "ACCEPT -guest");
	client_sync(evan);
	client_ask(guest, "PRIVMSG evan :again", "477 guest evan :*");
	/* to whom one writes may answer; not who is another one of that nick */
	client_send(evan, "PRIVMSG guest2 :hello");
	client_expect(other, ":evan!* PRIVMSG guest2 :hello");
	client_send(other, "PRIVMSG evan :hello back");
	client_expect(evan, ":guest2!* PRIVMSG evan :hello back");
	client_ask(other, "QUIT", "ERROR *");
	other = client_register(&sv, "guest2");
	client_ask(other, "PRIVMSG evan :still me", "477 guest2 evan :*");
	/* operators may */
	client_ask(guest, "OPER boss secret", "381 *");
	client_send(guest, "PRIVMSG evan :by order");
	client_expect(evan, ":guest!* PRIVMSG evan :by order");
	client_ask(evan, "MODE evan -R", "MODE evan :-R");
	client_send(other, "PRIVMSG evan :free");
	client_expect(evan, ":guest2!* PRIVMSG evan :free");
}
END_TEST

/* More than are remembered: the first one is forgotten. */
START_TEST(test_accept_many)
{
	struct client *c = log_in("accepter"), *v[17];

	client_ask(c, "MODE accepter +R", "MODE accepter :+R");
	client_register_many(&sv, v, 17, "acc");
	for (int i = 0; i < 17; i++)
		client_send(c, "ACCEPT %s", v[i]->nick);
	client_sync(c);
	client_send(v[0], "PRIVMSG accepter :first");
	client_expect(v[0], "477 *");
	client_send(v[1], "PRIVMSG accepter :second");
	client_expect(c, ":*!* PRIVMSG accepter :second");
	client_send(v[16], "PRIVMSG accepter :last");
	client_expect(c, ":*!* PRIVMSG accepter :last");
}
END_TEST

START_TEST(test_hides_rooms)
{
	struct client *c = client_register(&sv, "hider");
	struct client *d = client_register(&sv, "seeker");

	client_ask(c, "JOIN #hidden,#common", "366 * #common *");
	client_ask(d, "JOIN #common", "366 *");
	client_ask(d, "WHOIS hider", "319 seeker hider :*#hidden*");
	client_ask(c, "MODE hider +I", "MODE hider :+I");
	client_ask(d, "WHOIS hider", "319 seeker hider :@#common");
	client_expect(d, "318 *");
	client_ask(c, "WHOIS hider", "319 hider hider :*#hidden*");
	client_ask(d, "OPER boss secret", "381 *");
	client_ask(d, "WHOIS hider", "319 seeker hider :*#hidden*");
}
END_TEST

START_TEST(test_wallops)
{
	struct client *boss = client_register(&sv, "wboss");
	struct client *hears = client_register(&sv, "whears");
	struct client *deaf = client_register(&sv, "wdeaf");

	client_ask(hears, "MODE whears +w", "MODE whears :+w");
	client_ask(hears, "WALLOPS :may I", "481 whears :*");
	client_ask(boss, "OPER boss secret", "381 *");
	client_ask(boss, "MODE wboss", "221 wboss +o");
	client_ask(boss, "WALLOPS", "461 wboss WALLOPS :*");
	client_send(boss, "WALLOPS :hi everyone");
	client_expect(hears, ":wboss!* WALLOPS :hi everyone");
	client_expect_none(deaf, "WALLOPS *");
	client_expect_none(boss, "WALLOPS *");
	client_ask(boss, "MODE wboss +w", "MODE wboss :+w");
	client_ask(boss, "WALLOPS :me too", ":wboss!* WALLOPS :me too");
	client_ask(boss, "MODE wboss -o", "MODE wboss :-o");
	client_ask(boss, "WALLOPS :no more", "481 wboss :*");
}
END_TEST

START_TEST(test_no_ctcp)
{
	struct client *c = client_register(&sv, "calm");
	struct client *d = client_register(&sv, "asker");

	client_send(d, "PRIVMSG calm :\001VERSION\001");
	client_expect(c, "PRIVMSG calm :\001VERSION\001");
	client_ask(c, "MODE calm +T", "MODE calm :+T");
	client_ask(d, "PRIVMSG calm :\001VERSION\001", "531 asker calm :*");
	client_send(d, "NOTICE calm :\001VERSION x\001");
	client_sync(d);
	client_send(d, "PRIVMSG calm :\001ACTION waves\001");
	client_expect_next(c, "PRIVMSG calm :\001ACTION waves\001");
	client_send(d, "PRIVMSG calm :what client is it?");
	client_expect_next(c, "PRIVMSG calm :what client is it?");
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("user_mode");
	TCase *tc = harness_case(s, "user_mode", start, stop, 60);

	tcase_add_test(tc, test_edges);
	tcase_add_test(tc, test_myinfo);
	tcase_add_test(tc, test_registered_only);
	tcase_add_test(tc, test_accept_many);
	tcase_add_test(tc, test_hides_rooms);
	tcase_add_test(tc, test_no_ctcp);
	tcase_add_test(tc, test_wallops);
	return s;
}

int
main(void)
{
	Suite *suites[] = { suite(), NULL };

	return harness_run(suites);
}
