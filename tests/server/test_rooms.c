/* SPDX-License-Identifier: ISC */
/*
 * Rooms that last: registered through ChanServ, they have all their settings
 * and their operators after a restart of everything, after kills, and after
 * they were empty; who is what in them goes by account.
 */

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"

enum { PATIENCE = 10000 };

#define LOGIN_CAPS "account-notify extended-join"

static struct server sv;

/* ---- helping ---- */

static void
prepare(void)
{
	server_init_store(&sv);
	server_set(&sv, "history-on-join", "0");
	server_set(&sv, "workers", "2");
	server_set(&sv, "flood", "off");
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

/* Ann has registered #home. */
static struct client *
founder(void)
{
	struct client *ann = client_login(&sv, "ann", LOGIN_CAPS);

	client_ask(ann, "JOIN #home", "366 *");
	client_chanserv(
	    ann, "REGISTER #home", "#home is registered; its founder is ann.");
	client_ask(ann, "MODE #home", "324 ann #home +nrt");
	return ann;
}

/* ---- what there is ---- */

START_TEST(test_register)
{
	struct client *ann, *bob;
	char line[2048];

	begin();
	bob = client_register(&sv, "bob");
	client_ask(bob, "JOIN #home", "366 *");
	client_chanserv(bob, "REGISTER #home", "You are not logged in.");
	client_ask(bob, "PART #home", "PART #home");
	ann = client_login(&sv, "ann", LOGIN_CAPS);
	client_chanserv(
	    ann, "REGISTER #home", "You are not an operator in #home.");
	client_chanserv(ann, "REGISTER home", "That is no name of a room.");
	client_chanserv(ann, "OP #home", "#home is not registered.");
	client_ask(ann, "JOIN #home", "366 *");
	client_ask(bob, "JOIN #home", "366 *");
	client_expect(ann, "JOIN #home*");
	client_send(ann, "PRIVMSG ChanServ :register #home");
	client_expect(ann, ":ChanServ!* NOTICE ann :#home is registered; *");
	client_expect(bob, ":ChanServ!* MODE #home +r");
	client_chanserv(ann, "REGISTER #home", "#home is registered by ann.");
	client_ask(ann, "MODE #home -r", "696 ann #home r *");
	client_ask(bob, "MODE #home +r", "482 *");
	client_ask(ann, "MODE #home", "324 ann #home +nrt");
	client_ask(ann, "WHOIS ChanServ", "311 ann ChanServ *");
	ck_assert_ptr_ne(
	    server_ctl_find(&sv, "rooms", "founder", "ann", line, sizeof(line)),
	    NULL);
	ck_assert_ptr_ne(strstr(line, "\"modes\":\"+nrt\""), NULL);
	ck_assert_ptr_ne(server_ctl_find(&sv, "registered", "name", "#home",
			     line, sizeof(line)),
	    NULL);
	ck_assert_ptr_ne(strstr(line, "\"founder\":\"ann\""), NULL);
	client_ask(ann, "CS", "NOTICE ann :REGISTER #ROOM: *");
	client_ask(bob, "NICK chanserv", "433 *");
	client_chanserv(ann, "NONSENSE", "I do not know that.*");
	end();
}
END_TEST

/* All settings, whoever was killed before: an orderly end, kill -9 of all, of
 * the store, of the workers. */
enum { ORDERLY, KILLED, STORE_KILLED, WORKERS_KILLED, EMPTIED };

static void
disturb(int how)
{
	int i;

	if (how == ORDERLY || how == KILLED) {
		server_restart(&sv, how == KILLED);
		return;
	}
	if (how == STORE_KILLED)
		server_store_kill(&sv);
	if (how == WORKERS_KILLED)
		for (i = 1; i <= 2; i++)
			server_worker_kill(&sv, i);
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
	bob = client_login(&sv, "bob", LOGIN_CAPS);
	client_chanserv(ann, "ACCESS #home ADD bob voice",
	    "bob is somebody with a voice of #home.");
	disturb(_i);
	if (_i == STORE_KILLED || _i == WORKERS_KILLED) {
		settings_are(ann);
		client_send(ann, "TOPIC #home :passing");
		client_send(ann, "TOPIC #home :All ' is \" well; --");
		client_expect(ann, "TOPIC #home *well*");
		server_restart(&sv, 1);
	}
	bob = client_login(&sv, "bob", LOGIN_CAPS);
	client_ask(bob, "JOIN #home", "475 *");
	client_send(bob, "JOIN #home sesame");
	client_expect(bob, "JOIN #home bob *");
	client_expect(bob, ":ChanServ!* MODE #home +v bob");
	client_expect(bob, "332 *");
	client_expect(bob, "353 bob * #home :+bob");
	client_ask(bob, "MODE #home +i", "482 *");
	ann = client_login(&sv, "ann", LOGIN_CAPS);
	client_send(ann, "JOIN #home");
	client_expect(ann, ":ChanServ!* MODE #home +q ann");
	client_expect(ann, "353 ann * #home :*~ann*");
	client_expect(bob, ":ChanServ!* MODE #home +q ann");
	settings_are(ann);
	end();
}
END_TEST

/* What has been acknowledged is there after everything was killed. */
START_TEST(test_acknowledged)
{
	struct client *ann;
	char text[32];
	int i;

	begin();
	ann = founder();
	for (i = 0; i < 4; i++) {
		snprintf(text, sizeof(text), "topic %d", i);
		client_send(ann, "TOPIC #home :%s", text);
		client_expect(ann, "TOPIC #home *%s", text);
		if (i % 2 == 1)
			server_store_kill(&sv);
		server_restart(&sv, 1);
		ann = client_login(&sv, "ann", LOGIN_CAPS);
		client_send(ann, "JOIN #home");
		client_expect(ann, "332 ann #home *%s", text);
		client_expect(ann, "353 ann * #home :~ann");
	}
	end();
}
END_TEST

/* More bans than one answer of the store holds. */
START_TEST(test_many_bans)
{
	struct client *ann, *bob;
	char fill[101];
	int i;

	begin();
	ann = founder();
	memset(fill, 'x', sizeof(fill) - 1);
	fill[sizeof(fill) - 1] = '\0';
	for (i = 0; i < 100; i++)
		client_send(ann, "MODE #home +b %02d%s!*@*", i, fill);
	client_expect(ann, "MODE #home +b 99x*");
	client_chanserv(
	    ann, "ACCESS #home ADD ann", "ann is the founder of #home.");
	server_restart(&sv, 0);
	ann = client_login(&sv, "ann", LOGIN_CAPS);
	bob = client_login(&sv, "bob", LOGIN_CAPS);
	client_send(bob, "JOIN #home");
	client_send(ann, "JOIN #home");
	client_expect(bob, "366 *");
	client_expect(ann, "366 *");
	client_barrier(ann, bob);
	client_send(bob, "MODE #home b");
	for (i = 0; i < 100; i++)
		client_expect_next(bob, "367 * #home %02dx*", i);
	client_expect_next(bob, "368 *");
	end();
}
END_TEST

/* ---- who is what ---- */

START_TEST(test_access)
{
	struct client *ann, *bob, *cat;

	begin();
	ann = founder();
	bob = client_login(&sv, "bob", LOGIN_CAPS);
	cat = client_register(&sv, "cat");
	client_ask(bob, "JOIN #home", "366 *");
	client_ask(cat, "JOIN #home", "366 *");
	client_chanserv(
	    bob, "ACCESS #home LIST", "You are not in the list of #home.");
	client_chanserv(
	    bob, "ACCESS #home ADD bob", "You are not the founder of #home.");
	client_chanserv(cat, "ACCESS #home LIST", "You are not logged in.");
	client_chanserv(
	    ann, "ACCESS #home ADD nobody", "There is no such account.");
	client_chanserv(
	    ann, "ACCESS #home ADD bob king", "One can be ADMIN, *");
	client_chanserv(
	    ann, "ACCESS #home ADD b,ob", "That is no name of an account.");
	client_chanserv(ann, "ACCESS #home BAKE bob", "ACCESS #ROOM LIST *");
	client_chanserv(ann, "ACCESS #none LIST", "#none is not registered.");
	/* at once, and whenever it comes */
	client_chanserv(
	    ann, "ACCESS #home ADD BOB", "bob is an operator of #home.");
	client_expect(bob, ":ChanServ!* MODE #home +o bob");
	client_expect(cat, ":ChanServ!* MODE #home +o bob");
	client_ask(bob, "PART #home", "PART *");
	client_send(bob, "JOIN #home");
	client_expect(bob, ":ChanServ!* MODE #home +o bob");
	client_chanserv(bob, "ACCESS #home LIST", "ann: founder");
	client_expect(bob, "NOTICE bob :bob: operator");
	client_expect(bob, "NOTICE bob :End of the list of #home.");
	client_chanserv(
	    bob, "ACCESS #home DEL bob", "You are not the founder of #home.");
	end();
}
END_TEST

START_TEST(test_op)
{
	struct client *ann, *bob, *cat;

	begin();
	ann = founder();
	bob = client_login(&sv, "bob", LOGIN_CAPS);
	cat = client_register(&sv, "cat");
	client_ask(bob, "JOIN #home", "366 *");
	client_ask(cat, "JOIN #home", "366 *");
	client_chanserv(
	    ann, "ACCESS #home ADD bob", "bob is an operator of #home.");
	client_expect(bob, ":ChanServ!* MODE #home +o bob");
	client_send(bob, "CS OP #home cat");
	client_expect(cat, ":ChanServ!* MODE #home +o cat");
	client_send(bob, "CS DEOP #home cat");
	client_expect(cat, ":ChanServ!* MODE #home -o cat");
	client_chanserv(cat, "OP #home", "You are not logged in.");
	client_chanserv(
	    bob, "OP #home nobody", "Nobody called that is in #home.");
	client_chanserv(
	    bob, "OP #home ann", "ann is more in #home than you are.");
	client_chanserv(bob, "DEOP #home cat", "cat is no operator of #home.");
	/* it keeps those out who are not wanted, and nobody can keep it out */
	client_chanserv(
	    bob, "DEOP #home ann", "ann is more in #home than you are.");
	client_send(ann, "MODE #home -q ann");
	client_expect(ann, "MODE #home -q ann");
	client_send(bob, "CS DEOP #home ann");
	client_expect(ann, ":ChanServ!* MODE #home -o ann");
	client_send(ann, "CS OP #home");
	client_expect(ann, ":ChanServ!* MODE #home +o ann");
	client_send(ann, "KICK #home bob");
	client_expect(bob, "KICK #home bob *");
	client_send(ann, "MODE #home +ib bob");
	client_expect(ann, "MODE #home +ib *");
	client_send(bob, "JOIN #home");
	client_expect(bob, "353 bob * #home :*@bob*");
	client_chanserv(
	    ann, "ACCESS #home DEL bob", "bob is not in the list of #home.");
	client_expect(bob, ":ChanServ!* MODE #home -o bob");
	client_ask(bob, "PART #home", "PART *");
	client_ask(bob, "JOIN #home", "474 *");
	client_chanserv(bob, "OP #home", "You are not in the list of #home.");
	end();
}
END_TEST

/* Who logs in while in the room. */
START_TEST(test_login)
{
	struct client *ann, *bob, *other;

	begin();
	ann = founder();
	bob = client_login(&sv, "bob", LOGIN_CAPS);
	client_chanserv(ann, "ACCESS #home ADD bob voice", "bob is *");
	client_send(bob, "QUIT");
	client_eof(bob);
	other = client_register(&sv, "other");
	client_ask(other, "JOIN #home", "366 *");
	client_send(other, "NS IDENTIFY bob secret");
	client_expect(other, "900 *");
	client_expect(other, ":ChanServ!* MODE #home +v other");
	client_expect(ann, ":ChanServ!* MODE #home +v other");
	end();
}
END_TEST

START_TEST(test_transfer)
{
	struct client *ann, *bob;

	begin();
	ann = founder();
	bob = client_login(&sv, "bob", LOGIN_CAPS);
	client_ask(bob, "JOIN #home", "366 *");
	client_chanserv(
	    bob, "TRANSFER #home bob", "You are not the founder of #home.");
	client_chanserv(
	    ann, "TRANSFER #home nobody", "There is no such account.");
	client_chanserv(
	    ann, "TRANSFER #home bob", "bob is the founder of #home.");
	client_expect(ann, ":ChanServ!* MODE #home +q bob");
	client_chanserv(ann, "DROP #home", "You are not the founder of #home.");
	client_chanserv(ann, "ACCESS #home LIST", "bob: founder");
	client_expect(ann, "NOTICE ann :ann: admin");
	server_restart(&sv, 1);
	bob = client_login(&sv, "bob", LOGIN_CAPS);
	/* from outside as well */
	client_chanserv(bob, "ACCESS #home LIST", "bob: founder");
	client_expect(bob, "NOTICE bob :ann: admin");
	client_chanserv(
	    bob, "ACCESS #home DEL ann", "ann is not in the list of #home.");
	ann = client_login(&sv, "ann", LOGIN_CAPS);
	client_send(ann, "JOIN #home");
	client_expect(ann, "353 ann * #home :ann");
	end();
}
END_TEST

START_TEST(test_drop)
{
	struct client *ann, *bob;

	begin();
	ann = founder();
	bob = client_register(&sv, "bob");
	client_ask(bob, "JOIN #home", "366 *");
	client_send(ann, "TOPIC #home :old");
	client_send(ann, "CS DROP #home");
	client_expect(bob, ":ChanServ!* MODE #home -r");
	client_expect(ann, "NOTICE ann :#home is not registered any more.");
	client_chanserv(ann, "DROP #home", "#home is not registered.");
	client_ask(ann, "MODE #home", "324 ann #home +nt");
	client_ask(ann, "PART #home", "PART *");
	client_ask(bob, "PART #home", "PART *");
	client_send(bob, "JOIN #home");
	client_expect(bob, "353 bob * #home :@bob");
	client_expect_none(bob, "332 *");
	/* one that nobody is in */
	client_ask(bob, "PART #home", "PART *");
	client_ask(ann, "JOIN #home", "366 *");
	client_chanserv(ann, "REGISTER #home", "#home is registered; *");
	client_ask(ann, "PART #home", "PART *");
	client_chanserv(ann, "DROP #home", "#home is not registered any more.");
	client_send(bob, "JOIN #home");
	client_expect(bob, "353 bob * #home :@bob");
	end();
}
END_TEST

/* With the founder's account go its rooms, or they are inherited. */
START_TEST(test_removed)
{
	struct client *ann, *bob;

	begin();
	ann = founder();
	bob = client_login(&sv, "bob", LOGIN_CAPS);
	client_ask(ann, "JOIN #alone", "366 *");
	client_chanserv(ann, "REGISTER #alone", "#alone is registered; *");
	client_chanserv(
	    ann, "ACCESS #home ADD bob", "bob is an operator of #home.");
	client_ask(bob, "JOIN #home,#alone", "353 * #alone *");
	free(server_ctl(&sv, "account remove ann", NULL));
	client_eof(ann);
	client_chanserv(bob, "ACCESS #home LIST", "bob: founder");
	client_expect_next(bob, "NOTICE bob :End of the list of #home.");
	client_chanserv(bob, "ACCESS #alone LIST", "#alone is not registered.");
	server_restart(&sv, 0);
	bob = client_login(&sv, "bob", LOGIN_CAPS);
	client_chanserv(bob, "ACCESS #home LIST", "bob: founder");
	client_expect_next(bob, "NOTICE bob :End of the list of #home.");
	client_chanserv(bob, "ACCESS #alone LIST", "#alone is not registered.");
	end();
}
END_TEST

/* ---- at the same time ---- */

START_TEST(test_race)
{
	struct client *ann, *bob;
	char text[64];
	int i, n;

	begin();
	do {
		ann = client_login(&sv, "ann", LOGIN_CAPS);
		bob = client_login(&sv, "bob", LOGIN_CAPS);
		if (client_worker(ann) != client_worker(bob))
			break;
		client_quit_all();
	} while (1);
	for (i = 0; i < 20; i++) {
		snprintf(text, sizeof(text), "JOIN #r%d", i);
		client_ask(ann, text, "366 *");
		client_ask(bob, text, "366 *");
		client_send(ann, "MODE #r%d +o bob", i);
		client_expect(bob, "MODE * +o bob");
		client_send(ann, "CS REGISTER #r%d", i);
		client_send(bob, "CS REGISTER #r%d", i);
		client_expect(ann, "NOTICE ann :*");
		n = client_matches(ann, "*its founder is ann.");
		ck_assert(
		    n || client_matches(ann, "*registered by bob.") ||
		    client_matches(ann, "NOTICE * :This room has a founder."));
		client_expect(bob, "NOTICE bob :*");
		ck_assert_int_eq(n, !client_matches(bob, "*founder is bob."));
		snprintf(text, sizeof(text), "MODE #r%d", i);
		client_ask(ann, text, "324 * +nrt");
	}
	end();
}
END_TEST

/* Many join one that has to be fetched first. */
START_TEST(test_crowd)
{
	struct client *v[20];
	int i;

	begin();
	client_ask(founder(), "MODE #home +b troll", "MODE #home +b *");
	server_restart(&sv, 1);
	client_register_many(&sv, v, 20, "guest");
	for (i = 0; i < 20; i++)
		client_send(v[i], "JOIN #home");
	for (i = 0; i < 20; i++) {
		client_expect(v[i], "366 *");
		client_ask(v[i], "MODE #home b", "367 * troll*");
		client_ask(v[i], "WHO #home", "352 *");
		ck_assert(!client_matches(v[i], "352 * H@ *"));
	}
	end();
}
END_TEST

/* Rooms without members make place for others. */
START_TEST(test_places)
{
	struct client *ann;
	char text[64];
	int i;

	prepare();
	server_set(&sv, "max-rooms", "10");
	server_start(&sv);
	ann = client_login(&sv, "ann", LOGIN_CAPS);
	for (i = 0; i < 30; i++) {
		snprintf(text, sizeof(text), "JOIN #r%d", i);
		client_ask(ann, text, "366 *");
		client_send(ann, "CS REGISTER #r%d", i);
		client_expect(ann, "NOTICE ann :#r%d is registered; *", i);
		client_send(ann, "TOPIC #r%d :number %d", i, i);
		client_expect(ann, "TOPIC *");
		snprintf(text, sizeof(text), "PART #r%d", i);
		client_ask(ann, text, "PART *");
	}
	for (i = 0; i < 30; i++) {
		client_send(ann, "JOIN #r%d", i);
		if (i >= 10)
			client_expect(ann, "437 *");
		else
			client_expect(ann, "332 * #r%d *number %d", i, i);
	}
	end();
}
END_TEST

/* ---- without the store ---- */

static void
database_move(const char *from, const char *to)
{
	char a[160], b[160];

	snprintf(a, sizeof(a), "%s/state/%s", sv.dir, from);
	snprintf(b, sizeof(b), "%s/state/%s", sv.dir, to);
	ck_assert_int_eq(rename(a, b), 0);
}

static int
store_is(const char *state)
{
	return strncmp(server_status(&sv, "store"), state, strlen(state)) == 0;
}

/* A room is made while nobody knows that it is somebody's. */
/* Starts again, with a store that cannot open its database for now. */
static void
again_failing(void)
{
	char path[160];

	client_quit_all();
	ck_assert_int_eq(pid_signal(sv.pid, SIGTERM), 0);
	ck_assert_int_eq(server_reap(sv.pid, PATIENCE), 0);
	sv.pid = 0;
	database_move("store.db", "away");
	snprintf(path, sizeof(path), "%s/state/store.db", sv.dir);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	server_start(&sv);
	wait_for(store_is("failing"), PATIENCE);
}

static void
again_serving(void)
{
	char path[160];

	snprintf(path, sizeof(path), "%s/state/store.db", sv.dir);
	ck_assert_int_eq(rmdir(path), 0);
	database_move("away", "store.db");
	wait_for(store_is("serving"), PATIENCE);
}

START_TEST(test_unsure)
{
	struct client *ann, *bob;

	begin();
	client_send(founder(), "TOPIC #home :mine");
	again_failing();
	bob = client_register(&sv, "bob");
	client_send(bob, "JOIN #home");
	client_expect(bob, "WARN JOIN TEMPORARILY_UNAVAILABLE #home :*");
	client_expect(bob, "353 bob * #home :@bob");
	client_ask(bob, "CS REGISTER #home", "NOTICE bob :*out of order*");
	again_serving();
	ann = client_login(&sv, "ann", LOGIN_CAPS);
	client_send(ann, "JOIN #home");
	client_expect(bob, ":ChanServ!* MODE #home -o bob");
	client_expect(ann, ":ChanServ!* MODE #home +q ann");
	client_expect(ann, "332 * #home *mine");
	end();
}
END_TEST

/* Who got in only because nobody could tell that it is not for them. */
START_TEST(test_intruder)
{
	struct client *ann, *bob, *cat;

	begin();
	client_close(client_login(&sv, "cat", LOGIN_CAPS));
	ann = founder();
	client_chanserv(
	    ann, "ACCESS #home ADD cat", "cat is *");
	client_ask(ann, "MODE #home +i", ":ann!* MODE #home +i");
	client_send(ann, "PRIVMSG #home :among us");
	again_failing();
	bob = client_register(&sv, "bob");
	client_ask(bob, "JOIN #home", "366 *");
	again_serving();
	cat = client_login(&sv, "cat", LOGIN_CAPS);
	client_ask(cat, "JOIN #home", "366 *");
	client_expect(bob, ":ChanServ!* KICK #home bob :*");
	client_ask(bob, "CHATHISTORY LATEST #home * 10",
	    "FAIL CHATHISTORY INVALID_TARGET *");
	client_ask(bob, "JOIN #home", "473 *");
	client_ask(cat, "NAMES #home", "353 cat * #home :@cat");
	end();
}
END_TEST

/* ---- what is kept ---- */

/* How many rows there are of #home. */
static int
kept(void)
{
	char *text = server_ctl(&sv, "history export '#home'", NULL), *p;
	int n = 0;

	for (p = text; *p != '\0'; p++)
		n += *p == '\n';
	free(text);
	return n;
}

START_TEST(test_history)
{
	struct client *ann;
	int i;

	begin();
	ann = founder();
	for (i = 0; i < 50; i++)
		client_send(ann, "PRIVMSG #home :line %d", i);
	client_sync(ann);
	client_chanserv(
	    ann, "SET #home HISTORY SOMETIMES", "SET #ROOM HISTORY ON *");
	client_chanserv(ann, "SET #home HISTORY AGE", "SET #ROOM HISTORY ON *");
	client_chanserv(
	    ann, "SET #home HISTORY AGE -1", "SET #ROOM HISTORY ON *");
	client_chanserv(
	    ann, "SET #home HISTORY COUNT 1e3", "SET #ROOM HISTORY ON *");
	client_chanserv(ann, "SET #home TASTE good", "SET #ROOM *");
	wait_for(kept() >= 50, PATIENCE);
	client_chanserv(
	    ann, "SET #home HISTORY AGE 30", "The history of #home is set.");
	client_chanserv(
	    ann, "SET #home HISTORY COUNT 10", "The history of #home is *");
	wait_for(kept() == 10, PATIENCE);
	client_chanserv(
	    ann, "SET #home HISTORY OFF", "The history of #home is set.");
	client_send(ann, "PRIVMSG #home :between us");
	wait_for(kept() == 0, PATIENCE);
	server_restart(&sv, 1);
	ann = client_login(&sv, "ann", LOGIN_CAPS);
	client_ask(ann, "JOIN #home", "366 *");
	client_send(ann, "PRIVMSG #home :still between us");
	client_sync(ann);
	client_chanserv(
	    ann, "SET #home HISTORY ON", "The history of #home is set.");
	client_send(ann, "PRIVMSG #home :to be kept");
	wait_for(kept() == 1, PATIENCE);
	end();
}
END_TEST

static void
disk_unmount(void)
{
	char disk[96];

	snprintf(disk, sizeof(disk), "%s/state", sv.dir);
	umount2(disk, MNT_DETACH);
}

/* What is changed while the disk is full is saved as soon as there is room. */
START_TEST(test_full_disk)
{
	struct client *ann;
	char disk[96], path[128], junk[4096] = "", line[300];
	int fd, i;

	prepare();
	snprintf(disk, sizeof(disk), "%s/state", sv.dir);
	if (mount("moot-test", disk, "tmpfs", 0, "size=2m") != 0) {
		harness_skip("no right to mount a small disk");
		return;
	}
	server_start(&sv);
	ann = founder();
	snprintf(path, sizeof(path), "%s/junk", disk);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	while (write(fd, junk, sizeof(junk)) > 0)
		;
	close(fd);
	for (i = 0; !store_is("failing"); i++) {
		ck_assert_int_lt(i, 10000);
		client_send(ann, "PRIVMSG #home :line %d", i);
	}
	client_send(ann, "MODE #home +m");
	client_send(ann, "TOPIC #home :the disk is full");
	client_expect(ann, "TOPIC #home *");
	ck_assert_int_eq(unlink(path), 0);
	wait_for(store_is("serving"), PATIENCE);
	/* it is saved when it is not told: nothing else is waited for */
	snprintf(line, sizeof(line),
	    "sqlite3 %s/store.db \"SELECT 'saved'"
	    " FROM room WHERE topic='the disk is full'\" | grep -q saved",
	    disk);
	if (system("command -v sqlite3 >/dev/null") == 0)
		wait_for(system(line) == 0, PATIENCE);
	else
		client_sync(ann);
	end();
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("rooms");
	Suite *suites[] = { s, NULL };
	TCase *tc = harness_case(s, "rooms", NULL, disk_unmount, 60);

	tcase_add_test(tc, test_register);
	tcase_add_loop_test(tc, test_lasts, ORDERLY, EMPTIED + 1);
	tcase_add_test(tc, test_acknowledged);
	tcase_add_test(tc, test_many_bans);
	tcase_add_test(tc, test_access);
	tcase_add_test(tc, test_op);
	tcase_add_test(tc, test_login);
	tcase_add_test(tc, test_transfer);
	tcase_add_test(tc, test_drop);
	tcase_add_test(tc, test_removed);
	tcase_add_test(tc, test_race);
	tcase_add_test(tc, test_crowd);
	tcase_add_test(tc, test_places);
	tcase_add_test(tc, test_unsure);
	tcase_add_test(tc, test_intruder);
	tcase_add_test(tc, test_history);
	tcase_add_test(tc, test_full_disk);
	return harness_run(suites);
}
