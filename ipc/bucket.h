/* SPDX-License-Identifier: ISC */
#ifndef IPC_BUCKET_H
#define IPC_BUCKET_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Token buckets: how often something may be done.  A bucket is one number, so
 * that it lies in shared memory as well as in private one, is never half
 * written, and is full when it is zero.  What fills it, its rate, is not in
 * it: the rate may change under it.
 *
 * And a table of them by address, of a fixed size: for those who connect.
 */

/* COUNT tokens come in PER ms; BURST is what the bucket holds, at least 1. */
struct bucket_rate {
	uint32_t count;        /* 0: no limit */
	uint32_t per;
	uint32_t burst;
};

struct bucket {
	_Atomic uint64_t full; /* us of the caller's clock: when it is full */
};

/*
 * Takes COST tokens at NOW (ms, a clock that does not go back) and returns 0;
 * or takes nothing, and returns in how many ms it is worth another try.  What
 * costs more than the bucket holds waits for a full one, and leaves a debt.
 * With a rate of 0 it is always 0.
 */
uint64_t bucket_take(struct bucket *b, const struct bucket_rate *rate,
    uint32_t cost, uint64_t now);
/* The same without taking. */
uint64_t bucket_wait(const struct bucket *b, const struct bucket_rate *rate,
    uint32_t cost, uint64_t now);
/* Takes them whether they are there or not: the debt is paid off later, and
 * is never more than MOST bursts. */
void bucket_charge(struct bucket *b, const struct bucket_rate *rate,
    uint32_t cost, uint64_t now, uint32_t most);
/* Gives COST tokens back that were taken for nothing. */
void bucket_give(struct bucket *b, const struct bucket_rate *rate,
    uint32_t cost);
/* How many there are at NOW, 0 in debt. */
uint32_t bucket_level(const struct bucket *b, const struct bucket_rate *rate,
    uint64_t now);

/* ---- by address ---- */

enum {
	BUCKET_WAYS = 8,       /* places that an address can have */
};

/* A place of the table.  Zero: free. */
struct bucket_place {
	_Atomic uint64_t who[2]; /* the network */
	struct bucket bucket;
};

/* A view of one: PLACES may be in shared memory and used by several processes
 * at once, without a lock and whoever dies.  Two that put different networks
 * into one place at once may both count there, once. */
struct bucket_table {
	struct bucket_place *places; /* zeroed before the first use */
	uint32_t size;         /* places: a power of two >= BUCKET_WAYS */
	uint64_t seed;         /* random, the same for all users: nobody can
	                        * choose addresses that share their places */
};

/* The network of ADDR, 16 bytes as irc/proxy.h has them: of IPv6 the first
 * PREFIX bits count, but IPv4 (mapped) and all else in ::/8, of which nobody
 * is given a network, is its own. */
void bucket_network(uint8_t network[16], const uint8_t addr[16],
    unsigned prefix);
/* The bucket of the network of ADDR; a new one is full.  In a full table the
 * place goes to it that would be full again first: those who are least in debt
 * are forgotten, not those at their limit. */
struct bucket *bucket_of(const struct bucket_table *t,
    const uint8_t addr[16], unsigned prefix, uint64_t now);
/* How many networks have less than a full bucket at NOW: looks at all. */
uint32_t bucket_busy(const struct bucket_table *t, uint64_t now);

#endif
