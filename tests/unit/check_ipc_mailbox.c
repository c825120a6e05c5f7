/* SPDX-License-Identifier: ISC */

/*
 * Mailboxes: the kernel's answers at the edges, and what is done about a
 * queue that has our key and is not ours.
 */

#include <sys/ipc.h>
#include <sys/msg.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../../ipc/mailbox.h"
#include "check_ipc.h"

enum {
	ID = 0x1234,
	/* the least and the most that msgsnd(2) is given for an envelope */
	LEAST = ENVELOPE_HEAD - offsetof(struct envelope, magic),
	MOST = ENVELOPE_MAX - offsetof(struct envelope, magic),
	STRANGER = 65534      /* a user who is not us */
};

static uint64_t born;

static uint64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void
mailbox_teardown(void)
{
	objects_count(ipc_prefix, "msg", 1);
	objects_count(ipc_other_prefix, "msg", 1);
}

static void
mailbox_setup(void)
{
	mailbox_teardown(); /* of a test that crashed */
	born = now_ms() - 2000;
}

static int
exists(int q)
{
	uint64_t messages, bytes;

	return mailbox_count(q, &messages, &bytes) == 0;
}

static void
count_is(int q, uint64_t messages, uint64_t bytes)
{
	uint64_t m, b;

	ck_assert_int_eq(mailbox_count(q, &m, &b), 0);
	ck_assert_uint_eq(m, messages);
	ck_assert_uint_eq(b, bytes);
}

/* An envelope of N payload bytes. */
static const struct envelope *
envelope_of(size_t n, uint64_t serial)
{
	static struct envelope e;

	memset(&e, 0, sizeof(e));
	e.type = 1 + (long)(serial % 3);
	e.magic = ENVELOPE_MAGIC;
	e.size = (uint32_t)(n + offsetof(struct envelope, magic));
	e.serial = serial;
	e.nline = (uint16_t)(n - LEAST);
	memset(e.text, 'a' + (int)(serial % 26), e.nline);
	return &e;
}

static int
post(int q, size_t n)
{
	errno = 0;
	return mailbox_post(q, envelope_of(n, 1));
}

/* ---- keys ---- */

static const struct {
	int prefix;
	uint32_t id;
	uint32_t key;
} keys[] = {
	{ 0x6d, 0, 0x6d000000 },
	{ 0x6d, 1, 0x6d000001 },
	{ 0x6d, 255, 0x6d0000ff },
	{ 0x6d, 256, 0x6d000100 },
	{ 0x6d, 0x123456, 0x6d123456 },
	{ 0x6d, 0xffffff, 0x6dffffff },
	{ 1, 1, 0x01000001 },
	{ 127, 0xffffff, 0x7fffffff },
};

START_TEST(test_key)
{
	ck_assert_uint_eq(
	    (uint32_t)mailbox_key(keys[_i].prefix, keys[_i].id),
	    keys[_i].key);
}
END_TEST

START_TEST(test_create)
{
	struct msqid_ds ds;
	int q = mailbox_create(ipc_prefix, ID, born);

	ck_assert_int_ge(q, 0);
	ck_assert_int_eq(msgctl(q, IPC_STAT, &ds), 0);
	ck_assert_int_eq(ds.msg_perm.mode & 0777, 0600);
	ck_assert_int_eq(ds.msg_perm.__key, mailbox_key(ipc_prefix, ID));
	ck_assert_int_eq(
	    msgget(mailbox_key(ipc_prefix, ID), 0), q);
	count_is(q, 0, 0);
	mailbox_remove(q);
	ck_assert(!exists(q));
	mailbox_remove(-1);
}
END_TEST

