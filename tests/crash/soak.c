/* SPDX-License-Identifier: ISC */
/*
 * The soak: many clients in rooms of various sizes talk while a worker, any,
 * is killed again and again.  Every line has a number; every receiver checks
 * the sequence of each sender and target: no gap, no repeat, no disconnect.
 * How long the slowest line was on its way is told at the end.
 *
 *	soak [-n CLIENTS] [-t SECONDS] [-i MS] [-w WORKERS] [-s SEED]
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "harness.h"

/*
 * Client I is in the small room I / SMALL, in the middle one I % MIDDLES, and,
 * if even, in #big, where only the first few speak.  It writes to PARTNERS
 * others directly.
 */
enum {
	SMALL = 10,
	MIDDLES = 20,
	SPEAKERS = 20,    /* in #big */
	PARTNERS = 4,
	TARGETS = 3 + PARTNERS,
	MIDDLE_MOST = 200,/* members of a middle room */
	STEP = 10,        /* ms between two salvos */
	BACKLOG = 100000, /* deliveries under way at most */
	DRAIN = 20000,    /* ms for the last lines to come */
	SHOWN = 10,
};

enum target { TO_SMALL, TO_MIDDLE, TO_BIG, TO_PARTNER };

static struct options {
	int clients, seconds, interval, workers;
} options = { 2000, 60, 100, 4 };

static struct server sv;
static struct client **client;
static unsigned seed;

static unsigned (*sent)[TARGETS];      /* by sender */
static struct heard {                  /* the next number, by sender */
	unsigned small[SMALL], middle[MIDDLE_MOST], big[SPEAKERS];
	unsigned partner[PARTNERS];
} *heard;

static struct figures {
	long deliveries, kills, gaps, repeats, cut, strange;
	long expected;
	long long longest; /* us */
	long late;         /* lines that took more than 100 ms */
} f;

/* The harness reports to libcheck, which is not there: see play.c. */
void __wrap__mark_point(const char *file, int line);
void __wrap__ck_assert_failed(const char *file, int line, const char *expr,
    const char *msg, ...) __attribute__((noreturn));

void
__wrap__mark_point(const char *file, int line)
{
	(void)file;
	(void)line;
}

void
__wrap__ck_assert_failed(const char *file, int line, const char *expr,
    const char *msg, ...)
{
	printf("%s:%d: %s %s\n", file, line, expr, msg != NULL ? msg : "");
	exit(1);
}

static unsigned
any(int n)
{
	return (unsigned)rand_r(&seed) % (unsigned)n;
}

/* ---- who hears what ---- */

static int
partner(int i, int k)
{
	return (i + 1 + k * 37) % options.clients;
}

static int
middle_size(int i)
{
	int n = options.clients, r = i % MIDDLES;

	return n / MIDDLES + (r < n % MIDDLES);
}

static int
small_size(int i)
{
	int first = i / SMALL * SMALL, left = options.clients - first;

	return left < SMALL ? left : SMALL;
}

static int
big_size(void)
{
	return (options.clients + 1) / 2;
}

/* How many others hear what I says to target T. */
static int
audience(int i, int t)
{
	switch (t) {
	case TO_SMALL:
		return small_size(i) - 1;
	case TO_MIDDLE:
		return middle_size(i) - 1;
	case TO_BIG:
		return big_size() - 1;
	default:
		return 1;
	}
}

/* Where receiver R counts what FROM says to T; NULL: it should not hear it. */
static unsigned *
heard_slot(int r, int from, int t)
{
	if (from < 0 || from >= options.clients || t < 0 || t >= TARGETS ||
	    from == r)
		return NULL;
	if (t == TO_SMALL)
		return from / SMALL == r / SMALL
		    ? &heard[r].small[from % SMALL]
		    : NULL;
	if (t == TO_MIDDLE)
		return from % MIDDLES == r % MIDDLES
		    ? &heard[r].middle[from / MIDDLES]
		    : NULL;
	if (t == TO_BIG)
		return from / 2 < SPEAKERS && r % 2 == 0
		    ? &heard[r].big[from / 2]
		    : NULL;
	return partner(from, t - TO_PARTNER) == r
	    ? &heard[r].partner[t - TO_PARTNER]
	    : NULL;
}

/* ---- hearing ---- */

static void
complain(long *count, const char *what, const struct client *c)
{
	if ((*count)++ < SHOWN)
		printf("%s: %s: %.120s\n", c->nick, what, c->line);
}

static void
line_hear(int r, struct client *c)
{
	const char *text = strstr(c->body, " :");
	long long when, took;
	unsigned n, *next;
	int from, t;

	if (strncmp(c->body, "PRIVMSG ", 8) != 0 || text == NULL)
		return;
	if (sscanf(text + 2, "%d %d %u %lld", &from, &t, &n, &when) != 4 ||
	    (next = heard_slot(r, from, t)) == NULL) {
		complain(&f.strange, "not for it", c);
		return;
	}
	f.deliveries++;
	if (n > *next)
		complain(&f.gaps, "a gap before", c);
	else if (n < *next)
		complain(&f.repeats, "a repeat", c);
	if (n >= *next)
		*next = n + 1;
	took = clock_us() - when;
	f.longest = took > f.longest ? took : f.longest;
	f.late += took > 100000;
}

