/* SPDX-License-Identifier: ISC */
/*
 * What is done in several steps, or in one that no line asks for, and a worker
 * that is killed between two of them: nothing is left undone until its client
 * says something, and nothing is counted or compared as it was before.
 */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "harness.h"

enum { PATIENCE = 10000, LOGINS = 24, BANS = 140 };

/* crypt(3) of "sesame" */
#define HASH "$1$moot$OqDwgtpRpN27gn0Ai0TTy."
#define CAPS "batch draft/metadata-3"
#define PROXY "127.0.0.9"

static struct server sv;

static void
begin(const char *fault)
{
	server_init_store(&sv);
	server_set(&sv, "workers", "1");
	server_set(&sv, "flood", "off");
	server_set(&sv, "cloak", "on");
	server_set(&sv, "max-clients-per-address", "2");
	server_add(&sv, "proxy " PROXY "/32 certificates");
	server_set(&sv, "operator", "boss %s", HASH);
	server_fault(&sv, fault);
	server_start(&sv);
}

static void
end(void)
{
	wait_for(server_log_has(&sv, "died of signal"), 2000);
	client_quit_all();
	server_stop(&sv);
}

/* The whole server ends and begins again. */
static void
again(void)
{
	client_quit_all();
	server_restart(&sv, 0);
}

/* ---- bans of a room ---- */

static const char *const ban_points[] = { "op-ban-filled:1", "op-ban-valid:1",
	"op-ban-linked:1", "op-applied:20", "op-ban-unlinked:1",
	"op-ban-freed:1" };

/* Who is in the room is compared with what its list is now. */
START_TEST(test_ban)
{
	struct client *ann, *bob;

	begin(ban_points[_i]);
	ann = client_register(&sv, "ann");
	bob = client_register(&sv, "bob");
	client_ask(ann, "JOIN #x", "366 *");
	client_ask(bob, "JOIN #x", "366 *");
	client_ask(bob, "PRIVMSG #x :one\r\nPING one", "PONG *");
	client_ask(ann, "MODE #x +b bob!*@*", "MODE #x +b *");
	client_ask(bob, "PRIVMSG #x :two", "404 *");
	client_ask(ann, "MODE #x -b bob!*@*", "MODE #x -b *");
	client_send(bob, "PRIVMSG #x :three");
	client_expect(ann, "PRIVMSG #x *three");
	client_send(ann, "TOPIC #x :a\r\nTOPIC #x :b\r\nTOPIC #x :c\r\n"
	    "TOPIC #x :d\r\nTOPIC #x :e\r\nTOPIC #x :f\r\nTOPIC #x :g");
	client_sync(ann);
	end();
}
END_TEST

static const char *const end_points[] = { "op-ban-filled:1",
	"op-ban-reason:1", "op-ban-unlinked:1", "op-ban-freed:1",
	"op-change-ended:11", "finish-others:7", "finish-queued:11" };

/* A ban that ends by itself is told once, by whoever does it. */
START_TEST(test_end)
{
	struct client *ann, *bob;

	begin(end_points[_i]);
	ann = client_register(&sv, "ann");
	bob = client_register(&sv, "bob");
	client_ask(ann, "JOIN #x", "366 *");
	client_ask(bob, "JOIN #x", "366 *");
	client_ask(ann, "CS BAN #x bob 1s loud", "MODE #x +b bob!*");
	client_ask(bob, "PRIVMSG #x :one", "404 *");
	client_expect(bob, ":irc.test MODE #x -b bob!*");
	client_expect(ann, ":irc.test MODE #x -b bob!*");
	client_expect_none(ann, "MODE *");
	client_expect_none(bob, "MODE *");
	client_send(bob, "PRIVMSG #x :two");
	client_expect(ann, "PRIVMSG #x *two");
	while (!server_log_has(&sv, "died of signal"))
		client_sync(ann);
	end();
}
END_TEST

/* ---- who comes by a proxy ---- */

static const char *const proxy_points[] = { "op-address-left:1",
	"op-address-set:1", "op-address-counted:1", "finish-applied:1",
	"finish-idle:1", "executed:1", "fill-received:1", "open-live:1" };

