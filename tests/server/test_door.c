/* SPDX-License-Identifier: ISC */
/*
 * Coming in: what CAP says and how, ISUPPORT before and after registration,
 * whether each token of it is true at its boundary, AWAY before registration.
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
	server_add(&sv, "network-icon https://irc.test/icon.png?size={size}");
	server_start(&sv);
}

static void
stop(void)
{
	server_stop_quietly(&sv);
}

/* ---- CAP ---- */

/* The lines of CAP LS, all but the last one marked; returns how many. */
static int
cap_lines(struct client *c, const char *send, char *list, size_t size)
{
	size_t used = 0;
	int n = 0, more;

	client_send(c, "%s", send);
	do {
		client_expect_next(c, "CAP * LS *");
		ck_assert_uint_le(strlen(c->line), 510);
		more = client_matches(c, "CAP * LS \\* :*");
		used += (size_t)snprintf(list + used, size - used, " %s",
		    strstr(c->body, " :") + 2);
		n++;
	} while (more);
	snprintf(list + used, size - used, " ");
	return n;
}

static int
has(const char *list, const char *word)
{
	char padded[128];

	snprintf(padded, sizeof(padded), " %s ", word);
	return strstr(list, padded) != NULL;
}

START_TEST(test_cap_versions)
{
	struct client *c = client_connect(&sv);
	char list[4096];

	/* one line without values for who knows no other */
	ck_assert_int_eq(cap_lines(c, "CAP LS", list, sizeof(list)), 1);
	ck_assert(has(list, "sasl") && has(list, "echo-message"));
	ck_assert_ptr_null(strchr(list, '='));
	ck_assert_int_eq(cap_lines(c, "CAP LS 301", list, sizeof(list)), 1);
	ck_assert_ptr_null(strchr(list, '='));
	ck_assert_int_eq(cap_lines(c, "CAP LS nonsense", list, sizeof(list)),
	    1);
	client_ask(c, "CAP LIST", "CAP \\* LIST :");
	/* a version is a number */
	cap_lines(c, "CAP LS 1000", list, sizeof(list));
	ck_assert(has(list, "sasl=PLAIN,SCRAM-SHA-256"));
	ck_assert(has(list, "draft/pre-away"));
	ck_assert(has(list, "draft/extended-isupport"));
	ck_assert(has(list, "draft/no-implicit-names"));
	ck_assert(has(list, "no-implicit-names"));
	/* the answer is that of the request, the higher one stays */
	ck_assert_int_eq(cap_lines(c, "CAP LS", list, sizeof(list)), 1);
	ck_assert_ptr_null(strchr(list, '='));
	client_ask(c, "CAP LIST", "CAP \\* LIST :cap-notify");
	client_ask(c, "CAP REQ :-cap-notify", "CAP \\* ACK :-cap-notify");
	client_ask(c, "CAP LIST", "CAP \\* LIST :cap-notify");
}
END_TEST

/* Each name that is offered can be had and given back, all at once too. */
START_TEST(test_cap_each)
{
	struct client *c = client_connect(&sv);
	char list[4096], line[600], want[600], *word, *rest = list;

	cap_lines(c, "CAP LS 302", list, sizeof(list));
	while ((word = strtok_r(rest, " ", &rest)) != NULL) {
		word[strcspn(word, "=")] = '\0';
		snprintf(line, sizeof(line), "CAP REQ :%s", word);
		snprintf(want, sizeof(want), "CAP \\* ACK :%s", word);
		client_ask(c, line, want);
	}
	client_ask(c, "CAP LIST", "CAP \\* LIST *");
	client_send(c, "NICK each\r\nUSER u 0 * :E\r\nCAP END");
	client_expect(c, "001 each *");
	client_ask(c, "CAP REQ :-batch", "CAP each ACK :-batch");
	client_ask(c, "CAP REQ :-batch", "CAP each ACK :-batch");
	client_ask(c, "CAP REQ :", "CAP each ACK :");
	client_ask(c, "CAP REQ", "CAP each ACK :");
	client_ask(c, "CAP REQ := =a", "CAP each NAK := =a");
	client_ask(c, "CAP REQ :sasl=PLAIN", "CAP each NAK :sasl=PLAIN");
	client_ask(c, "CAP REQ :Batch", "CAP each NAK :Batch");
	client_ask(c, "cap ls", "CAP each LS :*");
	client_ask(c, "CAP :", "410 each \\* :*");
	client_ask(c, "CAP ACK :batch", "410 each ACK :*");
}
END_TEST

