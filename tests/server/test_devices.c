/* SPDX-License-Identifier: ISC */
/*
 * One user, many devices, or none: what each session of an account sees, how
 * one comes and goes, whoever accepted it and whatever is killed meanwhile;
 * what a user without a session is.
 */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "scram.h"

enum { DEVICES = 12 }; /* at most, of a user */

static struct server sv;

static void
start_with(int workers, int linger)
{
	server_init(&sv);
	server_set(&sv, "store", "on");
	server_set(&sv, "login-delay", "0");
	server_set(&sv, "workers", "%d", workers);
	server_set(&sv, "linger", "%d", linger);
	server_start(&sv);
}

static void
make_account(const char *account)
{
	struct client *c = client_connect(&sv);

	client_send(c, "REGISTER %s * :secret of it", account);
	client_expect(c, "REGISTER SUCCESS %s :*", account);
	client_expect(c, "900 * %s :*", account);
	client_close(c);
}

/* A connection that is logged in to ACCOUNT, all but registered. */
static struct client *
device_begin(const char *account, const char *nick, const char *caps)
{
	struct client *c = client_connect(&sv);

	snprintf(c->nick, sizeof(c->nick), "%s", account);
	client_send(c, "CAP REQ :sasl %s\r\nNICK %s\r\nUSER %.9s 0 * :Real",
	    caps, nick, nick);
	client_expect(c, "CAP * ACK :*");
	client_send(c, "AUTHENTICATE PLAIN");
	client_expect(c, "AUTHENTICATE +");
	client_send(c, "AUTHENTICATE %s",
	    plain_message(account, "secret of it"));
	client_expect(c, "903 *");
	return c;
}

/* The same, registered; its nick is the account's name. */
static struct client *
device(const char *account, const char *caps)
{
	struct client *c = device_begin(account, account, caps);

	client_send(c, "CAP END");
	client_expect(c, "001 %s *", account);
	client_expect(c, "376 *");
	return c;
}

static void
worker_kill(int number)
{
	server_worker_again(&sv, number, server_worker_kill(&sv, number));
}

/* How many rows of `mootctl users' have NICK; all must be of one worker. */
static int
rows_of(const char *nick)
{
	char *text = server_ctl(&sv, "users --json", NULL), *line, *save;
	char value[64], worker[64] = "";
	int n = 0;

	for (line = strtok_r(text, "\n", &save); line != NULL;
	     line = strtok_r(NULL, "\n", &save)) {
		if (json_get(line, "nick", value, sizeof(value)) == NULL ||
		    strcmp(value, nick) != 0)
			continue;
		n++;
		json_get(line, "worker", value, sizeof(value));
		if (worker[0] == '\0')
			snprintf(worker, sizeof(worker), "%s", value);
		ck_assert_str_eq(worker, value);
	}
	free(text);
	return n;
}

/* ---- What they see ---- */

START_TEST(test_both)
{
	struct client *a, *b, *bob;

	start_with(3, 120);
	make_account("ann");
	a = device("ann", "echo-message");
	client_ask(a, "JOIN #one", "366 *");
	client_ask(a, "TOPIC #one :of one", "TOPIC #one :of one");
	bob = client_register(&sv, "bob");
	client_ask(bob, "JOIN #one", "366 *");
	client_expect(a, ":bob!* JOIN #one");
	/* it is shown the rooms; nobody sees it come */
	b = device("ann", "");
	client_expect(b, ":ann!* JOIN #one");
	client_expect(b, "332 ann #one :of one");
	client_expect(b, "353 ann = #one :*bob*");
	client_expect(b, "366 ann #one *");
	ck_assert_int_eq(rows_of("ann"), 2);
	/* what others say is for both */
	client_send(bob, "PRIVMSG #one :to all\r\nPRIVMSG ann :to her");
	client_expect_next(a, ":bob!* PRIVMSG #one *to all");
	client_expect_next(a, ":bob!* PRIVMSG ann *to her");
	client_expect_next(b, ":bob!* PRIVMSG #one *to all");
	client_expect_next(b, ":bob!* PRIVMSG ann *to her");
	/* what one says is seen by the other; by itself only as an echo */
	client_send(a, "PRIVMSG #one :1\r\nPRIVMSG bob :2");
	client_expect_next(b, ":ann!* PRIVMSG #one *1");
	client_expect_next(b, ":ann!* PRIVMSG bob *2");
	client_expect_next(a, ":ann!* PRIVMSG #one *1");
	client_expect_next(a, ":ann!* PRIVMSG bob *2");
	client_expect_next(bob, ":ann!* PRIVMSG #one *1");
	client_expect_next(bob, ":ann!* PRIVMSG bob *2");
	client_send(b, "PRIVMSG #one :3\r\nPRIVMSG bob :4\r\nPRIVMSG ann :5");
	client_expect_next(a, ":ann!* PRIVMSG #one *3");
	client_expect_next(a, ":ann!* PRIVMSG bob *4");
	client_expect_next(a, ":ann!* PRIVMSG ann *5");
	client_expect_next(b, ":ann!* PRIVMSG ann *5");
	client_sync(a);
	client_sync(b);
	client_quit_all();
	server_stop(&sv);
}
END_TEST

