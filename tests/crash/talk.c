/* SPDX-License-Identifier: ISC */
/*
 * The talk of a soak: clients in rooms of various sizes and in pairs say
 * numbered lines, and every receiver checks the sequence of each sender and
 * target: no gap, no repeat, no disconnect.  In each of the rooms there are
 * clients by TCP, by a Unix socket and by TLS.
 *
 * A line carries the time at which it was sent, so that its way can be
 * measured.  Some clients, the witnesses, hear a pulse every few milliseconds;
 * how long they hear nothing is what a client that is never idle would notice.
 * A process that plays thousands of clients is late itself at times: that is
 * measured too.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "talk.h"
#include "way.h"

/*
 * Client I is in the small room I / SMALL, in the middle one I % MIDDLES, and,
 * if even, in #big, where only the first few speak.  It writes to PARTNERS
 * others directly.  The first one speaks in #pulse, where the witnesses are.
 */
enum {
	SMALL = 10,
	MIDDLES = 25,
	SPEAKERS = 20,    /* in #big */
	PARTNERS = 4,
	WITNESSES = 100,  /* about */
	MIDDLE_MOST = TALK_CLIENTS / MIDDLES,
	STEP = 10,        /* ms between two salvos */
	PULSE = 5,        /* ms between two lines to the witnesses */
	BACKLOG = 100000, /* deliveries under way at most */
	LATE = 100000,    /* us */
	AWAY = 5000,      /* us: a turn of ours that took longer */
	WINDOW = 40,      /* rooms being entered at a time */
	SETTLED = 200,    /* ms without a line */
	ARRIVAL = 20000,  /* ms: longer may no room take to enter */
	SHOWN = 10,
};

enum target { TO_SMALL, TO_MIDDLE, TO_BIG, TO_PULSE, TO_PARTNER };
enum { TARGETS = TO_PARTNER + PARTNERS };

struct talk talk;

static struct client **client;
static int clients, ways, rate, epoll;
static unsigned seed;
static long next_salvo, next_pulse; /* ms */
static long long *last;                /* us: when a client heard a line */
static long long away, *last_away;     /* us: we were, all in all, until then */

static long rooms_asked, rooms_entered;

static unsigned (*sent)[TARGETS];      /* by sender */
static struct heard {                  /* the next number, by sender */
	unsigned small[SMALL], middle[MIDDLE_MOST], big[SPEAKERS];
	unsigned pulse, partner[PARTNERS];
} *heard;

static unsigned
any(int n)
{
	return (unsigned)rand_r(&seed) % (unsigned)n;
}

/* ---- who hears what ---- */

static int
partner(int i, int k)
{
	return (i + 1 + k * 37) % clients;
}

static int
is_witness(int i)
{
	int stride = clients / WITNESSES;

	return stride < 2 || i % stride == 0;
}

static int
middle_size(int i)
{
	int r = i % MIDDLES;

	return clients / MIDDLES + (r < clients % MIDDLES);
}

static int
small_size(int i)
{
	int left = clients - i / SMALL * SMALL;

	return left < SMALL ? left : SMALL;
}

static int
witnesses(void)
{
	int i, n = 0;

	for (i = 0; i < clients; i++)
		n += is_witness(i);
	return n;
}

/* How many others hear what I says to target T. */
static int
audience(int i, int t)
{
	static int pulse;

	switch (t) {
	case TO_SMALL:
		return small_size(i) - 1;
	case TO_MIDDLE:
		return middle_size(i) - 1;
	case TO_BIG:
		return (clients + 1) / 2 - 1;
	case TO_PULSE:
		pulse = pulse != 0 ? pulse : witnesses();
		return pulse - 1;
	default:
		return 1;
	}
}

