/* SPDX-License-Identifier: ISC */

/*
 * Children with a shared descriptor table: what they open outlives them, and
 * nothing else of them is shared; and when a process began.
 */

#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "../../ipc/process.h"
#include "check_ipc.h"

static struct shared {
	_Atomic int fd[2], epoll, ready;
} *sh;

static int private_number = 1;

static void
process_setup(void)
{
	sh = shared_alloc(sizeof(*sh));
}

/* ---- descriptors ---- */

static void
open_pipe(int pause_after)
{
	int fd[2];

	CHILD_MUST(pipe(fd) == 0);
	CHILD_MUST(write(fd[1], "mail", 4) == 4);
	atomic_store(&sh->fd[0], fd[0]);
	atomic_store(&sh->fd[1], fd[1]);
	atomic_store(&sh->ready, 1);
	if (pause_after)
		child_pause();
}

/* Whether the child is killed or ends by itself. */
START_TEST(test_descriptor)
{
	pid_t pid = child_start(CHILD_SHARE, open_pipe, _i);
	char bytes[5] = "";

	if (_i) {
		WAIT_FOR(atomic_load(&sh->ready));
		child_kill(pid);
	} else
		child_join(pid);
	ck_assert_int_eq(read(atomic_load(&sh->fd[0]), bytes, 4), 4);
	ck_assert_str_eq(bytes, "mail");
	/* the other end is open, too: nothing to read, and not the end */
	ck_assert_int_eq(fcntl(sh->fd[0], F_SETFL, O_NONBLOCK), 0);
	ck_assert_int_eq(read(atomic_load(&sh->fd[0]), bytes, 4), -1);
	close(sh->fd[0]);
	close(sh->fd[1]);
}
END_TEST

/* Of fork(2) it would not be there: the test above tests something. */
START_TEST(test_descriptor_of_fork)
{
	child_join(child_start(CHILD_FORK, open_pipe, 0));
	ck_assert_int_eq(fcntl(atomic_load(&sh->fd[0]), F_GETFD), -1);
}
END_TEST

static void
close_it(int fd)
{
	CHILD_MUST(close(fd) == 0);
}

START_TEST(test_closed_by_child)
{
	int fd = open("/dev/null", O_RDONLY);

	ck_assert_int_ge(fd, 0);
	child_join(child_start(CHILD_SHARE, close_it, fd));
	ck_assert_int_eq(fcntl(fd, F_GETFD), -1);
}
END_TEST

static void
use_it(int fd)
{
	while (atomic_load(&sh->ready) == 0)
		clock_pause();
	fd = atomic_load(&sh->fd[0]);
	CHILD_MUST(write(fd, "late", 4) == 4);
}

/* What the parent opens after the child began is the child's as well. */
START_TEST(test_opened_later)
{
	pid_t pid = child_start(CHILD_SHARE, use_it, 0);
	char bytes[5] = "";
	int pair[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	atomic_store(&sh->fd[0], pair[1]);
	atomic_store(&sh->ready, 1);
	child_join(pid);
	ck_assert_int_eq(read(pair[0], bytes, 4), 4);
	ck_assert_str_eq(bytes, "late");
	close(pair[0]);
	close(pair[1]);
}
END_TEST

static void
make_epoll(int fd)
{
	struct epoll_event ev = { .events = EPOLLIN | EPOLLET,
		.data.u64 = 0x123456789abcdef };
	int ep = epoll_create1(EPOLL_CLOEXEC);

	CHILD_MUST(ep >= 0);
	CHILD_MUST(epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev) == 0);
	atomic_store(&sh->epoll, ep);
	atomic_store(&sh->ready, 1);
	child_pause();
}

/* A dead child's epoll set goes on: events come, and it can be changed. */
START_TEST(test_epoll)
{
	struct epoll_event ev;
	int pair[2], ep;
	pid_t pid;

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	pid = child_start(CHILD_SHARE, make_epoll, pair[0]);
	WAIT_FOR(atomic_load(&sh->ready));
	child_kill(pid);
	ep = atomic_load(&sh->epoll);
	ck_assert_int_eq(epoll_wait(ep, &ev, 1, 0), 0);
	ck_assert_int_eq(write(pair[1], "x", 1), 1);
	ck_assert_int_eq(epoll_wait(ep, &ev, 1, 0), 1);
	ck_assert_uint_eq(ev.data.u64, 0x123456789abcdef);
	ck_assert_int_eq(epoll_wait(ep, &ev, 1, 0), 0);
	/* armed anew, it tells again what is there */
	ev = (struct epoll_event){ .events = EPOLLIN | EPOLLET,
		.data.u64 = 7 };
	ck_assert_int_eq(epoll_ctl(ep, EPOLL_CTL_MOD, pair[0], &ev), 0);
	ck_assert_int_eq(epoll_wait(ep, &ev, 1, 0), 1);
	ck_assert_uint_eq(ev.data.u64, 7);
	ck_assert_int_eq(epoll_ctl(ep, EPOLL_CTL_DEL, pair[0], NULL), 0);
	close(ep);
	close(pair[0]);
	close(pair[1]);
}
END_TEST

