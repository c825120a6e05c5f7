/* SPDX-License-Identifier: ISC */
/*
 * Full means wait.  Every mailbox has the smallest size that works, senders
 * are faster than receivers, workers sleep, flood each other and are killed.
 * Each line is numbered by its sender and target, and each receiver checks
 * that it gets the next one: no gap, no repeat.  Meanwhile bystanders talk, in
 * a process of their own, and measure how long a line of theirs takes.
 *
 *	test_full [-t seconds]
 *
 * With -t the bystanders and the client that does not read are given so long;
 * without, only as long as it takes to see that all goes well.
 */

#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"

enum {
	TALKERS = 24,
	TEXT = 1 << 21,        /* bytes each has to say in one go */
	STALL = 5000,          /* ms without a single line: stuck */
};

static struct server sv, quiet; /* the second one with bystanders only */
static long seconds; /* of -t */

/* ---- Talkers ---- */

enum kind { ROOM, DIRECT };

struct talk {
	struct client *v[TALKERS];
	int n;
	char *text[TALKERS];   /* still to be sent: text[at..len) */
	size_t len[TALKERS], at[TALKERS];
	/* by receiver and sender: the number of the next line, and of the
	 * one after the last */
	int next[TALKERS][TALKERS][2], want[TALKERS][TALKERS][2];
	long left;             /* lines under way, counted by receiver */
	long gap;              /* longest time without one, ms */
};

static struct talk talk;

/* Of the test of a client that does not read. */
static struct {
	long begin, end;       /* ms */
	long rate;             /* lines a second */
	long said;             /* lines */
	int cut;               /* its room heard of it */
} silence;

/* A server of WORKERS workers with small mailboxes, and N talkers in #full. */
static void
talk_start(int workers, int n)
{
	int small = 65536, i;

	server_init(&sv);
	server_set(&sv, "workers", "%d", workers);
	server_set(&sv, "mailbox-size", "8K");
	server_set(&sv, "worker-timeout", "30");
	server_start(&sv);
	memset(&talk, 0, sizeof(talk));
	talk.n = n;
	client_register_many(&sv, talk.v, n, "talk");
	for (i = 0; i < n; i++) {
		client_ask(talk.v[i], "JOIN #full", "366 *");
		talk.text[i] = malloc(TEXT);
		/* what the kernel holds for us is work for it alone */
		setsockopt(talk.v[i]->fd, SOL_SOCKET, SO_SNDBUF, &small,
		    sizeof(small));
	}
	for (i = 0; i < n; i++)
		client_sync(talk.v[i]);
}

static void
talk_stop(void)
{
	int i;

	server_stop(&sv);
	if (quiet.pid != 0)
		server_stop(&quiet);
	for (i = 0; i < talk.n; i++)
		free(talk.text[i]);
}

/* Another line of talker FROM, to the room, or to talker TO. */
static void
say(int from, enum kind kind, int to)
{
	static char fill[400];
	int *want = talk.want[kind == ROOM ? (from + 1) % talk.n : to][from];
	int number = want[kind], i;
	char target[32] = "#full";

	if (kind == DIRECT)
		snprintf(target, sizeof(target), "talk%d", to + 1);
	if (talk.len[from] > TEXT - 512)
		ck_abort_msg("too much to say");
	/* lengths differ, so that a mailbox is never full to the byte */
	memset(fill, '.', sizeof(fill));
	talk.len[from] += (size_t)sprintf(talk.text[from] + talk.len[from],
	    "PRIVMSG %s :%d %d %d %.*s\r\n", target, kind, from, number,
	    number * 7 % (int)sizeof(fill), fill);
	for (i = 0; i < talk.n; i++)
		if (i != from && (kind == ROOM || i == to)) {
			talk.want[i][from][kind]++;
			talk.left++;
		}
}

