/* SPDX-License-Identifier: ISC */
/*
 * Attacks on a server with the default limits, each by one process that does
 * nothing else, and what honest users saw meanwhile (witness.h).
 *
 *	attacks [-s] [-t seconds] [name...]
 *
 * An attack lasts 10 seconds, or -t.  A table says how long the honest waited,
 * the slowest of a hundred: calm, during the attack, and, as a control, at an
 * idle server beside it meanwhile, which is what the machine makes of it.
 *
 * With -s it is a small one that lasts only as long as it takes to see that the
 * honest are served, nobody else is cut and the limit that is meant for it has
 * been at work: only that is asserted.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "witness.h"

enum {
	SILENT = 5000,         /* connections of slowloris */
	STORM = 200,           /* clients that storm */
	ROOMS = 20,            /* rooms of each, for who lists them */
	OPEN = 2000,           /* connections a flood has open at most */
	TEXT = 2048,           /* bytes that each of them says at a time */
	READ = 1 << 20,        /* and reads */
};

static struct server sv, quiet;
static int small;              /* -s */
static int ranked;             /* witness_rank() is allowed */
static int skipped;
static long seconds = 10;
static long made;              /* connections, or writes: what was done */
static long begun;             /* ms: since when */

/* Those of -s are a tenth. */
static int
size(int n)
{
	return small ? n / 10 : n;
}

/* ---- connections ---- */

/* From the address 127.0.NET.HOST; -1 when that cannot be. */
static int
raw_open(int port, int net, int host)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons((uint16_t)port) }, from = { .sin_family =
		AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    0), on = 1;

	if (fd < 0)
		return -1;
	from.sin_addr.s_addr = htonl((127u << 24) + (uint32_t)net * 256 +
	    (uint32_t)host);
	setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&from, sizeof(from)) == 0 &&
	    (connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0 ||
		errno == EINPROGRESS))
		return fd;
	close(fd);
	return -1;
}

/* The same, counted. */
static int
raw_connect(int port, int net, int host)
{
	int fd = raw_open(port, net, host);

	made += fd >= 0;
	return fd;
}

/* With a reset: no port stays in TIME_WAIT. */
static void
raw_close(int fd)
{
	struct linger l = { .l_onoff = 1, .l_linger = 0 };

	if (fd < 0)
		return;
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &l, sizeof(l));
	close(fd);
}

static int raw[SILENT], raw_said[SILENT];
static int raw_at;

static void
raw_start(void)
{
	int i;

	for (i = 0; i < SILENT; i++)
		raw[i] = -1;
	raw_at = 0;
}

static void
raw_stop(void)
{
	int i;

	for (i = 0; i < SILENT; i++)
		raw_close(raw[i]);
}

/* Slowloris: each of many says byte after byte of TEXT, one a second, from 50
 * addresses; who was closed comes again. */
static void
slowly_say(int port, const void *text, int len)
{
	char buf[512];
	int k, i;
	ssize_t n;

	for (k = 0; k < 5; k++, raw_at = (raw_at + 1) % size(SILENT)) {
		i = raw_at;
		if (raw[i] >= 0) {
			n = recv(raw[i], buf, sizeof(buf), 0);
			if (n > 0 || (n < 0 && errno == EAGAIN)) {
				raw_said[i] += send(raw[i], (const char *)text +
				    raw_said[i] % len, 1, MSG_NOSIGNAL) == 1;
				continue;
			}
			raw_close(raw[i]);
		}
		raw[i] = raw_connect(port, 1, 1 + i % 50);
		raw_said[i] = 0;
	}
}

static void
slowloris_turn(void)
{
	slowly_say(sv.port[0], "N", 1);
}

/* All of them, as quickly as they can be had. */
static void
slowly_start(void (*turn)(void))
{
	int i;

	raw_start();
	for (i = 0; i < size(SILENT); i += 5) {
		turn();
		poll(NULL, 0, 1);
	}
}

static void
slowloris_start(void)
{
	slowly_start(slowloris_turn);
}

/* Connects and resets, 10000 times a second, from 100 addresses. */
static void
connect_turn(void)
{
	long due = (clock_ms() - begun) * 10;
	int k, most = size(OPEN);

	for (k = 0; k < 100 && made < due; k++) {
		raw_close(raw[raw_at]);
		raw[raw_at] = raw_connect(sv.port[0], 2, 1 +
		    (int)(made % size(100)));
		raw_at = (raw_at + 1) % most;
	}
}

