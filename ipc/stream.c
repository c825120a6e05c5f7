/* SPDX-License-Identifier: ISC */
/*
 * The kernel as witness of how far a TCP stream has got.  It is asked only
 * when a worker died, so that a kill between a system call and the store that
 * would have noted its result can be repaired.
 *
 * A FIN counts as a byte on the wire: our own is in SIOCOUTQ or acknowledged,
 * the peer's in bytes_received; neither was ever data.  When both have gone the
 * kernel forgets which of them there were.
 *
 * It takes several calls to ask, and what the peer sends or acknowledges
 * between them would be counted twice or not at all.  The two counters only
 * grow: when they are the same before and after, nothing came between.
 */
#include <errno.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
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
