/* SPDX-License-Identifier: ISC */
/* Moves bytes: see pump.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <openssl/err.h>

#include "place.h"
#include "pump.h"

enum {
	ROUNDS = 4,            /* times PUMP_SIZE a turn, each way */
	FAREWELL = 10000,      /* ms to take what is left, once one side has
	                        * ended */
};

enum moved { MOVED, STUCK, FAILED };

static char bytes[PUMP_SIZE];  /* on its way: nothing stays here */

static int
keep(struct pending **p, const char *data, size_t len)
{
	if ((*p = malloc(sizeof(**p) + len)) == NULL)
		return -1;
	(*p)->at = 0;
	(*p)->end = len;
	memcpy((*p)->data, data, len);
	return 0;
}

static void
drop(struct pending **p)
{
	free(*p);
	*p = NULL;
}

/* What the last call for the SSL of C wants, which returned N; it may want the
 * other direction, too. */
static enum moved
trouble(struct connection *c, int n)
{
	switch (SSL_get_error(c->ssl, n)) {
	case SSL_ERROR_WANT_READ:
		c->flags &= (uint16_t)~CLIENT_IN;
		return STUCK;
	case SSL_ERROR_WANT_WRITE:
		c->flags &= (uint16_t)~CLIENT_OUT;
		return STUCK;
	case SSL_ERROR_ZERO_RETURN:
		c->flags |= CLIENT_END;
		return STUCK;
	default:
		ERR_clear_error();
		return FAILED;
	}
}

/* ---- to the client ---- */

/* Writes LEN bytes; *DONE of them are gone.  Whose end has been read is said to
 * have ended when a call fails, whatever it failed of. */
static enum moved
write_client(struct connection *c, const char *data, size_t len, size_t *done)
{
	int n;

	for (*done = 0; *done < len; *done += (size_t)n) {
		ERR_clear_error();
		n = SSL_write(c->ssl, data + *done, (int)(len - *done));
		if (n <= 0)
			return SSL_get_error(c->ssl, n) ==
			        SSL_ERROR_ZERO_RETURN
			    ? FAILED
			    : trouble(c, n);
		place->counter[TLS_BYTES_OUT] += (uint64_t)n;
	}
	return MOVED;
}

static enum moved
flush_client(struct connection *c)
{
	struct pending *p = c->down;
	enum moved m;
	size_t n;

	if (p == NULL)
		return MOVED;
	if (!(c->flags & CLIENT_OUT))
		return STUCK;
	m = write_client(c, p->data + p->at, p->end - p->at, &n);
	p->at += n;
	if (m == MOVED)
		drop(&c->down);
	return m;
}

/* Reads what the worker says into BYTES: how much; 0 when there is nothing. */
static size_t
read_plain(struct connection *c)
{
	ssize_t n;

	if ((c->flags & (PLAIN_IN | PLAIN_END)) != PLAIN_IN)
		return 0;
	n = recv(c->plain, bytes, sizeof(bytes), 0);
	if (n > 0) {
		/* less than there was room for: all there is, for now */
		if (n < (ssize_t)sizeof(bytes) && !(c->flags & PLAIN_HUP))
			c->flags &= (uint16_t)~PLAIN_IN;
		return (size_t)n;
	}
	if (n < 0 && errno == EAGAIN)
		c->flags &= (uint16_t)~PLAIN_IN;
	else if (n == 0 || errno != EINTR) {
		c->flags |= PLAIN_END;
		connection_limit(c, FAREWELL);
	}
	return 0;
}

static enum moved
pump_down(struct connection *c)
{
	enum moved m = flush_client(c);
	size_t len, n;
	int i;

	for (i = 0; m == MOVED && i < ROUNDS; i++) {
		if ((len = read_plain(c)) == 0)
			return STUCK;
		if ((m = write_client(c, bytes, len, &n)) == STUCK &&
		    keep(&c->down, bytes + n, len - n) != 0)
			m = FAILED;
	}
	return m;
}

/* ---- to the worker ---- */

/* Sends LEN bytes; *DONE of them are gone.  What a worker does not want any
 * more is gone, too. */
static enum moved
write_plain(struct connection *c, const char *data, size_t len, size_t *done)
{
	ssize_t n;

	for (*done = 0; *done < len; *done += (size_t)n) {
		n = send(c->plain, data + *done, len - *done, MSG_NOSIGNAL);
		if (n < 0 && errno == EAGAIN) {
			connection_plain_full(c);
			return STUCK;
		}
		if (n < 0 && errno == EINTR)
			n = 0;
		else if (n < 0)
			n = (ssize_t)(len - *done);
		else
			place->counter[TLS_BYTES_IN] += (uint64_t)n;
	}
	return MOVED;
}

static enum moved
flush_plain(struct connection *c)
{
	struct pending *p = c->up;
	enum moved m;
	size_t n;

	if (p == NULL)
		return MOVED;
	if (!(c->flags & PLAIN_OUT))
		return STUCK;
	m = write_plain(c, p->data + p->at, p->end - p->at, &n);
	p->at += n;
	if (m == MOVED)
		drop(&c->up);
	return m;
}

static enum moved
pump_up(struct connection *c)
{
	enum moved m = flush_plain(c);
	size_t done;
	int i, n;

	for (i = 0; m == MOVED && i < ROUNDS; i++) {
		if ((c->flags & CLIENT_END) ||
		    (!(c->flags & CLIENT_IN) && !SSL_has_pending(c->ssl)))
			return STUCK;
		ERR_clear_error();
		if ((n = SSL_read(c->ssl, bytes, sizeof(bytes))) <= 0)
			return trouble(c, n);
		if ((m = write_plain(c, bytes, (size_t)n, &done)) == STUCK &&
		    keep(&c->up, bytes + done, (size_t)n - done) != 0)
			m = FAILED;
	}
	return m;
}

/* ---- ends ---- */

/* Passes the end of one side on to the other.  Each has its own: a client may
 * send its last word, end, and still listen. */
static void
pass_ends(struct connection *c)
{
	if ((c->flags & (CLIENT_END | PLAIN_SHUT)) == CLIENT_END &&
	    c->up == NULL) {
		c->flags |= PLAIN_SHUT;
		shutdown(c->plain, SHUT_WR);
	}
	if ((c->flags & (PLAIN_END | CLIENT_SHUT)) == PLAIN_END &&
	    c->down == NULL) {
		c->flags |= CLIENT_SHUT;
		ERR_clear_error();
		SSL_shutdown(c->ssl); /* close_notify */
		ERR_clear_error();
		shutdown(c->fd, SHUT_WR);
	}
	if ((c->flags & CLIENT_SHUT) && (c->flags & PLAIN_SHUT))
		connection_close(c);
}

void
pump(struct connection *c)
{
	enum moved down, up;

	/* a client that takes nothing would have us never see the end */
	if ((c->flags & PLAIN_HUP) && c->since == 0)
		connection_limit(c, FAREWELL);
	down = pump_down(c);
	/* who hears nothing any more may have said something before */
	up = pump_up(c);
	if (down == FAILED || up == FAILED) {
		connection_close(c);
		return;
	}
	if (down == MOVED || up == MOVED)
		connection_again(c);
	pass_ends(c);
}
