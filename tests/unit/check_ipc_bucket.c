/* SPDX-License-Identifier: ISC */

/*
 * Token buckets: what comes in, what goes out, what is too much at once; and
 * the table of them, when there are more addresses than places.
 */

#include <arpa/inet.h>
#include <stdatomic.h>
#include <string.h>

#include "../../ipc/bucket.h"
#include "check_ipc.h"

enum {
	NOW = 5000000,         /* ms */
	TAKERS = 3,
	TRIES = 200000,
};

static const struct bucket_rate ten = { 10, 1000, 5 }; /* one in 100 ms */
static const struct bucket_rate none = { 0, 1000, 5 };

/* ---- one ---- */

static const struct {
	const char *name;
	uint32_t first;        /* is taken before */
	uint32_t later;        /* ms */
	uint32_t cost;
	uint64_t want;         /* ms to wait */
	uint32_t level;        /* afterwards */
} takes[] = {
	{ "a new one is full", 0, 0, 5, 0, 0 },
	{ "one of it", 0, 0, 1, 0, 4 },
	{ "nothing", 5, 0, 0, 0, 0 },
	{ "empty", 5, 0, 1, 100, 0 },
	{ "two of it", 5, 0, 2, 200, 0 },
	{ "almost", 5, 99, 1, 1, 0 },
	{ "just there", 5, 100, 1, 0, 0 },
	{ "one more than there is", 3, 0, 3, 100, 2 },
	{ "it holds no more", 5, 100000, 5, 0, 0 },
	{ "or does it", 5, 100000, 6, 0, 0 },
	{ "more than it holds waits for all", 1, 0, 20, 100, 4 },
	{ "and then leaves a debt", 20, 0, 1, 1600, 0 },
};

START_TEST(test_take)
{
	struct bucket b = { 0 };
	const char *name = takes[_i].name;
	uint64_t now = NOW + takes[_i].later, wait;

	ck_assert_uint_eq(bucket_take(&b, &ten, takes[_i].first, NOW), 0);
	wait = bucket_wait(&b, &ten, takes[_i].cost, now);
	ck_assert_msg(wait == takes[_i].want, "%s: waits %d ms", name,
	    (int)wait);
	ck_assert_uint_eq(bucket_take(&b, &ten, takes[_i].cost, now), wait);
	ck_assert_msg(bucket_level(&b, &ten, now) == takes[_i].level,
	    "%s: %u left", name, bucket_level(&b, &ten, now));
	/* what it says is when it is worth another try */
	if (wait > 0)
		ck_assert_uint_eq(
		    bucket_take(&b, &ten, takes[_i].cost, now + wait), 0);
}
END_TEST

START_TEST(test_no_limit)
{
	struct bucket b = { UINT64_MAX };

	ck_assert_uint_eq(bucket_take(&b, &none, 1000000, NOW), 0);
	ck_assert_uint_eq(bucket_wait(&b, &none, 1000000, NOW), 0);
	ck_assert_uint_eq(bucket_level(&b, &none, NOW), 5);
	bucket_give(&b, &none, 1);
	bucket_charge(&b, &none, 1, NOW, 1);
}
END_TEST

START_TEST(test_give)
{
	struct bucket b = { 0 };

	ck_assert_uint_eq(bucket_take(&b, &ten, 5, NOW), 0);
	bucket_give(&b, &ten, 3);
	ck_assert_uint_eq(bucket_level(&b, &ten, NOW), 3);
	bucket_give(&b, &ten, 300);
	ck_assert_uint_eq(bucket_level(&b, &ten, NOW), 5);
}
END_TEST

/* A debt has an end, and so has what damage makes of it. */
START_TEST(test_charge)
{
	struct bucket b = { 0 };
	int i;

	for (i = 0; i < 1000; i++)
		bucket_charge(&b, &ten, 7, NOW, 2);
	/* two bursts of debt, and the bucket itself */
	ck_assert_uint_eq(bucket_wait(&b, &ten, 1, NOW), 1100);
	ck_assert_uint_eq(bucket_wait(&b, &ten, 5, NOW), 1500);
	b.full = UINT64_MAX;
	ck_assert_uint_le(bucket_wait(&b, &ten, 1, NOW), 1000 * 500);
}
END_TEST

/* After a reload: what is missing in time stays missing. */
START_TEST(test_rate_changes)
{
	static const struct bucket_rate fast = { 1000, 1000, 100 };
	struct bucket b = { 0 };

	ck_assert_uint_eq(bucket_take(&b, &ten, 5, NOW), 0);
	ck_assert_uint_eq(bucket_wait(&b, &fast, 1, NOW), 401);
	ck_assert_uint_eq(bucket_wait(&b, &fast, 1, NOW + 500), 0);
}
END_TEST

/* As many as come in, whoever asks, however often. */
START_TEST(test_average)
{
	static const struct bucket_rate odd = { 3, 7000, 4 };
	struct bucket b = { 0 };
	uint64_t now;
	int n = 0;

	for (now = NOW; now < NOW + 70000; now += 13)
		n += bucket_take(&b, &odd, 1, now) == 0;
	ck_assert_int_ge(n, 4 + 29);
	ck_assert_int_le(n, 4 + 30);
}
END_TEST

static struct bucket *shared;
static _Atomic uint32_t *taken;

static void
take_many(int arg)
{
	static const struct bucket_rate rate = { 1, 3600000, 1000 };
	int i;

	(void)arg;
	for (i = 0; i < TRIES; i++)
		if (bucket_take(shared, &rate, 1, NOW) == 0)
			atomic_fetch_add(taken, 1);
}