START_TEST(test_create_private)
{
	struct msqid_ds ds;
	int a = mailbox_create_private(), b = mailbox_create_private();

	ck_assert_int_ge(a, 0);
	ck_assert_int_ge(b, 0);
	ck_assert_int_ne(a, b);
	ck_assert_int_eq(msgctl(a, IPC_STAT, &ds), 0);
	ck_assert_int_eq(ds.msg_perm.mode & 0777, 0600);
	ck_assert_int_eq(ds.msg_perm.__key, IPC_PRIVATE);
	ck_assert_int_eq(post(a, LEAST), 0);
	count_is(a, 1, LEAST);
	count_is(b, 0, 0);
	mailbox_remove(a);
	mailbox_remove(b);
}
END_TEST

/* ---- what goes in comes out ---- */

START_TEST(test_order)
{
	static const size_t sizes[] = { LEAST, LEAST + 1, 512, MOST, 4096,
		LEAST + 3 };
	static struct envelope e;
	size_t bytes = 0;
	int q = mailbox_create(ipc_prefix, ID, born), i;

	for (i = 0; i < ROWS(sizes); i++) {
		ck_assert_int_eq(mailbox_post(q,
		    envelope_of(sizes[i], (uint64_t)i)), 0);
		bytes += sizes[i];
		count_is(q, (uint64_t)i + 1, bytes);
	}
	for (i = 0; i < ROWS(sizes); i++) {
		memset(&e, 0xee, sizeof(e));
		ck_assert_int_eq(mailbox_take(q, &e), (ssize_t)sizes[i]);
		ck_assert(envelope_valid(&e, sizes[i]));
		/* the oldest one, whatever its type */
		ck_assert_int_eq(memcmp(&e, envelope_of(sizes[i],
		    (uint64_t)i), e.size), 0);
	}
	count_is(q, 0, 0);
	errno = 0;
	ck_assert_int_eq(mailbox_take(q, &e), -1);
	ck_assert_int_eq(errno, ENOMSG);
}
END_TEST

/* More than an envelope, as a stranger could send: cut, and not valid. */
START_TEST(test_take_long)
{
	static struct {
		struct envelope e;
		char more[64];
	} sent, got;
	int q = mailbox_create(ipc_prefix, ID, born);
	ssize_t n;

	memset(&got.more, 0xee, sizeof(got.more));
	memcpy(&sent.e, envelope_of(MOST, 1), sizeof(sent.e));
	sent.e.size = (uint32_t)ENVELOPE_MAX + 64;
	if (msgsnd(q, &sent, MOST + 64, IPC_NOWAIT) != 0) {
		ck_assert_int_eq(errno, EINVAL);
		test_skip("kernel.msgmax is too low for a long message");
		return;
	}
	n = mailbox_take(q, &got.e);
	ck_assert_int_eq(n, MOST);
	ck_assert(!envelope_valid(&got.e, (size_t)n));
	ck_assert_int_eq((unsigned char)got.more[0], 0xee);
}
END_TEST

/* ---- full ---- */

/* Posts of ONE bytes until there is no room for another. */
static const struct {
	const char *name;
	size_t one;
} fills[] = {
	{ "the least", LEAST },
	{ "odd", LEAST + 1 },
	{ "a line", LEAST + 512 },
	{ "half the most", MOST / 2 },
	{ "the most", MOST },
};

START_TEST(test_full)
{
	static struct envelope e;
	size_t one = fills[_i].one, room, rest;
	int q = mailbox_create(ipc_prefix, ID, born);
	uint64_t n = 0;

	room = mailbox_room(q, 0, SIZE_MAX);
	for (rest = room; rest >= one; rest -= one, n++)
		ck_assert_int_eq(post(q, one), 0);
	ck_assert_int_eq(post(q, one), -1);
	ck_assert_int_eq(errno, EAGAIN);
	count_is(q, n, n * one);
	if (rest >= LEAST) {
		/* one byte too many, then just what there is */
		ck_assert_int_eq(post(q, rest + 1), -1);
		ck_assert_int_eq(errno, EAGAIN);
		ck_assert_int_eq(post(q, rest), 0);
		count_is(q, n + 1, room);
	}
	ck_assert_int_eq(post(q, LEAST), -1);
	ck_assert_int_eq(errno, EAGAIN);
	/* it is not lost on the full: what is taken makes room for as much */
	ck_assert_int_eq(mailbox_take(q, &e), (ssize_t)one);
	if (rest >= LEAST)
		rest = 0; /* was filled above */
	if (one + rest < MOST)
		ck_assert_int_eq(post(q, one + rest + 1), -1);
	ck_assert_int_eq(post(q, one + rest), 0);
}
END_TEST

