/* SPDX-License-Identifier: ISC */
/*
 * Bells and the map of who has mail.
 *
 * The bell's descriptor is in its owner's epoll set, edge triggered, so it is
 * never read: each write makes one edge.  A poster stores the bit, then looks
 * at AWAKE; the owner clears AWAKE, then looks at the bits; both are
 * sequentially consistent, so one of the two sees the other.
 */
#include <errno.h>
#include <stddef.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "bell.h"

enum { AWAKE = 1, CALLED = 2 }; /* in a bell's awake */

int
bell_create(struct bell *bell)
{
	bell->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	atomic_store(&bell->awake, 0);
	return bell->fd < 0 ? -1 : 0;
}

/* Sets what of AWAKE is in BITS, and wakes a sleeper. */
static void
ring(struct bell *bell, uint32_t bits)
{
	uint64_t one = 1;

	if (atomic_fetch_or(&bell->awake, bits) != 0)
		return;
	/* it can only fail when the count would overflow: an edge anyway */
	while (write(bell->fd, &one, sizeof(one)) < 0 && errno == EINTR)
		;
}

void
bell_ring(struct bell *bell)
{
	ring(bell, AWAKE);
}

void
bell_call(struct bell *bell)
{
	ring(bell, AWAKE | CALLED);
}

void
bell_wake(struct bell *bell)
{
	atomic_fetch_or(&bell->awake, AWAKE);
}

int
bell_sleep(struct bell *bell)
{
	return (atomic_exchange(&bell->awake, 0) & CALLED) != 0;
}

void
mailmap_set(struct mailmap *map, uint32_t user)
{
	uint32_t w = user / 64;

	if (user >= map->users)
		return;
	atomic_fetch_or(&map->word[w], UINT64_C(1) << user % 64);
	atomic_fetch_or(&map->summary[w / 64], UINT64_C(1) << w % 64);
}

int
mailmap_test(const struct mailmap *map, uint32_t user)
{
	uint64_t bits = atomic_load_explicit(
	    &map->word[user / 64], memory_order_relaxed);

	return (bits >> user % 64 & 1) != 0;
}

void
mailmap_clear(struct mailmap *map, uint32_t user)
{
	atomic_fetch_and(&map->word[user / 64], ~(UINT64_C(1) << user % 64));
}

static uint32_t
mailmap_summaries(const struct mailmap *map)
{
	return (map->users + 4095) / 4096;
}

int
mailmap_any(const struct mailmap *map)
{
	uint32_t i;

	for (i = 0; i < mailmap_summaries(map); i++)
		if (atomic_load(&map->summary[i]) != 0)
			return 1;
	return 0;
}

/* The lowest user of word W whose bit is set, and clears it; 0 for none. */
static uint32_t
mailmap_take_word(struct mailmap *map, uint32_t w)
{
	uint64_t bits = atomic_load(&map->word[w]);
	uint32_t user;

	if (bits == 0)
		return 0;
	user = w * 64 + (uint32_t)__builtin_ctzll(bits);
	mailmap_clear(map, user);
	return user;
}

uint32_t
mailmap_take(struct mailmap *map)
{
	uint32_t i, w, user;
	uint64_t bits;

	for (i = 0; i < mailmap_summaries(map); i++) {
		while ((bits = atomic_load(&map->summary[i])) != 0) {
			w = i * 64 + (uint32_t)__builtin_ctzll(bits);
			if ((user = mailmap_take_word(map, w)) != 0)
				return user;
			/* clear, then look again: a bit may have come */
			atomic_fetch_and(
			    &map->summary[i], ~(UINT64_C(1) << w % 64));
			if ((user = mailmap_take_word(map, w)) != 0) {
				atomic_fetch_or(&map->summary[i],
				    UINT64_C(1) << w % 64);
				return user;
			}
		}
	}
	return 0;
}