START_TEST(test_acts)
{
	struct client *a, *b, *bob;

	start_with(2, 120);
	make_account("ann");
	bob = client_register(&sv, "bob");
	client_ask(bob, "JOIN #one", "366 *");
	a = device("ann", "");
	b = device("ann", "away-notify");
	client_sync(b);
	/* rooms: one that is there, a new one */
	client_ask(a, "JOIN #one,#two", "366 ann #two *");
	client_expect(b, ":ann!* JOIN #one");
	client_expect(b, "366 ann #one *");
	client_expect(b, ":ann!* JOIN #two");
	client_expect(b, "353 ann = #two :@ann");
	client_expect(b, "366 ann #two *");
	client_ask(b, "MODE #two +m", "MODE #two +m");
	client_expect_next(a, ":ann!* MODE #two +m");
	client_ask(b, "PART #two :enough", "PART #two :enough");
	client_expect_next(a, ":ann!* PART #two :enough");
	client_ask(a, "NICK anne", "NICK *anne");
	client_expect_next(b, ":ann!* NICK *anne");
	client_expect(bob, ":ann!* JOIN #one");
	client_expect_next(bob, ":ann!* NICK *anne");
	client_ask(b, "MODE anne +i", "MODE anne *+i");
	client_expect_next(a, ":anne!* MODE anne *+i");
	client_ask(a, "AWAY :off", "306 *");
	client_expect_next(b, ":anne!* AWAY :off");
	client_ask(b, "AWAY", "305 *");
	client_ask(bob, "WHOIS anne", "318 bob anne *");
	/* one leaves, nobody sees it; then the last one */
	client_send(a, "QUIT :only this");
	client_eof(a);
	client_ask(b, "PRIVMSG #one :here\r\nPING x", "PONG *x");
	client_expect_next(bob, ":anne!* PRIVMSG #one *here");
	ck_assert_int_eq(rows_of("anne"), 1);
	client_send(b, "QUIT :all");
	client_expect_next(bob, ":anne!* QUIT *all");
	client_ask(bob, "WHOIS anne", "401 bob anne *");
	server_stop(&sv);
}
END_TEST

/* Kicked, both are out; killed, both are cut. */
START_TEST(test_kick_kill)
{
	struct client *a, *b, *op;

	start_with(2, 120);
	make_account("ann");
	op = client_register(&sv, "op");
	client_ask(op, "JOIN #one", "366 *");
	a = device("ann", "");
	client_ask(a, "JOIN #one", "366 *");
	b = device("ann", "");
	client_expect(b, "366 ann #one *");
	client_expect(op, ":ann!* JOIN *");
	client_ask(op, "KICK #one ann :out", "KICK #one ann :out");
	client_expect_next(a, ":op!* KICK #one ann :out");
	client_expect_next(b, ":op!* KICK #one ann :out");
	client_ask(b, "PRIVMSG #one :not in", "404 ann #one *");
	client_ask(b, "JOIN #one", "366 ann #one *");
	client_expect(a, ":ann!* JOIN #one");
	client_expect(a, "366 ann #one *");
	client_expect_next(op, ":ann!* JOIN *");
	free(server_ctl(&sv, "kick ann because", NULL));
	client_expect_next(op, ":ann!* QUIT *because");
	client_eof(a);
	client_eof(b);
	client_sync(op);
	wait_for(rows_of("ann") == 0, 2000);
	server_stop(&sv);
}
END_TEST

