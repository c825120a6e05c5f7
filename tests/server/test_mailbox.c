/* SPDX-License-Identifier: ISC */
/*
 * The mailboxes between workers when things go wrong with them: full, because
 * a worker sleeps; removed under the server by ipcrm; held by a stranger
 * before it starts.  Full means wait, not lose; the rest must heal.
 */

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/shm.h>
#include <unistd.h>

#include "harness.h"

static struct server sv;

/* ---- Full ---- */

struct count {
	int next[2], want;
};

/* "PRIVMSG <bob|#full> :N text": direct and room lines, each in order. */
static void
line_count(struct client *c, int index, void *arg)
{
	struct count *n = arg;
	int room = client_matches(c, ":ann!* PRIVMSG #full *");
	char *p;

	(void)index;
	if (!room && !client_matches(c, ":ann!* PRIVMSG bob *"))
		return;
	p = strchr(c->body, ':');
	ck_assert_msg(p != NULL && atoi(p + 1) == n->next[room],
	    "wants %s line %d: %.60s", room ? "room" : "direct",
	    n->next[room], c->line);
	n->next[room]++;
}

static int
count_done(void *arg)
{
	struct count *n = arg;

	return n->next[0] >= n->want && n->next[1] >= n->want;
}

/* The worker of one sleeps while others send far more than a mailbox holds. */
START_TEST(test_full)
{
	enum { LINES = 1000 };
	struct client *a, *b, *c;
	struct count n = { { 0, 0 }, LINES };
	char *text = malloc(LINES * 1200), fill[450], worker[16];
	size_t len = 0, at = 0;
	ssize_t took;
	long end;
	pid_t pid;
	int i;

	server_init(&sv);
	server_start(&sv);
	client_apart(&sv, &a, "ann", &b, "bob", NULL);
	snprintf(worker, sizeof(worker), "%d", client_worker(b));
	do
		c = client_register(&sv, "cat");
	while (client_worker(c) == atoi(worker) && (client_close(c), 1));
	client_ask(a, "JOIN #full", "366 *");
	client_ask(b, "JOIN #full", "366 *");
	client_ask(c, "JOIN #full2", "366 *");
	memset(fill, 'f', sizeof(fill) - 1);
	fill[sizeof(fill) - 1] = '\0';
	for (i = 0; i < LINES; i++)
		len += (size_t)sprintf(text + len, "PRIVMSG bob :%d %s\r\n"
		    "PRIVMSG #full :%d %s\r\n", i, fill, i, fill);
	pid = server_worker_again(&sv, atoi(worker), 0);
	ck_assert_int_eq(pid_signal(pid, SIGSTOP), 0);
	end = clock_ms() + 1500;
	while (at < len && clock_ms() < end) {
		took = client_offer(a, text + at, len - at);
		ck_assert_msg(took != -1, "the sender was cut");
		at += (size_t)took;
		/* the sender's worker serves others meanwhile */
		client_sync(c);
		if (took == 0)
			harness_tick();
	}
	ck_assert_int_eq(pid_signal(pid, SIGCONT), 0);
	ck_assert_int_eq(server_worker_pid(&sv, atoi(worker)), pid);
	while (at < len) {
		took = client_offer(a, text + at, len - at);
		ck_assert(took != -1);
		at += (size_t)took;
		client_fill(b);
		harness_tick();
	}
	client_pump(&b, 1, line_count, count_done, &n, 20000);
	client_sync(a);
	server_stop(&sv);
	free(text);
}
END_TEST

