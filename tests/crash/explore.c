/* SPDX-License-Identifier: ISC */
/*
 * The explorer of crashes: plays a conversation (script.c) to a fresh server
 * again and again, each time killing a worker at another point (point.h), and
 * compares what every client was told with the undisturbed play.
 *
 * First it plays undisturbed, and counts what each worker does: that makes the
 * list of points.  With a time limit they are tried in a random order, else
 * all.  Several processes take them from the list.
 *
 *	explore [-j JOBS] [-t SECONDS] [-s SEED] [-k KIND] [-r N] [-p POINT]
 *
 * MOOTD names the server; one built with FAULTS=1 has fault points.  Leaves 1
 * when a point failed.
 */
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "play.h"

enum {
	JOBS_MAX = 16,
	FAILURES_SHOWN = 40,
	SPARE = 8,       /* calls behind the last one that was counted */
	HEAL_AT = 12,    /* deaths before which healings are looked at */
	GENERATIONS = 150,
	TWOS = 300,
	STEPS = 600,
	STEPS_FAR = 6000,/* instructions behind a call, at most */
	FAULTS_EACH = 60,/* passages of a fault point by one worker */
};

/* Shared by all processes. */
static struct shared {
	_Atomic unsigned next;
	_Atomic unsigned tried[POINT_KINDS], killed[POINT_KINDS];
	_Atomic unsigned failed[POINT_KINDS], shown;
	_Atomic long us;
	struct transcript want;
	struct play play[JOBS_MAX];
} *shared;

static struct point *points;
static unsigned npoint;
static unsigned calls[SCRIPT_WORKERS + 1]; /* in an undisturbed play */
static unsigned seed;

static struct options {
	int jobs, kind, repeat;
	long seconds;
	const char *point;
} options = { 2, -1, 1, 0, NULL };

static unsigned
any(unsigned n)
{
	return n == 0 ? 0 : (unsigned)rand_r(&seed) % n;
}

/* ---- the list ---- */

static struct point *
point_add(enum point_kind kind)
{
	static unsigned size;

	if (npoint == size) {
		size = size * 2 + 1024;
		points = realloc(points, size * sizeof(*points));
		if (points == NULL)
			abort();
	}
	memset(&points[npoint], 0, sizeof(*points));
	points[npoint].kind = kind;
	return &points[npoint++];
}

static struct point *
point_call(enum point_kind kind, int worker, unsigned call, int at_exit)
{
	struct point *p = point_add(kind);

	p->aim[0] = (struct aim) { worker, call, 0, at_exit };
	return p;
}

static struct point *
point_any(enum point_kind kind)
{
	int w = 1 + (int)any(SCRIPT_WORKERS);

	return point_call(kind, w, 1 + any(calls[w]), (int)any(2));
}

static void
list_calls(void)
{
	unsigned n;
	int w;

	for (w = 1; w <= SCRIPT_WORKERS; w++)
		for (n = 1; n <= calls[w] + SPARE; n++) {
			point_call(POINT_CALL, w, n, 0);
			point_call(POINT_CALL, w, n, 1);
		}
}

/* Each call of the healing after a few deaths; how many there are is asked by
 * a healing that is not disturbed. */
static void
list_heals(void)
{
	struct play *x = &shared->play[0];
	unsigned i, m, n;
	struct point p;
	int w;

	for (i = 0; i < HEAL_AT; i++) {
		w = 1 + (int)(i % SCRIPT_WORKERS);
		n = calls[w] * (i + 1) / (HEAL_AT + 1);
		memset(&p, 0, sizeof(p));
		p.aim[0] = (struct aim) { w, n, 0, (int)(i / 3 % 2) };
		p.heir[0] = ~0u;
		play(x, &p, &shared->want);
		for (m = 1; m <= x->log.heal_calls; m++) {
			struct point *q = point_add(POINT_HEAL);
			*q = p;
			q->kind = POINT_HEAL;
			q->heir[0] = m;
		}
	}
}

static void
list_random(void)
{
	struct point *p;
	unsigned i, k;

	for (i = 0; i < GENERATIONS; i++) {
		p = point_any(POINT_GENERATIONS);
		for (k = 0; k < 2 + i % 2; k++)
			p->heir[k] = 1 + any(60);
	}
	for (i = 0; i < TWOS; i++) {
		p = point_any(POINT_TWO);
		p->aim[1].worker = 1 + p->aim[0].worker % SCRIPT_WORKERS;
		/* mostly at about the same time */
		p->aim[1].call = 1 + (p->aim[0].call + any(30)) %
		    calls[p->aim[1].worker];
		p->aim[1].at_exit = (int)any(2);
	}
	for (i = 0; i < STEPS; i++) {
		p = point_any(POINT_STEP);
		p->aim[0].at_exit = 0;
		p->aim[0].steps = 1 + any(1 + any(STEPS_FAR));
	}
}

