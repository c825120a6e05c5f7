/* SPDX-License-Identifier: ISC */
/*
 * What is known of a client's TLS: from whoever passes it on, to whom it is
 * shown, over deaths, with several devices, and in rooms for secure connections
 * alone; of gateways from the web; of Unix sockets; and STS.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "scram.h"

#define FULL "127.0.0.9"     /* is believed everything */
#define PARTLY "127.0.0.7"   /* all but certificates */
#define GATEWAY "127.0.0.8"
#define FAR "192.0.2.200"    /* a gateway behind the proxy */

#define HOW " [" CLIENT_TLS ", " CLIENT_CIPHER "]"

static struct server sv;

static void
start(void)
{
	server_init_store(&sv);
	server_set(&sv, "workers", "2");
	server_add(&sv, "proxy " FULL " certificates");
	server_add(&sv, "proxy " PARTLY);
	server_add(&sv, "webirc hunter2 " GATEWAY " " FAR);
	server_add(&sv, "operator boss " SESAME);
	server_local(&sv);
	server_start(&sv);
}

static void
stop(void)
{
	server_stop_quietly(&sv);
}

static struct client *
register_tls(const char *from, int certificate, const char *nick)
{
	struct client *c = client_connect_passed(&sv, from, certificate);

	client_go_on_as(c, nick);
	return c;
}

static struct client *
register_plain(const char *nick)
{
	struct client *c = client_connect_from(&sv, NULL, 0);

	client_go_on_as(c, nick);
	return c;
}

/* Logs in to the account of its nick, which is made. */
static void
login(struct client *c)
{
	client_send(c, "NS REGISTER secret");
	client_expect(c, "900 * * %s :*", c->nick);
	client_sync(c);
}

static void
whois(struct client *c, const char *nick)
{
	client_send(c, "WHOIS %s", nick);
	client_block(c, "318 * %s :*", nick);
}

static void
is_shown(struct client *c, const char *nick, const char *how,
    const char *fingerprint)
{
	char want[256];

	whois(c, nick);
	ck_assert_int_eq(client_block_count(c, "671 *"), how != NULL);
	if (how != NULL) {
		snprintf(want, sizeof(want),
		    "671 * %s :is using a secure connection%s", nick, how);
		client_block_has(c, want);
	}
	ck_assert_int_eq(client_block_count(c, "276 *"), fingerprint != NULL);
	if (fingerprint != NULL) {
		snprintf(want, sizeof(want),
		    "276 * %s :has client certificate fingerprint %s", nick,
		    fingerprint);
		client_block_has(c, want);
	}
}

START_TEST(test_whois)
{
	struct client *full = register_tls(FULL, 0xa5, "full");
	struct client *bare = register_tls(FULL, 0, "bare");
	struct client *partly = register_tls(PARTLY, 0xa5, "partly");
	struct client *plain = register_plain("plain");
	struct client *boss = register_plain("boss");

	client_ask(boss, "OPER boss sesame", "381 boss :*");
	is_shown(full, "full", HOW, client_fingerprint(0xa5));
	is_shown(bare, "bare", HOW, NULL);
	is_shown(partly, "partly", HOW, NULL);
	is_shown(plain, "plain", NULL, NULL);
	/* others hear that it is so, operators how */
	is_shown(plain, "full", "", NULL);
	is_shown(boss, "full", HOW, client_fingerprint(0xa5));
	is_shown(boss, "partly", HOW, NULL);
	is_shown(boss, "plain", NULL, NULL);
	/* the mode that nobody sets or takes */
	client_ask(full, "MODE full", "221 full +Z");
	client_ask(plain, "MODE plain", "221 plain +");
	client_send(full, "MODE full -Z");
	client_send(plain, "MODE plain +Z");
	client_expect_none(full, "MODE *");
	client_expect_none(plain, "MODE *");
	client_ask(full, "MODE full", "221 full +Z");
	client_ask(full, "MODE full +iZ", "MODE full :+i");
	client_ask(plain, "MODE plain", "221 plain +");
	client_ask(boss, "WHOIS full", "379 boss full :is using modes +Zi");
}
END_TEST

