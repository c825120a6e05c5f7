/* SPDX-License-Identifier: ISC */

/*
 * The robust lock: that it excludes, and that a death inside is told to the
 * next one in, whatever the other processes were doing at that moment.
 *
 * Each test runs with children of fork(2), whose robust list libc has set for
 * itself, and with those of process_share(), where nobody did.
 */

#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "../../ipc/lock.h"
#include "check_ipc.h"

enum { PROCESSES = 4, INCREMENTS = 20000, KILLS = 150 };

static struct guarded {
	struct lock lock;
	/* plain: only the lock keeps them right */
	volatile uint64_t before, after;
	_Atomic int step;     /* how far a child has got */
	_Atomic int healed;   /* how often an owner's death was told */
	_Atomic int stop;
} *g;

static void
guarded_setup(void)
{
	g = shared_alloc(sizeof(*g));
}

static int
lock_has_waiters(void)
{
	return (atomic_load(&g->lock.word) & FUTEX_WAITERS) != 0;
}

START_TEST(test_basic)
{
	ck_assert(!lock_held(&g->lock));
	ck_assert_int_eq(lock_join(&g->lock), 0);
	ck_assert(!lock_held(&g->lock));
	ck_assert_int_eq(lock_acquire(&g->lock), 0);
	ck_assert(lock_held(&g->lock));
	lock_release(&g->lock);
	ck_assert(!lock_held(&g->lock));
	ck_assert_uint_eq(atomic_load(&g->lock.word), 0);
	ck_assert_int_eq(lock_acquire(&g->lock), 0);
	lock_release(&g->lock);
}
END_TEST

static void
see_not_held(int arg)
{
	(void)arg;
	CHILD_MUST(lock_join(&g->lock) == 0);
	CHILD_MUST(!lock_held(&g->lock));
}

START_TEST(test_held_is_mine)
{
	ck_assert_int_eq(lock_join(&g->lock), 0);
	ck_assert_int_eq(lock_acquire(&g->lock), 0);
	child_join(child_start((enum child_kind)_i, see_not_held, 0));
	ck_assert(lock_held(&g->lock));
	lock_release(&g->lock);
}
END_TEST

static void
increment(int times)
{
	int i;

	CHILD_MUST(lock_join(&g->lock) == 0);
	for (i = 0; i < times; i++) {
		CHILD_MUST(lock_acquire(&g->lock) == 0);
		CHILD_MUST(g->before == g->after);
		g->before = g->before + 1;
		g->after = g->after + 1;
		lock_release(&g->lock);
	}
}

START_TEST(test_contention)
{
	pid_t pids[PROCESSES];
	int i;

	for (i = 0; i < PROCESSES; i++)
		pids[i] = child_start(
		    (enum child_kind)_i, increment, INCREMENTS);
	for (i = 0; i < PROCESSES; i++)
		child_join(pids[i]);
	ck_assert_uint_eq(g->before, (uint64_t)PROCESSES * INCREMENTS);
	ck_assert_uint_eq(g->after, (uint64_t)PROCESSES * INCREMENTS);
	ck_assert_uint_eq(atomic_load(&g->lock.word) & FUTEX_TID_MASK, 0);
}
END_TEST

/* Acquires, expecting WANT, and stays inside. */
static void
stay_inside(int want)
{
	CHILD_MUST(lock_join(&g->lock) == 0);
	atomic_store(&g->step, 1);
	CHILD_MUST(lock_acquire(&g->lock) == want);
	atomic_store(&g->step, 2);
	child_pause();
}

static pid_t
inside_start(int kind, int want)
{
	pid_t pid;

	atomic_store(&g->step, 0);
	pid = child_start((enum child_kind)kind, stay_inside, want);
	WAIT_FOR(atomic_load(&g->step) == 2);
	return pid;
}