/* ---- room ---- */

START_TEST(test_longest)
{
	ck_assert_uint_gt(mailbox_longest(), 0);
}
END_TEST

START_TEST(test_room)
{
	int q = mailbox_create(ipc_prefix, ID, born);
	size_t before = mailbox_room(q, 0, SIZE_MAX), got;

	ck_assert_uint_gt(before, 0);
	ck_assert_uint_eq(mailbox_room(q, 1, SIZE_MAX), before);
	ck_assert_uint_eq(mailbox_room(q, 1, before / 2), before / 2);
	ck_assert_uint_eq(mailbox_room(q, before, SIZE_MAX), before);
	ck_assert_uint_eq(mailbox_room(q, before, SIZE_MAX), before);
	got = mailbox_room(q, before * 4, SIZE_MAX);
	ck_assert_uint_eq(mailbox_room(q, 0, SIZE_MAX), got);
	if (got == before) {
		test_skip("no CAP_SYS_RESOURCE: a mailbox does not grow");
		return;
	}
	ck_assert_uint_eq(got, before * 4);
	while (got >= MOST) {
		ck_assert_int_eq(post(q, MOST), 0);
		got -= MOST;
	}
	ck_assert_int_eq(post(q, MOST), -1);
	ck_assert_int_eq(errno, EAGAIN);
}
END_TEST

START_TEST(test_room_of_none)
{
	int q = mailbox_create(ipc_prefix, ID, born);

	mailbox_remove(q);
	ck_assert_uint_eq(mailbox_room(q, 0, SIZE_MAX), 0);
	ck_assert_uint_eq(mailbox_room(q, 1 << 20, SIZE_MAX), 0);
}
END_TEST

static void
ask_as_stranger(int q)
{
	size_t before;

	CHILD_MUST(setuid(STRANGER) == 0);
	/* not even to be looked at */
	CHILD_MUST(mailbox_room(q, 1 << 20, SIZE_MAX) == 0);
	q = mailbox_create_private();
	CHILD_MUST(q >= 0);
	before = mailbox_room(q, 0, SIZE_MAX);
	CHILD_MUST(before > 0);
	CHILD_MUST(mailbox_room(q, before * 4, SIZE_MAX) == before);
	mailbox_remove(q);
}

START_TEST(test_room_refused)
{
	if (geteuid() != 0) {
		test_skip("not root: room asked for by another user");
		return;
	}
	child_join(child_start(CHILD_FORK, ask_as_stranger,
	    mailbox_create(ipc_prefix, ID, born)));
}
END_TEST

/* ---- removed under us ---- */

static void
remove_it(int q)
{
	mailbox_remove(q);
}

static int
gone(void)
{
	return errno == EIDRM || errno == EINVAL;
}

START_TEST(test_removed)
{
	static struct envelope e;
	uint64_t m, b;
	int q = mailbox_create(ipc_prefix, ID, born), fresh;

	ck_assert_int_eq(post(q, LEAST), 0);
	child_join(child_start((enum child_kind)_i, remove_it, q));
	ck_assert_int_eq(post(q, LEAST), -1);
	ck_assert(gone());
	errno = 0;
	ck_assert_int_eq(mailbox_take(q, &e), -1);
	ck_assert(gone());
	errno = 0;
	ck_assert_int_eq(mailbox_count(q, &m, &b), -1);
	ck_assert(gone());
	/* a new one with the same key is another one */
	fresh = mailbox_create(ipc_prefix, ID, born);
	ck_assert_int_ge(fresh, 0);
	ck_assert_int_ne(fresh, q);
	ck_assert_int_eq(post(q, LEAST), -1);
	ck_assert(gone());
	count_is(fresh, 0, 0);
}
END_TEST

