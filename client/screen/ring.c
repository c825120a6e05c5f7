/* SPDX-License-Identifier: ISC */
/*
 * The ring of a scrollback: its records in order, and where another one goes.
 *
 * What comes at either end costs nothing; in between the shorter side moves
 * up, which is pointers and quickly done.  A place is the time of a line and a
 * number that tells it from others of the same millisecond.
 */

#include <stdlib.h>
#include <string.h>

#include "record.h"
#include "ring.h"

enum {
	RING_FIRST = 64,       /* slots to begin with */
	RING_MIDDLE = 1 << 19, /* of a millisecond; there is room before it */
	RING_PAGE = 4096,      /* places of a page before an edge */
};

static struct record **
ring_slot(const struct ring *r, size_t i)
{
	return &r->slot[(r->head + i) & (r->size - 1)];
}

struct record *
ring_at(const struct ring *r, size_t i)
{
	return *ring_slot(r, i);
}

uint64_t
ring_place(const struct ring *r, size_t i)
{
	return record_place(ring_at(r, i));
}

size_t
ring_find(const struct ring *r, uint64_t place)
{
	size_t low = 0, high = r->count, mid;

	while (low < high) {
		mid = (low + high) / 2;
		if (ring_place(r, mid) < place)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

int
ring_reserve(struct ring *r)
{
	size_t size = r->size == 0 ? RING_FIRST : r->size * 2, i;
	struct record **slot;

	if (r->count < r->size)
		return 0;
	slot = malloc(size * sizeof(struct record *));
	if (slot == NULL)
		return -1;
	for (i = 0; i < r->count; i++)
		slot[i] = ring_at(r, i);
	free(r->slot);
	r->slot = slot;
	r->size = size;
	r->head = 0;
	return 0;
}

/* Records FROM up to TO go one slot on, in pieces that lie together. */
static void
ring_shift_on(struct ring *r, size_t from, size_t to)
{
	size_t slot, n;

	for (; to > from; to -= n) {
		slot = (r->head + to) & (r->size - 1);
		n = slot == 0 ? 1 : slot < to - from ? slot : to - from;
		if (slot == 0)
			r->slot[0] = r->slot[r->size - 1];
		else
			memmove(&r->slot[slot - n + 1], &r->slot[slot - n],
			    n * sizeof(struct record *));
	}
}

/* Or one slot back. */
static void
ring_shift_back(struct ring *r, size_t from, size_t to)
{
	size_t slot, n;

	for (; from < to; from += n) {
		slot = (r->head + from) & (r->size - 1);
		n = slot == 0 ? 1 : r->size - slot;
		if (n > to - from)
			n = to - from;
		if (slot == 0)
			r->slot[r->size - 1] = r->slot[0];
		else
			memmove(&r->slot[slot - 1], &r->slot[slot],
			    n * sizeof(struct record *));
	}
}

void
ring_insert(struct ring *r, size_t i, struct record *record)
{
	if (i >= r->count / 2) {
		ring_shift_on(r, i, r->count);
	} else {
		ring_shift_back(r, 0, i);
		r->head = (r->head - 1) & (r->size - 1);
	}
	r->count++;
	*ring_slot(r, i) = record;
}

void
ring_replace(struct ring *r, size_t i, struct record *record)
{
	*ring_slot(r, i) = record;
}

void
ring_remove(struct ring *r, size_t i)
{
	if (i >= r->count / 2) {
		ring_shift_back(r, i + 1, r->count);
	} else {
		ring_shift_on(r, 0, i);
		r->head = (r->head + 1) & (r->size - 1);
	}
	r->count--;
}

void
ring_clear(struct ring *r)
{
	free(r->slot);
	memset(r, 0, sizeof(*r));
}

/* ---- where a line goes ---- */

size_t
ring_choose_now(const struct ring *r, int64_t when, uint64_t *place)
{
	*place = record_place_of(when) + RING_MIDDLE;
	if (r->count > 0 && *place <= ring_place(r, r->count - 1))
		*place = ring_place(r, r->count - 1) + 1;
	return r->count;
}

/* Before the edge, behind what the page had before; 0: no room is left. */
static uint64_t
ring_choose_edge(const struct ring *r, uint64_t edge, size_t *i)
{
	uint64_t place = edge - RING_PAGE;

	*i = ring_find(r, edge);
	if (record_when_of(place) != record_when_of(edge))
		place = record_place_of(record_when_of(edge));
	if (*i > 0 && place <= ring_place(r, *i - 1))
		place = ring_place(r, *i - 1) + 1;
	return place < edge ? place : 0;
}

size_t
ring_choose_then(const struct ring *r, int64_t when, uint64_t edge,
    uint64_t *place)
{
	uint64_t first = record_place_of(when);
	size_t i;

	if (edge != 0 && record_when_of(edge) == record_when_of(first)) {
		*place = ring_choose_edge(r, edge, &i);
		if (*place != 0)
			return i;
	}
	*place = first + RING_MIDDLE;
	i = ring_find(r, record_last_place_of(when));
	if (i > 0 && *place <= ring_place(r, i - 1))
		*place = ring_place(r, i - 1) + 1;
	/* Where its places are used up, behind those that use them. */
	while (i < r->count && *place >= ring_place(r, i))
		*place = ring_place(r, i++) + 1;
	return i;
}