/* In what a login by certificate does, of the worker and of the store. */
static const char *const external_points[] = { "op-secure-none:1",
	"op-secure-filled:1", "op-secure-none:2", "op-secure-filled:2",
	"sasl-taken:1", "op-sasl-empty:1", "op-sasl-empty:2", "op-sasl-text:1",
	"answer-copied:2", "answer-set:3", "answer-heard:3", "answer-heard:4",
	"op-account:2", "op-account-indexed:2", "sasl-given:1",
	"store-taken:2", "store-read:1", "store-read:2", "store-written:2",
	"store-committed:2", "store-tell-posted:2", "store-tell-marked:3",
	"store-told:3" };

static struct client *
by_proxy(const char *nick)
{
	struct client *c = client_connect_from(&sv, PROXY, 0);

	snprintf(c->nick, sizeof(c->nick), "%s", nick);
	client_send(c, "PROXY TCP4 192.0.2.1 127.0.0.1 65533 6667\r\n"
	    "NICK %s\r\nUSER u 0 * :Real", nick);
	return c;
}

/* It is counted once, whose it is. */
START_TEST(test_proxy)
{
	struct client *one, *two, *more;

	begin(proxy_points[_i]);
	one = by_proxy("one");
	client_expect(one, "001 *");
	two = by_proxy("two");
	client_expect(two, "001 *");
	more = by_proxy("more");
	client_expect(more, "ERROR *");
	client_eof(more);
	client_close(more);
	client_send(one, "QUIT");
	client_eof(one);
	client_close(one);
	client_sync(two);
	more = by_proxy("more");
	client_expect(more, "001 *");
	end();
}
END_TEST

/* ---- operators are counted ---- */

START_TEST(test_oper)
{
	struct client *ann;

	begin("op-modes-set:1");
	ann = client_register(&sv, "ann");
	client_ask(ann, "OPER boss sesame", "381 *");
	client_ask(ann, "LUSERS", "252 * 1 *");
	client_ask(ann, "MODE ann -o", "MODE ann *-o");
	client_send(ann, "LUSERS");
	client_block(ann, "266 *");
	ck_assert_int_eq(client_block_count(ann, "252 * 0 *") +
	    !client_block_count(ann, "252 *"), 1);
	end();
}
END_TEST

/* ---- a login ---- */

/* What follows it needs no further line of the client. */
START_TEST(test_login)
{
	struct client *ann;
	char point[40];

	snprintf(point, sizeof(point), "finish-idle:%d", _i + 4);
	begin(point);
	ann = client_register_with(&sv, "ann", "chghost");
	client_send(ann, "NS REGISTER secret");
	client_expect(ann, "900 *");
	client_expect(ann, ":ann!*.ip CHGHOST ann ann.account");
	client_expect_next(ann, "396 *");
	while (!server_log_has(&sv, "died of signal"))
		client_sync(ann);
	end();
}
END_TEST

/* ---- keys that are cleared ---- */

/* The order of the keys is another one after the death of who had the lock;
 * what the account loses is what its user does. */
START_TEST(test_clear)
{
	struct client *ann, *bob;
	pid_t store;

	begin("op-topic-copied:1");
	ann = client_login(&sv, "ann", CAPS);
	bob = client_register(&sv, "bob");
	client_ask(ann, "METADATA * SET color :red", "761 *");
	client_ask(ann, "METADATA * SET url :http://x", "761 *");
	client_ask(ann, "METADATA * SET avatar :none", "761 *");
	client_ask(bob, "JOIN #x", "366 *");
	client_sync(bob);
	store = server_store_again(&sv, 0);
	ck_assert_int_eq(pid_signal(store, SIGSTOP), 0);
	client_send(ann, "METADATA * CLEAR");
	client_expect(ann, "BATCH +* metadata ann");
	client_send(bob, "TOPIC #x :boom");
	wait_for(server_log_has(&sv, "died of signal"), 2000);
	ck_assert_int_eq(pid_signal(store, SIGCONT), 0);
	client_expect(bob, "TOPIC #x *");
	client_block(ann, "BATCH -*");
	ck_assert_int_eq(client_block_count(ann, "766 *"), 3);
	client_send(ann, "METADATA * LIST");
	client_block(ann, "BATCH -*");
	ck_assert_int_eq(client_block_count(ann, "761 *"), 0);
	again();
	ann = client_login(&sv, "ann", CAPS);
	client_sync(ann);
	client_send(ann, "METADATA * LIST");
	client_block(ann, "BATCH -*");
	ck_assert_int_eq(client_block_count(ann, "761 *"), 0);
	client_quit_all();
	server_stop(&sv);
}
END_TEST

