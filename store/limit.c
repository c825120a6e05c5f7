/* SPDX-License-Identifier: ISC */

/*
 * Guessing passwords takes time.
 *
 * Failures are counted for an account from an address, for the address, and
 * for the account, and the answer to the next attempts is held back: nobody
 * is refused, so nobody can lock an owner out.  What grows without much of a
 * bound is the delay of one address at one account.  An account that is
 * guessed at from everywhere costs its owner two steps at most, and the
 * neighbour of a guesser (a class behind one address) five.
 *
 * A right password waits as a wrong one would, or the wait would tell them
 * apart; and attempts at the same time queue up, so that a hundred
 * connections guess no faster than one.
 *
 * An address is, of IPv6, a network of 64 bits: who has one address has all of
 * its network.
 *
 * This is in memory and forgotten with the process: a disk that is written at
 * each guess would be the better target.  The table has a bound; when it is
 * full, the oldest of a few entries goes.
 */

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "../ipc/bucket.h"
#include "../irc/name.h"
#include "credential.h"
#include "limit.h"

enum {
	ENTRIES = 8192,          /* a power of two */
	PROBES = 8,
	HALF_LIFE = 10 * 60 * 1000, /* ms in which half of it is forgiven */
};

static const struct {
	int free;    /* failures that cost nothing */
	int doubles; /* how often the delay doubles, one failure each */
	int most;    /* steps of delay, with those in the queue */
} kinds[] = {
	{ 3, 5, 32 },   /* an account from an address */
	{ 30, 0, 5 },   /* an address */
	{ 10, 0, 2 },   /* an account */
};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

struct entry {
	uint64_t key;    /* 0: free */
	int64_t at;      /* the last time it was looked at */
	int64_t until;   /* what was answered so far is held until then */
	int failures;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct entry table[ENTRIES];
static int step = LIMIT_STEP_MS;

void
limit_configure(int step_ms)
{
	pthread_mutex_lock(&lock);
	step = step_ms;
	pthread_mutex_unlock(&lock);
}

void
limit_reset(void)
{
	pthread_mutex_lock(&lock);
	memset(table, 0, sizeof(table));
	step = LIMIT_STEP_MS;
	pthread_mutex_unlock(&lock);
}

/* What nobody outside knows, so that nobody can choose names whose entries are
 * in another's way. */
static uint8_t secret[CREDENTIAL_SECRET];

static void
secret_make(void)
{
	credential_random(secret, sizeof(secret));
}

/* The key of what is counted under LABEL. */
static uint64_t
key_of(const char *label, const char *account, const char *address)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	uint8_t mac[CREDENTIAL_KEY];
	char folded[128];
	uint64_t key;

	pthread_once(&once, secret_make);
	name_fold(folded, account, sizeof(folded));
	credential_mac(mac, secret, label, folded, address);
	memcpy(&key, mac, sizeof(key));
	return key | 1;
}

/* The network of an address, as text; static, one for each thread. */
static const char *
network_of(const char *address)
{
	static _Thread_local char text[INET6_ADDRSTRLEN];
	uint8_t addr[16];

	if (inet_pton(AF_INET6, address, addr) != 1)
		return address;
	bucket_network(addr, addr, 64);
	return inet_ntop(AF_INET6, addr, text, sizeof(text));
}

/* The entry of KEY, or the place for it. */
static struct entry *
find(uint64_t key, int64_t now)
{
	struct entry *e, *oldest = NULL;
	int i;

	for (i = 0; i < PROBES; i++) {
		e = &table[(key + (uint64_t)i) & (ENTRIES - 1)];
		if (e->key == key)
			return e;
		if (oldest == NULL || e->at < oldest->at)
			oldest = e;
	}
	memset(oldest, 0, sizeof(*oldest));
	oldest->key = key;
	oldest->at = now;
	return oldest;
}

static void
forgive(struct entry *e, int64_t now)
{
	while (e->failures > 0 && now - e->at >= HALF_LIFE) {
		e->failures /= 2;
		e->at += HALF_LIFE;
	}
	if (e->failures == 0 || now < e->at)
		e->at = now;
}

static int64_t
delay(struct entry *e, int kind, int64_t now)
{
	int64_t most = (int64_t)kinds[kind].most * step, d = step;
	int over = e->failures - kinds[kind].free;

	if (over <= 0)
		return 0;
	over = over - 1 > kinds[kind].doubles ? kinds[kind].doubles : over - 1;
	d <<= over;
	if (e->until < now)
		e->until = now;
	e->until = e->until + d > now + most ? now + most : e->until + d;
	return e->until - now;
}

int
limit_attempt(
    const char *account, const char *address, int failed, int64_t now)
{
	uint64_t keys[KINDS];
	struct entry *e;
	int64_t d, longest = 0;
	int k;

	address = network_of(address);
	keys[0] = key_of("both", account, address);
	keys[1] = key_of("address", "", address);
	keys[2] = key_of("account", account, "");
	pthread_mutex_lock(&lock);
	for (k = 0; k < KINDS && step > 0; k++) {
		e = find(keys[k], now);
		forgive(e, now);
		if (failed && e->failures < 1000)
			e->failures++;
		if ((d = delay(e, k, now)) > longest)
			longest = d;
		if (!failed && k == 0)
			e->failures = 0;
	}
	pthread_mutex_unlock(&lock);
	return (int)longest;
}
