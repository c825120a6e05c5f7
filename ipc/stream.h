/* SPDX-License-Identifier: ISC */
#ifndef IPC_STREAM_H
#define IPC_STREAM_H

#include <stdint.h>

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

#endif