START_TEST(test_limit)
{
	struct client *v[DEVICES + 1];
	int i;

	start_with(3, 120);
	make_account("ann");
	for (i = 0; i < DEVICES; i++)
		v[i] = device("ann", "");
	ck_assert_int_eq(rows_of("ann"), DEVICES);
	v[i] = device_begin("ann", "ann", "");
	client_send(v[i], "CAP END");
	client_expect(v[i], "ERROR *too many*");
	client_eof(v[i]);
	client_send(v[5], "QUIT");
	client_eof(v[5]);
	device("ann", "");
	client_send(v[0], "PRIVMSG ann :all");
	for (i = 0; i < DEVICES; i++)
		if (i != 5)
			client_expect(v[i], ":ann!* PRIVMSG ann *all");
	client_quit_all();
	server_stop(&sv);
}
END_TEST

/* What is sent together with the last line of the registration is not lost,
 * wherever the session goes. */
START_TEST(test_handed_input)
{
	struct client *a, *b, *bob;
	int i;

	start_with(4, 120);
	make_account("ann");
	a = device("ann", "");
	bob = client_register(&sv, "bob");
	for (i = 0; i < 6; i++) {
		b = device_begin("ann", i % 2 ? "ann" : "other", "");
		client_send(b, "CAP END\r\nPRIVMSG bob :first %d\r\nPRIVMSG "
		    "bob :second %d\r\nPING last", i, i);
		client_expect(b, "001 ann *");
		client_expect(bob, "PRIVMSG bob *first %d", i);
		client_expect_next(bob, ":ann!* PRIVMSG bob *second %d", i);
		client_expect_next(a, ":ann!* PRIVMSG bob *first %d", i);
		client_expect_next(a, ":ann!* PRIVMSG bob *second %d", i);
		client_expect(b, "PONG *last");
		client_send(b, "QUIT");
		client_eof(b);
	}
	client_sync(a);
	client_quit_all();
	server_stop(&sv);
}
END_TEST

/* ---- None ---- */

START_TEST(test_linger)
{
	struct client *a, *bob;

	start_with(2, 120);
	make_account("ann");
	bob = client_register_with(&sv, "bob", "away-notify");
	client_ask(bob, "JOIN #one", "366 *");
	a = device("ann", "");
	client_ask(a, "JOIN #one", "366 *");
	client_expect(bob, ":ann!* JOIN *");
	client_close(a);
	client_expect_next(bob, ":ann!* AWAY :*");
	client_ask(bob, "PRIVMSG ann :while away",
	    "NOTICE bob :ann is not here; your message is kept *");
	client_ask(bob, "NAMES #one", "353 bob = #one :*ann*");
	ck_assert_int_eq(rows_of("ann"), 1);
	worker_kill(1);
	worker_kill(2);
	client_ask(bob, "NAMES #one", "353 bob = #one :*ann*");
	client_expect(bob, "366 *");
	a = device("ann", "");
	client_expect(a, ":ann!* JOIN #one");
	client_expect(a, "366 ann #one *");
	client_expect(a, ":bob!* PRIVMSG ann *while away");
	client_expect_next(bob, ":ann!* AWAY");
	client_send(a, "PRIVMSG #one :back");
	client_expect_next(bob, ":ann!* PRIVMSG #one *back");
	/* a QUIT is one */
	client_send(a, "QUIT :bye");
	client_expect_next(bob, ":ann!* QUIT *bye");
	server_stop(&sv);
}
END_TEST

