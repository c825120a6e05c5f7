/* SPDX-License-Identifier: ISC */

/*
 * The segment: made, found, told apart from what is not ours, and known as
 * dead only when nobody needs it any more.
 */

#include <sys/ipc.h>
#include <sys/shm.h>

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../../ipc/mailbox.h"
#include "../../ipc/process.h"
#include "../../ipc/segment.h"
#include "check_ipc.h"

enum { LAYOUT = 42, SIZE = 100000, STRANGER = 65534 };

static _Atomic int *ready;

static void
segment_teardown(void)
{
	objects_count(ipc_prefix, "shm", 1);
}

static void
segment_setup(void)
{
	segment_teardown(); /* of a test that crashed */
	ready = shared_alloc(sizeof(*ready));
}

static void
state_is(enum segment_state want)
{
	struct segment h;
	enum segment_state got = segment_probe(ipc_prefix, &h);
	static const struct segment zero;

	ck_assert_int_eq(got, want);
	if (want == SEGMENT_NONE || want == SEGMENT_FOREIGN)
		ck_assert_int_eq(memcmp(&h, &zero, sizeof(h)), 0);
	else
		ck_assert_uint_eq(h.magic, SEGMENT_MAGIC);
}

static int
segment_id(void)
{
	return shmget(mailbox_key(ipc_prefix, 0), 0, 0);
}

/* ---- making ---- */

START_TEST(test_create)
{
	struct timespec now;
	struct shmid_ds ds;
	struct segment h, *seg;
	size_t i;

	state_is(SEGMENT_NONE);
	seg = segment_create(ipc_prefix, LAYOUT, SIZE);
	ck_assert_ptr_nonnull(seg);
	clock_gettime(CLOCK_REALTIME, &now);
	ck_assert_uint_eq(seg->magic, SEGMENT_MAGIC);
	ck_assert_uint_eq(seg->layout, LAYOUT);
	ck_assert_uint_eq(seg->prefix, (uint32_t)ipc_prefix);
	ck_assert_uint_eq(seg->size, SIZE);
	ck_assert_int_eq(seg->shmid, segment_id());
	ck_assert_int_eq(seg->owner, getpid());
	ck_assert_uint_eq(seg->owner_start, process_start_time(getpid()));
	ck_assert_uint_le(seg->born, (uint64_t)now.tv_sec * 1000 + 1000);
	ck_assert_uint_ge(seg->born + 5000, (uint64_t)now.tv_sec * 1000);
	for (i = sizeof(*seg); i < SIZE; i++)
		ck_assert_int_eq(((char *)seg)[i], 0);
	ck_assert_int_eq(shmctl(seg->shmid, IPC_STAT, &ds), 0);
	ck_assert_int_eq(ds.shm_perm.mode & 0777, 0600);
	ck_assert_uint_eq(ds.shm_segsz, SIZE);
	ck_assert_int_eq(segment_probe(ipc_prefix, &h), SEGMENT_LIVE);
	ck_assert_int_eq(memcmp(&h, seg, sizeof(h)), 0);
	ck_assert_int_eq(segment_attached(seg->shmid), 1);
	segment_remove(seg->shmid);
	segment_detach(seg);
	state_is(SEGMENT_NONE);
}
END_TEST

START_TEST(test_create_twice)
{
	struct segment *seg = segment_create(ipc_prefix, LAYOUT, SIZE);

	ck_assert_ptr_nonnull(seg);
	errno = 0;
	ck_assert_ptr_null(segment_create(ipc_prefix, LAYOUT, SIZE));
	ck_assert_int_eq(errno, EEXIST);
	errno = 0;
	ck_assert_ptr_null(segment_create(ipc_prefix, LAYOUT, SIZE * 2));
	ck_assert_int_eq(errno, EEXIST);
	ck_assert_uint_eq(seg->size, SIZE);
	ck_assert_int_eq(segment_attached(seg->shmid), 1);
}
END_TEST

static const struct {
	size_t size;
	int error;            /* 0: it can be made */
} sizes[] = {
	{ 0, EINVAL },
	{ sizeof(struct segment), 0 },
	{ 4096, 0 },
	{ 4097, 0 },
	{ (size_t)1 << 30, 0 },
	/* costs only the pages that are touched */
	{ (size_t)64 << 30, 0 },
	{ SIZE_MAX, EINVAL },
};

