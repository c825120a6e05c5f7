/* SPDX-License-Identifier: ISC */
/*
 * Token buckets, kept as the time at which they are full again.
 *
 * A bucket that holds N tokens fewer than it could is full in N times what one
 * token takes: so one number is enough, time itself fills the bucket, and a
 * compare and swap takes from it, whoever else does at the same moment.  A
 * clock of another boot, or a damaged number, is cut at what a debt can be.
 *
 * The table is set-associative: an address has BUCKET_WAYS places, where they
 * are says a keyed hash.  Nothing is ever removed: a full bucket says nothing,
 * so its place is as good as free.
 */
#include <string.h>

#include "bucket.h"

enum {
	DEBT_MOST = 1000,      /* bursts: what is more is damage */
};

/* us in which COST tokens come. */
static uint64_t
cost_us(const struct bucket_rate *rate, uint64_t cost)
{
	return cost * rate->per * 1000 / rate->count;
}

static uint64_t
burst_of(const struct bucket_rate *rate)
{
	return rate->burst == 0 ? 1 : rate->burst;
}

/* When the bucket is full; never before NOW, both in us. */
static uint64_t
full_at(uint64_t full, const struct bucket_rate *rate, uint64_t now)
{
	uint64_t most = now + cost_us(rate, burst_of(rate) * DEBT_MOST);

	return full < now ? now : full > most ? most : full;
}

/* us until COST tokens can be taken from a bucket full at FULL. */
static uint64_t
wait_us(uint64_t full, const struct bucket_rate *rate, uint64_t cost,
    uint64_t now)
{
	uint64_t burst = burst_of(rate), room;

	if (cost > burst)
		cost = burst;
	/* the rest of the bucket may still be empty then */
	room = now + cost_us(rate, burst - cost);
	return full <= room ? 0 : full - room;
}

uint64_t
bucket_wait(const struct bucket *b, const struct bucket_rate *rate,
    uint32_t cost, uint64_t now)
{
	uint64_t us;

	if (rate->count == 0)
		return 0;
	us = wait_us(full_at(atomic_load(&b->full), rate, now * 1000), rate,
	    cost, now * 1000);
	return (us + 999) / 1000;
}

uint64_t
bucket_take(struct bucket *b, const struct bucket_rate *rate, uint32_t cost,
    uint64_t now)
{
	uint64_t was = atomic_load(&b->full), full, us;

	if (rate->count == 0)
		return 0;
	do {
		full = full_at(was, rate, now * 1000);
		us = wait_us(full, rate, cost, now * 1000);
		if (us != 0)
			return (us + 999) / 1000;
	} while (!atomic_compare_exchange_weak(
	    &b->full, &was, full + cost_us(rate, cost)));
	return 0;
}

void
bucket_charge(struct bucket *b, const struct bucket_rate *rate, uint32_t cost,
    uint64_t now, uint32_t most)
{
	uint64_t was = atomic_load(&b->full), full, end;

	if (rate->count == 0)
		return;
	end = now * 1000 + cost_us(rate, burst_of(rate) * (1 + (uint64_t)most));
	do {
		full = full_at(was, rate, now * 1000) + cost_us(rate, cost);
		if (full > end)
			full = end;
	} while (!atomic_compare_exchange_weak(&b->full, &was, full));
}

void
bucket_give(struct bucket *b, const struct bucket_rate *rate, uint32_t cost)
{
	uint64_t was = atomic_load(&b->full), us, full;

	if (rate->count == 0)
		return;
	us = cost_us(rate, cost);
	do {
		full = was < us ? 0 : was - us;
	} while (!atomic_compare_exchange_weak(&b->full, &was, full));
}

uint32_t
bucket_level(const struct bucket *b, const struct bucket_rate *rate,
    uint64_t now)
{
	uint64_t full, gone, burst = burst_of(rate);

	if (rate->count == 0)
		return (uint32_t)burst;
	full = full_at(atomic_load(&b->full), rate, now * 1000) - now * 1000;
	/* a token that is on its way is not there */
	gone = (full * rate->count + (uint64_t)rate->per * 1000 - 1) /
	    ((uint64_t)rate->per * 1000);
	return gone >= burst ? 0 : (uint32_t)(burst - gone);
}

/* ---- by address ---- */

void
bucket_network(uint8_t network[16], const uint8_t addr[16], unsigned prefix)
{
	unsigned i;

	memcpy(network, addr, 16);
	for (i = prefix; i < 128 && addr[0] != 0; i++)
		network[i / 8] &= (uint8_t)~(0x80 >> i % 8);
}

/* The finalizer of splitmix64. */
static uint64_t
mix(uint64_t x)
{
	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

/* The places where WHO may be. */
static struct bucket_place *
places_of(const struct bucket_table *t, const uint64_t who[2])
{
	uint64_t h = mix(mix(mix(t->seed) ^ who[0]) ^ who[1]);

	return &t->places[(h % (t->size / BUCKET_WAYS)) * BUCKET_WAYS];
}

struct bucket *
bucket_of(const struct bucket_table *t, const uint8_t addr[16],
    unsigned prefix, uint64_t now)
{
	struct bucket_place *p, *worst;
	uint8_t network[16];
	uint64_t who[2];
	int i;

	bucket_network(network, addr, prefix);
	memcpy(who, network, sizeof(who));
	p = worst = places_of(t, who);
	for (i = 0; i < BUCKET_WAYS; i++, p++) {
		if (p->who[0] == who[0] && p->who[1] == who[1])
			return &p->bucket;
		if (p->bucket.full < worst->bucket.full)
			worst = p;
	}
	/* full for whoever looks while it changes hands */
	atomic_store(&worst->bucket.full, now * 1000);
	atomic_store(&worst->who[0], who[0]);
	atomic_store(&worst->who[1], who[1]);
	return &worst->bucket;
}

uint32_t
bucket_busy(const struct bucket_table *t, uint64_t now)
{
	uint32_t i, n = 0;

	for (i = 0; i < t->size; i++)
		n += t->places[i].bucket.full > now * 1000;
	return n;
}
