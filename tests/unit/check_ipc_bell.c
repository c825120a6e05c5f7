/* SPDX-License-Identifier: ISC */

/*
 * Bells: an edge for a sleeper, none for who is awake, and that of a million
 * posts by another process none is slept through.
 */

#include <sys/epoll.h>

#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "../../ipc/bell.h"
#include "check_ipc.h"

enum {
	POSTS = 1000000,
	USERS = 5000,         /* more than one word of the summary */
	LOST = 5000           /* ms asleep while there is mail */
};

static struct shared {
	struct bell bell;
	_Atomic uint64_t word[(USERS + 63) / 64];
	_Atomic uint64_t summary[(USERS + 4095) / 4096];
	_Atomic uint32_t mail[USERS]; /* posts that wait: the mailboxes */
	_Atomic uint32_t posted, taken;
	_Atomic int asleep;
} *sh;

static struct mailmap map;

static void
bell_setup(void)
{
	sh = shared_alloc(sizeof(*sh));
	map = (struct mailmap){ sh->word, sh->summary, USERS };
	ck_assert_int_eq(bell_create(&sh->bell), 0);
}

static void
bell_teardown(void)
{
	close(sh->bell.fd);
}

/* How often it was rung since it was asked last. */
static uint64_t
rings(void)
{
	uint64_t n = 0;

	return read(sh->bell.fd, &n, sizeof(n)) == sizeof(n) ? n : 0;
}

static int
bell_watch(void)
{
	struct epoll_event ev = { .events = EPOLLIN | EPOLLET };
	int ep = epoll_create1(EPOLL_CLOEXEC);

	ck_assert_int_ge(ep, 0);
	ck_assert_int_eq(
	    epoll_ctl(ep, EPOLL_CTL_ADD, sh->bell.fd, &ev), 0);
	return ep;
}

static int
edges(int ep, int ms)
{
	struct epoll_event ev;

	return epoll_wait(ep, &ev, 1, ms);
}

START_TEST(test_ring)
{
	int i;

	ck_assert_uint_eq(rings(), 0);
	bell_wake(&sh->bell);
	for (i = 0; i < 3; i++)
		bell_ring(&sh->bell);
	ck_assert_uint_eq(rings(), 0);
	bell_sleep(&sh->bell);
	ck_assert_uint_eq(rings(), 0);
	for (i = 0; i < 3; i++)
		bell_ring(&sh->bell);
	ck_assert_uint_eq(rings(), 1);
	bell_wake(&sh->bell);
	bell_ring(&sh->bell);
	ck_assert_uint_eq(rings(), 0);
	bell_sleep(&sh->bell);
	bell_ring(&sh->bell);
	ck_assert_uint_eq(rings(), 1);
}
END_TEST

/* It is never read, so each ring must be an edge of its own. */
START_TEST(test_edge)
{
	int ep = bell_watch(), i;

	for (i = 0; i < 1000; i++) {
		bell_sleep(&sh->bell);
		ck_assert_int_eq(edges(ep, 0), 0);
		bell_ring(&sh->bell);
		bell_ring(&sh->bell);
		ck_assert_int_eq(edges(ep, 0), 1);
		bell_wake(&sh->bell);
		bell_ring(&sh->bell);
		ck_assert_int_eq(edges(ep, 0), 0);
	}
	close(ep);
}
END_TEST

/* A call is heard by a sleeper as a ring, and by who is awake when it goes to
 * sleep, once; rings and waking do not hide it. */
START_TEST(test_call)
{
	bell_wake(&sh->bell);
	ck_assert_int_eq(bell_sleep(&sh->bell), 0);
	bell_call(&sh->bell);
	ck_assert_uint_eq(rings(), 1);
	bell_sleep(&sh->bell);
	bell_wake(&sh->bell);
	bell_ring(&sh->bell);
	ck_assert_int_eq(bell_sleep(&sh->bell), 0);
	bell_wake(&sh->bell);
	bell_call(&sh->bell);
	bell_ring(&sh->bell);
	bell_wake(&sh->bell);
	ck_assert_uint_eq(rings(), 0);
	ck_assert_int_eq(bell_sleep(&sh->bell), 1);
	ck_assert_int_eq(bell_sleep(&sh->bell), 0);
}
END_TEST