/* Both fill each other's mailboxes at once: nobody waits for ever. */
START_TEST(test_full_both_ways)
{
	enum { LINES = 1500 };
	struct client *v[2];
	char *text[2], fill[450];
	size_t len[2] = { 0, 0 }, at[2] = { 0, 0 };
	int i, k, got[2] = { 0, 0 };
	long end;

	server_init(&sv);
	server_start(&sv);
	client_apart(&sv, &v[0], "ann", &v[1], "bob", NULL);
	memset(fill, 'f', sizeof(fill) - 1);
	fill[sizeof(fill) - 1] = '\0';
	for (k = 0; k < 2; k++) {
		text[k] = malloc(LINES * 600);
		for (i = 0; i < LINES; i++)
			len[k] += (size_t)sprintf(text[k] + len[k],
			    "PRIVMSG %s :%d %s\r\n", v[1 - k]->nick, i, fill);
	}
	end = clock_ms() + harness_ms(20000);
	while (got[0] < LINES || got[1] < LINES) {
		ck_assert_msg(clock_ms() < end, "stuck at %d and %d lines",
		    got[0], got[1]);
		for (k = 0; k < 2; k++) {
			ssize_t n = client_offer(v[k], text[k] + at[k],
			    len[k] - at[k]);

			ck_assert(n != -1);
			at[k] += (size_t)n;
			client_fill(v[k]);
			while (client_line_now(v[k])) {
				if (!client_matches(v[k], "PRIVMSG *"))
					continue;
				ck_assert_int_eq(atoi(strchr(v[k]->body, ':')
				    + 1), got[k]);
				got[k]++;
			}
		}
		harness_tick();
	}
	free(text[0]);
	free(text[1]);
	server_stop(&sv);
}
END_TEST

/* A mailbox is full and its owner was not told, as when a poster is killed
 * just then: the next one tells. */
START_TEST(test_full_unheard)
{
	struct { long type; char text[256]; } junk = { 1, "" };
	struct client *a, *b;
	unsigned key[64];
	int id[64], i, n;

	server_init(&sv);
	server_start(&sv);
	client_apart(&sv, &a, "ann", &b, "bob", NULL);
	client_ask(a, "JOIN #heard", "366 *");
	client_ask(b, "JOIN #heard", "366 *");
	client_expect(a, ":bob!* JOIN *");
	n = server_object_list(&sv, "msg", id, key, 64);
	for (i = 0; i < n; i++)
		while (msgsnd(id[i], &junk, sizeof(junk.text), IPC_NOWAIT) ==
		    0)
			;
	client_send(a, "PRIVMSG bob :direct");
	client_expect(b, ":ann!* PRIVMSG bob *direct");
	client_send(b, "PRIVMSG #heard :room");
	client_expect(a, ":bob!* PRIVMSG #heard *room");
	server_stop(&sv);
}
END_TEST

/* Whether the worker of C has a buffer to read into. */
static int
has_buffer(struct client *c)
{
	client_send(c, "PING buffer");
	return client_line(c, 200);
}

/* Lines of a worker whose buffers are all taken, into a full mailbox. */
START_TEST(test_full_without_buffers)
{
	enum { LINES = 60, CROWD = 2100 };
	static struct client *v[CROWD];
	static int worker[CROWD];
	struct client *a, *b;
	char fill[300], all[LINES * 330];
	pid_t pid;
	size_t n = 0;
	int i, aworker, last = -1;

	server_init(&sv);
	server_set(&sv, "buffers", "16M");
	server_set(&sv, "mailbox-size", "8K");
	server_set(&sv, "max-clients-per-address", "10000");
	server_start(&sv);
	client_apart(&sv, &a, "ann", &b, "bob", NULL);
	client_register_many(&sv, v, CROWD, "crowd");
	client_worker_list(v, CROWD, worker);
	aworker = client_worker(a);
	pid = server_worker_again(&sv, client_worker(b), 0);
	/* half a line takes a buffer, and keeps it */
	client_write(a, "PRIVMSG ", 8);
	for (i = 0; i < CROWD; i++)
		if (worker[i] == aworker) {
			if (last >= 0)
				client_write(v[last], "PI", 2);
			last = i;
		}
	wait_for(!has_buffer(v[last]), 5000);
	client_sync(b);
	pid_signal(pid, SIGSTOP);
	memset(fill, 'f', sizeof(fill) - 1);
	fill[sizeof(fill) - 1] = '\0';
	/* all at once: if its buffer were empty in between, another would get
	 * it */
	for (i = 0; i < LINES; i++)
		n += (size_t)snprintf(all + n, sizeof(all) - n,
		    "%sbob :%d %s\r\n", i > 0 ? "PRIVMSG " : "", i, fill);
	client_write(a, all, n);
	for (i = 0; i < 100; i++)
		harness_tick();
	pid_signal(pid, SIGCONT);
	/* what was in the only buffer it had; the rest when others go */
	for (i = 0; i < 20; i++)
		client_expect_next(b, ":ann!* PRIVMSG bob :%d *", i);
	for (i = 0; i < CROWD; i++)
		if (worker[i] == aworker && v[i] != v[last])
			client_send(v[i], "NG");
	for (i = 20; i < LINES; i++)
		client_expect_next(b, ":ann!* PRIVMSG bob :%d *", i);
	client_sync(a);
	server_stop(&sv);
}
END_TEST

