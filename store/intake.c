/* SPDX-License-Identifier: ISC */
/*
 * The ring of envelopes in the segment.  Positions grow for ever; an envelope
 * lies in one piece, so none begins less than the longest one before the end
 * of the ring.
 */
#include <errno.h>
#include <stdatomic.h>

#include "../ipc/mailbox.h"
#include "../server/fault.h"
#include "../server/state.h"
#include "intake.h"

enum { UNIT = 16 /* where envelopes may begin */ };

/* The place for an envelope at POS or behind it. */
static uint64_t
place(uint64_t pos)
{
	uint64_t left = INTAKE_SIZE - pos % INTAKE_SIZE;

	return left < ENVELOPE_MAX ? pos + left : pos;
}

static struct envelope *
at(uint64_t pos)
{
	return (struct envelope *)(void *)(intake + pos % INTAKE_SIZE);
}

static uint64_t
behind(uint64_t pos)
{
	return pos + (at(pos)->size + UNIT - 1) / UNIT * UNIT;
}

/* Counts the envelope at POS as taken.  What follows must not look like one
 * from the last time round. */
static void
taken(uint64_t pos)
{
	at(place(behind(pos)))->magic = 0;
	atomic_signal_fence(memory_order_seq_cst);
	FAULT("store-take-next");
	__atomic_store_n(&state->store.taken, behind(pos), __ATOMIC_RELEASE);
	FAULT("store-take-counted");
}

void
intake_heal(void)
{
	uint64_t pos = place(state->store.taken);
	const struct envelope *e = at(pos);

	if (e->magic == ENVELOPE_MAGIC && e->size >= ENVELOPE_HEAD &&
	    e->size <= ENVELOPE_MAX && envelope_valid(e, envelope_payload(e)))
		taken(pos);
}

const struct envelope *
intake_take(int msqid)
{
	uint64_t pos = place(state->store.taken);
	uint64_t done =
	    __atomic_load_n(&state->store.done, __ATOMIC_ACQUIRE);
	struct envelope *e = at(pos);
	ssize_t n;

	if (pos + 2 * ENVELOPE_MAX > done + INTAKE_SIZE) {
		errno = ENOSPC;
		return NULL;
	}
	e->magic = 0;
	atomic_signal_fence(memory_order_seq_cst);
	FAULT("store-take-begun");
	while ((n = mailbox_take(msqid, e)) >= 0) {
		if (envelope_valid(e, (size_t)n)) {
			taken(pos);
			return e;
		}
		e->magic = 0;
	}
	return NULL;
}

const struct envelope *
intake_next(uint64_t *pos)
{
	const struct envelope *e;

	if (*pos == __atomic_load_n(&state->store.taken, __ATOMIC_ACQUIRE))
		return NULL;
	*pos = place(*pos);
	e = at(*pos);
	*pos = behind(*pos);
	return e;
}

void
intake_consumed(uint64_t pos)
{
	__atomic_store_n(&state->store.done, pos, __ATOMIC_RELEASE);
}

uint64_t
intake_first(void)
{
	return __atomic_load_n(&state->store.done, __ATOMIC_ACQUIRE);
}
