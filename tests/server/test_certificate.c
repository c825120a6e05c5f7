/* SPDX-License-Identifier: ISC */
/*
 * What a client's certificate is good for: SASL EXTERNAL, NickServ's CERT and
 * mootctl's, OPER; whom it is refused, and logins over deaths of the worker and
 * of the store.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "scram.h"

#define PROXY "127.0.0.9"

static struct server sv;

static void
start_with(const char *how)
{
	server_init_store(&sv);
	server_set(&sv, "workers", "2");
	server_add(&sv, "proxy " PROXY " %s", how);
	server_add(&sv, "operator boss " SESAME);
	server_add(&sv, "operator both " SESAME " certificate=%s",
	    client_fingerprint(0xbb));
	server_add(&sv, "operator sole certificate=%s",
	    client_fingerprint(0xaa));
	server_start(&sv);
}

static void
start(void)
{
	start_with("certificates");
}

/* Nobody can have a certificate. */
static void
start_without(void)
{
	start_with("127.0.0.10");
}

static void
stop(void)
{
	server_stop_quietly(&sv);
}

static struct client *
connect_tls(int certificate)
{
	return client_connect_passed(&sv, PROXY, certificate);
}

/* One that negotiates, with sasl. */
static struct client *
connect_sasl(int certificate)
{
	struct client *c = connect_tls(certificate);

	client_send(c, "CAP LS 302");
	client_expect(c, "CAP * LS *");
	client_ask(c, "CAP REQ sasl", "CAP * ACK :sasl");
	return c;
}

/* Says to NickServ, which answers. */
#define service(c, order, answer)                                             \
	client_ask(c, "NS " order, ":NickServ!*@* NOTICE * :" answer)

/* The account NICK, with which CERTIFICATE is logged in to. */
static void
make_account(const char *nick, int certificate)
{
	struct client *c = client_login_at(connect_tls(certificate), nick, "");

	service(c, "CERT ADD", "* can be logged in to with *");
	client_ask(c, "QUIT", "ERROR *");
	client_eof(c);
	client_close(c);
}

static void
external(struct client *c, const char *message)
{
	client_ask(c, "AUTHENTICATE EXTERNAL", "AUTHENTICATE +");
	client_send(c, "AUTHENTICATE %s", message);
}

START_TEST(test_login)
{
	static const struct {
		int certificate;
		const char *message, *want;
	} rows[] = {
		{ 0x31, "+", "903 *" },
		{ 0x31, "bG9n", "903 *" },
		{ 0x31, "TE9H", "903 *" },
		{ 0x31, "b3RoZXI=", "904 *" },
		{ 0x31, "=", "904 *" },
		{ 0x31, "bG9nAA==", "904 *" },
		{ 0x31, "*", "906 *" },
		{ 0x32, "+", "904 *" },
		{ 0x32, "bG9n", "904 *" },
	};
	struct client *c;
	size_t i;

	make_account("log", 0x31);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		c = connect_sasl(rows[i].certificate);
		external(c, rows[i].message);
		if (strcmp(rows[i].want, "903 *") == 0)
			client_expect(c, "900 * log :*");
		client_expect(c, "%s", rows[i].want);
		client_close(c);
	}
	/* with it the nick is its own, too */
	c = connect_sasl(0x31);
	external(c, "+");
	client_expect(c, "903 *");
	client_go_on_as(c, "log");
	client_ask(c, "WHOIS log", "330 log log log :*");
	/* and again, when it is registered */
	external(c, "+");
	client_expect(c, "903 *");
	/* without one there is nothing to begin with */
	c = connect_sasl(0);
	client_ask(c, "AUTHENTICATE EXTERNAL", "904 *");
	client_ask(c, "AUTHENTICATE PLAIN", "AUTHENTICATE +");
	client_send(c, "AUTHENTICATE %s", plain_message("log", "secret"));
	client_expect(c, "903 *");
	/* nor does it log in by itself */
	c = connect_tls(0x31);
	client_go_on_as(c, "shylog");
	client_ask(c, "WHOIS shylog", "318 *");
	client_expect_none(c, "330 *");
}
END_TEST

START_TEST(test_offer)
{
	struct client *c = client_connect(&sv);

	client_ask(c, "CAP LS 302",
	    "CAP * LS *sasl=PLAIN,EXTERNAL,SCRAM-SHA-256*");
	client_send(c, "CAP REQ sasl");
	client_ask(c, "AUTHENTICATE external", "904 *");
	client_ask(c, "AUTHENTICATE X", "908 * PLAIN,EXTERNAL,SCRAM-SHA-256 *");
}
END_TEST

