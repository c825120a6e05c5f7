/* SPDX-License-Identifier: ISC */
/*
 * The connection: a socket, its two buffers, and when to try again.
 *
 * The session owns one and drives it from the poll loop in main.c.  Nothing
 * here knows the protocol beyond where a line ends.  The socket never blocks;
 * looking up a name may, as getaddrinfo(3) does.  Both buffers are of a fixed
 * size: a line too long for the one is skipped up to its end, and a full
 * other one is the caller's sign that the server no longer reads.  Waits
 * between attempts double from RETRY_FIRST to RETRY_MOST, and each is cut by
 * up to half at random, so that the clients of a server that was restarted
 * do not all come back in the same moment.
 */

#include <sys/random.h>
#include <sys/socket.h>

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "connection.h"
#include "irc/message.h"

#define DEFAULT_HOST "127.0.0.1"
#define DEFAULT_PORT "6667"

int64_t
connection_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int
connection_copy(char *dst, size_t size, const char *src, size_t len)
{
	if (len == 0 || len >= size)
		return -1;
	memcpy(dst, src, len);
	dst[len] = '\0';
	return 0;
}

int
connection_init(struct connection *c, const char *where)
{
	const char *end, *port;

	memset(c, 0, sizeof(*c));
	c->fd = -1;
	if (where == NULL)
		where = DEFAULT_HOST;
	if (*where == '[') {
		end = strchr(++where, ']');
		if (end == NULL || (end[1] != ':' && end[1] != '\0'))
			return -1;
		port = end[1] == ':' ? end + 2 : DEFAULT_PORT;
	} else {
		end = strchr(where, ':');
		if (end != NULL && strchr(end + 1, ':') != NULL)
			end = NULL; /* two colons: an IPv6 address as it is */
		port = end != NULL ? end + 1 : DEFAULT_PORT;
		if (end == NULL)
			end = where + strlen(where);
	}
	if (connection_copy(c->host, sizeof(c->host), where, end - where))
		return -1;
	return connection_copy(c->port, sizeof(c->port), port, strlen(port));
}

static void
connection_forget_addresses(struct connection *c)
{
	if (c->addresses != NULL)
		freeaddrinfo(c->addresses);
	c->addresses = c->address = NULL;
}

void
connection_close(struct connection *c, const char *why)
{
	if (c->fd != -1)
		close(c->fd);
	c->fd = -1;
	c->state = CONNECTION_IDLE;
	c->inpos = c->inlen = c->outlen = 0;
	c->overlong = 0;
	connection_forget_addresses(c);
	snprintf(c->why, sizeof(c->why), "%s", why);
}

static enum connection_news
connection_down(struct connection *c, const char *why)
{
	connection_close(c, why);
	return CONNECTION_DOWN;
}

static enum connection_news
connection_up(struct connection *c, int64_t now)
{
	int on = 1;

	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	connection_forget_addresses(c);
	c->state = CONNECTION_OPEN;
	c->heard = now;
	return CONNECTION_UP;
}

/* Tries one address after the other until one is at least under way. */
static enum connection_news
connection_try(struct connection *c, int64_t now)
{
	struct addrinfo *a;
	int error = EADDRNOTAVAIL;

	for (; (a = c->address) != NULL; c->address = a->ai_next) {
		if (c->fd != -1)
			close(c->fd);
		c->fd = socket(a->ai_family,
		    a->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		if (c->fd == -1) {
			error = errno;
			continue;
		}
		c->state = CONNECTION_CONNECTING;
		c->retry_at = now + CONNECT_MOST;
		if (connect(c->fd, a->ai_addr, a->ai_addrlen) == 0)
			return connection_up(c, now);
		if (errno == EINPROGRESS)
			return CONNECTION_SAME;
		error = errno;
	}
	return connection_down(c, strerror(error));
}

/* The address being tried failed; WHY stands if there is no other. */
static enum connection_news
connection_try_next(struct connection *c, int error, int64_t now)
{
	if (c->address == NULL || c->address->ai_next == NULL)
		return connection_down(c, strerror(error));
	c->address = c->address->ai_next;
	return connection_try(c, now);
}

enum connection_news
connection_start(struct connection *c, int64_t now)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	int error;

	error = getaddrinfo(c->host, c->port, &hints, &c->addresses);
	if (error != 0) {
		c->addresses = NULL;
		return connection_down(c, gai_strerror(error));
	}
	c->address = c->addresses;
	return connection_try(c, now);
}

