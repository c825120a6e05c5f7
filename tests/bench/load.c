/* SPDX-License-Identifier: ISC */
/*
 * The load generator: many IRC clients in one process, and a watch on what
 * they cost the server.
 *
 * Usage: load [-s] [-h HOST] -p PORT [-P PID] [-c CONTROL] [-j N] [-A N]
 *             [-C CAPS] [-l BYTES] [-m PAIRING] [-t SECONDS]
 *             SCENARIO NUMBER...
 *
 *   fanout ROOMS MEMBERS SENDERS WINDOW SECONDS
 *   direct PAIRS SECONDS
 *   register CLIENTS
 *   leave CLIENTS
 *   idle CLIENTS
 *   listing CLIENTS SECONDS
 *
 * -s is for TLS; -P is the root of the server's processes, -c its control
 * socket; -j how many clients are connecting at a time, -A how many share a
 * source address, -C the capabilities they request, -l the length of a text, -m
 * order, random or half (direct.c), -t how long the whole may take.
 *
 * It prints one line of key=value.  Its status is 0, 1 when anything was lost,
 * doubled, changed or refused (said on standard error), 2 for wrong usage.
 */
#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "crowd.h"
#include "load.h"
#include "proc.h"

#define ARGS_MAX 5
#define METER_EVERY 250000000u

struct scenario {
	const char *name;
	void (*run)(const double *args);
	int args;
	double (*clients)(const double *args);
	const char *only; /* as in crowd.h */
};

struct load load;

static struct meter *meter;
static uint64_t started, load_started, next_reading;
static unsigned long reads, lines;

/* Processor time of this process in nanoseconds. */
static uint64_t
load_time(void)
{
	struct rusage ru;

	getrusage(RUSAGE_SELF, &ru);
	return ((uint64_t)ru.ru_utime.tv_sec + (uint64_t)ru.ru_stime.tv_sec) *
		   1000000000u +
	       ((uint64_t)ru.ru_utime.tv_usec + (uint64_t)ru.ru_stime.tv_usec) *
		   1000u;
}

void
watch_start(void)
{
	if (load.pid != 0) {
		meter = meter_open((pid_t)load.pid);
		if (meter == NULL)
			errx(1, "process %d is not there", load.pid);
	}
	reads = crowd.reads;
	lines = crowd.lines;
	load_started = load_time();
	started = clock_now();
}

void
watch_stop(struct watch *w)
{
	uint64_t now = clock_now(), own = load_time() - load_started;

	w->seconds = (double)(now - started) / 1e9;
	w->server_us = meter == NULL ? 0 : (double)meter_read(meter) / 1e3;
	w->server_cpu = w->server_us / 1e6 / w->seconds;
	w->load_cpu = (double)own / 1e9 / w->seconds;
	w->lines_per_read =
	    crowd.reads == reads
		? 0
		: (double)(crowd.lines - lines) / (double)(crowd.reads - reads);
	meter_close(meter);
	meter = NULL;
}

void
watch_turns(double seconds)
{
	uint64_t now = clock_now(), end = now + (uint64_t)(seconds * 1e9);

	next_reading = now + METER_EVERY;
	while (now < end) {
		crowd_turn((int)((end - now) / 1000000u) + 1);
		now = clock_now();
		if (meter != NULL && now > next_reading) {
			meter_read(meter);
			next_reading = now + METER_EVERY;
		}
	}
}

static double
clients_first(const double *args)
{
	return args[0];
}

static double
clients_pairs(const double *args)
{
	return 2 * args[0];
}

static double
clients_rooms(const double *args)
{
	return args[0] * args[1];
}

static const struct scenario scenarios[] = {
	{ "fanout", fanout_run, 5, clients_rooms },
	{ "direct", direct_run, 2, clients_pairs },
	{ "register", register_run, 1, clients_first },
	{ "leave", leave_run, 1, clients_first, "QUIT :done\r\n" },
	{ "idle", idle_run, 1, clients_first },
	{ "replace", replace_run, 2, clients_first },
	{ "ack", ack_run, 3, clients_first },
	{ "kept", kept_run, 3, clients_first },
	{ "listing", listing_run, 2, clients_first },
};

static const struct scenario *
scenario_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++)
		if (name != NULL && strcmp(scenarios[i].name, name) == 0)
			return &scenarios[i];
	return NULL;
}

static double
number(const char *s, double max)
{
	char *end;
	double v = strtod(s, &end);

	if (*end != '\0' || end == s || !(v > 0) || v > max)
		errx(2, "%s: not a number from 1 to %.0f", s, max);
	return v;
}

static void
options_read(int argc, char **argv, struct crowd_options *o)
{
	int ch;

	while ((ch = getopt(argc, argv, "A:C:P:c:h:j:l:m:p:st:")) != -1) {
		if (ch == 'A')
			o->per_address = (size_t)number(optarg, 60000);
		else if (ch == 'C')
			o->caps = optarg;
		else if (ch == 'P')
			load.pid = (int)number(optarg, 1e9);
		else if (ch == 'c')
			load.control = optarg;
		else if (ch == 'h')
			o->host = optarg;
		else if (ch == 'j')
			o->in_flight = (size_t)number(optarg, 1e6);
		else if (ch == 'l')
			load.payload = (unsigned)number(optarg, 4096);
		else if (ch == 'm')
			load.pairing = optarg;
		else if (ch == 'p')
			o->port = (uint16_t)number(optarg, 65535);
		else if (ch == 's')
			o->secure = 1;
		else if (ch == 't')
			o->deadline = (unsigned)number(optarg, 3600);
		else
			exit(2);
	}
}

int
main(int argc, char **argv)
{
	struct crowd_options o = { .host = "127.0.0.1",
		.in_flight = 32,
		.per_address = 10000,
		.deadline = 120 };
	const struct scenario *s;
	double args[ARGS_MAX] = { 0 };
	int i;

	load.payload = 100;
	load.pairing = "half";
	options_read(argc, argv, &o);
	s = scenario_find(argv[optind]);
	if (s == NULL || argc - optind - 1 != s->args || o.port == 0)
		errx(2, "usage: load [options] -p port scenario number...");
	for (i = 0; i < s->args; i++)
		args[i] = number(argv[optind + 1 + i], 1e6);
	load.port = o.port;
	signal(SIGPIPE, SIG_IGN);
	o.only = s->only;
	alarm(o.deadline + 10); /* whatever hangs, hangs no longer */
	crowd_open(&o, (size_t)s->clients(args));
	printf("scenario=%s ", s->name);
	s->run(args);
	printf(" errors=%lu\n", crowd.errors);
	crowd_close();
	return crowd.errors > 0;
}
