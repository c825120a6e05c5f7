/* SPDX-License-Identifier: ISC */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include <stdint.h>

/* What the scenarios share: the server under test and the watch on it. */

struct load {
	int pid; /* root of the server's processes, or 0 */
	uint16_t port;
	const char *control; /* path of its control socket, or NULL */
	unsigned payload;    /* bytes of text in a message */
	const char *pairing; /* see direct.c */
};

extern struct load load;

/* Time, the server's and our own processor time between start and stop. */
struct watch {
	double seconds;
	double server_us;            /* 0 without load.pid */
	double server_cpu, load_cpu; /* shares of one processor */
	double lines_per_read;       /* of ours */
};
void watch_start(void);
void watch_stop(struct watch *);

/* Turns the crowd for SECONDS, reading the meter now and then. */
void watch_turns(double seconds);

/* The scenarios.  ARGS are numbers, checked to be positive.  Each prints its
 * line of key=value without an end, and counts what goes wrong in the crowd. */
void fanout_run(const double *args);
void direct_run(const double *args);
void register_run(const double *args);
void leave_run(const double *args);
void idle_run(const double *args);
void replace_run(const double *args);
void ack_run(const double *args);
void kept_run(const double *args);
void listing_run(const double *args);

#endif
