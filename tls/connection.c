/* SPDX-License-Identifier: ISC */
/*
 * Clients, from accept(2) to their end: see connection.h.
 *
 * Who has not finished its handshake is in a list, the oldest first.  It ends
 * when its time is over, and sooner if there are too many of them, in all or of
 * its address: then the oldest gives way, because who is honest is done within
 * milliseconds, and who says nothing grows old.  In the same list are those who
 * should have ended.
 */
#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>

#include "../ipc/clock.h"
#include "../irc/proxy.h"
#include "../server/log.h"
#include "connection.h"
#include "context.h"
#include "options.h"
#include "place.h"
#include "pump.h"
#include "rate.h"
#include "upstream.h"

enum {
	HANDSHAKES = 1,        /* steps of handshakes a turn: others are due */
	RETRY = 5,             /* ms until the workers are tried again */
	TICK = 250,            /* ms a turn may wait */
};

struct list {
	struct connection *first, *last;
};

static int epoll = -1;
static unsigned count;
static struct list shaking, ending; /* by SINCE, the oldest first */
static struct connection *turns, *handshakes, *handshakes_last, *closed;
static int retrying;

void
connection_start(int set)
{
	epoll = set;
}

unsigned
connection_count(void)
{
	return count;
}

/* ---- lists ---- */

static struct list *
list_of(const struct connection *c)
{
	return c->state < CONNECTION_OPEN ? &shaking : &ending;
}

static void
list_add(struct list *l, struct connection *c)
{
	c->next = NULL;
	c->prev = l->last;
	*(l->last != NULL ? &l->last->next : &l->first) = c;
	l->last = c;
}

static void
list_remove(struct list *l, struct connection *c)
{
	if (c->since == 0)
		return;
	*(c->prev != NULL ? &c->prev->next : &l->first) = c->next;
	*(c->next != NULL ? &c->next->prev : &l->last) = c->prev;
	c->since = 0;
}

void
connection_limit(struct connection *c, uint64_t ms)
{
	list_remove(list_of(c), c);
	c->since = clock_now() + ms;
	list_add(list_of(c), c);
}

void
connection_again(struct connection *c)
{
	if (c->flags & QUEUED)
		return;
	c->flags |= QUEUED;
	c->turn = turns;
	turns = c;
}

/* Handshakes have a queue of their own, first come, first served. */
static void
handshake_again(struct connection *c)
{
	if (c->flags & QUEUED)
		return;
	c->flags |= QUEUED;
	c->turn = NULL;
	*(handshakes != NULL ? &handshakes_last->turn : &handshakes) = c;
	handshakes_last = c;
}

/* ---- life ---- */

void
connection_address(const struct sockaddr_storage *ss, uint8_t addr[16],
    unsigned *port)
{
	const struct sockaddr_in6 *in6 = (const void *)ss;
	const struct sockaddr_in *in = (const void *)ss;

	memset(addr, 0, 16);
	*port = 0;
	if (ss->ss_family == AF_INET6) {
		memcpy(addr, &in6->sin6_addr, 16);
		*port = ntohs(in6->sin6_port);
	} else if (ss->ss_family == AF_INET) {
		addr[10] = addr[11] = 0xff;
		memcpy(addr + 12, &in->sin_addr, 4);
		*port = ntohs(in->sin_port);
	}
}

/* The data of events: the connection, and in its lowest bit which side.  A Unix
 * socket would tell that there is room whenever the other end has read
 * something, TCP does so only after there was none: so there it is asked for
 * ROOM only then. */
static int
watch(struct connection *c, int op, int plain, int room)
{
	struct epoll_event ev = {
		.events = EPOLLIN | (room ? EPOLLOUT : 0u) | EPOLLRDHUP |
		    EPOLLET,
		.data.u64 = (uint64_t)(uintptr_t)c | (plain ? 1 : 0),
	};

	return epoll_ctl(epoll, op, plain ? c->plain : c->fd, &ev);
}

int
connection_plain(struct connection *c, int plain)
{
	c->plain = plain;
	c->flags |= PLAIN_IN | PLAIN_OUT;
	if (watch(c, EPOLL_CTL_ADD, 1, 0) == 0)
		return 0;
	c->plain = -1;
	return -1;
}