/* Where receiver R counts what FROM says to T; NULL: it should not hear it. */
static unsigned *
heard_slot(int r, int from, int t)
{
	if (from < 0 || from >= clients || t < 0 || t >= TARGETS || from == r)
		return NULL;
	if (t == TO_SMALL)
		return from / SMALL == r / SMALL
		    ? &heard[r].small[from % SMALL]
		    : NULL;
	if (t == TO_MIDDLE)
		return from % MIDDLES == r % MIDDLES
		    ? &heard[r].middle[from / MIDDLES]
		    : NULL;
	if (t == TO_BIG)
		return from / 2 < SPEAKERS && r % 2 == 0
		    ? &heard[r].big[from / 2]
		    : NULL;
	if (t == TO_PULSE)
		return from == 0 && is_witness(r) ? &heard[r].pulse : NULL;
	return partner(from, t - TO_PARTNER) == r
	    ? &heard[r].partner[t - TO_PARTNER]
	    : NULL;
}

/* ---- hearing ---- */

static void
complain(long *count, const char *what, const struct client *c)
{
	if ((*count)++ < SHOWN)
		printf("%s: %s: %.120s\n", c->nick, what, c->line);
}

static void
longer(long long *most, long long value)
{
	*most = value > *most ? value : *most;
}

/* How long it took until R heard what was said at WHEN. */
static void
time_note(int r, long long when)
{
	struct talk_time *t = &talk.time[talk.phase];
	long long now = clock_us();

	t->deliveries++;
	t->late += now - when > LATE;
	longer(&t->way, now - when);
	if (is_witness(r) && r != 0 && last[r] != 0 &&
	    now - last[r] > t->silence) {
		t->silence = now - last[r];
		t->silence_away = away - last_away[r];
	}
	last[r] = now;
	last_away[r] = away;
}

static void
line_hear(int r, struct client *c)
{
	const char *text = strstr(c->body, " :");
	long long when;
	unsigned n, *next;
	int from, t;

	rooms_entered += strncmp(c->body, "366 ", 4) == 0;
	if (strncmp(c->body, "PRIVMSG ", 8) != 0 || text == NULL)
		return;
	if (sscanf(text + 2, "%d %d %u %lld", &from, &t, &n, &when) != 4 ||
	    (next = heard_slot(r, from, t)) == NULL) {
		complain(&talk.strange, "not for it", c);
		return;
	}
	talk.deliveries++;
	if (n > *next)
		complain(&talk.gaps, "a gap before", c);
	else if (n < *next)
		complain(&talk.repeats, "a repeat", c);
	if (n >= *next)
		*next = n + 1;
	time_note(r, when);
}

/* Hears what has come, waits for MS; of how many clients it was. */
static int
hear(int ms)
{
	struct epoll_event ev[256];
	int i, n = epoll_wait(epoll, ev, 256, ms);

	for (i = 0; i < n; i++) {
		int r = (int)ev[i].data.u32;
		struct client *c = client[r];

		client_fill(c);
		while (client_line_now(c))
			line_hear(r, c);
		if (c->eof && c->mute == 0) {
			c->mute = 1;
			talk.cut++;
			printf("%s: disconnected\n", c->nick);
			epoll_ctl(epoll, EPOLL_CTL_DEL, c->fd, NULL);
		}
	}
	return n;
}

/* ---- speaking ---- */

static void
speak(int i, int t)
{
	char to[32];

	if (t == TO_SMALL)
		snprintf(to, sizeof(to), "#small%d", i / SMALL);
	else if (t == TO_MIDDLE)
		snprintf(to, sizeof(to), "#middle%d", i % MIDDLES);
	else if (t == TO_BIG)
		snprintf(to, sizeof(to), "#big");
	else if (t == TO_PULSE)
		snprintf(to, sizeof(to), "#pulse");
	else
		snprintf(to, sizeof(to), "soak%d",
		    1 + partner(i, t - TO_PARTNER));
	client_send(client[i], "PRIVMSG %s :%d %d %u %lld and so on", to, i, t,
	    sent[i][t]++, clock_us());
	talk.expected += audience(i, t);
}

