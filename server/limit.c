/* SPDX-License-Identifier: ISC */
/*
 * Limits that spare the honest: each has a policy by which whoever is the
 * cause pays, and nobody else.
 *
 * A connection is refused before it costs anything: no lock, no record, one
 * line and the end.  Those who have not registered may be a part of all only;
 * before that part is full, the network with the most of them loses its
 * oldest, so a crowd of silent connections from a few places is in its own
 * way, not in that of who comes from elsewhere.  Each worker sees to its own.
 * Who is too fast in talking is not read further, and loses nothing.
 *
 * All counts are hints: made anew after a death, off by a few at worst.  What
 * is refused is logged in one line a second for each worker.
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../irc/proxy.h"
#include "gateway.h"
#include "limit.h"
#include "local.h"
#include "log.h"
#include "oper.h"
#include "peer.h"
#include "session.h"
#include "worker.h"

enum {
	UNREGISTERED_LEAST = 16, /* whatever the share is */
	LOOK = 50,             /* ms between two looks at the crowd, */
	HURRY = 2048,          /* sessions: a ms for so many, if others are
	                        * kept out */
	GRACE = 2000,          /* ms in which nobody has to have registered
	                        * whose network has no other */
	SAY = 1000,            /* ms between two lines in the log */
};

static const struct {
	const char *told, *logged;
} kinds[] = {
	[LIMIT_RATE] = { "Your address connects too often: try again later",
	    "too often" },
	[LIMIT_ADDRESS] = { "Too many connections from your address",
	    "too many of an address" },
	[LIMIT_UNREGISTERED] = { "Too many connections wait to register: try "
	    "again later", "too many unregistered" },
	[LIMIT_MEMORY] = { "Server is out of buffers: try again later",
	    "out of buffers" },
	[LIMIT_FULL] = { "Server is full", "full" },
};

/* ---- the log ---- */

/* Since the last line: refusals by kind, and lines that were not written. */
static struct {
	uint64_t at;           /* ms */
	unsigned refused[LIMIT_KINDS], unsaid;
	struct in6_addr last;
} noted;

static const char *
address_text(const struct in6_addr *addr, char buf[INET6_ADDRSTRLEN])
{
	const char *text = IN6_IS_ADDR_V4MAPPED(addr)
	    ? inet_ntop(AF_INET, &addr->s6_addr[12], buf, INET6_ADDRSTRLEN)
	    : inet_ntop(AF_INET6, addr, buf, INET6_ADDRSTRLEN);

	return text != NULL ? text : "?";
}

static void
log_refused(void)
{
	char text[256], addr[INET6_ADDRSTRLEN];
	unsigned k, all = 0;
	size_t n = 0;

	text[0] = '\0';
	for (k = 0; k < LIMIT_KINDS; k++) {
		if (noted.refused[k] == 0)
			continue;
		all += noted.refused[k];
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%u %s",
		    n > 0 ? ", " : "", noted.refused[k], kinds[k].logged);
		noted.refused[k] = 0;
	}
	if (all > 0)
		log_warn("refused %u connection%s, the last one from %s: %s",
		    all, all == 1 ? "" : "s", address_text(&noted.last, addr),
		    text);
}

static void
log_noted(void)
{
	if (now_ms - noted.at < SAY)
		return;
	noted.at = now_ms;
	log_refused();
	if (noted.unsaid > 0)
		log_warn("%u more like the last of gateways and proxies",
		    noted.unsaid);
	noted.unsaid = 0;
}

void
limit_log(const char *fmt, ...)
{
	static struct bucket bucket;
	static const struct bucket_rate rate = { 1, SAY, 1 };
	char text[600];
	va_list ap;

	if (bucket_take(&bucket, &rate, 1, now_ms) != 0) {
		noted.unsaid++;
		return;
	}
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	log_warn("%s", text);
}

/* ---- connections ---- */

int
limit_is_exempt(const struct in6_addr *addr)
{
	int i;

	for (i = 0; i < config->nexempt; i++)
		if (proxy_same_network(addr->s6_addr, config->exempts[i].addr,
		        config->exempts[i].bits))
			return 1;
	return 0;
}

const char *
limit_refusal(enum limit_kind kind, const struct in6_addr *addr)
{
	worker_count(COUNT_REFUSED, 1);
	worker_count(COUNT_REFUSED_RATE + kind, 1);
	noted.refused[kind]++;
	noted.last = *addr;
	return kinds[kind].told;
}

static struct bucket_table
rate_table(void)
{
	return (struct bucket_table) { rates, RATES_MAX, state->rate_seed };
}

uint32_t
limit_addresses(void)
{
	const struct bucket_table table = rate_table();

	return bucket_busy(&table, now_ms);
}