START_TEST(test_size)
{
	struct segment *seg, h;
	size_t size = sizes[_i].size;

	errno = 0;
	seg = segment_create(ipc_prefix, LAYOUT, size);
	if (sizes[_i].error != 0) {
		ck_assert_ptr_null(seg);
		ck_assert_int_eq(errno, sizes[_i].error);
		state_is(SEGMENT_NONE);
		return;
	}
	ck_assert_msg(seg != NULL, "%zu: %s", size, strerror(errno));
	if (size > sizeof(*seg)) {
		ck_assert_int_eq(((char *)seg)[size - 1], 0);
		((char *)seg)[size - 1] = 1;
	}
	ck_assert_int_eq(segment_probe(ipc_prefix, &h), SEGMENT_LIVE);
	ck_assert_uint_eq(h.size, size);
}
END_TEST

START_TEST(test_attach)
{
	struct segment *a = segment_create(ipc_prefix, LAYOUT, SIZE), *b;
	int id = a->shmid;

	b = segment_attach(id);
	ck_assert_ptr_nonnull(b);
	ck_assert(a != b);
	ck_assert_int_eq(segment_attached(id), 2);
	((char *)b)[SIZE - 1] = 'x';
	ck_assert_int_eq(((char *)a)[SIZE - 1], 'x');
	segment_detach(a);
	ck_assert_int_eq(segment_attached(id), 1);
	segment_detach(b);
	ck_assert_int_eq(segment_attached(id), 0);
	segment_remove(id);
	ck_assert_int_eq(segment_attached(id), -1);
	errno = 0;
	ck_assert_ptr_null(segment_attach(id));
	ck_assert_int_ne(errno, 0);
}
END_TEST

/* ---- whose it is ---- */

static void
create_and(int stay)
{
	CHILD_MUST(segment_create(ipc_prefix, LAYOUT, SIZE) != NULL);
	atomic_store(ready, 1);
	if (stay)
		child_pause();
}

/* Made by a child: alive as long as the child, then dead, also when killed. */
START_TEST(test_dead)
{
	pid_t pid = child_start((enum child_kind)_i, create_and, 1);

	WAIT_FOR(atomic_load(ready));
	state_is(SEGMENT_LIVE);
	ck_assert_int_eq(segment_attached(segment_id()), 1);
	child_kill(pid);
	state_is(SEGMENT_DEAD);
	state_is(SEGMENT_DEAD); /* to look does not change it */
	ck_assert_int_eq(segment_attached(segment_id()), 0);
	segment_remove(segment_id());
	state_is(SEGMENT_NONE);
}
END_TEST

START_TEST(test_dead_by_exit)
{
	child_join(child_start((enum child_kind)_i, create_and, 0));
	state_is(SEGMENT_DEAD);
}
END_TEST

/* The owner is gone, and somebody is attached. */
START_TEST(test_orphan)
{
	pid_t pid = child_start((enum child_kind)_i, create_and, 1);
	struct segment *seg;

	WAIT_FOR(atomic_load(ready));
	seg = segment_attach(segment_id());
	ck_assert_ptr_nonnull(seg);
	state_is(SEGMENT_LIVE);
	child_kill(pid);
	state_is(SEGMENT_ORPHAN);
	segment_detach(seg);
	state_is(SEGMENT_DEAD);
}
END_TEST

/* The owner lives, but has detached: still its own. */
START_TEST(test_live_detached)
{
	segment_detach(segment_create(ipc_prefix, LAYOUT, SIZE));
	state_is(SEGMENT_LIVE);
}
END_TEST

/* Another process has the owner's number now. */
START_TEST(test_number_again)
{
	struct segment *seg = segment_create(ipc_prefix, LAYOUT, SIZE);

	seg->owner_start--;
	state_is(SEGMENT_ORPHAN);
	segment_detach(seg);
	state_is(SEGMENT_DEAD);
}
END_TEST

/* ---- what is not ours ---- */

static int
make(size_t size)
{
	return shmget(mailbox_key(ipc_prefix, 0), size,
	    IPC_CREAT | IPC_EXCL | 0600);
}

static int
make_zeroed(void)
{
	return make(SIZE);
}

static int
make_small(void)
{
	return make(sizeof(struct segment) - 1);
}