/* A list that fits the client's line and not ours is answered whole. */
START_TEST(test_cap_long)
{
	struct client *c = client_connect(&sv);
	char line[600] = "CAP REQ :", seen[1200] = "";
	int i, lines = 0;

	for (i = 0; i < 55; i++)
		strcat(line, i % 2 ? "batch " : "-batch ");
	ck_assert_uint_le(strlen(line), 510);
	while (strlen(line) + 9 < 510)
		strcat(line, "setname ");
	client_send(c, "%s", line);
	client_send(c, "PING end");
	while (client_line(c, 5000) && !client_matches(c, "PONG *")) {
		ck_assert(client_matches(c, "CAP \\* ACK :*"));
		ck_assert_uint_le(strlen(c->line), 510);
		strcat(seen, strstr(c->body, " :") + 2);
		strcat(seen, " ");
		lines++;
	}
	ck_assert_int_ge(lines, 1);
	for (i = (int)strlen(seen); i > 0 && seen[i - 1] == ' ';)
		seen[--i] = '\0';
	for (i = (int)strlen(line); i > 0 && line[i - 1] == ' ';)
		line[--i] = '\0';
	ck_assert_str_eq(seen, line + strlen("CAP REQ :"));
}
END_TEST

START_TEST(test_cap_no_implicit_names)
{
	static const char *const caps[] = { "draft/no-implicit-names",
	    "no-implicit-names" };
	struct client *c;
	char nick[16];
	int i;

	for (i = 0; i < 2; i++) {
		snprintf(nick, sizeof(nick), "nonames%d", i);
		c = client_register_with(&sv, nick, caps[i]);
		client_ask(c, "JOIN #nonames", ":nonames*!* JOIN *#nonames");
		client_expect_none(c, "366 *");
		client_ask(c, "NAMES #nonames", "353 * #nonames :*nonames*");
		client_expect(c, "366 * #nonames *");
	}
}
END_TEST

/* What comes and goes with a setting is told to who wants to know. */
START_TEST(test_cap_registration)
{
	struct client *c = client_connect(&sv), *d, *e;

	client_ask(c, "CAP LS 302", "CAP \\* LS *account-registration=*");
	client_send(c, "CAP REQ :draft/account-registration\r\nNICK notified"
	    "\r\nUSER u 0 * :N\r\nCAP END");
	client_expect(c, "001 notified *");
	d = client_register_with(&sv, "notcapd", "cap-notify");
	e = client_register(&sv, "unnotified");
	server_set(&sv, "registration", "closed");
	server_write(&sv);
	free(server_ctl(&sv, "reload", NULL));
	client_expect(c, "CAP notified DEL :draft/account-registration");
	client_expect(d, "CAP notcapd DEL :draft/account-registration");
	client_ask(c, "CAP LIST", "CAP notified LIST :cap-notify");
	client_ask(c, "CAP REQ :draft/account-registration",
	    "CAP notified NAK *");
	server_set(&sv, "registration", "open");
	server_write(&sv);
	free(server_ctl(&sv, "reload", NULL));
	client_expect(c, "CAP notified NEW :draft/account-registration=*");
	client_expect(d, "CAP notcapd NEW :draft/account-registration");
	client_expect_none(e, "CAP *");
}
END_TEST

/* ---- ISUPPORT ---- */