static void
heard(int by, char *p)
{
	long kind = strtol(p, &p, 10), from = strtol(p, &p, 10);
	long number = strtol(p, &p, 10);
	int *next;

	/* each ck_assert() writes to a pipe: too dear for a flood */
	if (kind < 0 || kind > 1 || from < 0 || from >= talk.n)
		ck_abort_msg("not a line of ours");
	next = &talk.next[by][from][kind];
	if (number != *next)
		ck_abort_msg("talk%d wants line %d of talk%ld (%s), got %ld",
		    by + 1, *next, from + 1, kind == ROOM ? "room" : "direct",
		    number);
	++*next;
	talk.left--;
}

/* Takes all lines of a talker that are here.  Those of others are looked at
 * where they lie, so that the flood is the server's work and not ours. */
static void
hear(int by)
{
	struct client *c = talk.v[by];
	char *line, *end, *text;

	while ((end = memchr(c->in + c->pos, '\n', c->len - c->pos)) != NULL) {
		line = c->in + c->pos;
		text = memchr(line + 1, ':', (size_t)(end - line - 1));
		if (strncmp(line, ":talk", 5) == 0 && text != NULL &&
		    text + 1 < end && text[1] >= '0' && text[1] <= '9') {
			c->pos += (size_t)(end + 1 - line);
			heard(by, text + 1);
		} else if (!client_line_now(c))
			return;
		else if (by == 0 && client_matches(c,
		    ":silent!* QUIT *SendQ exceeded"))
			silence.cut = 1;
	}
}

/* Sends and reads once what goes; returns how many lines came. */
static long
talk_once(void)
{
	long before = talk.left;
	ssize_t n;
	int i;

	for (i = 0; i < talk.n; i++) {
		n = talk.at[i] == talk.len[i] ? 0 : client_offer(talk.v[i],
		    talk.text[i] + talk.at[i], talk.len[i] - talk.at[i]);
		if (n == -1 || talk.v[i]->eof)
			ck_abort_msg("%s was cut", talk.v[i]->nick);
		talk.at[i] += (size_t)n;
		client_fill(talk.v[i]);
		hear(i);
	}
	return before - talk.left;
}

/* Lets them talk until everybody has heard everything, or until STOP says so;
 * EACH, if any, is called all the time. */
static void
talk_until(int (*stop)(void), void (*each)(void))
{
	long now, last = clock_ms();

	while (talk.left > 0 && (stop == NULL || !stop())) {
		now = clock_ms();
		if (talk_once() > 0) {
			if (now - last > talk.gap)
				talk.gap = now - last;
			last = now;
		}
		if (now - last > harness_ms(STALL))
			ck_abort_msg("stuck, %ld lines are still to come",
			    talk.left);
		if (each != NULL)
			each();
		/* let something come together: the work is the server's */
		poll(NULL, 0, 1);
	}
	if (talk.left == 0)
		memset(talk.at, 0, sizeof(talk.at)),
		    memset(talk.len, 0, sizeof(talk.len));
}

/* A counter of all workers together. */
static long
counted(const char *key)
{
	char line[2048], value[32], number[8];
	long sum = 0;
	int i;

	for (i = 1; i < 8; i++) {
		snprintf(number, sizeof(number), "%d", i);
		if (server_ctl_find(&sv, "workers", "worker", number, line,
		    sizeof(line)) == NULL)
			break;
		if (json_get(line, key, value, sizeof(value)) != NULL)
			sum += atol(value);
	}
	return sum;
}

/* KiB of memory of all processes of the server, shared pages once. */
static long
memory(void)
{
	char path[64], line[128];
	pid_t pid[16];
	long sum = 0, k;
	FILE *f;
	int i;

	memset(pid, 0, sizeof(pid));
	server_workers(&sv, pid, 16);
	pid[0] = sv.pid;
	for (i = 0; i < 16; i++) {
		snprintf(path, sizeof(path), "/proc/%d/smaps_rollup",
		    (int)pid[i]);
		if (pid[i] <= 0 || (f = fopen(path, "r")) == NULL)
			continue;
		while (fgets(line, sizeof(line), f) != NULL)
			if (sscanf(line, "Pss: %ld kB", &k) == 1)
				sum += k;
		fclose(f);
	}
	return sum;
}

