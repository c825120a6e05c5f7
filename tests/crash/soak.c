/* SPDX-License-Identifier: ISC */
/*
 * The soak: many clients talk (talk.c) while things happen to the server
 * (disturb.c): by default a worker, any, is killed again and again.  Nobody
 * may miss a line, hear one twice, or be disconnected, whether it came by TCP,
 * by a Unix socket or by TLS.  When processes of mootd-tls are killed, those by
 * TLS are visitors (visit.c), who come back.  How long the slowest line was on
 * its way, and how long a client that is never idle heard nothing, is told at
 * the end, beside the same of a calm time before, a fifth as long.
 *
 *	soak [-n CLIENTS] [-t SECONDS] [-w WORKERS] [-s SEED] [-r LINES]
 *	    [-i MS] [-m MS] [-b MS] [-d MS] [-e MS] [-u UPGRADES] [-l MS]
 *
 * -i, -m, -b, -d, -e: a worker is killed, the master is killed, a step of
 * rebalancing is made, mootd-store is killed, a process of mootd-tls is killed
 * every so often.  -u: there are so many upgrades.  Workers are not
 * killed by default when one of these is given.  -r: lines in a salvo; fewer
 * by default with -u, so that the machine has time left and a silence is not
 * that of a full one.  -l: it is a failure as well when a witness hears nothing
 * for longer.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "disturb.h"
#include "talk.h"
#include "unchecked.h"
#include "visit.h"
#include "way.h"

enum {
	DRAIN = 20000,     /* ms for the last lines to come */
	CALM = 5,          /* that part of the time */
	LINES = 20,        /* in a salvo */
	LINES_FEW = 4,     /* the same where it is silence that counts */
};

static struct options {
	int clients, seconds, lines;
	long kill, limit;
	struct disturb disturb;
} options = { .clients = 2000, .seconds = 60, .kill = -1,
	.disturb = { .workers = 4 } };

static struct server sv;

/* It leaves nothing behind. */
static void
failed(const char *where, const char *why)
{
	static int failing;

	printf("%s%s\n", where, why);
	if (sv.pid > 0 && !failing++) {
		server_kill(&sv);
		server_clean(&sv);
	}
}

/* ---- the run ---- */

static void
turn(void)
{
	talk_turn();
	if (options.disturb.helper > 0)
		visit_turn();
}

static void
run(void)
{
	long end = clock_ms() + options.seconds * 1000L / CALM;

	while (clock_ms() < end)
		turn();
	talk_enter(TALK_DISTURBED);
	disturb_begin();
	end = clock_ms() + options.seconds * 1000L;
	while (disturb_turn() || clock_ms() < end)
		turn();
	talk_end(DRAIN);
	if (options.disturb.helper > 0)
		visit_end(DRAIN);
	disturb_end();
}

static void
report_time(const char *name, const struct talk_time *t)
{
	printf("soak: %s: %ld deliveries; the longest silence %.1f ms (of "
	       "which we were away %.1f ms), the slowest line %.1f ms, %ld "
	       "lines more than 100 ms; we were away for %.1f ms at most\n",
	    name, t->deliveries, (double)t->silence / 1000,
	    (double)t->silence_away / 1000, (double)t->way / 1000, t->late,
	    (double)t->tick / 1000);
}