START_TEST(test_isupport_early)
{
	struct client *c = client_connect(&sv);
	char batch[64], tag[64];

	client_ask(c, "ISUPPORT", "451 \\* :*");
	client_ask(c, "CAP REQ :draft/extended-isupport", "CAP * ACK *");
	client_ask(c, "ISUPPORT", "005 \\* * :are supported by this server");
	ck_assert_int_ne(c->line[0], '@');
	client_ask(c, "CAP REQ :batch server-time", "CAP * ACK *");
	client_ask(c, "ISUPPORT", "BATCH +* draft/isupport");
	snprintf(batch, sizeof(batch), "%.*s",
	    (int)strcspn(c->body + 7, " "), c->body + 7);
	do {
		ck_assert(client_line(c, 5000));
		if (!client_matches(c, "005 \\* * :are supported *"))
			break;
		ck_assert_ptr_nonnull(client_tag(c, "batch", tag,
		    sizeof(tag)));
		ck_assert_str_eq(tag, batch);
		ck_assert_ptr_nonnull(client_tag(c, "time", tag, sizeof(tag)));
	} while (1);
	ck_assert(client_matches(c, "BATCH -*"));
	ck_assert_str_eq(c->body + 7, batch);
	/* no line of 005 outside of one, whatever it comes with */
	client_send(c, "NICK early\r\nUSER u 0 * :E\r\nCAP END");
	client_expect(c, "004 early *");
	client_expect_next(c, "BATCH +* draft/isupport");
	client_block(c, "BATCH -*");
	client_block_has(c, "005 early *");
	client_expect(c, "376 early *");
	client_ask(c, "CAP REQ :labeled-response", "CAP * ACK *");
	client_ask(c, "@label=x VERSION", "BATCH +* labeled-response");
	client_expect_next(c, "351 *");
	client_expect_next(c, "BATCH +* draft/isupport");
	ck_assert_ptr_nonnull(client_tag(c, "batch", tag, sizeof(tag)));
	client_expect(c, "BATCH -*");
}
END_TEST

START_TEST(test_isupport_command)
{
	struct client *c = client_register(&sv, "asker");
	char have[256];

	client_ask(c, "ISUPPORT", "005 asker * :are supported by this server");
	client_expect_none(c, "BATCH *");
	ck_assert_ptr_nonnull(client_isupport(c, "draft/ICON", have,
	    sizeof(have)));
	ck_assert_str_eq(have, "https://irc.test/icon.png?size={size}");
	ck_assert_ptr_null(client_isupport(c, "SILENCE", have, sizeof(have)));
}
END_TEST

/* What a reload changes is told to all, in a batch to who wants that. */
START_TEST(test_isupport_reload)
{
	struct client *c = client_register(&sv, "reloaded");
	struct client *d = client_register_with(&sv, "batched",
	    "batch draft/extended-isupport");
	pid_t pid;

	server_set(&sv, "network-icon", NULL);
	server_set(&sv, "max-rooms-per-user", "7");
	server_write(&sv);
	free(server_ctl(&sv, "reload", NULL));
	client_expect(c, "005 reloaded *CHANLIMIT=#:7 *");
	client_expect(c, "005 reloaded *-draft/ICON :*");
	client_expect(d, "BATCH +* draft/isupport");
	client_block(d, "BATCH -*");
	client_block_has(d, "005 batched *CHANLIMIT=#:7 *");
	server_set(&sv, "network-icon", "https://irc.test/other.png");
	server_set(&sv, "max-rooms-per-user", NULL);
	server_write(&sv);
	free(server_ctl(&sv, "reload", NULL));
	client_expect(c, "005 reloaded *draft/ICON=https://irc.test/other*");
	/* nothing new, nothing told */
	client_expect(d, "BATCH +* draft/isupport");
	client_block(d, "BATCH -*");
	pid = server_worker_again(&sv, 1, 0);
	free(server_ctl(&sv, "reload", NULL));
	server_worker_again(&sv, 1, pid);
	client_expect_none(c, "005 *");
	client_expect_none(d, "BATCH *");
}
END_TEST

static int
number(struct client *c, const char *token)
{
	char have[256], *p;

	ck_assert_msg(client_isupport(c, token, have, sizeof(have)) != NULL,
	    "005 lacks %s", token);
	p = strrchr(have, ':');
	return atoi(p != NULL ? p + 1 : have);
}

/* N letters. */
static const char *
letters(int n)
{
	static char buf[4][600];
	static unsigned at;
	char *p = buf[at++ % 4];

	memset(p, 'x', (size_t)n);
	p[n] = '\0';
	return p;
}

