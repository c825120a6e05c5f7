/* SPDX-License-Identifier: ISC */
#ifndef IPC_STREAM_H
#define IPC_STREAM_H

#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

/*
 * What the kernel knows of a stream: how many bytes this side has written to
 * and read from the socket FD so far, whichever process did it.  Exact after
 * any mix of calls and kills: bytes acknowledged + still queued, and bytes
 * received - not yet read.  TCP only, and accepted: the SYN of an end that
 * connected counts as a byte it wrote.  Returns 0, or -1 with errno: EOPNOTSUPP
 * not a TCP socket; ENOTCONN both ends are shut, or it was reset; EAGAIN it
 * never stood still.
 */
int stream_position(int fd, uint64_t *written, uint64_t *read);

/*
 * A stream of any other kind has no such counts.  There the kernel writes how
 * much it moved into this note, before it lets go of the caller: sendmmsg(2)
 * and recvmmsg(2) do that for each message, and one is enough.  The note lies
 * in shared memory, so whoever follows a caller that was killed reads there
 * what was moved: all of it, if the call was made; nothing, if it was not.
 */
enum stream_way { STREAM_NONE, STREAM_SEND, STREAM_READ };

struct stream_call {
	uint64_t at;           /* stream position before it */
	uint32_t way;          /* enum stream_way */
	uint32_t pad;
	struct mmsghdr message;
};

/* Notes that N parts of IOV are about to be sent or read, the first byte of
 * them at stream position AT.  Who may find the note must not look at it before
 * the caller says whose it is, after this. */
void stream_prepare(struct stream_call *call, enum stream_way way,
    struct iovec *iov, size_t n, uint64_t at);
/* Does it, without waiting.  Returns as send(2) or recv(2). */
ssize_t stream_go(struct stream_call *call, int fd);
/* The stream position after the call that was noted, whether it was made or
 * not: of WAY, else returns POSITION. */
uint64_t stream_after(
    const struct stream_call *call, enum stream_way way, uint64_t position);

#endif