unsigned
limit_prefix(const struct in6_addr *addr)
{
	return local_is(addr, NULL) ? 128 : config->ipv6_prefix;
}

const char *
limit_rate(const struct in6_addr *addr)
{
	const struct bucket_table table = rate_table();

	if (config->connection_rate.count == 0 || limit_is_exempt(addr))
		return NULL;
	if (bucket_take(bucket_of(&table, addr->s6_addr, limit_prefix(addr),
	        now_ms), &config->connection_rate, 1, now_ms) == 0)
		return NULL;
	return limit_refusal(LIMIT_RATE, addr);
}

/* Whether an eighth is all that is left of the buffers. */
static int
memory_is_short(void)
{
	uint64_t used = 0, all = 0;
	unsigned w;

	for (w = 1; w <= state->nworker; w++) {
		used += workers[w].chunks_used;
		all += workers[w].chunk_end - workers[w].chunk_first;
	}
	return used > all - all / 8;
}

/* ---- who has not registered ---- */

uint32_t
limit_unregistered(void)
{
	uint32_t n = 0;
	unsigned w;

	for (w = 1; w <= state->nworker; w++)
		n += workers[w].unregistered;
	return n;
}

uint32_t
limit_unregistered_most(void)
{
	uint64_t n = (uint64_t)config->max_clients *
	    config->max_unregistered / 100;

	return n < UNREGISTERED_LEAST ? UNREGISTERED_LEAST : (uint32_t)n;
}

void
limit_begin(uint32_t i)
{
	sessions[i].limit |= LIMIT_COUNTED;
	atomic_fetch_add(&workers[sessions[i].worker].unregistered, 1);
}

void
limit_end(uint32_t i)
{
	uint32_t n = me->unregistered;

	if (!(sessions[i].limit & LIMIT_COUNTED))
		return;
	sessions[i].limit &= (uint8_t)~LIMIT_COUNTED;
	/* who died may have left one too few: never below 0 */
	while (n > 0 && !atomic_compare_exchange_weak(
	    &me->unregistered, &n, n - 1))
		;
}

static int
is_unregistered(uint32_t i)
{
	return sessions[i].state == SESSION_LIVE &&
	    !(users[sessions[i].user].flags & USER_REGISTERED);
}

void
limit_settle(uint32_t i)
{
	if ((sessions[i].limit & LIMIT_COUNTED) && !is_unregistered(i))
		limit_end(i);
}

void
limit_recount(uint32_t i)
{
	if (session_is_client(&sessions[i]) && is_unregistered(i))
		limit_begin(i);
	else
		sessions[i].limit &= (uint8_t)~LIMIT_COUNTED;
}

void
limit_show_out(uint32_t i, const char *why)
{
	session_close(i, why);
	sessions[i].limit |= LIMIT_HASTY;
}

/* One of ours that waits. */
struct waiter {
	uint8_t network[16];
	uint64_t opened;
	uint32_t session;
};

static struct waiter *waiters;
static uint32_t nwaiter, waiters_size;

static void
waiter_add(uint32_t i)
{
	struct waiter *w;

	if (nwaiter == waiters_size) {
		waiters_size = waiters_size * 2 + 256;
		waiters = realloc(waiters, waiters_size * sizeof(*waiters));
		if (waiters == NULL)
			fatal("no memory for %u waiters", waiters_size);
	}
	w = &waiters[nwaiter++];
	bucket_network(w->network, sessions[i].addr.s6_addr,
	    limit_prefix(&sessions[i].addr));
	w->opened = sessions[i].opened;
	w->session = i;
}

/* By network, the oldest first. */
static int
waiter_cmp(const void *a, const void *b)
{
	const struct waiter *x = a, *y = b;
	int r = memcmp(x->network, y->network, sizeof(x->network));

	if (r != 0)
		return r;
	return x->opened < y->opened ? -1 : x->opened > y->opened;
}

static int
waiter_older(const void *a, const void *b)
{
	const struct waiter *x = a, *y = b;

	return x->opened < y->opened ? -1 : x->opened > y->opened;
}

/* How many of the same network stand from waiter K on. */
static uint32_t
network_size(uint32_t k)
{
	uint32_t n = 1;

	while (k + n < nwaiter && memcmp(waiters[k].network,
	    waiters[k + n].network, sizeof(waiters[k].network)) == 0)
		n++;
	return n;
}

/* How many would go if no network had more than LEVEL. */
static uint32_t
above(uint32_t level)
{
	uint32_t k, n, sum = 0;

	for (k = 0; k < nwaiter; k += n) {
		n = network_size(k);
		sum += n > level ? n - level : 0;
	}
	return sum;
}

