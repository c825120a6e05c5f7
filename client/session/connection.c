/* SPDX-License-Identifier: ISC */
/*
 * The connection: a socket, its two buffers, and when to try again.
 *
 * The session owns one and drives it from the poll loop.  Nothing here knows
 * the protocol beyond where a line ends.  The socket never blocks.  Nor does a
 * name that takes long to be looked up: a child does it, since getaddrinfo(3)
 * blocks and getaddrinfo_a(3) would make threads of this one process.  The
 * addresses are tried one after the other, of both families in turn, each but
 * the last for a short time.  With TLS (client/tls/) hands are shaken before
 * the connection is open to anybody; there is no way from it back to plain
 * text.  Both buffers are of a fixed size: a line too long for the one is
 * skipped up to its end, and a full other one is the caller's sign that the
 * server no longer reads.  Waits
 * between attempts double from RETRY_FIRST to RETRY_MOST, and each is cut at
 * random, down to half of the first, so that the clients of a server that was
 * restarted come back evenly.
 */

#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "client/tls/tls.h"
#include "client/trust/known.h"
#include "connection.h"
#include "irc/message.h"

/* What the child that looks a name up tells. */
struct connection_found {
	int error; /* of getaddrinfo(3); 0: there are addresses */
	size_t n;
	struct connection_address address[CONNECTION_ADDRESSES];
};

int64_t
connection_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Who still looks a name up is not needed any more. */
static void
connection_stop_looking(struct connection *c)
{
	if (c->looking == 0)
		return;
	kill(c->looking, SIGKILL);
	while (waitpid(c->looking, NULL, 0) == -1 && errno == EINTR)
		;
	c->looking = 0;
}

void
connection_close(struct connection *c, const char *why)
{
	connection_stop_looking(c);
	tls_end(c->secure);
	if (c->fd != -1)
		close(c->fd);
	c->fd = -1;
	c->state = CONNECTION_IDLE;
	c->stalled = c->answering = 0;
	c->inpos = c->inlen = c->outlen = 0;
	c->overlong = 0;
	c->naddresses = c->trying = 0;
	snprintf(c->why, sizeof(c->why), "%s", why);
}

void
connection_clear(struct connection *c)
{
	connection_close(c, "");
	tls_free(c->secure);
	c->secure = NULL;
}

void
connection_abort(struct connection *c, const char *why)
{
	struct linger none = { .l_onoff = 1, .l_linger = 0 };

	if (c->state == CONNECTION_OPEN)
		setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
	connection_close(c, why);
}

static enum connection_news
connection_down(struct connection *c, const char *why)
{
	connection_close(c, why);
	return CONNECTION_DOWN;
}

/* ---- TLS ---- */

/* What a call to tls.c came to that did not just work. */
static enum connection_news
connection_tls_news(struct connection *c, enum tls_result result,
    const char *why)
{
	switch (result) {
	case TLS_DONE:
	case TLS_READ:
	case TLS_WRITE:
		return CONNECTION_SAME;
	case TLS_CLOSED:
		return connection_down(c, "the server closed the connection");
	case TLS_REFUSED:
		c->refused = 1;
		/* FALLTHROUGH */
	default:
		return connection_down(c, why);
	}
}

static enum connection_news
connection_open(struct connection *c, int64_t now)
{
	c->state = CONNECTION_OPEN;
	c->heard = now;
	return CONNECTION_UP;
}

static enum connection_news
connection_shake(struct connection *c, int64_t now)
{
	char why[TLS_WHY] = "";
	enum tls_result result = tls_shake(c->secure, why);

	if (result == TLS_DONE)
		return connection_open(c, now);
	c->answering = result == TLS_WRITE;
	return connection_tls_news(c, result, why);
}

static enum connection_news
connection_begin_tls(struct connection *c, int64_t now)
{
	struct tls_wish wish = { c->host, c->port, c->pin, c->certificate,
		c->key, c->trust };
	char why[TLS_WHY] = "";
	enum tls_result result = tls_begin(&c->secure, &wish, c->fd, why);

	if (result != TLS_DONE)
		return connection_tls_news(c, result, why);
	c->state = CONNECTION_SHAKING;
	c->retry_at = now + CONNECT_MOST;
	return connection_shake(c, now);
}

static enum connection_news
connection_step_shaking(struct connection *c, short revents, int64_t now)
{
	if (revents != 0)
		return connection_shake(c, now);
	return now < c->retry_at ? CONNECTION_SAME :
	    connection_down(c, "it does not shake hands for TLS in "
	    "time (irc:// is without)");
}

