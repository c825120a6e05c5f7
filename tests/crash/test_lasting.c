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

#define LOGIN_CAPS "account-notify extended-join"

static struct server sv;
static int died;               /* before the server began again */

static void
begin(const char *point)
{
	server_init_store(&sv);
	server_set(&sv, "history-on-join", "0");
	server_set(&sv, "linger", "0");
	server_set(&sv, "workers", "1");
	server_set(&sv, "flood", "off");
	server_fault(&sv, point);
	server_start(&sv);
}

static void
again(void)
{
	client_quit_all();
	died = server_log_has(&sv, "died of signal");
	server_restart(&sv, 0);
}

/* All that can be done to a room, by ann, who gives it to bob. */
static void
change_all(void)
{
	struct client *ann = client_login(&sv, "ann", LOGIN_CAPS);
	struct client *bob = client_login(&sv, "bob", LOGIN_CAPS);

	client_close(client_login(&sv, "cat", LOGIN_CAPS));
	client_ask(ann, "JOIN #home", "366 *");
	client_chanserv(ann, "REGISTER #home", "#home is registered; *");
	client_send(ann, "MODE #home +kl-t sesame 42");
	client_send(ann, "MODE #home +bb evil!*@* good!*@*");
	client_send(ann, "MODE #home -b good!*@*");
	client_send(ann, "TOPIC #home :It lasts");
	client_expect(ann, "TOPIC #home *It lasts");
	client_chanserv(
	    ann, "ACCESS #home ADD bob", "bob is an operator of #home.");
	client_chanserv(ann, "ACCESS #home ADD cat voice", "cat is *");
	client_ask(bob, "JOIN #home", "353 bob * #home :*@bob*");
	client_chanserv(ann, "ACCESS #home DEL cat", "cat is not *");
	client_chanserv(ann, "ACCESS #home ADD cat voice", "cat is *");
	client_chanserv(
	    ann, "TRANSFER #home bob", "bob is the founder of #home.");
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
	client_chanserv(c, "ACCESS #home LIST", "bob: founder");
	client_expect_next(c, "NOTICE * :ann: admin");
	client_expect_next(c, "NOTICE * :cat: voice");
	client_expect_next(c, "NOTICE * :End of the list of #home.");
}

START_TEST(test_killed)
{
	struct client *bob, *cat;

	begin(points[_i]);
	change_all();
	again();
	cat = client_login(&sv, "cat", LOGIN_CAPS);
	client_send(cat, "JOIN #home sesame");
	client_expect(cat, ":ChanServ!* MODE #home +v cat");
	check_all(cat);
	bob = client_login(&sv, "bob", LOGIN_CAPS);
	client_ask(bob, "JOIN #home", "353 bob * #home :*~bob*");
	check_all(bob);
	/* ann is its heir, and then there is none */
	client_chanserv(bob, "ACCESS #home LIST", "bob: founder");
	client_ask(bob, "NS DROP secret", "NOTICE * :The account bob is *");
	client_chanserv(cat, "ACCESS #home LIST", "ann: founder");
	client_expect_next(cat, "NOTICE * :cat: voice");
	client_quit_all();
	bob = client_login(&sv, "ann", LOGIN_CAPS);
	client_chanserv(bob, "DROP #home", "#home is not registered any more.");
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
