/* SPDX-License-Identifier: ISC */
/*
 * RENAME: a room has another name and stays what it is, for those who know the
 * command and those who do not, and for the store: history, markers, settings
 * and accounts follow the name, after kills too.
 */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "harness.h"

#define CAPS "draft/channel-rename"
#define STORE_CAPS                                                            \
	CAPS " draft/chathistory batch server-time message-tags "             \
	     "draft/read-marker"

static struct server sv;

static void
prepare(int store)
{
	server_init_store(&sv);
	server_set(&sv, "store", store ? "on" : "off");
	server_set(&sv, "history-on-join", "0");
	server_set(&sv, "workers", "2");
	server_set(&sv, "flood", "off");
	server_start(&sv);
}

static void
end(void)
{
	client_quit_all();
	server_stop(&sv);
}

static void
join(struct client *c, const char *room)
{
	client_send(c, "JOIN %s", room);
	client_expect(c, "366 * %s :*", room);
}

START_TEST(test_rename)
{
	struct client *ann, *bob, *cat, *dan;

	prepare(0);
	ann = client_register_with(&sv, "ann", CAPS);
	client_apart(&sv, &bob, "bob", &cat, "cat", CAPS);
	dan = client_register(&sv, "dan");
	join(ann, "#old");
	join(bob, "#old");
	join(cat, "#old");
	join(dan, "#old");
	client_ask(ann, "TOPIC #old :what it is", "TOPIC #old *");
	client_ask(ann, "MODE #old +be x!*@* y!*@*", "MODE #old +be *");
	client_expect(dan, "MODE #old +be *");
	client_ask(bob, "RENAME #old #new", "482 bob #old :*");
	client_ask(ann, "RENAME #old", "461 ann RENAME :*");
	client_ask(ann, "RENAME #none #new", "403 ann #none :*");
	client_ask(ann, "RENAME #old new",
	    "FAIL RENAME CANNOT_RENAME #old new :*");
	client_ask(ann, "RENAME #old :", "FAIL RENAME CANNOT_RENAME #old * :*");
	client_ask(dan, "JOIN #taken", "366 *");
	client_ask(ann, "RENAME #old #TAKEN",
	    "FAIL RENAME CHANNEL_NAME_IN_USE #old #TAKEN :*");
	client_ask(ann, "RENAME #old #new :a better one",
	    ":ann!*@* RENAME #old #new :a better one");
	client_expect(bob, ":ann!*@* RENAME #old #new :a better one");
	client_expect(cat, ":ann!*@* RENAME #old #new :a better one");
	client_expect(dan, ":dan!*@* PART #old :a better one");
	client_expect(dan, ":dan!*@* JOIN *#new");
	client_expect(dan, "332 dan #new :what it is");
	client_expect(dan, "333 dan #new ann!*");
	client_expect(dan, "353 dan = #new :*@ann*");
	client_expect(dan, "366 dan #new :*");
	client_send(dan, "PRIVMSG #new :here I am");
	client_expect(ann, ":dan!* PRIVMSG #new :here I am");
	client_send(bob, "PRIVMSG #new :so am I");
	client_expect(dan, ":bob!* PRIVMSG #new :so am I");
	client_ask(dan, "PRIVMSG #old :nobody", "403 dan #old :*");
	client_send(ann, "MODE #new be");
	client_expect(ann, "367 ann #new x!*");
	client_expect(ann, "348 ann #new y!*");
	client_ask(ann, "RENAME #new #newer",
	    "FAIL RENAME CANNOT_RENAME #new #newer :It was renamed just now");
	/* the old name is anybody's */
	client_ask(dan, "JOIN #old", "353 dan = #old :@dan");
	end();
}
END_TEST

/* Who asks without knowing of it; only the case; a label. */
START_TEST(test_fallback)
{
	struct client *ann, *bob;

	prepare(0);
	ann = client_register(&sv, "ann");
	bob = client_register_with(&sv, "bob", CAPS " labeled-response batch");
	join(ann, "#old");
	join(bob, "#old");
	client_expect(ann, ":bob!* JOIN *#old");
	client_send(ann, "RENAME #old #OLD");
	client_expect(bob, ":ann!* RENAME #old #OLD :");
	client_expect_none(ann, "PART *");
	client_ask(ann, "NAMES #old", "353 ann = #OLD :*");
	client_ask(ann, "MODE #OLD +o bob", "MODE #OLD +o bob");
	client_close(ann);
	client_expect(bob, ":ann!* QUIT *");
	ann = client_register(&sv, "ann2");
	join(ann, "#two");
	client_send(ann, "RENAME #two #three :and so on");
	client_expect_next(ann, ":ann2!* PART #two :and so on");
	client_expect_next(ann, ":ann2!* JOIN *#three");
	client_expect_next(ann, "353 ann2 = #three :@ann2");
	client_expect_next(ann, "366 ann2 #three :*");
	join(bob, "#four");
	client_send(bob, "@label=x RENAME #four #five");
	client_expect(bob, "@label=x :bob!* RENAME #four #five :");
	end();
}
END_TEST

