/* SPDX-License-Identifier: ISC */
/*
 * Operators: what their classes let them do, bans from the server by address,
 * mask and account, what is put on the record, and cloaked hosts; after
 * restarts, kills and without a store.
 */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/msg.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"
#include "scram.h"

enum { PATIENCE = 10000 };

/* crypt(3) of "sesame", the quick way */
#define HASH "$1$moot$OqDwgtpRpN27gn0Ai0TTy."
/* of no password, and slow */
#define SLOW "$6$rounds=1000000$saltsaltsalt$" \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static struct server sv;

/* ---- helping ---- */

static void
prepare(void)
{
	server_init_store(&sv);
	server_set(&sv, "history-on-join", "0");
	server_set(&sv, "workers", "2");
	server_set(&sv, "flood", "off");
	server_set(&sv, "linger", "0");
	server_set(&sv, "operator", "boss %s", HASH);
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

static void
oper(struct client *c, const char *name)
{
	client_send(c, "OPER %s sesame", name);
	client_expect(c, "381 *");
	client_sync(c);
}

static struct client *
boss(const char *nick)
{
	struct client *c = client_register(&sv, nick);

	oper(c, "boss");
	return c;
}

/* Registers from ADDRESS with USER; the answers are the caller's. */
static struct client *
come(const char *address, const char *nick)
{
	struct client *c = client_connect_from(&sv, address, 0);

	snprintf(c->nick, sizeof(c->nick), "%s", nick);
	client_send(c, "NICK %s", nick);
	client_send(c, "USER %s 0 * :Real", nick);
	return c;
}

static void
let_in(const char *address, const char *nick)
{
	struct client *c = come(address, nick);

	client_expect(c, "001 *");
	client_send(c, "QUIT");
	client_eof(c);
	client_close(c);
}

/* One who is turned away, for REASON. */
static void
kept_out(const char *address, const char *nick, const char *reason)
{
	struct client *c = come(address, nick);

	client_expect(c, "465 * :You are banned from this server*%s", reason);
	client_expect(c, "ERROR *");
	client_eof(c);
	client_close(c);
}

static void
ctl(const char *order, int want, const char *text)
{
	char *got;
	int status;

	got = server_ctl(&sv, order, &status);
	ck_assert_msg(status == want && strstr(got, text) != NULL,
	    "%s: %d, %s", order, status, got);
	free(got);
}

/* ---- what they may ---- */

static void
begin_classes(void)
{
	prepare();
	server_add(&sv, "operator helper %s small", HASH);
	server_add(&sv, "operator-class small kill see");
	server_start(&sv);
}

static void
begin_closed(void)
{
	prepare();
	server_set(&sv, "registration", "closed");
	server_add(&sv, "operator helper %s small", HASH);
	server_add(&sv, "operator-class small kill see");
	server_start(&sv);
}

START_TEST(test_class)
{
	struct client *ann = client_register(&sv, "ann");
	struct client *bob = client_register(&sv, "bob");

	client_send(ann, "OPER helper sesame");
	client_expect(ann, "381 *");
	client_expect(ann, "270 ann ann :kill see");
	client_expect(ann, "MODE ann *+o");
	client_ask(ann, "REHASH", "723 ann rehash :*");
	client_ask(ann, "WALLOPS :x", "723 ann wallops :*");
	client_ask(ann, "KLINE a!*@* :x", "723 ann ban :*");
	client_ask(ann, "DLINE 10.0.0.1", "723 ann ban :*");
	client_ask(ann, "UNKLINE a!*@*", "723 ann ban :*");
	client_ask(ann, "STATS k", "723 ann ban :*");
	client_ask(ann, "SAJOIN #x", "723 ann rooms :*");
	client_ask(ann, "SAMODE #x +s", "723 ann rooms :*");
	client_ask(ann, "WHOIS ann", "320 ann ann :is operator helper, of "
	    "class small");
	client_send(bob, "WHOIS ann");
	client_block(bob, "318 *");
	client_block_has(bob, "313 bob ann :*");
	ck_assert_int_eq(client_block_count(bob, "320 *"), 0);
	client_sync(ann);
	client_send(ann, "WHOIS bob");
	client_block(ann, "318 *");
	ck_assert_int_eq(client_block_count(ann, "378 *"), 0);
	client_send(ann, "STATS o");
	client_block(ann, "219 *");
	client_block_has(ann, "243 ann O \\*@\\* \\* helper small");
	client_block_has(ann, "243 ann O \\*@\\* \\* boss (all)");
	client_send(ann, "KILL bob");
	client_expect(bob, "ERROR *");
	client_eof(bob);
}
END_TEST

/* An operator is nobody to the store but by a privilege. */
START_TEST(test_policy)
{
	static const char *const names[] = { "helper", "boss" };
	static const char *const want[] = {
		"NOTICE * :*made by the administrator*", "900 *" };
	struct client *ann = client_register(&sv, "ann");
	int i;

	for (i = 0; i < 2; i++) {
		oper(ann, names[i]);
		client_ask(ann, "NS REGISTER secret99", want[i]);
	}
}
END_TEST

/* A reload takes the mode from whose line is gone, and a right from whose
 * class has it no longer. */
START_TEST(test_reload)
{
	struct client *ann = client_register(&sv, "ann");
	struct client *bob = boss("bob");

	oper(ann, "helper");
	server_set(&sv, "operator-class", "small see");
	server_write(&sv);
	ctl("reload", 0, "reloaded");
	client_ask(ann, "KILL bob :x", "723 ann kill :*");
	server_set(&sv, "operator", "boss %s", HASH);
	server_write(&sv);
	ctl("reload", 0, "reloaded");
	client_expect(ann, "MODE ann *-o");
	client_ask(ann, "KILL bob :x", "481 ann :*");
	client_send(bob, "KILL ann :x");
	client_eof(ann);
}
END_TEST

/* What waits for the store, which puts it on the record first, is not done by
 * who has no right to it any more by then. */
static const struct late {
	const char *ask, *refused;
} lates[] = {
	{ "KILL bob :late", "723 ann kill :*" },
	{ "WALLOPS :late", "723 ann wallops :*" },
	{ "REHASH", "723 ann rehash :*" },
	{ "SAJOIN #late", "723 ann rooms :*" },
	{ "SAMODE #late +m", "723 ann rooms :*" },
	{ "METADATA #late SET k :v", "723 ann rooms :*" },
};

START_TEST(test_late)
{
	struct client *ann, *bob;
	pid_t store, pid[3];
	int i;

	prepare();
	server_add(&sv, "operator ann %s all", HASH);
	server_add(&sv, "operator-class all kill wallops rehash rooms");
	server_start(&sv);
	ann = client_register(&sv, "ann");
	bob = client_register(&sv, "bob");
	client_ask(bob, "JOIN #late", "366 *");
	oper(ann, "ann");
	store = server_store_again(&sv, 0);
	pid_signal(store, SIGSTOP);
	client_send(ann, "%s", lates[_i].ask);
	client_sync(bob);
	server_set(&sv, "operator-class", "all see");
	server_write(&sv);
	wait_for(server_workers(&sv, pid, 3) == 2, PATIENCE);
	pid_signal(sv.pid, SIGHUP); /* mootctl would wait for the record */
	for (i = 1; i <= 2; i++)
		server_worker_again(&sv, i, pid[i]);
	pid_signal(store, SIGCONT);
	client_expect(ann, "%s", lates[_i].refused);
	client_expect_none(bob, ":ann!* *");
	client_expect_none(bob, "MODE *");
	end();
}
END_TEST

/* A hash that takes half a second holds nobody up. */
START_TEST(test_slow_hash)
{
	struct client *ann, *bob;
	int i;

	prepare();
	server_set(&sv, "workers", "1");
	server_add(&sv, "operator slow %s", SLOW);
	server_start(&sv);
	ann = client_register(&sv, "ann");
	bob = client_register(&sv, "bob");
	client_send(ann, "OPER slow sesame");
	for (i = 0; i < 20; i++)
		client_sync(bob);
	client_fill(ann);
	while (client_line_now(ann))
		ck_assert(!client_matches(ann, "464 *"));
	client_expect(ann, "464 ann :*");
	oper(ann, "boss");
	end();
}
END_TEST

/* ---- bans ---- */

START_TEST(test_mask)
{
	struct client *ann = boss("ann"), *bob = client_register(&sv, "bob");
	struct client *cat = client_register(&sv, "cat");

	client_ask(bob, "JOIN #x", "366 *");
	client_ask(cat, "JOIN #x", "366 *");
	client_ask(ann, "KLINE 1h bob!*@* :be good", "NOTICE ann :Banned: "
	    "bob!\\*@\\*");
	client_expect(bob, "465 bob :You are banned from this server until "
	    "20*UTC: be good");
	client_expect(bob, "ERROR :*be good*");
	client_eof(bob);
	client_expect(cat, ":bob!* QUIT :*be good*");
	kept_out("127.0.0.1", "bob", "be good");
	let_in("127.0.0.1", "dan");
	client_send(ann, "STATS k");
	client_block(ann, "219 *");
	client_block_has(ann, "216 ann K bob!\\*@\\* * boss :be good");
	/* again: what is said last holds, with or without a colon */
	client_ask(ann, "KLINE 2h bob!*@* be very good", "NOTICE * :Banned*");
	client_send(ann, "STATS k");
	client_block(ann, "219 *");
	client_block_has(ann, "216 ann K bob!\\*@\\* * boss :be very good");
	ck_assert_int_eq(client_block_count(ann, "216 *"), 1);
	client_ask(ann, "UNKLINE nobody!*@*", "NOTICE ann :There is no such*");
	client_ask(ann, "UNKLINE bob!*@*", "NOTICE ann :No longer banned: *");
	let_in("127.0.0.1", "bob");
	client_ask(ann, "STATS k", "219 *");
}
END_TEST

START_TEST(test_address)
{
	struct client *ann = boss("ann");
	struct client *bob = come("127.0.0.2", "bob");

	client_expect(bob, "001 *");
	client_ask(ann, "DLINE FORCE 127.0.0.2 :go away", "NOTICE * :Banned*");
	client_expect(bob, "465 bob :*: go away");
	client_eof(bob);
	kept_out("127.0.0.2", "bob", "go away");
	let_in("127.0.0.3", "bob");
	client_ask(ann, "DLINE FORCE 5m 127.0.0.4/30", "NOTICE * :Banned*");
	kept_out("127.0.0.7", "x", "");
	let_in("127.0.0.8", "x");
	client_send(ann, "STATS d");
	client_block(ann, "219 *");
	client_block_has(ann, "225 ann D 127.0.0.2 forever boss :go away");
	client_block_has(ann, "225 ann D 127.0.0.4/30 * boss :");
	client_ask(ann, "UNDLINE 127.0.0.5/30", "NOTICE * :No longer*");
	let_in("127.0.0.7", "x");
	client_sync(ann);
}
END_TEST

/* What nobody means is refused, unless FORCE says that it is. */
START_TEST(test_danger)
{
	static const struct {
		const char *send, *want;
	} row[] = {
		{ "DLINE 127.0.0.0/8", "*this machine*FORCE*" },
		{ "DLINE 127.0.0.1", "*this machine*" },
		{ "DLINE 0::1", "*this machine*" },
		{ "DLINE 0.0.0.0/0", "*everybody*" },
		{ "KLINE *!*@* :x", "*everybody*" },
		{ "KLINE ann!*@*", "*ban you*" },
		{ "KLINE *!*@127.*", "*ban you*" },
		{ "KLINE account:", "*is no address*" },
		{ "KLINE bob", "bob is no address*" },
		{ "KLINE 1h", "*not said whom*" },
		{ "KLINE 10.0.0.1", "*use DLINE*" },
		{ "DLINE a!b@c", "*use KLINE*" },
		{ "DLINE 10.0.0.1/33", "*is no address*" },
	};
	struct client *ann = boss("ann");
	char want[64];
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		snprintf(want, sizeof(want), "NOTICE ann :%s", row[i].want);
		client_ask(ann, row[i].send, want);
	}
	client_send(ann, "KLINE FORCE ann!*@* :myself");
	client_expect(ann, "465 *");
	client_eof(ann);
	ctl("unban ann!*@*", 0, "ann");
}
END_TEST

