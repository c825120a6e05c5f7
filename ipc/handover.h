/* SPDX-License-Identifier: ISC */
#ifndef IPC_HANDOVER_H
#define IPC_HANDOVER_H

#include <stddef.h>
#include <stdint.h>

/*
 * A descriptor table handed over from one process to another: each descriptor
 * arrives at the number it had.  Over a Unix socket with an abstract name,
 * which nobody but processes of the same user are let through: unix(7),
 * SCM_RIGHTS.
 */

/* The listener of instance BORN of PREFIX, non-blocking; -1 with errno. */
int handover_listen(int prefix, uint64_t born);
/* Connects to it; -1 with errno: EPERM when another user sits there, EAGAIN
 * when nobody accepts what waits already. */
int handover_connect(int prefix, uint64_t born);
/* A connection waiting at LISTENER from the same user; -1 with errno. */
int handover_accept(int listener);

/* Sends the N descriptors FDS, in ascending order.  Waits up to TIMEOUT ms for
 * each sign of life.  Returns 0, or -1 with errno. */
int handover_send(int sock, const int *fds, size_t n, int timeout);

/* Receives descriptors, all below MAX, until the sender says that there are no
 * more.  The caller has nothing open from 3 to MAX - 1.  Returns how many, or
 * -1 with errno; then some may be open. */
int handover_receive(int sock, int max, int timeout);

#endif