/* Nobody else can say such a thing of itself: to it the header is lines, one
 * of them QUIT. */
START_TEST(test_untrusted)
{
	struct client *c = client_connect_passed(&sv, NULL, 0xa5);

	client_expect(c, "ERROR :*(Quit: )");
	client_eof(c);
}
END_TEST

/* A header that is cut by deaths, and all that is known, survive them. */
START_TEST(test_deaths)
{
	struct client *c = client_connect_from(&sv, FULL, 0);
	struct client *d = register_tls(FULL, 0x17, "before");
	pid_t pid[2];
	int i;

	client_write(c, "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x41"
	    "\xc0\0\2\1\x7f\0\0\1\0\1\0\2\x20\0\x0f\1\0\0\0\1\x21\0\7TLS", 42);
	client_sync(d);
	for (i = 0; i < 2; i++)
		pid[i] = server_worker_kill(&sv, i + 1);
	for (i = 0; i < 2; i++)
		wait_for(server_worker_pid(&sv, i + 1) > 0 &&
		    server_worker_pid(&sv, i + 1) != pid[i], 10000);
	client_write(c, "v1.2\xe0\0\x20"
	    "********************************", 39);
	client_go_on_as(c, "after");
	is_shown(c, "after", " [TLSv1.2]", client_fingerprint('*'));
	is_shown(d, "before", HOW, client_fingerprint(0x17));
}
END_TEST

/* What was of one session is not of the next that has its place. */
START_TEST(test_gone)
{
	struct client *c;
	char nick[16];
	int i;

	for (i = 0; i < 20; i++) {
		snprintf(nick, sizeof(nick), "gone%d", i);
		c = i % 2 == 0 ? register_tls(FULL, 0xa5, nick)
		               : register_plain(nick);
		is_shown(c, nick, i % 2 == 0 ? HOW : NULL,
		    i % 2 == 0 ? client_fingerprint(0xa5) : NULL);
		client_ask(c, "QUIT", "ERROR *");
		client_eof(c);
		client_close(c);
	}
}
END_TEST

/* What is no header of such a kind costs its own connection. */
START_TEST(test_wrong)
{
	static const struct {
		const char *bytes;
		size_t len;
	} rows[] = {
#define ROW(text) { text, sizeof(text) - 1 }
		ROW("\x20\0\x09\1\0\0\0\1"), ROW("\xe0\0\1x"),
		ROW("\x20\0\x0b\1\0\0\0\1\x23\0\3A\r\n"), ROW("\x20\xff\xff"),
#undef ROW
	};
	char head[64] = "\r\n\r\n\0\r\nQUIT\n\x21\x11\0";
	struct client *c, *other = register_plain("wother");
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		head[15] = (char)(12 + rows[i].len);
		memset(head + 16, 1, 12);
		memcpy(head + 28, rows[i].bytes, rows[i].len);
		c = client_connect_from(&sv, FULL, 0);
		client_write(c, head, 28 + rows[i].len);
		client_expect(c, "ERROR :*(The proxy did not say *)");
		client_eof(c);
	}
	client_sync(other);
}
END_TEST

/* ---- gateways ---- */

START_TEST(test_webirc)
{
	static const struct {
		const char *from, *options;
		int tls;  /* the gateway's own way to here */
		const char *how;
	} rows[] = {
		/* on the same machine, or over TLS itself */
		{ GATEWAY, " :secure", 0, "" },
		{ GATEWAY, " :local-port=1 secure=x y", 0, "" },
		{ FULL, " :secure", 1, "" },
		{ FULL, "", 1, NULL },
		{ GATEWAY, "", 0, NULL },
		{ GATEWAY, " :insecure", 0, NULL },
		{ GATEWAY, " :secured", 0, NULL },
		{ GATEWAY, " :x=secure", 0, NULL },
		/* from elsewhere and plain */
		{ FULL, " :secure", 0, NULL },
	};
	struct client *c;
	char nick[16];
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		c = client_connect_from(&sv, rows[i].from, 0);
		if (rows[i].tls)
			client_pass_on(c, FAR, 0x5a);
		else if (strcmp(rows[i].from, FULL) == 0)
			client_send(c, "PROXY TCP4 " FAR " 127.0.0.1 1 2");
		client_send(c, "WEBIRC hunter2 web x 198.51.100.%d%s", (int)i,
		    rows[i].options);
		snprintf(nick, sizeof(nick), "web%d", (int)i);
		client_go_on_as(c, nick);
		/* the gateway's certificate is not the client's */
		is_shown(c, nick, rows[i].how, NULL);
	}
}
END_TEST