START_TEST(test_expiry)
{
	struct client *ann = boss("ann");

	client_ask(ann, "KLINE 2s bob!*@*", "NOTICE * :Banned*");
	kept_out("127.0.0.1", "bob", "");
	sleep(2);
	let_in("127.0.0.1", "bob");
	ctl("bans", 0, "BAN");
	client_ask(ann, "STATS k", "219 *");
}
END_TEST

/* They are there after a restart, and after everything was killed; and who
 * was turned away by mootctl knows why. */
START_TEST(test_kept)
{
	int i;

	ctl("ban 1d bob!*@* two words", 0, "bob!*@*");
	ctl("ban force 127.0.0.2", 0, "127.0.0.2");
	ctl("ban account:eve", 0, "account:eve");
	ctl("ban 127.0.0.2", 4, "FORCE");
	ctl("ban nobody", 4, "is no address");
	for (i = 0; i < 3; i++) {
		if (i > 0)
			server_restart(&sv, i == 2);
		if (i == 1)
			ctl("bans", 0, "two words");
		/* the first one after a start fetches them */
		kept_out("127.0.0.2", "x", "");
		kept_out("127.0.0.1", "bob", ": two words");
		let_in("127.0.0.1", "x");
		ctl("--json bans", 0, "\"kept\":\"yes\"");
	}
	ctl("unban bob!*@*", 0, "bob");
	ctl("unban bob!*@*", 4, "no such ban");
	let_in("127.0.0.1", "bob");
	server_restart(&sv, 0);
	let_in("127.0.0.1", "bob");
	kept_out("127.0.0.2", "x", "");
}
END_TEST