/* ---- fault points ---- */

static char fault_names[PLAY_FAULTS][64];
static int nfault;

/* Asks the server for the names. */
static void
faults_ask(void)
{
	const char *mootd = getenv("MOOTD");
	char command[300];
	FILE *f;

	snprintf(command, sizeof(command), "%s --faults 2>/dev/null",
	    mootd != NULL ? mootd : "./mootd");
	if ((f = popen(command, "r")) == NULL)
		return;
	while (nfault < PLAY_FAULTS &&
	    fscanf(f, "%63s", fault_names[nfault]) == 1)
		nfault++;
	if (pclose(f) != 0)
		nfault = 0;
}

static void
fault_add(enum point_kind kind, const char *first, int i, unsigned count,
    int w)
{
	struct point *p = point_add(kind);

	snprintf(p->fault, sizeof(p->fault), "%.45s%s%.40s:%u:%d", first,
	    first[0] != '\0' ? "," : "", fault_names[i], count, w);
}

/* Every passage that was counted in X and not in BEFORE. */
static void
faults_list(enum point_kind kind, const char *first, const struct play *x,
    uint32_t before[][PLAY_WORKERS])
{
	uint32_t n, k, from;
	int i, w;

	for (i = 0; i < nfault; i++)
		for (w = 1; w <= SCRIPT_WORKERS; w++) {
			from = before != NULL ? before[i][w] : 0;
			n = x->passed[i][w];
			for (k = from + 1; k <= n; k++)
				if (k - from <= FAULTS_EACH ||
				    any(n - from) < FAULTS_EACH)
					fault_add(kind, first, i, k, w);
		}
}

/* What only a healing passes: its names begin with "heal". */
static void
list_fault_heals(void)
{
	struct play *x = &shared->play[1];
	unsigned i, at = npoint;
	struct point p;
	uint32_t k;
	int f, w;

	for (i = 0; i < 4 * HEAL_AT && at > 0; i++) {
		do
			p = points[any(at)];
		while (p.kind != POINT_FAULT);
		play(x, &p, &shared->want);
		w = atoi(strrchr(p.fault, ':') + 1);
		for (f = 0; f < nfault; f++)
			for (k = 2; k <= x->passed[f][w] && k < 12 &&
			     strncmp(fault_names[f], "heal", 4) == 0; k++)
				fault_add(POINT_FAULT_HEAL, p.fault, f, k, w);
	}
}

static void
list_faults(const struct play *x)
{
	faults_list(POINT_FAULT, "", x, NULL);
	if (nfault > 0 && (options.kind < 0 ||
	        options.kind == POINT_FAULT_HEAL))
		list_fault_heals();
}

static int
wanted(enum point_kind kind)
{
	return options.kind < 0 || options.kind == (int)kind;
}

/* Drops what was not asked for, and shuffles if only some will be tried. */
static void
list_finish(void)
{
	unsigned i, k, n = 0;
	struct point p;

	for (i = 0; i < npoint; i++)
		if (wanted(points[i].kind))
			points[n++] = points[i];
	npoint = n;
	for (i = npoint; options.seconds > 0 && i > 1; i--) {
		k = any(i);
		p = points[k];
		points[k] = points[i - 1];
		points[i - 1] = p;
	}
}

/* ---- undisturbed plays ---- */

/* Plays until the transcript is known and the same three times, and counts
 * the calls.  Returns 0 or -1. */
static int
survey(void)
{
	struct play *x = &shared->play[0];
	struct point p = { .kind = POINT_CALL };
	int w;

	play(x, NULL, NULL);
	shared->want = x->got;
	if (x->bad) {
		printf("undisturbed:\n%s", x->why);
		return -1;
	}
	for (w = 1; w <= SCRIPT_WORKERS; w++) {
		p.aim[0].worker = w;
		play(x, &p, &shared->want);
		calls[w] = x->log.calls;
		if (x->bad) {
			printf("undisturbed, worker %d followed:\n%s", w,
			    x->why);
			return -1;
		}
	}
	play(x, NULL, &shared->want);
	if (x->bad)
		printf("undisturbed, again:\n%s", x->why);
	printf("a play takes %ld ms; calls of the workers: %u %u %u\n",
	    x->took / 1000, calls[1], calls[2], calls[3]);
	return x->bad ? -1 : 0;
}

