/* SPDX-License-Identifier: ISC */
/*
 * The kernel as witness of how far a stream has got, when a worker died
 * between a system call and the store that would have noted its result.
 *
 * TCP is asked, and only then.  A FIN counts as a byte on the wire: our own is
 * in SIOCOUTQ or acknowledged, the peer's in bytes_received; neither was ever
 * data.  When both have gone the kernel forgets which of them there were.
 *
 * It takes several calls to ask, and what the peer sends or acknowledges
 * between them would be counted twice or not at all.  The two counters only
 * grow: when they are the same before and after, nothing came between.
 *
 * A Unix socket can tell nothing, since what the peer has read leaves no trace.
 * So there the kernel notes the result itself, in the memory that the caller
 * shares with others, within the call: a signal that kills is looked at when a
 * call is left, and the store of the result comes before that.  The store can
 * fail only if its page has to be read from the disk, and it was written to
 * just before.  A pipe in between would be as exact, by what is left in it, but
 * costs a second call and a page for each message.
 */
#include <errno.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "stream.h"

/* States of RFC 793 in which a FIN was sent or received, as the kernel
 * numbers them (include/net/tcp_states.h). */
enum {
	FIN_UNKNOWN = 1 << 7,
	FIN_SENT = 1 << 4 | 1 << 5 | 1 << 6 | 1 << 9 | 1 << 11,
	FIN_RECEIVED = 1 << 6 | 1 << 8 | 1 << 9 | 1 << 11,
};

enum { TRIES = 1000 };

static int
stream_ask(int fd, struct tcp_info *info)
{
	socklen_t len = sizeof(*info);

	return getsockopt(fd, IPPROTO_TCP, TCP_INFO, info, &len);
}

static int
stream_moved(const struct tcp_info *a, const struct tcp_info *b)
{
	return a->tcpi_bytes_acked != b->tcpi_bytes_acked ||
	    a->tcpi_bytes_received != b->tcpi_bytes_received ||
	    a->tcpi_state != b->tcpi_state;
}

int
stream_position(int fd, uint64_t *written, uint64_t *read)
{
	struct tcp_info info, after;
	int outq, inq, tries = 0;
	uint64_t out, in;

	if (stream_ask(fd, &after) != 0)
		return -1;
	do {
		info = after;
		if (ioctl(fd, SIOCOUTQ, &outq) != 0 ||
		    ioctl(fd, SIOCINQ, &inq) != 0 ||
		    stream_ask(fd, &after) != 0)
			return -1;
	} while (stream_moved(&info, &after) && ++tries < TRIES);
	if (stream_moved(&info, &after)) {
		errno = EAGAIN;
		return -1;
	}
	if ((1 << info.tcpi_state & FIN_UNKNOWN) != 0) {
		errno = ENOTCONN;
		return -1;
	}
	out = info.tcpi_bytes_acked + (uint64_t)outq;
	in = info.tcpi_bytes_received - (uint64_t)inq;
	if ((1 << info.tcpi_state & FIN_SENT) != 0 && out > 0)
		out--;
	if ((1 << info.tcpi_state & FIN_RECEIVED) != 0 && in > 0)
		in--;
	*written = out;
	*read = in;
	return 0;
}

void
stream_prepare(struct stream_call *call, enum stream_way way,
    struct iovec *iov, size_t n, uint64_t at)
{
	call->at = at;
	call->way = way;
	call->message.msg_hdr = (struct msghdr) {
		.msg_iov = iov, .msg_iovlen = n };
	call->message.msg_len = 0;
}

ssize_t
stream_go(struct stream_call *call, int fd)
{
	struct mmsghdr *m = &call->message;
	int r;

	if (call->way == STREAM_SEND)
		r = sendmmsg(fd, m, 1, MSG_NOSIGNAL | MSG_DONTWAIT);
	else
		r = recvmmsg(fd, m, 1, MSG_DONTWAIT, NULL);
	/* a peer that left without reading all: what it had said is still
	 * there, and recv(2) would have given that first */
	if (r < 0 && call->way == STREAM_READ && errno == ECONNRESET)
		r = recvmmsg(fd, m, 1, MSG_DONTWAIT, NULL);
	return r == 1 ? (ssize_t)m->msg_len : -1;
}

uint64_t
stream_after(
    const struct stream_call *call, enum stream_way way, uint64_t position)
{
	return call->way == way ? call->at + call->message.msg_len : position;
}
