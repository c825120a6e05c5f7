/* SPDX-License-Identifier: ISC */
/*
 * Scenario: rooms in which a few talk and everybody listens.
 *
 * Each sender keeps WINDOW messages in flight.  A message is done when every
 * other member of the room has it, so the server's queues stay bounded and its
 * rate is that of the slowest receiver.
 *
 * A message's text begins "ROOM SENDER SERIAL ", padded to the wanted length.
 * Each receiver counts the serials of each sender: a gap, a repetition, an
 * alien room or a changed byte is an error.  At the end no more is sent and
 * what is still in flight must arrive.  LINES_PER_READ says how well the server
 * gathers what goes to one client.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crowd.h"
#include "load.h"

#define WINDOW_MAX 256
#define HEAD_LEN 21 /* "RRRRR SSSSS NNNNNNNN " */
#define TEXT_MAX 400
#define WARM_UP 0.4
#define QUIET_MS 150
#define DRAIN_MS 5000 /* of silence, while something is in flight */

struct sender {
	struct client *client;
	uint32_t sent, done;
	uint32_t missing[WINDOW_MAX]; /* receivers, by serial modulo window */
};

static uint32_t room_count, member_count, sender_count, window;
static struct sender *senders; /* room by room */
static uint32_t *expected;     /* serials, member by member, by sender */
static uint32_t joined;
static uint64_t deliveries;
static int sending;
static char padding[TEXT_MAX];

static uint32_t
digits(const char *p, int n)
{
	uint32_t v = 0;

	while (n-- > 0)
		v = v * 10 + (uint32_t)(*p++ - '0');
	return v;
}

static void
sender_fill(struct sender *s)
{
	size_t index = (size_t)(s - senders);
	uint32_t room = (uint32_t)(index / sender_count);

	while (sending && s->sent - s->done < window) {
		s->missing[s->sent % window] = member_count - 1;
		client_queuef(s->client,
		    "PRIVMSG #r%u :%05u %05u %08u %.*s\r\n", room, room,
		    (unsigned)(index % sender_count), s->sent,
		    (int)(load.payload - HEAD_LEN), padding);
		s->sent++;
	}
}

/* One more receiver has message SERIAL.  As everyone gets them in order, the
 * oldest is always the first to be done. */
static void
sender_delivered(struct sender *s, uint32_t serial)
{
	if (serial - s->done >= s->sent - s->done) {
		crowd_error("serial %u was not in flight", serial);
		return;
	}
	deliveries++;
	if (--s->missing[serial % window] > 0)
		return;
	s->done++;
	sender_fill(s);
}

static void
fanout_message(struct client *c, const char *text, size_t len)
{
	uint32_t room = c->index / member_count, sender, serial, *want;

	if (len != load.payload || digits(text, 5) != room ||
	    (sender = digits(text + 6, 5)) >= sender_count ||
	    memcmp(text + HEAD_LEN, padding, len - HEAD_LEN) != 0) {
		crowd_error("client %u: not for it, or not intact: %.*s",
		    c->index, (int)len, text);
		return;
	}
	serial = digits(text + 12, 8);
	if (senders[room * sender_count + sender].client == c)
		return; /* an echo */
	want = &expected[c->index * sender_count + sender];
	if (serial != *want) {
		crowd_error("client %u, sender %u: serial %u, not %u", c->index,
		    sender, serial, *want);
		*want = serial + 1;
		return;
	}
	++*want;
	sender_delivered(&senders[room * sender_count + sender], serial);
}

static void
fanout_line(struct client *c, const char *line, size_t len)
{
	const char *end = line + len, *p = line;

	if (line == NULL) {
		crowd_error("client %u: closed", c->index);
		return;
	}
	if (*p == '@')
		p = memchr(p, ' ', len);
	if (p != NULL)
		p = memchr(p + 1, ' ', (size_t)(end - p - 1));
	if (p == NULL || end - p < 9)
		return;
	if (memcmp(p, " PRIVMSG ", 9) == 0) {
		p = memchr(p, ':', (size_t)(end - p));
		if (p != NULL)
			fanout_message(c, p + 1, (size_t)(end - p - 1));
	} else if (memcmp(p, " 366 ", 5) == 0)
		joined++;
	else if (*p == ' ' && (p[1] == '4' || p[1] == '5'))
		crowd_error("client %u: %.*s", c->index, (int)len, line);
}

static void *
zeroed(size_t count, size_t size)
{
	void *p = calloc(count, size);

	if (p == NULL)
		err(1, "calloc");
	return p;
}

/* A few join at a time: what matters is what comes after. */
static void
fanout_join(void)
{
	uint64_t end = clock_now() + 90000000000u;
	uint32_t i, wanted = room_count * member_count;

	for (i = 0; i < wanted || joined < wanted;) {
		for (; i < wanted && i - joined < 64; i++)
			client_queuef(&crowd.clients[i], "JOIN #r%u\r\n",
			    i / member_count);
		crowd_turn(100);
		if (crowd.gone > 0 || clock_now() > end)
			errx(1, "%u of %u have joined", joined, wanted);
	}
	crowd_settle(QUIET_MS);
}

static uint64_t
senders_missing(void)
{
	uint64_t missing = 0;
	uint32_t i;

	for (i = 0; i < room_count * sender_count; i++)
		missing += senders[i].sent - senders[i].done;
	return missing;
}

/* No more is sent; what is in flight must arrive, and nothing after it. */
static void
fanout_drain(void)
{
	sending = 0;
	while (senders_missing() > 0 && crowd_turn(DRAIN_MS) > 0)
		;
	crowd_settle(QUIET_MS);
	if (senders_missing() > 0)
		crowd_error("%lu messages did not arrive everywhere",
		    (unsigned long)senders_missing());
}

void
fanout_run(const double *args)
{
	struct watch w;
	uint64_t before;
	uint32_t i;

	room_count = (uint32_t)args[0];
	member_count = (uint32_t)args[1];
	sender_count = (uint32_t)args[2];
	window = (uint32_t)args[3];
	if (member_count < 2 || sender_count > member_count ||
	    window > WINDOW_MAX || load.payload <= HEAD_LEN ||
	    load.payload >= TEXT_MAX)
		errx(2, "fanout: numbers out of range");
	memset(padding, 'x', sizeof(padding));
	senders = zeroed((size_t)room_count * sender_count, sizeof(*senders));
	expected = zeroed((size_t)room_count * member_count * sender_count,
	    sizeof(*expected));
	crowd.on_line = fanout_line;
	if (crowd_register() == -1)
		exit(1);
	fanout_join();
	sending = 1;
	for (i = 0; i < room_count * sender_count; i++) {
		senders[i].client =
		    &crowd.clients[i / sender_count * member_count +
				   i % sender_count];
		sender_fill(&senders[i]);
	}
	watch_turns(WARM_UP);
	before = deliveries;
	watch_start();
	watch_turns(args[4]);
	watch_stop(&w);
	before = deliveries - before;
	fanout_drain();
	printf("rooms=%u members=%u senders=%u window=%u seconds=%.3f "
	       "deliveries=%lu per_second=%.0f cpu_us=%.4f server_cpu=%.2f "
	       "load_cpu=%.2f lines_per_read=%.1f",
	    room_count, member_count, sender_count, window, w.seconds,
	    (unsigned long)before, (double)before / w.seconds,
	    before == 0 ? 0 : w.server_us / (double)before, w.server_cpu,
	    w.load_cpu, w.lines_per_read);
}
