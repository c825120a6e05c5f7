/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_SCREEN_RING_H
#define CLIENT_SCREEN_RING_H

#include <stddef.h>
#include <stdint.h>

/* Records in the order of their places.  Begin with zeroes; the records stay
 * whoever's they are. */

struct record;

struct ring {
	struct record **slot;
	size_t size, head, count; /* SIZE is 0 or a power of two */
};

/* Record I, which must be there. */
struct record *ring_at(const struct ring *r, size_t i);
uint64_t ring_place(const struct ring *r, size_t i);
/* The first one at PLACE or behind it; COUNT when there is none. */
size_t ring_find(const struct ring *r, uint64_t place);
/* -1 without memory for another one. */
int ring_reserve(struct ring *r);
/* Before record I; after ring_reserve(). */
void ring_insert(struct ring *r, size_t i, struct record *record);
void ring_replace(struct ring *r, size_t i, struct record *record);
void ring_remove(struct ring *r, size_t i);
void ring_clear(struct ring *r);

/* The place of a line of WHEN, and its number when it is inserted: of the
 * present, at the end whatever its time; or of the past, behind others of its
 * millisecond, but before EDGE if that is of it as well (0: no edge). */
size_t ring_choose_now(const struct ring *r, int64_t when, uint64_t *place);
size_t ring_choose_then(const struct ring *r, int64_t when, uint64_t edge,
    uint64_t *place);

#endif