START_TEST(test_offer_none)
{
	struct client *c = connect_tls(0x31), *d;

	client_ask(c, "CAP LS 302", "CAP * LS *sasl=PLAIN,SCRAM-SHA-256*");
	client_send(c, "CAP REQ sasl");
	client_ask(c, "AUTHENTICATE EXTERNAL", "908 * PLAIN,SCRAM-SHA-256 *");
	client_expect(c, "904 *");
	client_send(c, "CAP END");
	client_go_on_as(c, "offered");
	client_ask(c, "WHOIS offered", "671 *");
	client_expect_none(c, "276 *");
	/* a reload brings it: those who know values hear it */
	d = client_register(&sv, "deaf");
	server_set(&sv, "proxy", PROXY " certificates");
	server_write(&sv);
	free(server_ctl(&sv, "reload", NULL));
	client_expect(c, "CAP offered NEW :sasl=PLAIN,EXTERNAL,SCRAM-SHA-256");
	client_expect_none(d, "CAP *");
}
END_TEST

START_TEST(test_suspended)
{
	struct client *c, *d;

	make_account("sus", 0x33);
	c = connect_sasl(0x33);
	external(c, "+");
	client_expect(c, "903 *");
	client_go_on_as(c, "sus");
	free(server_ctl(&sv, "account suspend sus", NULL));
	client_expect(c, "ERROR *");
	d = connect_sasl(0x33);
	external(d, "+");
	client_expect(d, "902 *");
	client_expect(d, "904 *");
	free(server_ctl(&sv, "account remove sus", NULL));
	external(d, "+");
	client_expect(d, "904 *");
}
END_TEST

/* ---- NickServ, mootctl ---- */

START_TEST(test_service)
{
	struct client *ann = client_login_at(connect_tls(0x41), "ann", "");
	struct client *bob = client_login_at(connect_tls(0x42), "bob", "");
	struct client *plain = client_login(&sv, "plain", "");
	char line[256];

	service(ann, "CERT", "CERT ADD *");
	service(ann, "CERT WHAT", "CERT ADD *");
	service(ann, "CERT LIST", "0 certificates.");
	service(ann, "CERT ADD", "ann can be logged in to with 4141*");
	service(ann, "CERT ADD", "ann can be logged in to with 4141*");
	service(ann, "CERT LIST", "4141*, added *, of this connection");
	client_expect(ann, "NOTICE ann :1 certificate.");
	service(plain, "CERT ADD", "Your connection has no certificate.");
	service(plain, "CERT DEL", "Your connection has no certificate.");
	service(plain, "CERT ADD abc", "This is no SHA-256 fingerprint*");
	service(plain, "CERT ADD a b", "This is no SHA-256 fingerprint*");
	snprintf(line, sizeof(line), "NS CERT ADD %s",
	    client_fingerprint(0x41));
	client_ask(plain, line, "NOTICE * :This certificate is another *");
	snprintf(line, sizeof(line), "NS CERT ADD %s",
	    client_fingerprint(0x44));
	client_ask(plain, line, "NOTICE * :plain can be *");
	service(bob, "CERT DEL", "The account has no such certificate.");
	snprintf(line, sizeof(line), "NS CERT DEL %s",
	    client_fingerprint(0x41));
	client_ask(bob, line, "NOTICE * :The account has no such *");
	client_ask(ann, line, "NOTICE * :ann is no longer logged in to *");
	service(ann, "CERT LIST", "0 certificates.");
	/* who is nobody has none */
	bob = connect_tls(0x45);
	client_go_on_as(bob, "guest");
	service(bob, "CERT ADD", "You are not logged in.");
	service(bob, "CERT LIST", "You are not logged in.");
}
END_TEST

static void
ctl(const char *args, int want, const char *says)
{
	int status;
	char *text = server_ctl(&sv, args, &status);

	ck_assert_msg(status == want, "%s: %d: %s", args, status, text);
	ck_assert_msg(strstr(text, says) != NULL, "%s: %s", args, text);
	free(text);
}

START_TEST(test_ctl)
{
	struct client *c = client_login_at(connect_tls(0x51), "ctl", "");
	char args[256];

	ctl("account certs ctl", 0, "");
	ctl("account cert ctl", 4, "missing parameter");
	ctl("account cert ctl abc", 4, "no SHA-256 fingerprint");
	ctl("account cert nobody abc", 4, "no such account");
	snprintf(args, sizeof(args), "account cert ctl %s",
	    client_fingerprint(0x51));
	ctl(args, 0, client_fingerprint(0x51));
	ctl("account certs ctl", 0, client_fingerprint(0x51));
	ctl("--json account certs ctl", 0, "\"certificate\":\"5151");
	service(c, "CERT LIST", "5151*, of this connection");
	ctl("--json history export ctl", 0, "\"certificate\":\"5151");
	ctl("--json users", 0, "\"certificate\":\"5151");
	ctl("--json users", 0, "\"tls\":\"" CLIENT_TLS "\"");
	snprintf(args, sizeof(args), "account uncert ctl %s",
	    client_fingerprint(0x51));
	ctl(args, 0, client_fingerprint(0x51));
	ctl(args, 4, "no such certificate");
	ctl("audit", 0, "ACCOUNT-CERT");
}
END_TEST