/* ---- devices, rooms ---- */

/* One that is plain makes its user so. */
START_TEST(test_devices)
{
	struct client *a = register_tls(FULL, 0x11, "dev"), *b, *p;

	login(a);
	b = client_connect_passed(&sv, FULL, 0x22);
	client_login_at(b, "dev", "");
	whois(a, "dev");
	ck_assert_int_eq(client_block_count(a, "671 *"), 1);
	ck_assert_int_eq(client_block_count(a, "276 *"), 2);
	p = client_connect_from(&sv, NULL, 0);
	client_login_at(p, "dev", "");
	whois(a, "dev");
	ck_assert_int_eq(client_block_count(a, "671 *"), 0);
	ck_assert_int_eq(client_block_count(a, "276 *"), 2);
	client_ask(a, "MODE dev", "221 dev +");
	client_close(p);
	wait_for((whois(a, "dev"), client_block_count(a, "671 *") == 1), 5000);
}
END_TEST

START_TEST(test_room)
{
	struct client *ann = register_tls(FULL, 0, "rann");
	struct client *bob = register_tls(FULL, 0, "rbob");
	struct client *eve = register_plain("reve"), *p;

	login(ann);
	client_ask(ann, "JOIN #z", "366 * #z :*");
	client_ask(eve, "JOIN #z", "366 * #z :*");
	client_ask(ann, "MODE #z +z", "490 rann #z :*");
	client_ask(eve, "PART #z", "PART #z");
	client_expect(ann, "PART #z");
	client_ask(ann, "MODE #z +z", "MODE #z +z");
	client_ask(ann, "MODE #z", "324 * #z *z*");
	client_ask(bob, "JOIN #z", "366 * #z :*");
	client_ask(eve, "JOIN #z", "489 reve #z :*");
	/* nor by invitation, nor by force */
	client_send(ann, "INVITE reve #z");
	client_expect(eve, "INVITE reve #z");
	client_ask(eve, "JOIN #z", "489 reve #z :*");
	client_ask(eve, "OPER boss sesame", "381 reve :*");
	client_ask(eve, "SAJOIN #z", "489 reve #z :*");
	/* a plain device of a member would hear it */
	p = client_connect_from(&sv, NULL, 0);
	client_send(p, "CAP REQ :sasl\r\nNICK rann\r\nUSER u 0 * :Real");
	client_ask(p, "AUTHENTICATE PLAIN", "AUTHENTICATE +");
	client_send(p, "AUTHENTICATE %s\r\nCAP END",
	    plain_message("rann", "secret"));
	client_expect(p, "ERROR :*(You are in a room for secure *)");
	client_eof(p);
	client_ask(ann, "PART #z", "PART #z");
	p = client_connect_from(&sv, NULL, 0);
	client_login_at(p, "rann", "");
	/* and now it has one, it cannot come in */
	client_ask(ann, "JOIN #z", "489 rann #z :*");
	client_ask(bob, "MODE #z -z", "482 *");
}
END_TEST

/* Who comes by a Unix socket is secure, without any TLS. */
START_TEST(test_local)
{
	struct client *here = client_connect_local(&sv);
	struct client *ann = register_tls(FULL, 0, "lann");
	char *users;

	client_go_on_as(here, "here");
	is_shown(here, "here", "", NULL);
	is_shown(ann, "here", "", NULL);
	client_ask(here, "MODE here", "221 here +Z");
	client_ask(ann, "JOIN #lz", "366 * #lz :*");
	client_ask(ann, "MODE #lz +z", "MODE #lz +z");
	client_ask(here, "JOIN #lz", "366 * #lz :*");
	users = server_ctl(&sv, "--json users", NULL);
	ck_assert_ptr_null(strstr(users, "\"secure\":0"));
	free(users);
}
END_TEST