START_TEST(test_linger_ends)
{
	struct client *a, *bob;

	start_with(2, 1);
	make_account("ann");
	bob = client_register(&sv, "bob");
	client_ask(bob, "JOIN #one", "366 *");
	a = device("ann", "");
	client_ask(a, "JOIN #one", "366 *");
	client_expect(bob, ":ann!* JOIN *");
	client_close(a);
	client_expect_next(bob, ":ann!* QUIT *Connection closed");
	wait_for(rows_of("ann") == 0, 2000);
	a = device("ann", "");
	client_ask(a, "JOIN #one", "353 ann = #one :*bob*");
	server_stop(&sv);
}
END_TEST

START_TEST(test_linger_killed)
{
	struct client *a, *bob;

	start_with(2, 120);
	make_account("ann");
	bob = client_register_with(&sv, "bob", "away-notify");
	client_ask(bob, "JOIN #one", "366 *");
	a = device("ann", "");
	client_ask(a, "JOIN #one", "366 *");
	client_expect(bob, ":ann!* JOIN *");
	client_close(a);
	client_expect_next(bob, ":ann!* AWAY :*");
	free(server_ctl(&sv, "kick ann because", NULL));
	client_expect_next(bob, ":ann!* QUIT *because");
	client_ask(bob, "WHOIS ann", "401 bob ann *");
	server_stop(&sv);
}
END_TEST

START_TEST(test_always_on)
{
	struct client *a, *eve, *bob;

	start_with(2, 1);
	make_account("ann");
	make_account("eve");
	bob = client_register_with(&sv, "bob", "away-notify");
	client_ask(bob, "JOIN #one", "366 *");
	a = device("ann", "");
	client_ask(a, "PRIVMSG NickServ :SET ALWAYS-ON on", "NOTICE ann :*");
	client_ask(a, "JOIN #one", "366 *");
	client_expect(bob, ":ann!* JOIN *");
	eve = device("eve", "");
	client_ask(eve, "JOIN #one", "366 *");
	client_expect(bob, ":eve!* JOIN *");
	client_send(a, "QUIT :till later");
	client_expect_next(bob, ":ann!* AWAY :*");
	/* longer than others may, who leave later */
	client_close(eve);
	client_expect_next(bob, ":eve!* AWAY :*");
	client_expect_next(bob, ":eve!* QUIT *");
	ck_assert_int_eq(rows_of("ann"), 1);
	a = device("ann", "");
	client_expect(a, "366 ann #one *");
	client_expect_next(bob, ":ann!* AWAY");
	/* and again, as a later login finds it */
	client_close(a);
	client_expect_next(bob, ":ann!* AWAY :*");
	a = device("ann", "");
	client_expect(a, "366 ann #one *");
	client_expect_next(bob, ":ann!* AWAY");
	client_ask(a, "PRIVMSG NickServ :SET ALWAYS-ON off", "NOTICE ann :*");
	client_send(a, "QUIT :for good");
	client_expect_next(bob, ":ann!* QUIT *for good");
	server_stop(&sv);
}
END_TEST

/* ---- What was missed ---- */

enum { RETURN_LINES = 150 };

/* Two who talk, in two rooms each; ann is in both, and is lost. */
static void
lost(struct client **talk, const char *caps)
{
	struct client *a;
	int i;

	make_account("ann");
	talk[0] = client_register_with(&sv, "bob", "away-notify");
	talk[1] = client_register_with(&sv, "eve", "away-notify");
	a = device("ann", caps);
	client_ask(a, "JOIN #one,#two", "366 ann #two *");
	for (i = 0; i < 2; i++) {
		client_ask(talk[i], "JOIN #one,#two", "366 * #two *");
		client_expect(a, ":%s!* JOIN #two", talk[i]->nick);
	}
	client_close(a);
	for (i = 0; i < 2; i++)
		client_expect(talk[i], ":ann!* AWAY :*");
}

/* Numbered lines FROM..TO, each by one of the two, to one of the rooms. */
static void
talk_on(struct client **talk, int from, int to)
{
	int i;

	for (i = from; i <= to; i++) {
		client_send(talk[i % 2], "%s #%s :%d", i % 5 ? "PRIVMSG"
		    : "NOTICE", i % 3 ? "one" : "two", i);
		client_sync(talk[i % 2]);
	}
}