/* How many messages lie in mailboxes. */
static int
mail(void)
{
	struct msqid_ds ds;
	unsigned key[64];
	int id[64], i, sum = 0, n = server_object_list(&sv, "msg", id, key, 64);

	for (i = 0; i < n; i++)
		if (msgctl(id[i], IPC_STAT, &ds) == 0)
			sum += (int)ds.msg_qnum;
	return sum;
}

/* Whether PID waits, and so has no lock. */
static int
is_asleep(pid_t pid)
{
	char path[32], state = '?';
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	if ((f = fopen(path, "r")) == NULL)
		return 0;
	if (fscanf(f, "%*d (%*[^)]) %c", &state) != 1)
		state = '?';
	fclose(f);
	return state == 'S';
}

/* A control connection to a worker that answers: there is one to each. */
static struct client *
control(void)
{
	struct client *c[8];
	int i;

	strcpy(sv.local, sv.control);
	for (i = 0; i < 8; i++) {
		c[i] = client_connect_local(&sv);
		client_send(c[i], "VERSION");
	}
	sv.local[0] = '\0';
	for (i = 0; !client_line(c[i], 10); i = (i + 1) % 8)
		;
	while (strstr(c[i]->line, ". ok") == NULL)
		ck_assert(client_line(c[i], PATIENCE));
	return c[i];
}

