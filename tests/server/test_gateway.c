/* SPDX-License-Identifier: ISC */
/*
 * Connections that others pass on: the header of the PROXY protocol in both
 * versions, whole, in pieces, over a death, wrong, late or missing; WEBIRC;
 * and whose address is limited.
 */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"

#define PROXY "127.0.0.9"
#define GATEWAY "127.0.0.8"
#define SIGNATURE "\r\n\r\n\0\r\nQUIT\n"

static struct server sv;

static void
start(void)
{
	server_init(&sv);
	server_set(&sv, "workers", "2");
	server_set(&sv, "max-clients-per-address", "4");
	server_set(&sv, "registration-timeout", "2");
	server_add(&sv, "proxy " PROXY "/32");
	server_add(&sv, "webirc hunter2 " GATEWAY " 127.0.1.0/24");
	server_add(&sv, "webirc other 127.0.2.1");
	server_start(&sv);
}

static void
stop(void)
{
	server_stop_quietly(&sv);
}

static struct client *
from(const char *address)
{
	return client_connect_from(&sv, address, 0);
}

/* It registers, and its address is ADDRESS in its own eyes. */
static void
is_from(struct client *c, const char *nick, const char *address)
{
	snprintf(c->nick, sizeof(c->nick), "%s", nick);
	client_send(c, "NICK %s\r\nUSER u 0 * :Real", nick);
	client_expect(c, "376 *");
	client_send(c, "WHOIS %s", nick);
	client_expect(c, "378 * :is connecting from u@* %s", address);
	/* in the middle of a line it cannot begin with a ':' */
	client_send(c, "WHO %s %%in", nick);
	client_expect(c, "354 %s %s%s %s", nick,
	    address[0] == ':' ? "0" : "", address, nick);
}

START_TEST(test_line)
{
	struct client *c = from(PROXY);

	client_send(c, "PROXY TCP4 192.0.2.1 127.0.0.1 65533 6667");
	is_from(c, "pline", "192.0.2.1");
	client_ask(c, "JOIN #p", ":pline!u@192.0.2.1 JOIN *#p");
	client_close(c);
	c = from(PROXY);
	client_send(c, "PROXY TCP6 2001:db8::1 ::1 65533 6667");
	is_from(c, "pline6", "2001:db8::1");
	client_close(c);
	c = from(PROXY);
	client_send(c, "PROXY UNKNOWN");
	is_from(c, "punknown", PROXY);
	/* it is a header once only */
	client_ask(c, "PROXY TCP4 192.0.2.9 127.0.0.1 1 2", "421 * PROXY :*");
	client_close(c);
}
END_TEST

START_TEST(test_binary)
{
	static const char head[] = SIGNATURE "\x21\x11\0\x0f"
	    "\xc0\0\x02\x02\x7f\0\0\x01\xff\xfe\x1a\x0b\x04\0\0";
	static const char local[] = SIGNATURE "\x20\0\0\0";
	struct client *c = from(PROXY);
	size_t i;

	/* in as many pieces as there can be */
	for (i = 0; i < sizeof(head) - 1; i++) {
		client_write(c, head + i, 1);
		harness_tick();
	}
	is_from(c, "pbinary", "192.0.2.2");
	client_close(c);
	c = from(PROXY);
	client_write(c, local, sizeof(local) - 1);
	is_from(c, "plocal", PROXY);
	client_close(c);
	/* and with its first lines in one */
	c = from(PROXY);
	client_write(c, SIGNATURE "\x21\x11\0\x0c"
	    "\xc0\0\x02\x03\x7f\0\0\x01\xff\xfe\x1a\x0bPING x\r\n", 36);
	client_expect(c, "PONG irc.test :x");
	is_from(c, "ptogether", "192.0.2.3");
	client_close(c);
}
END_TEST

/* What is none costs the connection, and nobody else anything. */
START_TEST(test_wrong)
{
	static const char *const wrong[] = { "NICK pwrong",
	    "PROXY TCP4 192.0.2.999 127.0.0.1 1 2", "PROXY TCP5 x",
	    "\r\n\r\n\x01", "PROXY" };
	struct client *c, *other = client_register(&sv, "pother");
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		c = from(PROXY);
		client_send(c, "%s", wrong[i]);
		client_expect(c, "ERROR :*(The proxy did not say *)");
		client_eof(c);
	}
	ck_assert(server_log_has(&sv,
	    "proxy " PROXY ": not a header of the PROXY protocol"));
	/* a header from anybody else is an unknown command */
	c = client_connect(&sv);
	client_ask(c, "PROXY TCP4 192.0.2.1 127.0.0.1 1 2", "451 \\* :*");
	is_from(c, "pnobody", "127.0.0.1");
	client_close(c);
	client_sync(other);
}
END_TEST

START_TEST(test_late)
{
	struct client *c = from(PROXY), *d = from(PROXY);

	client_write(d, "PROXY TCP4 192.0.2.1 ", 21);
	client_expect(c, "ERROR :*(Registration timed out)");
	client_eof(c);
	client_expect(d, "ERROR :*(Registration timed out)");
	client_eof(d);
	/* half of one, and the end */
	c = from(PROXY);
	client_write(c, SIGNATURE "\x21\x11", 14);
	client_close(c);
	client_sync(client_register(&sv, "plate"));
}
END_TEST

/* A worker that dies in the middle of it leaves it to its successor. */
START_TEST(test_death)
{
	struct client *c = from(PROXY);
	pid_t pid[2];
	int i;

	client_write(c, "PROXY TCP4 192.0.2.4 12", 23);
	for (i = 0; i < 2; i++)
		pid[i] = server_worker_kill(&sv, i + 1);
	for (i = 0; i < 2; i++)
		server_worker_again(&sv, i + 1, pid[i]);
	client_send(c, "7.0.0.1 65533 6667");
	is_from(c, "pdeath", "192.0.2.4");
	client_close(c);
}
END_TEST

