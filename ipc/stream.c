/* SPDX-License-Identifier: ISC */
/*
 * The kernel as witness of how far a TCP stream has got.  It is asked only
 * when a worker died, so that a kill between a system call and the store that
 * would have noted its result can be repaired.
 *
 * A FIN counts as a byte on the wire: our own is in SIOCOUTQ or acknowledged,
 * the peer's in bytes_received; neither was ever data.
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
	FIN_SENT = 1 << 4 | 1 << 5 | 1 << 6 | 1 << 9 | 1 << 11,
	FIN_RECEIVED = 1 << 6 | 1 << 8 | 1 << 9 | 1 << 11,
};

int
stream_position(int fd, uint64_t *written, uint64_t *read)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);
	int outq, inq;
	uint64_t out, in;

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) != 0)
		return -1;
	if (ioctl(fd, SIOCOUTQ, &outq) != 0 || ioctl(fd, SIOCINQ, &inq) != 0)
		return -1;
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