static void
hear(int epoll, int ms)
{
	struct epoll_event ev[256];
	int i, n = epoll_wait(epoll, ev, 256, ms);

	for (i = 0; i < n; i++) {
		int r = (int)ev[i].data.u32;
		struct client *c = client[r];

		client_fill(c);
		while (client_line_now(c))
			line_hear(r, c);
		if (c->eof && c->mute == 0) {
			c->mute = 1;
			f.cut++;
			printf("%s: disconnected\n", c->nick);
			epoll_ctl(epoll, EPOLL_CTL_DEL, c->fd, NULL);
		}
	}
}

/* ---- speaking ---- */

static void
speak(int i, int t)
{
	char to[32];

	if (t == TO_SMALL)
		snprintf(to, sizeof(to), "#small%d", i / SMALL);
	else if (t == TO_MIDDLE)
		snprintf(to, sizeof(to), "#middle%d", i % MIDDLES);
	else if (t == TO_BIG)
		snprintf(to, sizeof(to), "#big");
	else
		snprintf(to, sizeof(to), "soak%d",
		    1 + partner(i, t - TO_PARTNER));
	client_send(client[i], "PRIVMSG %s :%d %d %u %lld and so on", to, i, t,
	    sent[i][t]++, clock_us());
	f.expected += audience(i, t);
}

static void
salvo(void)
{
	int k;

	for (k = 0; k < 20; k++) {
		speak((int)any(options.clients), TO_SMALL);
		speak((int)any(options.clients),
		    TO_PARTNER + (int)any(PARTNERS));
		if (k % 8 == 0)
			speak((int)any(options.clients), TO_MIDDLE);
	}
	if (any(10) == 0)
		speak((int)any(SPEAKERS) * 2, TO_BIG);
}

static void
worker_kill(void)
{
	pid_t pid = server_worker_pid(&sv, 1 + (int)any(options.workers));

	if (pid > 0 && kill(pid, SIGKILL) == 0)
		f.kills++;
}

/* ---- the run ---- */

static void
arrive(int epoll)
{
	struct epoll_event ev = { .events = EPOLLIN };
	int i;

	client_register_many(&sv, client, options.clients, "soak");
	for (i = 0; i < options.clients; i++) {
		client_send(client[i], "JOIN #small%d,#middle%d%s", i / SMALL,
		    i % MIDDLES, i % 2 == 0 ? ",#big" : "");
		client_sync(client[i]);
		ev.data.u32 = (unsigned)i;
		epoll_ctl(epoll, EPOLL_CTL_ADD, client[i]->fd, &ev);
	}
	for (i = 0; i < options.clients; i++)
		client_sync(client[i]);
}

static void
talk(int epoll)
{
	long now = clock_ms(), end = now + options.seconds * 1000L;
	long next = now, death = now + options.interval;

	while ((now = clock_ms()) < end) {
		if (now >= next && f.expected - f.deliveries < BACKLOG) {
			salvo();
			next += STEP;
		}
		if (now >= death) {
			worker_kill();
			death += options.interval;
		}
		hear(epoll, 1);
	}
	for (end += DRAIN; f.deliveries < f.expected && clock_ms() < end;)
		hear(epoll, 10);
}

/* What was never heard: gaps at the end of a sequence. */
static void
count_lost(void)
{
	int i, r, t;
	unsigned *next;

	for (r = 0; r < options.clients; r++)
		for (i = 0; i < options.clients; i++)
			for (t = 0; t < TARGETS; t++) {
				if (sent[i][t] == 0 ||
				    (next = heard_slot(r, i, t)) == NULL ||
				    *next == sent[i][t])
					continue;
				if (f.gaps++ < SHOWN)
					printf("soak%d: heard %u of %u lines "
					       "of soak%d, target %d\n",
					    r + 1, *next, sent[i][t], i + 1, t);
			}
}

static int
options_read(int argc, char **argv)
{
	int opt;

	while ((opt = getopt(argc, argv, "n:t:i:w:s:")) != -1)
		switch (opt) {
		case 'n':
			options.clients = atoi(optarg);
			break;
		case 't':
			options.seconds = atoi(optarg);
			break;
		case 'i':
			options.interval = atoi(optarg);
			break;
		case 'w':
			options.workers = atoi(optarg);
			break;
		case 's':
			seed = (unsigned)strtoul(optarg, NULL, 0);
			break;
		default:
			return -1;
		}
	return options.clients > 2 * SPEAKERS &&
	        options.clients <= MIDDLES * MIDDLE_MOST &&
	        options.interval > 0
	    ? 0
	    : -1;
}

int
main(int argc, char **argv)
{
	struct rlimit limit;
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	size_t n;

	setvbuf(stdout, NULL, _IOLBF, 0);
	seed = (unsigned)(clock_us() / 1000000);
	if (options_read(argc, argv) != 0)
		return 2;
	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	signal(SIGPIPE, SIG_IGN);
	n = (size_t)options.clients;
	client = calloc(n, sizeof(*client));
	sent = calloc(n, sizeof(*sent));
	heard = calloc(n, sizeof(*heard));
	server_init(&sv);
	server_set(&sv, "workers", "%d", options.workers);
	server_start(&sv);
	arrive(epoll);
	talk(epoll);
	count_lost();
	printf("soak: seed %u, %d clients, %d s: %ld deliveries, %ld kills, "
	       "%ld gaps, %ld repeats, %ld strange, %ld disconnects; the "
	       "longest way took %.1f ms, %ld lines more than 100 ms\n", seed,
	    options.clients, options.seconds, f.deliveries, f.kills, f.gaps,
	    f.repeats, f.strange, f.cut, (double)f.longest / 1000, f.late);
	server_stop(&sv);
	return f.gaps + f.repeats + f.strange + f.cut > 0;
}
