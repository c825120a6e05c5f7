/* SPDX-License-Identifier: ISC */
/*
 * Scenario: senders in rooms of their own who have what they say kept.  What
 * comes back by echo-message is acknowledged, so it is on the disk.
 *
 *	ack SENDERS RATE SECONDS    RATE lines a second in all, and how long
 *	                            each took to come back
 *	kept SENDERS AHEAD SECONDS  AHEAD lines in flight each: how many a
 *	                            second
 *
 * Wants -C echo-message.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crowd.h"
#include "load.h"

#define TEXT_MAX 400
#define WINDOW 4096
#define SAMPLES_MAX 2000000u
#define WARM_UP 0.5
#define DRAIN 5.0

static struct sender {
	uint32_t sent, back;
	uint64_t at[WINDOW]; /* when it was sent, by serial */
} *senders;
static size_t sender_count, joined;
static uint32_t *samples; /* microseconds */
static size_t sample_count;
static unsigned long acknowledged;
static uint32_t ahead;       /* 0: by the clock */
static int talking, measuring;
static char padding[TEXT_MAX];

static void
say(uint32_t i)
{
	struct sender *s = &senders[i];

	if (!talking || s->sent - s->back >= WINDOW)
		return;
	s->at[s->sent % WINDOW] = clock_now();
	client_queuef(&crowd.clients[i], "PRIVMSG #k%u :%08u %.*s\r\n", i,
	    s->sent++, (int)(load.payload - 9), padding);
}

static void
came_back(uint32_t i, const char *text)
{
	struct sender *s = &senders[i];

	if (strtoul(text, NULL, 10) != s->back) {
		crowd_error("client %u: not %u: %.20s", i, s->back, text);
		return;
	}
	if (measuring && sample_count < SAMPLES_MAX)
		samples[sample_count++] = (uint32_t)((clock_now() -
		    s->at[s->back % WINDOW]) / 1000);
	s->back++;
	acknowledged++;
	if (ahead != 0)
		say(i);
}

static void
on_line(struct client *c, const char *line, size_t len)
{
	const char *end = line + len, *p;

	if (line == NULL) {
		crowd_error("client %u: closed", c->index);
		return;
	}
	p = memchr(line, ' ', len);
	if (p == NULL || end - p < 9)
		return;
	if (memcmp(p, " 366 ", 5) == 0)
		joined++;
	else if (memcmp(p, " WARN ", 6) == 0)
		crowd_error("client %u: %.*s", c->index, (int)len, line);
	else if (memcmp(p, " PRIVMSG ", 9) == 0 &&
	    (p = memchr(p, ':', (size_t)(end - p))) != NULL)
		came_back(c->index, p + 1);
}

static void
begin(double count)
{
	uint64_t end;
	uint32_t i;

	sender_count = (size_t)count;
	senders = calloc(sender_count, sizeof(*senders));
	samples = calloc(SAMPLES_MAX, sizeof(*samples));
	if (senders == NULL || samples == NULL)
		err(1, "calloc");
	memset(padding, 'x', sizeof(padding));
	crowd.on_line = on_line;
	if (crowd_register() == -1)
		exit(1);
	for (i = 0; i < sender_count; i++)
		client_queuef(&crowd.clients[i], "JOIN #k%u\r\n", i);
	end = clock_now() + (uint64_t)(DRAIN * 1e9);
	while (joined < sender_count && clock_now() < end)
		crowd_turn(10);
	if (joined < sender_count)
		errx(1, "%zu of %zu have joined", joined, sender_count);
	talking = 1;
}

/* What is under way must come back. */
static void
drain(void)
{
	uint64_t until = clock_now() + (uint64_t)(DRAIN * 1e9);
	uint32_t i, missing;

	talking = 0;
	do {
		crowd_turn(10);
		for (i = missing = 0; i < sender_count; i++)
			missing += senders[i].sent - senders[i].back;
	} while (missing > 0 && clock_now() < until);
	if (missing > 0)
		crowd_error("%u lines did not come back", missing);
}

static int
by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static double
percentile(unsigned n)
{
	return sample_count == 0
	    ? 0
	    : samples[(sample_count - 1) * n / 100] / 1e3;
}

static void
turns_at_rate(double seconds, double rate)
{
	uint64_t begun = clock_now(), now = begun;
	uint64_t end = begun + (uint64_t)(seconds * 1e9), said = 0;

	for (; now < end; now = clock_now()) {
		for (; (double)said < (double)(now - begun) / 1e9 * rate;
		     said++)
			say((uint32_t)(said % sender_count));
		crowd_turn(1);
	}
}

void
ack_run(const double *args)
{
	begin(args[0]);
	turns_at_rate(WARM_UP, args[1]);
	measuring = 1;
	turns_at_rate(args[2], args[1]);
	measuring = 0;
	drain();
	qsort(samples, sample_count, sizeof(*samples), by_value);
	printf("senders=%zu rate=%.0f seconds=%.1f acknowledged=%zu "
	       "p50_ms=%.2f p99_ms=%.2f max_ms=%.2f", sender_count, args[1],
	    args[2], sample_count, percentile(50), percentile(99),
	    percentile(100));
}

void
kept_run(const double *args)
{
	struct watch w;
	unsigned long before;
	uint32_t i, k;

	ahead = (uint32_t)args[1];
	if (ahead >= WINDOW)
		errx(2, "kept: numbers out of range");
	begin(args[0]);
	for (i = 0; i < sender_count; i++)
		for (k = 0; k < ahead; k++)
			say(i);
	watch_turns(WARM_UP);
	before = acknowledged;
	watch_start();
	watch_turns(args[2]);
	watch_stop(&w);
	before = acknowledged - before;
	drain();
	printf("senders=%zu ahead=%u seconds=%.1f kept=%lu per_second=%.0f "
	       "server_cpu=%.2f load_cpu=%.2f", sender_count, ahead, w.seconds,
	    before, (double)before / w.seconds, w.server_cpu, w.load_cpu);
}