/* The server stops while lines wait: for tokens of the flood limit, and for
 * room in the mailbox of a worker that sleeps.  All are told goodbye. */
START_TEST(test_full_farewell)
{
	struct client *a, *b, *c;
	char fill[450];
	pid_t pid;
	int i;

	server_init(&sv);
	server_set(&sv, "flood", "1 40");
	server_set(&sv, "mailbox-size", "8K");
	server_start(&sv);
	client_apart(&sv, &a, "ann", &b, "bob", NULL);
	c = client_register(&sv, "cat");
	pid = server_worker_again(&sv, client_worker(b), 0);
	pid_signal(pid, SIGSTOP);
	memset(fill, 'f', sizeof(fill) - 1);
	fill[sizeof(fill) - 1] = '\0';
	for (i = 0; i < 60; i++) {
		client_send(a, "PRIVMSG bob :%d %s", i, fill);
		client_send(c, "PING %d", i);
	}
	pid_signal(sv.pid, SIGTERM);
	for (i = 0; i < 20; i++)
		harness_tick();
	pid_signal(pid, SIGCONT);
	client_expect(a, "ERROR *Server shutting down*");
	client_expect(b, "ERROR *Server shutting down*");
	client_expect(c, "ERROR *Server shutting down*");
	ck_assert_int_eq(server_reap(sv.pid, harness_ms(3000)), 0);
	sv.pid = 0;
	server_clean(&sv);
}
END_TEST

/* ---- Removed ---- */

static int
queues_remove(void)
{
	unsigned key[1024];
	int id[1024], i, n;

	n = server_object_list(&sv, "msg", id, key, 1024);
	for (i = 0; i < n; i++)
		ck_assert_msg(msgctl(id[i], IPC_RMID, NULL) == 0,
		    "msgctl: %s", strerror(errno));
	return n;
}

/* Somebody runs ipcrm on all of them, several times.  What was in them is
 * gone; what comes after must arrive. */
START_TEST(test_removed)
{
	struct client *a, *b;
	char text[64];
	int round;

	server_init(&sv);
	server_start(&sv);
	client_apart(&sv, &a, "ann", &b, "bob", NULL);
	client_ask(a, "JOIN #rm", "366 *");
	client_ask(b, "JOIN #rm", "366 *");
	client_expect(a, ":bob!* JOIN *");
	for (round = 0; round < 5; round++) {
		client_send(a, "PRIVMSG bob :before %d", round);
		client_send(b, "PRIVMSG ann :before %d", round);
		client_expect(b, "PRIVMSG bob *before %d", round);
		client_expect(a, "PRIVMSG ann *before %d", round);
		ck_assert_int_gt(queues_remove(), 0);
		client_send(a, "PRIVMSG bob :after %d", round);
		client_expect(b, ":ann!* PRIVMSG bob *after %d", round);
		client_send(b, "PRIVMSG ann :after %d", round);
		client_expect(a, ":bob!* PRIVMSG ann *after %d", round);
		client_send(a, "PRIVMSG #rm :after %d", round);
		client_expect(b, ":ann!* PRIVMSG #rm *after %d", round);
		client_send(b, "PRIVMSG #rm :after %d", round);
		client_expect(a, ":bob!* PRIVMSG #rm *after %d", round);
		snprintf(text, sizeof(text), "new%d", round);
		client_sync(client_register(&sv, text));
	}
	server_stop(&sv);
}
END_TEST

