/* SPDX-License-Identifier: ISC */
#ifndef SERVER_TAKEOVER_H
#define SERVER_TAKEOVER_H

#include "../ipc/segment.h"

/*
 * Takes over the living workers of HEADER's instance: of a master that died,
 * or of this very process before it executed another binary.  KEEP is a
 * descriptor that is to stay open, or -1; it may change its number.
 *
 * Returns 0 when the segment is attached, this process is its master and the
 * table is here, while the workers stand still: fork others, then call
 * takeover_done().  Returns -1, with the reason in the log, when nobody can be
 * taken over.  When they could be, but not by us (another layout, too low a
 * limit, the table does not come), it is fatal(), and they go on without.
 */
int takeover_begin(const struct segment *header, int *keep);

/* From here on the workers this process has forked serve, the old ones leave.
 * Returns -1 when the old ones serve again. */
int takeover_done(void);

#endif