/* The worker of the only client. */
static int
home(void)
{
	char row[1000], number[16];

	wait_for(server_ctl_find(&sv, "workers", "clients", "1", row,
	    sizeof(row)) != NULL, PATIENCE);
	return atoi(json_get(row, "worker", number, sizeof(number)));
}

/* One that is lifted while the bans are on their way from the store, to the
 * first who comes. */
START_TEST(test_lifted)
{
	struct client *c = boss("ann"), *k;
	pid_t store, pid;

	client_ask(c, "KLINE x!*@* :gone", "NOTICE * :Banned: *");
	server_restart(&sv, 0);
	wait_for(strcmp(server_status(&sv, "store"), "serving") == 0, PATIENCE);
	store = server_store_again(&sv, 0);
	pid_signal(store, SIGSTOP);
	c = come("127.0.0.1", "bob");
	wait_for(mail() > 0, PATIENCE);
	pid = server_worker_again(&sv, home(), 0);
	wait_for(is_asleep(pid), PATIENCE);
	pid_signal(pid, SIGSTOP);
	pid_signal(store, SIGCONT);
	k = control();
	client_send(k, "UNBAN x!*@*");
	do
		ck_assert(client_line(k, PATIENCE));
	while (strstr(k->line, ". ok") == NULL);
	pid_signal(pid, SIGCONT);
	client_expect(c, "001 *");
	let_in("127.0.0.1", "x");
}
END_TEST

/* Who has been cut is cut, whoever dies over it; and nobody else is. */
START_TEST(test_kills)
{
	struct client *ann = boss("ann"), *v[8];
	char nick[16];
	int i, w;

	for (i = 0; i < 8; i++) {
		snprintf(nick, sizeof(nick), i % 2 ? "bad%d" : "good%d", i);
		v[i] = client_register(&sv, nick);
	}
	client_send(ann, "KLINE bad*!*@* :x");
	for (w = 1; w <= 2; w++)
		server_worker_kill(&sv, w);
	client_expect(ann, "NOTICE ann :Banned*");
	for (i = 0; i < 8; i++)
		if (i % 2) {
			client_expect(v[i], "465 *");
			client_expect_next(v[i], "ERROR *");
			client_eof(v[i]);
		} else
			client_sync(v[i]);
	kept_out("127.0.0.1", "bad9", "");
}
END_TEST

/* Who has waited for a nick is looked at with it. */
START_TEST(test_wish)
{
	struct client *ann = boss("ann"), *bob = client_register(&sv, "bob");
	struct client *c = client_connect(&sv);

	client_ask(ann, "KLINE bob!evil@*", "NOTICE * :Banned*");
	client_send(c, "CAP LS 302");
	client_send(c, "NICK bob");
	client_send(c, "USER evil 0 * :Real");
	client_sync(c);
	client_send(bob, "QUIT");
	client_eof(bob);
	client_send(c, "CAP END");
	client_expect(c, "465 *");
	client_eof(c);
}
END_TEST

START_TEST(test_no_store)
{
	struct client *ann;

	prepare();
	server_set(&sv, "store", "off");
	server_start(&sv);
	ann = boss("ann");
	client_send(ann, "KLINE bob!*@* :x");
	client_expect(ann, "NOTICE ann :The store has it not*");
	client_expect(ann, "NOTICE ann :Banned*");
	kept_out("127.0.0.1", "bob", ": x");
	ctl("--json bans", 0, "\"kept\":\"no\"");
	ctl("audit", 4, "keeps nothing");
	client_ask(ann, "UNKLINE bob!*@*", "NOTICE ann :No longer*");
	let_in("127.0.0.1", "bob");
	client_ask(ann, "KILL nobody x", "401 *");
	wait_for(server_log_has(&sv, "audit: ann!"), 1000);
	end();
}
END_TEST

