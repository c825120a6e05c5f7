/* SPDX-License-Identifier: ISC */
/*
 * Accounts: making one, logging in by SASL and through NickServ, what others
 * see of it, whose a nick is, what the administrator does; garbage at every
 * step, races, a store that dies in the middle, and that nobody waits for a
 * password of somebody else to be hashed.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"

static struct server sv;

static void
start(void)
{
	server_init(&sv);
	server_set(&sv, "store", "on");
	server_set(&sv, "login-delay", "0");
	server_start(&sv);
}

static void
stop(void)
{
	server_stop_quietly(&sv);
}

/* ---- SASL of the client ---- */

static void
base64(char *dst, const void *src, size_t len)
{
	static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *p = src;
	size_t i;
	int k;

	for (i = 0; i < len; i += 3) {
		unsigned n = (unsigned)p[i] << 16 |
		    (i + 1 < len ? p[i + 1] : 0u) << 8 |
		    (i + 2 < len ? p[i + 2] : 0u);
		for (k = 18; k >= 0; k -= 6)
			*dst++ = digit[n >> k & 63];
		if (i + 1 >= len)
			dst[-2] = '=';
		if (i + 2 >= len)
			dst[-1] = '=';
	}
	*dst = '\0';
}

static const char *
plain_of(const char *account, const char *password)
{
	static char text[1024];
	char raw[512];
	int n = snprintf(raw, sizeof(raw), "%c%s%c%s", 0, account, 0,
	    password);

	base64(text, raw, (size_t)n);
	return text;
}

/* A connection that negotiates, with sasl. */
static struct client *
connect_sasl(const char *caps)
{
	struct client *c = client_connect(&sv);

	client_send(c, "CAP LS 302");
	client_expect(c, "CAP * LS *");
	client_send(c, "CAP REQ :sasl %s", caps);
	client_expect(c, "CAP * ACK :*");
	return c;
}

static void
send_plain(struct client *c, const char *account, const char *password)
{
	client_send(c, "AUTHENTICATE PLAIN");
	client_expect(c, "AUTHENTICATE +");
	client_send(c, "AUTHENTICATE %s", plain_of(account, password));
}

/* Registered as NICK, logged in to ACCOUNT. */
static struct client *
login(const char *nick, const char *account, const char *caps)
{
	struct client *c = connect_sasl(caps);

	snprintf(c->nick, sizeof(c->nick), "%s", nick);
	client_send(c, "NICK %s", nick);
	client_send(c, "USER %.9s 0 * :Real", nick);
	send_plain(c, account, "secret of it");
	client_expect(c, "900 * %s :*", account);
	client_expect(c, "903 *");
	client_send(c, "CAP END");
	client_expect(c, "001 %s *", nick);
	client_sync(c);
	return c;
}

/* An account, made by somebody who leaves again. */
static void
make_account(const char *account)
{
	struct client *c = client_connect(&sv);

	client_send(c, "REGISTER %s * :secret of it", account);
	client_expect(c, "REGISTER SUCCESS %s :*", account);
	client_expect(c, "900 * %s :*", account);
	client_close(c);
}

/* ---- Making one ---- */

START_TEST(test_register)
{
	struct client *c = client_register(&sv, "regina");

	client_ask(c, "REGISTER * * :secret of it",
	    "REGISTER SUCCESS regina :*");
	client_expect(c, "900 regina regina!regina@* regina :*");
	client_ask(c, "WHOIS regina", "330 regina regina regina :*");
	client_ask(c, "REGISTER * * :secret of it",
	    "FAIL REGISTER ALREADY_AUTHENTICATED \\* :*");
	client_quit_all();
}
END_TEST

START_TEST(test_plain)
{
	struct client *c;

	make_account("paula");
	c = login("paula", "paula", "");
	client_ask(c, "WHOIS paula", "330 paula paula paula :*");
	client_quit_all();
}
END_TEST

START_TEST(test_seen)
{
	struct client *a = client_register_with(&sv, "seer",
	    "account-tag account-notify extended-join echo-message");
	struct client *b = client_register_with(&sv, "seen", "account-notify");

	client_ask(a, "JOIN #acc", "366 *");
	client_ask(b, "JOIN #acc", "366 *");
	client_expect(a, ":seen!* JOIN #acc \\* :*");
	client_ask(b, "REGISTER seen * :secret of it",
	    "REGISTER SUCCESS seen :*");
	client_expect(b, ":seen!* ACCOUNT seen");
	client_expect(a, "@account=seen :seen!* ACCOUNT seen");
	client_send(b, "PRIVMSG #acc :hello");
	client_expect(a, "@account=seen :seen!* PRIVMSG #acc :hello");
	client_send(b, "PRIVMSG seer :psst");
	client_expect(a, "@account=seen :seen!* PRIVMSG seer :psst");
	client_send(b, "PART #acc");
	client_send(b, "JOIN #acc");
	client_expect(a, "@account=seen :seen!* JOIN #acc seen :*");
	client_quit_all();
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("account");
	TCase *tc;

	tc = harness_case(s, "accounts", start, stop, 60);
	tcase_add_test(tc, test_register);
	tcase_add_test(tc, test_plain);
	tcase_add_test(tc, test_seen);
	return s;
}

int
main(void)
{
	Suite *suites[] = { suite(), NULL };

	return harness_run(suites);
}