/* Removed while a room talks: the conversation goes on. */
START_TEST(test_removed_under_load)
{
	enum { N = 10, LINES = 300 };
	struct client *v[N];
	int i, k;

	server_init(&sv);
	server_start(&sv);
	client_register_many(&sv, v, N, "load");
	for (i = 0; i < N; i++)
		client_ask(v[i], "JOIN #load", "366 *");
	for (k = 0; k < LINES; k++) {
		for (i = 0; i < N; i++) {
			client_send(v[i], "PRIVMSG #load :%d", k);
			client_fill(v[i]);
		}
		if (k % 30 == 0)
			queues_remove();
	}
	/* a while later all is well again */
	for (i = 0; i < N; i++)
		client_sync(v[i]);
	client_send(v[0], "PRIVMSG #load :end of it");
	for (i = 1; i < N; i++)
		client_expect(v[i], ":load1!* PRIVMSG #load *end of it");
	client_send(v[N - 1], "PRIVMSG #load :end of that");
	for (i = 0; i < N - 1; i++)
		client_expect(v[i], ":load%d!* PRIVMSG #load *end of that",
		    N);
	server_stop(&sv);
}
END_TEST

/* Envelopes that no worker of ours made: too short, too long, random. */
START_TEST(test_junk)
{
	struct {
		long type;
		char text[4096];
	} junk;
	struct client *a, *b;
	unsigned key[64], seed = 1;
	int id[64], i, k, n;

	server_init(&sv);
	server_start(&sv);
	client_apart(&sv, &a, "ann", &b, "bob", NULL);
	client_ask(a, "JOIN #junk", "366 *");
	client_ask(b, "JOIN #junk", "366 *");
	n = server_object_list(&sv, "msg", id, key, 64);
	ck_assert_int_gt(n, 0);
	for (i = 0; i < n; i++)
		for (k = 0; k < 20; k++) {
			size_t len = (size_t)rand_r(&seed) % sizeof(junk.text);
			size_t j;

			junk.type = k % 4 == 0 ? 1 : 1 + rand_r(&seed) % 1000;
			for (j = 0; j < sizeof(junk.text); j++)
				junk.text[j] = (char)(k % 2 == 0 ? 0 :
				    rand_r(&seed));
			msgsnd(id[i], &junk, k < 4 ? (size_t)k : len / 8,
			    IPC_NOWAIT);
		}
	/* somebody has to look into them */
	for (i = 0; i < 20; i++) {
		client_send(a, "PRIVMSG bob :real %d", i);
		client_expect(b, ":ann!* PRIVMSG bob *real %d", i);
		client_send(b, "PRIVMSG #junk :real %d", i);
		client_expect(a, ":bob!* PRIVMSG #junk *real %d", i);
	}
	server_stop(&sv);
}
END_TEST

/* ---- The limits of the kernel ---- */

static void
limit_write(const char *name, int value)
{
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/sys/kernel/%s", name);
	f = fopen(path, "w");
	ck_assert_msg(f != NULL, "%s: %s", path, strerror(errno));
	fprintf(f, "%d\n", value);
	ck_assert_int_eq(fclose(f), 0);
}

static const struct {
	int longest, room;     /* kernel.msgmax, kernel.msgmnb */
	const char *user;      /* NULL: with all privileges */
	const char *refusal;   /* in the log; NULL: it starts */
} limits[] = {
	{ 8192, 16384, "nobody", NULL },
	{ 8192, 8128, "nobody", NULL },
	{ 8192, 8000, "nobody", "kernel.msgmnb is 8000: set it to 8192" },
	{ 8000, 16384, NULL, "kernel.msgmax is 8000: set it to 8192" },
};

