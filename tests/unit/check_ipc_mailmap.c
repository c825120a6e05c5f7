/* SPDX-License-Identifier: ISC */

/*
 * The map of who has mail, against a plain array, and filled by two processes
 * while a third one empties it.
 */

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "../../ipc/bell.h"
#include "check_ipc.h"

enum {
	MOST = BELL_SUMMARY * 64 * 64,
	USERS = 3 * 4096 + 17, /* of most tests: the last words are not full */
	SETTERS = 2,
	SETS = 300000
};

static struct mailmap map;
static char model[USERS];
static _Atomic uint32_t *mail; /* of each user, for the concurrent test */
static _Atomic uint32_t *done;

static void
map_setup(uint32_t users)
{
	map.word = shared_alloc((users + 63) / 64 * sizeof(uint64_t));
	map.summary = shared_alloc((users + 4095) / 4096 * sizeof(uint64_t));
	map.users = users;
}

static void
mailmap_setup(void)
{
	map_setup(USERS);
	memset(model, 0, sizeof(model));
}

/* No word has mail that the summary does not know of. */
static void
summary_check(void)
{
	uint32_t w;

	for (w = 0; w < (map.users + 63) / 64; w++)
		ck_assert_msg(map.word[w] == 0 ||
		    (map.summary[w / 64] >> w % 64 & 1) != 0,
		    "word %u is not in the summary", w);
}

static void
empty_check(void)
{
	uint32_t i;

	ck_assert_uint_eq(mailmap_take(&map), 0);
	ck_assert(!mailmap_any(&map));
	for (i = 0; i < (map.users + 63) / 64; i++)
		ck_assert_uint_eq(map.word[i], 0);
}

START_TEST(test_each)
{
	uint32_t u;

	empty_check();
	for (u = 1; u < USERS; u++) {
		ck_assert(!mailmap_test(&map, u));
		mailmap_set(&map, u);
		ck_assert(mailmap_test(&map, u));
		ck_assert(!mailmap_test(&map, u - 1));
		ck_assert(u + 1 == USERS || !mailmap_test(&map, u + 1));
		ck_assert(mailmap_any(&map));
		ck_assert_uint_eq(mailmap_take(&map), u);
		ck_assert(!mailmap_test(&map, u));
		ck_assert_uint_eq(mailmap_take(&map), 0);
		ck_assert(!mailmap_any(&map));
	}
	empty_check();
}
END_TEST

START_TEST(test_all)
{
	uint32_t u;
	int i;

	for (u = 1; u < USERS; u++)
		mailmap_set(&map, u);
	for (i = 0; i < 2; i++) /* twice is once */
		mailmap_set(&map, USERS / 2);
	summary_check();
	for (u = 1; u < USERS; u += 2)
		mailmap_clear(&map, u);
	for (u = 2; u < USERS; u += 2) {
		ck_assert(mailmap_any(&map));
		ck_assert_uint_eq(mailmap_take(&map), u);
	}
	empty_check();
}
END_TEST

/* Cleared by hand, not taken: nobody is found. */
START_TEST(test_clear)
{
	uint32_t u;

	for (u = 1; u < USERS; u += 7)
		mailmap_set(&map, u);
	for (u = 1; u < USERS; u++)
		mailmap_clear(&map, u);
	empty_check();
}
END_TEST

static const uint32_t outside[] = {
	USERS, USERS + 1, USERS + 46, USERS + 47, MOST, UINT32_MAX
};

START_TEST(test_outside)
{
	mailmap_set(&map, outside[_i]);
	ck_assert(!mailmap_any(&map));
	empty_check();
}
END_TEST

/* User 0 is nobody: not found, and in nobody's way. */
START_TEST(test_nobody)
{
	mailmap_set(&map, 0);
	ck_assert_uint_eq(mailmap_take(&map), 0);
	mailmap_set(&map, 0);
	mailmap_set(&map, 1);
	mailmap_set(&map, 64);
	ck_assert_uint_eq(mailmap_take(&map), 1);
	ck_assert_uint_eq(mailmap_take(&map), 64);
	empty_check();
}
END_TEST

static const uint32_t sizes[] = {
	1, 2, 63, 64, 65, 128, 4095, 4096, 4097, 8192, 8193, 100000, MOST
};