/* ---- handshakes ---- */

static int tls_port;

/* A ClientHello of TLS 1.3, with a key share that is good: what follows is all
 * that a handshake costs the server. */
static const unsigned char hello[] = {
	0x16, 3, 1, 0, 122, 1, 0, 0, 118, 3, 3,
	1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
	1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
	0,                               /* no session */
	0, 2, 0x13, 1,                   /* TLS_AES_128_GCM_SHA256 */
	1, 0, 0, 75,
	0, 0x0a, 0, 4, 0, 2, 0, 0x1d,    /* supported_groups: x25519 */
	0, 0x0d, 0, 14, 0, 12, 4, 3, 5, 3, 6, 3, 8, 4, 8, 7, 4, 1,
	0, 0x2b, 0, 3, 2, 3, 4,          /* supported_versions: 1.3 */
	0, 0x33, 0, 38, 0, 36, 0, 0x1d, 0, 32,
	9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
};

/* The same, of TLS. */
static void
shakes_turn(void)
{
	slowly_say(tls_port, hello, (int)sizeof(hello));
}

static void
shakes_start(void)
{
	slowly_start(shakes_turn);
}

/* A port that nobody has, a moment ago. */
static int
port_free(void)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(in);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_eq(bind(fd, (struct sockaddr *)&in, len), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&in, &len), 0);
	close(fd);
	return ntohs(in.sin_port);
}

/* Says ClientHello, and comes anew when that is answered, or it is closed, from
 * 50 addresses, 200 at a time: each that is answered has cost the server a key
 * and a signature. */
static void
handshake_turn(void)
{
	char buf[4096];
	ssize_t n;
	int k, i, most = size(200);

	for (k = 0; k < most; k++) {
		i = k;
		n = raw[i] < 0 ? 0 : recv(raw[i], buf, sizeof(buf), 0);
		if (n < 0 && (errno == EAGAIN || errno == ENOTCONN)) {
			/* not before it is connected */
			if (!raw_said[i] && send(raw[i], hello, sizeof(hello),
			        MSG_NOSIGNAL) == (ssize_t)sizeof(hello))
				raw_said[i] = 1;
			continue;
		}
		made += n > 0 && buf[0] == 0x16;
		raw_close(raw[i]);
		raw[i] = raw_open(tls_port, 4, 1 + i % size(50));
		raw_said[i] = 0;
	}
}

/* ---- storms ---- */

static struct client *storm[STORM];
static char text[STORM][TEXT];
static size_t text_at[STORM];

/* N of them, from eight addresses, in #storm. */
static void
storm_arrive(const char *room)
{
	char address[32];
	int i;

	for (i = 0; i < size(STORM); i++) {
		snprintf(address, sizeof(address), "127.0.3.%d", 1 + i % 8);
		storm[i] = client_connect_from(&sv, address, 0);
		snprintf(storm[i]->nick, sizeof(storm[i]->nick), "storm%d", i);
		client_send(storm[i], "NICK storm%d\r\nUSER u 0 * :S", i);
		client_expect(storm[i], "376 *");
		if (room != NULL) {
			client_send(storm[i], "JOIN %s", room);
			client_expect(storm[i], "366 *");
		}
		text_at[i] = 0;
	}
}

/* What each says, again and again: much at a time, so that it costs the server
 * more than us. */
static void
storm_says(int i, const char *line)
{
	size_t at = 0, n = strlen(line);

	for (; at + n < TEXT; at += n)
		memcpy(text[i] + at, line, n + 1);
}

static void
joins_start(void)
{
	int i;

	storm_arrive(NULL);
	for (i = 0; i < size(STORM); i++)
		storm_says(i, "JOIN #storm\r\nPART #storm\r\n");
}

static void
nicks_start(void)
{
	char line[64];
	int i;

	storm_arrive("#storm");
	for (i = 0; i < size(STORM); i++) {
		snprintf(line, sizeof(line), "NICK gale%d\r\nNICK storm%d\r\n",
		    i, i);
		storm_says(i, line);
	}
}

static void
says_start(void)
{
	int i;

	storm_arrive("#storm");
	for (i = 0; i < size(STORM); i++)
		storm_says(i, "PRIVMSG #storm :a hundred bytes or so of "
		    "text, which all others in the room are to hear, and "
		    "nobody wants\r\n");
}