/* ---- who has our key ---- */

static int
own_unused(void)
{
	return msgget(mailbox_key(ipc_prefix, ID), IPC_CREAT | 0600);
}

static int
own_with_mail(void)
{
	int q = own_unused();

	ck_assert_int_eq(post(q, LEAST), 0);
	return q;
}

static int
own_used_and_empty(void)
{
	static struct envelope e;
	int q = own_with_mail();

	ck_assert_int_eq(mailbox_take(q, &e), LEAST);
	return q;
}

static void
make_as_stranger(int mode)
{
	CHILD_MUST(setuid(STRANGER) == 0);
	CHILD_MUST(msgget(mailbox_key(ipc_prefix, ID),
	    IPC_CREAT | IPC_EXCL | mode) >= 0);
}

static int
foreign_of_mode(int mode)
{
	if (geteuid() != 0) {
		test_skip("not root: a mailbox of another user");
		return -1;
	}
	child_join(child_start(CHILD_FORK, make_as_stranger, mode));
	return msgget(mailbox_key(ipc_prefix, ID), 0);
}

static int
foreign(void)
{
	return foreign_of_mode(0600);
}

static int
foreign_open(void)
{
	return foreign_of_mode(0666);
}

static const struct {
	const char *name;
	int (*make)(void);
	int age;              /* ms that we are younger than now */
	int adopted;
	uint64_t messages;
} keepers[] = {
	{ "own, unused", own_unused, -2000, 1, 0 },
	{ "own, unused, older than we", own_unused, 3000, 0, 0 },
	{ "own, with mail", own_with_mail, -2000, 0, 1 },
	{ "own, used and empty", own_used_and_empty, -2000, 0, 0 },
	{ "another user's", foreign, -2000, 0, 0 },
	{ "another user's, for all", foreign_open, -2000, 0, 0 },
};

START_TEST(test_key_taken)
{
	int q = keepers[_i].make(), got;
	struct msqid_ds before, after;

	if (q < 0)
		return;
	ck_assert_int_eq(msgctl(q, IPC_STAT, &before), 0);
	errno = 0;
	got = mailbox_create(ipc_prefix, ID,
	    (uint64_t)((int64_t)now_ms() + keepers[_i].age));
	ck_assert_msg(got == (keepers[_i].adopted ? q : -1), "%s: %d, %s",
	    keepers[_i].name, got, strerror(errno));
	if (got < 0)
		ck_assert_int_eq(errno, EEXIST);
	ck_assert_int_eq(msgctl(q, IPC_STAT, &after), 0);
	ck_assert_uint_eq(after.msg_qnum, keepers[_i].messages);
	ck_assert_int_eq(memcmp(&before, &after, sizeof(before)), 0);
}
END_TEST

static void
create_as_stranger(int arg)
{
	(void)arg;
	CHILD_MUST(setuid(STRANGER) == 0);
	errno = 0;
	CHILD_MUST(mailbox_create(ipc_prefix, ID, born) == -1);
	CHILD_MUST(errno == EEXIST || errno == EACCES);
}

START_TEST(test_key_hidden)
{
	int q;

	if (geteuid() != 0) {
		test_skip("not root: a mailbox that may not be looked at");
		return;
	}
	q = own_unused();
	child_join(child_start((enum child_kind)_i, create_as_stranger, 0));
	count_is(q, 0, 0);
}
END_TEST

/*
 * A queue's time comes from a clock that ticks, ours from one that does not:
 * just after the turn of a second the queue, made later, may seem older.
 */
