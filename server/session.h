/* SPDX-License-Identifier: ISC */
#ifndef SERVER_SESSION_H
#define SERVER_SESSION_H

#include "state.h"

/*
 * A session's bytes: input and output as absolute stream positions over
 * chains of chunks in the segment.
 *
 *	executed <= received		input: unexecuted bytes lie between
 *	sent     <= queued		output: unsent bytes lie between
 *
 * What is beyond `queued' in the chain was written by a step that is not yet
 * committed; it counts for nothing.
 */

/* Rebuilds the private list of free chunks of this worker from the chains of
 * its sessions.  Once, when a worker starts. */
void session_pool_open(void);
/* Chunks of this worker in use, and how many there are. */
uint32_t session_pool_used(void);
/* Whether less than half of them are. */
int session_pool_ample(void);

/* When few are left, cuts those who have most unread, so that there are enough
 * for the others: once a turn. */
void session_pool_relieve(void);

/* Gives back all that S has, without following its chains. */
void session_chunks_give(uint32_t s);
/* Whether this worker has its reserve, the chunk in which the event of the
 * next command can wait; gets one if there is one.  Without it nothing that
 * may have to wait is committed. */
int session_reserve(void);

/* Takes / gives back a chunk of this worker for session S; 0: none left. */
uint32_t chunk_take(uint32_t s, uint64_t pos);
void chunk_give(uint32_t chunk);

/*
 * Writes LEN bytes of output at stream position POS (>= queued), without
 * making them count.  Returns 0, or -1 when there is no chunk left.
 */
int session_write(uint32_t s, uint64_t pos, const char *buf, size_t len);
/* Writes and makes it count.  Over the sendq limit, or with no chunk left, the
 * session is marked SESSION_OVERFLOW instead and cut at the end of the turn. */
void session_append(uint32_t s, const char *buf, size_t len);

/*
 * Output from stream position AT on is held back until SERIAL is committed by
 * the store.  What comes behind it waits, too: a stream has an order.
 * HOLD_UNPOSTED waits for session_hold_posted(), by which it gets its serial;
 * 0 there: it will not be kept.
 */
void session_hold(uint32_t s, uint64_t at, uint64_t serial);
void session_hold_posted(uint32_t s, uint64_t serial);

/* Stream position up to which the peer's kernel has acknowledged it. */
uint64_t session_acknowledged(uint32_t s);
/* Sends what the kernel takes.  Sets SESSION_DEAD when the peer is gone. */
void session_flush(uint32_t s);
/* Its socket tells that there is room to send. */
void session_writable(uint32_t s);
/* Reads what there is, once.  Sets SESSION_EOF or SESSION_DEAD. */
void session_fill(uint32_t s);

/* The unexecuted input: *BUF points at it; returns its length. */
size_t session_input(uint32_t s, char **buf);
/* Marks input up to stream position POS as executed. */
void session_executed(uint32_t s, uint64_t pos);

/* Marks a session for its end; the first REASON (cut at AWAY_MAX) counts. */
void session_close(uint32_t s, const char *reason);
/* The same for an end that nobody asked for: its user may return. */
void session_lose(uint32_t s, const char *reason);

/* The session whose socket is FD, 0 when it has none. */
uint32_t session_of(int fd);
/* Opens a session of the worker with the fewest clients on the connected
 * socket FD, which came by a listener of KIND; HOST is its address as text.
 * Returns its number, or 0 when it may not be: *WHY is a static text then.  One
 * that FD has already is returned as it is.  Takes the registry lock. */
uint32_t session_open(int fd, const struct in6_addr *addr, const char *host,
    enum listen_kind kind, const char **why);
/* Puts it into its home's epoll set, if it is not there. */
void session_register(uint32_t s);
/* Ends it: closes the socket, frees the records. Takes the registry lock. */
void session_free(uint32_t s);

/* Makes worker TO the home of S, which has nothing under way but input, and of
 * its user, who is nobody yet.  The input stays where it is until
 * session_adopt_input() copies it there; -1: no buffer.  Lock held. */
void session_hand_over(uint32_t s, unsigned to);
int session_adopt_input(uint32_t s);
/* Takes back the chunks of those given away.  Once a turn. */
void session_given_look(void);

/* After its worker's death.  First: asks the kernel where the streams stand.
 * Last: drops what a step that was not committed had written. */
void session_heal_stream(uint32_t s);
void session_heal_output(uint32_t s);
/* Sets SESSION_READABLE and the like anew in the epoll set. */
void session_rearm(uint32_t s);

/* Whether it counts for its address: not mootctl, nor what has no socket, nor
 * whose address is not known yet. */
static inline int
session_has_address(const struct session *s)
{
	return s->fd >= 0 && !(s->flags & (SESSION_CONTROL | SESSION_PROXY));
}

static inline int
session_is_client(const struct session *s)
{
	return s->state == SESSION_LIVE && !(s->flags & SESSION_CONTROL);
}

/* Whether something is to be done for its user that no line asks for: after
 * its login, or the end of one. */
static inline int
session_owes(const struct session *s)
{
	return (users[s->user].flags &
	    (USER_UNRANKED | USER_REHOSTED | USER_UNFETCHED)) != 0;
}

#endif
