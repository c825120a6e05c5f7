/* SPDX-License-Identifier: ISC */
/* One process of the server to the others: see peer.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../ipc/mailbox.h"
#include "log.h"
#include "peer.h"

int
peer_mailbox(unsigned w)
{
	int prefix = (int)state->segment.prefix;
	uint32_t id = w == 0 ? STORE_MAILBOX : w;
	int q = mailbox_create(prefix, id, state->segment.born);
	char name[24];

	if (q >= 0)
		return q;
	snprintf(name, sizeof(name), w == 0 ? "the store" : "worker %u", w);
	log_warn("mailbox of %s, key 0x%x: %s: using one without a key", name,
	    (unsigned)mailbox_key(prefix, id), strerror(errno));
	return mailbox_create_private();
}

void
peer_call(uint64_t who)
{
	for (; who != 0; who &= who - 1)
		bell_call(&workers[__builtin_ctzll(who)].bell);
}

void
peer_call_waiters(_Atomic uint64_t *waiters)
{
	if (atomic_load(waiters) != 0)
		peer_call(atomic_exchange(waiters, 0));
}

void
peer_store_changed(void)
{
	atomic_fetch_add(&state->store.change, 1);
	peer_call(peer_workers());
}

void
peer_store_enter(enum store_state s, const char *why)
{
	snprintf(state->store.reason, sizeof(state->store.reason), "%s", why);
	atomic_store(&state->store.state, s);
	peer_store_changed();
}

