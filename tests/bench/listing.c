/* SPDX-License-Identifier: ISC */
/*
 * Scenario: long answers, and who stands by.
 *
 * All clients are in one room, and each is in one of its own.  Then one of
 * them asks for everything, again and again: WHO of everybody, of everybody
 * with a mask that was made to be dear and fits nobody, LIST, NAMES of the
 * room.  Meanwhile two bystanders, one at the same worker of the server, the
 * other at another one, say PING and wait for PONG; the other one also asks
 * for what is answered under the lock.  They live in a process of their own, so
 * that what the asker has to read does not delay them.
 *
 * Of each kind, and of a calm time before, it tells the bystanders' worst and
 * 99th percentile round trips in microseconds, and how many answers there were.
 */
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crowd.h"
#include "load.h"

#define SAMPLES_MAX 1000000u
#define BYSTANDERS 200 /* one of each kind is among them */
#define EVERY_US 300  /* between two PINGs */
#define A10 "aaaaaaaaaa"
#define A70 A10 A10 A10 A10 A10 A10 A10
#define DEAR "*" A70 "b" /* for who is called A70 A70 */

/* At the asker's worker; at another; there too, and what it says wants the
 * server's lock. */
enum { SAME, OTHER, LOCKED, PLACES };
static const char *const places[PLACES] = { "same", "other", "locked" };

static const struct kind {
	const char *name, *ask, *end;
} kinds[] = {
	{ "calm", NULL, NULL },
	{ "who", "WHO *\r\n", " 315 " },
	{ "none", "WHO " DEAR "\r\n", " 315 " },
	{ "list", "LIST\r\n", " 323 " },
	{ "names", "NAMES #big\r\n", " 366 " },
};

static const struct kind *kind;
static size_t joined;
static unsigned long answers;
static int asking;

static void
listing_line(struct client *c, const char *line, size_t len)
{
	if (line == NULL) {
		crowd_error("client %u: closed", c->index);
		return;
	}
	if (!asking && len < 80 &&
	    memmem(line, len, " #big :End", 10) != NULL)
		joined++;
	if (c->index != 0 || !asking || kind->ask == NULL ||
	    memmem(line, len < 40 ? len : 40, kind->end, 5) == NULL)
		return;
	answers++;
	client_queue(c, kind->ask, strlen(kind->ask));
}

/* ---- bystanders: in the child ---- */

struct bystander {
	int fd;
	uint32_t *samples;
	size_t count;
};

/* Says TEXT and waits until WANT has come. */
static void
talk(int fd, const char *text, const char *want)
{
	static char buf[65536];
	size_t n = 0;
	ssize_t r;

	if (send(fd, text, strlen(text), 0) == -1)
		err(1, "send");
	for (buf[0] = '\0'; strstr(buf, want) == NULL; n += (size_t)r) {
		if (n > sizeof(buf) / 2)
			n = 0;
		r = recv(fd, buf + n, sizeof(buf) - n - 1, 0);
		if (r <= 0)
			errx(1, "a bystander was cut");
		buf[n + (size_t)r] = '\0';
	}
}

/* The workers of the asker, whose nick is ASKER, and of the bystanders, as the
 * server's control socket tells them; 0: unknown. */
static int
workers_ask(const char *asker, int worker[BYSTANDERS])
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	char line[4096], nick[64];
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), own = 0, i, w;
	const char *p;
	FILE *f;

	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", load.control);
	if (fd == -1 || connect(fd, (void *)&sun, sizeof(sun)) == -1 ||
	    send(fd, "USERS\r\n", 7, 0) != 7 || (f = fdopen(fd, "r")) == NULL)
		err(1, "%s", load.control);
	while (fgets(line, sizeof(line), f) != NULL && line[0] != '.') {
		if ((p = strstr(line, "\tnick=S")) == NULL ||
		    sscanf(p, "\tnick=S%63[^\t]", nick) != 1 ||
		    (p = strstr(line, "\tworker=N")) == NULL ||
		    sscanf(p, "\tworker=N%d", &w) != 1)
			continue;
		if (strcmp(nick, asker) == 0)
			own = w;
		if (sscanf(nick, "by%d", &i) == 1 && i >= 0 && i < BYSTANDERS)
			worker[i] = w;
	}
	fclose(f);
	return own;
}

static int
bystander_connect(int i)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
		.sin_port = htons(load.port) };
	char line[64];
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd == -1 || connect(fd, (void *)&sin, sizeof(sin)) == -1)
		err(1, "connect");
	snprintf(line, sizeof(line),
	    "NICK by%d\r\nUSER by 0 * :by\r\nPING :in\r\n", i);
	talk(fd, line, "PONG");
	return fd;
}

/* One at the worker of the asker, and one at another. */
static void
bystanders_connect(struct bystander *b)
{
	int fd[BYSTANDERS], worker[BYSTANDERS] = { 0 }, i, own;
	char nick[16];

	for (i = 0; i < BYSTANDERS; i++)
		fd[i] = bystander_connect(i);
	own = workers_ask(client_nick(0, nick), worker);
	b[SAME].fd = b[OTHER].fd = -1;
	for (i = 0; i < BYSTANDERS; i++)
		b[worker[i] == own ? SAME : OTHER].fd = fd[i];
	b[LOCKED].fd = b[OTHER].fd;
	if (own == 0 || b[SAME].fd < 0 || b[OTHER].fd < 0)
		errx(1, "the asker is at worker %d; no bystander %s", own,
		    b[SAME].fd < 0 ? "with it" : "elsewhere");
	for (i = 0; i < PLACES; i++) {
		b[i].samples = calloc(SAMPLES_MAX, sizeof(uint32_t));
		if (b[i].samples == NULL)
			err(1, "calloc");
	}
}