static void
report(void)
{
	const struct disturb_figures *d = &disturbed;

	report_time("calm", &talk.time[TALK_CALM]);
	report_time("disturbed", &talk.time[TALK_DISTURBED]);
	if (options.disturb.upgrades > 0)
		printf("soak: an upgrade took %.1f ms at most, %ld were asked "
		       "for again\n", (double)d->upgrade_us / 1000, d->failed);
	if (options.disturb.balance > 0)
		printf("soak: of %ld rebalances %ld were done, %ld users "
		       "moved\n",
		    d->rebalances, atol(server_status(&sv, "rebalances")),
		    atol(server_status(&sv, "moved")));
	if (options.disturb.helper > 0)
		printf("soak: %ld kills of mootd-tls, whose visitors came back "
		       "%ld times: %ld lines, %ld gaps, %ld repeats, %ld "
		       "strange\n", d->helpers, visits.returns, visits.heard,
		    visits.gaps, visits.repeats, visits.strange);
	printf("soak: seed %u, %d clients, %d s: %ld deliveries, %ld kills, "
	       "%ld of the master, %ld of the store, %ld upgrades; %ld gaps, "
	       "%ld repeats, %ld strange, %ld disconnects\n",
	    options.disturb.seed, options.clients, options.seconds,
	    talk.deliveries, d->kills, d->masters, d->stores, d->upgrades,
	    talk.gaps, talk.repeats, talk.strange, talk.cut);
}

/* ---- options ---- */

static long
number(const char *text)
{
	return strtol(text, NULL, 0);
}

static void
option_read(int opt, long n)
{
	struct disturb *d = &options.disturb;

	if (opt == 'n')
		options.clients = (int)n;
	else if (opt == 't')
		options.seconds = (int)n;
	else if (opt == 'r')
		options.lines = (int)n;
	else if (opt == 'l')
		options.limit = n;
	else if (opt == 'w')
		d->workers = (int)n;
	else if (opt == 's')
		d->seed = (unsigned)n;
	else if (opt == 'i')
		options.kill = n;
	else if (opt == 'm')
		d->master = n;
	else if (opt == 'b')
		d->balance = n;
	else if (opt == 'd')
		d->store = n;
	else if (opt == 'e')
		d->helper = n;
	else
		d->upgrades = (int)n;
}

static int
options_read(int argc, char **argv)
{
	struct disturb *d = &options.disturb;
	int opt;

	d->seed = (unsigned)(clock_us() / 1000000);
	while ((opt = getopt(argc, argv, "n:t:r:l:w:s:i:m:b:d:e:u:")) != -1) {
		if (opt == '?')
			return -1;
		option_read(opt, number(optarg));
	}
	d->worker = options.kill >= 0 ? options.kill :
	    d->upgrades > 0 || d->master > 0 || d->balance > 0 ||
	        d->store > 0 || d->helper > 0
	    ? 0
	    : 100;
	if (options.lines == 0)
		options.lines = d->upgrades > 0 ? LINES_FEW : LINES;
	return options.clients >= TALK_FEWEST &&
	        options.clients <= TALK_CLIENTS && options.seconds > 0 &&
	        options.lines > 0
	    ? 0
	    : -1;
}

static void
descriptors_raise(void)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static int
is_bad(void)
{
	long long longest = talk.time[TALK_DISTURBED].silence;

	return talk.gaps + talk.repeats + talk.strange + talk.cut +
	        visits.gaps + visits.repeats + visits.strange > 0 ||
	    (options.limit > 0 && longest > options.limit * 1000LL);
}

static void
begin(void)
{
	const struct disturb *d = &options.disturb;

	if (d->store > 0)
		server_init_store(&sv);
	else
		server_init(&sv);
	server_set(&sv, "workers", "%d", d->workers);
	server_set(&sv, "tls-workers", "2");
	server_set(&sv, "history-on-join", "0"); /* heard before, or not */
	way_open(&sv);
	disturb_start(&sv, d);
	way_serving(&sv);
	talk_begin(&sv, options.clients, d->helper > 0 ? WAY_TLS : WAYS,
	    options.lines, d->seed);
	if (d->helper > 0)
		visit_begin(&sv);
}

int
main(int argc, char **argv)
{

	setvbuf(stdout, NULL, _IOLBF, 0);
	unchecked_failed = failed;
	if (options_read(argc, argv) != 0) {
		fprintf(stderr, "usage: see soak.c\n");
		return 2;
	}
	descriptors_raise();
	signal(SIGPIPE, SIG_IGN);
	begin();
	run();
	report();
	server_stop(&sv);
	return is_bad();
}