/* What is cut is cut to exactly what is promised. */
START_TEST(test_limits_cut)
{
	struct client *c = client_register(&sv, "cutter"), *d;
	int user = number(c, "USERLEN"), real = number(c, "NAMELEN");
	int away = number(c, "AWAYLEN"), kick = number(c, "KICKLEN");
	int topic = number(c, "TOPICLEN");

	d = client_connect(&sv);
	client_send(d, "NICK cutd\r\nUSER %s 0 * :%s", letters(user + 1),
	    letters(real + 1));
	client_expect(d, "376 *");
	client_send(c, "WHOIS cutd");
	client_expect(c, "311 cutter cutd %s 127.0.0.1 \\* :%s",
	    letters(user), letters(real));
	client_send(d, "AWAY :%s", letters(away + 1));
	client_expect(d, "306 *");
	client_send(c, "PRIVMSG cutd :hello");
	client_expect(c, "301 cutter cutd :%s", letters(away));
	client_ask(c, "JOIN #cut", "366 *");
	client_ask(d, "JOIN #cut", "366 *");
	client_send(c, "TOPIC #cut :%s", letters(topic + 1));
	client_expect(d, "TOPIC #cut :%s", letters(topic));
	client_send(c, "KICK #cut cutd :%s", letters(kick + 1));
	client_expect(d, "KICK #cut cutd :%s", letters(kick));
	/* SETNAME refuses instead: who sends it can shorten it */
	client_send(c, "SETNAME :%s", letters(real));
	client_send(c, "WHOIS cutter");
	client_expect(c, "311 * :%s", letters(real));
	client_send(c, "SETNAME :%s", letters(real + 1));
	client_expect(c, "FAIL SETNAME INVALID_REALNAME :*");
	client_ask(c, "SETNAME :", "FAIL SETNAME INVALID_REALNAME :*");
}
END_TEST

/* And what is refused is refused from one more on. */
START_TEST(test_limits_refused)
{
	struct client *c = client_register(&sv, "refuser");
	int nick = number(c, "NICKLEN"), room = number(c, "CHANNELLEN");
	int key = number(c, "KEYLEN");

	client_send(c, "NICK %s", letters(nick + 1));
	client_expect(c, "432 refuser %s :*", letters(nick + 1));
	client_send(c, "JOIN #%s", letters(room));
	client_expect(c, "403 refuser #%s :*", letters(room));
	client_send(c, "JOIN #%s", letters(room - 1));
	client_expect(c, "366 * #%s :*", letters(room - 1));
	client_send(c, "MODE #%s +k %s", letters(room - 1), letters(key));
	client_expect(c, "MODE #* +k %s", letters(key));
	client_send(c, "NICK %s", letters(nick));
	client_expect(c, ":refuser!* NICK %s", letters(nick));
}
END_TEST

START_TEST(test_targets)
{
	struct client *v[12], *c = client_register(&sv, "many");
	char list[512] = "";
	int targets = number(c, "MAXTARGETS"), i;

	ck_assert_int_eq(targets, 10);
	client_register_many(&sv, v, targets + 1, "tgt");
	for (i = 0; i <= targets; i++)
		snprintf(list + strlen(list), sizeof(list) - strlen(list),
		    "%s%s", i > 0 ? "," : "", v[i]->nick);
	client_send(c, "PRIVMSG %s :one two", list);
	client_expect(c, "407 many *");
	for (i = 0; i < targets; i++)
		client_expect(v[i], ":many!* PRIVMSG * :one two");
	client_expect_none(v[targets], ":many!* PRIVMSG *");
}
END_TEST

START_TEST(test_own_words)
{
	struct client *c = client_register(&sv, "wordy");

	client_ask(c, "nOsUcH a b", "421 wordy nOsUcH :*");
	client_ask(c, "@x=y :me Frobnicate", "421 wordy Frobnicate :*");
	client_ask(c, "123 a", "421 wordy 123 :*");
}
END_TEST