START_TEST(test_turn_of_second)
{
	struct timespec fine, coarse;
	int q, i;

	for (i = 0; i < 5; i++) {
		do {
			clock_gettime(CLOCK_REALTIME_COARSE, &coarse);
			clock_gettime(CLOCK_REALTIME, &fine);
			if (fine.tv_nsec < 900000000)
				clock_pause();
		} while (fine.tv_sec == coarse.tv_sec);
		born = (uint64_t)fine.tv_sec * 1000 +
		    (uint64_t)fine.tv_nsec / 1000000;
		q = mailbox_create(ipc_prefix, ID, born);
		ck_assert_int_ge(q, 0);
		ck_assert_msg(mailbox_create(ipc_prefix, ID, born) == q,
		    "not adopted when born in ms %ju", (uintmax_t)born);
		ck_assert_int_eq(mailbox_remove_all(ipc_prefix, born), 1);
	}
}
END_TEST

/* ---- the end of all ---- */

START_TEST(test_remove_all)
{
	static const uint32_t ids[] = { 1, 2, 255, 256, ID, 0xffffff };
	int q[ROWS(ids)], other, private, i;

	for (i = 0; i < ROWS(ids); i++) {
		q[i] = mailbox_create(ipc_prefix, ids[i], born);
		ck_assert_int_ge(q[i], 0);
	}
	ck_assert_int_eq(post(q[1], LEAST), 0);
	other = mailbox_create(ipc_other_prefix, ID, born);
	private = mailbox_create_private();
	/* what is older than we are is not ours */
	ck_assert_int_eq(mailbox_remove_all(ipc_prefix, now_ms() + 3000), 0);
	for (i = 0; i < ROWS(ids); i++)
		ck_assert(exists(q[i]));
	ck_assert_int_eq(mailbox_remove_all(ipc_prefix, born), ROWS(ids));
	for (i = 0; i < ROWS(ids); i++)
		ck_assert(!exists(q[i]));
	ck_assert(exists(other));
	ck_assert(exists(private));
	mailbox_remove(private);
	ck_assert_int_eq(mailbox_remove_all(ipc_prefix, born), 0);
	ck_assert_int_eq(mailbox_remove_all(ipc_other_prefix, born), 1);
}
END_TEST

START_TEST(test_remove_all_keeps_foreign)
{
	int q = foreign_open(), mine;

	if (q < 0)
		return;
	mine = mailbox_create(ipc_prefix, ID + 1, born);
	ck_assert_int_eq(mailbox_remove_all(ipc_prefix, 0), 1);
	ck_assert(exists(q));
	ck_assert(!exists(mine));
}
END_TEST

Suite *
check_mailbox(void)
{
	Suite *s = suite_create("mailbox");
	TCase *tc = tcase_create("mailbox");

	tcase_set_timeout(tc, 30);
	tcase_add_checked_fixture(tc, mailbox_setup, mailbox_teardown);
	ADD_ROWS(tc, test_key, keys);
	tcase_add_test(tc, test_create);
	tcase_add_test(tc, test_create_private);
	tcase_add_test(tc, test_order);
	tcase_add_test(tc, test_take_long);
	ADD_ROWS(tc, test_full, fills);
	tcase_add_test(tc, test_room);
	tcase_add_test(tc, test_room_of_none);
	tcase_add_test(tc, test_longest);
	tcase_add_test(tc, test_room_refused);
	tcase_add_loop_test(tc, test_removed, 0, CHILD_KINDS);
	ADD_ROWS(tc, test_key_taken, keepers);
	tcase_add_loop_test(tc, test_key_hidden, 0, CHILD_KINDS);
	tcase_add_test(tc, test_turn_of_second);
	tcase_add_test(tc, test_remove_all);
	tcase_add_test(tc, test_remove_all_keeps_foreign);
	suite_add_tcase(s, tc);
	return s;
}
