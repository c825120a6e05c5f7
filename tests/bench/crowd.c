/* SPDX-License-Identifier: ISC */
/*
 * A crowd of IRC clients in one process: connects them, registers them, cuts
 * what arrives into lines for the scenario, and sends what it queues.
 *
 * The load must cost far less than the server under it, so a client reads into
 * one shared buffer and keeps only the beginning of a line, and its output
 * goes out once at the end of a turn.  Beyond PER_ADDRESS clients the next
 * source address in 127/8 is used, as one address has only so many ports.
 *
 * What a server does wrong (a close, an ERROR, a refusal) is counted and said
 * on standard error; what this process lacks ends it.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "crowd.h"
#include "secure.h"

#define CARRY_LEN 8192
#define READ_LEN 262144
#define EVENTS 1024
#define ERRORS_SAID 20

struct crowd crowd;

static struct crowd_options options;
static struct client **dirty;
static size_t dirty_count;
static size_t next_client; /* not yet connecting */
static size_t pending;     /* connecting or registering */
static int poller;

static void *
grow(void *p, size_t len)
{
	p = realloc(p, len);
	if (p == NULL)
		err(1, "realloc");
	return p;
}

uint64_t
clock_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

void
crowd_error(const char *format, ...)
{
	va_list ap;

	if (++crowd.errors > ERRORS_SAID)
		return;
	va_start(ap, format);
	vwarnx(format, ap);
	va_end(ap);
}

const char *
client_nick(uint32_t index, char *buf)
{
	snprintf(buf, 16, "b%05u", (unsigned)index);
	return buf;
}

static void
client_gone(struct client *c)
{
	if (c->state == CLIENT_READY)
		crowd.ready--;
	else if (c->state != CLIENT_GONE)
		pending--;
	c->state = CLIENT_GONE;
	crowd.gone++;
	secure_end(c->ssl);
	c->ssl = NULL;
	close(c->fd);
	c->fd = -1;
	c->out_len = 0;
}

static void
client_poll(struct client *c, int op, uint32_t events)
{
	struct epoll_event ev = { .events = events, .data.ptr = c };

	if (epoll_ctl(poller, op, c->fd, &ev) == -1)
		err(1, "epoll_ctl");
}

void
client_queue(struct client *c, const char *line, size_t len)
{
	if (c->fd == -1)
		return;
	if (c->out_len + len > c->out_size) {
		c->out_size = (c->out_len + len) * 2;
		c->out = grow(c->out, c->out_size);
	}
	memcpy(c->out + c->out_len, line, len);
	c->out_len += len;
	if (!c->dirty) {
		c->dirty = 1;
		dirty[dirty_count++] = c;
	}
}

void
client_queuef(struct client *c, const char *format, ...)
{
	char line[1024];
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(line, sizeof(line), format, ap);
	va_end(ap);
	if (n > 0 && n < (int)sizeof(line))
		client_queue(c, line, (size_t)n);
}

static void
client_send(struct client *c)
{
	ssize_t n;

	if (c->out_len == 0 || c->state <= CLIENT_SHAKING)
		return;
	n = c->ssl != NULL ? secure_send(c->ssl, c->out, c->out_len)
			   : send(c->fd, c->out, c->out_len, MSG_NOSIGNAL);
	if (n == -1 && errno != EAGAIN) {
		crowd_error("client %u: send: %s", c->index, strerror(errno));
		client_gone(c);
		return;
	}
	n = n > 0 ? n : 0;
	c->out_len -= (size_t)n;
	memmove(c->out, c->out + n, c->out_len);
	if (c->waiting == (c->out_len > 0))
		return;
	c->waiting = c->out_len > 0;
	client_poll(c, EPOLL_CTL_MOD, EPOLLIN | (c->waiting ? EPOLLOUT : 0u));
}

static void
client_connect(struct client *c)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	uint32_t host = (uint32_t)(c->index / options.per_address);
	int on = 1;

	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (c->fd == -1)
		err(1, "socket");
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(c->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK + host);
	if (host > 0 && bind(c->fd, (struct sockaddr *)&sin, sizeof(sin)) == -1)
		err(1, "bind");
	c->state = CLIENT_CONNECTING;
	pending++;
	sin.sin_port = htons(options.port);
	inet_pton(AF_INET, options.host, &sin.sin_addr);
	if (connect(c->fd, (struct sockaddr *)&sin, sizeof(sin)) == -1 &&
	    errno != EINPROGRESS) {
		crowd_error(
		    "client %u: connect: %s", c->index, strerror(errno));
		client_gone(c);
		return;
	}
	client_poll(c, EPOLL_CTL_ADD, EPOLLOUT);
}

