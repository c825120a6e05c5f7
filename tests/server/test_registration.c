/* SPDX-License-Identifier: ISC */
/*
 * From the connection to the MOTD, and back out: capabilities, the order of
 * NICK, USER and PASS, what may be said before, what 001-005 promise and
 * whether it is true, QUIT at each stage, and both timeouts.
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
	server_start(&sv);
}

static void
stop(void)
{
	server_stop_quietly(&sv);
}

/* ---- Capabilities ---- */

START_TEST(test_cap_ls)
{
	static const char *const caps[] = { "message-tags", "server-time",
	    "echo-message", "labeled-response", "batch", "multi-prefix",
	    "userhost-in-names", "away-notify", "extended-join",
	    "cap-notify", "setname", "chghost", "invite-notify" };
	struct client *c = client_connect(&sv);
	char padded[2048], want[64];
	size_t i, n = 0;

	client_send(c, "CAP LS 302");
	do {
		client_expect(c, "CAP \\* LS *");
		n += (size_t)snprintf(padded + n, sizeof(padded) - n, "%s ",
		    strchr(c->body + 8, ':') + 1);
	} while (client_matches(c, "CAP \\* LS \\* :*"));
	for (i = 0; i < sizeof(caps) / sizeof(caps[0]); i++) {
		snprintf(want, sizeof(want), "%s", caps[i]);
		ck_assert_msg(strstr(padded, want) != NULL, "CAP LS lacks %s: "
		    "%s", want, padded);
	}
}
END_TEST

START_TEST(test_cap_plain_ls)
{
	struct client *c = client_connect(&sv);

	client_ask(c, "CAP LS", "CAP \\* LS *echo-message*");
	client_ask(c, "CAP LIST", "CAP \\* LIST *");
	ck_assert_msg(!client_matches(c, "*cap-notify*"),
	    "cap-notify without 302: %s", c->line);
	client_ask(c, "CAP LS 302", "CAP \\* LS *");
	client_ask(c, "CAP LIST", "CAP \\* LIST *cap-notify*");
}
END_TEST

START_TEST(test_cap_req)
{
	struct client *c = client_connect(&sv);

	client_ask(c, "CAP REQ :echo-message server-time",
	    "CAP \\* ACK *echo-message server-time*");
	client_ask(c, "CAP LIST", "CAP \\* LIST *echo-message*");
	client_ask(c, "CAP REQ :no-such-cap", "CAP \\* NAK *no-such-cap*");
	/* all or nothing */
	client_ask(c, "CAP REQ :batch no-such-cap",
	    "CAP \\* NAK *batch no-such-cap*");
	client_ask(c, "CAP LIST", "CAP \\* LIST *");
	ck_assert_msg(!client_matches(c, "*batch*"), "NAK gave a part: %s",
	    c->line);
	client_ask(c, "CAP REQ :-echo-message", "CAP \\* ACK *-echo-message*");
	client_ask(c, "CAP LIST", "CAP \\* LIST *");
	ck_assert_msg(!client_matches(c, "*echo-message*"), "%s", c->line);
	client_ask(c, "CAP REQ :echo-message batch -batch",
	    "CAP \\* ACK *echo-message batch -batch*");
	client_ask(c, "CAP NONSENSE", "410 * NONSENSE :*");
	client_ask(c, "CAP", "461 \\* CAP :*");
}
END_TEST

START_TEST(test_cap_suspends)
{
	struct client *c = client_connect(&sv);

	client_ask(c, "CAP LS 302", "CAP * LS *");
	client_send(c, "NICK capper\r\nUSER u 0 * :Capper");
	client_send(c, "CAP LIST");
	while (client_line(c, 5000) && !client_matches(c, "CAP * LIST *"))
		ck_assert_msg(!client_matches(c, "001 *"),
		    "registered before CAP END: %s", c->line);
	client_ask(c, "CAP END", "001 capper *");
	client_expect(c, "376 *");
	/* afterwards it works without holding anything up */
	client_ask(c, "CAP REQ :echo-message", "CAP capper ACK *echo-message*");
	client_ask(c, "CAP LIST", "CAP capper LIST *echo-message*");
	client_ask(c, "CAP LS 302", "CAP capper LS *");
	client_sync(c);
	client_send(c, "CAP END");
	client_sync(c);
}
END_TEST