/* A store in trouble keeps nobody from banning, who is told what it is worth;
 * and what it has is found once it is well. */
START_TEST(test_failing_store)
{
	char path[128], aside[128];
	struct client *ann;

	begin();
	ctl("ban kept!*@*", 0, "kept");
	ck_assert_int_eq(pid_signal(sv.pid, SIGTERM), 0);
	ck_assert_int_eq(server_reap(sv.pid, PATIENCE), 0);
	sv.pid = 0;
	snprintf(path, sizeof(path), "%s/state/store.db", sv.dir);
	snprintf(aside, sizeof(aside), "%s/state/aside", sv.dir);
	ck_assert_int_eq(rename(path, aside), 0);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	server_start(&sv);
	wait_for(strncmp(server_status(&sv, "store"), "failing", 7) == 0,
	    PATIENCE);
	ann = boss("ann");
	client_send(ann, "KLINE bob!*@* :x");
	client_expect(ann, "NOTICE ann :The store has it not*");
	client_expect(ann, "NOTICE ann :Banned*");
	kept_out("127.0.0.1", "bob", ": x");
	let_in("127.0.0.1", "kept");
	ctl("ban cat!*@*", 0, "not told");
	ck_assert_int_eq(rmdir(path), 0);
	ck_assert_int_eq(rename(aside, path), 0);
	wait_for(strcmp(server_status(&sv, "store"), "serving") == 0,
	    PATIENCE);
	kept_out("127.0.0.1", "kept", "");
	kept_out("127.0.0.1", "bob", ": x");
	kept_out("127.0.0.1", "cat", "");
	end();
}
END_TEST

/* What a gateway tells is the address that counts, and that is cloaked. */
START_TEST(test_gateway)
{
	struct client *c;

	prepare();
	server_set(&sv, "cloak", "on");
	server_set(&sv, "webirc", "pw 127.0.0.1");
	server_start(&sv);
	ctl("ban 10.9.0.0/16", 0, "10.9.0.0/16");
	c = client_connect(&sv);
	client_send(c, "WEBIRC pw gateway host 10.8.7.6");
	client_send(c, "NICK ann\r\nUSER ann 0 * :Ann");
	client_expect(c, "001 ann :*ann!ann@*.ip");
	client_ask(c, "WHOIS ann", "378 ann ann *10.8.7.6");
	c = client_connect(&sv);
	client_send(c, "WEBIRC pw gateway host 10.9.8.7");
	client_expect(c, "465 *");
	client_eof(c);
	end();
}
END_TEST

/* ---- accounts ---- */

START_TEST(test_account)
{
	struct client *ann = boss("ann"), *c;
	struct client *eve = client_login(&sv, "eve", "account-notify");

	client_ask(ann, "KLINE 1h account:EVE :no", "NOTICE * :Banned*");
	client_expect(eve, "465 eve :*: no");
	client_eof(eve);
	/* the nick is the account's, so it is another one */
	c = client_register(&sv, "evil");
	client_send(c, "NS IDENTIFY eve secret");
	client_expect(c, "900 *");
	client_expect(c, "465 evil :*: no");
	client_eof(c);
	client_ask(ann, "UNKLINE account:eve", "NOTICE * :No longer*");
	c = client_register(&sv, "evil");
	client_send(c, "NS IDENTIFY eve secret");
	client_expect(c, "900 *");
	client_sync(c);
}
END_TEST

/* ---- rooms ---- */

START_TEST(test_rooms)
{
	struct client *ann = boss("ann"), *bob = client_register(&sv, "bob");

	client_ask(bob, "JOIN #x", "366 *");
	client_ask(bob, "MODE #x +ik key", "MODE #x *");
	client_ask(ann, "JOIN #x", "473 *");
	client_send(ann, "SAJOIN #x");
	client_expect(bob, "NOTICE #x :ann enters as an operator*");
	client_expect(bob, ":ann!* JOIN #x");
	client_expect(ann, "JOIN #x");
	client_expect(ann, "366 *");
	client_ask(ann, "MODE #x +m", "482 *");
	client_ask(ann, "SAMODE #x +o-i ann", "MODE #x *");
	client_expect(bob, ":ann!* MODE #x *+o-i ann");
	client_ask(ann, "MODE #x +m", "MODE #x *+m");
	client_ask(ann, "SAJOIN #x,#y", "403 *");
	client_ask(ann, "SAMODE #none +m", "403 *");
	client_ask(ann, "SAMODE ann +w", "403 *");
	client_ask(ann, "METADATA bob SET color :red", "761 ann bob color *");
	ctl("audit", 0, "SET color red");
	ctl("audit", 0, "SAMODE");
	ctl("audit", 0, "+o-i ann");
	ctl("audit", 0, "SAJOIN");
}
END_TEST

