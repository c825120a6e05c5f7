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
 *	explore [-emu] [-j JOBS] [-t SECONDS] [-s SEED] [-k KIND] [-r N]
 *	    [-f NAME] [-p POINT]
 *
 * With -f only fault points whose names have NAME in them are tried.
 * With -m the server has a memory and the conversation is about that; the store
 * is killed too.  With -u the clients come by a Unix socket, with -e some do,
 * and some come by TLS.
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
	HEAL_AT = 12,    /* deaths before which healings are looked at; */
	HEAL_AT_SHORT = 1,
	SHORT = 60,      /* s; see is_short() */
	GENERATIONS = 150,
	TWOS = 300,
	STEPS = 600,
	STORE_HEALS = 400,
	STORE_TWOS = 600,
	STORE_FAULTS = 400,
	STORE_HEAL_CALLS = 500, /* about, of a store that begins */
	STEPS_FAR = 6000,/* instructions behind a call, at most */
	MOVES_SAMPLE = 3,/* deaths in a move whose healing is sampled */
	QUIET_MOST = 300,/* ms; see survey() */
	SURVEYS = 5,     /* see survey_agenda() */
	MANY = 6,        /* calls of a kind in a row, around one more */
	FAULTS_EACH = 60,/* passages of a fault point by one worker */
};

/* Shared by all processes. */
static struct shared {
	_Atomic unsigned next;
	_Atomic unsigned tried[POINT_KINDS], killed[POINT_KINDS];
	_Atomic unsigned failed[POINT_KINDS], shown;
	_Atomic long us[POINT_KINDS];
	struct transcript want;
	struct play play[JOBS_MAX];
} *shared;

static struct point *points;
static unsigned npoint;
static unsigned calls[POINT_STORE_NUMBER + 1]; /* in an undisturbed play */
static unsigned seed;
static int surveys_bad;    /* agendas that failed with nobody killed */

static struct options {
	int jobs, kind, repeat;
	long seconds;
	const char *point, *fault;
} options = { 2, -1, 1, 0, NULL, NULL };

static unsigned
any(unsigned n)
{
	return n == 0 ? 0 : (unsigned)rand_r(&seed) % n;
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
	shared->us[p->kind] += x->took;
	if (x->bad == 0)
		return 1;
	shared->failed[p->kind]++;
	point_failed(p, x);
	return 0;
}

/* ---- the list ---- */

static int
wanted(enum point_kind kind)
{
	return options.kind < 0 || options.kind == (int)kind;
}

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

/* With a memory a play takes its time: a small sample is to be of the store. */
static int
is_short(void)
{
	return script->store && options.seconds > 0 && options.seconds < SHORT;
}