/* The first dies inside, the others while they heal. */
START_TEST(test_killed_inside)
{
	int deaths, i;

	ck_assert_int_eq(lock_join(&g->lock), 0);
	for (deaths = 1; deaths <= 4; deaths++) {
		for (i = 0; i < deaths; i++)
			child_kill(inside_start(_i, i > 0));
		ck_assert_int_eq(lock_acquire(&g->lock), 1);
		ck_assert(lock_held(&g->lock));
		lock_release(&g->lock);
		ck_assert_int_eq(lock_acquire(&g->lock), 0);
		lock_release(&g->lock);
	}
}
END_TEST

/* Also an end by exit(2) is a death: nobody else can release it. */
static void
exit_inside(int arg)
{
	(void)arg;
	CHILD_MUST(lock_join(&g->lock) == 0);
	CHILD_MUST(lock_acquire(&g->lock) == 0);
}

START_TEST(test_exit_inside)
{
	ck_assert_int_eq(lock_join(&g->lock), 0);
	child_join(child_start((enum child_kind)_i, exit_inside, 0));
	ck_assert_int_eq(lock_acquire(&g->lock), 1);
	lock_release(&g->lock);
}
END_TEST

/* One after the other is told of a death, from inside and while waiting. */
START_TEST(test_killed_while_others_wait)
{
	pid_t first, second, third;

	ck_assert_int_eq(lock_join(&g->lock), 0);
	first = inside_start(_i, 0);
	atomic_store(&g->step, 0);
	second = child_start((enum child_kind)_i, stay_inside, 1);
	WAIT_FOR(lock_has_waiters());
	child_kill(first);
	WAIT_FOR(atomic_load(&g->step) == 2);
	atomic_store(&g->step, 0);
	third = child_start((enum child_kind)_i, stay_inside, 1);
	WAIT_FOR(atomic_load(&g->step) == 1 && lock_has_waiters());
	child_kill(second);
	WAIT_FOR(atomic_load(&g->step) == 2);
	child_kill(third);
	ck_assert_int_eq(lock_acquire(&g->lock), 1);
	lock_release(&g->lock);
}
END_TEST

static void
enter_once(int want)
{
	CHILD_MUST(lock_join(&g->lock) == 0);
	atomic_fetch_add(&g->step, 1);
	CHILD_MUST(lock_acquire(&g->lock) == want);
	lock_release(&g->lock);
}

/* Who gives it back is told that somebody waits for it. */
START_TEST(test_waiter_known)
{
	pid_t pid;

	ck_assert_int_eq(lock_join(&g->lock), 0);
	ck_assert_int_eq(lock_acquire(&g->lock), 0);
	pid = child_start((enum child_kind)_i, enter_once, 0);
	WAIT_FOR(lock_has_waiters());
	ck_assert_int_eq(lock_release(&g->lock), 1);
	child_join(pid);
	ck_assert_int_eq(lock_acquire(&g->lock), 0);
	ck_assert_int_eq(lock_release(&g->lock), 0);
}
END_TEST

/* Whether PID sleeps in a system call, as proc(5) says. */
static int
process_sleeps(pid_t pid)
{
	char path[32], state = '?';
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
	if ((f = fopen(path, "r")) == NULL)
		return 0;
	if (fscanf(f, "%*d (%*[^)]) %c", &state) != 1)
		state = '?';
	fclose(f);
	return state == 'S';
}

/* A waiter's death takes nobody's turn and is not the owner's. */
START_TEST(test_waiter_killed)
{
	pid_t waiter[3];
	int i, dead;

	ck_assert_int_eq(lock_join(&g->lock), 0);
	for (dead = 0; dead < 3; dead++) {
		ck_assert_int_eq(lock_acquire(&g->lock), 0);
		atomic_store(&g->step, 0);
		for (i = 0; i < 3; i++)
			waiter[i] = child_start(
			    (enum child_kind)_i, enter_once, 0);
		WAIT_FOR(atomic_load(&g->step) == 3);
		for (i = 0; i < 3; i++)
			WAIT_FOR(process_sleeps(waiter[i]));
		ck_assert(lock_has_waiters());
		child_kill(waiter[dead]);
		ck_assert(lock_held(&g->lock));
		lock_release(&g->lock);
		for (i = 0; i < 3; i++)
			if (i != dead)
				child_join(waiter[i]);
		ck_assert_int_eq(lock_acquire(&g->lock), 0);
		lock_release(&g->lock);
	}
}
END_TEST

