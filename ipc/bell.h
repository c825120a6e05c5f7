/* SPDX-License-Identifier: ISC */
#ifndef IPC_BELL_H
#define IPC_BELL_H

#include <stdatomic.h>
#include <stdint.h>

/*
 * A queue cannot be polled, so each process has a bell: an eventfd in the
 * shared table, and a map in the segment of the users whose mailbox has mail.
 * The bell is rung only when its owner may be asleep.
 */

enum { BELL_SUMMARY = 4096 /* words of 64 summary bits: 16M users */ };

struct bell {
	_Atomic uint32_t awake; /* the owner looks by itself: do not ring;
	                        * and whether it was called meanwhile */
	int fd;
};

/* Two levels: bit u of WORD, and bit u/64 of SUMMARY. */
struct mailmap {
	_Atomic uint64_t *word;
	_Atomic uint64_t *summary;
	uint32_t users;
};

/* Makes the eventfd.  Returns 0 or -1 with errno. */
int bell_create(struct bell *bell);
/* Wakes the owner unless it is awake. */
void bell_ring(struct bell *bell);
/* The same, for what the owner does not look for by itself: when it is awake,
 * its next bell_sleep() says that it was called. */
void bell_call(struct bell *bell);
/* The owner's side: before it looks for work and before it sleeps.  After
 * bell_sleep() it must look once more; it returns whether there was a call
 * while the owner was awake. */
void bell_wake(struct bell *bell);
int bell_sleep(struct bell *bell);

/* Says that USER has mail. */
void mailmap_set(struct mailmap *map, uint32_t user);
/* Whether it was said; hint for the owner. */
int mailmap_test(const struct mailmap *map, uint32_t user);
void mailmap_clear(struct mailmap *map, uint32_t user);
/* Whether anybody has mail. */
int mailmap_any(const struct mailmap *map);
/* Takes the next user with mail, 0 when there is none.  Its bit is cleared:
 * mail that comes from now on sets it again. */
uint32_t mailmap_take(struct mailmap *map);

#endif