static int
sample_compare(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void
bystander_tell(const struct bystander *b, const char *name, const char *place,
    FILE *to)
{
	qsort(b->samples, b->count, sizeof(b->samples[0]), sample_compare);
	fprintf(to, " %s_%s_p99_us=%u %s_%s_most_us=%u", name, place,
	    b->samples[b->count * 99 / 100], name, place,
	    b->samples[b->count - 1]);
}

/* A byte of the parent begins and ends each kind. */
static void
bystanders_run(struct bystander *b, int from, FILE *to)
{
	struct pollfd p = { .fd = from, .events = POLLIN };
	uint64_t begun;
	size_t k;
	char byte;
	int i;

	for (k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		for (i = 0; i < PLACES; i++)
			b[i].count = 0;
		if (read(from, &byte, 1) != 1)
			exit(1);
		while (poll(&p, 1, 0) == 0) {
			for (i = 0; i < PLACES; i++) {
				begun = clock_now();
				talk(b[i].fd, i == LOCKED
				    ? "LUSERS\r\nPING :x\r\n"
				    : "PING :x\r\n", "PONG");
				if (b[i].count < SAMPLES_MAX)
					b[i].samples[b[i].count++] = (uint32_t)
					    ((clock_now() - begun) / 1000);
			}
			usleep(EVERY_US);
		}
		if (read(from, &byte, 1) != 1)
			exit(1);
		for (i = 0; i < PLACES; i++)
			bystander_tell(&b[i], kinds[k].name, places[i], to);
	}
}

/* The child; returns its process ID, and the ends of two pipes. */
static pid_t
bystanders_start(int *ask, FILE **told)
{
	struct bystander b[PLACES];
	int in[2], out[2];
	char byte;
	pid_t pid;

	if (pipe(in) == -1 || pipe(out) == -1 || (pid = fork()) == -1)
		err(1, "fork");
	if (pid == 0) {
		FILE *to = fdopen(out[1], "w");
		close(in[1]);
		bystanders_connect(b);
		fputc('!', to);
		fflush(to);
		bystanders_run(b, in[0], to);
		fclose(to);
		_exit(0);
	}
	close(out[1]);
	close(in[0]);
	*ask = in[1];
	*told = fdopen(out[0], "r");
	if (read(out[0], &byte, 1) != 1)
		errx(1, "no bystanders");
	return pid;
}

/* ---- the asker ---- */

/* Each under a long name.  A few at a time: each is told to all who are there,
 * and they have to read it. */
static void
everyone_joins(void)
{
	char nick[16];
	size_t i;

	for (i = 0; i < crowd.count; i++) {
		client_queuef(&crowd.clients[i], "SETNAME :" A70 A70 "\r\n"
		    "JOIN #own-%s,#big\r\n",
		    client_nick((uint32_t)i, nick));
		if (i % 64 != 63 && i + 1 < crowd.count)
			continue;
		crowd_turn(0);
		while (joined < i + 1 && crowd.gone == 0)
			crowd_turn(100);
		crowd_settle(2);
	}
	crowd_settle(500);
	if (joined < crowd.count)
		errx(1, "%zu of %zu joined", joined, crowd.count);
}

static void
kind_run(size_t k, int ask, double seconds)
{
	unsigned long lines = crowd.lines;

	kind = &kinds[k];
	answers = 0;
	asking = 1;
	if (write(ask, "+", 1) != 1)
		err(1, "write");
	if (kind->ask != NULL)
		client_queue(
		    &crowd.clients[0], kind->ask, strlen(kind->ask));
	crowd_turn(0);
	watch_turns(seconds);
	if (write(ask, "-", 1) != 1)
		err(1, "write");
	asking = 0;
	crowd_settle(300);
	if (kind->ask != NULL)
		printf("%s_answers=%lu %s_lines=%lu ", kind->name, answers,
		    kind->name, crowd.lines - lines);
	if (kind->ask != NULL && answers == 0)
		crowd_error("%s was never answered", kind->name);
}

void
listing_run(const double *args)
{
	char told[4096];
	FILE *from;
	pid_t pid;
	size_t k;
	int ask, status;

	if (load.control == NULL)
		errx(2, "listing: which control socket");
	crowd.on_line = listing_line;
	kind = &kinds[0];
	if (crowd_register() == -1)
		exit(1);
	everyone_joins();
	pid = bystanders_start(&ask, &from);
	printf("clients=%.0f ", args[0]);
	for (k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
		kind_run(k, ask, args[1]);
	if (fgets(told, sizeof(told), from) == NULL)
		errx(1, "the bystanders said nothing");
	fputs(told + (told[0] == ' '), stdout);
	if (waitpid(pid, &status, 0) == -1 || status != 0)
		crowd_error("the bystanders ended with status %d", status);
}