/* The same, but the waiter dies just when it is woken. */
START_TEST(test_woken_waiter_killed)
{
	pid_t a, b;
	int i;

	ck_assert_int_eq(lock_join(&g->lock), 0);
	for (i = 0; i < 50; i++) {
		if (lock_acquire(&g->lock) != 0)
			ck_assert_int_gt(i, 0); /* it died inside */
		atomic_store(&g->step, 0);
		a = child_start((enum child_kind)_i, enter_once, 0);
		WAIT_FOR(process_sleeps(a) && lock_has_waiters());
		b = fork();
		if (b == 0) {
			alarm(30);
			if (lock_join(&g->lock) != 0)
				_exit(1);
			lock_acquire(&g->lock); /* either answer is right */
			lock_release(&g->lock);
			_exit(0);
		}
		lock_release(&g->lock);
		kill(a, SIGKILL);
		ck_assert_int_eq(waitpid(a, NULL, 0), a);
		child_join(b);
	}
}
END_TEST

/* Works for ever; whoever finds a death heals. */
static void
work(int arg)
{
	(void)arg;
	CHILD_MUST(lock_join(&g->lock) == 0);
	while (!atomic_load(&g->stop)) {
		if (lock_acquire(&g->lock) == 1) {
			CHILD_MUST(g->before - g->after <= 1);
			g->after = g->before;
			atomic_fetch_add(&g->healed, 1);
		}
		CHILD_MUST(g->before == g->after);
		g->before = g->before + 1;
		if (g->before % 64 == 0)
			sched_yield(); /* to be killed here, too */
		g->after = g->after + 1;
		lock_release(&g->lock);
	}
}

/* Kills at any moment: everybody goes on, nothing stays half done. */
START_TEST(test_killed_anywhere)
{
	pid_t pids[PROCESSES];
	unsigned seed = 1;
	uint64_t seen;
	int i, k;

	for (i = 0; i < PROCESSES; i++)
		pids[i] = child_start((enum child_kind)_i, work, 0);
	for (k = 0; k < KILLS; k++) {
		seen = g->after;
		WAIT_FOR(g->after > seen + (uint64_t)rand_r(&seed) % 50);
		i = rand_r(&seed) % PROCESSES;
		child_kill(pids[i]);
		pids[i] = child_start((enum child_kind)_i, work, 0);
	}
	atomic_store(&g->stop, 1);
	for (i = 0; i < PROCESSES; i++)
		child_join(pids[i]);
	ck_assert_int_le(atomic_load(&g->healed), KILLS);
	ck_assert_int_eq(lock_join(&g->lock), 0);
	ck_assert_int_eq(lock_acquire(&g->lock), 0);
	ck_assert_uint_eq(g->before, g->after);
	lock_release(&g->lock);
}
END_TEST

Suite *
check_lock(void)
{
	Suite *s = suite_create("lock");
	TCase *tc = tcase_create("lock");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, guarded_setup, NULL);
	tcase_add_test(tc, test_basic);
	tcase_add_loop_test(tc, test_held_is_mine, 0, CHILD_KINDS);
	tcase_add_loop_test(tc, test_contention, 0, CHILD_KINDS);
	tcase_add_loop_test(tc, test_killed_inside, 0, CHILD_KINDS);
	tcase_add_loop_test(tc, test_exit_inside, 0, CHILD_KINDS);
	tcase_add_loop_test(tc, test_killed_while_others_wait, 0, CHILD_KINDS);
	tcase_add_loop_test(tc, test_waiter_known, 0, CHILD_KINDS);
	tcase_add_loop_test(tc, test_waiter_killed, 0, CHILD_KINDS);
	tcase_add_loop_test(tc, test_woken_waiter_killed, 0, CHILD_KINDS);
	tcase_add_loop_test(tc, test_killed_anywhere, 0, CHILD_KINDS);
	suite_add_tcase(s, tc);
	return s;
}