/* Says how it went, and that memory did not grow by more than MOST MiB. */
static void
talk_report(const char *what, long before, long most)
{
	long after = memory();

	printf("%s: full %ld times, longest silence %ld ms, memory %ld to "
	    "%ld KiB\n", what, counted("waits"), talk.gap, before, after);
	ck_assert_msg(server_sanitized(&sv) || after - before < most * 1024,
	    "memory grew from %ld to %ld KiB", before, after);
}

/* ---- Floods ---- */

/* Many to one room, with members at all workers. */
START_TEST(test_room)
{
	enum { LINES = 300 };
	long before;
	int i, k;

	talk_start(4, TALKERS);
	before = memory();
	for (k = 0; k < LINES; k++)
		for (i = 0; i < TALKERS; i++)
			say(i, ROOM, 0);
	talk_until(NULL, NULL);
	ck_assert_int_gt(counted("waits"), 0);
	talk_report("one room", before, 16);
	talk_stop();
}
END_TEST

static long asleep_until;
static int is_awake(void) { return clock_ms() >= asleep_until; }

/* To users whose worker sleeps: their mailboxes fill up, senders wait; others
 * of the senders' worker do not. */
START_TEST(test_users)
{
	enum { LINES = 300, N = 8 };
	struct client *c;
	int worker[N], i, k;
	pid_t pid;

	talk_start(2, N);
	client_worker_list(talk.v, N, worker);
	c = client_register(&sv, "aside");
	while (client_worker(c) == 2)
		c = client_register(&sv, "aside2");
	pid = server_worker_again(&sv, 2, 0);
	pid_signal(pid, SIGSTOP);
	asleep_until = clock_ms() + 1000;
	for (i = 0; i < N; i++)
		for (k = 0; k < LINES * N; k++)
			if (worker[i] == 1 && worker[k % N] == 2)
				say(i, DIRECT, k % N);
	talk_until(is_awake, NULL);
	client_sync(c);
	pid_signal(pid, SIGCONT);
	talk_until(NULL, NULL);
	ck_assert_int_gt(counted("waits"), 0);
	talk_stop();
}
END_TEST

/* What all say in one round: to the room, and to one of each worker. */
static void
round_say(int lines)
{
	int i, k;

	for (k = 0; k < lines; k++)
		for (i = 0; i < talk.n; i++) {
			say(i, ROOM, 0);
			say(i, DIRECT, (i + 1) % talk.n);
			say(i, DIRECT, (i + 2) % talk.n);
		}
}

/* Two workers flood each other. */
START_TEST(test_both_ways)
{
	long before;

	talk_start(2, 16);
	before = memory();
	round_say(300);
	talk_until(NULL, NULL);
	ck_assert_int_gt(counted("waits"), 0);
	talk_report("both ways", before, 16);
	talk_stop();
}
END_TEST

/* The same, while they are killed. */
static struct { long next; int n; } kills;

static void
kill_some(void)
{
	pid_t pid;

	if (clock_ms() < kills.next)
		return;
	kills.next = clock_ms() + 50 + (long)((unsigned)clock_us() % 50);
	if ((pid = server_worker_pid(&sv, 1 + kills.n % 3)) > 0) {
		pid_signal(pid, SIGKILL);
		kills.n++;
	}
}

START_TEST(test_killed)
{
	talk_start(3, 15);
	kills.n = 0;
	while (kills.n < 20) {
		round_say(100);
		talk_until(NULL, kill_some);
	}
	printf("killed %d times in a flood: no line lost or twice\n", kills.n);
	talk_stop();
}
END_TEST

/* Reloads, which replace each worker while events wait. */
static void
reload_some(void)
{
	if (clock_ms() < kills.next)
		return;
	kills.next = clock_ms() + 30;
	kills.n++;
	pid_signal(sv.pid, SIGHUP);
}