/* ---- trying ---- */

static void
point_failed(const struct point *p, const struct play *x)
{
	char text[128];

	point_print(p, text, sizeof(text));
	if (atomic_fetch_add(&shared->shown, 1) >= FAILURES_SHOWN)
		return;
	printf("FAILED %s%s%s:\n%s", text, p->fault[0] ? "" : " at ",
	    p->fault[0] ? "" : tracer_call_name(x->log.last), x->why);
	fflush(stdout);
}

/* Returns whether it went well. */
static int
point_try(const struct point *p, struct play *x)
{
	play(x, p, &shared->want);
	shared->tried[p->kind]++;
	shared->killed[p->kind] += p->fault[0] != '\0' || x->log.kills > 0;
	shared->us += x->took;
	if (x->bad == 0)
		return 1;
	shared->failed[p->kind]++;
	point_failed(p, x);
	return 0;
}

static void
job(int j, long end)
{
	unsigned i;

	while ((i = atomic_fetch_add(&shared->next, 1)) < npoint) {
		if (end > 0 && clock_ms() > end)
			break;
		point_try(&points[i], &shared->play[j]);
		if (i > 0 && i % 500 == 0) {
			printf("%u of %u points\n", i, npoint);
			fflush(stdout);
		}
	}
	exit(0);
}

static void
explore(void)
{
	long end = options.seconds > 0 ? clock_ms() + options.seconds * 1000
	                               : 0;
	int j;

	fflush(stdout);
	for (j = 0; j < options.jobs; j++)
		if (fork() == 0)
			job(j, end);
	while (wait(NULL) > 0 || errno == EINTR)
		;
}

static int
report(void)
{
	unsigned n = 0, bad = 0;
	int k;

	for (k = 0; k < POINT_KINDS; k++) {
		if (shared->tried[k] == 0)
			continue;
		printf("  %s: %u tried, %u killed, %u failed\n",
		    point_kinds[k], shared->tried[k], shared->killed[k],
		    shared->failed[k]);
		n += shared->tried[k];
		bad += shared->failed[k];
	}
	printf("explored %u points%s: %u failed\n", n,
	    n < npoint ? ", a sample" : "", bad);
	return bad == 0 ? 0 : 1;
}

/* ---- the command ---- */

static int
replay(void)
{
	struct point p;
	int i, bad = 0;

	if (point_parse(&p, options.point) != 0) {
		fprintf(stderr, "explore: no point: %s\n", options.point);
		return 2;
	}
	for (i = 0; i < options.repeat; i++)
		bad += !point_try(&p, &shared->play[0]);
	printf("explored %s %d times, %u kills, last %s: %d failed\n",
	    options.point, options.repeat, shared->killed[p.kind],
	    tracer_call_name(shared->play[0].log.last), bad);
	return bad > 0;
}

static int
options_read(int argc, char **argv)
{
	int opt;

	while ((opt = getopt(argc, argv, "j:t:s:k:r:p:")) != -1)
		switch (opt) {
		case 'j':
			options.jobs = atoi(optarg);
			break;
		case 't':
			options.seconds = atol(optarg);
			break;
		case 's':
			seed = (unsigned)strtoul(optarg, NULL, 0);
			break;
		case 'k':
			options.kind = atoi(optarg);
			break;
		case 'r':
			options.repeat = atoi(optarg);
			break;
		case 'p':
			options.point = optarg;
			break;
		default:
			return -1;
		}
	return options.jobs > 0 && options.jobs <= JOBS_MAX ? 0 : -1;
}

int
main(int argc, char **argv)
{
	int e;

	setvbuf(stdout, NULL, _IOLBF, 0);
	seed = (unsigned)(clock_us() / 1000000);
	if (options_read(argc, argv) != 0)
		return 2;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return 2;
	signal(SIGPIPE, SIG_IGN);
	if ((e = tracer_allowed()) != 0) {
		printf("SKIPPED: ptrace(2): %s\n1 skipped\n", strerror(e));
		return 0;
	}
	printf("seed %u\n", seed);
	if (survey() != 0)
		return 1;
	if (options.point != NULL)
		return replay();
	faults_ask();
	list_calls();
	if (wanted(POINT_HEAL))
		list_heals();
	list_random();
	play(&shared->play[0], NULL, &shared->want);
	list_faults(&shared->play[0]);
	list_finish();
	explore();
	return report();
}
