/* SPDX-License-Identifier: ISC */
/*
 * Sessions: sockets, buffers, and the beginning and end of a connection.
 *
 * Only the home worker of a session comes here for it, but for session_open(),
 * by which the worker that accepts a connection gives it to the worker with
 * the fewest clients.  Each system call that moves bytes is announced in
 * io_session; its successor asks the kernel how many were moved (ipc/stream.h):
 * TCP itself, or what was noted in the call.
 *
 * Every buffer has a ceiling: output is cut off at `sendq', input is not read
 * further while one chunk is full, all chunks together are `buffers'.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <stdlib.h>
#include <linux/sockios.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../ipc/mailbox.h"
#include "../ipc/stream.h"
#include "accept.h"
#include "ask.h"
#include "fault.h"
#include "gateway.h"
#include "limit.h"
#include "log.h"
#include "poison.h"
#include "registry.h"
#include "session.h"
#include "worker.h"

enum {
	FLUSH_EARLY = 256 * 1024, /* unsent bytes that do not wait for the
	                           * end of the turn */
	FLUSH_IOV = 32,
};

/* ---- chunks ---- */

static uint32_t *pool;     /* stack of free chunks */
static uint32_t pool_free;

/* Notes in USED the chunks of a chain that are this worker's. */
static void
pool_mark(unsigned char *used, uint32_t c)
{
	while (c >= me->chunk_first && c < me->chunk_high &&
	    !used[c - me->chunk_first]) {
		used[c - me->chunk_first] = 1;
		c = chunks[c].next;
	}
}

/* Chunks of sessions that were given to another worker, which will have copied
 * what is in them when the session has another one. */
static struct given {
	uint32_t session, gen, chunk;
} *given;
static uint32_t ngiven, given_size;

static void
given_add(uint32_t i)
{
	if (ngiven == given_size) {
		given_size = given_size * 2 + 64;
		given = realloc(given, given_size * sizeof(*given));
		if (given == NULL)
			fatal("no memory for %u chunks given", given_size);
	}
	given[ngiven++] = (struct given) { i, sessions[i].gen,
		sessions[i].in_chunk };
}

void
session_given_look(void)
{
	uint32_t k;

	for (k = 0; k < ngiven;) {
		const struct given *g = &given[k];
		const struct session *s = &sessions[g->session];
		if (s->gen == g->gen && s->state != SESSION_FREE &&
		    *(const volatile uint32_t *)&s->in_chunk == g->chunk) {
			k++;
			continue;
		}
		atomic_thread_fence(memory_order_seq_cst);
		chunk_give(g->chunk);
		given[k] = given[--ngiven];
	}
}

/* Whether the input of session I, another worker's, is still in our chunk. */
static int
is_given(uint32_t i)
{
	const struct session *s = &sessions[i];

	return s->state == SESSION_HANDED && s->worker != my_id &&
	    s->in_chunk >= me->chunk_first && s->in_chunk < me->chunk_high &&
	    chunks[s->in_chunk].session == i;
}

void
session_pool_open(void)
{
	uint32_t c, i, n = me->chunk_end - me->chunk_first;
	unsigned char *used = calloc(n, 1);

	free(pool);
	if (used == NULL || (pool = malloc(n * sizeof(*pool))) == NULL)
		fatal("no memory for %u chunks", n);
	for (i = 1; i < state->sessions.high; i++)
		if (sessions[i].state != SESSION_FREE &&
		    sessions[i].worker == my_id) {
			pool_mark(used, sessions[i].out_head);
			pool_mark(used, sessions[i].in_chunk);
			pool_mark(used, sessions[i].pend);
			pool_mark(used, sessions[i].answer);
			pool_mark(used, sessions[i].miss_head);
			pool_mark(used, sessions[i].sasl);
			pool_mark(used, sessions[i].batch);
		} else if (is_given(i)) {
			pool_mark(used, sessions[i].in_chunk);
			given_add(i);
		}
	/* the reserve may just have become the place of an event */
	if (me->reserve < me->chunk_first || me->reserve >= me->chunk_high ||
	    used[me->reserve - me->chunk_first])
		me->reserve = 0;
	pool_mark(used, me->reserve);
	for (c = me->chunk_high, pool_free = 0; c-- > me->chunk_first;)
		if (!used[c - me->chunk_first])
			chunk_give(c);
	free(used);
	session_reserve();
}