/* CASEMAPPING=ascii, of all that has a name: A is a, [ is not {. */
START_TEST(test_casemapping)
{
	struct client *a = client_register(&sv, "case[x]");
	struct client *b = client_register(&sv, "case{x}"), *c;

	c = client_connect(&sv);
	client_ask(c, "NICK CASE[X]", "433 \\* CASE[X] :*");
	client_close(c);
	client_ask(a, "WHOIS CASE{X}", "311 case[x] case{x} *");
	client_ask(a, "ISON Case[X] CASE{x}", "303 case[x] :case[x] case{x}");
	client_send(b, "PRIVMSG CASE[x] :hello");
	client_expect(a, "PRIVMSG case[x] :hello");
	client_ask(a, "JOIN #Case[^", "366 case[x] #Case[^ :*");
	client_ask(b, "JOIN #cASE[^", ":case{x}!* JOIN #Case[^");
	client_expect(b, "366 *");
	client_ask(b, "JOIN #case{^", "353 case{x} = #case{^ :@case{x}");
	client_ask(a, "MODE #CASE[^ +b CASE{X}!*@*", "MODE #Case[^ +b *");
	client_ask(b, "PRIVMSG #case[^ :may I", "404 *");
	client_ask(a, "MODE #case[^ -b case{x}!*@*", "MODE #Case[^ -b *");
	client_send(b, "PRIVMSG #case[^ :now");
	client_expect(a, "PRIVMSG #Case[^ :now");
	/* and accounts */
	client_send(a, "REGISTER Cased^ * :secret of it");
	client_expect(a, "REGISTER SUCCESS Cased^ :*");
	client_ask(b, "NICK cASED^", "433 * cASED^ :*");
	client_ask(b, "REGISTER cased^ * :secret of it", "FAIL REGISTER *");
	client_ask(a, "NICK CASED^", ":case[x]!* NICK CASED^");
	client_ask(b, "NICK cased~", "432 * cased~ :*");
}
END_TEST

/* ---- Registration ---- */

START_TEST(test_registration_edges)
{
	struct client *c = client_connect(&sv), *d;

	client_ask(c, "USER u 0 * :", "461 \\* USER :*");
	client_ask(c, "USER : 0 * :real", "461 \\* USER :*");
	client_ask(c, "PING before", "PONG irc.test :before");
	client_ask(c, "NICK *", "432 \\* \\* :*");
	client_send(c, "USER u 0 * :real");
	client_ask(c, "USER again 0 * :real", "462 \\* :*");
	client_ask(c, "AWAY :x", "451 \\* :*");
	/* of two that want the nick one gets it */
	client_send(c, "NICK :");
	client_expect(c, "431 *");
	d = client_connect(&sv);
	client_send(d, "NICK both");
	client_sync(d);
	client_ask(c, "NICK BOTH", "433 \\* BOTH :*");
	client_ask(d, "USER d 0 * :real", "001 both *");
	client_expect_next(d, "002 both :Your host is irc.test, running "
	    "version moot-*");
	client_expect_next(d, "003 both :This server was created *");
	client_expect_next(d, "004 both irc.test moot-* *");
	client_ask(c, "NICK other", "001 other :Welcome to the TestNet Network,"
	    " other!*");
}
END_TEST

/* ---- AWAY before registration ---- */

static void
make_account(const char *account)
{
	struct client *c = client_connect(&sv);

	client_send(c, "REGISTER %s * :secret of it", account);
	client_expect(c, "REGISTER SUCCESS %s :*", account);
	client_close(c);
}

/* A device of ACCOUNT that says AWAY before its registration, if at all. */
static struct client *
device(const char *account, const char *away)
{
	struct client *c = client_connect(&sv);

	snprintf(c->nick, sizeof(c->nick), "%s", account);
	client_send(c, "CAP REQ :sasl draft/pre-away away-notify\r\nNICK %s\r\n"
	    "USER u 0 * :Real\r\nAUTHENTICATE PLAIN", account);
	client_expect(c, "AUTHENTICATE +");
	client_send(c, "AUTHENTICATE %s",
	    plain_message(account, "secret of it"));
	client_expect(c, "903 *");
	if (away != NULL) {
		client_send(c, "%s", away);
		client_expect(c, strcmp(away, "AWAY") ? "306 *" : "305 *");
	}
	client_send(c, "CAP END");
	client_expect(c, "001 %s *", account);
	client_expect(c, "376 *");
	return c;
}