/* ---- STS ---- */

/* What a client is told: SECURE, and from HERE. */
static void
sts_is(int secure, int here, const char *want)
{
	struct client *c = client_connect_from(&sv,
	    secure || !here ? FULL : NULL, 0);

	if (secure)
		client_pass_on(c, here ? "127.0.0.1" : "192.0.2.1", 0);
	else if (!here)
		client_send(c, "PROXY TCP4 192.0.2.1 127.0.0.1 1 2");
	client_send(c, "CAP LS 302\r\nPING :end");
	client_block(c, "PONG *");
	ck_assert_int_eq(client_block_count(c, "CAP * LS *sts*"),
	    want != NULL);
	if (want != NULL)
		client_block_has(c, want);
	/* it can never be had */
	client_ask(c, "CAP REQ sts", "CAP * NAK :sts");
	client_ask(c, "CAP REQ :batch sts", "CAP * NAK :batch sts");
	client_close(c);
}

static void
reload_with(const char *sts)
{
	server_set(&sv, "sts", "%s", sts);
	server_write(&sv);
	free(server_ctl(&sv, "reload", NULL));
}

START_TEST(test_sts)
{
	struct client *safe = client_connect_passed(&sv, FULL, 0), *old, *plain;

	client_ask(safe, "CAP LS 302", "CAP * LS *");
	client_send(safe, "CAP END");
	client_go_on_as(safe, "safe");
	old = register_tls(FULL, 0, "old");
	plain = client_connect_from(&sv, FULL, 0);
	client_send(plain, "PROXY TCP4 192.0.2.1 127.0.0.1 1 2");
	client_ask(plain, "CAP LS 302", "CAP * LS *");
	sts_is(1, 0, NULL);
	sts_is(0, 0, NULL);

	reload_with("86400 6697");
	client_expect(safe, "CAP safe NEW :sts=duration=86400");
	client_expect(plain, "CAP \\* NEW :sts=port=6697");
	client_expect_none(old, "CAP *");
	sts_is(1, 0, "CAP * LS *sts=duration=86400*");
	sts_is(0, 0, "CAP * LS *sts=port=6697*");
	sts_is(0, 1, NULL);
	sts_is(1, 1, NULL);
	/* nothing that one cannot read a value of */
	client_send(old, "CAP LS");
	client_expect(old, "CAP old LS :*");
	ck_assert_ptr_null(strstr(old->line, "sts"));

	reload_with("600 7000 preload");
	client_expect(safe, "CAP safe NEW :sts=duration=600,preload");
	client_expect(plain, "CAP \\* NEW :sts=port=7000");
	/* it is not taken back but by nothing */
	reload_with("off");
	client_expect(safe, "CAP safe NEW :sts=duration=0");
	client_expect_none(safe, "CAP * DEL *");
	reload_with("0");
	client_expect(safe, "CAP safe NEW :sts=duration=0");
	client_expect_none(plain, "CAP *");
	sts_is(1, 0, "CAP * LS *sts=duration=0*");
	sts_is(0, 0, NULL);
	/* a death tells nobody anything */
	server_worker_kill(&sv, 1);
	server_worker_kill(&sv, 2);
	client_expect_none(safe, "CAP *");
	client_expect_none(plain, "CAP *");
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("secure");
	TCase *tc = harness_case(s, "secure", start, stop, 60);

	tcase_add_test(tc, test_whois);
	tcase_add_test(tc, test_untrusted);
	tcase_add_test(tc, test_deaths);
	tcase_add_test(tc, test_gone);
	tcase_add_test(tc, test_wrong);
	tcase_add_test(tc, test_webirc);
	tcase_add_test(tc, test_devices);
	tcase_add_test(tc, test_room);
	tcase_add_test(tc, test_local);
	tcase_add_test(tc, test_sts);
	return s;
}

int
main(void)
{
	Suite *suites[] = { suite(), NULL };

	return harness_run(suites);
}
