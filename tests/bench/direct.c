/* SPDX-License-Identifier: ISC */
/*
 * Scenario: pairs who talk to one another, one message in flight each.
 *
 * One of a pair writes, the other answers when it has the message, and so on.
 * The text is "SERIAL" padded; any other serial, sender or length is an error.
 *
 * Who is paired matters to a server of several processes, so there is a
 * choice: neighbours in the order of connecting, at random, or so that of half
 * the pairs the two are held by different processes of the server.  In any case
 * it is said how many are.
 */
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "crowd.h"
#include "load.h"
#include "proc.h"

#define HEAD_LEN 9
#define TEXT_MAX 400
#define SAMPLES_MAX 4000000u
#define WARM_UP 0.4
#define QUIET_MS 100
#define DRAIN_MS 5000 /* of silence, while something is in flight */

struct talker {
	struct client *client;
	struct talker *peer;
	uint32_t serial; /* of the message it waits for */
	uint64_t sent;   /* when it sent its last one */
	uint32_t owner;  /* the process that holds it, 0 if not known */
	int taken;
};

struct pairing {
	const char *name;
	void (*run)(void);
};

static struct talker *talkers;
static size_t talker_count;
static uint32_t *samples; /* nanoseconds */
static size_t sample_count;
static unsigned long messages;
static int talking, measuring;
static char padding[TEXT_MAX];

static void
talker_say(struct talker *t, uint32_t serial)
{
	char nick[16];

	if (!talking)
		return;
	t->peer->serial = serial;
	t->sent = clock_now();
	client_queuef(t->client, "PRIVMSG %s :%08u %.*s\r\n",
	    client_nick(t->peer->client->index, nick), serial,
	    (int)(load.payload - HEAD_LEN), padding);
}

static void
talker_heard(struct talker *t, const char *text, size_t len)
{
	if (len != load.payload || t->serial == 0 ||
	    strtoul(text, NULL, 10) != t->serial) {
		crowd_error("client %u: not %u: %.*s", t->client->index,
		    t->serial, (int)len, text);
		return;
	}
	messages++;
	if (measuring && sample_count < SAMPLES_MAX)
		samples[sample_count++] =
		    (uint32_t)(clock_now() - t->peer->sent);
	talker_say(t, t->serial + 1);
	t->serial = 0;
}

static int
talker_is_from(const struct talker *t, const char *p, const char *end)
{
	char nick[16];
	size_t n;

	client_nick(t->client->index, nick);
	n = strlen(nick);
	return (size_t)(end - p) > n + 1 && *p == ':' &&
	       memcmp(p + 1, nick, n) == 0 && p[1 + n] == '!';
}

static void
direct_line(struct client *c, const char *line, size_t len)
{
	const char *end = line + len, *p = line, *from;
	struct talker *t = &talkers[c->index];

	if (line == NULL) {
		crowd_error("client %u: closed", c->index);
		return;
	}
	if (*p == '@')
		p = memchr(p, ' ', len);
	if (p == NULL)
		return;
	from = p + (*p == ' ');
	p = memchr(from, ' ', (size_t)(end - from));
	if (p == NULL || end - p < 9)
		return;
	if (memcmp(p, " PRIVMSG ", 9) != 0) {
		if (p[1] == '4' || p[1] == '5')
			crowd_error(
			    "client %u: %.*s", c->index, (int)len, line);
		return;
	}
	if (talker_is_from(t, from, end))
		return; /* an echo */
	p = memchr(p, ':', (size_t)(end - p));
	if (p == NULL || t->peer == NULL || !talker_is_from(t->peer, from, end))
		crowd_error("client %u: %.*s", c->index, (int)len, line);
	else
		talker_heard(t, p + 1, (size_t)(end - p - 1));
}

static void
pair_up(struct talker *a, struct talker *b)
{
	a->peer = b;
	b->peer = a;
	a->taken = b->taken = 1;
}

static void
pair_neighbours(void)
{
	size_t i;

	for (i = 0; i + 1 < talker_count; i += 2)
		pair_up(&talkers[i], &talkers[i + 1]);
}

/* The same order each time: runs are to be compared. */
static void
pair_random(void)
{
	struct talker **all = calloc(talker_count, sizeof(*all)), *t;
	uint32_t seed = 1;
	size_t i, k;

	if (all == NULL)
		err(1, "calloc");
	for (i = 0; i < talker_count; i++) {
		seed = seed * 1664525u + 1013904223u;
		k = (seed >> 8) % (i + 1);
		t = &talkers[i];
		all[i] = all[k];
		all[k] = t;
	}
	for (i = 0; i + 1 < talker_count; i += 2)
		pair_up(all[i], all[i + 1]);
	free(all);
}

/* The next talker from FROM on that is free and, as SAME says, held by OWNER
 * or by another. */
static struct talker *
talker_free(struct talker *from, uint32_t owner, int same)
{
	struct talker *end = talkers + talker_count;

	while (from < end && (from->taken || (from->owner == owner) != same))
		from++;
	return from < end ? from : NULL;
}