static int
make_other(void)
{
	int id = make(SIZE);
	struct segment *seg = segment_attach(id);

	memset(seg, 'x', SIZE);
	segment_detach(seg);
	return id;
}

static int
make_almost(void)
{
	int id = make(SIZE);
	struct segment *seg = segment_attach(id);

	seg->magic = SEGMENT_MAGIC ^ 1;
	seg->owner = getpid();
	seg->owner_start = process_start_time(getpid());
	segment_detach(seg);
	return id;
}

static void
create_as_stranger(int mode)
{
	CHILD_MUST(setuid(STRANGER) == 0);
	CHILD_MUST(segment_create(ipc_prefix, LAYOUT, SIZE) != NULL);
	if (mode != 0) {
		struct shmid_ds ds;
		int id = segment_id();
		CHILD_MUST(shmctl(id, IPC_STAT, &ds) == 0);
		ds.shm_perm.mode = (unsigned short)mode;
		CHILD_MUST(shmctl(id, IPC_SET, &ds) == 0);
	}
}

static int
make_by_stranger(int mode)
{
	if (geteuid() != 0) {
		test_skip("not root: a segment of another user");
		return -1;
	}
	child_join(child_start(CHILD_FORK, create_as_stranger, mode));
	return segment_id();
}

static int
make_strangers(void)
{
	return make_by_stranger(0);
}

static int
make_strangers_open(void)
{
	return make_by_stranger(0666);
}

static const struct {
	const char *name;
	int (*make)(void);
} foreign[] = {
	{ "zeroed", make_zeroed },
	{ "too small for a header", make_small },
	{ "another thing", make_other },
	{ "another magic number", make_almost },
	{ "another user's", make_strangers },
	{ "another user's, for all", make_strangers_open },
};

START_TEST(test_foreign)
{
	struct shmid_ds before, after;
	int id = foreign[_i].make();

	if (id < 0)
		return;
	state_is(SEGMENT_FOREIGN);
	ck_assert_int_eq(shmctl(id, IPC_STAT, &before), 0);
	errno = 0;
	ck_assert_ptr_null(segment_create(ipc_prefix, LAYOUT, SIZE));
	ck_assert_int_eq(errno, EEXIST);
	state_is(SEGMENT_FOREIGN);
	ck_assert_int_eq(shmctl(id, IPC_STAT, &after), 0);
	ck_assert_uint_eq(after.shm_segsz, before.shm_segsz);
	ck_assert_int_eq(after.shm_nattch, 0);
}
END_TEST

static void
probe_as_stranger(int arg)
{
	struct segment h;

	(void)arg;
	CHILD_MUST(setuid(STRANGER) == 0);
	CHILD_MUST(segment_probe(ipc_prefix, &h) == SEGMENT_FOREIGN);
	CHILD_MUST(h.magic == 0 && h.shmid == 0);
}

/* What is ours is another one's foreign segment. */
START_TEST(test_foreign_hidden)
{
	if (geteuid() != 0) {
		test_skip("not root: a segment that may not be looked at");
		return;
	}
	ck_assert_ptr_nonnull(segment_create(ipc_prefix, LAYOUT, SIZE));
	child_join(child_start(CHILD_FORK, probe_as_stranger, 0));
	state_is(SEGMENT_LIVE);
}
END_TEST

Suite *
check_segment(void)
{
	Suite *s = suite_create("segment");
	TCase *tc = tcase_create("segment");

	tcase_set_timeout(tc, 30);
	tcase_add_checked_fixture(tc, segment_setup, segment_teardown);
	tcase_add_test(tc, test_create);
	tcase_add_test(tc, test_create_twice);
	ADD_ROWS(tc, test_size, sizes);
	tcase_add_test(tc, test_attach);
	tcase_add_loop_test(tc, test_dead, 0, CHILD_KINDS);
	tcase_add_loop_test(tc, test_dead_by_exit, 0, CHILD_KINDS);
	tcase_add_loop_test(tc, test_orphan, 0, CHILD_KINDS);
	tcase_add_test(tc, test_live_detached);
	tcase_add_test(tc, test_number_again);
	ADD_ROWS(tc, test_foreign, foreign);
	tcase_add_test(tc, test_foreign_hidden);
	suite_add_tcase(s, tc);
	return s;
}