/* C is shown both rooms, then told lines FROM..TO, those of each of the two in
 * their order: between workers there is no other one. */
static void
told(struct client *c, int from, int to)
{
	int next[2] = { from + (from & 1), from + !(from & 1) };
	int rooms = 0, left, n;
	char kind[16], target[16];

	for (left = to - from + 1; left > 0; left--) {
		do {
			ck_assert_msg(client_line(c, harness_ms(10000)),
			    "line %d or %d is missing", next[0], next[1]);
			rooms += strncmp(c->body, "366 ", 4) == 0;
		} while (strchr(c->source, '!') == NULL ||
		    sscanf(c->body, "%15s %15s :%d", kind, target, &n) != 3);
		ck_assert_msg(rooms == 2, "after %d rooms: %s", rooms, c->line);
		ck_assert_msg(n == next[n & 1], "%d instead of %d: %s", n,
		    next[n & 1], c->line);
		ck_assert_str_eq(kind, n % 5 ? "PRIVMSG" : "NOTICE");
		ck_assert_str_eq(target, n % 3 ? "#one" : "#two");
		next[n & 1] += 2;
	}
}

static void
said_now(struct client **talk, struct client *c, int n)
{
	client_send(talk[0], "PRIVMSG #one :now %d", n);
	client_expect(c, ":bob!* PRIVMSG #one *now %d", n);
	client_expect_none(c, "PRIVMSG *");
}

/* What is said while it is away is told on the return, in order, once, behind
 * the rooms; another device that comes then is told nothing of it. */
START_TEST(test_returns)
{
	struct client *talk[2], *a, *b;
	const char *caps = _i ? "batch server-time message-tags" : "";

	start_with(3, 120);
	lost(talk, caps);
	talk_on(talk, 1, RETURN_LINES);
	a = device("ann", caps);
	told(a, 1, RETURN_LINES);
	said_now(talk, a, 1);
	b = device("ann", "");
	client_expect(b, "366 ann #one *");
	client_expect(b, "366 ann #two *");
	said_now(talk, b, 2);
	/* and nothing again after another absence */
	client_send(b, "QUIT");
	client_eof(b);
	client_close(a);
	client_expect(talk[0], ":ann!* AWAY :*");
	a = device("ann", "");
	client_expect(a, "366 ann #two *");
	said_now(talk, a, 3);
	client_quit_all();
	server_stop(&sv);
}
END_TEST

/* Who can ask for history does. */
START_TEST(test_returns_chathistory)
{
	struct client *talk[2], *a;

	start_with(2, 120);
	lost(talk, "");
	talk_on(talk, 1, 20);
	a = device("ann", "batch server-time message-tags draft/chathistory");
	client_expect(a, "366 ann #one *");
	client_expect(a, "366 ann #two *");
	said_now(talk, a, 1);
	client_send(a, "CHATHISTORY LATEST #one * 3");
	client_expect(a, "BATCH +* chathistory #one");
	client_quit_all();
	server_stop(&sv);
}
END_TEST

/* More than can be noted: that is told, behind what could be. */
START_TEST(test_returns_gap)
{
	enum { MOST = 65536 };
	struct client *talk[2], *a;
	int i, n = 0;

	start_with(1, 120);
	lost(talk, "");
	for (i = 1; i <= MOST + 100; i++) {
		client_send(talk[0], "PRIVMSG #one :%d", i);
		if (i % 1000 == 0)
			client_sync(talk[0]);
	}
	client_sync(talk[0]);
	a = device("ann", "");
	for (i = 1; i <= MOST; i++) {
		do
			ck_assert_msg(client_line(a, harness_ms(10000)),
			    "line %d is missing", i);
		while (sscanf(a->body, "PRIVMSG #one :%d", &n) != 1);
		ck_assert_int_eq(n, i);
	}
	client_expect(a, "NOTICE ann :More was said than *");
	said_now(talk, a, 1);
	client_quit_all();
	server_stop(&sv);
}
END_TEST

static void
kill_one(pid_t pid)
{
	if (pid > 0)
		pid_signal(pid, SIGKILL);
}