int
session_reserve(void)
{
	if (me->reserve == 0)
		me->reserve = chunk_take(0, 0);
	return me->reserve != 0;
}

uint32_t
session_pool_used(void)
{
	return me->chunk_high - me->chunk_first - pool_free;
}

int
session_pool_ample(void)
{
	return session_pool_used() < (me->chunk_end - me->chunk_first) / 2;
}

static void chain_give(uint32_t c);

/*
 * Few chunks are left, or none: the session with the most unsent output pays,
 * since it is the one that does not read.  ASKER itself may be it; it is then
 * told by a 0, as it is when nobody has more than a few chunks.
 */
static int
pool_reclaim(uint32_t asker)
{
	uint64_t most = 4 * CHUNK_SIZE, n;
	uint32_t i, victim = 0, c;
	struct session *s;

	for (i = 1; i < state->sessions.high; i++) {
		if (sessions[i].worker != my_id ||
		    sessions[i].state == SESSION_FREE)
			continue;
		n = sessions[i].queued - sessions[i].sent;
		if (n > most) {
			most = n;
			victim = i;
		}
	}
	if (victim == 0 || victim == asker)
		return 0;
	s = &sessions[victim];
	worker_count(COUNT_CUT_MEMORY, 1);
	log_warn("out of buffers: cutting %s, which has %llu bytes unread",
	    log_safe(users[s->user].nick), (unsigned long long)most);
	s->flags |= SESSION_OVERFLOW | SESSION_DEAD;
	c = s->out_head;
	s->sent = s->queued;
	atomic_signal_fence(memory_order_seq_cst);
	s->out_head = s->out_tail = 0;
	atomic_signal_fence(memory_order_seq_cst);
	chain_give(c);
	worker_run_later(victim);
	return 1;
}

void
session_pool_relieve(void)
{
	uint32_t all = me->chunk_end - me->chunk_first;

	if (session_pool_used() < all / 16 * 13)
		return;
	while (session_pool_used() > all / 4 * 3 && pool_reclaim(0))
		;
}

uint32_t
chunk_take(uint32_t s, uint64_t pos)
{
	uint32_t c;

	if (pool_free == 0 && me->chunk_high == me->chunk_end &&
	    !pool_reclaim(s))
		return 0;
	if (pool_free > 0)
		c = pool[--pool_free];
	else
		c = me->chunk_high++;
	chunks[c].session = s;
	chunks[c].next = 0;
	chunks[c].pos = pos;
	atomic_signal_fence(memory_order_release);
	return c;
}

void
chunk_give(uint32_t c)
{
	chunks[c].session = 0;
	pool[pool_free++] = c;
}

static void
chain_give(uint32_t c)
{
	uint32_t next;

	for (; c != 0; c = next) {
		next = chunks[c].next;
		chunk_give(c);
	}
}

/* ---- output ---- */

/* The chunk that holds output position POS, made if need be; 0: none left. */
static uint32_t
output_chunk(uint32_t i, uint64_t pos)
{
	struct session *s = &sessions[i];
	uint32_t c = s->out_tail;

	if (c == 0) {
		if ((c = chunk_take(i, s->queued)) == 0)
			return 0;
		s->out_head = c;
		s->out_tail = c;
	}
	while (pos >= chunks[c].pos + CHUNK_SIZE) {
		if (chunks[c].next == 0)
			chunks[c].next = chunk_take(
			    i, chunks[c].pos + CHUNK_SIZE);
		FAULT("output-chunk");
		if ((c = chunks[c].next) == 0)
			return 0;
		/* a chunk that only holds committed bytes may be the tail */
		if (chunks[c].pos <= s->queued)
			s->out_tail = c;
	}
	return c;
}