START_TEST(test_cap_req_first)
{
	struct client *c = client_connect(&sv);

	/* REQ alone holds registration up, too */
	client_send(c, "CAP REQ :batch\r\nNICK reqer\r\nUSER u 0 * :R");
	client_send(c, "CAP LIST");
	while (client_line(c, 5000) && !client_matches(c, "CAP * LIST *"))
		ck_assert(!client_matches(c, "001 *"));
	client_ask(c, "CAP END", "001 reqer *");
}
END_TEST

/* ---- Order ---- */

START_TEST(test_order)
{
	struct client *c = client_connect(&sv);

	client_send(c, "USER u 0 * :First");
	client_ask(c, "NICK order1", "001 order1 *");
	client_expect_next(c, "002 order1 :*");
	client_expect_next(c, "003 order1 :*");
	client_expect_next(c, "004 order1 irc.test * * *");
	client_expect_next(c, "005 order1 * :are supported by this server");
	client_expect(c, "251 order1 :*");
	client_expect(c, "255 order1 :*");
	client_expect(c, "375 order1 :*");
	client_expect_next(c, "372 order1 :*Welcome to the test.");
	client_expect_next(c, "372 order1 :*Be kind.");
	client_expect_next(c, "376 order1 :*");
}
END_TEST

START_TEST(test_unregistered)
{
	static const char *const early[] = { "JOIN #x", "PRIVMSG a :b", "LIST",
	    "WHO *", "WHOIS a", "MODE #x", "OPER a b", "AWAY :x", "NAMES",
	    "TOPIC #x", "KICK #x a", "STATS u", "LUSERS", "REHASH" };
	struct client *c = client_connect(&sv);
	size_t i;

	for (i = 0; i < sizeof(early) / sizeof(early[0]); i++)
		client_ask(c, early[i], "451 \\* :*");
	client_send(c, "NICK early");
	for (i = 0; i < sizeof(early) / sizeof(early[0]); i++)
		client_ask(c, early[i], "451 * :*");
	client_ask(c, "USER u 0 * :Still welcome", "001 early *");
}
END_TEST

START_TEST(test_parameters)
{
	struct client *c = client_connect(&sv);

	client_ask(c, "USER", "461 \\* USER :*");
	client_ask(c, "USER u 0 *", "461 \\* USER :*");
	client_ask(c, "NICK", "431 \\* :*");
	client_ask(c, "NICK :", "431 \\* :*");
	client_ask(c, "PASS", "461 \\* PASS :*");
	client_send(c, "NICK params\r\nUSER u 0 * :Params");
	client_expect(c, "376 *");
	client_ask(c, "USER u 0 * :Again", "462 params :*");
	client_ask(c, "PASS late", "462 params :*");
	client_ask(c, "NOSUCHCOMMAND a b", "421 params NOSUCHCOMMAND :*");
	client_ask(c, "NICK", "431 params :*");
	client_ask(c, "PING", "461 params PING :*");
	client_ask(c, "PING a", "PONG irc.test *a");
	client_ask(c, "ping :two words", "PONG irc.test :two words");
	client_send(c, "PONG");
	client_send(c, "PONG x");
	client_send(c, "\r\n\r\n   \r\n");
	client_sync(c);
}
END_TEST