/* The same while all that can be killed is; but none so often that the master
 * waits before it starts the next one. */
START_TEST(test_returns_killed)
{
	struct client *talk[2], *a;
	int round, n = 0, w;

	start_with(3, 120);
	sv.crashes = 1;
	lost(talk, "");
	for (round = 0; round < 3; round++) {
		for (w = 1; w <= 3; w++) {
			talk_on(talk, n + 1, n + 40);
			n += 40;
			kill_one(server_worker_pid(&sv, w));
			if (w == 1 + round % 3)
				kill_one(server_store_pid(&sv));
		}
		a = device_begin("ann", "ann", "");
		client_send(a, "CAP END");
		kill_one(server_worker_pid(&sv, 1 + round % 3));
		talk_on(talk, n + 1, n + 10);
		kill_one(server_worker_pid(&sv, 1 + (round + 1) % 3));
		if (round == 1)
			kill_one(server_store_pid(&sv));
		talk_on(talk, n + 11, n + 20);
		told(a, n - 119, n + 20);
		n += 20;
		client_expect_none(a, "PRIVMSG *");
		client_close(a);
		client_expect(talk[0], ":ann!* AWAY :*");
	}
	client_quit_all();
	server_stop(&sv);
}
END_TEST

/* ---- Killed meanwhile ---- */

struct watch {
	int room, direct, own; /* the last number of each */
};

static void
watch_line(struct client *c, struct watch *w, const char *who)
{
	char target[16];
	int n, *last;

	if (sscanf(c->body, "PRIVMSG %15s :%d", target, &n) != 2)
		return;
	last = strncmp(c->source, "ann!", 4) == 0 ? &w->own
	    : target[0] == '#' ? &w->room : &w->direct;
	ck_assert_msg(n == *last + 1, "%s: %d after %d: %s", who, n, *last,
	    c->line);
	*last = n;
}

static void
watch(struct client *c, struct watch *w, const char *who, int n)
{
	while (w->room < n || w->direct < n || w->own < n) {
		ck_assert_msg(client_line(c, 10000), "%s: nothing after room "
		    "%d direct %d own %d", who, w->room, w->direct, w->own);
		watch_line(c, w, who);
	}
}

/* Numbered lines to the room, to the user, and by one of its devices: each is
 * heard once, in order, on every device, while workers are killed. */
START_TEST(test_exactly_once)
{
	enum { ROUNDS = 12, LINES = 40 };
	struct client *v[3], *bob;
	struct watch w[3] = { { 0, 0, 0 } };
	int round, i, n = 0;

	start_with(3, 120);
	sv.crashes = 1;
	make_account("ann");
	bob = client_register(&sv, "bob");
	client_ask(bob, "JOIN #one", "366 *");
	v[0] = device("ann", "echo-message");
	client_ask(v[0], "JOIN #one", "366 *");
	v[1] = device("ann", "");
	v[2] = device("ann", "server-time");
	client_expect(v[1], "366 *");
	client_expect(v[2], "366 *");
	for (round = 0; round < ROUNDS; round++) {
		for (i = 0; i < LINES; i++) {
			n++;
			client_send(bob, "PRIVMSG #one :%d\r\n"
			    "PRIVMSG ann :%d", n, n);
			client_send(v[0], "PRIVMSG #one :%d", n);
			if (i == LINES / 2)
				server_worker_kill(&sv, 1 + round % 3);
		}
		for (i = 0; i < 3; i++)
			watch(v[i], &w[i], v[i]->nick, n);
	}
	client_quit_all();
	server_stop(&sv);
}
END_TEST

/* Devices come and go, on all workers, which are killed; each is one of the
 * same user in the end, and hears. */