void
connection_plain_full(struct connection *c)
{
	c->flags &= (uint16_t)~PLAIN_OUT;
	watch(c, EPOLL_CTL_MOD, 1, 1);
}

void
connection_close(struct connection *c)
{
	if (c == NULL || c->state == CONNECTION_CLOSED)
		return;
	list_remove(list_of(c), c);
	atomic_fetch_sub(c->state < CONNECTION_OPEN ? &place->handshakes
	    : &place->clients, 1);
	c->state = CONNECTION_CLOSED;
	/* else its session would be thought of as broken, and not resumed */
	SSL_set_shutdown(c->ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
	SSL_free(c->ssl);
	close(c->fd);
	if (c->plain >= 0)
		close(c->plain);
	free(c->up);
	free(c->down);
	count--;
	/* events of this turn may still name it; so may a queue */
	if (!(c->flags & QUEUED)) {
		c->turn = closed;
		closed = c;
	}
}

static int
same_network(const uint8_t a[16], const uint8_t b[16])
{
	uint8_t x[16], y[16];

	bucket_network(x, a, options.ipv6_prefix);
	bucket_network(y, b, options.ipv6_prefix);
	return memcmp(x, y, sizeof(x)) == 0;
}

static void
crowd_out(struct connection *c)
{
	place->counter[TLS_CROWDED_OUT]++;
	connection_close(c);
}

/* Makes room for a handshake with ADDR.  The list is short enough to be looked
 * through: that is nothing beside a handshake. */
static void
make_room(const uint8_t addr[16])
{
	struct connection *c, *oldest = NULL;
	uint32_t n = 0;

	for (c = shaking.first; c != NULL; c = c->next)
		if (same_network(c->addr, addr) && n++ == 0)
			oldest = c;
	if (n >= options.per_address)
		crowd_out(oldest);
	else if (place->handshakes >= options.handshakes)
		crowd_out(shaking.first);
}

int
connection_open(int fd, const uint8_t addr[16], unsigned port)
{
	struct connection *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return -1;
	c->fd = fd;
	c->plain = -1;
	if ((c->ssl = SSL_new(context)) == NULL ||
	    SSL_set_fd(c->ssl, fd) != 1 ||
	    watch(c, EPOLL_CTL_ADD, 0, 1) != 0) {
		SSL_free(c->ssl);
		free(c);
		ERR_clear_error();
		return -1;
	}
	c->port = (uint16_t)port;
	memcpy(c->addr, addr, sizeof(c->addr));
	c->state = CONNECTION_HANDSHAKE;
	if (options_has(options.proxy, options.nproxy, addr))
		c->state = CONNECTION_HEADER; /* the crowd is its clients' */
	else
		make_room(addr);
	SSL_set_accept_state(c->ssl);
	connection_limit(c, (uint64_t)options.timeout * 1000);
	place->handshakes++;
	count++;
	return 0;
}

/* ---- the steps ---- */

static void step(struct connection *c);

/* From a proxy: whose connection it is.  The bytes stay in the socket until
 * all of them are there. */
static void
step_header(struct connection *c)
{
	char buf[PROXY_MOST];
	struct proxy p;
	ssize_t n = recv(c->fd, buf, sizeof(buf), MSG_PEEK);
	long len;

	c->flags &= (uint16_t)~CLIENT_IN;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0 || (len = proxy_parse(&p, buf, (size_t)n)) < 0 ||
	    (len == 0 && (size_t)n == sizeof(buf)) ||
	    (len > 0 && recv(c->fd, buf, (size_t)len, 0) != len)) {
		place->counter[TLS_FAILED]++;
		connection_close(c);
		return;
	}
	if (len == 0)
		return;
	if (p.known && rate_refuses(p.addr)) {
		connection_close(c);
		return;
	}
	if (p.known) {
		make_room(p.addr);
		if (c->state == CONNECTION_CLOSED)
			return; /* it was the oldest itself */
		memcpy(c->addr, p.addr, sizeof(c->addr));
		c->port = 0;
	}
	c->state = CONNECTION_HANDSHAKE;
	c->flags |= CLIENT_IN;
	step(c);
}