/* Many rooms, and many who want to know all of them. */
static void
lists_start(void)
{
	int i, k;

	storm_arrive(NULL);
	for (i = 0; i < size(STORM); i++) {
		for (k = 0; k < ROOMS; k++)
			client_send(storm[i], "JOIN #room-%d-%d", i, k);
		for (k = 0; k < ROOMS; k++)
			client_expect(storm[i], "366 *");
		storm_says(i, "LIST\r\nWHO *\r\n");
	}
}

/* Each says as much as it may, and reads what it gets, but does not look. */
static void
storm_turn(void)
{
	size_t len;
	ssize_t n;
	int i;

	for (i = 0; i < size(STORM); i++) {
		len = strlen(text[i]);
		n = send(storm[i]->fd, text[i] + text_at[i], len - text_at[i],
		    MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n > 0)
			text_at[i] = (text_at[i] + (size_t)n) % len;
		while ((n = recv(storm[i]->fd, NULL, READ,
		    MSG_TRUNC | MSG_DONTWAIT)) == READ)
			;
		ck_assert_msg(n != 0, "storm%d was cut", i);
	}
}

static void
nothing(void)
{
}

/* ---- the table ---- */

static const struct attack {
	const char *name;
	void (*start)(void);   /* before the clocks of the honest run */
	void (*turn)(void);    /* a ms' worth */
	void (*stop)(void);
	const char *moves;     /* what of `mootctl status' grows by it */
	const char *what;      /* is it that they make */
} attacks[] = {
	{ "slowloris", slowloris_start, slowloris_turn, raw_stop,
	    "crowded_out", "silent connections" },
	{ "connections", raw_start, connect_turn, raw_stop,
	    "refused_rate", "connections" },
	{ "shakes", shakes_start, shakes_turn, raw_stop,
	    "tls_crowded_out", "silent by TLS" },
	{ "handshakes", raw_start, handshake_turn, raw_stop,
	    "tls_refused_rate", "TLS handshakes" },
	{ "joins", joins_start, storm_turn, nothing,
	    "delayed", "JOIN, PART" },
	{ "nicks", nicks_start, storm_turn, nothing,
	    "delayed", "NICK" },
	{ "messages", says_start, storm_turn, nothing,
	    "delayed", "PRIVMSG to all" },
	{ "lists", lists_start, storm_turn, nothing,
	    "lines", "LIST, WHO *" },
};

enum { ATTACKS = sizeof(attacks) / sizeof(attacks[0]) };

static void
server_ready(struct server *s, int port)
{
	server_init(s);
	server_set(s, "workers", "2");
	server_set(s, "flood", NULL);
	server_set(s, "connection-rate", NULL);
	server_set(s, "max-unregistered", NULL);
	server_set(s, "max-clients-per-address", NULL);
	if (small)
		server_set(s, "max-clients", "1000");
	if (port != 0)
		server_add(s, "listen-tls 127.0.0.1:%d", port);
	if (port != 0 && small)
		server_set(s, "tls-handshakes", "100");
	/* the honest are many people at one address, and two who talk more
	 * than anybody should */
	server_add(s, "exempt 127.0.0.1");
	server_start(s);
	if (port != 0)
		wait_for(strcmp(server_status(s, "tls"), "serving") == 0,
		    20000);
}

static void
report_head(void)
{
	int i;

	if (!small && !ranked)
		printf("(No real-time scheduling for servers and witnesses: "
		    "they wait for the attacker, and for whatever else the "
		    "machine does.)\n");
	printf("%-40s%32s%32s\n%-40s", "p99 in ms", "a line is heard",
	    "one connects and registers", "attack       made a second");
	for (i = 0; i < 2; i++)
		printf("%8s%8s%8s%8s", "calm", "control", "attack", "factor");
	printf("\n");
}

static void
report_times(const double *p99)
{
	printf("%8.2f%8.2f%8.2f%8.1f", p99[CALM], p99[BESIDE], p99[DURING],
	    p99[DURING] / p99[CALM]);
}

/* What is so many a second is what the attacker did, or was let do. */
static void
report(const struct attack *a, const struct witness *w, long rate)
{
	printf("%-12s %6ld %-20s", a->name, rate, a->what);
	report_times(w->line_p99);
	report_times(w->coming_p99);
	printf("  %d lines, %d came, %d were refused; %s %s\n",
	    w->lines[DURING], w->comings[DURING], w->refused, a->moves,
	    server_status(&sv, a->moves));
}