START_TEST(test_nicks)
{
	static const char *const bad[] = { "1nick", "-nick", "#nick", ":nick",
	    "a b!c", "nick!x", "nick@x", "a,b", "a*b", "a?b", "$x", "a.b",
	    "&x", "~x", "@x", "+x", "a:b" };
	static const char *const good[] = { "a", "[x]\\`_^{|}", "x-1",
	    "Nick", "_" };
	struct client *c = client_register(&sv, "namer");
	char line[128], want[160];
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (bad[i][0] == ':' || strchr(bad[i], ' ') != NULL)
			continue;
		snprintf(line, sizeof(line), "NICK %s", bad[i]);
		client_ask(c, line, "432 namer * :*");
	}
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		snprintf(line, sizeof(line), "NICK %s", good[i]);
		snprintf(want, sizeof(want), ":*!* NICK *%s%s",
		    strchr(good[i], '\\') ? "[x]" : good[i],
		    strchr(good[i], '\\') ? "*" : "");
		client_ask(c, line, want);
	}
}
END_TEST

START_TEST(test_nick_change)
{
	struct client *a = client_register(&sv, "changea");
	struct client *b = client_register(&sv, "changeb");

	client_ask(a, "JOIN #change", "366 *");
	client_ask(b, "JOIN #change", "366 *");
	client_expect(a, ":changeb!* JOIN *#change");
	client_ask(a, "NICK changeb", "433 changea changeb :*");
	client_ask(a, "NICK CHANGEB", "433 changea CHANGEB :*");
	/* one's own nick: in other letters it is a change, the same is none */
	client_ask(a, "NICK ChangeA", ":changea!* NICK *ChangeA");
	client_expect(b, ":changea!* NICK *ChangeA");
	client_send(a, "NICK ChangeA");
	client_expect_none(a, "NICK *");
	client_ask(a, "NICK third", ":ChangeA!* NICK *third");
	client_expect(b, ":ChangeA!* NICK *third");
	client_ask(b, "PRIVMSG changea :gone?", "401 changeb changea :*");
	client_ask(b, "NICK changea", ":changeb!* NICK *changea");
}
END_TEST

START_TEST(test_nick_taken)
{
	struct client *a = client_register(&sv, "taken");
	struct client *b = client_connect(&sv);

	client_ask(b, "NICK taken", "433 \\* taken :*");
	client_ask(b, "NICK TAKEN", "433 \\* TAKEN :*");
	client_send(b, "USER u 0 * :Late");
	client_ask(b, "NICK free1", "001 free1 *");
	/* a nick is free again when its user quits */
	client_ask(a, "QUIT", "ERROR *");
	client_eof(a);
	client_ask(b, "NICK taken", ":free1!* NICK *taken");
}
END_TEST

START_TEST(test_nick_unfinished)
{
	struct client *a = client_connect(&sv), *b;

	/* who never finishes registering keeps no nick after the end */
	client_send(a, "NICK halfway");
	client_ask(a, "CAP LIST", "CAP * LIST *");
	client_close(a);
	b = client_register(&sv, "halfway");
	client_sync(b);
}
END_TEST

START_TEST(test_user)
{
	struct client *c = client_connect(&sv);

	client_send(c, "NICK userer\r\nUSER we~i@r!d*name 0 * :Re al");
	client_expect(c, "376 *");
	client_ask(c, "JOIN #userer", ":userer!*@* JOIN *");
	ck_assert_msg(strpbrk(strchr(c->source, '!') + 1, "!*") == NULL &&
	    strchr(c->source, '@') == strrchr(c->source, '@'),
	    "source: %s", c->source);
}
END_TEST

START_TEST(test_realname)
{
	struct client *c = client_connect(&sv);

	client_send(c, "NICK realer\r\nUSER joe 0 * :Joe of the Re al");
	client_expect(c, "376 *");
	client_ask(c, "WHOIS realer", "311 realer realer *joe * \\* "
	    ":Joe of the Re al");
}
END_TEST

/* ---- ISUPPORT ---- */

