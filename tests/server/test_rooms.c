/* SPDX-License-Identifier: ISC */
/*
 * Rooms that last: registered through ChanServ, they have all their settings
 * and their operators after a restart of everything, after kills, and after
 * they were empty; who is what in them goes by account.
 */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "harness.h"

enum { PATIENCE = 10000 };

static struct server sv;

/* ---- helping ---- */

static void
prepare(void)
{
	char state[96];

	server_init(&sv);
	snprintf(state, sizeof(state), "%s/state", sv.dir);
	ck_assert_int_eq(mkdir(state, 0700), 0);
	server_set(&sv, "store", "on");
	server_set(&sv, "login-delay", "0");
	server_set(&sv, "history-on-join", "0");
	server_set(&sv, "workers", "2");
	server_set(&sv, "flood", "off");
	server_set(&sv, "state-dir", "%s", state);
	server_set(&sv, "operator", NULL);
}

static void
begin(void)
{
	prepare();
	server_start(&sv);
}

static void
end(void)
{
	client_quit_all();
	server_stop(&sv);
}

/* The whole server ends and begins again, in an orderly way or killed. */
static void
again(int killed)
{
	if (killed) {
		server_kill(&sv);
		server_objects_remove(&sv);
	} else {
		ck_assert_int_eq(kill(sv.pid, SIGTERM), 0);
		ck_assert_int_eq(server_reap(sv.pid, PATIENCE), 0);
	}
	sv.pid = 0;
	server_start(&sv);
}

static const char *
status(const char *field)
{
	static char line[8192], text[200];

	if (server_ctl_find(&sv, "status", "workers", "2", line,
	        sizeof(line)) == NULL ||
	    json_get(line, field, text, sizeof(text)) == NULL)
		return "";
	return text;
}

static void
base64(char *dst, const char *src, size_t len)
{
	static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t i, k;

	for (i = 0; i < len; i += 3) {
		unsigned n = 0;
		for (k = 0; k < 3; k++)
			n = n << 8 | (unsigned char)(i + k < len ? src[i + k]
			                                         : 0);
		for (k = 0; k < 4; k++, n <<= 6)
			*dst++ = i + k > len ? '=' : digit[n >> 18 & 63];
	}
	*dst = '\0';
}

/* Logged in to an account of the same name, which is made if there is none. */
static struct client *
login(const char *nick)
{
	struct client *c = client_connect(&sv);
	char raw[128], text[256];
	int n = snprintf(raw, sizeof(raw), "%c%s%csecret", 0, nick, 0);

	snprintf(c->nick, sizeof(c->nick), "%s", nick);
	client_send(c, "CAP REQ :sasl account-notify extended-join");
	client_send(c, "NICK %s", nick);
	client_send(c, "USER %.9s 0 * :Real", nick);
	client_send(c, "REGISTER %s * :secret", nick);
	while (client_line(c, HARNESS_WAIT) && !client_matches(c, "FAIL *") &&
	    !client_matches(c, "REGISTER *"))
		;
	if (client_matches(c, "FAIL *")) {
		base64(text, raw, (size_t)n);
		client_ask(c, "AUTHENTICATE PLAIN", "AUTHENTICATE +");
		client_send(c, "AUTHENTICATE %s", text);
	}
	client_expect(c, "900 * %s :*", nick);
	client_send(c, "CAP END");
	client_expect(c, "001 %s *", nick);
	client_sync(c);
	return c;
}

static void
serv(struct client *c, const char *order, const char *answer)
{
	client_send(c, "CS %s", order);
	client_expect(c, ":ChanServ!* NOTICE * :%s", answer);
}

/* Ann has registered #home. */
static struct client *
founder(void)
{
	struct client *ann = login("ann");

	client_ask(ann, "JOIN #home", "366 *");
	serv(ann, "REGISTER #home", "#home is registered; its founder is ann.");
	client_ask(ann, "MODE #home", "324 ann #home +nrt");
	return ann;
}

/* ---- what there is ---- */

