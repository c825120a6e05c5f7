/* SPDX-License-Identifier: ISC */
#ifndef BENCH_PROC_H
#define BENCH_PROC_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* What a server costs, read from /proc: all processes below one root. */

struct meter;

/* Starts metering the processor time of ROOT and all that descend from it.
 * The caller frees it with meter_close.  NULL when ROOT is not there. */
struct meter *meter_open(pid_t root);

/* Nanoseconds all of them, with those that have come and gone since, ran
 * since meter_open.  Call it now and then: what a process did between the last
 * call and its end is not seen. */
uint64_t meter_read(struct meter *);

void meter_close(struct meter *);

/* Proportional set size of all of them in KiB, or -1 when none can be read. */
long proc_pss(pid_t root);

/* One connection of ours, seen from our end. */
struct proc_connection {
	uint32_t address; /* of the client, network order */
	uint16_t port;    /* of the client, host order */
	pid_t owner;      /* who holds the other end, 0 for nobody */
};

/* Fills in the owner of each of COUNT connections to the server's PORT: the
 * process that descends from ROOT, but is not ROOT, and holds its socket. */
void proc_owners(
    pid_t root, uint16_t port, struct proc_connection *, size_t count);

#endif
