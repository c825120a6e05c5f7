/* SPDX-License-Identifier: ISC */
#ifndef STORE_INTAKE_H
#define STORE_INTAKE_H

#include <stdint.h>

#include "../ipc/envelope.h"

/*
 * What came out of the mailbox and is not committed yet: a ring of envelopes
 * in the segment.  It is received right into it, so that a death leaves it in
 * the queue or in the ring.  A successor finds what its predecessor had taken,
 * and stores it once more; what was stored already is known by its msgid.
 *
 * One thread takes, another one consumes.
 */

/* After the death of a predecessor: finds what it was just taking. */
void intake_heal(void);
/* Takes one envelope.  NULL: there is none (errno ENOMSG), no room for it
 * (ENOSPC), or the mailbox is gone.  It stays where it is until consumed. */
const struct envelope *intake_take(int msqid);

/* The envelope at position *POS, which moves behind it; NULL: that is all. */
const struct envelope *intake_next(uint64_t *pos);
/* All up to POS is committed. */
void intake_consumed(uint64_t pos);
/* Where the first one begins that is not. */
uint64_t intake_first(void);

#endif