START_TEST(test_comes_while_killed)
{
	struct client *a, *b, *bob;
	int i;

	start_with(3, 120);
	sv.crashes = 1;
	make_account("ann");
	bob = client_register(&sv, "bob");
	client_ask(bob, "JOIN #one", "366 *");
	a = device("ann", "");
	client_ask(a, "JOIN #one", "366 *");
	client_expect(bob, ":ann!* JOIN *");
	for (i = 0; i < 24; i++) {
		b = device_begin("ann", "ann", "");
		client_send(b, "CAP END\r\nPING x");
		server_worker_kill(&sv, 1 + i % 3);
		client_expect(b, "001 ann *");
		client_expect(b, "366 ann #one *");
		client_send(bob, "PRIVMSG #one :%d", i);
		client_expect(b, ":bob!* PRIVMSG #one *%d", i);
		client_expect(a, ":bob!* PRIVMSG #one *%d", i);
		client_close(b);
		wait_for(server_workers(&sv, (pid_t[4]) { 0 }, 4) == 3, 5000);
	}
	client_send(a, "PRIVMSG bob :done");
	/* nobody has seen any of it */
	client_expect_next(bob, ":ann!* PRIVMSG bob *done");
	wait_for(rows_of("ann") == 1, 5000);
	client_quit_all();
	server_stop(&sv);
}
END_TEST

/* Several at once, none of which is there already: they become one user. */
START_TEST(test_at_once)
{
	enum { N = 6 };
	struct client *v[N];
	int round, i;

	start_with(3, 120);
	make_account("ann");
	for (round = 0; round < 5; round++) {
		for (i = 0; i < N; i++)
			v[i] = device_begin("ann", "ann", "");
		for (i = 0; i < N; i++)
			client_send(v[i], "CAP END");
		for (i = 0; i < N; i++) {
			client_expect(v[i], "001 ann *");
			client_expect(v[i], "376 *");
		}
		ck_assert_int_eq(rows_of("ann"), N);
		client_send(v[0], "PRIVMSG ann :%d", round);
		for (i = 0; i < N; i++)
			client_expect(v[i], ":ann!* PRIVMSG ann *%d", round);
		client_quit_all();
		wait_for(rows_of("ann") == 0, 5000);
	}
	server_stop(&sv);
}
END_TEST

START_TEST(test_moved)
{
	enum { N = 6 };
	struct client *v[N], *bob;
	int i;

	start_with(3, 120);
	make_account("ann");
	bob = client_register(&sv, "bob");
	client_ask(bob, "JOIN #one", "366 *");
	for (i = 0; i < N; i++)
		v[i] = device("ann", "");
	client_ask(v[0], "JOIN #one", "366 *");
	for (i = 1; i < N; i++)
		client_expect(v[i], "366 ann #one *");
	for (i = 0; i < 3; i++) {
		free(server_ctl(&sv, "rebalance", NULL));
		ck_assert_int_eq(rows_of("ann"), N);
		client_send(bob, "PRIVMSG #one :%d", i);
		client_send(v[i], "PRIVMSG bob :%d", i);
		client_expect(bob, ":ann!* PRIVMSG bob *%d", i);
	}
	for (i = 0; i < N; i++)
		client_expect(v[i], ":bob!* PRIVMSG #one *2");
	client_quit_all();
	server_stop(&sv);
}
END_TEST

static Suite *
devices_suite(void)
{
	Suite *s = suite_create("devices");
	TCase *c = tcase_create("devices");

	tcase_set_timeout(c, 120);
	tcase_add_test(c, test_both);
	tcase_add_test(c, test_acts);
	tcase_add_test(c, test_kick_kill);
	tcase_add_test(c, test_limit);
	tcase_add_test(c, test_handed_input);
	tcase_add_test(c, test_linger);
	tcase_add_test(c, test_linger_ends);
	tcase_add_test(c, test_linger_killed);
	tcase_add_test(c, test_always_on);
	tcase_add_loop_test(c, test_returns, 0, 2);
	tcase_add_test(c, test_returns_chathistory);
	tcase_add_test(c, test_returns_gap);
	tcase_add_test(c, test_returns_killed);
	tcase_add_test(c, test_exactly_once);
	tcase_add_test(c, test_comes_while_killed);
	tcase_add_test(c, test_at_once);
	tcase_add_test(c, test_moved);
	suite_add_tcase(s, c);
	return s;
}

int
main(void)
{
	Suite *suites[] = { devices_suite(), NULL };

	return harness_run(suites);
}