static void
client_greet(struct client *c)
{
	char nick[16];

	if (options.only != NULL) {
		c->state = CLIENT_LEAVING;
		client_queue(c, options.only, strlen(options.only));
		return;
	}
	c->state = CLIENT_REGISTERING;
	client_nick(c->index, nick);
	if (options.caps != NULL)
		client_queuef(c, "CAP LS 302\r\nCAP REQ :%s\r\n", options.caps);
	client_queuef(c, "NICK %s\r\nUSER %s 0 * :bench\r\n%s", nick, nick,
	    options.caps != NULL ? "CAP END\r\n" : "");
}

static void
client_shake(struct client *c)
{
	int done = secure_shake(c->ssl);

	if (done > 0)
		client_greet(c);
	else if (done < 0) {
		crowd_error(
		    "client %u: handshake: %s", c->index, strerror(errno));
		client_gone(c);
	}
}

static void
client_connected(struct client *c)
{
	socklen_t len = sizeof(int);
	int error = 0;

	getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &len);
	if (error != 0) {
		crowd_error(
		    "client %u: connect: %s", c->index, strerror(error));
		client_gone(c);
		return;
	}
	client_poll(c, EPOLL_CTL_MOD, EPOLLIN);
	if (!options.secure) {
		client_greet(c);
		return;
	}
	c->ssl = secure_start(c->fd);
	c->state = CLIENT_SHAKING;
	client_shake(c);
}

/* The second word of a line and where it ends: command or numeric. */
static const char *
line_command(const char *line, size_t len, size_t *left)
{
	const char *end = line + len, *p = line;

	if (len > 0 && *p == '@')
		p = memchr(p, ' ', len);
	while (p != NULL && p < end && *p == ' ')
		p++;
	if (p != NULL && p < end && *p == ':')
		p = memchr(p, ' ', (size_t)(end - p));
	while (p != NULL && p < end && *p == ' ')
		p++;
	*left = p == NULL ? 0 : (size_t)(end - p);
	return p;
}

static int
command_is(const char *p, size_t len, const char *word)
{
	size_t n = strlen(word);

	return len > n && memcmp(p, word, n) == 0 && p[n] == ' ';
}

static void
client_registering(struct client *c, const char *line, size_t len)
{
	const char *p;
	size_t n;

	p = line_command(line, len, &n);
	if (command_is(p, n, "376") || command_is(p, n, "422")) {
		c->state = CLIENT_READY;
		pending--;
		crowd.ready++;
	} else if (command_is(p, n, "433") || command_is(p, n, "432") ||
		   (command_is(p, n, "CAP") &&
		       memmem(p, n, " NAK ", 5) != NULL))
		crowd_error("client %u: %.*s", c->index, (int)len, line);
}

static void
client_line(struct client *c, const char *line, size_t len)
{
	if (len > 0 && line[len - 1] == '\r')
		len--;
	if (len > 5 && memcmp(line, "PING ", 5) == 0)
		client_queuef(c, "PONG %.*s\r\n", (int)(len - 5), line + 5);
	else if (len > 6 && memcmp(line, "ERROR ", 6) == 0 &&
		 c->state == CLIENT_REGISTERING)
		crowd_error("client %u: %.*s", c->index, (int)len, line);
	else if (c->state == CLIENT_READY)
		crowd.on_line(c, line, len);
	else if (c->state == CLIENT_REGISTERING)
		client_registering(c, line, len);
}

static void
client_carry(struct client *c, const char *p, size_t len)
{
	if (len > CARRY_LEN) {
		crowd_error("client %u: a line of %zu bytes", c->index, len);
		return;
	}
	c->carry = grow(c->carry, len);
	memcpy(c->carry, p, len);
	c->carry_len = len;
}

