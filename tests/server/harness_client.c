/* SPDX-License-Identifier: ISC */
/*
 * The clients of the tests: non-blocking sockets with a buffer of lines.
 *
 * Every line a server sends passes client_line_now, which refuses what no
 * client could read: a line without CR LF, with NUL or CR inside, or longer
 * than the protocol allows.  So each test watches the wire as well.  What
 * was skipped while waiting for something is kept, the last dozen lines, and
 * told when the wait fails.
 */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "harness.h"
#include "scram.h"

enum { CLIENTS_MAX = 12000 };

static struct client *clients[CLIENTS_MAX];
static int nclients;

/* ---- Life ---- */

struct client *
client_on(struct server *sv, int fd)
{
	struct client *c = calloc(1, sizeof(*c));

	ck_assert_int_lt(nclients, CLIENTS_MAX);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	c->sv = sv;
	c->fd = fd;
	c->isupport = calloc(1, 1);
	strcpy(c->nick, "*");
	clients[nclients++] = c;
	return c;
}

struct client *
client_connect_from(struct server *sv, const char *address, int port)
{
	struct sockaddr_in to = { .sin_family = AF_INET }, from = to;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

	ck_assert_msg(fd != -1, "socket: %s", strerror(errno));
	inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
	to.sin_port = htons((uint16_t)(port != 0 ? port : sv->port[0]));
	if (address != NULL) {
		inet_pton(AF_INET, address, &from.sin_addr);
		ck_assert_msg(bind(fd, (struct sockaddr *)&from,
		    sizeof(from)) == 0, "bind %s: %s", address,
		    strerror(errno));
	}
	ck_assert_msg(connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0,
	    "connect to port %d: %s", ntohs(to.sin_port), strerror(errno));
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return client_on(sv, fd);
}

struct client *
client_connect_local(struct server *sv)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_msg(fd != -1, "socket: %s", strerror(errno));
	strcpy(un.sun_path, sv->local);
	ck_assert_msg(connect(fd, (struct sockaddr *)&un, sizeof(un)) == 0,
	    "connect to %s: %s", sv->local, strerror(errno));
	return client_on(sv, fd);
}

struct client *
client_connect(struct server *sv)
{
	if (sv->connect != NULL)
		return sv->connect(sv);
	return sv->local[0] != '\0' ? client_connect_local(sv)
	                            : client_connect_from(sv, NULL, 0);
}

/* The PROXY protocol, version 2: "2.2. Binary header format"; written from
 * that, with nothing in common with the server's. */
void
client_pass_on(struct client *c, const char *address, int certificate)
{
	static const char ssl[] = "\x20\0\x28\1\0\0\0\1"
	    "\x21\0\x07" CLIENT_TLS "\x23\0\x16" CLIENT_CIPHER;
	static const char head[] = "\r\n\r\n\0\r\nQUIT\n\x21\x11\0";
	char buf[256];
	size_t n = sizeof(head); /* and a byte of length */

	memcpy(buf, head, n);
	inet_pton(AF_INET, address, buf + n);
	memcpy(buf + n + 4, "\x7f\0\0\1\xff\xfe\x1a\x29", 8);
	n += 12;
	memcpy(buf + n, ssl, sizeof(ssl) - 1);
	n += sizeof(ssl) - 1;
	if (certificate != 0) {
		memcpy(buf + n, "\xe0\0\x20", 3);
		memset(buf + n + 3, certificate, 32);
		n += 3 + 32;
	}
	buf[15] = (char)(n - 16);
	client_write(c, buf, n);
}

struct client *
client_connect_passed(struct server *sv, const char *from, int certificate)
{
	struct client *c = client_connect_from(sv, from, 0);

	client_pass_on(c, "192.0.2.1", certificate);
	return c;
}

void
client_go_on_as(struct client *c, const char *nick)
{
	snprintf(c->nick, sizeof(c->nick), "%s", nick);
	client_send(c, "NICK %s\r\nUSER u 0 * :Real\r\nCAP END", nick);
	client_expect(c, "376 *");
}

