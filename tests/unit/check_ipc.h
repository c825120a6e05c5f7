/* SPDX-License-Identifier: ISC */
#ifndef CHECK_IPC_H
#define CHECK_IPC_H

#include <check.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>
#include <unistd.h>

/* One suite for each module of ipc/. */
Suite *check_confine(void);
Suite *check_lock(void);
Suite *check_mailbox(void);
Suite *check_envelope(void);
Suite *check_bell(void);
Suite *check_bucket(void);
Suite *check_mailmap(void);
Suite *check_segment(void);
Suite *check_process(void);
Suite *check_stream(void);

/* Two prefixes that nothing else has: the one to work with and another. */
extern int ipc_prefix, ipc_other_prefix;

#define ROWS(table) ((int)(sizeof(table) / sizeof((table)[0])))

/* Adds a test that runs once a row of TABLE, with the row's index in _i. */
#define ADD_ROWS(tcase, test, table)                                          \
	tcase_add_loop_test(tcase, test, 0, ROWS(table))

/* As ck_assert() in a child that child_start() made: there the library's
 * would report in the name of a process that it does not know. */
#define CHILD_MUST(x)                                                         \
	do {                                                                  \
		if (!(x)) {                                                   \
			fprintf(stderr, "%s:%d: in a child: %s\n", __FILE__,  \
			    __LINE__, #x);                                    \
			_exit(1);                                             \
		}                                                             \
	} while (0)

/* Waits until X holds; the test fails when that takes too long. */
#define WAIT_FOR(x)                                                           \
	do {                                                                  \
		uint64_t until_ = clock_ms() + 10000;                         \
		while (!(x)) {                                                \
			ck_assert_msg(clock_ms() < until_, "never: %s", #x);  \
			clock_pause();                                        \
		}                                                             \
	} while (0)

/* Both kinds of children; for a loop test's _i. */
enum child_kind {
	CHILD_FORK,  /* fork(2) */
	CHILD_SHARE, /* process_share() */
	CHILD_KINDS
};

/* A child that runs RUN with ARG and exits with 0.  It has half a minute, and
 * dies with the test. */
pid_t child_start(enum child_kind kind, void (*run)(int), int arg);
/* Waits for it to exit with 0. */
void child_join(pid_t pid);
/* Ends it by SIGKILL and waits. */
void child_kill(pid_t pid);
/* For a child that is to be killed: never returns. */
void child_pause(void);

uint64_t clock_ms(void);
/* Lets others run, for a millisecond. */
void clock_pause(void);

/* SIZE zeroed bytes shared with children. */
void *shared_alloc(size_t size);

/* How many System V objects with PREFIX there are in the table KIND ("msg",
 * "shm" or "sem"); with REMOVE, removes them. */
int objects_count(int prefix, const char *kind, int remove);

/* A test that needs what is not given here says so and is counted. */
void test_skip(const char *why);

#endif