/* In a child that goes to sleep on the set EP. */
static void
sleep_on(int ep)
{
	bell_sleep(&sh->bell);
	atomic_store(&sh->asleep, 1);
	CHILD_MUST(edges(ep, LOST) == 1);
	bell_wake(&sh->bell);
}

static void
ring(int times)
{
	while (times-- > 0)
		bell_ring(&sh->bell);
}

START_TEST(test_wakes)
{
	int ep = bell_watch();
	pid_t pid;

	pid = child_start((enum child_kind)_i, sleep_on, ep);
	WAIT_FOR(atomic_load(&sh->asleep));
	/* rung by a third process */
	child_join(child_start((enum child_kind)_i, ring, 1));
	child_join(pid);
	close(ep);
}
END_TEST

/* Posts, now and then waiting until all is taken so that the owner sleeps. */
static void
post_all(int times)
{
	unsigned seed = (unsigned)times, u;
	int i, burst = 0;

	for (i = 0; i < times; i++) {
		u = 1 + (unsigned)rand_r(&seed) % (USERS - 1);
		atomic_fetch_add(&sh->mail[u], 1);
		mailmap_set(&map, u);
		bell_ring(&sh->bell);
		atomic_fetch_add(&sh->posted, 1);
		if (burst-- > 0)
			continue;
		burst = rand_r(&seed) % 40;
		/* just when it goes to sleep, or a little later */
		for (u = 1; atomic_load(&sh->taken) <
		    atomic_load(&sh->posted); u++)
			if (u % 4096 == 0)
				sched_yield();
		for (u = (unsigned)rand_r(&seed) % 64; u > 0; u--)
			atomic_load(&sh->asleep);
	}
}

static uint32_t
drain(void)
{
	uint32_t u, n, all = 0;

	while ((u = mailmap_take(&map)) != 0) {
		ck_assert_uint_lt(u, USERS);
		n = atomic_exchange(&sh->mail[u], 0);
		atomic_fetch_add(&sh->taken, n);
		all += n;
	}
	return all;
}

/* The protocol of the owner: sleep, look once more, wait, wake, work. */
START_TEST(test_no_wake_lost)
{
	int ep = bell_watch(), n, more, slept = 0;
	uint32_t taken = 0;
	pid_t pid = child_start((enum child_kind)_i, post_all, POSTS);

	bell_wake(&sh->bell);
	while (taken < POSTS) {
		bell_sleep(&sh->bell);
		more = mailmap_any(&map);
		n = edges(ep, more ? 0 : LOST);
		ck_assert_msg(more || n == 1, "a wake-up was lost: %u of %u",
		    taken, atomic_load(&sh->posted));
		bell_wake(&sh->bell);
		slept += !more;
		taken += drain();
	}
	ck_assert_uint_eq(taken, POSTS);
	child_join(pid);
	ck_assert_uint_eq(drain(), 0);
	ck_assert_int_gt(slept, 1000);
	close(ep);
}
END_TEST

Suite *
check_bell(void)
{
	Suite *s = suite_create("bell");
	TCase *tc = tcase_create("bell");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, bell_setup, bell_teardown);
	tcase_add_test(tc, test_ring);
	tcase_add_test(tc, test_edge);
	tcase_add_test(tc, test_call);
	tcase_add_loop_test(tc, test_wakes, 0, CHILD_KINDS);
	tcase_add_loop_test(tc, test_no_wake_lost, 0, CHILD_KINDS);
	suite_add_tcase(s, tc);
	return s;
}