static enum connection_news
connection_up(struct connection *c, int64_t now)
{
	int on = 1;

	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	c->naddresses = 0;
	return c->tls ? connection_begin_tls(c, now) :
	    connection_open(c, now);
}

/* ---- connecting ---- */

/* Tries one address after the other until one is at least under way. */
static enum connection_news
connection_try(struct connection *c, int64_t now)
{
	const struct connection_address *a;
	int error = EADDRNOTAVAIL;

	for (; c->trying < c->naddresses; c->trying++) {
		a = &c->address[c->trying];
		if (c->fd != -1)
			close(c->fd);
		c->fd = socket(a->family,
		    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		if (c->fd == -1) {
			error = errno;
			continue;
		}
		c->state = CONNECTION_CONNECTING;
		c->retry_at = now + (c->trying + 1 < c->naddresses ?
		    CONNECT_SHORT : CONNECT_MOST);
		if (connect(c->fd, (const struct sockaddr *)&a->name,
		    a->len) == 0)
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
	if (c->trying + 1 >= c->naddresses)
		return connection_down(c, strerror(error));
	c->trying++;
	return connection_try(c, now);
}

/* ---- looking a name up ---- */

/* Adds those that are (or, with IS 0, are not) of FAMILY, from *FROM on: one
 * of them. */
static int
connection_take(struct connection_found *f, const struct addrinfo **from,
    int family, int is)
{
	const struct addrinfo *a = *from;

	while (a != NULL && ((a->ai_family == family) != is ||
	    a->ai_addrlen > sizeof(f->address[0].name)))
		a = a->ai_next;
	*from = a != NULL ? a->ai_next : NULL;
	if (a == NULL || f->n == CONNECTION_ADDRESSES)
		return 0;
	f->address[f->n].family = a->ai_family;
	f->address[f->n].len = a->ai_addrlen;
	memcpy(&f->address[f->n++].name, a->ai_addr, a->ai_addrlen);
	return 1;
}

/* The families in turn, so that one that does not work costs little. */
static void
connection_look_up(const struct connection *c, int flags,
    struct connection_found *f)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
		.ai_flags = flags }, *all = NULL;
	const struct addrinfo *one, *other;
	int more;

	memset(f, 0, sizeof(*f));
	f->error = getaddrinfo(c->host, c->port, &hints, &all);
	if (f->error != 0)
		return;
	one = other = all;
	do {
		more = connection_take(f, &one, all->ai_family, 1);
		more |= connection_take(f, &other, all->ai_family, 0);
	} while (more);
	freeaddrinfo(all);
}

/* A name that stands for this machine may be looked up by others: without TLS
 * it leads nowhere else. */
static enum connection_news
connection_found(struct connection *c, const struct connection_found *f,
    int64_t now)
{
	size_t i;

	if (f->error != 0)
		return connection_down(c, gai_strerror(f->error));
	c->naddresses = c->trying = 0;
	for (i = 0; i < f->n && i < CONNECTION_ADDRESSES; i++)
		if (c->tls || !connection_is_local(c) ||
		    connection_is_loopback(&f->address[i]))
			c->address[c->naddresses++] = f->address[i];
	if (c->naddresses == 0)
		return connection_down(c, "its name leads away from this "
		    "machine");
	return connection_try(c, now);
}

/* The child has nothing of ours but the pipe, and is gone when we are. */
static void __attribute__((noreturn))
connection_child(const struct connection *c, int fd)
{
	struct connection_found f;
	ssize_t n;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	connection_look_up(c, 0, &f);
	n = write(fd, &f, sizeof(f));
	_exit(n == (ssize_t)sizeof(f) ? 0 : 1);
}

static enum connection_news
connection_ask_child(struct connection *c, int64_t now)
{
	int fd[2];

	_Static_assert(sizeof(struct connection_found) <= 4096,
	    "a pipe takes it at once");
	if (pipe2(fd, O_CLOEXEC | O_NONBLOCK) == -1)
		return connection_down(c, strerror(errno));
	c->looking = fork();
	if (c->looking == 0)
		connection_child(c, fd[1]);
	close(fd[1]);
	c->fd = fd[0];
	if (c->looking == -1) {
		c->looking = 0;
		return connection_down(c, strerror(errno));
	}
	c->state = CONNECTION_LOOKING;
	c->retry_at = now + LOOKUP_MOST;
	return CONNECTION_SAME;
}

static enum connection_news
connection_step_looking(struct connection *c, short revents, int64_t now)
{
	struct connection_found f;

	if (revents == 0)
		return now < c->retry_at ? CONNECTION_SAME :
		    connection_down(c, "its name cannot be looked up in time");
	if (read(c->fd, &f, sizeof(f)) != (ssize_t)sizeof(f))
		return connection_down(c, "its name cannot be looked up");
	connection_stop_looking(c);
	close(c->fd);
	c->fd = -1;
	return connection_found(c, &f, now);
}