/* Why a handshake came to nothing is for debugging: anybody can fail. */
static void
handshake_failed(struct connection *c, int why)
{
	unsigned long e = ERR_peek_last_error();
	const char *text = e != 0 ? ERR_reason_error_string(e) : NULL;

	place->counter[TLS_FAILED]++;
	log_debug("handshake: %s", why == SSL_ERROR_SYSCALL && e == 0
	    ? "the client has left"
	    : text != NULL ? text : "it failed");
	ERR_clear_error();
	connection_close(c);
}

static void
step_handshake(struct connection *c)
{
	int n, why;

	ERR_clear_error();
	if ((n = SSL_do_handshake(c->ssl)) != 1) {
		why = SSL_get_error(c->ssl, n);
		if (why == SSL_ERROR_WANT_READ)
			c->flags &= (uint16_t)~CLIENT_IN;
		else if (why == SSL_ERROR_WANT_WRITE)
			c->flags &= (uint16_t)~CLIENT_OUT;
		else
			handshake_failed(c, why);
		return;
	}
	place->counter[TLS_HANDSHAKES]++;
	if (SSL_session_reused(c->ssl))
		place->counter[TLS_RESUMED]++;
	c->state = CONNECTION_WORKER;
	step(c);
}

static void
step_worker(struct connection *c)
{
	int trouble = upstream_open(c);

	if (trouble < 0) {
		place->counter[TLS_REFUSED]++;
		log_debug("workers: %s", strerror(errno));
		connection_close(c);
	} else if (trouble > 0)
		retrying = 1;
	else {
		list_remove(&shaking, c);
		c->state = CONNECTION_OPEN;
		place->handshakes--;
		place->clients++;
		pump(c);
	}
}

static void
step(struct connection *c)
{
	static void (*const steps[])(struct connection *) = {
		[CONNECTION_HEADER] = step_header,
		[CONNECTION_HANDSHAKE] = step_handshake,
		[CONNECTION_WORKER] = step_worker,
		[CONNECTION_OPEN] = pump,
	};

	if (c->state != CONNECTION_CLOSED)
		steps[c->state](c);
}

void
connection_event(uint64_t data, uint32_t events)
{
	struct connection *c = (void *)(uintptr_t)(data & ~(uint64_t)1);
	int plain = data & 1;

	if (c->state == CONNECTION_CLOSED)
		return;
	if (events & EPOLLIN)
		c->flags |= plain ? PLAIN_IN : CLIENT_IN;
	if (events & EPOLLOUT) {
		c->flags |= plain ? PLAIN_OUT : CLIENT_OUT;
		if (plain)
			watch(c, EPOLL_CTL_MOD, 1, 0);
	}
	if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR))
		c->flags |= plain ? PLAIN_IN | PLAIN_HUP | PLAIN_OUT
		    : CLIENT_IN | CLIENT_OUT;
	if (c->state == CONNECTION_OPEN)
		pump(c);
	else if (c->state != CONNECTION_WORKER && (c->flags & CLIENT_IN))
		handshake_again(c);
}

/* Those in QUEUE have their turn, at most MOST of them. */
static void
take_turns(struct connection **queue, int most)
{
	struct connection *c;

	while (most-- > 0 && (c = *queue) != NULL) {
		*queue = c->turn;
		c->flags &= (uint16_t)~QUEUED;
		if (c->state == CONNECTION_CLOSED) {
			c->turn = closed;
			closed = c;
		} else
			step(c);
	}
}

static void
retry_workers(void)
{
	struct connection *c, *next;

	retrying = 0;
	for (c = shaking.first; c != NULL; c = next) {
		next = c->next;
		if (c->state == CONNECTION_WORKER)
			step(c);
	}
}

int
connection_turn(void)
{
	struct connection *c, *now = turns;

	turns = NULL;
	take_turns(&now, INT_MAX);
	take_turns(&handshakes, HANDSHAKES);
	if (retrying)
		retry_workers();
	while ((c = closed) != NULL) {
		closed = c->turn;
		free(c);
	}
	return turns != NULL || handshakes != NULL ? 0
	    : retrying ? RETRY : TICK;
}

void
connection_watch(void)
{
	uint64_t now = clock_now();

	while (shaking.first != NULL && shaking.first->since <= now) {
		place->counter[TLS_TIMED_OUT]++;
		connection_close(shaking.first);
	}
	while (ending.first != NULL && ending.first->since <= now)
		connection_close(ending.first);
}
