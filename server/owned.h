/* SPDX-License-Identifier: ISC */
#ifndef SERVER_OWNED_H
#define SERVER_OWNED_H

#include "../irc/look.h"
#include "state.h"

/*
 * Which names may be those of accounts: a bit a hash of what they look like,
 * set by mootd-store for each account before it is committed and never taken
 * back, so that the store need not be asked for every guest whose nick nobody
 * owns.
 */

/* The store: NAME will be that of an account; all there are have been noted. */
static inline void
owned_note(const char *name)
{
	uint32_t h = look_hash(name) % OWNED_BITS;

	atomic_fetch_or(&owned[h / 64], UINT64_C(1) << h % 64);
}

static inline void
owned_noted(void)
{
	atomic_store(&state->store.owned_noted, 1);
}

/* Whether there may be an account of that NAME; as long as nobody knows, there
 * may. */
static inline int
owned_maybe(const char *name)
{
	uint32_t h = look_hash(name) % OWNED_BITS;

	return !atomic_load(&state->store.owned_noted) ||
	    (atomic_load(&owned[h / 64]) >> h % 64 & 1);
}

#endif