/* Whether there was something, and perhaps is more. */
static int
client_read(struct client *c)
{
	static char buf[CARRY_LEN + READ_LEN];
	char *p = buf, *end, *nl;
	ssize_t n;

	n = c->ssl != NULL ? secure_recv(c->ssl, buf + c->carry_len, READ_LEN)
			   : recv(c->fd, buf + c->carry_len, READ_LEN, 0);
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n <= 0) {
		crowd.on_line(c, NULL, 0);
		client_gone(c);
		return 0;
	}
	crowd.received += (unsigned long)n;
	crowd.reads++;
	if (c->carry_len > 0)
		memcpy(buf, c->carry, c->carry_len);
	end = buf + c->carry_len + n;
	c->carry_len = 0;
	while ((nl = memchr(p, '\n', (size_t)(end - p))) != NULL) {
		crowd.lines++;
		client_line(c, p, (size_t)(nl - p));
		p = nl + 1;
	}
	if (p < end)
		client_carry(c, p, (size_t)(end - p));
	return c->ssl != NULL && secure_pending(c->ssl);
}

static void
client_event(struct client *c, uint32_t events)
{
	if (c->state == CLIENT_CONNECTING)
		client_connected(c);
	else if (c->state == CLIENT_SHAKING)
		client_shake(c);
	else if (c->state != CLIENT_GONE && events & ~(uint32_t)EPOLLOUT)
		while (client_read(c))
			;
	if (c->state != CLIENT_GONE && c->waiting)
		client_send(c);
}

static void
descriptors_want(size_t count)
{
	struct rlimit rl;

	if (getrlimit(RLIMIT_NOFILE, &rl) == -1)
		err(1, "getrlimit");
	if (rl.rlim_cur < count)
		rl.rlim_cur = count;
	if (rl.rlim_max < count)
		rl.rlim_max = count;
	if (setrlimit(RLIMIT_NOFILE, &rl) == -1)
		err(1, "%zu descriptors", count);
}

void
crowd_open(const struct crowd_options *o, size_t count)
{
	size_t i;

	options = *o;
	descriptors_want(count + 64);
	poller = epoll_create1(EPOLL_CLOEXEC);
	if (poller == -1)
		err(1, "epoll_create1");
	if (o->secure)
		secure_clients();
	crowd.count = count;
	crowd.clients = grow(NULL, count * sizeof(*crowd.clients));
	memset(crowd.clients, 0, count * sizeof(*crowd.clients));
	dirty = grow(NULL, count * sizeof(struct client *));
	for (i = 0; i < count; i++) {
		crowd.clients[i].index = (uint32_t)i;
		crowd.clients[i].fd = -1;
	}
}

int
crowd_turn(int ms)
{
	struct epoll_event ev[EVENTS];
	size_t k;
	int i, n;

	n = epoll_wait(poller, ev, EVENTS, ms);
	if (n == -1 && errno != EINTR)
		err(1, "epoll_wait");
	for (i = 0; i < n; i++)
		client_event(ev[i].data.ptr, ev[i].events);
	for (k = 0; k < dirty_count; k++) {
		dirty[k]->dirty = 0;
		client_send(dirty[k]);
	}
	dirty_count = 0;
	return n;
}

int
crowd_register(void)
{
	uint64_t end = clock_now() + options.deadline * 1000000000ull;

	while (crowd.ready + crowd.gone < crowd.count) {
		while (next_client < crowd.count && pending < options.in_flight)
			client_connect(&crowd.clients[next_client++]);
		crowd_turn(100);
		if (clock_now() > end) {
			crowd_error("%zu of %zu clients registered in time",
			    crowd.ready, crowd.count);
			break;
		}
	}
	return (options.only != NULL ? crowd.gone : crowd.ready) == crowd.count
		   ? 0
		   : -1;
}

int
crowd_settle(int ms)
{
	uint64_t end = clock_now() + options.deadline * 1000000000ull;

	while (crowd_turn(ms) > 0)
		if (clock_now() > end) {
			crowd_error("the server does not fall silent");
			return -1;
		}
	return 0;
}

/* Resets, rather than closes: no port stays in TIME_WAIT. */
void
crowd_close(void)
{
	struct linger l = { .l_onoff = 1, .l_linger = 0 };
	size_t i;

	for (i = 0; i < crowd.count; i++) {
		if (crowd.clients[i].fd == -1)
			continue;
		secure_end(crowd.clients[i].ssl);
		setsockopt(
		    crowd.clients[i].fd, SOL_SOCKET, SO_LINGER, &l, sizeof(l));
		close(crowd.clients[i].fd);
		crowd.clients[i].fd = -1;
	}
}