static void
isupport_is(const struct client *c, const char *token, const char *want)
{
	char have[256];

	ck_assert_msg(client_isupport(c, token, have, sizeof(have)) != NULL,
	    "005 lacks %s in:%s", token, c->isupport);
	ck_assert_msg(strcmp(have, want) == 0, "%s=%s, want %s", token, have,
	    want);
}

static int
isupport_int(const struct client *c, const char *token)
{
	char have[256], *p;

	ck_assert_msg(client_isupport(c, token, have, sizeof(have)) != NULL,
	    "005 lacks %s in:%s", token, c->isupport);
	p = strchr(have, ':'); /* CHANLIMIT=#:n, MAXLIST=b:n */
	return atoi(p != NULL ? p + 1 : have);
}

static char *
letters(char *buf, int n, char first, const char *rest)
{
	memset(buf, 'x', (size_t)n);
	buf[0] = first;
	strcpy(buf + n, rest);
	return buf;
}

START_TEST(test_isupport)
{
	struct client *c = client_register(&sv, "support");

	isupport_is(c, "CHANTYPES", "#");
	isupport_is(c, "PREFIX", "(qaohv)~&@%+");
	isupport_is(c, "CHANMODES", "Ibe,k,fjl,CMNRUcimnrstz");
	isupport_is(c, "CASEMAPPING", "ascii");
	isupport_is(c, "NETWORK", "TestNet");
	ck_assert_int_gt(isupport_int(c, "MODES"), 0);
}
END_TEST

START_TEST(test_isupport_names)
{
	struct client *c = client_register(&sv, "lengths");
	char line[600], name[600], want[700];
	int n;

	n = isupport_int(c, "NICKLEN");
	snprintf(line, sizeof(line), "NICK %s", letters(name, n, 'n', ""));
	snprintf(want, sizeof(want), ":lengths!* NICK *%s", name);
	client_ask(c, line, want);
	snprintf(line, sizeof(line), "NICK %s", letters(name, n + 1, 'm', ""));
	client_ask(c, line, "432 *");
	n = isupport_int(c, "CHANNELLEN");
	snprintf(line, sizeof(line), "JOIN %s", letters(name, n, '#', ""));
	snprintf(want, sizeof(want), "366 * %s :*", name);
	client_ask(c, line, want);
	snprintf(line, sizeof(line), "JOIN %s", letters(name, n + 1, '#', ""));
	client_send(c, "%s", line);
	while (client_line(c, 5000) && !client_matches(c, "479 *") &&
	    !client_matches(c, "476 *") && !client_matches(c, "403 *"))
		ck_assert_msg(!client_matches(c, "JOIN *"), "too long a "
		    "room name was taken: %s", c->line);
}
END_TEST

/* What is longer than promised is cut to the promise, not below. */
START_TEST(test_isupport_texts)
{
	struct client *c = client_register(&sv, "texts");
	struct client *d = client_register(&sv, "textd");
	char text[600], want[700];
	int n;

	client_ask(c, "JOIN #texts", "366 *");
	client_ask(d, "JOIN #texts", "366 *");
	n = isupport_int(c, "TOPICLEN");
	client_send(c, "TOPIC #texts :%s", letters(text, n, 'T', ""));
	snprintf(want, sizeof(want), "TOPIC #texts *%s", text);
	client_expect(c, "%s", want);
	if (n < 480) {
		client_send(c, "TOPIC #texts :%s", letters(text, n, 'U',
		    "tail"));
		client_expect(c, "TOPIC #texts *U*");
		ck_assert(strstr(c->line, "tail") == NULL);
	}
	n = isupport_int(c, "AWAYLEN");
	client_send(c, "AWAY :%s", letters(text, n, 'A', ""));
	client_send(d, "PRIVMSG texts :are you there");
	snprintf(want, sizeof(want), "301 textd texts *%s", text);
	client_sync(c);
	client_ask(d, "PRIVMSG texts :are you there", want);
	n = isupport_int(c, "KICKLEN");
	client_send(c, "KICK #texts textd :%s", letters(text, n, 'K', ""));
	snprintf(want, sizeof(want), "KICK #texts textd *%s", text);
	client_expect(d, "%s", want);
}
END_TEST