/* ---- OPER ---- */

START_TEST(test_oper)
{
	static const struct {
		int certificate;
		const char *order, *want;
	} rows[] = {
		{ 0xaa, "OPER sole", "381 *" },
		{ 0xaa, "OPER sole whatever", "381 *" },
		{ 0xab, "OPER sole", "461 *" },
		{ 0xab, "OPER sole sesame", "464 *" },
		{ 0, "OPER sole", "461 *" },
		{ 0, "OPER sole sesame", "464 *" },
		{ 0xbb, "OPER both sesame", "381 *" },
		{ 0xbb, "OPER both wrong", "464 *" },
		{ 0xbb, "OPER both", "461 *" },
		{ 0xaa, "OPER both sesame", "464 *" },
		{ 0, "OPER both sesame", "464 *" },
		{ 0, "OPER boss sesame", "381 *" },
		{ 0xaa, "OPER boss", "461 *" },
		{ 0xaa, "OPER nobody", "461 *" },
	};
	struct client *c;
	char nick[16];
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		c = connect_tls(rows[i].certificate);
		snprintf(nick, sizeof(nick), "oper%d", (int)i);
		client_go_on_as(c, nick);
		client_ask(c, rows[i].order, rows[i].want);
		client_close(c);
	}
}
END_TEST

/* ---- deaths ---- */

/* One login: whatever dies meanwhile, it comes to its end, once. */
static void
login_over(int i, void (*die)(int i))
{
	struct client *c = connect_sasl(0x61);
	int n = 0;

	client_ask(c, "AUTHENTICATE EXTERNAL", "AUTHENTICATE +");
	if (i % 2 == 0)
		die(i);
	client_send(c, "AUTHENTICATE +\r\nPING :end");
	if (i % 2 != 0)
		die(i);
	while (client_line(c, 4 * HARNESS_WAIT) &&
	    !client_matches(c, "PONG *")) {
		n += client_matches(c, "903 *");
		ck_assert(!client_matches(c, "904 *"));
	}
	ck_assert_int_eq(n, 1);
	client_close(c);
}

static void
die_workers(int i)
{
	server_worker_kill(&sv, 1 + i / 2 % 2);
}

static void
die_store(int i)
{
	(void)i;
	server_store_kill(&sv);
}

static void
die_all(int i)
{
	(void)i;
	server_store_kill(&sv);
	server_worker_kill(&sv, 1);
	server_worker_kill(&sv, 2);
}

START_TEST(test_deaths)
{
	int i;

	make_account("dead", 0x61);
	for (i = 0; i < 8; i++)
		login_over(i, die_workers);
	/* a store that dies often is not begun again at once */
	for (i = 0; i < 2; i++)
		login_over(i, die_store);
	for (i = 0; i < 2; i++)
		login_over(i, die_all);
}
END_TEST

/* CERT ADD is done once, and what it was answered is kept. */
START_TEST(test_deaths_add)
{
	struct client *c = client_login_at(connect_tls(0x71), "add", "");
	int i;

	for (i = 0; i < 4; i++) {
		client_send(c, "NS CERT ADD %s\r\nPING :end",
		    client_fingerprint(0x72 + i));
		if (i % 2 == 0)
			server_store_kill(&sv);
		else
			server_worker_kill(&sv, client_worker(c));
		client_expect(c, "NOTICE add :add can be logged in to *");
		client_expect(c, "PONG *");
	}
	service(c, "CERT LIST", "7272*");
	client_expect(c, "NOTICE add :4 certificates.");
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("certificate");
	TCase *tc = harness_case(s, "certificate", start, stop, 60);

	tcase_add_test(tc, test_login);
	tcase_add_test(tc, test_offer);
	tcase_add_test(tc, test_suspended);
	tcase_add_test(tc, test_service);
	tcase_add_test(tc, test_ctl);
	tcase_add_test(tc, test_oper);
	tc = harness_case(s, "none", start_without, stop, 60);
	tcase_add_test(tc, test_offer_none);
	tc = harness_case(s, "deaths", start, stop, 120);
	tcase_add_test(tc, test_deaths);
	tcase_add_test(tc, test_deaths_add);
	return s;
}

int
main(void)
{
	Suite *suites[] = { suite(), NULL };

	return harness_run(suites);
}