short
connection_events(const struct connection *c, int wanted)
{
	if (c->state == CONNECTION_CONNECTING)
		return POLLOUT;
	return (wanted ? POLLIN : 0) | (c->outlen > 0 ? POLLOUT : 0);
}

static enum connection_news
connection_step_connecting(struct connection *c, short revents, int64_t now)
{
	socklen_t len = sizeof(int);
	int error = 0;

	if (revents == 0) {
		if (now < c->retry_at)
			return CONNECTION_SAME;
		return connection_try_next(c, ETIMEDOUT, now);
	}
	if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &len) == -1)
		error = errno;
	if (error != 0)
		return connection_try_next(c, error, now);
	return connection_up(c, now);
}

static int
connection_would_block(void)
{
	return errno == EAGAIN || errno == EINTR;
}

static enum connection_news
connection_read(struct connection *c, int64_t now)
{
	ssize_t n;

	memmove(c->in, c->in + c->inpos, c->inlen - c->inpos);
	c->inlen -= c->inpos;
	c->inpos = 0;
	n = read(c->fd, c->in + c->inlen, sizeof(c->in) - c->inlen);
	if (n == 0)
		return connection_down(c, "the server closed the connection");
	if (n == -1)
		return connection_would_block() ?
		    CONNECTION_SAME : connection_down(c, strerror(errno));
	c->inlen += n;
	c->heard = now;
	return CONNECTION_SAME;
}

enum connection_news
connection_flush(struct connection *c)
{
	ssize_t n;

	if (c->state != CONNECTION_OPEN || c->outlen == 0)
		return CONNECTION_SAME;
	n = send(c->fd, c->out, c->outlen, MSG_NOSIGNAL);
	if (n == -1)
		return connection_would_block() ?
		    CONNECTION_SAME : connection_down(c, strerror(errno));
	memmove(c->out, c->out + n, c->outlen - n);
	c->outlen -= n;
	return CONNECTION_SAME;
}

enum connection_news
connection_step(struct connection *c, short revents, int64_t now)
{
	if (c->state == CONNECTION_CONNECTING)
		return connection_step_connecting(c, revents, now);
	if (c->state != CONNECTION_OPEN ||
	    !(revents & (POLLIN | POLLHUP | POLLERR)))
		return CONNECTION_SAME;
	return connection_read(c, now);
}

char *
connection_line(struct connection *c, size_t *len)
{
	size_t next;
	long n;
	char *line;

	for (;;) {
		line = c->in + c->inpos;
		n = message_line(line, c->inlen - c->inpos, &next);
		if (n == -1)
			break;
		c->inpos += next;
		if (!c->overlong) {
			line[n] = '\0';
			*len = n;
			return line;
		}
		c->overlong = 0;
	}
	if (c->inlen - c->inpos == sizeof(c->in)) {
		c->overlong = 1;
		c->inpos = c->inlen;
	}
	return NULL;
}

int
connection_write(struct connection *c, const char *line)
{
	size_t len = strlen(line);

	if (c->state != CONNECTION_OPEN || c->outlen + len + 2 > sizeof(c->out))
		return -1;
	memcpy(c->out + c->outlen, line, len);
	memcpy(c->out + c->outlen + len, "\r\n", 2);
	c->outlen += len + 2;
	return 0;
}

int64_t
connection_retry(struct connection *c, int64_t now)
{
	int64_t wait = RETRY_FIRST;
	uint32_t dice = 0;
	unsigned int i;

	for (i = 0; i < c->failures && wait < RETRY_MOST; i++)
		wait *= 2;
	if (wait > RETRY_MOST)
		wait = RETRY_MOST;
	c->failures++;
	if (getrandom(&dice, sizeof(dice), GRND_NONBLOCK) == -1)
		dice = (uint32_t)now ^ (uint32_t)getpid() << 8;
	wait -= dice % (wait / 2 + 1);
	c->retry_at = now + wait;
	return wait;
}

void
connection_settled(struct connection *c)
{
	c->failures = 0;
}
