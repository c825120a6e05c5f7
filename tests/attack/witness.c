/* SPDX-License-Identifier: ISC */
/*
 * What honest users see of an attack: see witness.h.  Samples lie in memory
 * that is shared with who asks for them.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "witness.h"
#ifdef TLS
#include "harness_tls.h"
#endif

enum {
	SAMPLES = 1 << 17,
	LINES_ENOUGH = 500,    /* to see that they are served; */
	COMINGS_ENOUGH = 20,
	LINES_CALM = 2000,     /* for percentiles */
	COMINGS_CALM = 500,
	COMING_PAUSE = 5,      /* ms between two connections */
	PATIENCE = 10000,      /* ms until a newcomer gives up */
};

enum kind { LINE, COMING, KINDS };

struct samples {
	_Atomic int n;
	int us[SAMPLES];
};

static struct {
	_Atomic int phase;     /* 0 calm, 1 attack, -1 enough */
	_Atomic int refused;
	struct samples samples[KINDS][WHERES];
} *shared;

static pid_t talkers, newcomer;

/* Notes what took US, if it began and ended in the phase PHASE. */
static void
note(enum kind kind, int at_quiet, int phase, int us)
{
	enum witness_where w =
	    phase == 0 ? CALM : at_quiet ? BESIDE : DURING;
	struct samples *s = &shared->samples[kind][w];

	/* calm is what it is at the server that will be attacked */
	if (phase != shared->phase || (phase == 0 && at_quiet) ||
	    s->n == SAMPLES)
		return;
	s->us[s->n] = us;
	s->n++;
}

/* ---- two who talk ---- */

struct pair {
	struct client *a, *b;
};

/* By TLS, if it is there: it is there because that is attacked. */
static void
pair_arrive(struct pair *p, struct server *at)
{
#ifdef TLS
	if (strcmp(server_status(at, "tls"), "serving") == 0) {
		p->a = client_tls_register(at, "calm1");
		p->b = client_tls_register(at, "calm2");
		return;
	}
#endif
	client_apart(at, &p->a, "calm1", &p->b, "calm2", NULL);
}

static void
pair_make(struct pair *p, struct server *at)
{
	pair_arrive(p, at);
	client_ask(p->a, "JOIN #calm", "366 *");
	client_ask(p->b, "JOIN #calm", "366 *");
	client_expect(p->a, ":calm2!* JOIN *");
}

/* Line I: directly or in their room, there or back; us. */
static int
pair_talk(const struct pair *p, int i)
{
	struct client *from = i % 2 ? p->b : p->a, *to = i % 2 ? p->a : p->b;
	long long begin = clock_us();

	client_send(from, "PRIVMSG %s :%d", i % 4 < 2 ? "#calm" : to->nick, i);
	client_expect(to, "PRIVMSG %s :%d", i % 4 < 2 ? "#calm" : to->nick, i);
	return (int)(clock_us() - begin);
}

/* Within what the flood limit allows. */
static void
talk(const struct pair *pair)
{
	int phase, i, k;

	for (i = 0; (phase = shared->phase) >= 0; i++)
		for (k = 0; k < 2; k++) {
			note(LINE, k, phase, pair_talk(&pair[k], i));
			poll(NULL, 0, 1);
		}
	_exit(0);
}

/* ---- one who comes and goes ---- */

/* Whether TEXT comes on FD; 0 at its end, or without patience. */
static int
hears(int fd, const char *text, long until)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	static char buf[65536];
	size_t len = 0;
	ssize_t n;

	while (clock_ms() < until && len < sizeof(buf) - 1) {
		if (poll(&p, 1, (int)(until - clock_ms())) <= 0)
			continue;
		n = recv(fd, buf + len, sizeof(buf) - 1 - len, 0);
		if (n <= 0)
			return 0;
		len += (size_t)n;
		buf[len] = '\0';
		if (strstr(buf, text) != NULL)
			return 1;
	}
	return 0;
}

/* Comes to PORT and goes; us, or -1 if it was not let in. */
static int
come(int port, int i)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons((uint16_t)port) };
	long long begin = clock_us();
	long until = clock_ms() + harness_ms(PATIENCE);
	char line[80];
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), us = -1;
	int n = snprintf(line, sizeof(line), "NICK new%d\r\nUSER u 0 * :N\r\n",
	    i % 1000);

	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0 &&
	    send(fd, line, (size_t)n, MSG_NOSIGNAL) == n &&
	    hears(fd, " 001 ", until)) {
		us = (int)(clock_us() - begin);
		send(fd, "QUIT\r\n", 6, MSG_NOSIGNAL);
		hears(fd, "ERROR ", until);
	}
	close(fd);
	return us;
}

static void
come_and_go(const int *port)
{
	int phase, i, k, us;

	for (i = 0; (phase = shared->phase) >= 0; i++)
		for (k = 0; k < 2; k++) {
			us = come(port[k], i);
			if (us >= 0)
				note(COMING, k, phase, us);
			else if (k == 0)
				shared->refused++;
			poll(NULL, 0, COMING_PAUSE);
		}
	_exit(0);
}

/* ---- for who asks ---- */

int
witness_rank(enum witness_rank rank)
{
	struct sched_param p = { .sched_priority = (int)rank };

	return sched_setscheduler(0, rank == RANK_OTHER ? SCHED_OTHER
	    : SCHED_FIFO, &p);
}

static pid_t
witness_fork(int brief)
{
	pid_t pid = fork();

	if (pid == 0 && !brief)
		witness_rank(RANK_WITNESS);
	return pid;
}

void
witness_start(struct server *sv, struct server *quiet, int brief)
{
	int port[2] = { sv->port[0], quiet->port[0] };
	struct pair pair[2];

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(shared, MAP_FAILED);
	pair_make(&pair[0], sv);
	pair_make(&pair[1], quiet);
	if ((talkers = witness_fork(brief)) == 0)
		talk(pair);
	if ((newcomer = witness_fork(brief)) == 0)
		come_and_go(port);
	wait_for(shared->samples[LINE][CALM].n >=
	        (brief ? LINES_ENOUGH : LINES_CALM) &&
	    shared->samples[COMING][CALM].n >=
	        (brief ? COMINGS_ENOUGH : COMINGS_CALM), 60000);
}

void
witness_attack(void)
{
	shared->phase = 1;
}

int
witness_enough(void)
{
	return shared->samples[LINE][DURING].n >= LINES_ENOUGH &&
	    shared->samples[COMING][DURING].n >= COMINGS_ENOUGH;
}

static int
int_cmp(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	return x < y ? -1 : x > y;
}

/* Returns how many; the percentile in ms. */
static int
figures(struct samples *s, double *p99)
{
	int n = s->n;

	if (n == 0)
		return 0;
	qsort(s->us, (size_t)n, sizeof(int), int_cmp);
	*p99 = (double)s->us[(long)n * 99 / 100] / 1000;
	return n;
}

static void
ended_well(pid_t pid, const char *who)
{
	int status;

	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(status == 0, "%s failed", who);
}

void
witness_stop(struct witness *w)
{
	int k;

	shared->phase = -1;
	ended_well(talkers, "who talked");
	ended_well(newcomer, "who came and went");
	memset(w, 0, sizeof(*w));
	for (k = 0; k < WHERES; k++) {
		w->lines[k] = figures(&shared->samples[LINE][k],
		    &w->line_p99[k]);
		w->comings[k] = figures(&shared->samples[COMING][k],
		    &w->coming_p99[k]);
	}
	w->refused = shared->refused;
	munmap(shared, sizeof(*shared));
}