/* Two clients on different workers, a room, a few lines each way. */
static void
conversation_works(void)
{
	struct client *a, *b;

	client_apart(&sv, &a, "ann", &b, "bob", NULL);
	client_ask(a, "JOIN #works", "366 *");
	client_ask(b, "JOIN #works", "366 *");
	client_send(a, "PRIVMSG bob :works");
	client_expect(b, ":ann!* PRIVMSG bob *works");
	client_send(b, "PRIVMSG #works :works");
	client_expect(a, ":bob!* PRIVMSG #works *works");
}

/* In an IPC namespace of our own: too small is said, and final. */
START_TEST(test_limits)
{
	if (geteuid() != 0 || unshare(CLONE_NEWIPC) != 0) {
		harness_skip("an IPC namespace needs root");
		return;
	}
	limit_write("msgmax", limits[_i].longest);
	limit_write("msgmnb", limits[_i].room);
	server_init(&sv);
	if (limits[_i].user != NULL)
		server_set(&sv, "user", "%s", limits[_i].user);
	if (limits[_i].refusal == NULL) {
		server_start(&sv);
		conversation_works();
		server_stop(&sv);
		return;
	}
	server_write(&sv);
	sv.pid = server_spawn(&sv, NULL);
	ck_assert_int_eq(server_reap(sv.pid, 5000), 2 << 8);
	sv.pid = 0;
	ck_assert(server_log_has(&sv, limits[_i].refusal));
	ck_assert_int_eq(server_objects(&sv, NULL), 0);
	server_clean(&sv);
}
END_TEST

/* ---- Strangers ---- */

/* Queues that are not of this instance, with something in them, have the keys
 * of its workers and of its first clients: those of another user (0), and
 * those of our own of which nobody knows any more (1). */
START_TEST(test_foreign_queues)
{
	enum { N = 40 };
	struct { long type; char text[8]; } letter = { 1, "letter" };
	struct msqid_ds ds;
	int id[N], i, left = 0;

	if (_i == 0 && geteuid() != 0) {
		harness_skip("queues of another user need root");
		return;
	}
	server_init(&sv);
	for (i = 0; i < N; i++) {
		key_t key = (key_t)(sv.prefix << 24 | (i < N / 2 ? i + 1 :
		    256 + i - N / 2));

		id[i] = msgget(key, IPC_CREAT | IPC_EXCL | 0600);
		ck_assert_int_ne(id[i], -1);
		msgsnd(id[i], &letter, sizeof(letter.text), IPC_NOWAIT);
		msgctl(id[i], IPC_STAT, &ds);
		ds.msg_perm.uid = ds.msg_perm.gid = 65534;
		if (_i == 0)
			ck_assert_int_eq(msgctl(id[i], IPC_SET, &ds), 0);
	}
	server_start(&sv);
	conversation_works();
	client_quit_all();
	pid_signal(sv.pid, SIGTERM);
	ck_assert_int_eq(server_reap(sv.pid, harness_ms(2000)), 0);
	sv.pid = 0;
	/* a stranger's are still there, and nothing of the server's own */
	for (i = 0; i < N; i++)
		left += msgctl(id[i], IPC_STAT, &ds) == 0;
	if (_i == 0)
		ck_assert_int_eq(left, N);
	ck_assert_int_eq(server_objects(&sv, NULL), left);
	server_clean(&sv);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("mailbox");
	Suite *suites[] = { s, NULL };
	TCase *tc = harness_case(s, "mailbox", NULL, NULL, 120);

	tcase_add_test(tc, test_full);
	tcase_add_test(tc, test_full_both_ways);
	tcase_add_test(tc, test_full_unheard);
	tcase_add_test(tc, test_full_without_buffers);
	tcase_add_test(tc, test_full_farewell);
	tcase_add_test(tc, test_removed);
	tcase_add_test(tc, test_removed_under_load);
	tcase_add_test(tc, test_junk);
	tcase_add_loop_test(tc, test_limits, 0,
	    sizeof(limits) / sizeof(limits[0]));
	tcase_add_loop_test(tc, test_foreign_queues, 0, 2);
	return harness_run(suites);
}