const char *
client_fingerprint(int certificate)
{
	static char text[4][65];
	static unsigned turn;
	char *p = text[turn++ % 4];
	int i;

	for (i = 0; i < 32; i++)
		snprintf(p + 2 * i, 3, "%02x", certificate & 255);
	return p;
}

static void
client_free(struct client *c)
{
	int i;

	for (i = 0; i < nclients; i++)
		if (clients[i] == c)
			clients[i] = clients[--nclients];
	for (i = 0; i < CLIENT_RECENT; i++)
		free(c->recent[i]);
	if (c->io != NULL)
		c->io->end(c);
	close(c->fd);
	free(c->in);
	free(c->block);
	free(c->isupport);
	free(c);
}

void
client_close(struct client *c)
{
	client_free(c);
}

void
client_reset(struct client *c)
{
	struct linger hard = { 1, 0 };

	setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
	client_free(c);
}

void
client_quit_all(void)
{
	static const char quit[] = "\r\nQUIT\r\n";
	long end = clock_ms() + 1000;
	struct client *c;
	int i;

	for (i = 0; i < nclients; i++)
		if (!clients[i]->eof)
			client_offer(clients[i], quit, sizeof(quit) - 1);
	while (nclients > 0) {
		c = clients[nclients - 1];
		while (!c->eof && clock_ms() < end) {
			struct pollfd pfd = { .fd = c->fd, .events = POLLIN };
			poll(&pfd, 1, 20);
			client_fill(c);
			c->pos = c->len = 0;
		}
		client_free(c);
	}
}

int
client_port(const struct client *c)
{
	struct sockaddr_in in;
	socklen_t len = sizeof(in);

	if (getsockname(c->fd, (struct sockaddr *)&in, &len) == -1)
		return 0;
	return ntohs(in.sin_port);
}

/* ---- Writing ---- */