START_TEST(test_pre_away)
{
	struct client *c = client_connect(&sv), *d;

	d = client_register(&sv, "awaysee");
	client_ask(c, "AWAY :no", "451 \\* :*");
	client_ask(c, "CAP REQ :draft/pre-away", "CAP * ACK *");
	client_ask(c, "AWAY :not for long", "306 \\* :*");
	client_ask(c, "AWAY", "305 \\* :*");
	client_ask(c, "AWAY :out for tea", "306 \\* :*");
	client_send(c, "NICK awaypre\r\nUSER u 0 * :A\r\nCAP END");
	client_expect(c, "376 awaypre *");
	client_ask(d, "PRIVMSG awaypre :hello",
	    "301 awaysee awaypre :out for tea");
	client_ask(c, "AWAY", "305 awaypre :*");
	client_send(d, "PRIVMSG awaypre :hello");
	client_expect_none(d, "301 *");
	/* of a user with one connection it is like any other */
	client_ask(c, "AWAY *", "306 awaypre :*");
	client_ask(d, "PRIVMSG awaypre :hello", "301 awaysee awaypre :\\*");
	client_ask(c, "AWAY", "305 awaypre :*");
	c = client_connect(&sv);
	client_ask(c, "CAP REQ :draft/pre-away", "CAP * ACK *");
	client_ask(c, "AWAY *", "306 \\* :*");
	client_send(c, "NICK awaystar\r\nUSER u 0 * :A\r\nCAP END");
	client_expect(c, "376 awaystar *");
	client_ask(d, "PRIVMSG awaystar :hello", "301 * awaystar :\\*");
	/* without the capability it is a text */
	client_ask(d, "AWAY *", "306 *");
	client_ask(c, "PRIVMSG awaysee :hello", "301 * awaysee :\\*");
}
END_TEST

START_TEST(test_pre_away_devices)
{
	struct client *bob = client_register_with(&sv, "awaybob",
	    "away-notify"), *a, *b;

	make_account("awayann");
	a = device("awayann", NULL);
	client_ask(a, "JOIN #away", "366 *");
	client_ask(bob, "JOIN #away", "366 *");
	/* a connection nobody sits at counts for nothing */
	b = device("awayann", "AWAY *");
	client_expect(b, ":awayann!* JOIN *#away");
	client_expect_none(bob, ":awayann!* AWAY*");
	client_send(bob, "PRIVMSG awayann :here?");
	client_expect_none(bob, "301 *");
	/* the other one goes: now nobody is there */
	client_ask(a, "QUIT :off", "ERROR *");
	client_expect(bob, ":awayann!* AWAY :\\*");
	client_ask(bob, "PRIVMSG awayann :here?", "301 * awayann :\\*");
	/* one more of that kind changes nothing; somebody does */
	a = device("awayann", "AWAY *");
	client_expect_none(bob, ":awayann!* AWAY*");
	client_close(a);
	a = device("awayann", NULL);
	client_expect(bob, ":awayann!* AWAY");
	ck_assert_str_eq(bob->body, "AWAY");
	/* what somebody wrote is not superseded */
	client_ask(a, "AWAY :lunch", "306 *");
	client_expect(bob, ":awayann!* AWAY :lunch");
	client_ask(a, "AWAY *", "306 *");
	client_ask(bob, "PRIVMSG awayann :here?", "301 * awayann :lunch");
	client_ask(a, "AWAY", "305 *");
	client_expect(bob, ":awayann!* AWAY");
	/* a device that comes with a text */
	client_close(b);
	b = device("awayann", "AWAY :on the train");
	client_expect(bob, ":awayann!* AWAY :on the train");
	client_ask(b, "AWAY", "305 *");
	client_expect(bob, ":awayann!* AWAY");
	/* and one that only fetches when all have been lost */
	client_close(a);
	client_close(b);
	client_expect(bob, ":awayann!* AWAY :*");
	a = device("awayann", "AWAY *");
	client_expect(a, ":awayann!* JOIN *#away");
	client_expect_none(bob, ":awayann!* AWAY*");
	client_ask(a, "AWAY", "305 *");
	client_expect(bob, ":awayann!* AWAY");
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("door");
	TCase *tc = harness_case(s, "door", start, stop, 60);

	tcase_add_test(tc, test_cap_versions);
	tcase_add_test(tc, test_cap_each);
	tcase_add_test(tc, test_cap_long);
	tcase_add_test(tc, test_cap_no_implicit_names);
	tcase_add_test(tc, test_cap_registration);
	tcase_add_test(tc, test_isupport_early);
	tcase_add_test(tc, test_isupport_command);
	tcase_add_test(tc, test_isupport_reload);
	tcase_add_test(tc, test_limits_cut);
	tcase_add_test(tc, test_limits_refused);
	tcase_add_test(tc, test_targets);
	tcase_add_test(tc, test_own_words);
	tcase_add_test(tc, test_casemapping);
	tcase_add_test(tc, test_registration_edges);
	tcase_add_test(tc, test_pre_away);
	tcase_add_test(tc, test_pre_away_devices);
	return s;
}

int
main(void)
{
	Suite *suites[] = { suite(), NULL };

	return harness_run(suites);
}