/* What the server has carried out, in lines. */
static long
carried_out(void)
{
	return atol(server_status(&sv, "lines"));
}

static void
attack_for_a_while(const struct attack *a)
{
	long end = clock_ms() + (small ? 100 : 1000);

	while (clock_ms() < end) {
		a->turn();
		poll(NULL, 0, 1);
	}
}

/* Two servers, one of which is left in peace. */
static void
servers_ready(void)
{
	if (ranked)
		witness_rank(RANK_SERVER);
	server_ready(&sv, tls_port);
	if (ranked)
		witness_rank(RANK_IDLE);
	server_ready(&quiet, tls_port != 0 ? port_free() : 0);
	if (ranked)
		witness_rank(RANK_OTHER);
}

static int
is_tls(const struct attack *a)
{
	return a->turn == handshake_turn || a->turn == shakes_turn;
}

static void
run(const struct attack *a)
{
	struct witness w;
	long rate;

	tls_port = is_tls(a) ? port_free() : 0;
	servers_ready();
	if (a->turn == storm_turn)
		a->start(); /* they are honest up to here */
	witness_start(&sv, &quiet, small);
	if (!ranked)
		ck_assert_int_eq(setpriority(PRIO_PROCESS, 0, 10), 0);
	if (a->turn != storm_turn)
		a->start();
	witness_attack();
	begun = clock_ms();
	made = a->turn == storm_turn ? -carried_out() : 0;
	while (small ? !witness_enough() ||
	        atoi(server_status(&sv, a->moves)) == 0
	    : clock_ms() - begun < seconds * 1000)
		attack_for_a_while(a);
	if (a->turn == storm_turn)
		made += carried_out();
	rate = made * 1000 / (clock_ms() - begun);
	witness_stop(&w);
	report(a, &w, rate);
	ck_assert_int_gt(w.lines[DURING], 0);
	ck_assert_int_gt(w.comings[DURING], 0);
	ck_assert_int_gt(atoi(server_status(&sv, a->moves)), 0);
	a->stop();
	client_quit_all();
	server_stop(&sv);
	server_stop(&quiet);
}

/* Whether there is a mootd-tls beside the mootd that is tested. */
static int
has_tls(void)
{
	const char *mootd = getenv("MOOTD");
	char path[4096];

	snprintf(path, sizeof(path), "%s-tls",
	    mootd != NULL ? mootd : "./mootd");
	return access(path, X_OK) == 0;
}

/* Each in a process of its own, whose priority is its own. */
static int
run_apart(const struct attack *a)
{
	pid_t pid;

	if (is_tls(a) && !has_tls()) {
		printf("SKIPPED: %s: no mootd-tls\n", a->name);
		skipped++;
		return 0;
	}
	pid = fork();
	if (pid == 0) {
		run(a);
		exit(0);
	}
	return pid > 0 && server_reap(pid, 600000) == 0 ? 0 : 1;
}

static int
is_wanted(const char *name, char **names)
{
	if (*names == NULL)
		return 1;
	for (; *names != NULL; names++)
		if (strcmp(*names, name) == 0)
			return 1;
	return 0;
}

int
main(int argc, char **argv)
{
	struct rlimit rl;
	int opt, i, bad = 0, n = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	while ((opt = getopt(argc, argv, "st:")) != -1)
		if (opt == 's')
			small = 1;
		else if (opt == 't')
			seconds = atol(optarg);
		else
			return 2;
	signal(SIGPIPE, SIG_IGN);
	if (getrlimit(RLIMIT_NOFILE, &rl) == 0) {
		rl.rlim_cur = rl.rlim_max;
		setrlimit(RLIMIT_NOFILE, &rl);
	}
	ranked = !small && witness_rank(RANK_SERVER) == 0 &&
	    witness_rank(RANK_OTHER) == 0;
	report_head();
	for (i = 0; i < ATTACKS; i++)
		if (is_wanted(attacks[i].name, argv + optind)) {
			n++;
			bad += run_apart(&attacks[i]);
		}
	printf("attacks: %d passed, %d failed, %d skipped\n",
	    n - bad - skipped, bad, skipped);
	return bad > 0 || n == 0;
}