ssize_t
client_offer(struct client *c, const void *data, size_t len)
{
	ssize_t n;

	if (c->io != NULL)
		return c->io->send(c, data, len);
	n = send(c->fd, data, len, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (n >= 0)
		return n;
	return errno == EAGAIN || errno == EINTR ? 0 : -1;
}

/*
 * Reads while it waits, so that two peers with full buffers do not wait for
 * each other.  A connection that is gone swallows the rest: client_eof and
 * client_expect tell.
 */
void
client_write(struct client *c, const void *data, size_t len)
{
	long end = clock_ms() + harness_ms(HARNESS_WAIT);
	const char *p = data;
	ssize_t n;

	while (len > 0) {
		struct pollfd pfd = { c->fd, POLLOUT, 0 };

		if ((n = client_offer(c, p, len)) == -1)
			return;
		p += n;
		len -= (size_t)n;
		if (len == 0)
			return;
		ck_assert_msg(clock_ms() < end, "%s: %zu bytes not taken",
		    c->nick, len);
		client_fill(c);
		poll(&pfd, 1, 50);
	}
}

void
client_send(struct client *c, const char *fmt, ...)
{
	va_list ap;
	char *text;
	int len;

	va_start(ap, fmt);
	len = vasprintf(&text, fmt, ap);
	va_end(ap);
	ck_assert_int_ge(len, 0);
	text = realloc(text, (size_t)len + 3);
	memcpy(text + len, "\r\n", 3);
	client_write(c, text, (size_t)len + 2);
	free(text);
}

/* ---- Reading ---- */

void
client_fill(struct client *c)
{
	ssize_t n;

	while (!c->eof) {
		if (c->pos == c->len)
			c->pos = c->len = 0;
		if (c->len == c->size && c->pos > 0) {
			memmove(c->in, c->in + c->pos, c->len - c->pos);
			c->len -= c->pos;
			c->pos = 0;
			c->line = NULL;
		}
		if (c->len == c->size) {
			c->size = c->size == 0 ? 4096 : c->size * 2;
			c->in = realloc(c->in, c->size);
			c->line = NULL;
		}
		n = c->io != NULL
		    ? c->io->recv(c, c->in + c->len, c->size - c->len)
		    : recv(c->fd, c->in + c->len, c->size - c->len,
		          MSG_DONTWAIT);
		if (n > 0) {
			c->len += (size_t)n;
			continue;
		}
		if (n == 0 || (errno != EAGAIN && errno != EINTR))
			c->eof = 1;
		return;
	}
}

/* What no server may send, whatever the test is about. */
static void
line_check(struct client *c, const char *line, size_t len)
{
	const char *rest = line[0] == '@' ? memchr(line, ' ', len) : NULL;
	size_t tags = rest == NULL ? 0 : (size_t)(rest - line) + 1;

	ck_assert_msg(len > 0 && line[len - 1] == '\r',
	    "%s: line without CR: %.*s", c->nick, (int)len, line);
	len--;
	ck_assert_msg(memchr(line, '\r', len) == NULL &&
	    memchr(line, '\0', len) == NULL,
	    "%s: CR or NUL in line: %.*s", c->nick, (int)len, line);
	ck_assert_msg(tags <= 8191 && len - tags <= 510,
	    "%s: line of %zu+%zu bytes: %.*s", c->nick, tags, len - tags,
	    (int)len, line);
}

static void
line_split(struct client *c)
{
	char *p = c->line, *end;

	c->source = c->line + strlen(c->line);
	if (*p == '@') {
		p += strcspn(p, " ");
		p += strspn(p, " ");
	}
	if (*p == ':') {
		c->source = p + 1;
		end = p + strcspn(p, " ");
		p = end + strspn(end, " ");
	}
	c->body = p;
}

static void
line_remember(struct client *c)
{
	char **slot = &c->recent[c->nrecent++ % CLIENT_RECENT];

	free(*slot);
	*slot = strdup(c->line);
}

int
client_line_now(struct client *c)
{
	char *end;
	size_t len;

	for (;;) {
		if (c->len == c->pos)
			return 0;
		end = memchr(c->in + c->pos, '\n', c->len - c->pos);
		if (end == NULL)
			return 0;
		c->line = c->in + c->pos;
		len = (size_t)(end - c->line);
		c->pos += len + 1;
		line_check(c, c->line, len);
		c->line[len - 1] = '\0';
		line_split(c);
		if (strncmp(c->body, "PING ", 5) == 0 && !c->mute) {
			client_send(c, "PONG %s", c->body + 5);
			continue;
		}
		line_remember(c);
		return 1;
	}
}

int
client_line(struct client *c, long ms)
{
	long end = clock_ms() + ms, left;

	for (;;) {
		struct pollfd pfd = { .fd = c->fd, .events = POLLIN };

		if (client_line_now(c))
			return 1;
		if (c->eof || (left = end - clock_ms()) < 0)
			return 0;
		poll(&pfd, 1, (int)left + 1);
		client_fill(c);
	}
}

/* ---- Matching ---- */

/* '*' any text, "\*" a star; the rest as it is. */
static int
glob_match(const char *pat, const char *text)
{
	const char *star = NULL, *back = NULL;

	while (*text != '\0' || *pat != '\0') {
		if (*pat == '*') {
			star = ++pat;
			back = text;
			continue;
		}
		if (*text != '\0') {
			const char *p = pat[0] == '\\' && pat[1] == '*' ?
			    pat + 1 : pat;
			if (*p == *text) {
				pat = p + 1;
				text++;
				continue;
			}
		}
		if (star == NULL || *back == '\0')
			return 0;
		pat = star;
		text = ++back;
	}
	return 1;
}

int
client_matches(const struct client *c, const char *pattern)
{
	const char *text = c->body;

	if (pattern[0] == '@')
		text = c->line;
	else if (pattern[0] == ':')
		text = c->source[0] != '\0' ? c->source - 1 : c->body;
	return glob_match(pattern, text);
}

/* Ends the test: what was wanted and the lines that came last. */
static void
client_fail(const char *file, int line, struct client *c, const char *what,
    const char *pattern)
{
	char text[4000];
	size_t len = 0;
	unsigned i;

	text[0] = '\0';
	for (i = c->nrecent < CLIENT_RECENT ? 0 : c->nrecent - CLIENT_RECENT;
	    i < c->nrecent && len < sizeof(text) - 1; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
		    "\n    %.300s", c->recent[i % CLIENT_RECENT]);
	ck_abort_msg("%s:%d: %s %s: %s%s; %s; last lines:%s", file, line,
	    c->nick, what, pattern, c->eof ? " (connection closed)" : "",
	    c->sv->log, text);
}

const char *
client_expect_at(const char *file, int line, struct client *c,
    const char *fmt, ...)
{
	long end = clock_ms() + harness_ms(HARNESS_WAIT), left;
	char pattern[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(pattern, sizeof(pattern), fmt, ap);
	va_end(ap);
	while ((left = end - clock_ms()) > 0 && client_line(c, left))
		if (client_matches(c, pattern))
			return c->line;
	client_fail(file, line, c, "wants", pattern);
	return NULL;
}

const char *
client_expect_next_at(const char *file, int line, struct client *c,
    const char *fmt, ...)
{
	char pattern[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(pattern, sizeof(pattern), fmt, ap);
	va_end(ap);
	if (!client_line(c, harness_ms(HARNESS_WAIT)) ||
	    !client_matches(c, pattern))
		client_fail(file, line, c, "wants next", pattern);
	return c->line;
}

const char *
client_ask_at(const char *file, int line, struct client *c, const char *send,
    const char *pattern)
{
	char what[600];
	long end = clock_ms() + harness_ms(HARNESS_WAIT), left;

	client_send(c, "%s", send);
	while ((left = end - clock_ms()) > 0 && client_line(c, left))
		if (client_matches(c, pattern))
			return c->line;
	snprintf(what, sizeof(what), "sent \"%.500s\", wants", send);
	client_fail(file, line, c, what, pattern);
	return NULL;
}

void
client_chanserv(struct client *c, const char *order, const char *answer)
{
	client_send(c, "CS %s", order);
	client_expect(c, ":ChanServ!* NOTICE * :%s", answer);
}

/* A word no other line holds. */
static void
client_token(struct client *c, char *buf, size_t size)
{
	snprintf(buf, size, "tok-%d-%lu", client_port(c), ++c->serial);
}

void
client_expect_none_at(const char *file, int line, struct client *c,
    const char *fmt, ...)
{
	long end = clock_ms() + harness_ms(HARNESS_WAIT), left;
	char pattern[1024], token[64], pong[80];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(pattern, sizeof(pattern), fmt, ap);
	va_end(ap);
	client_token(c, token, sizeof(token));
	client_send(c, "PING %s", token);
	snprintf(pong, sizeof(pong), "PONG *%s", token);
	while ((left = end - clock_ms()) > 0 && client_line(c, left)) {
		if (client_matches(c, pong))
			return;
		if (client_matches(c, pattern))
			client_fail(file, line, c, "must not get", pattern);
	}
	client_fail(file, line, c, "wants", pong);
}

void
client_sync(struct client *c)
{
	char token[64];

	client_token(c, token, sizeof(token));
	client_send(c, "PING %s", token);
	client_expect(c, "PONG *%s", token);
}

static void
block_add(struct client *c)
{
	size_t have = c->block == NULL ? 0 : strlen(c->block);
	size_t len = strlen(c->line);

	c->block = realloc(c->block, have + len + 2);
	memcpy(c->block + have, c->line, len);
	memcpy(c->block + have + len, "\n", 2);
}

void
client_block_at(const char *file, int line, struct client *c,
    const char *fmt, ...)
{
	long end = clock_ms() + harness_ms(HARNESS_WAIT), left;
	char pattern[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(pattern, sizeof(pattern), fmt, ap);
	va_end(ap);
	free(c->block);
	c->block = NULL;
	while ((left = end - clock_ms()) > 0 && client_line(c, left)) {
		block_add(c);
		if (client_matches(c, pattern))
			return;
	}
	client_fail(file, line, c, "wants, to end the block,", pattern);
}

void
client_barrier(struct client *from, struct client *to)
{
	char token[64];

	client_sync(from);
	client_token(from, token, sizeof(token));
	client_send(from, "NOTICE %s :%s", to->nick, token);
	client_block(to, "NOTICE * *%s", token);
}

int
client_block_count(struct client *c, const char *pattern)
{
	char *copy = strdup(c->block == NULL ? "" : c->block), *p, *save;
	char *kept = c->line;
	int n = 0;

	for (p = strtok_r(copy, "\n", &save); p != NULL;
	    p = strtok_r(NULL, "\n", &save)) {
		c->line = p;
		line_split(c);
		n += client_matches(c, pattern);
	}
	c->line = kept;
	if (kept != NULL)
		line_split(c);
	free(copy);
	return n;
}

void
client_block_has_at(const char *file, int line, struct client *c,
    const char *pattern)
{
	if (client_block_count(c, pattern) == 0)
		ck_abort_msg("%s:%d: %s wants a line: %s\nin the block:\n"
		    "%.3000s", file, line, c->nick, pattern,
		    c->block == NULL ? "" : c->block);
}

void
client_eof_at(const char *file, int line, struct client *c)
{
	long end = clock_ms() + harness_ms(HARNESS_WAIT), left;

	while ((left = end - clock_ms()) > 0 && client_line(c, left))
		;
	if (!c->eof)
		client_fail(file, line, c, "wants", "end of the connection");
}

char *
client_tag(const struct client *c, const char *key, char *buf, size_t size)
{
	size_t len = strlen(key), n;
	const char *p = c->line;

	if (*p != '@')
		return NULL;
	for (p++; *p != ' ' && *p != '\0'; p += n + (p[n] == ';')) {
		n = strcspn(p, "; ");
		if (strncmp(p, key, len) != 0 ||
		    (p[len] != '=' && len != n))
			continue;
		if (len < n)
			len++;
		snprintf(buf, size, "%.*s", (int)(n - len), p + len);
		return buf;
	}
	return NULL;
}

/* ---- Registering ---- */

static void
isupport_add(struct client *c)
{
	char *from = strchr(c->body + 4, ' ');
	size_t have = strlen(c->isupport), len;

	if (from == NULL)
		return;
	len = strlen(from);
	c->isupport = realloc(c->isupport, have + len + 1);
	memcpy(c->isupport + have, from, len + 1);
}

char *
client_isupport(const struct client *c, const char *token, char *buf,
    size_t size)
{
	size_t len = strlen(token);
	const char *p = c->isupport;

	while ((p = strstr(p, token)) != NULL) {
		const char *value = p + len;

		if (p > c->isupport && p[-1] == ' ' &&
		    (*value == '=' || *value == ' ' || *value == '\0')) {
			value += *value == '=';
			snprintf(buf, size, "%.*s", (int)strcspn(value, " "),
			    value);
			return buf;
		}
		p = value;
	}
	return NULL;
}

/* Waits for the end of the MOTD; a nick that an earlier test has not let go
 * yet is asked for again. */
void
client_welcome(struct client *c)
{
	long end = clock_ms() + harness_ms(HARNESS_WAIT), left;

	while ((left = end - clock_ms()) > 0 && client_line(c, left)) {
		if (client_matches(c, "005 *"))
			isupport_add(c);
		if (client_matches(c, "376 *") || client_matches(c, "422 *"))
			return;
		if (client_matches(c, "433 *")) {
			harness_tick();
			client_send(c, "NICK %s", c->nick);
		}
	}
	client_fail(__FILE__, __LINE__, c, "wants", "to be registered");
}

struct client *
client_register_as(struct server *sv, const char *nick, const char *user,
    const char *caps)
{
	struct client *c = client_connect(sv);

	snprintf(c->nick, sizeof(c->nick), "%s", nick);
	if (caps != NULL && caps[0] != '\0')
		client_send(c, "CAP REQ :%s\r\nNICK %s\r\n"
		    "USER %.9s 0 * :Real %s\r\nCAP END", caps, nick, user,
		    user);
	else
		client_send(c, "NICK %s\r\nUSER %.9s 0 * :Real %s", nick, user,
		    user);
	if (caps != NULL && caps[0] != '\0')
		client_expect(c, "CAP * ACK :*");
	client_welcome(c);
	return c;
}

struct client *
client_register_with(struct server *sv, const char *nick, const char *caps)
{
	return client_register_as(sv, nick, nick, caps);
}

struct client *
client_register(struct server *sv, const char *nick)
{
	return client_register_as(sv, nick, nick, NULL);
}

struct client *
client_login(struct server *sv, const char *nick, const char *caps)
{
	return client_login_at(client_connect(sv), nick, caps);
}

struct client *
client_login_at(struct client *c, const char *nick, const char *caps)
{
	snprintf(c->nick, sizeof(c->nick), "%s", nick);
	client_send(c, "CAP REQ :sasl %s", caps);
	client_send(c, "NICK %s", nick);
	client_send(c, "USER %.9s 0 * :Real", nick);
	client_send(c, "REGISTER %s * :secret", nick);
	while (client_line(c, HARNESS_WAIT) && !client_matches(c, "FAIL *") &&
	       !client_matches(c, "REGISTER *"))
		;
	if (client_matches(c, "FAIL *")) {
		client_ask(c, "AUTHENTICATE PLAIN", "AUTHENTICATE +");
		client_send(
		    c, "AUTHENTICATE %s", plain_message(nick, "secret"));
	}
	client_expect(c, "900 * %s :*", nick);
	client_send(c, "CAP END");
	client_expect(c, "001 %s *", nick);
	client_sync(c);
	return c;
}

void
client_register_many(struct server *sv, struct client **v, int n,
    const char *prefix)
{
	enum { CHUNK = 100 };
	int i, j;

	for (i = 0; i < n; i += CHUNK) {
		for (j = i; j < n && j < i + CHUNK; j++) {
			v[j] = client_connect(sv);
			snprintf(v[j]->nick, sizeof(v[j]->nick), "%s%d",
			    prefix, j + 1);
			client_send(v[j], "NICK %s\r\nUSER u%d 0 * :Many",
			    v[j]->nick, j + 1);
		}
		for (j = i; j < n && j < i + CHUNK; j++)
			client_welcome(v[j]);
	}
}

/* ---- Many at once ---- */

void
client_pump(struct client **v, int n,
    void (*line)(struct client *c, int index, void *arg),
    int (*done)(void *arg), void *arg, long ms)
{
	struct pollfd *pfd = calloc((size_t)n, sizeof(*pfd));
	long end = clock_ms() + harness_ms(ms);
	int i;

	for (;;) {
		for (i = 0; i < n; i++)
			while (client_line_now(v[i]))
				line(v[i], i, arg);
		if (done(arg))
			break;
		ck_assert_msg(clock_ms() < end, "client_pump: not done after "
		    "%ld ms", ms);
		for (i = 0; i < n; i++) {
			pfd[i].fd = v[i]->eof ? -1 : v[i]->fd;
			pfd[i].events = POLLIN;
		}
		poll(pfd, (nfds_t)n, 20);
		for (i = 0; i < n; i++)
			if (pfd[i].revents != 0)
				client_fill(v[i]);
	}
	free(pfd);
}