/* exec(2) leaves the table: what closes then stays open here. */
START_TEST(test_exec)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC), status;
	pid_t pid = process_share();

	if (pid == 0) {
		execl("/bin/sh", "sh", "-c", "exit 7", (char *)NULL);
		_exit(1);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 7);
	ck_assert_int_ge(fcntl(fd, F_GETFD), 0);
	close(fd);
}
END_TEST

/* ---- the rest is the child's own ---- */

static void
change_own(int parent)
{
	CHILD_MUST(private_number == 1);
	private_number = 2;
	CHILD_MUST(getpid() != parent && getppid() == parent);
	CHILD_MUST(signal(SIGUSR1, SIG_IGN) == SIG_DFL);
	CHILD_MUST(chdir("/") == 0);
}

START_TEST(test_memory)
{
	char before[4096], after[4096];

	ck_assert_ptr_nonnull(getcwd(before, sizeof(before)));
	child_join(child_start(CHILD_SHARE, change_own, getpid()));
	ck_assert_int_eq(private_number, 1);
	ck_assert(signal(SIGUSR1, SIG_DFL) == SIG_DFL);
	ck_assert_str_eq(getcwd(after, sizeof(after)), before);
}
END_TEST

/* A child that finds its own bug must end by it, not its parent. */
static const struct {
	const char *name;
	int signal;
} ends[] = {
	{ "abort", SIGABRT },
	{ "raise", SIGTERM },
};

START_TEST(test_signal_to_self)
{
	int status;
	pid_t pid = process_share();

	if (pid == 0) {
		signal(ends[_i].signal, SIG_DFL);
		if (ends[_i].signal == SIGABRT)
			abort();
		raise(ends[_i].signal);
		_exit(1);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(
	    WIFSIGNALED(status) && WTERMSIG(status) == ends[_i].signal,
	    "%s: status 0x%x", ends[_i].name, (unsigned)status);
}
END_TEST

/* ---- when it began ---- */

/* Names that look like the fields behind them. */
static const char *const names[] = {
	"plain", "a b", ")", "(", "a) S 1 2 3", ") R 1 (x) 2", "))))", "  ",
};

static void
rename_and_ask(int row)
{
	uint64_t before = process_start_time(getpid());

	CHILD_MUST(before != 0);
	CHILD_MUST(prctl(PR_SET_NAME, names[row]) == 0);
	CHILD_MUST(process_start_time(getpid()) == before);
}

START_TEST(test_start_time_name)
{
	child_join(child_start(CHILD_FORK, rename_and_ask, _i));
	child_join(child_start(CHILD_SHARE, rename_and_ask, _i));
}
END_TEST

static void
wait_here(int arg)
{
	(void)arg;
	child_pause();
}

START_TEST(test_start_time)
{
	uint64_t mine = process_start_time(getpid()), boot, its;
	pid_t pid = child_start((enum child_kind)_i, wait_here, 0);
	FILE *f = fopen("/proc/uptime", "r");
	double up;

	ck_assert_uint_gt(mine, 0);
	ck_assert_uint_eq(process_start_time(getpid()), mine);
	its = process_start_time(pid);
	ck_assert_uint_ge(its, mine);
	/* in ticks since boot: the child began just now */
	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(fscanf(f, "%lf", &up), 1);
	fclose(f);
	boot = (uint64_t)(up * (double)sysconf(_SC_CLK_TCK));
	ck_assert_uint_le(its, boot + 100);
	ck_assert_uint_ge(its + 1000, boot);
	child_kill(pid);
	ck_assert_uint_eq(process_start_time(pid), 0);
}
END_TEST

static const pid_t nobody[] = { 0, -1, 0x7fffffff };

START_TEST(test_start_time_nobody)
{
	ck_assert_uint_eq(process_start_time(nobody[_i]), 0);
}
END_TEST

Suite *
check_process(void)
{
	Suite *s = suite_create("process");
	TCase *tc = tcase_create("process");

	tcase_set_timeout(tc, 30);
	tcase_add_checked_fixture(tc, process_setup, NULL);
	tcase_add_loop_test(tc, test_descriptor, 0, 2);
	tcase_add_test(tc, test_descriptor_of_fork);
	tcase_add_test(tc, test_closed_by_child);
	tcase_add_test(tc, test_opened_later);
	tcase_add_test(tc, test_epoll);
	tcase_add_test(tc, test_exec);
	tcase_add_test(tc, test_memory);
	ADD_ROWS(tc, test_signal_to_self, ends);
	ADD_ROWS(tc, test_start_time_name, names);
	tcase_add_loop_test(tc, test_start_time, 0, CHILD_KINDS);
	ADD_ROWS(tc, test_start_time_nobody, nobody);
	suite_add_tcase(s, tc);
	return s;
}
