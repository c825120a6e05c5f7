/* SPDX-License-Identifier: ISC */
/*
 * Visitors of a soak: clients by TLS, while the processes of mootd-tls are
 * killed.  Whose process dies is cut off, at any byte, and comes back by
 * another one with another nick.  What it had not heard then, and what it had
 * said last, may be lost: its connection was.  All else comes once, in order:
 * within a connection there is no gap, and nothing of an old one comes behind
 * something of a new one.
 *
 * They visit a host, who talks by TCP and is never cut off.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "visit.h"
#include "way.h"

enum {
	VISITORS = 12,
	STEP = 10,       /* ms between two lines of each */
	SHOWN = 10,
};

struct visits visits;

static struct server *sv;
static struct client *host;
static unsigned host_said;
static long next_step;   /* ms */

static struct visitor {
	struct client *c;
	unsigned visit;      /* how often it has come */
	unsigned said;       /* in this visit */
	unsigned hears;      /* the next line of the host */
	int heard;           /* one in this visit */
	unsigned host_visit; /* the last one that the host heard of, */
	unsigned host_hears; /* and the next line in it */
} visitors[VISITORS];

static void
complain(long *count, const char *what, const struct client *c)
{
	if ((*count)++ < SHOWN)
		printf("%s: %s: %.120s\n", c->nick, what, c->line);
}

/* Line N came to C, or from it, where NEXT was to come. */
static void
count(unsigned n, unsigned *next, const struct client *c)
{
	visits.heard++;
	if (n > *next)
		complain(&visits.gaps, "a gap before", c);
	else if (n < *next)
		complain(&visits.repeats, "a repeat", c);
	if (n >= *next)
		*next = n + 1;
}

/* ---- hearing ---- */

static void
visitor_hear(struct visitor *v)
{
	unsigned n;

	if (!client_matches(v->c, ":host!* PRIVMSG #visit :*") ||
	    sscanf(strstr(v->c->body, " :") + 2, "%u", &n) != 1)
		return;
	if (!v->heard && n > v->hears)
		v->hears = n; /* it was not there */
	v->heard = 1;
	count(n, &v->hears, v->c);
}

static void
host_hear(void)
{
	struct visitor *v;
	unsigned i, visit, n;

	if (!client_matches(host, "PRIVMSG host :*") ||
	    sscanf(strstr(host->body, " :") + 2, "%u %u %u", &i, &visit,
	        &n) != 3 || i >= VISITORS)
		return;
	v = &visitors[i];
	if (visit < v->host_visit) {
		complain(&visits.strange, "of an old connection", host);
		return;
	}
	if (visit > v->host_visit)
		v->host_hears = 0;
	v->host_visit = visit;
	count(n, &v->host_hears, host);
}

static void
hear(void)
{
	int i;

	for (i = 0; i < VISITORS; i++) {
		struct visitor *v = &visitors[i];
		client_fill(v->c);
		while (client_line_now(v->c))
			visitor_hear(v);
	}
	client_fill(host);
	while (client_line_now(host))
		host_hear();
	ck_assert_msg(!host->eof, "the host was cut off");
}

/* ---- coming and speaking ---- */

static void
enter(struct client *c, const char *nick)
{
	snprintf(c->nick, sizeof(c->nick), "%s", nick);
	client_send(c, "NICK %s\r\nUSER visit 0 * :Visitor", nick);
	client_welcome(c);
	client_ask(c, "JOIN #visit", "366 *");
}

static void
come(struct visitor *v)
{
	char nick[32];

	snprintf(nick, sizeof(nick), "v%d-%u", (int)(v - visitors),
	    ++v->visit);
	v->said = 0;
	v->heard = 0;
	v->c = way_connect(sv, WAY_TLS);
	enter(v->c, nick);
}

/* One that has left hears it when it reads, or nothing. */
static void
speak(struct visitor *v)
{
	char line[64];
	int n = snprintf(line, sizeof(line), "PRIVMSG host :%d %u %u.\r\n",
	    (int)(v - visitors), v->visit, v->said);

	if (client_offer(v->c, line, (size_t)n) == n)
		v->said++;
}

void
visit_begin(struct server *server)
{
	int i;

	sv = server;
	host = way_connect(sv, WAY_TCP);
	enter(host, "host");
	for (i = 0; i < VISITORS; i++)
		come(&visitors[i]);
	next_step = clock_ms();
}

void
visit_turn(void)
{
	int i;

	hear();
	for (i = 0; i < VISITORS; i++)
		if (visitors[i].c->eof) {
			client_close(visitors[i].c);
			come(&visitors[i]);
			visits.returns++;
		}
	if (clock_ms() < next_step)
		return;
	next_step = clock_ms() + STEP;
	client_send(host, "PRIVMSG #visit :%u.", host_said++);
	for (i = 0; i < VISITORS; i++)
		speak(&visitors[i]);
}

/* Of those that are there now all has to come. */
static int
missing(void)
{
	int i, n = 0;

	for (i = 0; i < VISITORS; i++) {
		const struct visitor *v = &visitors[i];
		n += v->c->eof || v->hears != host_said ||
		    v->host_visit != v->visit || v->host_hears != v->said;
	}
	return n;
}

void
visit_end(long ms)
{
	long end = clock_ms() + ms;

	/* who was cut off last comes back, and says something */
	for (visit_turn(); missing() > 0 && clock_ms() < end; harness_tick())
		hear();
	visits.gaps += missing();
}