START_TEST(test_reloaded)
{
	talk_start(3, 15);
	kills.n = 0;
	while (kills.n < 10) {
		round_say(100);
		talk_until(NULL, reload_some);
	}
	talk_stop();
}
END_TEST

/* ---- Bystanders ---- */

/*
 * Pairs of clients talk, a line each ms: one pair at the server that is
 * flooded, one at a second server that has nothing else to do.  Both take
 * turns, so what the second one feels is the machine at that very time, with
 * all that the flood and whoever makes it take of it, and what the first one
 * feels beyond is the server's doing.
 */
enum where { CALM, FLOOD, BESIDE, WHERES };
enum { SAMPLES = 1 << 20, ENOUGH = 500 };

struct pair {
	struct client *a, *b;
};

/* Shared with the process of the bystanders. */
static struct watch {
	_Atomic int flood;     /* 0 calm, 1 flood; -1: enough */
	_Atomic int n[WHERES];
	int us[WHERES][SAMPLES];
} *watch;

static pid_t bystanders;

/* A line from A to B, through TARGET; returns how long it took, us. */
static int
line_time(struct client *a, struct client *b, const char *target, int n)
{
	long long begin = clock_us();

	client_send(a, "PRIVMSG %s :%d", target, n);
	client_expect(b, "PRIVMSG %s :%d", target, n);
	return (int)(clock_us() - begin);
}

/* Line I of a pair: directly or in its room, there or back. */
static int
pair_time(const struct pair *p, int i)
{
	struct client *from = i % 2 ? p->b : p->a, *to = i % 2 ? p->a : p->b;

	return line_time(from, to, i % 4 < 2 ? "#calm" : to->nick, i);
}

static void
bystand(const struct pair *p)
{
	int flood, i, us, k;
	enum where w;

	for (i = 0; (flood = watch->flood) >= 0; i++)
		for (k = 0; k < 2; k++) {
			us = pair_time(&p[k], i);
			w = !flood ? CALM : k == 0 ? FLOOD : BESIDE;
			if (flood == watch->flood && watch->n[w] < SAMPLES)
				watch->us[w][watch->n[w]++] = us;
			poll(NULL, 0, 1);
		}
	_exit(0);
}

/* Two of different workers of a server. */
static void
pair_make(struct pair *p, struct server *at)
{
	client_apart(at, &p->a, "calm1", &p->b, "calm2", NULL);
	client_ask(p->a, "JOIN #calm", "366 *");
	client_ask(p->b, "JOIN #calm", "366 *");
	client_expect(p->a, ":calm2!* JOIN *");
}