START_TEST(test_concurrent)
{
	pid_t pids[TAKERS];
	int i;

	shared = shared_alloc(sizeof(*shared));
	taken = shared_alloc(sizeof(*taken));
	for (i = 0; i < TAKERS; i++)
		pids[i] = child_start(CHILD_FORK, take_many, i);
	for (i = 0; i < TAKERS; i++)
		child_join(pids[i]);
	ck_assert_uint_eq(atomic_load(taken), 1000);
}
END_TEST

/* ---- by address ---- */

static void
address(uint8_t addr[16], const char *text)
{
	memset(addr, 0, 16);
	if (strchr(text, ':') != NULL) {
		ck_assert_int_eq(inet_pton(AF_INET6, text, addr), 1);
		return;
	}
	addr[10] = addr[11] = 0xff;
	ck_assert_int_eq(inet_pton(AF_INET, text, addr + 12), 1);
}

static const struct {
	const char *addr;
	unsigned prefix;
	const char *want;
} networks[] = {
	{ "192.0.2.7", 64, "192.0.2.7" },
	{ "192.0.2.7", 0, "192.0.2.7" },
	{ "2001:db8:1:2:3:4:5:6", 64, "2001:db8:1:2::" },
	{ "2001:db8:1:2:3:4:5:6", 48, "2001:db8:1::" },
	{ "2001:db8:1:ff:3:4:5:6", 57, "2001:db8:1:80::" },
	{ "2001:db8:1:2:3:4:5:6", 128, "2001:db8:1:2:3:4:5:6" },
	{ "2001:db8:1:2:3:4:5:6", 0, "::" },
	{ "::1", 64, "::1" },
};

START_TEST(test_network)
{
	uint8_t addr[16], got[16], want[16];

	address(addr, networks[_i].addr);
	address(want, networks[_i].want);
	bucket_network(got, addr, networks[_i].prefix);
	ck_assert_msg(memcmp(got, want, 16) == 0, "%s/%u", networks[_i].addr,
	    networks[_i].prefix);
}
END_TEST

static struct bucket_table
table(uint32_t size)
{
	return (struct bucket_table) {
		.places = shared_alloc(size * sizeof(struct bucket_place)),
		.size = size, .seed = 42
	};
}

START_TEST(test_table)
{
	struct bucket_table t = table(64);
	uint8_t a[16], b[16], c[16];

	address(a, "2001:db8::1");
	address(b, "2001:db8::ffff:1"); /* of the same network */
	address(c, "2001:db8:0:1::1");
	ck_assert_uint_eq(
	    bucket_take(bucket_of(&t, a, 64, NOW), &ten, 5, NOW), 0);
	ck_assert_ptr_eq(
	    bucket_of(&t, a, 64, NOW), bucket_of(&t, b, 64, NOW));
	ck_assert_ptr_ne(
	    bucket_of(&t, a, 64, NOW), bucket_of(&t, c, 64, NOW));
	ck_assert_uint_eq(bucket_level(bucket_of(&t, b, 64, NOW), &ten, NOW),
	    0);
	ck_assert_uint_eq(bucket_level(bucket_of(&t, c, 64, NOW), &ten, NOW),
	    5);
	ck_assert_uint_eq(bucket_busy(&t, NOW), 1);
	ck_assert_uint_eq(bucket_busy(&t, NOW + 500), 0);
}
END_TEST

/* Who is at the limit is not forgotten for all who come and go. */
START_TEST(test_crowd)
{
	struct bucket_table t = table(64);
	uint8_t bad[16], a[16];
	uint32_t i;

	address(bad, "192.0.2.1");
	address(a, "10.0.0.0");
	bucket_take(bucket_of(&t, bad, 64, NOW), &ten, 20, NOW);
	for (i = 0; i < 100000; i++) {
		memcpy(a + 12, &i, 4);
		ck_assert_uint_eq(
		    bucket_take(bucket_of(&t, a, 64, NOW), &ten, 1, NOW), 0);
	}
	ck_assert_uint_eq(
	    bucket_wait(bucket_of(&t, bad, 64, NOW), &ten, 1, NOW), 1600);
}
END_TEST

static size_t
set_of(const struct bucket_table *t, const uint8_t addr[16])
{
	return (size_t)((char *)bucket_of(t, addr, 64, NOW) -
	    (char *)t->places) / sizeof(struct bucket_place) / BUCKET_WAYS;
}

/* Another seed, other neighbours. */
START_TEST(test_seed)
{
	struct bucket_table t = table(4096), u = t;
	uint8_t a[16];
	uint32_t i, same = 0;

	u.places = shared_alloc(4096 * sizeof(struct bucket_place));
	u.seed = 43;
	address(a, "10.0.0.0");
	for (i = 0; i < 1000; i++) {
		memcpy(a + 12, &i, 4);
		same += set_of(&t, a) == set_of(&u, a);
	}
	ck_assert_uint_lt(same, 100);
}
END_TEST

Suite *
check_bucket(void)
{
	Suite *s = suite_create("bucket");
	TCase *tc = tcase_create("bucket");

	tcase_set_timeout(tc, 60);
	ADD_ROWS(tc, test_take, takes);
	tcase_add_test(tc, test_no_limit);
	tcase_add_test(tc, test_give);
	tcase_add_test(tc, test_charge);
	tcase_add_test(tc, test_rate_changes);
	tcase_add_test(tc, test_average);
	tcase_add_test(tc, test_concurrent);
	ADD_ROWS(tc, test_network, networks);
	tcase_add_test(tc, test_table);
	tcase_add_test(tc, test_crowd);
	tcase_add_test(tc, test_seed);
	suite_add_tcase(s, tc);
	return s;
}