/* Half the pairs across, as far as the server spread us; then each with one of
 * its own process, and whoever is left with whoever is left. */
static void
pair_half(void)
{
	size_t across = talker_count / 4;
	struct talker *t, *other;

	for (t = talkers; t < talkers + talker_count && across > 0; t++) {
		other = t->taken ? NULL : talker_free(t + 1, t->owner, 0);
		if (other == NULL)
			continue;
		pair_up(t, other);
		across--;
	}
	for (t = talkers; t < talkers + talker_count; t++) {
		if (t->taken)
			continue;
		other = talker_free(t + 1, t->owner, 1);
		if (other == NULL)
			other = talker_free(t + 1, t->owner, 0);
		if (other != NULL)
			pair_up(t, other);
	}
}

static const struct pairing pairings[] = {
	{ "half", pair_half },
	{ "order", pair_neighbours },
	{ "random", pair_random },
};

/* Asks the kernel which process holds the other end of each connection. */
static void
talkers_locate(void)
{
	struct proc_connection *all = calloc(talker_count, sizeof(*all));
	struct sockaddr_in sin;
	socklen_t len;
	size_t i;

	if (all == NULL)
		err(1, "calloc");
	for (i = 0; i < talker_count; i++) {
		len = sizeof(sin);
		if (getsockname(talkers[i].client->fd, (struct sockaddr *)&sin,
			&len) == -1)
			err(1, "getsockname");
		all[i].address = sin.sin_addr.s_addr;
		all[i].port = ntohs(sin.sin_port);
	}
	if (load.pid != 0)
		proc_owners((pid_t)load.pid, load.port, all, talker_count);
	for (i = 0; i < talker_count; i++)
		talkers[i].owner = (uint32_t)all[i].owner;
	free(all);
}

static void
talkers_pair(void)
{
	size_t i, n = sizeof(pairings) / sizeof(pairings[0]);

	for (i = 0; i < n; i++)
		if (strcmp(pairings[i].name, load.pairing) == 0) {
			pairings[i].run();
			return;
		}
	errx(2, "no pairing called %s", load.pairing);
}

static int
sample_compare(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* The latency in microseconds below which PERCENT of the samples lie. */
static double
sample_percentile(unsigned percent)
{
	if (sample_count == 0)
		return 0;
	return samples[(sample_count - 1) * percent / 100] / 1000.0;
}

static size_t
talkers_across(void)
{
	size_t i, n = 0;

	for (i = 0; i < talker_count; i++)
		n += talkers[i].owner != talkers[i].peer->owner;
	return n / 2;
}

static size_t
talkers_waiting(void)
{
	size_t i, n = 0;

	for (i = 0; i < talker_count; i++)
		n += talkers[i].serial != 0;
	return n;
}

static void
direct_drain(void)
{
	talking = 0;
	while (talkers_waiting() > 0 && crowd_turn(DRAIN_MS) > 0)
		;
	crowd_settle(QUIET_MS);
	if (talkers_waiting() > 0)
		crowd_error("%zu messages did not arrive", talkers_waiting());
}

void
direct_run(const double *args)
{
	struct watch w;
	unsigned long before;
	size_t i;

	if (load.payload <= HEAD_LEN || load.payload >= TEXT_MAX)
		errx(2, "direct: numbers out of range");
	memset(padding, 'x', sizeof(padding));
	talker_count = crowd.count;
	talkers = calloc(talker_count, sizeof(*talkers));
	samples = malloc(SAMPLES_MAX * sizeof(*samples));
	if (talkers == NULL || samples == NULL)
		err(1, "malloc");
	for (i = 0; i < talker_count; i++)
		talkers[i].client = &crowd.clients[i];
	crowd.on_line = direct_line;
	if (crowd_register() == -1)
		exit(1);
	crowd_settle(QUIET_MS);
	talkers_locate();
	talkers_pair();
	talking = 1;
	for (i = 0; i < talker_count; i++)
		if (&talkers[i] < talkers[i].peer)
			talker_say(&talkers[i], 1);
	watch_turns(WARM_UP);
	before = messages;
	measuring = 1;
	watch_start();
	watch_turns(args[1]);
	watch_stop(&w);
	measuring = 0;
	before = messages - before;
	direct_drain();
	qsort(samples, sample_count, sizeof(*samples), sample_compare);
	printf("pairs=%zu across=%zu seconds=%.3f messages=%lu "
	       "per_second=%.0f cpu_us=%.4f p50_us=%.0f p99_us=%.0f "
	       "server_cpu=%.2f load_cpu=%.2f",
	    talker_count / 2, talkers_across(), w.seconds, before,
	    (double)before / w.seconds,
	    before == 0 ? 0 : w.server_us / (double)before,
	    sample_percentile(50), sample_percentile(99), w.server_cpu,
	    w.load_cpu);
}
