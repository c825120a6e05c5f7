/* SPDX-License-Identifier: ISC */
#ifndef IPC_LOCK_H
#define IPC_LOCK_H

#include <stdatomic.h>
#include <stdint.h>

/*
 * One robust lock in shared memory: futex(2) and get_robust_list(2).  A
 * process may die while it holds it; the next one in is told so.
 */

struct lock {
	_Atomic uint32_t word; /* 0, or the owner's thread ID and flags */
};

/* A sign of life: a lock that is taken once and only given up by dying. */
struct life {
	struct {
		void *next;
	} node;                /* of the kernel's list, in the owner's memory */
	struct lock lock;
};

/* Ties the calling process to LOCK, the only robust lock it may use: from now
 * on the kernel marks LOCK if the process dies as its owner.  Once after each
 * fork.  Returns 0, or -1 with errno. */
int lock_join(struct lock *lock);

/* Returns 0, or 1 when the previous owner died inside: heal what it guards,
 * then go on.  Dying while healing tells the next one the same. */
int lock_acquire(struct lock *lock);
/* Returns 1 when somebody was waiting for it. */
int lock_release(struct lock *lock);

/* Like lock_acquire(), but does not wait: -1 when somebody living has it. */
int lock_acquire_now(struct lock *lock);

/* Whether a living process holds it: the kernel takes it from the dead. */
int lock_owned(const struct lock *lock);

/* Takes LIFE until the end of the calling process; lock_owned() of its lock
 * tells others.  After lock_join(). */
void life_begin(struct life *life);

/* Whether the calling process holds it. */
int lock_held(const struct lock *lock);

#endif