/* The client behind it is limited, not the proxy. */
START_TEST(test_limit)
{
	struct client *v[10], *c;
	char nick[16], address[32];
	int i;

	for (i = 0; i < 10; i++) {
		v[i] = from(PROXY);
		client_send(v[i], "PROXY TCP4 198.51.100.%d 127.0.0.1 1 2",
		    i < 6 ? i : 100);
		snprintf(nick, sizeof(nick), "plimit%d", i);
		snprintf(address, sizeof(address), "198.51.100.%d",
		    i < 6 ? i : 100);
		is_from(v[i], nick, address);
	}
	c = from(PROXY);
	client_send(c, "PROXY TCP4 198.51.100.100 127.0.0.1 1 2");
	client_expect(c, "ERROR :*(Too many connections from your address)");
	client_eof(c);
	/* one goes, one can come: as soon as it is forgotten, which is a
	 * little after its end */
	wait_for(atoi(server_status(&sv, "clients")) == 10, HARNESS_WAIT);
	client_ask(v[9], "QUIT", "ERROR *");
	client_eof(v[9]);
	client_close(v[9]);
	wait_for(atoi(server_status(&sv, "clients")) == 9, HARNESS_WAIT);
	c = from(PROXY);
	client_send(c, "PROXY TCP4 198.51.100.100 127.0.0.1 1 2");
	is_from(c, "plimit9", "198.51.100.100");
	client_close(c);
	for (i = 0; i < 9; i++)
		client_close(v[i]);
}
END_TEST

START_TEST(test_webirc)
{
	struct client *c = from(GATEWAY);

	client_send(c, "WEBIRC hunter2 web host.example 203.0.113.5 "
	    ":secure remote-port=1 new=x\\:y");
	client_send(c, "CAP LS 302");
	client_expect(c, "CAP \\* LS *");
	client_send(c, "CAP END");
	is_from(c, "wfour", "203.0.113.5");
	client_ask(c, "JOIN #w", ":wfour!u@203.0.113.5 JOIN *#w");
	client_ask(c, "WEBIRC hunter2 web x 203.0.113.6", "462 wfour :*");
	client_close(c);
	c = from("127.0.1.77");
	client_send(c, "WEBIRC hunter2 web 0::1 0::1");
	is_from(c, "wsix", "::1");
	client_close(c);
	/* a gateway may have clients of its own */
	c = from(GATEWAY);
	is_from(c, "wown", GATEWAY);
	client_close(c);
}
END_TEST

START_TEST(test_webirc_refused)
{
	static const struct {
		const char *from, *send, *want;
	} rows[] = {
		{ "127.0.1.1", "WEBIRC wrong web h 203.0.113.5", "Invalid *" },
		{ "127.0.1.2", "WEBIRC other web h 203.0.113.5", "Invalid *" },
		{ "127.0.0.7", "WEBIRC hunter2 web h 203.0.113.5",
		    "Invalid *" },
		{ "127.0.1.3", "WEBIRC hunter2 web h nowhere",
		    "* valid address" },
		{ "127.0.1.6", "WEBIRC hunter2 web h 100::3e8",
		    "* no address of a client" },
		{ "127.0.1.4", "CAP LS 302\r\nWEBIRC hunter2 web h 203.0.113.5",
		    "WEBIRC has to come first" },
		{ "127.0.1.5", "NICK w\r\nWEBIRC hunter2 web h 203.0.113.5",
		    "WEBIRC has to come first" },
	};
	struct client *c;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		c = from(rows[i].from);
		client_send(c, "%s", rows[i].send);
		client_expect(c, "ERROR :*(%s)", rows[i].want);
		client_eof(c);
	}
	c = from(GATEWAY);
	client_ask(c, "WEBIRC hunter2 web h", "461 \\* WEBIRC :*");
	client_close(c);
	ck_assert(!server_log_has(&sv, "hunter2"));
}
END_TEST

/* The gateway's own count is that of those that are still its own. */
START_TEST(test_webirc_limit)
{
	struct client *v[9];
	char nick[16];
	int i;

	for (i = 0; i < 8; i++) {
		v[i] = from(GATEWAY);
		client_send(v[i], "WEBIRC hunter2 web h 203.0.113.%d",
		    i < 4 ? 9 : i);
		snprintf(nick, sizeof(nick), "wlimit%d", i);
		client_send(v[i], "NICK %s\r\nUSER u 0 * :Real", nick);
		client_expect(v[i], "376 *");
	}
	v[8] = from(GATEWAY);
	client_send(v[8], "WEBIRC hunter2 web h 203.0.113.9");
	client_expect(v[8],
	    "ERROR :*(Too many connections from your address)");
	client_eof(v[8]);
	for (i = 0; i < 9; i++)
		client_close(v[i]);
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("gateway");
	TCase *tc = harness_case(s, "gateway", start, stop, 60);

	tcase_add_test(tc, test_line);
	tcase_add_test(tc, test_binary);
	tcase_add_test(tc, test_wrong);
	tcase_add_test(tc, test_late);
	tcase_add_test(tc, test_death);
	tcase_add_test(tc, test_limit);
	tcase_add_test(tc, test_webirc);
	tcase_add_test(tc, test_webirc_refused);
	tcase_add_test(tc, test_webirc_limit);
	return s;
}

int
main(void)
{
	Suite *suites[] = { suite(), NULL };

	return harness_run(suites);
}
