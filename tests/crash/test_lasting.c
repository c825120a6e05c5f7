/* SPDX-License-Identifier: ISC */
/*
 * Rooms that last, and a worker that is killed in the middle of each change of
 * them: registered, set, given ranks, fetched from the store.  Whatever was
 * half done is done once.
 */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "harness.h"

enum { PATIENCE = 10000 };

/* Points that are passed once or more, see server/fault.h. */
static const char *const points[] = {
	"op-change-begun:1", "op-change-begun:6", "op-change-ended:2",
	"op-applied:40", "op-load-filled:1", "op-load-live:1",
	"op-load-lists:1", "op-load-saved:1", "op-entry-filled:1",
	"op-entry-valid:2", "op-entry-linked:3", "op-entry-linked:5",
	"op-register-founder:1", "op-founder-old:1", "op-founder-new:1",
	"op-unregister-founder:1", "op-unregister-modes:1",
	"op-list-freed:1", "op-free-unindexed:1", "op-ban-linked:1",
	"op-topic-copied:1", "op-heir:1",
	"answer-copied:2", "answer-set:4", "answer-heard:6", "answer-used:3",
	"answer-used:8", "finish-asked:5", "post-stored:30", "finish-held:40",
};

enum { POINTS = sizeof(points) / sizeof(points[0]) };

static struct server sv;
static char env[2][160];
static int died;               /* before the server began again */

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

static void
begin(const char *point)
{
	char state[96];

	server_init(&sv);
	snprintf(state, sizeof(state), "%s/state", sv.dir);
	ck_assert_int_eq(mkdir(state, 0700), 0);
	server_set(&sv, "store", "on");
	server_set(&sv, "login-delay", "0");
	server_set(&sv, "history-on-join", "0");
	server_set(&sv, "linger", "0");
	server_set(&sv, "workers", "1");
	server_set(&sv, "flood", "off");
	server_set(&sv, "state-dir", "%s", state);
	snprintf(env[0], sizeof(env[0]), "MOOT_FAULT_MAP=%s/faults", sv.dir);
	snprintf(env[1], sizeof(env[1]), "MOOT_FAULT=%s:1", point);
	sv.env[0] = env[0];
	sv.env[1] = env[1];
	sv.crashes = 1;
	server_start(&sv);
}

static void
again(void)
{
	client_quit_all();
	died = server_log_has(&sv, "died of signal");
	ck_assert_int_eq(kill(sv.pid, SIGTERM), 0);
	ck_assert_int_eq(server_reap(sv.pid, PATIENCE), 0);
	sv.pid = 0;
	server_start(&sv);
}

/* All that can be done to a room, by ann, who gives it to bob. */
static void
change_all(void)
{
	struct client *ann = login("ann"), *bob = login("bob");

	client_close(login("cat"));
	client_ask(ann, "JOIN #home", "366 *");
	serv(ann, "REGISTER #home", "#home is registered; *");
	client_send(ann, "MODE #home +kl-t sesame 42");
	client_send(ann, "MODE #home +bb evil!*@* good!*@*");
	client_send(ann, "MODE #home -b good!*@*");
	client_send(ann, "TOPIC #home :It lasts");
	client_expect(ann, "TOPIC #home *It lasts");
	serv(ann, "ACCESS #home ADD bob", "bob is an operator of #home.");
	serv(ann, "ACCESS #home ADD cat voice", "cat is *");
	client_ask(bob, "JOIN #home", "353 bob * #home :*@bob*");
	serv(ann, "ACCESS #home DEL cat", "cat is not *");
	serv(ann, "ACCESS #home ADD cat voice", "cat is *");
	serv(ann, "TRANSFER #home bob", "bob is the founder of #home.");
}

static void
check_all(struct client *c)
{
	client_send(c, "MODE #home");
	client_expect(c, "324 * #home +klnr sesame 42");
	client_send(c, "MODE #home b");
	client_expect(c, "367 * #home evil!\\*@\\* ann!* *");
	client_expect_next(c, "368 *");
	client_ask(c, "TOPIC #home", "332 * #home *It lasts");
	serv(c, "ACCESS #home LIST", "bob: founder");
	client_expect_next(c, "NOTICE * :ann: operator");
	client_expect_next(c, "NOTICE * :cat: voice");
	client_expect_next(c, "NOTICE * :End of the list of #home.");
}

START_TEST(test_killed)
{
	struct client *bob, *cat;

	begin(points[_i]);
	change_all();
	again();
	cat = login("cat");
	client_send(cat, "JOIN #home sesame");
	client_expect(cat, ":ChanServ!* MODE #home +v cat");
	check_all(cat);
	bob = login("bob");
	client_ask(bob, "JOIN #home", "353 bob * #home :*@bob*");
	check_all(bob);
	/* ann is its heir, and then there is none */
	serv(bob, "ACCESS #home LIST", "bob: founder");
	client_ask(bob, "NS DROP secret", "NOTICE * :The account bob is *");
	serv(cat, "ACCESS #home LIST", "ann: founder");
	client_expect_next(cat, "NOTICE * :cat: voice");
	client_quit_all();
	bob = login("ann");
	serv(bob, "DROP #home", "#home is not registered any more.");
	client_ask(bob, "JOIN #home", "353 ann * #home :@ann");
	client_ask(bob, "MODE #home", "324 * #home +nt");
	ck_assert_msg(died || server_log_has(&sv, "died of signal"),
	    "%s was never passed", points[_i]);
	client_quit_all();
	server_stop(&sv);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("lasting");
	Suite *suites[] = { s, NULL };
	TCase *tc = harness_case(s, "lasting", NULL, NULL, 60);
	const char *mootd = getenv("MOOTD_FAULTS");

	setenv("MOOTD", mootd != NULL ? mootd : "build/faults/mootd", 1);
	tcase_add_loop_test(tc, test_killed, 0, POINTS);
	return harness_run(suites);
}