static unsigned
heal_at(void)
{
	return is_short() ? HEAL_AT_SHORT : HEAL_AT;
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

	for (i = 0; i < heal_at(); i++) {
		w = 1 + (int)(i % SCRIPT_WORKERS);
		n = calls[w] * (i + 1) / (heal_at() + 1);
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

/* The store's calls; so that it dies, and then its successor, or a worker. */
static void
list_store(void)
{
	const int store = POINT_STORE_NUMBER;
	struct point *p;
	unsigned i;

	for (i = 1; i <= calls[store] + SPARE; i++) {
		point_call(POINT_STORE, store, i, 0);
		point_call(POINT_STORE, store, i, 1);
	}
	for (i = 0; i < STEPS; i++) {
		p = point_call(POINT_STEP, store, 1 + any(calls[store]), 0);
		p->aim[0].steps = 1 + any(1 + any(STEPS_FAR));
	}
	for (i = 0; i < STORE_HEALS; i++) {
		p = point_call(POINT_STORE_HEAL, store, 1 + any(calls[store]),
		    (int)any(2));
		p->heir[0] = 1 + any(STORE_HEAL_CALLS);
	}
	for (i = 0; i < STORE_TWOS; i++) {
		p = point_call(POINT_STORE_TWO, store, 1 + any(calls[store]),
		    (int)any(2));
		p->aim[1].worker = 1 + (int)any(SCRIPT_WORKERS);
		p->aim[1].call = 1 + (calls[p->aim[1].worker] *
		    p->aim[0].call / calls[store] + any(30)) %
		    calls[p->aim[1].worker];
		p->aim[1].at_exit = (int)any(2);
	}
}

/* ---- fault points ---- */

static char fault_names[POINT_FAULTS][64];
static int nfault;
static int nstore;          /* those of the store, from POINT_FAULTS_STORE */

/* Asks PROGRAM for its names, from I on; returns how many. */
static int
faults_ask_one(const char *program, int i, int most)
{
	char command[300];
	int n = 0;
	FILE *f;

	snprintf(command, sizeof(command), "%s --faults 2>/dev/null", program);
	if ((f = popen(command, "r")) == NULL)
		return 0;
	while (n < most && fscanf(f, "%63s", fault_names[i + n]) == 1)
		n++;
	return pclose(f) == 0 ? n : 0;
}

/* The store, which is beside the server. */
static const char *
store_program(char *buf, size_t size)
{
	const char *mootd = getenv("MOOTD");

	snprintf(buf, size, "%s-store", mootd != NULL ? mootd : "./mootd");
	return buf;
}

/* Asks the server for the names, and the store. */
static void
faults_ask(void)
{
	const char *mootd = getenv("MOOTD");
	char store[280];

	if (mootd == NULL)
		mootd = "./mootd";
	nfault = faults_ask_one(mootd, 0, POINT_FAULTS_STORE);
	if (script->store && nfault > 0)
		nstore = faults_ask_one(store_program(store, sizeof(store)),
		    POINT_FAULTS_STORE,
		    POINT_FAULTS - POINT_FAULTS_STORE);
}

/* FIRST is a point that is passed before, or "". */
static void
fault_add(enum point_kind kind, char agenda, const char *first, int i,
    unsigned count, int w)
{
	struct point *p = point_add(kind);

	p->agenda = agenda;
	snprintf(p->fault, sizeof(p->fault), "%.45s%s%.40s:%u:%d", first,
	    first[0] != '\0' ? "," : "", fault_names[i], count, w);
}

/* Passages of fault point I by W that were counted in TO and not in FROM. */
static void
faults_list(enum point_kind kind, char agenda, int i, int w,
    const struct passes *from, const struct passes *to)
{
	uint32_t k, begin = from != NULL ? from->of[i][w] : 0;
	uint32_t n = to->of[i][w];

	for (k = begin + 1; k <= n; k++)
		if (k - begin <= FAULTS_EACH || any(n - begin) < FAULTS_EACH)
			fault_add(kind, agenda, "", i, k, w);
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

	for (i = 0; i < 4 * heal_at() && at > 0; i++) {
		do
			p = points[any(at)];
		while (p.kind != POINT_FAULT);
		play(x, &p, &shared->want);
		w = atoi(strrchr(p.fault, ':') + 1);
		for (f = 0; f < nfault; f++)
			for (k = 2; k <= x->passed.of[f][w] && k < 12 &&
			     strncmp(fault_names[f], "heal", 4) == 0; k++)
				fault_add(POINT_FAULT_HEAL, '\0', p.fault, f,
				    k, w);
	}
}

static void
list_faults(const struct play *x)
{
	int i, w;

	for (i = 0; i < nfault; i++)
		for (w = 1; w <= SCRIPT_WORKERS; w++)
			faults_list(POINT_FAULT, '\0', i, w, NULL,
			    &x->passed);
	if (nfault > 0 && (options.kind < 0 ||
	        options.kind == POINT_FAULT_HEAL))
		list_fault_heals();
}

/* Those of the store, and with some of them one of a worker. */
static void
list_store_faults(const struct play *x)
{
	unsigned i, at, begin = npoint;
	struct point *p, *q;
	size_t n;
	int f;

	for (f = POINT_FAULTS_STORE; f < POINT_FAULTS_STORE + nstore; f++)
		faults_list(POINT_STORE_FAULT, '\0', f, POINT_STORE_NUMBER,
		    NULL, &x->passed);
	for (i = 0, at = npoint; i < STORE_FAULTS && at > begin; i++) {
		p = point_add(POINT_STORE_FAULTS);
		n = begin + any(at - begin);
		memcpy(p->fault, points[n].fault, sizeof(p->fault));
		do
			q = &points[any(begin)];
		while (q->kind != POINT_FAULT);
		n = strlen(p->fault);
		snprintf(p->fault + n, sizeof(p->fault) - n, ",%.47s",
		    q->fault);
	}
}

/* ---- the master ---- */

/* A play of AGENDA in which WORKER is followed, or the HEIRth worker to be
 * forked, 0 for none; NULL, with a complaint, if it did not go well.  On a busy
 * machine there may be no time to move users. */
static const struct play *
survey_agenda(char agenda, int worker, int heir)
{
	struct play *x = &shared->play[0];
	struct point p = { .agenda = agenda };
	int i;

	p.aim[0].worker = worker;
	if (heir > 0)
		p.heir[heir - 1] = ~0u;
	for (i = 0; i < SURVEYS; i++) {
		play(x, &p, &shared->want);
		if (!x->bad && (agenda == 'T' || x->agenda.moved > 0))
			return x;
		if (x->bad)
			break;
		snprintf(x->why, sizeof(x->why), "    nobody was moved\n");
	}
	printf("undisturbed, %c, worker %d, heir %d:\n%s", agenda, worker,
	    heir, x->why);
	surveys_bad++;
	return NULL;
}

/* Whether call K was one of many of a kind in a row: one for each mailbox there
 * is on this machine, or for each number of a descriptor.  A few will do. */
static int
is_one_of_many(unsigned k)
{
	const struct tracer_log *log = &shared->play[0].log;
	unsigned i;

	if (k % 200 == 0 || k < MANY)
		return 0;
	if (k + MANY >= TRACER_CALLS)
		return 1;
	for (i = k - MANY; i <= k + MANY; i++)
		if (i > log->calls || log->name[i] != log->name[k])
			return 0;
	return 1;
}

/* The first N calls of who is followed. */
static void
list_agenda_calls(enum point_kind kind, char agenda, int worker, int heir,
    unsigned n)
{
	struct point *p;
	unsigned k;
	int x;

	for (k = 1; k <= n; k++)
		for (x = 0; x < (heir > 0 ? 1 : 2) && !is_one_of_many(k);
		     x++) {
			p = point_call(kind, worker, heir > 0 ? 0 : k, x);
			p->agenda = agenda;
			if (heir > 0)
				p->heir[heir - 1] = k;
		}
}

static void
list_master_calls(void)
{
	const struct play *x;
	int w;

	if (wanted(POINT_MASTER) &&
	    (x = survey_agenda('M', 0, 0)) != NULL)
		list_agenda_calls(POINT_MASTER, 'M', 0, 0,
		    x->log.calls + SPARE);
	if (wanted(POINT_TAKER) && (x = survey_agenda('T', 0, 0)) != NULL)
		list_agenda_calls(POINT_TAKER, 'T', 0, 0,
		    x->agenda.mark + 4 * SPARE);
	for (w = 1; w <= SCRIPT_WORKERS; w++) {
		if (wanted(POINT_STILL) &&
		    (x = survey_agenda('T', w, 0)) != NULL)
			list_agenda_calls(POINT_STILL, 'T', w, 0,
			    x->log.calls + SPARE);
		if (wanted(POINT_FRESH) &&
		    (x = survey_agenda('T', 0, w)) != NULL)
			list_agenda_calls(POINT_FRESH, 'T', 0, w,
			    x->log.heal_calls + SPARE);
		if (wanted(POINT_MOVE) &&
		    (x = survey_agenda('R', w, 0)) != NULL)
			list_agenda_calls(POINT_MOVE, 'R', w, 0,
			    x->agenda.mark + SPARE);
	}
}

/* Fault points between the first and the last thing of an agenda; in a long
 * one, M, those of the master, and of what only happens there. */
static void
list_agenda_faults(char agenda, const struct passes *plain)
{
	const struct play *x = survey_agenda(agenda, 1, 0);
	uint32_t usual;
	int i, w;

	for (i = 0; x != NULL && i < nfault; i++) {
		for (w = 0, usual = 0; w <= SCRIPT_WORKERS; w++)
			usual += plain->of[i][w];
		for (w = 0; w <= SCRIPT_WORKERS; w++)
			if (agenda != 'M' || w == 0 || usual == 0)
				faults_list(POINT_FAULT_MASTER, agenda, i, w,
				    &x->agenda.begun, &x->agenda.over);
	}
}

/* A fault point in the move itself. */
static int
is_move(const struct point *p)
{
	return p->kind == POINT_FAULT_MASTER && p->agenda == 'R' &&
	    strncmp(p->fault, "move", 4) == 0;
}

/* What healing the death at P passes, whoever it is that heals. */
static void
list_move_heal(const struct point *p, const struct passes *usual)
{
	struct play *x = &shared->play[0];
	uint32_t k;
	int f, w;

	point_try(p, x);
	for (f = 0; f < nfault; f++)
		for (w = 1; w <= SCRIPT_WORKERS; w++)
			for (k = usual->of[f][w] + 1; k <= x->passed.of[f][w] &&
			     strncmp(fault_names[f], "heal", 4) == 0; k++)
				fault_add(POINT_FAULT_MOVE, 'R', p->fault, f,
				    k, w);
}

/* The healing of each death in the move itself; for a sample, of a few. */
static void
list_move_heals(void)
{
	const struct play *x = survey_agenda('R', 1, 0);
	struct passes *usual = malloc(sizeof(*usual));
	unsigned i, at = npoint, n = 0;
	struct point p;

	if (x == NULL || usual == NULL)
		return;
	*usual = x->passed;
	for (i = 0; i < at; i++)
		n += is_move(&points[i]);
	for (i = 0; i < at; i++) {
		p = points[i];
		if (is_move(&p) &&
		    (options.seconds == 0 || any(n) < MOVES_SAMPLE))
			list_move_heal(&p, usual);
	}
	free(usual);
}

static void
list_master_faults(const struct play *x)
{
	struct passes *plain = malloc(sizeof(*plain));
	const char *agenda;

	if (nfault == 0 || plain == NULL)
		return;
	*plain = x->passed;
	for (agenda = "MTR"; *agenda != '\0'; agenda++)
		if (wanted(POINT_FAULT_MASTER) ||
		    (wanted(POINT_FAULT_MOVE) && *agenda == 'R'))
			list_agenda_faults(*agenda, plain);
	if (wanted(POINT_FAULT_MOVE))
		list_move_heals();
	free(plain);
}

/* ---- its end ---- */

static int
point_cmp(const void *a, const void *b)
{
	const struct point *p = a, *q = b;

	return p->turn != q->turn ? (p->turn > q->turn) - (p->turn < q->turn)
	                          : (int)p->kind - (int)q->kind;
}

/* Deals them out kind by kind, so that each has a fair share of a sample. */
static void
list_deal(void)
{
	unsigned dealt[POINT_KINDS] = { 0 }, i;

	for (i = 0; i < npoint; i++)
		points[i].turn = dealt[points[i].kind]++;
	qsort(points, npoint, sizeof(*points), point_cmp);
}

/* Drops what was not asked for, and mixes it if only some will be tried. */
static void
list_finish(void)
{
	unsigned i, k, n = 0;
	struct point p;

	for (i = 0; i < npoint; i++)
		if (wanted(points[i].kind) && (options.fault == NULL ||
		        strstr(points[i].fault, options.fault) != NULL))
			points[n++] = points[i];
	npoint = n;
	for (i = npoint; options.seconds > 0 && i > 1; i--) {
		k = any(i);
		p = points[k];
		points[k] = points[i - 1];
		points[i - 1] = p;
	}
	if (options.seconds > 0)
		list_deal();
}

/* ---- undisturbed plays ---- */

/* Plays until the transcript is known and the same five times, and counts
 * the calls.  Returns 0 or -1. */
static int
survey_once(void)
{
	struct play *x = &shared->play[0];
	struct point p = { .kind = POINT_CALL };
	int w, most = SCRIPT_WORKERS + script->store;

	play(x, NULL, NULL);
	shared->want = x->got;
	if (getenv("EXPLORE_SHOW") != NULL)
		for (w = 0; w < TRANSCRIPT_CLIENTS; w++)
			printf("== %d\n%s", w, x->got.of[w].text);
	if (x->bad) {
		printf("undisturbed:\n%s", x->why);
		return -1;
	}
	for (w = 1; w <= most; w++) {
		p.aim[0].worker = w > SCRIPT_WORKERS ? POINT_STORE_NUMBER : w;
		play(x, &p, &shared->want);
		calls[p.aim[0].worker] = x->log.calls;
		if (x->bad) {
			printf("undisturbed, worker %d followed:\n%s", w,
			    x->why);
			return -1;
		}
	}
	play(x, NULL, &shared->want);
	if (x->bad)
		printf("undisturbed, again:\n%s", x->why);
	printf("a play takes %ld ms; calls of the workers: %u %u %u; of the "
	       "store: %u\n",
	    x->took / 1000, calls[1], calls[2], calls[3],
	    calls[POINT_STORE_NUMBER]);
	return x->bad ? -1 : 0;
}

/* On a busy machine a silence may come before a line that is on its way: then
 * a longer one is waited for. */
static int
survey(void)
{
	for (; survey_once() != 0; script_quiet *= 3) {
		if (script_quiet > QUIET_MOST)
			return -1;
		printf("again, with more patience\n");
	}
	return 0;
}

/* ---- all of them ---- */

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
explore(long begun)
{
	long end = options.seconds > 0 ? begun + options.seconds * 1000 : 0;
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
		printf("  %s: %u tried, %u killed, %u failed, %ld ms each\n",
		    point_kinds[k], shared->tried[k], shared->killed[k],
		    shared->failed[k],
		    shared->us[k] / 1000 / (long)shared->tried[k]);
		n += shared->tried[k];
		bad += shared->failed[k];
	}
	printf("explored %u points%s: %u failed\n", n,
	    n < npoint ? ", a sample" : "", bad);
	return bad == 0 && surveys_bad == 0 ? 0 : 1;
}

/* ---- the command ---- */

/* Why this machine cannot do it; NULL: it can. */
static const char *
impossible(void)
{
	static char why[80];
	char store[280];
	int e = tracer_allowed();

	snprintf(why, sizeof(why), "ptrace(2): %s", strerror(e));
	if (e != 0)
		return why;
	if (script->store && access(store_program(store, sizeof(store)),
	        X_OK) != 0)
		return "there is no mootd-store";
	if (script->store && system("sqlite3 -version >/dev/null 2>&1") != 0)
		return "there is no sqlite3(1)";
	return NULL;
}

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
	printf("explored %s %d times, %ld ms each, %u kills, last %s: "
	       "%d failed\n",
	    options.point, options.repeat,
	    shared->us[p.kind] / 1000 / options.repeat, shared->killed[p.kind],
	    tracer_call_name(shared->play[0].log.last), bad);
	return bad > 0;
}