int
session_write(uint32_t i, uint64_t pos, const char *buf, size_t len)
{
	size_t off, n;
	uint32_t c;

	while (len > 0) {
		if ((c = output_chunk(i, pos)) == 0)
			return -1;
		off = (size_t)(pos - chunks[c].pos);
		n = CHUNK_SIZE - off < len ? CHUNK_SIZE - off : len;
		memcpy(chunk_bytes(c) + off, buf, n);
		buf += n;
		pos += n;
		len -= n;
	}
	return 0;
}

void
session_append(uint32_t i, const char *buf, size_t len)
{
	struct session *s = &sessions[i];

	if (s->flags & (SESSION_OVERFLOW | SESSION_DEAD))
		return;
	/* one message has room in any case, of however many lines */
	if ((s->queued - s->sent + len > config->sendq &&
		s->queued != s->sent) ||
	    session_write(i, s->queued, buf, len) != 0) {
		s->flags |= SESSION_OVERFLOW;
		worker_run_later(i);
		return;
	}
	FAULT("append-written");
	atomic_signal_fence(memory_order_release);
	s->queued += len;
	FAULT("append-counted");
	if (!(s->flags & SESSION_DIRTY))
		worker_flush_later(i);
	else if (s->queued - s->sent > FLUSH_EARLY &&
	    (s->flags & SESSION_WRITABLE))
		session_flush(i);
}

/* ---- output that waits for a commit ---- */

/*
 * While one hold waits for its commit, what follows gathers behind a second
 * one, whose serial grows.  So each commit lets something go, however much is
 * said, and two are enough.
 */
void
session_hold(uint32_t i, uint64_t at, uint64_t serial)
{
	struct session *s = &sessions[i];
	struct hold *h = &s->hold[s->hold[0].serial != 0];

	if (h->serial == 0)
		h->at = at;
	atomic_signal_fence(memory_order_seq_cst);
	FAULT("hold-at");
	h->serial = serial;
	FAULT("hold-serial");
	s->flags |= SESSION_HELD;
}

void
session_hold_posted(uint32_t i, uint64_t serial)
{
	struct session *s = &sessions[i];
	int k;

	for (k = 1; k >= 0; k--)
		if (s->hold[k].serial == HOLD_UNPOSTED)
			s->hold[k].serial = serial;
	if (s->flags & SESSION_HELD)
		worker_flush_later(i);
}

static int
hold_waits(const struct hold *h)
{
	return h->serial == HOLD_UNPOSTED ||
	    (h->serial != 0 && store_accepts() && !store_has(h->serial));
}

/* The store fails, and what the held output says to be kept may never be. */
static void
hold_break(uint32_t i)
{
	char line[256];
	int n = snprintf(line, sizeof(line),
	    ":%s WARN * NOT_KEPT :What you said last may not be kept\r\n",
	    config->name);

	memset(sessions[i].hold, 0, sizeof(sessions[i].hold));
	FAULT("hold-broken");
	sessions[i].flags &= ~(uint32_t)SESSION_HELD;
	session_append(i, line, (size_t)n);
}

/* How far the output may be sent. */
static uint64_t
output_end(uint32_t i)
{
	struct session *s = &sessions[i];

	if (!(s->flags & SESSION_HELD))
		return s->queued;
	if (!store_accepts() && s->hold[0].serial != HOLD_UNPOSTED &&
	    s->hold[0].serial != 0 && !store_has(s->hold[0].serial))
		hold_break(i);
	while (s->hold[0].serial != 0 && !hold_waits(&s->hold[0])) {
		/* the second one moves up, in an order that never lets go
		 * what it holds */
		s->hold[0].at = s->hold[1].serial != 0 ? s->hold[1].at
		                                       : s->queued;
		FAULT("hold-moved");
		s->hold[0].serial = s->hold[1].serial;
		FAULT("hold-passed");
		s->hold[1].serial = 0;
	}
	if (s->hold[0].serial == 0) {
		s->flags &= ~(uint32_t)SESSION_HELD;
		return s->queued;
	}
	return s->hold[0].at;
}

