/* SPDX-License-Identifier: ISC */

/*
 * Guessing passwords takes time.
 *
 * Failures are counted for an account from an address, for the address, and
 * for the account, and the answer to the next attempts is held back.  What
 * grows without much of a bound is the delay of one address at one account.
 * The neighbour of a guesser (a class behind one address) waits five steps at
 * most.
 *
 * A right password waits as a wrong one would, or the wait would tell them
 * apart; and attempts at the same time queue up, so that a hundred
 * connections guess no faster than one, nor a hundred addresses at an account
 * that many have guessed at.  There is an end to the queue: who comes then is
 * refused, whether the password was right or not, else so many could guess at
 * once as there are connections.  An owner is spared that queue where it has
 * logged in before, and by a certificate anywhere.
 *
 * An address is, of IPv6, a network of 64 bits: who has one address has all of
 * its network.
 *
 * This is in memory and forgotten with the process: a disk that is written at
 * each guess would be the better target.  The tables have a bound; when one is
 * full, the oldest of a few entries goes.  Guesses cannot push out who is
 * known, which takes a success.
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

enum { BOTH, ADDRESS, ACCOUNT, KINDS };

static const struct {
	int free;    /* failures that cost nothing */
	int doubles; /* how often the delay doubles, one failure each */
	int most;    /* steps of delay, with those in the queue, */
	int refuses; /* and then nobody gets in any more */
} kinds[KINDS] = {
	[BOTH] = { 3, 5, 32, 1 }, /* an account from an address */
	[ADDRESS] = { 30, 0, 5, 0 },
	[ACCOUNT] = { 10, 0, 32, 1 }, /* from where it is not known */
};

struct entry {
	uint64_t key;    /* 0: free */
	int64_t at;      /* the last time it was looked at */
	int64_t until;   /* what was answered so far is held until then */
	int failures;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct entry table[ENTRIES];
static struct known {
	uint64_t key;    /* 0: free */
	int64_t at;
} known[ENTRIES];
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
	memset(known, 0, sizeof(known));
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

/* The entry of KEY, or a place for it: of a few, that with the fewest failures,
 * so that a crowd of guessers, each new, makes nobody forget what was guessed
 * at. */
static struct entry *
find(uint64_t key, int64_t now)
{
	struct entry *e, *least = NULL;
	int i;

	for (i = 0; i < PROBES; i++) {
		e = &table[(key + (uint64_t)i) & (ENTRIES - 1)];
		forgive(e, now);
		if (e->key == key)
			return e;
		if (least == NULL || e->failures < least->failures)
			least = e;
	}
	memset(least, 0, sizeof(*least));
	least->key = key;
	least->at = now;
	return least;
}

/* ---- who is known ---- */

/* Of where the account of KEY, the first of the kinds, has logged in. */
static struct known *
known_place(uint64_t key)
{
	struct known *k, *oldest = NULL;
	int i;

	for (i = 0; i < PROBES; i++) {
		k = &known[(key + (uint64_t)i) & (ENTRIES - 1)];
		if (k->key == key)
			return k;
		if (oldest == NULL || k->at < oldest->at)
			oldest = k;
	}
	return oldest;
}

static int
is_known(uint64_t key)
{
	return known_place(key)->key == key;
}

static void
known_add(uint64_t key, int64_t now)
{
	*known_place(key) = (struct known) { key, now };
}

/* ---- attempts ---- */

/* What one attempt takes, by the failures so far. */
static int64_t
duration(const struct entry *e, int kind)
{
	int over = e->failures - kinds[kind].free;

	if (over <= 0)
		return 0;
	over = over - 1 > kinds[kind].doubles ? kinds[kind].doubles : over - 1;
	return (int64_t)step << over;
}

/* Whether its queue has no room, which has nothing to do with what comes. */
static int
is_full(const struct entry *e, int kind, int64_t now)
{
	return kinds[kind].refuses && e->until > now &&
	    e->until + duration(e, kind) >
	        now + (int64_t)kinds[kind].most * step;
}

static int64_t
delay(struct entry *e, int kind, int64_t now)
{
	int64_t most = (int64_t)kinds[kind].most * step;
	int64_t d = duration(e, kind);

	if (d == 0)
		return 0;
	if (e->until < now)
		e->until = now;
	e->until = e->until + d > now + most ? now + most : e->until + d;
	return e->until - now;
}

/* Counts the attempt at the first N entries, E; returns the delay. */
static int
count(struct entry *e[], int n, int failed, int64_t now)
{
	int64_t d, longest = 0;
	int k;

	for (k = 0; k < n; k++) {
		if (failed && e[k]->failures < 1000)
			e[k]->failures++;
		if ((d = delay(e[k], k, now)) > longest)
			longest = d;
		if (!failed && k == BOTH)
			e[k]->failures = 0;
	}
	return (int)longest;
}

/* As limit_attempt(); the keys are those of the kinds. */
static int
attempt(const uint64_t keys[KINDS], int failed, int64_t now)
{
	struct entry *e[KINDS];
	int k, kinds_here = is_known(keys[BOTH]) ? ACCOUNT : KINDS;

	for (k = 0; k < kinds_here; k++) {
		e[k] = find(keys[k], now);
		if (is_full(e[k], k, now))
			return -step;
	}
	if (!failed)
		known_add(keys[BOTH], now);
	return count(e, kinds_here, failed, now);
}

int
limit_attempt(
    const char *account, const char *address, int failed, int64_t now)
{
	uint64_t keys[KINDS];
	int ms = 0;

	address = network_of(address);
	keys[BOTH] = key_of("both", account, address);
	keys[ADDRESS] = key_of("address", "", address);
	keys[ACCOUNT] = key_of("account", account, "");
	pthread_mutex_lock(&lock);
	if (step > 0)
		ms = attempt(keys, failed, now);
	pthread_mutex_unlock(&lock);
	return ms;
}
