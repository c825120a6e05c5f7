/* SPDX-License-Identifier: ISC */
/*
 * The robust lock of the segment.
 *
 * Not a pthread mutex: workers are made by clone(2) with a shared descriptor
 * table (process.c), behind libc's back, and libc would go on using its
 * parent's thread ID.  The kernel's side is the same as for a robust mutex:
 * at a process's end it looks at list_op_pending, finds our thread ID in the
 * word, sets FUTEX_OWNER_DIED and wakes a waiter.  A process uses one lock
 * only, so it is simply "pending" for ever.  On the list itself is at most its
 * sign of life.
 *
 * The word is 0 when free.  FUTEX_WAITERS says that release must wake.
 */
#include <errno.h>
#include <linux/futex.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "lock.h"

static struct robust_list_head robust;
static uint32_t self; /* our thread ID; 0 before lock_join() */

enum { SPINS = 200 };

int
lock_join(struct lock *lock)
{
	robust.list.next = &robust.list;
	robust.futex_offset = offsetof(struct life, lock);
	robust.list_op_pending = (struct robust_list *)(void *)
	    ((char *)lock - offsetof(struct life, lock));
	self = (uint32_t)syscall(SYS_gettid);
	return (int)syscall(SYS_set_robust_list, &robust, sizeof(robust));
}

/*
 * Takes the word if it is free or its owner died.  FLAGS is what our thread
 * ID is stored with.  Returns -1 when somebody living has it.
 */
static int
lock_try(struct lock *lock, uint32_t flags)
{
	uint32_t v = atomic_load_explicit(&lock->word, memory_order_relaxed);

	while ((v & FUTEX_TID_MASK) == 0) {
		uint32_t want = self | flags | (v & FUTEX_WAITERS);
		if (atomic_compare_exchange_weak(&lock->word, &v, want))
			return (v & FUTEX_OWNER_DIED) != 0;
	}
	return -1;
}

/* Sleeps until the word may be free.  The time limit covers the one gap the
 * kernel leaves: a waiter that was woken and killed before it took the word. */
static void
lock_wait(struct lock *lock)
{
	static const struct timespec limit = { 0, 20 * 1000 * 1000 };
	uint32_t v = atomic_load(&lock->word);

	if ((v & FUTEX_TID_MASK) == 0)
		return;
	if (!(v & FUTEX_WAITERS) &&
	    !atomic_compare_exchange_strong(
		&lock->word, &v, v | FUTEX_WAITERS))
		return;
	syscall(SYS_futex, &lock->word, FUTEX_WAIT, v | FUTEX_WAITERS, &limit,
	    NULL, 0);
}

static inline void
lock_pause(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#endif
}

int
lock_acquire(struct lock *lock)
{
	int r, i;

	for (i = 0; i < SPINS; i++) {
		if ((r = lock_try(lock, 0)) >= 0)
			return r;
		lock_pause();
	}
	for (;;) {
		lock_wait(lock);
		/* others may still sleep: whoever slept keeps the flag */
		if ((r = lock_try(lock, FUTEX_WAITERS)) >= 0)
			return r;
	}
}

int
lock_release(struct lock *lock)
{
	if (!(atomic_exchange(&lock->word, 0) & FUTEX_WAITERS))
		return 0;
	syscall(SYS_futex, &lock->word, FUTEX_WAKE, 1, NULL, NULL, 0);
	return 1;
}

void
life_begin(struct life *life)
{
	life->node.next = &robust.list;
	atomic_store(&life->lock.word, self);
	atomic_signal_fence(memory_order_seq_cst);
	robust.list.next = (struct robust_list *)(void *)&life->node;
}

int
lock_acquire_now(struct lock *lock)
{
	return lock_try(lock, 0);
}

int
lock_owned(const struct lock *lock)
{
	return (atomic_load(&lock->word) & FUTEX_TID_MASK) != 0;
}

int
lock_held(const struct lock *lock)
{
	return self != 0 &&
	    (atomic_load(&lock->word) & FUTEX_TID_MASK) == self;
}