/* ---- the record ---- */

/* What ChanServ does for who may is on the record, what it does for who is
 * somebody in the room is not. */
START_TEST(test_chanserv)
{
	static const char *const want[] = {
		"\"what\":\"CHANSERV\",\"whom\":\"#x\","
		"\"text\":\"UNBAN zed!*@*\"",
		"BAN zed!*@*", "\"DEOP bob\"", "\"OP ann\"",
		"\"what\":\"OPER\""
	};
	struct client *bob = client_login(&sv, "bob", "echo-message");
	struct client *ann = boss("ann");
	char order[32];
	size_t i;

	client_ask(bob, "JOIN #x", "366 *");
	client_ask(bob, "CS REGISTER #x", "NOTICE bob :#x is registered*");
	client_ask(bob, "CS DEOP #x", "MODE #x -o bob");
	client_ask(bob, "CS OP #x", "MODE #x +o bob");
	client_ask(ann, "JOIN #x", "366 *");
	client_ask(ann, "CS OP #x", "MODE #x +o ann");
	client_ask(ann, "CS DEOP #x bob", "MODE #x -o bob");
	client_ask(ann, "CS DEOP #x zoe", "NOTICE ann :Nobody called that*");
	client_ask(bob, "CS BAN #x own!*@*", "NOTICE bob :own*is banned*");
	client_ask(ann, "MODE #x -o ann", "MODE #x -o ann");
	client_ask(ann, "CS BAN #x zed!*@* 1h", "NOTICE ann :zed*is banned*");
	client_ask(ann, "CS UNBAN #x zed!*@*", "NOTICE ann :It is not*");
	for (i = 0; i < 5; i++) {
		snprintf(order, sizeof(order), "--json audit %zu", i + 1);
		ctl(order, 0, want[i]);
	}
}
END_TEST

/* The right to rooms is none to what others say in private. */
START_TEST(test_private)
{
	struct client *ann = client_login(&sv, "ann", "message-tags "
	    "echo-message");
	struct client *bob = client_login(&sv, "bob", "message-tags");
	char msgid[64], line[128], *at;

	oper(ann, "boss");
	client_send(bob, "PRIVMSG ann :hello");
	client_expect(ann, "PRIVMSG ann :hello");
	ck_assert_ptr_nonnull(at = strstr(ann->line, "msgid="));
	ck_assert_int_eq(sscanf(at, "msgid=%63[^; ]", msgid), 1);
	snprintf(line, sizeof(line), "REDACT bob %s", msgid);
	client_ask(ann, line, "FAIL REDACT REDACT_FORBIDDEN *");
	client_sync(bob);
}
END_TEST

START_TEST(test_audit)
{
	struct client *ann = boss("ann"), *bob = client_register(&sv, "bob");

	client_ask(ann, "KLINE zed!*@* :for zed", "NOTICE * :Banned*");
	client_send(ann, "KILL bob :bad bob");
	client_eof(bob);
	ctl("account add eve --json", 1, "");
	ctl("announce all of you", 0, "users");
	client_expect(ann, "NOTICE \\* :all of you");
	ctl("--json audit", 0, "\"what\":\"ANNOUNCE\"");
	ctl("--json audit", 0, "\"what\":\"KILL\",\"whom\":\"bob\","
	    "\"text\":\"bad bob\"");
	ctl("--json audit", 0, "\"operator\":\"boss\",\"nick\":\"ann\"");
	ctl("--json audit", 0, "\"what\":\"XLINE-ADD\",\"whom\":\"zed!*@*\","
	    "\"text\":\"for zed\"");
	ctl("--json audit", 0, "\"what\":\"OPER\"");
	ctl("--json audit 1", 0, "ANNOUNCE");
	ctl("audit x", 4, "not a number");
	ck_assert(server_log_has(&sv, "audit: ann!ann@127.0.0.1 (boss) KILL "
	    "bob: bad bob"));
	server_restart(&sv, 1);
	ctl("--json audit", 0, "\"text\":\"bad bob\"");
}
END_TEST

START_TEST(test_tag)
{
	struct client *ann = boss("ann");
	struct client *bob = client_register_with(&sv, "bob", "draft/oper");
	struct client *cat = client_register(&sv, "cat");

	client_send(ann, "PRIVMSG bob,cat :hello");
	client_expect(bob, "@draft/oper :ann!* PRIVMSG bob :hello");
	client_expect(cat, ":ann!* PRIVMSG cat :hello");
	client_send(cat, "PRIVMSG bob :hello");
	client_expect(bob, ":cat!* PRIVMSG bob :hello");
	ck_assert_int_eq(bob->line[0], ':');
}
END_TEST