static int
options_read(int argc, char **argv)
{
	int opt;

	while ((opt = getopt(argc, argv, "emf:j:t:s:k:r:p:u")) != -1)
		switch (opt) {
		case 'e':
			script_mixed = 1;
			break;
		case 'm':
			script = &script_memory;
			break;
		case 'f':
			options.fault = optarg;
			break;
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
		case 'u':
			setenv("MOOT_TEST_LOCAL", "1", 1);
			break;
		default:
			return -1;
		}
	return options.jobs > 0 && options.jobs <= JOBS_MAX ? 0 : -1;
}

int
main(int argc, char **argv)
{
	long begun = clock_ms();
	const char *why;

	setvbuf(stdout, NULL, _IOLBF, 0);
	seed = (unsigned)(clock_us() / 1000000);
	agenda_stub(argv);
	if (options_read(argc, argv) != 0)
		return 2;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return 2;
	signal(SIGPIPE, SIG_IGN);
	if ((why = impossible()) != NULL) {
		printf("SKIPPED: %s\n1 skipped\n", why);
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
	if (script->store)
		list_store();
	if (!is_short())
		list_master_calls();
	play(&shared->play[1], NULL, &shared->want);
	if (!is_short())
		list_master_faults(&shared->play[1]);
	list_faults(&shared->play[1]);
	if (script->store)
		list_store_faults(&shared->play[1]);
	list_finish();
	explore(begun);
	return report();
}