static void
bystanders_start(void)
{
	struct pair pair[2];

	watch = mmap(NULL, sizeof(*watch), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(watch, MAP_FAILED);
	server_init(&quiet);
	server_set(&quiet, "workers", "2");
	server_start(&quiet);
	pair_make(&pair[0], &sv);
	pair_make(&pair[1], &quiet);
	if ((bystanders = fork()) == 0)
		bystand(pair);
	wait_for(watch->n[CALM] >= ENOUGH * 2, 20000);
	/* it is the server's work that they are to feel, not ours */
	ck_assert_int_eq(setpriority(PRIO_PROCESS, 0, 10), 0);
	watch->flood = 1;
}

static int
int_cmp(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	return x < y ? -1 : x > y;
}

/* In ms. */
static double
percentile(enum where w, int percent)
{
	int n = watch->n[w];

	if (n == 0)
		return 0;
	qsort(watch->us[w], (size_t)n, sizeof(int), int_cmp);
	return (double)watch->us[w][(long)n * percent / 100] / 1000;
}

static void
bystanders_stop(const char *what)
{
	static const int percent[] = { 50, 90, 99 };
	double calm, flood, beside;
	int status;
	size_t i;

	watch->flood = -1;
	ck_assert_int_eq(waitpid(bystanders, &status, 0), bystanders);
	ck_assert_msg(status == 0, "a bystander failed");
	for (i = 0; i < sizeof(percent) / sizeof(*percent); i++) {
		calm = percentile(CALM, percent[i]);
		flood = percentile(FLOOD, percent[i]);
		beside = percentile(BESIDE, percent[i]);
		printf("%s: bystanders p%d calm %.2f ms, flood %.2f ms, "
		    "beside it %.2f ms: %.1f times calm, %.1f times beside "
		    "(%d lines)\n", what, percent[i], calm, flood, beside,
		    flood / calm, flood / beside, watch->n[FLOOD]);
	}
	munmap(watch, sizeof(*watch));
}

/* Two workers flood each other, with others at both. */
START_TEST(test_bystanders)
{
	long end;

	talk_start(2, 16);
	bystanders_start();
	end = clock_ms() + seconds * 1000;
	do {
		round_say(1000);
		talk_until(NULL, NULL);
	} while (clock_ms() < end || watch->n[FLOOD] < ENOUGH);
	bystanders_stop("two workers flood each other");
	talk_stop();
}
END_TEST

/* ---- Who does not read ---- */

/* So many lines a second, by all in turn. */
static void
say_steadily(void)
{
	long due = (clock_ms() - silence.begin) * silence.rate / 1000;

	if (clock_ms() >= silence.end)
		return;
	for (; silence.said < due; silence.said++)
		say((int)(silence.said % talk.n), ROOM, 0);
}

/* One member of a room never reads.  It is cut at its limit (0), or not,
 * because that is large (1); the others do not notice. */
START_TEST(test_silent)
{
	struct client *c;
	int small = 4096, i;
	long before;

	if (_i == 1 && seconds == 0)
		return; /* needs time to mean something */
	talk_start(2, 8);
	if (_i == 1 || seconds == 0) {
		server_set(&sv, "sendq", _i == 1 ? "1G" : "256K");
		server_write(&sv);
		free(server_ctl(&sv, "reload", NULL));
	}
	bystanders_start();
	c = client_register(&sv, "silent");
	setsockopt(c->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	client_send(c, "JOIN #full");
	client_expect(talk.v[0], ":silent!* JOIN *");
	c->mute = 1;
	before = memory();
	memset(&silence, 0, sizeof(silence));
	silence.begin = clock_ms();
	silence.end = silence.begin + (seconds > 0 ? seconds : 30) * 1000;
	silence.rate = seconds > 0 ? 1000 : 4000;
	while ((clock_ms() < silence.end && (seconds > 0 || !silence.cut)) ||
	    talk.left > 0) {
		if (seconds > 0 || !silence.cut)
			say_steadily();
		talk_until(NULL, NULL);
		poll(NULL, 0, 1);
	}
	bystanders_stop("one does not read");
	talk_report("one does not read", before, _i == 1 ? 1024 : 16);
	for (i = 0; i < talk.n; i++)
		client_sync(talk.v[i]);
	/* at the default limit it takes a while */
	if (seconds == 0 || _i == 1)
		ck_assert_int_eq(silence.cut, _i == 0);
	talk_stop();
}
END_TEST

int
main(int argc, char **argv)
{
	Suite *s = suite_create("full");
	Suite *suites[] = { s, NULL };
	TCase *tc;

	if (argc == 3 && strcmp(argv[1], "-t") == 0)
		seconds = atol(argv[2]);
	tc = harness_case(s, "full", NULL, NULL, 180 + (int)seconds);
	tcase_add_test(tc, test_room);
	tcase_add_test(tc, test_users);
	tcase_add_test(tc, test_both_ways);
	tcase_add_test(tc, test_killed);
	tcase_add_test(tc, test_reloaded);
	tc = harness_case(s, "bystanders", NULL, NULL, 180 + (int)seconds);
	tcase_add_test(tc, test_bystanders);
	tc = harness_case(s, "silent", NULL, NULL, 180 + (int)seconds);
	tcase_add_loop_test(tc, test_silent, 0, 2);
	return harness_run(suites);
}