/* ---- bans that come from the store ---- */

/* Within the pages in which they come, of which there are several. */
static const char *const load_points[] = { "op-xline-filled:141",
	"op-xline-filled:200", "op-xline-valid:142", "op-xline-valid:143",
	"op-xline-serial:142", "op-xline-serial:144" };

START_TEST(test_load)
{
	struct client *ann;
	int i;

	begin(load_points[_i]);
	ann = client_register(&sv, "ann");
	client_ask(ann, "OPER boss sesame", "381 *");
	for (i = 0; i < BANS; i++)
		client_send(ann, "KLINE u%d!*@* :%0100d", i, i);
	for (i = 0; i < BANS; i++)
		client_expect(ann, "NOTICE * :Banned*");
	again();
	ann = client_register(&sv, "ann");
	client_ask(ann, "OPER boss sesame", "381 *");
	client_send(ann, "STATS k");
	client_block(ann, "219 *");
	ck_assert_int_eq(client_block_count(ann, "216 *"), BANS);
	ann = client_connect(&sv);
	client_send(ann, "NICK u0\r\nUSER u 0 * :Real");
	client_expect(ann, "465 *");
	end();
}
END_TEST

static struct client *
by_tls(const char *address)
{
	struct client *c = client_connect_from(&sv, PROXY, 0);

	client_pass_on(c, address, 0x61);
	return c;
}

/* The certificate is known, is added once, and logs in once. */
START_TEST(test_external)
{
	struct client *one, *two;

	begin(external_points[_i]);
	one = client_login_at(by_tls("192.0.2.1"), "one", "");
	client_ask(one, "NS CERT ADD", "NOTICE * :one can be *");
	client_ask(one, "NS CERT LIST", "NOTICE * :1 certificate.");
	two = by_tls("192.0.2.2");
	strcpy(two->nick, "one");
	client_ask(two, "CAP REQ sasl", "CAP * ACK *");
	client_ask(two, "AUTHENTICATE EXTERNAL", "AUTHENTICATE +");
	client_ask(two, "AUTHENTICATE +", "900 * one :*");
	client_expect_next(two, "903 *");
	client_send(two, "NICK one\r\nUSER u 0 * :Real\r\nCAP END");
	client_expect(two, "001 one *");
	client_send(two, "WHOIS one");
	client_block(two, "318 *");
	ck_assert_int_eq(client_block_count(two, "276 *"), 2);
	client_block_has(two, "671 *");
	client_block_has(two, "330 one one one :*");
	end();
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("steps");
	Suite *suites[] = { s, NULL };
	TCase *tc = harness_case(s, "steps", NULL, NULL, 60);
	const char *mootd = getenv("MOOTD_FAULTS");

	setenv("MOOTD", mootd != NULL ? mootd : "build/faults/mootd", 1);
	tcase_add_loop_test(tc, test_ban, 0,
	    sizeof(ban_points) / sizeof(ban_points[0]));
	tcase_add_loop_test(tc, test_end, 0,
	    sizeof(end_points) / sizeof(end_points[0]));
	tcase_add_loop_test(tc, test_proxy, 0,
	    sizeof(proxy_points) / sizeof(proxy_points[0]));
	tcase_add_loop_test(tc, test_external, 0,
	    sizeof(external_points) / sizeof(external_points[0]));
	tcase_add_test(tc, test_oper);
	tcase_add_loop_test(tc, test_login, 0, LOGINS);
	tcase_add_test(tc, test_clear);
	tcase_add_loop_test(tc, test_load, 0,
	    sizeof(load_points) / sizeof(load_points[0]));
	return harness_run(suites);
}