static enum connection_news
connection_start_unix(struct connection *c, int64_t now)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	memcpy(a.sun_path, c->host, strlen(c->host)); /* it was seen to fit */
	c->address[0].family = AF_UNIX;
	c->address[0].len = sizeof(a);
	memcpy(&c->address[0].name, &a, sizeof(a));
	c->naddresses = 1;
	c->trying = 0;
	return connection_try(c, now);
}

/* A server that we met, and that wants TLS only, gets it.  Not on this
 * machine, where nobody is in between. */
static int
connection_obey(struct connection *c)
{
	struct known k;

	if (connection_is_private(c))
		return 0;
	if (known_find_sts(&k, c->host, (int64_t)time(NULL)) == -1)
		return -1;
	if (k.kind == KNOWN_STS)
		connection_upgrade(c, k.port);
	return 0;
}

/* What is no name needs no child. */
enum connection_news
connection_start(struct connection *c, int64_t now)
{
	struct connection_found f;

	c->refused = 0;
	if (connection_obey(c) == -1) {
		c->refused = 1;
		return connection_down(c, "whether it wants TLS only cannot "
		    "be known: see known-servers in moot(1)");
	}
	if (*c->port == '\0')
		return connection_start_unix(c, now);
	connection_look_up(c, AI_NUMERICHOST, &f);
	if (f.error == 0)
		return connection_found(c, &f, now);
	return connection_ask_child(c, now);
}

short
connection_events(const struct connection *c, int wanted)
{
	if (c->state == CONNECTION_LOOKING)
		return POLLIN;
	if (c->state == CONNECTION_CONNECTING)
		return POLLOUT;
	if (c->state == CONNECTION_SHAKING)
		return c->answering ? POLLOUT : POLLIN;
	return (wanted ? POLLIN : 0) | ((c->outlen > 0 && !c->stalled) ||
	    c->answering ? POLLOUT : 0);
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
connection_read_tls(struct connection *c, int64_t now)
{
	char why[TLS_WHY] = "";
	enum tls_result result;
	size_t n = 0;

	result = tls_read(c->secure, c->in + c->inlen,
	    sizeof(c->in) - c->inlen, &n, why);
	c->answering = result == TLS_WRITE;
	c->stalled = 0;
	if (result == TLS_DONE) {
		c->inlen += n;
		c->heard = now;
	}
	return connection_tls_news(c, result, why);
}

static enum connection_news
connection_read(struct connection *c, int64_t now)
{
	ssize_t n;

	memmove(c->in, c->in + c->inpos, c->inlen - c->inpos);
	c->inlen -= c->inpos;
	c->inpos = 0;
	if (c->tls)
		return connection_read_tls(c, now);
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

int
connection_is_pending(const struct connection *c)
{
	return c->state == CONNECTION_OPEN && c->tls &&
	    tls_is_pending(c->secure);
}

static enum connection_news
connection_flush_tls(struct connection *c)
{
	char why[TLS_WHY] = "";
	enum tls_result result;
	size_t n = 0;

	result = tls_write(c->secure, c->out, c->outlen, &n, why);
	c->stalled = result == TLS_READ;
	if (result == TLS_DONE) {
		memmove(c->out, c->out + n, c->outlen - n);
		c->outlen -= n;
	}
	return connection_tls_news(c, result, why);
}

enum connection_news
connection_flush(struct connection *c)
{
	ssize_t n;

	if (c->state != CONNECTION_OPEN || c->outlen == 0)
		return CONNECTION_SAME;
	if (c->tls)
		return connection_flush_tls(c);
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
	if (c->state == CONNECTION_LOOKING)
		return connection_step_looking(c, revents, now);
	if (c->state == CONNECTION_CONNECTING)
		return connection_step_connecting(c, revents, now);
	if (c->state == CONNECTION_SHAKING)
		return connection_step_shaking(c, revents, now);
	if (c->state != CONNECTION_OPEN ||
	    !(revents & (POLLIN | POLLHUP | POLLERR |
	    (c->answering ? POLLOUT : 0))))
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

size_t
connection_room(const struct connection *c)
{
	return c->state == CONNECTION_OPEN ? sizeof(c->out) - c->outlen : 0;
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
	wait -= dice % (wait - RETRY_FIRST / 2 + 1);
	c->retry_at = now + wait;
	return wait;
}

void
connection_settled(struct connection *c)
{
	c->failures = 0;
}