START_TEST(test_isupport_chanlimit)
{
	struct client *c = client_register(&sv, "limiter");
	char have[64];
	int i, n;

	if (client_isupport(c, "CHANLIMIT", have, sizeof(have)) == NULL) {
		harness_skip("CHANLIMIT is not announced");
		return;
	}
	n = isupport_int(c, "CHANLIMIT");
	ck_assert_int_gt(n, 0);
	if (n > 1000)
		return;
	for (i = 0; i < n; i++)
		client_send(c, "JOIN #limit%d", i);
	client_ask(c, "JOIN #beyond", "405 limiter #beyond :*");
	client_ask(c, "PART #limit0", "PART #limit0*");
	client_ask(c, "JOIN #beyond", "366 limiter #beyond :*");
}
END_TEST

/* ---- Leaving ---- */

START_TEST(test_quit)
{
	struct client *c = client_connect(&sv);

	client_ask(c, "QUIT", "ERROR :*");
	client_eof(c);
	c = client_connect(&sv);
	client_send(c, "CAP LS 302");
	client_ask(c, "QUIT :never mind", "ERROR :*");
	client_eof(c);
	c = client_connect(&sv);
	client_send(c, "NICK quitter");
	client_ask(c, "QUIT", "ERROR :*");
	client_eof(c);
	c = client_register(&sv, "quitter");
	client_ask(c, "QUIT :bye", "ERROR :*");
	client_eof(c);
}
END_TEST

START_TEST(test_quit_seen)
{
	struct client *a = client_register(&sv, "stayer");
	struct client *b = client_register(&sv, "leaver");

	client_ask(a, "JOIN #quit,#quit2", "366 * #quit2 *");
	client_ask(b, "JOIN #quit,#quit2", "366 * #quit2 *");
	client_send(b, "QUIT :so long");
	client_expect(a, ":leaver!* QUIT :*so long");
	/* once, although they shared two rooms */
	client_expect_none(a, ":leaver!* QUIT *");
	client_ask(a, "NAMES #quit", "353 stayer = #quit :@stayer");
	b = client_register(&sv, "leaver");
	client_ask(b, "JOIN #quit", "366 *");
	client_close(b);
	client_expect(a, ":leaver!* QUIT :*");
	b = client_register(&sv, "leaver");
	client_ask(b, "JOIN #quit", "366 *");
	client_reset(b);
	client_expect(a, ":leaver!* QUIT :*");
}
END_TEST

START_TEST(test_pipelined)
{
	struct client *c = client_connect(&sv);

	/* all in one packet, with an end of line the old way */
	client_send(c, "CAP LS 302\nCAP REQ :batch\r\nNICK piped\nUSER p 0 * "
	    ":P\r\nCAP END\nJOIN #piped\r\nPRIVMSG piped :to me\nQUIT :x");
	client_expect(c, "001 piped *");
	client_expect(c, "366 piped #piped *");
	client_expect(c, "PRIVMSG piped :to me");
	client_expect(c, "ERROR :*");
	client_eof(c);
}
END_TEST

/* ---- Password ---- */

static void
start_password(void)
{
	server_init(&sv);
	server_add(&sv, "password open");
	server_start(&sv);
}

START_TEST(test_password)
{
	struct client *c = client_connect(&sv);

	client_send(c, "PASS open\r\nNICK pass1\r\nUSER u 0 * :P");
	client_expect(c, "001 pass1 *");
	c = client_connect(&sv);
	client_send(c, "PASS wrong\r\nNICK pass2\r\nUSER u 0 * :P");
	client_expect(c, "464 * :*");
	client_eof(c);
	c = client_connect(&sv);
	client_send(c, "NICK pass3\r\nUSER u 0 * :P");
	client_expect(c, "464 * :*");
	client_eof(c);
	c = client_connect(&sv);
	client_send(c, "PASS wrong\r\nPASS open\r\nNICK pass4\r\n"
	    "USER u 0 * :The last one counts");
	client_expect(c, "001 pass4 *");
}
END_TEST