/* The first and the last of maps of many sizes, and around each border. */
START_TEST(test_size)
{
	uint32_t users = sizes[_i], u, i;

	map_setup(users);
	empty_check();
	for (i = 1; i < users; i *= 2)
		mailmap_set(&map, i);
	mailmap_set(&map, users - 1);
	mailmap_set(&map, users); /* none */
	for (i = 1; i < users; i *= 2)
		ck_assert_uint_eq(mailmap_take(&map), i);
	/* the last one, where it is not one of those */
	u = users - 1;
	if ((u & (u - 1)) != 0)
		ck_assert_uint_eq(mailmap_take(&map), u);
	empty_check();
}
END_TEST

static uint32_t
model_take(void)
{
	uint32_t u;

	for (u = 1; u < USERS && !model[u]; u++)
		;
	if (u == USERS)
		return 0;
	model[u] = 0;
	return u;
}

START_TEST(test_random)
{
	unsigned seed = 1 + (unsigned)_i;
	uint32_t u;
	int i;

	for (i = 0; i < 20000; i++) {
		/* few users, so that the same words come again */
		u = 1 + (uint32_t)rand_r(&seed) % 40 *
		    ((uint32_t)rand_r(&seed) % 300) % (USERS - 1);
		switch (rand_r(&seed) % 4) {
		case 0:
			mailmap_set(&map, u);
			model[u] = 1;
			break;
		case 1:
			mailmap_clear(&map, u);
			model[u] = 0;
			break;
		case 2:
			ck_assert_uint_eq(mailmap_take(&map), model_take());
			break;
		default:
			ck_assert_int_eq(mailmap_test(&map, u), model[u]);
		}
		if (i % 64 == 0)
			summary_check();
	}
}
END_TEST

/* ---- set while taken ---- */

static const struct {
	const char *name;
	uint32_t users;
} crowds[] = {
	{ "one user", 2 },
	{ "one word", 64 },
	{ "two words", 128 },
	{ "one word of the summary", 4096 },
	{ "several", USERS },
};

static void
set_many(int which)
{
	unsigned seed = (unsigned)which;
	uint32_t u;
	int i;

	for (i = 0; i < SETS; i++) {
		u = 1 + (uint32_t)rand_r(&seed) % (map.users - 1);
		atomic_fetch_add(&mail[u], 1);
		mailmap_set(&map, u);
	}
	atomic_fetch_add(done, 1);
}

static uint32_t
take_all(void)
{
	uint32_t u, n = 0;

	while ((u = mailmap_take(&map)) != 0) {
		ck_assert_uint_lt(u, map.users);
		n += atomic_exchange(&mail[u], 0);
	}
	return n;
}

START_TEST(test_concurrent)
{
	pid_t pids[SETTERS];
	uint32_t taken = 0;
	int i;

	map_setup(crowds[_i].users);
	mail = shared_alloc(map.users * sizeof(*mail));
	done = shared_alloc(sizeof(*done));
	for (i = 0; i < SETTERS; i++)
		pids[i] = child_start(i % 2 == 0 ? CHILD_FORK : CHILD_SHARE,
		    set_many, i + 1);
	while (atomic_load(done) < SETTERS)
		taken += take_all();
	for (i = 0; i < SETTERS; i++)
		child_join(pids[i]);
	summary_check();
	taken += take_all();
	ck_assert_msg(taken == SETTERS * SETS, "%s: lost %d",
	    crowds[_i].name, (int)(SETTERS * SETS - taken));
	empty_check();
}
END_TEST

Suite *
check_mailmap(void)
{
	Suite *s = suite_create("mailmap");
	TCase *tc = tcase_create("mailmap");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, mailmap_setup, NULL);
	tcase_add_test(tc, test_each);
	tcase_add_test(tc, test_all);
	tcase_add_test(tc, test_clear);
	ADD_ROWS(tc, test_outside, outside);
	tcase_add_test(tc, test_nobody);
	ADD_ROWS(tc, test_size, sizes);
	tcase_add_loop_test(tc, test_random, 0, 4);
	ADD_ROWS(tc, test_concurrent, crowds);
	suite_add_tcase(s, tc);
	return s;
}