/* ---- cloaks ---- */

static void
begin_cloaked(void)
{
	prepare();
	server_set(&sv, "cloak", "on");
	server_add(&sv, "operator helper %s small", HASH);
	server_add(&sv, "operator-class small kill see");
	server_start(&sv);
}

/* The host that ASKER sees NICK have. */
static char *
host_of(struct client *asker, const char *nick, char buf[80])
{
	client_send(asker, "WHOIS %s", nick);
	client_expect(asker, "311 * %s *", nick);
	ck_assert_int_eq(sscanf(asker->body, "311 %*s %*s %*s %79s", buf), 1);
	client_expect(asker, "318 *");
	return buf;
}

START_TEST(test_cloak)
{
	char path[128], ann[80], bob[80], host[80];
	struct client *a = client_register(&sv, "ann");
	struct client *b = come("127.0.0.9", "bob"), *c;
	struct stat st;

	client_expect(b, "001 bob :*.ip*");
	host_of(a, "ann", ann);
	host_of(a, "bob", bob);
	ck_assert_str_ne(ann, bob);
	ck_assert_str_eq(strchr(ann, '.'), strchr(bob, '.'));
	ck_assert_ptr_null(strstr(ann, "127"));
	client_send(b, "WHOIS ann");
	client_block(b, "318 *");
	ck_assert_int_eq(client_block_count(b, "*127.0.0.1*"), 0);
	client_ask(a, "WHOIS ann", "378 ann ann *127.0.0.1");
	client_expect(a, "318 *");
	/* who may see it does */
	c = boss("cat");
	client_ask(c, "WHOIS bob", "378 cat bob *127.0.0.9");
	client_send(c, "MODE cat -o");
	oper(c, "helper");
	client_send(c, "WHOIS bob");
	client_block(c, "318 *");
	ck_assert_int_eq(client_block_count(c, "*127.0.0.9*"), 0);
	snprintf(path, sizeof(path), "%s/state/cloak.key", sv.dir);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0600);
	ck_assert_int_eq(st.st_size, 16);
	client_quit_all();
	server_restart(&sv, 0);
	a = client_register(&sv, "ann");
	ck_assert_str_eq(host_of(a, "ann", host), ann);
}
END_TEST

/* Bans hold for the cloak, for the network in it, and for the address. */
START_TEST(test_cloak_bans)
{
	struct client *a = client_register(&sv, "ann");
	struct client *b = come("127.0.0.9", "bob"), *c = boss("cat");
	char host[80];

	client_expect(b, "001 *");
	client_ask(a, "JOIN #x", "366 *");
	host_of(a, "bob", host);
	client_send(a, "MODE #x +b *!*@*%s", strchr(host, '.'));
	client_expect(a, "MODE #x *+b*");
	client_ask(b, "JOIN #x", "474 *");
	client_ask(b, "NS REGISTER secret99", "396 bob bob.account *");
	client_ask(b, "JOIN #x", "474 *");
	client_send(a, "MODE #x -b *!*@*%s", strchr(host, '.'));
	client_expect(a, "MODE #x *-b*");
	/* the address itself is not found out by trying */
	client_ask(a, "MODE #x +b *!*@127.*", "MODE #x *+b*");
	client_ask(b, "JOIN #x", "366 *");
	client_send(c, "KLINE *!*@127.0.0.9 :x");
	client_expect(b, "465 *");
	client_eof(b);
	client_ask(c, "UNKLINE *!*@127.0.0.9", "NOTICE * :No longer*");
	/* nor is an account a way round that of the server */
	b = come("127.0.0.9", "dan");
	client_expect(b, "001 *");
	client_ask(b, "NS IDENTIFY bob secret99", "396 dan bob.account *");
	client_send(c, "KLINE *!*@%s :x", host);
	client_expect(c, "NOTICE * :Banned*");
	client_expect(b, "465 *");
	client_eof(b);
	kept_out("127.0.0.9", "dan", ": x");
	let_in("127.0.0.10", "dan");
}
END_TEST

START_TEST(test_chghost)
{
	struct client *a = client_register_with(&sv, "ann", "chghost");
	struct client *b = client_register(&sv, "bob"), *c;
	struct client *e = client_login(&sv, "eve", "chghost");
	char host[80];

	ck_assert_str_eq(host_of(a, "eve", host), "eve.account");
	client_close(e);
	client_ask(a, "JOIN #x", "366 *");
	client_ask(b, "JOIN #x", "366 *");
	c = client_register_with(&sv, "cat", "chghost");
	client_ask(c, "JOIN #x", "366 *");
	client_sync(b);
	client_send(c, "NS IDENTIFY eve secret");
	client_expect(c, "900 *");
	client_expect(c, ":cat!*.ip CHGHOST cat eve.account");
	client_expect(c, "396 cat eve.account :*");
	client_expect(a, ":cat!*.ip CHGHOST cat eve.account");
	client_send(c, "PRIVMSG #x :hi");
	client_expect_next(b, ":cat!cat@eve.account PRIVMSG #x :hi");
}
END_TEST