/* ---- Timeouts ---- */

static void
start_timeouts(void)
{
	server_init(&sv);
	server_add(&sv, "registration-timeout 1");
	server_add(&sv, "ping-timeout 5");
	server_start(&sv);
}

START_TEST(test_registration_timeout)
{
	struct client *silent = client_connect(&sv);
	struct client *half = client_connect(&sv);
	struct client *capped = client_connect(&sv);

	client_send(half, "NICK sleepy");
	client_write(half, "USER u 0", 8); /* and never the rest */
	client_send(capped, "CAP LS 302\r\nNICK cappy\r\nUSER u 0 * :C");
	client_expect(half, "ERROR :*");
	client_eof(half);
	client_expect(silent, "ERROR :*");
	client_eof(silent);
	client_expect(capped, "ERROR :*");
	client_eof(capped);
}
END_TEST

static int was_pinged, was_told;

static void
line_ping(struct client *c, int index, void *arg)
{
	(void)index;
	(void)arg;
	was_pinged |= c->mute && client_matches(c, "PING *");
	was_told |= client_matches(c, ":deaf!* QUIT :*");
}

static int
ping_done(void *arg)
{
	(void)arg;
	return was_pinged;
}

static int
cut_done(void *arg)
{
	return ((struct client *)arg)->eof && was_told;
}

START_TEST(test_ping_timeout)
{
	struct client *v[2];
	long begin = clock_ms();

	v[0] = client_register(&sv, "deaf");
	v[1] = client_register(&sv, "awake");
	client_ask(v[1], "JOIN #ping", "366 *");
	client_ask(v[0], "JOIN #ping", "366 *");
	v[0]->mute = 1;
	client_pump(v, 2, line_ping, ping_done, NULL, 8000);
	ck_assert_int_lt(clock_ms() - begin, harness_ms(8000));
	client_pump(v, 2, line_ping, cut_done, v[0], 14000);
	client_sync(v[1]);
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("registration");
	TCase *tc = harness_case(s, "registration", start, stop, 60);

	tcase_add_test(tc, test_cap_ls);
	tcase_add_test(tc, test_cap_plain_ls);
	tcase_add_test(tc, test_cap_req);
	tcase_add_test(tc, test_cap_suspends);
	tcase_add_test(tc, test_cap_req_first);
	tcase_add_test(tc, test_order);
	tcase_add_test(tc, test_unregistered);
	tcase_add_test(tc, test_parameters);
	tcase_add_test(tc, test_nicks);
	tcase_add_test(tc, test_nick_change);
	tcase_add_test(tc, test_nick_taken);
	tcase_add_test(tc, test_nick_unfinished);
	tcase_add_test(tc, test_user);
	tcase_add_test(tc, test_realname);
	tcase_add_test(tc, test_isupport);
	tcase_add_test(tc, test_isupport_names);
	tcase_add_test(tc, test_isupport_texts);
	tcase_add_test(tc, test_isupport_chanlimit);
	tcase_add_test(tc, test_quit);
	tcase_add_test(tc, test_quit_seen);
	tcase_add_test(tc, test_pipelined);
	tc = harness_case(s, "password", start_password, stop, 30);
	tcase_add_test(tc, test_password);
	tc = harness_case(s, "timeouts", start_timeouts, stop, 60);
	tcase_add_test(tc, test_registration_timeout);
	tcase_add_test(tc, test_ping_timeout);
	return s;
}

int
main(void)
{
	Suite *suites[] = { suite(), NULL };

	return harness_run(suites);
}