/* The highest level at which WANT would go; at least 1. */
static uint32_t
level_for(uint32_t want)
{
	uint32_t low = 1, high = nwaiter, mid;

	while (low < high) {
		mid = low + (high - low + 1) / 2;
		if (above(mid) >= want)
			low = mid;
		else
			high = mid - 1;
	}
	return low;
}

static void
show_out(struct waiter *w)
{
	limit_show_out(w->session, kinds[LIMIT_UNREGISTERED].told);
	worker_count(COUNT_CROWDED_OUT, 1);
	limit_end(w->session);
	w->session = 0;
}

/* Of each network the oldest, so that it has no more than LEVEL; at most WANT.
 * Returns how many went. */
static uint32_t
lower(uint32_t level, uint32_t want)
{
	uint32_t k, j, n, gone = 0;

	for (k = 0; k < nwaiter; k += n) {
		n = network_size(k);
		for (j = 0; j + level < n && gone < want; j++, gone++)
			show_out(&waiters[k + j]);
	}
	return gone;
}

/* Ends WANT of ours. */
static void
show_out_all(uint32_t want)
{
	uint32_t i, k;

	nwaiter = 0;
	for (i = 1; i < state->sessions.high; i++)
		if (sessions[i].worker == my_id &&
		    (sessions[i].limit & LIMIT_COUNTED) && is_unregistered(i))
			waiter_add(i);
	qsort(waiters, nwaiter, sizeof(*waiters), waiter_cmp);
	want -= lower(level_for(want), want);
	/* none has more than one: then it is age that counts */
	qsort(waiters, nwaiter, sizeof(*waiters), waiter_older);
	for (k = 0; k < nwaiter && want > 0 &&
	    waiters[k].opened + GRACE < wall_ms; k++)
		if (waiters[k].session != 0) {
			show_out(&waiters[k]);
			want--;
		}
}

/* If too many wait, ends our part of what is above three quarters; but not
 * within MS of the last time, since that looks at all sessions. */
static void
make_room(uint64_t ms)
{
	static uint64_t made;
	uint64_t all = limit_unregistered(), most = limit_unregistered_most();

	if (all <= most - most / 8 || now_ms - made < ms)
		return;
	made = now_ms;
	if (me->unregistered > 0)
		show_out_all((uint32_t)((me->unregistered *
		    (all - most * 3 / 4) + all - 1) / all));
}

/* The others see to theirs, too. */
static void
call_for_room(void)
{
	static uint64_t called;

	if (now_ms - called < LOOK)
		return;
	called = now_ms;
	peer_call(peer_workers() & ~(UINT64_C(1) << my_id));
}

const char *
limit_refuses(const struct in6_addr *addr, enum listen_kind kind)
{
	const char *why;

	if (!gateway_passes_on(addr, kind) && (why = limit_rate(addr)) != NULL)
		return why;
	if (memory_is_short())
		return limit_refusal(LIMIT_MEMORY, addr);
	if (state->sessions.used >= config->max_clients)
		return limit_refusal(LIMIT_FULL, addr);
	if (limit_unregistered() < limit_unregistered_most())
		return NULL;
	/* it need not be too late yet */
	make_room(state->sessions.high / HURRY);
	if (limit_unregistered() < limit_unregistered_most())
		return NULL;
	call_for_room();
	return limit_refusal(LIMIT_UNREGISTERED, addr);
}

/* ---- each turn ---- */

void
limit_look(void)
{
	static uint64_t looked;

	session_pool_relieve();
	me->chunks_used = session_pool_used();
	if (now_ms - looked < LOOK)
		return;
	looked = now_ms;
	log_noted();
	make_room(LOOK);
}

/* ---- talking ---- */

/* Only who would have to wait is looked at for an exemption. */
static int
is_free(uint32_t i)
{
	return limit_is_exempt(&sessions[i].addr) ||
	    oper_may(sessions[i].user, PRIV_FLOOD);
}

int
limit_take(uint32_t i, unsigned cost)
{
	struct session *s = &sessions[i];

	if (cost == 0 ||
	    bucket_take(&s->flood, &config->flood, cost, now_ms) == 0 ||
	    is_free(i)) {
		s->limit &= (uint8_t)~LIMIT_DELAYED;
		return 1;
	}
	if (!(s->limit & LIMIT_DELAYED)) {
		s->limit |= LIMIT_DELAYED;
		worker_count(COUNT_DELAYED, 1);
	}
	return 0;
}

void
limit_give(uint32_t i, unsigned cost)
{
	if (cost != 0)
		bucket_give(&sessions[i].flood, &config->flood, cost);
}

int
limit_delays(uint32_t i)
{
	return (sessions[i].limit & LIMIT_DELAYED) &&
	    bucket_wait(&sessions[i].flood, &config->flood, 1, now_ms) != 0 &&
	    !is_free(i);
}
