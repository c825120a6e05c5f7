/* SPDX-License-Identifier: ISC */
#ifndef SERVER_POISON_H
#define SERVER_POISON_H

#include <stddef.h>

/*
 * For tests of crashes, in builds with -DFAULTS only: crashes if the LEN bytes
 * at TEXT hold "poison-WHERE-HOW"; HOW is abort, segv or hang.
 */
#ifdef FAULTS
#include "command.h"

void poison(const char *where, const char *text, size_t len);
/* CRASH WHERE HOW: in the handler, WHERE is run, or lock: inside the lock.
 * CLAIM ACCOUNT: logs in, without a password and without a store. */
command_fn cmd_crash, cmd_claim;
#define POISON_ROW { "CLAIM", cmd_claim, 1, CMD_LOCK, 1, NULL },             \
	{ "CRASH", cmd_crash, 2, CMD_REGISTERED, 1, NULL },
#else
static inline void
poison(const char *where, const char *text, size_t len)
{
	(void)where;
	(void)text;
	(void)len;
}
#define POISON_ROW
#endif

#endif