/* ---- bans, and users of several sessions ---- */

/* One more of the account from ADDRESS, all but registered. */
static struct client *
device_from(const char *address, const char *account)
{
	struct client *c = client_connect_from(&sv, address, 0);

	snprintf(c->nick, sizeof(c->nick), "%s", account);
	client_send(c, "CAP REQ sasl\r\nNICK %s\r\nUSER %s 0 * :Real",
	    account, account);
	client_expect(c, "CAP * ACK *");
	client_send(c, "AUTHENTICATE PLAIN");
	client_expect(c, "AUTHENTICATE +");
	client_send(c, "AUTHENTICATE %s", plain_message(account, "secret"));
	client_expect(c, "903 *");
	return c;
}

static void
is_cut(struct client *c)
{
	client_expect(c, "465 *");
	client_expect(c, "ERROR *");
	client_eof(c);
}

/* Who is banned by a mask goes as a whole, wherever its sessions are from. */
START_TEST(test_all_sessions)
{
	struct client *ann, *one, *two;

	begin();
	ann = boss("ann");
	one = client_login(&sv, "bob", "");
	two = device_from("127.0.0.2", "bob");
	client_ask(two, "CAP END", "001 *");
	client_ask(ann, "KLINE bob!*@127.0.0.2 :out", "NOTICE * :Banned*");
	is_cut(two);
	is_cut(one);
	end();
}
END_TEST

/* A session is given to the home of its user, which stands still; a ban comes
 * before it has arrived there. */
START_TEST(test_on_its_way)
{
	struct client *ann, *bob, *two, *three;
	pid_t pid;
	int home;

	begin();
	ann = boss("ann");
	bob = client_login(&sv, "bob", "");
	home = client_worker(bob);
	ck_assert_int_ne(home, client_worker(ann));
	/* one of them at each worker */
	two = device_from("127.0.0.2", "bob");
	three = device_from("127.0.0.2", "bob");
	pid = server_worker_again(&sv, home, 0);
	ck_assert_int_eq(pid_signal(pid, SIGSTOP), 0);
	client_send(two, "CAP END");
	client_send(three, "CAP END");
	usleep(100000);
	client_ask(ann, "DLINE FORCE 127.0.0.2", "NOTICE * :Banned*");
	ck_assert_int_eq(pid_signal(pid, SIGCONT), 0);
	is_cut(two);
	is_cut(three);
	client_sync(bob);
	end();
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("opers");
	TCase *t = harness_case(s, "classes", begin_classes, end, 60);

	tcase_add_test(t, test_class);
	t = harness_case(s, "policy", begin_closed, end, 60);
	tcase_add_test(t, test_policy);
	t = harness_case(s, "reload", begin_classes, end, 60);
	tcase_add_test(t, test_reload);
	t = harness_case(s, "own", NULL, NULL, 60);
	tcase_add_test(t, test_slow_hash);
	tcase_add_test(t, test_no_store);
	tcase_add_test(t, test_failing_store);
	tcase_add_test(t, test_gateway);
	tcase_add_test(t, test_all_sessions);
	tcase_add_test(t, test_on_its_way);
	tcase_add_loop_test(t, test_late, 0, sizeof(lates) / sizeof(lates[0]));
	t = harness_case(s, "bans", begin, end, 60);
	tcase_add_test(t, test_mask);
	tcase_add_test(t, test_address);
	tcase_add_test(t, test_danger);
	tcase_add_test(t, test_expiry);
	tcase_add_test(t, test_account);
	tcase_add_test(t, test_rooms);
	tcase_add_test(t, test_tag);
	t = harness_case(s, "kept", NULL, NULL, 120);
	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, test_kept);
	tcase_add_loop_test(t, test_lifted, 0, 3);
	tcase_add_test(t, test_kills);
	tcase_add_test(t, test_wish);
	tcase_add_test(t, test_chanserv);
	tcase_add_test(t, test_private);
	tcase_add_test(t, test_audit);
	t = harness_case(s, "cloaked", NULL, NULL, 60);
	tcase_add_checked_fixture(t, begin_cloaked, end);
	tcase_add_test(t, test_cloak);
	tcase_add_test(t, test_cloak_bans);
	tcase_add_test(t, test_chghost);
	return harness_run((Suite *[]) { s, NULL });
}