/* Frees the chunks whose bytes the kernel has. */
static void
output_release(struct session *s)
{
	uint32_t c;

	if (s->sent == s->queued) {
		c = s->out_head;
		s->out_head = 0;
		FAULT("release-head");
		s->out_tail = 0;
		atomic_signal_fence(memory_order_seq_cst);
		chain_give(c);
		return;
	}
	while (s->out_head != s->out_tail &&
	    s->sent >= chunks[s->out_head].pos + CHUNK_SIZE) {
		c = s->out_head;
		s->out_head = chunks[c].next;
		FAULT("release-one");
		chunk_give(c);
	}
}

static int
output_iov(const struct session *s, uint64_t most, struct iovec *iov)
{
	uint64_t pos = s->sent, end;
	uint32_t c;
	int n = 0;

	for (c = s->out_head; c != 0 && n < FLUSH_IOV && pos < most;
	     c = chunks[c].next) {
		end = chunks[c].pos + CHUNK_SIZE;
		if (end > most)
			end = most;
		if (end <= pos)
			continue;
		iov[n].iov_base = chunk_bytes(c) + (pos - chunks[c].pos);
		iov[n++].iov_len = (size_t)(end - pos);
		pos = end;
	}
	return n;
}

uint64_t
session_acknowledged(uint32_t i)
{
	int unsent;

	if (ioctl(sessions[i].fd, SIOCOUTQ, &unsent) != 0 || unsent < 0)
		return sessions[i].sent;
	return sessions[i].sent - (uint64_t)unsent;
}

/* From here on a death finds that it was at session I. */
static void
announce(uint32_t i)
{
	atomic_signal_fence(memory_order_seq_cst);
	me->io_session = i;
	atomic_signal_fence(memory_order_seq_cst);
}

