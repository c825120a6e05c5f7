/* SPDX-License-Identifier: ISC */
/*
 * Nicks that look like another's, that mix scripts, or that show nothing: who
 * may have them, before and after registration, by an account or without.
 */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "scram.h"

#define CYRILLIC_E "\xd0\xb5"
#define CYRILLIC_A "\xd0\xb0"
#define CYRILLIC_O "\xd0\xbe"
#define CYRILLIC_C "\xd1\x81"

static struct server sv;

static void
start(void)
{
	server_init(&sv);
	server_set(&sv, "store", "on");
	server_set(&sv, "login-delay", "0");
	server_set(&sv, "workers", "2");
	server_start(&sv);
}

static void
stop(void)
{
	server_stop_quietly(&sv);
}

static struct client *
log_in(const char *account)
{
	struct client *c = client_connect(&sv);

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

START_TEST(test_present)
{
	struct client *a = client_register(&sv, "coco"), *b, *c;

	/* who is here */
	b = client_connect(&sv);
	client_ask(b, "NICK " CYRILLIC_C "oco", "433 \\* * :*");
	client_ask(b, "NICK " CYRILLIC_C CYRILLIC_O CYRILLIC_C CYRILLIC_O,
	    "433 \\* * :*");
	client_ask(b, "NICK \xef\xbc\xa3" "OCO", "433 \\* * :*");
	client_send(b, "NICK lookb\r\nUSER u 0 * :B");
	client_expect(b, "001 lookb *");
	client_ask(b, "NICK c" CYRILLIC_O "co", "433 lookb * :*");
	/* one's own may change its letters, unless they mix */
	client_ask(a, "NICK \xf0\x9d\x90\x9c" "oco", ":coco!* NICK *oco");
	client_ask(a, "NICK " CYRILLIC_C "oco", "432 * * :*");
	client_ask(a, "NICK coco", "NICK coco");
	/* the nick is free with its user */
	client_ask(a, "QUIT", "ERROR *");
	client_eof(a);
	client_ask(b, "NICK " CYRILLIC_C CYRILLIC_O CYRILLIC_C CYRILLIC_O,
	    ":lookb!* NICK *");
	c = client_connect(&sv);
	client_ask(c, "NICK coco", "433 \\* coco :*");
	/* it is still found by its own letters only */
	client_send(c, "NICK lookc\r\nUSER u 0 * :C");
	client_expect(c, "001 lookc *");
	client_ask(c, "PRIVMSG coco :hello", "401 lookc coco :*");
	client_ask(c, "ISON coco " CYRILLIC_C CYRILLIC_O CYRILLIC_C CYRILLIC_O,
	    "303 lookc :" CYRILLIC_C CYRILLIC_O CYRILLIC_C CYRILLIC_O);
}
END_TEST

START_TEST(test_mixed)
{
	struct client *c = client_connect(&sv);

	client_send(c, "USER u 0 * :M");
	client_ask(c, "NICK b" CYRILLIC_A "r", "432 * :*");
	client_ask(c, "NICK \xd0\xb6\xd0\xb0\xd0\xb1\xd0\xb0",
	    "001 \xd0\xb6\xd0\xb0\xd0\xb1\xd0\xb0 *");
	client_ask(c, "NICK zh\xd0\xb6", "432 * * :*");
	client_ask(c, "NICK caf\xc3\xa9", ":*!* NICK caf\xc3\xa9");
	/* what shows nothing, turns the text, or is put on letters */
	client_ask(c, "NICK cafe\xcc\x81", "432 * * :*");
	client_ask(c, "NICK caf\xe2\x80\x8b" "e", "432 * * :*");
	client_ask(c, "NICK caf\xe2\x80\xae" "e", "432 * * :*");
	client_ask(c, "NICK caf\xff", "FAIL NICK INVALID_UTF8 :*");
}
END_TEST

START_TEST(test_services)
{
	struct client *c = client_register(&sv, "looks");

	client_ask(c, "NICK NickServ", "433 looks NickServ :*");
	client_ask(c, "NICK NickS" CYRILLIC_E "rv", "433 looks * :*");
	client_ask(c, "NICK \xef\xbc\xaeick\xef\xbc\xb3" "erv",
	    "433 looks * :*");
	client_ask(c, "REGISTER ChanS" CYRILLIC_E "rv * :secret of it",
	    "FAIL REGISTER BAD_ACCOUNT_NAME *");
}
END_TEST

/* The name of an account is its owner's in other letters, too. */
START_TEST(test_account)
{
	struct client *c = client_connect(&sv), *evan;

	client_send(c, "REGISTER evan * :secret of it");
	client_expect(c, "REGISTER SUCCESS evan :*");
	client_close(c);
	c = client_connect(&sv);
	client_send(c, "USER a 0 * :a");
	client_ask(c, "NICK " CYRILLIC_E "van", "433 * :*");
	client_ask(c, "NICK \xef\xbd\x85van", "433 * :*");
	client_ask(c, "NICK free", "001 free *");
	client_ask(c, "NICK " CYRILLIC_E "van", "433 free * :*");
	client_ask(c, "REGISTER " CYRILLIC_E "van * :secret of it",
	    "FAIL REGISTER *");
	client_ask(c, "REGISTER \xef\xbd\x85van * :secret of it",
	    "FAIL REGISTER *_EXISTS *");
	evan = log_in("evan");
	client_ask(evan, "NICK " CYRILLIC_E "van", ":evan!* NICK *van");
	client_ask(c, "NICK evan", "433 free evan :*");
	client_ask(evan, "NICK evan", "NICK evan");
	/* an account in other letters is one, too: all Cyrillic, also after
	 * the store has begun anew */
	client_ask(c, "REGISTER " CYRILLIC_A CYRILLIC_C CYRILLIC_E
	    " * :secret of it", "REGISTER SUCCESS *");
	client_ask(evan, "NICK ace", "433 evan ace :*");
	server_store_again(&sv, server_store_kill(&sv));
	client_ask(evan, "NICK " CYRILLIC_A "_1", "NICK *");
	client_ask(evan, "REGISTER again * :secret of it", "FAIL *");
	client_ask(evan, "NICK ACE", "433 * ACE :*");
}
END_TEST

/* Who has such a nick when the owner of the account comes is cut. */
START_TEST(test_reclaim)
{
	struct client *guest = client_register(&sv, "\xef\xbd\x8dona"), *mona;
	char args[160], path[96];
	int status;
	FILE *f;

	snprintf(path, sizeof(path), "%s/secret", sv.dir);
	ck_assert_ptr_nonnull(f = fopen(path, "w"));
	fputs("secret-of-it\n", f);
	fclose(f);
	snprintf(args, sizeof(args), "account add mona <%s", path);
	free(server_ctl(&sv, args, &status));
	ck_assert_int_eq(status, 0);
	mona = client_connect(&sv);
	client_send(mona, "CAP REQ :sasl\r\nNICK mona\r\nUSER u 0 * :Real\r\n"
	    "AUTHENTICATE PLAIN");
	client_expect(mona, "AUTHENTICATE +");
	client_send(mona, "AUTHENTICATE %s",
	    plain_message("mona", "secret-of-it"));
	client_expect(mona, "903 *");
	client_send(mona, "CAP END");
	client_expect(guest, "ERROR *");
	client_eof(guest);
	client_expect(mona, "001 mona *");
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("look");
	TCase *tc = harness_case(s, "look", start, stop, 60);

	tcase_add_test(tc, test_present);
	tcase_add_test(tc, test_mixed);
	tcase_add_test(tc, test_services);
	tcase_add_test(tc, test_account);
	tcase_add_test(tc, test_reclaim);
	return s;
}

int
main(void)
{
	Suite *suites[] = { suite(), NULL };

	return harness_run(suites);
}
