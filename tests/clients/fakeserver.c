/* SPDX-License-Identifier: ISC */
/*
 * A server that says what a script tells it to: for what a real one never
 * does, and for when it must be done at a certain point.
 *
 *     fakeserver PORTFILE LOGFILE SCRIPT...
 *
 * Listens on a free port of 127.0.0.1, writes its number to PORTFILE, and
 * plays one SCRIPT for each connection, in order; then it exits.  Every line
 * that comes is appended to LOGFILE, after the number of the connection and a
 * colon.  A script has an order a line:
 *
 *     > TEXT      sends TEXT and CR LF; \xHH is a byte, \\ a backslash
 *     >> N TEXT   sends TEXT N times, without a line end
 *     < TEXT      reads until a line that begins with TEXT has come
 *     serve       answers PINGs until QUIT has come, or the end
 *     hang        says nothing more, until the other end closes
 *
 * and the connection is closed at its end.  Whatever it waits for longer than
 * WAIT_MOST seconds ends it with status 1, so that no test hangs on it.
 */

#include <netinet/in.h>
#include <sys/socket.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WAIT_MOST = 30 };

struct peer {
	int number;
	FILE *in, *out, *log;
	char line[16384];
};

static void
fail(const char *what)
{
	perror(what);
	exit(1);
}

/* The next line, logged; 0 at the end of the connection. */
static int
peer_read(struct peer *p)
{
	if (fgets(p->line, sizeof(p->line), p->in) == NULL)
		return 0;
	p->line[strcspn(p->line, "\r\n")] = '\0';
	fprintf(p->log, "%d:%s\n", p->number, p->line);
	fflush(p->log);
	return 1;
}

static void
peer_put(struct peer *p, const char *s)
{
	unsigned int byte;

	for (; *s != '\0'; s++) {
		if (s[0] == '\\' && s[1] == 'x' &&
		    sscanf(s + 2, "%2x", &byte) == 1) {
			putc((int)byte, p->out);
			s += 3;
		} else if (s[0] == '\\' && s[1] == '\\')
			putc(*++s, p->out);
		else
			putc(*s, p->out);
	}
}

static void
order_send(struct peer *p, const char *arg)
{
	peer_put(p, arg);
	peer_put(p, "\\x0d\\x0a");
	fflush(p->out);
}

static void
order_repeat(struct peer *p, const char *arg)
{
	char *text;
	long n = strtol(arg, &text, 10);

	while (n-- > 0)
		peer_put(p, text + (*text == ' '));
	fflush(p->out);
}

static void
order_expect(struct peer *p, const char *arg)
{
	while (peer_read(p))
		if (strncmp(p->line, arg, strlen(arg)) == 0)
			return;
}

static void
order_serve(struct peer *p, const char *arg)
{
	(void)arg;
	while (peer_read(p)) {
		if (strncmp(p->line, "QUIT", 4) == 0) {
			order_send(p, "ERROR :goodbye");
			return;
		}
		if (strncmp(p->line, "PING ", 5) == 0) {
			fprintf(p->out, ":fake PONG fake %s\r\n", p->line + 5);
			fflush(p->out);
		}
	}
}

static void
order_hang(struct peer *p, const char *arg)
{
	(void)arg;
	while (peer_read(p))
		;
}

static const struct order {
	const char *name;
	void (*run)(struct peer *, const char *);
} orders[] = {
	{ ">> ", order_repeat },
	{ "> ", order_send },
	{ "< ", order_expect },
	{ "serve", order_serve },
	{ "hang", order_hang },
};

static void
peer_obey(struct peer *p, const char *line)
{
	size_t i, len;

	for (i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		len = strlen(orders[i].name);
		if (strncmp(line, orders[i].name, len) == 0) {
			orders[i].run(p, line + len);
			return;
		}
	}
}

static void
peer_play(int fd, int number, const char *file, FILE *log)
{
	struct peer p = { .number = number, .log = log };
	FILE *script = fopen(file, "r");
	char line[16384];

	if (script == NULL)
		fail(file);
	p.in = fdopen(fd, "r");
	p.out = fdopen(dup(fd), "w");
	if (p.in == NULL || p.out == NULL)
		fail("fdopen");
	while (fgets(line, sizeof(line), script) != NULL) {
		alarm(WAIT_MOST);
		line[strcspn(line, "\n")] = '\0';
		peer_obey(&p, line);
	}
	fclose(script);
	fclose(p.out);
	fclose(p.in);
}

static int
listener_open(const char *portfile)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t len = sizeof(a);
	FILE *f;
	int fd;

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	if (fd == -1 || bind(fd, (struct sockaddr *)&a, len) == -1 ||
	    listen(fd, 8) == -1 ||
	    getsockname(fd, (struct sockaddr *)&a, &len) == -1)
		fail("listen");
	f = fopen(portfile, "w");
	if (f == NULL || fprintf(f, "%d\n", ntohs(a.sin_port)) < 0 ||
	    fclose(f) != 0)
		fail(portfile);
	return fd;
}

int
main(int argc, char **argv)
{
	FILE *log;
	int fd, peer, i;

	if (argc < 4) {
		fputs("usage: fakeserver PORTFILE LOGFILE SCRIPT...\n", stderr);
		return 1;
	}
	signal(SIGPIPE, SIG_IGN);
	log = fopen(argv[2], "a");
	if (log == NULL)
		fail(argv[2]);
	fd = listener_open(argv[1]);
	for (i = 3; i < argc; i++) {
		alarm(WAIT_MOST);
		peer = accept(fd, NULL, NULL);
		if (peer == -1)
			fail("accept");
		peer_play(peer, i - 2, argv[i], log);
	}
	return 0;
}