/* What was said and how far one has read go with the name. */
START_TEST(test_history)
{
	struct client *ann, *bob;

	prepare(1);
	ann = client_login(&sv, "ann", STORE_CAPS);
	bob = client_register_with(&sv, "bob", STORE_CAPS);
	join(ann, "#talk");
	join(bob, "#talk");
	client_send(ann, "PRIVMSG #talk :first");
	client_expect(bob, "PRIVMSG #talk :first");
	client_ask(ann, "MARKREAD #talk timestamp=2020-01-01T00:00:00.000Z",
	    "MARKREAD #talk timestamp=2020*");
	client_ask(ann, "RENAME #talk #chat", ":ann!* RENAME #talk #chat :");
	client_expect(bob, ":ann!* RENAME #talk #chat :");
	client_send(bob, "PRIVMSG #chat :second");
	client_expect(ann, "PRIVMSG #chat :second");
	client_ask(ann, "MARKREAD #chat", "MARKREAD #chat timestamp=2020*");
	client_send(ann, "CHATHISTORY LATEST #chat * 10");
	client_expect(ann, "BATCH +*");
	client_expect_next(ann, ":ann!* PRIVMSG #chat :first");
	client_expect_next(ann, ":bob!* PRIVMSG #chat :second");
	client_expect_next(ann, "BATCH -*");
	/* who makes a room of the old name has nothing of it */
	client_ask(bob, "JOIN #talk", "353 bob = #talk :@bob");
	client_send(bob, "PRIVMSG #talk :alone");
	client_send(bob, "CHATHISTORY LATEST #talk * 10");
	client_expect(bob, "BATCH +*");
	client_expect_next(bob, ":bob!* PRIVMSG #talk :alone");
	client_expect_next(bob, "BATCH -*");
	end();
}
END_TEST

/* A registered room: after everything has been killed it has its new name. */
START_TEST(test_registered)
{
	struct client *ann, *bob;

	prepare(1);
	ann = client_login(&sv, "ann", STORE_CAPS);
	bob = client_login(&sv, "bob", STORE_CAPS);
	join(ann, "#home");
	join(bob, "#home");
	client_send(ann, "CS REGISTER #home");
	client_expect(ann, "MODE #home +q ann");
	client_send(ann, "CS ACCESS #home ADD bob");
	client_expect(bob, "MODE #home +o bob");
	client_send(ann, "CS REGISTER #home");
	client_expect(ann, "NOTICE ann :#home is registered by ann.");
	client_send(ann, "PRIVMSG #home :welcome");
	client_expect(bob, "PRIVMSG #home :welcome");
	client_ask(bob, "RENAME #home #palace", "482 bob #home :*");
	client_ask(ann, "TOPIC #home :before", "TOPIC #home :before");
	client_ask(ann, "RENAME #home #palace", "RENAME #home #palace :");
	client_ask(ann, "MODE #palace +b x!*@*", "MODE #palace +b *");
	client_quit_all();
	if (_i == 1)
		server_kill(&sv);
	else
		ck_assert_int_eq(pid_signal(sv.pid, SIGTERM), 0);
	wait_for(!server_alive(&sv), HARNESS_WAIT);
	server_start(&sv);
	bob = client_login(&sv, "bob", STORE_CAPS);
	client_ask(bob, "JOIN #home", "353 * = #home :@bob");
	client_ask(bob, "JOIN #palace", "332 bob #palace :before");
	client_expect(bob, "353 * = #palace :@bob");
	client_ask(bob, "MODE #palace b", "367 bob #palace x!*");
	client_send(bob, "CHATHISTORY LATEST #palace * 10");
	client_expect(bob, ":ann!* PRIVMSG #palace :welcome");
	client_send(bob, "CS ACCESS #palace LIST");
	client_expect(bob, "NOTICE * :ann: founder");
	client_ask(bob, "RENAME #home #PALACE",
	    "FAIL RENAME CHANNEL_NAME_IN_USE #home #PALACE :*");
	end();
}
END_TEST

/* Who can ask nobody whose a name is neither gets it, being operator of what is
 * another's, nor takes the room away with it. */
START_TEST(test_unsure)
{
	char path[128], aside[128];
	struct client *bob;

	prepare(1);
	bob = client_login(&sv, "ann", CAPS);
	join(bob, "#home");
	client_ask(bob, "CS REGISTER #home", "NOTICE ann :#home is reg*");
	client_quit_all();
	ck_assert_int_eq(pid_signal(sv.pid, SIGTERM), 0);
	ck_assert_int_eq(server_reap(sv.pid, 10000), 0);
	sv.pid = 0;
	snprintf(path, sizeof(path), "%s/state/store.db", sv.dir);
	snprintf(aside, sizeof(aside), "%s/state/aside", sv.dir);
	ck_assert_int_eq(rename(path, aside), 0);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	server_start(&sv);
	wait_for(strncmp(server_status(&sv, "store"), "failing", 7) == 0,
	    10000);
	bob = client_register_with(&sv, "bob", CAPS);
	join(bob, "#x");
	client_ask(bob, "RENAME #x #home",
	    "FAIL RENAME CANNOT_RENAME #x #home :*out of order*");
	join(bob, "#home");
	client_ask(bob, "RENAME #home #mine",
	    "FAIL RENAME CANNOT_RENAME #home #mine :*out of order*");
	ck_assert_int_eq(rmdir(path), 0);
	ck_assert_int_eq(rename(aside, path), 0);
	wait_for(strcmp(server_status(&sv, "store"), "serving") == 0, 10000);
	client_send(bob, "RENAME #home #mine");
	client_expect(bob, ":ChanServ!* MODE #home -o bob");
	client_expect(bob, "482 bob #home :*");
	end();
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("rename"), *suites[] = { s, NULL };
	TCase *t = tcase_create("rename");

	tcase_set_timeout(t, 60);
	tcase_add_test(t, test_rename);
	tcase_add_test(t, test_fallback);
	tcase_add_test(t, test_history);
	tcase_add_test(t, test_unsure);
	tcase_add_loop_test(t, test_registered, 0, 2);
	suite_add_tcase(s, t);
	return harness_run(suites);
}