/* The system call of session_flush(). */
static ssize_t
send_output(uint32_t i, struct iovec *iov, size_t n)
{
	struct session *s = &sessions[i];
	const struct msghdr msg = { .msg_iov = iov, .msg_iovlen = n };

	if (s->kind != LISTEN_PLAIN) {
		stream_prepare(&me->io, STREAM_SEND, iov, n, s->sent);
		announce(i);
		FAULT("flush-noted");
		return stream_go(&me->io, s->fd);
	}
	announce(i);
	FAULT("flush-announced");
	return n == 1 ? send(s->fd, iov[0].iov_base, iov[0].iov_len,
	                    MSG_NOSIGNAL | MSG_DONTWAIT)
	              : sendmsg(s->fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* Of an epoll set.  A Unix socket would tell that there is room whenever the
 * other end has read something, TCP does so only after there was none: so there
 * it is asked for ROOM only then. */
static int
session_watch(uint32_t i, int epoll, int op, int room)
{
	struct epoll_event ev = {
		.events = EPOLLIN | (room ? EPOLLOUT : 0u) | EPOLLRDHUP |
		    EPOLLET,
		.data.u64 = worker_event(EVENT_SESSION, i)
	};

	return epoll_ctl(epoll, op, sessions[i].fd, &ev);
}

static void
session_blocked(uint32_t i)
{
	struct session *s = &sessions[i];

	s->flags &= ~(uint32_t)SESSION_WRITABLE;
	FAULT("flush-blocked");
	if (s->kind != LISTEN_PLAIN)
		session_watch(i, me->epoll, EPOLL_CTL_MOD, 1);
}

void
session_writable(uint32_t i)
{
	struct session *s = &sessions[i];

	s->flags |= SESSION_WRITABLE;
	if (s->kind != LISTEN_PLAIN)
		session_watch(i, me->epoll, EPOLL_CTL_MOD, 0);
	if (s->sent < s->queued)
		worker_flush_later(i);
}

void
session_flush(uint32_t i)
{
	struct session *s = &sessions[i];
	struct iovec iov[FLUSH_IOV];
	uint64_t most = output_end(i);
	ssize_t n;
	int e;

	poison("flush", users[s->user].real, strlen(users[s->user].real));
	while (s->sent < most && (s->flags & SESSION_WRITABLE) &&
	    !(s->flags & SESSION_DEAD)) {
		n = send_output(i, iov, (size_t)output_iov(s, most, iov));
		e = errno;
		FAULT("flush-called");
		if (n > 0)
			s->sent += (uint64_t)n;
		atomic_signal_fence(memory_order_seq_cst);
		me->io_session = 0;
		FAULT("flush-sent");
		worker_count(COUNT_SENDS, 1);
		if (n > 0) {
			worker_count(COUNT_BYTES_OUT, (uint64_t)n);
			output_release(s);
		} else if (e == EAGAIN || e == ENOBUFS || e == ENOMEM)
			session_blocked(i);
		else if (e != EINTR) {
			s->flags |= SESSION_DEAD;
			worker_run_later(i);
		}
	}
	if (s->flags & SESSION_HELD)
		worker_flush_on_commit(i);
}

/* ---- input ---- */

size_t
session_input(uint32_t i, char **buf)
{
	struct session *s = &sessions[i];

	*buf = NULL;
	if (s->in_chunk == 0)
		return 0;
	*buf = chunk_bytes(s->in_chunk) +
	    (s->executed - chunks[s->in_chunk].pos);
	return (size_t)(s->received - s->executed);
}

void
session_executed(uint32_t i, uint64_t pos)
{
	struct session *s = &sessions[i];
	uint32_t c = s->in_chunk;

	s->executed = pos;
	FAULT("executed");
	if (pos == s->received && c != 0) {
		s->in_chunk = 0;
		FAULT("input-released");
		atomic_signal_fence(memory_order_seq_cst);
		chunk_give(c);
	}
}

/* Room for reading: where to, and how much; 0 when there is none. */
static size_t
input_room(uint32_t i, char **to)
{
	struct session *s = &sessions[i];
	uint32_t c = s->in_chunk, fresh;
	size_t used;

	if (c == 0) {
		if ((c = chunk_take(i, s->received)) == 0)
			return 0;
		s->executed = s->received;
		FAULT("input-taken");
		s->in_chunk = c;
		FAULT("input-set");
	}
	used = (size_t)(s->received - chunks[c].pos);
	if (used == CHUNK_SIZE && s->executed > chunks[c].pos) {
		/* moving inside the chunk could be cut short: use another */
		if ((fresh = chunk_take(i, s->executed)) == 0)
			return 0;
		used = (size_t)(s->received - s->executed);
		memcpy(chunk_bytes(fresh),
		    chunk_bytes(c) + (s->executed - chunks[c].pos), used);
		atomic_signal_fence(memory_order_release);
		FAULT("input-copied");
		s->in_chunk = fresh;
		FAULT("input-moved");
		chunk_give(c);
		c = fresh;
	}
	*to = chunk_bytes(c) + used;
	return CHUNK_SIZE - used;
}

/* The system call of session_fill(). */
static ssize_t
read_input(uint32_t i, char *to, size_t room)
{
	struct session *s = &sessions[i];
	struct iovec iov = { .iov_base = to, .iov_len = room };

	if (s->kind != LISTEN_PLAIN) {
		stream_prepare(&me->io, STREAM_READ, &iov, 1, s->received);
		announce(i);
		FAULT("fill-noted");
		return stream_go(&me->io, s->fd);
	}
	announce(i);
	FAULT("fill-announced");
	return recv(s->fd, to, room, MSG_DONTWAIT);
}

void
session_fill(uint32_t i)
{
	struct session *s = &sessions[i];
	size_t room;
	char *to;
	ssize_t n;
	int e;

	if ((room = input_room(i, &to)) == 0)
		return;
	n = read_input(i, to, room);
	e = errno;
	FAULT("fill-called");
	if (n > 0)
		s->received += (uint64_t)n;
	atomic_signal_fence(memory_order_seq_cst);
	me->io_session = 0;
	FAULT("fill-received");
	if (n > 0) {
		s->active = now_ms;
		worker_count(COUNT_BYTES_IN, (uint64_t)n);
		/* less than there was room for is all there is, unless the
		 * end came with it: no other edge would tell */
		if ((size_t)n == room || (s->flags & SESSION_HUP))
			return;
	} else if (n == 0)
		s->flags |= SESSION_EOF;
	else if (e == EINTR)
		return;
	else if (e != EAGAIN)
		s->flags |= SESSION_EOF | SESSION_DEAD;
	s->flags &= ~(uint32_t)SESSION_READABLE;
	session_executed(i, s->executed);
}

/* ---- beginning and end ---- */

void
session_close(uint32_t i, const char *reason)
{
	struct session *s = &sessions[i];
	size_t n;

	if (s->state != SESSION_LIVE && s->state != SESSION_ABSENT)
		return;
	n = strnlen(reason, AWAY_MAX);
	memmove(reasons[i].text, reason, n);
	reasons[i].text[n] = '\0';
	FAULT("close-reason");
	s->state = SESSION_CLOSING;
	FAULT("close-closing");
	worker_run_later(i);
}

void
session_lose(uint32_t i, const char *reason)
{
	if (sessions[i].state == SESSION_LIVE)
		sessions[i].flags |= SESSION_LOST;
	session_close(i, reason);
}

/* The living worker with the fewest clients. */
static unsigned
least_loaded(void)
{
	unsigned w, best = my_id;

	for (w = 1; w <= state->nworker; w++)
		if (workers[w].pid != 0 && !workers[w].retire &&
		    workers[w].clients < workers[best].clients)
			best = w;
	return best;
}

/* Fills the records of a new session and its user; 0 with *WHY if it may not
 * be.  Lock held. */
static uint32_t
session_admit(
    const struct in6_addr *addr, enum listen_kind kind, const char **why)
{
	uint32_t i;

	if (kind != LISTEN_CONTROL &&
	    state->sessions.used >= config->max_clients) {
		*why = limit_refusal(LIMIT_FULL, addr);
		return 0;
	}
	if ((i = registry_new_session()) == 0) {
		*why = limit_refusal(LIMIT_FULL, addr);
		return 0;
	}
	FAULT("admit-session");
	if ((sessions[i].user = registry_new_user()) == 0) {
		registry_free_session(i);
		*why = limit_refusal(LIMIT_FULL, addr);
		return 0;
	}
	FAULT("admit-user");
	sessions[i].addr = *addr;
	if (kind != LISTEN_CONTROL && !gateway_passes_on(addr, kind) &&
	    registry_count_address(addr, 1) >
	        config->max_clients_per_address && !limit_is_exempt(addr)) {
		registry_count_address(addr, -1);
		registry_free_user(sessions[i].user);
		registry_free_session(i);
		*why = limit_refusal(LIMIT_ADDRESS, addr);
		return 0;
	}
	return i;
}

/* The home arms it itself when it starts, and may have been quicker: then it
 * is there already.  Without memory for it the client is never heard, and its
 * registration times out. */
void
session_register(uint32_t i)
{
	if (session_watch(i, workers[sessions[i].worker].epoll, EPOLL_CTL_ADD,
	        1) != 0 && errno != EEXIST)
		log_warn("epoll_ctl: %s", strerror(errno));
}

uint32_t
session_of(int fd)
{
	uint32_t i = fd_session[fd];

	return i != 0 && sessions[i].state != SESSION_FREE &&
	        sessions[i].fd == fd
	    ? i
	    : 0;
}

/* Makes the records of a session on FD; 0 with *WHY if it may not be.  Lock
 * held. */
static uint32_t
session_begin(int fd, const struct in6_addr *addr, const char *host,
    enum listen_kind kind, const char **why)
{
	uint32_t i = session_admit(addr, kind, why);
	struct session *s = &sessions[i];
	struct user *u;

	if (i == 0)
		return 0;
	FAULT("open-admitted");
	u = &users[s->user];
	s->worker = u->home = (uint8_t)least_loaded();
	s->fd = fd;
	s->kind = (uint8_t)kind;
	s->flags = SESSION_WRITABLE |
	    (kind == LISTEN_CONTROL ? SESSION_CONTROL : 0) |
	    (gateway_passes_on(addr, kind) ? SESSION_PROXY : 0);
	s->active = now_ms;
	s->opened = u->signon = u->spoke = wall_ms;
	memcpy(u->host, host, strlen(host) + 1);
	u->session = i;
	u->flags = USER_LIVE;
	FAULT("open-user-live");
	/* before it is valid: a live session whose socket does not know it
	 * would be taken for an orphan, and the socket given a second one */
	fd_session[fd] = i;
	FAULT("open-fd");
	atomic_thread_fence(memory_order_release);
	s->state = SESSION_LIVE;
	FAULT("open-live");
	atomic_fetch_add(&workers[s->worker].clients, 1);
	if (kind != LISTEN_CONTROL)
		limit_begin(i);
	return i;
}

uint32_t
session_open(int fd, const struct in6_addr *addr, const char *host,
    enum listen_kind kind, const char **why)
{
	uint32_t i;

	if ((uint32_t)fd >= state->max_fd) {
		*why = "Server is out of descriptors";
		return 0;
	}
	registry_lock();
	/* the successors of two may have found the same orphan */
	if ((i = session_of(fd)) == 0)
		i = session_begin(fd, addr, host, kind, why);
	/* while its home cannot free it; our successor would do this again */
	if (i != 0)
		session_register(i);
	registry_unlock();
	FAULT("open-unlocked");
	return i;
}

void
session_free(uint32_t i)
{
	struct session *s = &sessions[i];
	uint32_t out = s->out_head, in = s->in_chunk, pend = s->pend;
	uint32_t answer = s->answer, sasl = s->sasl, miss = s->miss_head;
	uint32_t batch = s->batch;
	int fd = s->fd;

	/* Down first: if we die now, a successor that finds the socket
	 * without a session sees by its state that it was ended. */
	if (fd >= 0 && s->kind != LISTEN_PLAIN)
		accept_mark_ended(fd);
	if (fd >= 0)
		shutdown(fd, SHUT_RDWR);
	FAULT("free-shut");
	limit_end(i);
	me->accepting++;
	FAULT("free-accepting");
	registry_lock();
	FAULT("free-locked");
	if (session_has_address(s))
		registry_count_address(&s->addr, -1);
	/* a record never names a chunk that is not its own */
	s->sent = s->queued;
	FAULT("free-chunks");
	s->out_head = s->out_tail = s->in_chunk = 0;
	s->pend = s->answer = s->sasl = s->batch = 0;
	s->miss_head = s->miss_tail = 0;
	atomic_signal_fence(memory_order_seq_cst);
	chain_give(out);
	chain_give(miss);
	if (in != 0)
		chunk_give(in);
	if (pend != 0)
		chunk_give(pend);
	if (answer != 0)
		chunk_give(answer);
	if (sasl != 0)
		chunk_give(sasl);
	if (batch != 0)
		chunk_give(batch);
	registry_free_session(i);
	FAULT("free-freed");
	if (fd >= 0) {
		fd_session[fd] = 0;
		FAULT("free-fd");
		atomic_fetch_sub(&me->clients, 1);
	}
	registry_unlock();
	FAULT("free-unlocked");
	if (fd >= 0)
		close(fd);
	FAULT("free-closed");
	me->accepting++;
}

/* ---- from worker to worker ---- */

void
session_hand_over(uint32_t i, unsigned to)
{
	struct session *s = &sessions[i];

	epoll_ctl(me->epoll, EPOLL_CTL_DEL, s->fd, NULL);
	FAULT("hand-deaf");
	if (s->in_chunk >= me->chunk_first && s->in_chunk < me->chunk_end)
		given_add(i); /* else whose it is has noted it */
	s->flags &= ~(uint32_t)(SESSION_DIRTY | SESSION_RUNNABLE |
	    SESSION_AWAITS);
	s->flags |= SESSION_WRITABLE;
	users[s->user].home = (uint8_t)to;
	FAULT("hand-user");
	atomic_thread_fence(memory_order_release);
	s->worker = (uint8_t)to;
	FAULT("hand-session");
	limit_end(i);
	atomic_fetch_sub(&me->clients, 1);
	atomic_fetch_add(&workers[to].clients, 1);
	session_register(i);
	FAULT("hand-registered");
	atomic_store(&workers[to].arrivals, 1);
	FAULT("hand-arrivals");
	bell_ring(&workers[to].bell);
}

int
session_adopt_input(uint32_t i)
{
	struct session *s = &sessions[i];
	uint32_t c = s->in_chunk, own;
	size_t n = (size_t)(s->received - s->executed);

	if (c == 0 || (c >= me->chunk_first && c < me->chunk_end))
		return 0;
	if ((own = chunk_take(i, s->executed)) == 0)
		return -1;
	memcpy(chunk_bytes(own),
	    chunk_bytes(c) + (s->executed - chunks[c].pos), n);
	atomic_thread_fence(memory_order_seq_cst);
	FAULT("adopt-copied");
	s->in_chunk = own;
	FAULT("adopt-input");
	return 0;
}

/* ---- after a death ---- */

/* The last chunk with committed output, where more goes; 0: there is none. */
static uint32_t
output_last(const struct session *s)
{
	uint32_t c = s->out_head;

	while (c != 0 && chunks[c].next != 0 &&
	    chunks[c].pos + CHUNK_SIZE <= s->queued)
		c = chunks[c].next;
	return c;
}

void
session_heal_stream(uint32_t i)
{
	struct session *s = &sessions[i];
	uint64_t sent = s->sent, received = s->received;

	/* who died may have given the chunks away and not come to the tail,
	 * and the mail that is taken up next is written there */
	if (s->out_tail != output_last(s))
		s->out_tail = output_last(s);
	if (s->fd < 0)
		return;
	poison("heal", users[s->user].real, strlen(users[s->user].real));
	/* what the dead worker sent or read and could not note: of the one it
	 * was at; a reset connection may say anything: believe sane values */
	if (i != me->io_session)
		return;
	if (s->kind != LISTEN_PLAIN) {
		sent = stream_after(&me->io, STREAM_SEND, sent);
		received = stream_after(&me->io, STREAM_READ, received);
	} else if (stream_position(s->fd, &sent, &received) != 0)
		return;
	if (sent >= s->sent && sent <= s->queued)
		s->sent = sent;
	FAULT("heal-sent");
	if (s->in_chunk != 0 && received >= s->received &&
	    received <= chunks[s->in_chunk].pos + CHUNK_SIZE)
		s->received = received;
}

void
session_chunks_give(uint32_t i)
{
	uint32_t c;

	for (c = me->chunk_first; c < me->chunk_high; c++)
		if (chunks[c].session == i)
			chunk_give(c);
}

void
session_heal_output(uint32_t i)
{
	struct session *s = &sessions[i];
	uint32_t c = output_last(s), rest;

	if (c == 0) {
		s->out_tail = 0;
		return;
	}
	rest = chunks[c].next;
	chunks[c].next = 0;
	FAULT("heal-tail");
	s->out_tail = c;
	chain_give(rest);
	output_release(s);
}

void
session_rearm(uint32_t i)
{
	struct session *s = &sessions[i];

	s->flags &= ~(uint32_t)(SESSION_READABLE | SESSION_WRITABLE |
	    SESSION_DIRTY | SESSION_RUNNABLE | SESSION_AWAITS);
	if (s->fd >= 0 &&
	    session_watch(i, me->epoll, EPOLL_CTL_MOD, 1) != 0 &&
	    (errno != ENOENT ||
		session_watch(i, me->epoll, EPOLL_CTL_ADD, 1) != 0))
		s->flags |= SESSION_DEAD | SESSION_EOF;
	/* for the rest it is an event that comes: the first ones served do not
	 * wait until all were looked at */
	if (s->state != SESSION_LIVE || s->in_chunk != 0 || s->pend != 0 ||
	    s->step != 0 || session_owes(s) ||
	    (s->flags & (SESSION_DEAD | SESSION_EOF | SESSION_OVERFLOW |
	        SESSION_JOINING | SESSION_MAIL | SESSION_MISSES)))
		worker_run_later(i);
	if (s->sent < s->queued)
		worker_flush_later(i);
}