/* The larger the room, the rarer: else nothing but they would be heard. */
static void
salvo(void)
{
	static unsigned long total;
	int k;

	for (k = 0; k < rate; k++, total++) {
		speak((int)any(clients), TO_SMALL);
		speak((int)any(clients), TO_PARTNER + (int)any(PARTNERS));
		if (total % 8 == 0)
			speak((int)any(clients), TO_MIDDLE);
		if (total % 200 == 0)
			speak((int)any(SPEAKERS) * 2, TO_BIG);
	}
}

void
talk_turn(void)
{
	static long long before;
	long long now = clock_us();
	long ms = (long)(now / 1000);

	if (before != 0) {
		longer(&talk.time[talk.phase].tick, now - before);
		if (now - before > AWAY)
			away += now - before;
	}
	before = now;
	if (ms >= next_pulse) {
		speak(0, TO_PULSE);
		next_pulse = ms + PULSE;
	}
	if (ms >= next_salvo && talk.expected - talk.deliveries < BACKLOG) {
		salvo();
		next_salvo += STEP;
	}
	hear(1);
}

/* ---- beginning and end ---- */

/* Hears until at most MOST of the rooms asked for are still to be entered. */
static void
rooms_await(long most)
{
	long end = clock_ms() + ARRIVAL;

	while (rooms_asked - rooms_entered > most) {
		ck_assert_msg(clock_ms() < end, "%ld of %ld rooms entered",
		    rooms_entered, rooms_asked);
		hear(1);
	}
}

/* Neighbours come by the same way, two by two, so that it is not the way that
 * says who is a witness, or who speaks in #big. */
static struct client *
come(struct server *sv)
{
	static int n;

	return way_connect(sv, (enum way)(n++ / 2 % ways));
}

/* All read meanwhile: who comes first is told of everybody who follows. */
static void
arrive(struct server *sv)
{
	struct epoll_event ev = { .events = EPOLLIN };
	int i;

	sv->connect = come;
	client_register_many(sv, client, clients, "soak");
	for (i = 0; i < clients; i++) {
		client_send(client[i], "JOIN #small%d,#middle%d%s%s",
		    i / SMALL, i % MIDDLES, i % 2 == 0 ? ",#big" : "",
		    is_witness(i) ? ",#pulse" : "");
		rooms_asked += 2 + (i % 2 == 0) + is_witness(i);
		ev.data.u32 = (unsigned)i;
		epoll_ctl(epoll, EPOLL_CTL_ADD, client[i]->fd, &ev);
		rooms_await(WINDOW);
	}
	rooms_await(0);
	/* and until they have heard of each other */
	while (hear(SETTLED) > 0)
		;
}

void
talk_begin(struct server *sv, int n, int most, int lines, unsigned s)
{
	size_t size = (size_t)n;

	clients = n;
	ways = most;
	rate = lines;
	seed = s;
	epoll = epoll_create1(EPOLL_CLOEXEC);
	client = calloc(size, sizeof(*client));
	sent = calloc(size, sizeof(*sent));
	heard = calloc(size, sizeof(*heard));
	last = calloc(size, sizeof(*last));
	last_away = calloc(size, sizeof(*last_away));
	arrive(sv);
	next_salvo = next_pulse = (long)(clock_us() / 1000);
}

void
talk_enter(enum talk_phase phase)
{
	talk.phase = phase;
}

/* What was never heard: gaps at the end of a sequence. */
static void
count_lost(void)
{
	int i, r, t;
	unsigned *next;

	for (r = 0; r < clients; r++)
		for (i = 0; i < clients; i++)
			for (t = 0; t < TARGETS; t++) {
				if (sent[i][t] == 0 ||
				    (next = heard_slot(r, i, t)) == NULL ||
				    *next == sent[i][t])
					continue;
				if (talk.gaps++ < SHOWN)
					printf("soak%d: heard %u of %u lines "
					       "of soak%d, target %d\n",
					    r + 1, *next, sent[i][t], i + 1, t);
			}
}

void
talk_end(long ms)
{
	long end = clock_ms() + ms;

	while (talk.deliveries < talk.expected && clock_ms() < end)
		hear(10);
	count_lost();
}