START_TEST(test_register)
{
	struct client *ann, *bob;

	begin();
	bob = client_register(&sv, "bob");
	client_ask(bob, "JOIN #home", "366 *");
	serv(bob, "REGISTER #home", "You are not logged in.");
	client_ask(bob, "PART #home", "PART #home");
	ann = login("ann");
	serv(ann, "REGISTER #home", "You are not an operator in #home.");
	serv(ann, "REGISTER home", "That is no name of a room.");
	serv(ann, "OP #home", "#home is not registered.");
	client_ask(ann, "JOIN #home", "366 *");
	client_ask(bob, "JOIN #home", "366 *");
	client_expect(ann, "JOIN #home*");
	client_send(ann, "PRIVMSG ChanServ :register #home");
	client_expect(ann, ":ChanServ!* NOTICE ann :#home is registered; *");
	client_expect(bob, ":ChanServ!* MODE #home +r");
	serv(ann, "REGISTER #home", "#home is registered by ann.");
	client_ask(ann, "MODE #home -r", "696 ann #home r *");
	client_ask(bob, "MODE #home +r", "482 *");
	client_ask(ann, "MODE #home", "324 ann #home +nrt");
	client_ask(ann, "WHOIS ChanServ", "311 ann ChanServ *");
	client_ask(ann, "CS", "NOTICE ann :REGISTER #ROOM: *");
	client_ask(bob, "NICK chanserv", "433 *");
	serv(ann, "NONSENSE", "I do not know that.*");
	end();
}
END_TEST

/* All settings, whoever was killed before: an orderly end, kill -9 of all, of
 * the store, of the workers. */
enum { ORDERLY, KILLED, STORE_KILLED, WORKERS_KILLED, EMPTIED };

static void
disturb(int how)
{
	pid_t pid[8];
	int i;

	if (how == ORDERLY || how == KILLED) {
		again(how == KILLED);
		return;
	}
	if (how == STORE_KILLED)
		kill((pid_t)atoi(status("store_pid")), SIGKILL);
	if (how == WORKERS_KILLED) {
		server_workers(&sv, pid, 8);
		for (i = 1; i <= 2; i++)
			kill(pid[i], SIGKILL);
	}
	if (how != EMPTIED)
		return;
	client_quit_all();
}

static void
settings_are(struct client *c)
{
	client_send(c, "MODE #home");
	client_expect(c, "324 * #home +klmnrst sesame 42");
	client_expect(c, "329 * #home *");
	client_send(c, "TOPIC #home");
	client_expect(c, "332 * #home :All ' is \" well; --");
	client_expect(c, "333 * #home ann!* *");
	client_send(c, "MODE #home b");
	client_expect(c, "367 * #home troll!\\*@\\* ann!* *");
	client_expect(c, "367 * #home \\*!\\*@evil.example ann!* *");
	client_expect_next(c, "368 *");
}

START_TEST(test_lasts)
{
	struct client *ann, *bob;

	begin();
	ann = founder();
	client_send(ann, "MODE #home +kl-t sesame 42");
	client_send(ann, "MODE #home +smt");
	client_send(ann, "MODE #home +bbb troll *!*@evil.example gone");
	client_send(ann, "MODE #home -b gone!*@*");
	client_send(ann, "TOPIC #home :All ' is \" well; --");
	client_expect(ann, "TOPIC #home *");
	bob = login("bob");
	serv(ann, "ACCESS #home ADD bob voice",
	    "bob is somebody with a voice of #home.");
	disturb(_i);
	if (_i == STORE_KILLED || _i == WORKERS_KILLED) {
		settings_are(ann);
		client_send(ann, "TOPIC #home :passing");
		client_send(ann, "TOPIC #home :All ' is \" well; --");
		client_expect(ann, "TOPIC #home *well*");
		again(1);
	}
	bob = login("bob");
	client_ask(bob, "JOIN #home", "475 *");
	client_send(bob, "JOIN #home sesame");
	client_expect(bob, "JOIN #home bob *");
	client_expect(bob, ":ChanServ!* MODE #home +v bob");
	client_expect(bob, "332 *");
	client_expect(bob, "353 bob @ #home :+bob");
	client_ask(bob, "MODE #home +i", "482 *");
	ann = login("ann");
	client_send(ann, "JOIN #home");
	client_expect(ann, ":ChanServ!* MODE #home +o ann");
	client_expect(ann, "353 ann @ #home :*@ann*");
	client_expect(bob, ":ChanServ!* MODE #home +o ann");
	settings_are(ann);
	end();
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("rooms");
	Suite *suites[] = { s, NULL };
	TCase *tc = harness_case(s, "rooms", NULL, NULL, 60);

	tcase_add_test(tc, test_register);
	tcase_add_loop_test(tc, test_lasts, ORDERLY, EMPTIED + 1);
	return harness_run(suites);
}
