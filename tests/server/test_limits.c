/* SPDX-License-Identifier: ISC */
/*
 * More than there is room for: clients that do not read, clients that flood,
 * connections beyond every limit, and a nick that many want at once.  Whoever
 * is not the cause goes on as before.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness.h"

static struct server sv;

/* A quick answer, whatever others do. */
static void
client_is_served(struct client *c)
{
	long begin = clock_ms(), took;

	client_sync(c);
	took = clock_ms() - begin;
	ck_assert_msg(took < harness_ms(1000), "%s waited %ld ms for a PONG",
	    c->nick, took);
}

/* ---- Output ---- */

/* One that never reads is cut when its output passes the limit; those who
 * read get every line. */
START_TEST(test_never_reads)
{
	struct client *deaf, *talker, *reader;
	char text[400], want[64];
	int small = 2048, i, sent = 0, got = 0, cut = 0;

	server_init(&sv);
	server_set(&sv, "sendq", "64K");
	server_start(&sv);
	client_apart(&sv, &talker, "talker", &reader, "reader", NULL);
	deaf = client_register(&sv, "deaf");
	setsockopt(deaf->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	client_ask(talker, "JOIN #deaf", "366 *");
	client_ask(reader, "JOIN #deaf", "366 *");
	client_ask(deaf, "JOIN #deaf", "366 *");
	client_expect(talker, ":deaf!* JOIN *");
	memset(text, 't', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	/* enough for any socket buffer between */
	while (!cut && sent < 40000) {
		for (i = 0; i < 50; i++)
			client_send(talker, "PRIVMSG #deaf :%d %s", sent++,
			    text);
		client_is_served(talker);
		while (got < sent && client_line(reader,
		    harness_ms(HARNESS_WAIT))) {
			cut |= client_matches(reader, ":deaf!* QUIT :*");
			if (!client_matches(reader, ":talker!*"))
				continue;
			snprintf(want, sizeof(want), "PRIVMSG #deaf :%d t*",
			    got++);
			ck_assert_msg(client_matches(reader, want),
			    "wants %s: %.60s", want, reader->line);
		}
		ck_assert_int_eq(got, sent);
	}
	if (!cut)
		client_expect(reader, ":deaf!* QUIT :*");
	client_is_served(talker);
	client_is_served(reader);
	client_ask(talker, "WHOIS deaf", "401 talker deaf :*");
	server_stop(&sv);
}
END_TEST

/* One that reads late, but in time, loses nothing. */
START_TEST(test_reads_late)
{
	enum { LINES = 1500 };
	struct client *late, *talker;
	char text[300];
	int i;

	server_init(&sv);
	server_start(&sv);
	client_apart(&sv, &talker, "talker", &late, "late", NULL);
	memset(text, 't', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	for (i = 0; i < LINES; i++)
		client_send(talker, "PRIVMSG late :%d %s", i, text);
	client_is_served(talker);
	for (i = 0; i < LINES; i++)
		client_expect_next(late, ":talker!* PRIVMSG late :%d t*", i);
	server_stop(&sv);
}
END_TEST

/* Asks for much more than it reads. */
START_TEST(test_asks_never_reads)
{
	struct client *greedy, *other;
	ssize_t n;
	size_t at = 0;
	static const char ask[] = "MOTD\r\nHELP\r\nINFO\r\nVERSION\r\n";
	long end;

	server_init(&sv);
	server_set(&sv, "sendq", "64K");
	server_start(&sv);
	other = client_register(&sv, "other");
	greedy = client_register(&sv, "greedy");
	end = clock_ms() + 2000;
	while (clock_ms() < end) {
		n = client_offer(greedy, ask + at, sizeof(ask) - 1 - at);
		if (n == -1)
			break;
		at = (at + (size_t)n) % (sizeof(ask) - 1);
		if (n == 0)
			client_is_served(other);
	}
	client_is_served(other);
	ck_assert(server_alive(&sv));
	server_stop(&sv);
}
END_TEST

/* Many that do not read, within their own limits, fill the memory for all
 * buffers: some of them pay, not those who read. */
START_TEST(test_buffers)
{
	enum { DEAF = 30, LINES = 10000 };
	struct client *deaf[DEAF], *talker, *reader;
	int small = 2048, i, gone = 0;
	char text[400], want[64];

	server_init(&sv);
	server_set(&sv, "sendq", "8M");
	server_add(&sv, "buffers 16M");
	server_start(&sv);
	client_apart(&sv, &talker, "talker", &reader, "reader", NULL);
	client_ask(talker, "JOIN #buffers", "366 *");
	client_ask(reader, "JOIN #buffers", "366 *");
	client_register_many(&sv, deaf, DEAF, "deaf");
	for (i = 0; i < DEAF; i++) {
		setsockopt(deaf[i]->fd, SOL_SOCKET, SO_RCVBUF, &small,
		    sizeof(small));
		client_ask(deaf[i], "JOIN #buffers", "366 *");
	}
	memset(text, 't', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	for (i = 0; i < LINES; i++) {
		client_send(talker, "PRIVMSG #buffers :%d %s", i, text);
		snprintf(want, sizeof(want), "PRIVMSG #buffers :%d *", i);
		while (client_line(reader, harness_ms(HARNESS_WAIT))) {
			gone += client_matches(reader, ":deaf* QUIT :*");
			if (client_matches(reader, want))
				break;
		}
		ck_assert_msg(client_matches(reader, want), "line %d did not "
		    "come%s; %d of the deaf are gone; the last: %.60s; %s", i,
		    reader->eof ? ", the reader was cut" : "", gone,
		    reader->recent[(reader->nrecent - 1) % CLIENT_RECENT],
		    sv.log);
	}
	client_is_served(talker);
	client_is_served(reader);
	client_is_served(client_register(&sv, "later"));
	ck_assert_int_gt(gone, 0);
	printf("buffers: %d of %d that do not read were cut\n", gone, DEAF);
	server_stop(&sv);
}
END_TEST

/* ---- Input ---- */

/* A paste of a hundred lines, with the default settings. */
START_TEST(test_paste)
{
	struct client *a, *b;
	char text[16384];
	size_t len = 0;
	long begin;
	int i;

	server_init(&sv);
	server_set(&sv, "flood", NULL);
	server_start(&sv);
	client_apart(&sv, &a, "ann", &b, "bob", NULL);
	client_ask(a, "JOIN #paste", "366 *");
	client_ask(b, "JOIN #paste", "366 *");
	for (i = 0; i < 100; i++)
		len += (size_t)sprintf(text + len,
		    "PRIVMSG #paste :pasted line %d\r\n", i);
	begin = clock_ms();
	client_write(a, text, len);
	for (i = 0; i < 100; i++)
		client_expect(b, "PRIVMSG #paste :pasted line %d", i);
	ck_assert_int_lt(clock_ms() - begin, harness_ms(1000));
	server_stop(&sv);
}
END_TEST

/* Who floods is slowed to the limit, loses no line, and stays. */
START_TEST(test_flood)
{
	struct client *a, *b;
	char text[16384];
	size_t len = 0;
	long begin, took;
	int i;

	server_init(&sv);
	server_set(&sv, "flood", "40 20");
	server_start(&sv);
	client_apart(&sv, &a, "ann", &b, "bob", NULL);
	for (i = 0; i < 100; i++)
		len += (size_t)sprintf(text + len,
		    "PRIVMSG bob :flood %d\r\n", i);
	begin = clock_ms();
	client_write(a, text, len);
	for (i = 0; i < 100; i++)
		client_expect(b, "PRIVMSG bob :flood %d", i);
	took = clock_ms() - begin;
	/* 20 at once, 80 more at 40 a second */
	ck_assert_msg(took >= 1500, "100 lines took %ld ms", took);
	ck_assert_msg(took <= harness_ms(5000), "100 lines took %ld ms", took);
	client_sync(a);
	server_stop(&sv);
}
END_TEST

/* Floods that do not end: others are served at once. */
START_TEST(test_flood_others)
{
	enum { N = 10 };
	struct client *v[N], *a, *b;
	static const char text[] = "PRIVMSG flood1 :xxxxxxxxxxxxxxxxxxxx\r\n"
	    "JOIN #flood\r\nNAMES #flood\r\nPART #flood\r\nWHOIS flood1\r\n";
	size_t at[N] = { 0 };
	int i, turn;

	server_init(&sv);
	server_set(&sv, "flood", "20 50");
	server_start(&sv);
	client_apart(&sv, &a, "ann", &b, "bob", NULL);
	client_register_many(&sv, v, N, "flood");
	for (turn = 0; turn < 40; turn++) {
		for (i = 0; i < N; i++) {
			ssize_t n;

			while ((n = client_offer(v[i], text + at[i],
			    sizeof(text) - 1 - at[i])) > 0)
				at[i] = (at[i] + (size_t)n) %
				    (sizeof(text) - 1);
			client_fill(v[i]);
			v[i]->pos = v[i]->len = 0;
			ck_assert_msg(!v[i]->eof, "flooder %d was cut", i);
		}
		/* within their own limit, which is the same */
		client_send(a, "PRIVMSG bob :turn %d", turn);
		client_expect(b, "PRIVMSG bob :turn %d", turn);
	}
	server_stop(&sv);
}
END_TEST

/* ---- Connections ---- */

static int
client_was_refused(struct client *c)
{
	client_send(c, "NICK refused\r\nUSER u 0 * :R");
	while (client_line(c, harness_ms(HARNESS_WAIT)))
		if (client_matches(c, "001 *"))
			return 0;
	return c->eof;
}

/* Tries once to get in as "next". */
static int
client_is_taken(struct client **c)
{
	*c = client_connect(&sv);
	client_send(*c, "NICK next\r\nUSER u 0 * :N");
	while (client_line(*c, harness_ms(HARNESS_WAIT)))
		if (client_matches(*c, "376 *"))
			return 1;
	client_close(*c);
	return 0;
}

START_TEST(test_max_clients)
{
	enum { MAX = 10 };
	struct client *v[MAX], *c;
	int i;

	server_init(&sv);
	server_add(&sv, "max-clients %d", MAX);
	server_start(&sv);
	client_register_many(&sv, v, MAX, "full");
	for (i = 0; i < 5; i++) {
		c = client_connect(&sv);
		ck_assert_msg(client_was_refused(c), "client %d of %d taken",
		    MAX + 1, MAX);
		ck_assert_msg(c->nrecent > 0 && strncmp(c->recent[0], "ERROR :",
		    7) == 0, "refused without ERROR");
		client_close(c);
	}
	client_is_served(v[0]);
	client_ask(v[1], "QUIT", "ERROR *");
	client_eof(v[1]);
	client_close(v[1]);
	wait_for(client_is_taken(&c), 3000);
	client_is_served(c);
	server_stop(&sv);
}
END_TEST

START_TEST(test_max_clients_address)
{
	struct client *v[3], *c;

	server_init(&sv);
	server_set(&sv, "max-clients-per-address", "3");
	server_start(&sv);
	client_register_many(&sv, v, 3, "same");
	c = client_connect(&sv);
	ck_assert_msg(client_was_refused(c), "4 clients of one address");
	ck_assert_msg(c->nrecent > 0 && strncmp(c->recent[0], "ERROR :", 7)
	    == 0, "refused without ERROR");
	c = client_connect_from(&sv, "127.0.0.2", 0);
	client_send(c, "NICK elsewhere\r\nUSER u 0 * :E");
	client_expect(c, "001 elsewhere *");
	client_close(v[2]);
	wait_for(client_is_taken(&c), 3000);
	client_is_served(c);
	server_stop(&sv);
}
END_TEST

/* One that has quit but keeps its end open does not hold its place for
 * ever. */
START_TEST(test_slot_kept)
{
	struct client *a, *b, *c;

	server_init(&sv);
	server_add(&sv, "max-clients 2");
	server_start(&sv);
	a = client_register(&sv, "keeper");
	b = client_register(&sv, "other");
	client_ask(a, "QUIT", "ERROR *");
	client_eof(a);
	wait_for(client_is_taken(&c), 15000);
	client_is_served(b);
	server_stop(&sv);
}
END_TEST

START_TEST(test_max_rooms)
{
	struct client *c;
	int i;

	server_init(&sv);
	server_add(&sv, "max-rooms 5");
	server_start(&sv);
	c = client_register(&sv, "opener");
	for (i = 0; i < 5; i++) {
		client_send(c, "JOIN #room%d", i);
		client_expect(c, "366 opener #room%d *", i);
	}
	client_ask(c, "JOIN #onemore", "4* opener #onemore :*");
	client_ask(c, "PART #room0", "PART *");
	client_ask(c, "JOIN #onemore", "366 opener #onemore *");
	server_stop(&sv);
}
END_TEST

/* CPU time of master and workers, in clock ticks. */
static unsigned long
server_ticks(void)
{
	pid_t pid[64];
	unsigned long sum = 0, user, sys;
	char path[64], text[512], *p;
	FILE *f;
	int i;

	server_workers(&sv, pid, 64);
	pid[0] = sv.pid;
	for (i = 0; i < 64; i++) {
		if (pid[i] == 0)
			continue;
		snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid[i]);
		if ((f = fopen(path, "r")) == NULL)
			continue;
		if (fgets(text, sizeof(text), f) != NULL &&
		    (p = strrchr(text, ')')) != NULL &&
		    sscanf(p + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u "
		    "%lu %lu", &user, &sys) == 2)
			sum += user + sys;
		fclose(f);
	}
	return sum;
}

/* Out of descriptors: who is in stays served, the server does not spin, and
 * takes new ones as soon as it can. */
START_TEST(test_descriptors)
{
	enum { N = 400 };
	struct client *in, *v[N];
	unsigned long ticks;
	long end;
	int i;

	server_init(&sv);
	sv.nofile = 128;
	server_start(&sv);
	in = client_register(&sv, "inside");
	for (i = 0; i < N; i++) {
		v[i] = client_connect(&sv);
		client_send(v[i], "NICK many%d\r\nUSER u 0 * :M", i);
	}
	client_is_served(in);
	ticks = server_ticks();
	end = clock_ms() + 1000;
	while (clock_ms() < end) {
		client_sync(in);
		harness_tick();
	}
	ticks = server_ticks() - ticks;
	ck_assert_msg((long)ticks < sysconf(_SC_CLK_TCK), "%lu ticks of CPU in "
	    "a second: it spins", ticks);
	for (i = 0; i < N; i++)
		client_close(v[i]);
	client_is_served(in);
	in = client_register(&sv, "after");
	client_is_served(in);
	server_stop(&sv);
}
END_TEST

/* ---- Nicks ---- */

enum { RACERS = 40, RACES = 10 };

struct race {
	struct client *v[RACERS];
	int answer[RACERS];    /* 1: has the nick, 2: has not */
	long until;
};

static void
line_race(struct client *c, int index, void *arg)
{
	struct race *r = arg;

	if (client_matches(c, "001 racer *") ||
	    client_matches(c, "NICK *racer"))
		r->answer[index] = 1;
	else if (client_matches(c, "433 *"))
		r->answer[index] = 2;
}

static int
race_done(void *arg)
{
	struct race *r = arg;
	int i;

	for (i = 0; i < RACERS; i++) {
		if (r->answer[i] != 0)
			continue;
		ck_assert_msg(clock_ms() < r->until, "client %d (port %d) has "
		    "no answer; its last line: %s; %s", i,
		    client_port(r->v[i]), r->v[i]->nrecent == 0 ? "" :
		    r->v[i]->recent[(r->v[i]->nrecent - 1) % CLIENT_RECENT],
		    sv.log);
		return 0;
	}
	return 1;
}

static void
race_run(struct race *r, int round)
{
	int i, won = 0;

	memset(r->answer, 0, sizeof(r->answer));
	for (i = 0; i < RACERS; i++)
		client_offer(r->v[i], "NICK racer\r\n", 12);
	r->until = clock_ms() + harness_ms(HARNESS_WAIT);
	client_pump(r->v, RACERS, line_race, race_done, r, HARNESS_WAIT * 2);
	for (i = 0; i < RACERS; i++)
		won += r->answer[i] == 1;
	ck_assert_msg(won == 1, "%d of %d got the nick in round %d", won,
	    RACERS, round);
}

/* Many ask for one nick at once, at all workers: one gets it. */
START_TEST(test_nick_race)
{
	static struct race r;
	int i, round;

	server_init(&sv);
	server_set(&sv, "workers", "4");
	server_start(&sv);
	for (round = 0; round < RACES; round++) {
		for (i = 0; i < RACERS; i++) {
			r.v[i] = client_connect(&sv);
			client_ask(r.v[i], "USER u 0 * :R\r\nCAP LIST",
			    "CAP * LIST *");
			client_send(r.v[i], "CAP END");
		}
		race_run(&r, round);
		client_quit_all();
	}
	server_stop(&sv);
}
END_TEST

START_TEST(test_nick_race_change)
{
	static struct race r;
	int i, round;

	server_init(&sv);
	server_set(&sv, "workers", "4");
	server_start(&sv);
	client_register_many(&sv, r.v, RACERS, "runner");
	for (round = 0; round < RACES; round++) {
		race_run(&r, round);
		for (i = 0; i < RACERS; i++)
			client_send(r.v[i], "NICK %s", r.v[i]->nick);
		for (i = 0; i < RACERS; i++)
			client_sync(r.v[i]);
	}
	server_stop(&sv);
}
END_TEST

/* ---- Who is the cause pays ---- */

static void
reload(void)
{
	char want[16];

	snprintf(want, sizeof(want), "%d", atoi(server_status(&sv, "reloads"))
	    + 1);
	server_write(&sv);
	free(server_ctl(&sv, "reload", NULL));
	wait_for(strcmp(server_status(&sv, "reloads"), want) == 0, 10000);
}

/* From ADDRESS, as its first answer says, it is let in (1) or not. */
static int
is_let_in(const char *address)
{
	struct client *c = client_connect_from(&sv, address, 0);
	int in;

	client_send(c, "PING x");
	ck_assert_msg(client_line(c, harness_ms(HARNESS_WAIT)), "no answer");
	in = !client_matches(c, "ERROR *");
	client_close(c);
	return in;
}

/* How often an address may connect: others may, those who are exempt may, and
 * after a reload all may. */
START_TEST(test_connection_rate)
{
	int i;

	server_init(&sv);
	server_set(&sv, "connection-rate", "1/3600 3");
	server_start(&sv);
	for (i = 0; i < 3; i++)
		ck_assert(is_let_in("127.0.0.2"));
	for (i = 0; i < 10; i++)
		ck_assert(!is_let_in("127.0.0.2"));
	ck_assert(is_let_in("127.0.0.3"));
	ck_assert_str_eq(server_status(&sv, "refused_rate"), "10");
	ck_assert_str_eq(server_status(&sv, "counted_addresses"), "2");
	wait_for(server_log_has(&sv, "the last one from 127.0.0.2: "), 5000);
	server_set(&sv, "exempt", "127.0.0.2 127.0.0.4/31");
	reload();
	wait_for(is_let_in("127.0.0.2"), 10000);
	for (i = 0; i < 10; i++)
		ck_assert(is_let_in("127.0.0.5"));
	for (i = 0; i < 3; i++)
		ck_assert_int_eq(is_let_in("127.0.0.6"), 1);
	ck_assert(!is_let_in("127.0.0.6"));
	server_set(&sv, "connection-rate", "off");
	reload();
	wait_for(is_let_in("127.0.0.6"), 10000);
	server_stop(&sv);
}
END_TEST

/* The client behind a proxy is what counts, and of IPv6 its network. */
static struct client *
behind_proxy(const char *address)
{
	struct client *c = client_connect_from(&sv, "127.0.0.9", 0);

	client_send(c, "PROXY TCP6 %s ::1 1 6667", address);
	client_send(c, "PING x");
	ck_assert_msg(client_line(c, harness_ms(HARNESS_WAIT)), "no answer");
	return c;
}

START_TEST(test_networks)
{
	static const struct {
		const char *address, *want;
	} rows[] = {
		{ "2001:db8:0:1::1", "PONG *" },
		{ "2001:db8:0:1::2", "PONG *" },
		{ "2001:db8:0:1:ffff::3", "ERROR *Too many connections from*" },
		{ "2001:db8:0:2::1", "PONG *" },
		{ "2001:db8:0:2::2", "PONG *" },
		{ "2001:db8:0:3::1", "PONG *" },
		{ "::ffff:192.0.2.1", "PONG *" },
		{ "::ffff:192.0.2.2", "PONG *" },
	};
	struct client *c;
	size_t i;

	server_init(&sv);
	server_add(&sv, "proxy 127.0.0.9");
	server_set(&sv, "max-clients-per-address", "2");
	server_set(&sv, "connection-rate", "1/3600 3");
	server_start(&sv);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		c = behind_proxy(rows[i].address);
		ck_assert_msg(client_matches(c, rows[i].want), "%s: %s",
		    rows[i].address, c->line);
	}
	ck_assert_str_eq(server_status(&sv, "refused_address"), "1");
	/* two of three have been counted; the network is at its limit */
	client_quit_all();
	client_close(behind_proxy("2001:db8:0:1::9"));
	c = behind_proxy("2001:db8:0:1::9");
	ck_assert_msg(client_matches(c, "ERROR *too often*"), "%s", c->line);
	ck_assert_str_eq(server_status(&sv, "refused_rate"), "1");
	server_stop(&sv);
}
END_TEST

/* Wrong headers by the hundred are a few lines in the log. */
START_TEST(test_log)
{
	struct client *c;
	char *log, *p;
	int i, n = 0;

	server_init(&sv);
	server_add(&sv, "proxy 127.0.0.9");
	server_start(&sv);
	for (i = 0; i < 200; i++) {
		c = client_connect_from(&sv, "127.0.0.9", 0);
		client_send(c, "WRONG");
		client_eof(c);
		client_close(c);
	}
	log = server_log(&sv);
	for (p = log; (p = strstr(p, "not a header")) != NULL; p++)
		n++;
	free(log);
	ck_assert_int_gt(n, 0);
	ck_assert_msg(n < 100, "%d lines about 200 connections", n);
	wait_for(server_log_has(&sv, " more like the last "), 5000);
	server_stop(&sv);
}
END_TEST

/* A crowd that connects and is silent is in its own way only. */
START_TEST(test_unregistered)
{
	enum { CROWD = 150 };
	struct client *first, *crowd[CROWD], *c;
	char nick[16];
	int i, most;

	server_init(&sv);
	server_set(&sv, "max-clients", "100");
	server_set(&sv, "max-unregistered", "20");
	server_start(&sv);
	ck_assert_str_eq(server_status(&sv, "max_unregistered"), "20");
	first = client_connect_from(&sv, "127.0.0.3", 0);
	client_ask(first, "PING 1", "PONG *");
	for (i = 0; i < CROWD; i++) {
		crowd[i] = client_connect_from(&sv, "127.0.0.2", 0);
		if (i % 10 != 0)
			continue;
		snprintf(nick, sizeof(nick), "new%d", i);
		c = client_connect_from(&sv, "127.0.0.4", 0);
		client_send(c, "NICK %s\r\nUSER u 0 * :N", nick);
		client_expect(c, "001 %s *", nick);
	}
	client_ask(first, "PING 2", "PONG *");
	wait_for(atoi(server_status(&sv, "unregistered")) <= 18, 5000);
	most = CROWD - 20;
	wait_for(atoi(server_status(&sv, "crowded_out")) +
	    atoi(server_status(&sv, "refused_unregistered")) >= most, 5000);
	client_eof(crowd[0]);
	/* a death does not make it forget how many there are */
	server_worker_kill(&sv, 1);
	wait_for(atoi(server_status(&sv, "unregistered")) > 0, 5000);
	for (i = 0; i < CROWD; i++)
		client_close(crowd[i]);
	client_close(first);
	wait_for(atoi(server_status(&sv, "unregistered")) == 0, 5000);
	server_stop(&sv);
}
END_TEST

/* Who has two seconds for it registers, even if all are of other addresses and
 * their part is full. */
START_TEST(test_unregistered_scattered)
{
	struct client *c;
	char address[32];
	int i;

	server_init(&sv);
	server_set(&sv, "max-clients", "100");
	server_set(&sv, "max-unregistered", "20");
	server_start(&sv);
	for (i = 0; i < 30; i++) {
		snprintf(address, sizeof(address), "127.0.2.%d", 1 + i);
		client_connect_from(&sv, address, 0);
	}
	wait_for(atoi(server_status(&sv, "crowded_out")) > 0, 10000);
	c = client_connect_from(&sv, "127.0.0.4", 0);
	client_send(c, "NICK late\r\nUSER u 0 * :N");
	client_expect(c, "001 late *");
	server_stop(&sv);
}
END_TEST

/* A reload changes them for those who come, and for those who are here. */
START_TEST(test_reload)
{
	struct client *silent, *c;
	int i;

	server_init(&sv);
	server_set(&sv, "max-clients", "100");
	server_start(&sv);
	silent = client_connect_from(&sv, "127.0.0.2", 0);
	client_ask(silent, "PING 1", "PONG *");
	ck_assert_str_eq(server_status(&sv, "max_unregistered"), "100");
	server_set(&sv, "max-unregistered", "50");
	server_set(&sv, "max-clients-per-address", "2");
	server_set(&sv, "registration-timeout", "1");
	reload();
	wait_for(strcmp(server_status(&sv, "max_unregistered"), "50") == 0,
	    10000);
	client_eof(silent);
	wait_for(atoi(server_status(&sv, "timed_out")) == 1, 10000);
	for (i = 0; i < 2; i++) {
		c = client_connect(&sv);
		snprintf(c->nick, sizeof(c->nick), "here%d", i);
		client_send(c, "NICK here%d\r\nUSER u 0 * :H", i);
		client_expect(c, "376 *");
	}
	ck_assert(!is_let_in("127.0.0.1"));
	ck_assert_str_eq(server_status(&sv, "refused_address"), "1");
	server_stop(&sv);
}
END_TEST

/* What commands cost: with 20 tokens for an hour, the line that LINES are
 * before is carried out if COST tokens suffice, and waits if not. */
static const struct {
	const char *line;
	int times, cost;
} costs[] = {
	{ "TIME", 20, 20 },
	{ "TIME", 21, 21 },
	{ "PING x", 100, 0 },
	{ "LIST", 4, 20 },
	{ "LIST", 5, 25 },
	{ "WHO ann", 10, 20 },
	{ "WHO ann", 11, 22 },
	{ "PRIVMSG ann,ann,ann,ann,ann :x", 4, 20 },
	{ "PRIVMSG ann,ann,ann,ann,ann :x", 5, 25 },
	{ "JOIN #a,#b,#c", 3, 18 },
	{ "JOIN #a,#b,#c", 4, 24 },
	{ "NICK ann", 4, 20 },
	{ "NICK ann", 5, 25 },
};

START_TEST(test_costs)
{
	struct client *c;
	int i;

	server_init(&sv);
	server_start(&sv);
	c = client_register(&sv, "ann");
	server_set(&sv, "flood", "1/3600 20");
	reload();
	for (i = 0; i < costs[_i].times; i++)
		client_send(c, "%s", costs[_i].line);
	client_send(c, "PING end");
	if (costs[_i].cost > 20) {
		wait_for(atoi(server_status(&sv, "delayed")) == 1, 10000);
		server_set(&sv, "flood", "off");
		reload();
	}
	client_expect(c, "PONG * :end");
	ck_assert_str_eq(server_status(&sv, "delayed"),
	    costs[_i].cost > 20 ? "1" : "0");
	server_stop(&sv);
}
END_TEST

/* Who may be fast: operators, and who comes from certain networks. */
START_TEST(test_exempt)
{
	struct client *c;
	int i;

	server_init(&sv);
	server_add(&sv, "operator root %s", SESAME);
	server_add(&sv, "operator-class slow kill");
	server_add(&sv, "operator half %s slow", SESAME);
	server_add(&sv, "exempt 127.0.0.2");
	server_set(&sv, "flood", "1/3600 30");
	server_start(&sv);
	c = client_connect_from(&sv, "127.0.0.2", 0);
	client_send(c, "NICK bot\r\nUSER u 0 * :B");
	client_expect(c, "376 *");
	for (i = 0; i < 100; i++)
		client_ask(c, "TIME", "391 *");
	c = client_register(&sv, "ann");
	client_ask(c, "OPER root sesame", "381 *");
	for (i = 0; i < 100; i++)
		client_ask(c, "TIME", "391 *");
	ck_assert_str_eq(server_status(&sv, "delayed"), "0");
	c = client_register(&sv, "bob");
	client_ask(c, "OPER half sesame", "381 *");
	for (i = 0; i < 30; i++)
		client_send(c, "TIME");
	wait_for(atoi(server_status(&sv, "delayed")) == 1, 10000);
	client_reset(c);
	server_stop(&sv);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("limits");
	Suite *suites[] = { s, NULL };
	TCase *tc = harness_case(s, "limits", NULL, NULL, 120);

	tcase_add_test(tc, test_never_reads);
	tcase_add_test(tc, test_reads_late);
	tcase_add_test(tc, test_asks_never_reads);
	tcase_add_test(tc, test_buffers);
	tcase_add_test(tc, test_paste);
	tcase_add_test(tc, test_flood);
	tcase_add_test(tc, test_flood_others);
	tcase_add_test(tc, test_max_clients);
	tcase_add_test(tc, test_max_clients_address);
	tcase_add_test(tc, test_connection_rate);
	tcase_add_test(tc, test_networks);
	tcase_add_test(tc, test_log);
	tcase_add_test(tc, test_unregistered);
	tcase_add_test(tc, test_unregistered_scattered);
	tcase_add_loop_test(tc, test_costs, 0,
	    sizeof(costs) / sizeof(costs[0]));
	tcase_add_test(tc, test_exempt);
	tcase_add_test(tc, test_reload);
	tcase_add_test(tc, test_slot_kept);
	tcase_add_test(tc, test_max_rooms);
	tcase_add_test(tc, test_descriptors);
	tcase_add_test(tc, test_nick_race);
	tcase_add_test(tc, test_nick_race_change);
	return harness_run(suites);
}
