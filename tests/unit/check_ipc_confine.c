/* SPDX-License-Identifier: ISC */

/*
 * Confinement: each row is one thing that a process of some kind does when it
 * is confined, in a child of its own, and what becomes of it.  The kernel is
 * asked, not the table: what these calls are for has been taken away, or not.
 */

#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../../ipc/confine.h"
#include "check_ipc.h"

/* What an attempt comes to: 0, or the errno of its call. */
typedef int attempt_fn(void);

static char directory[] = "/tmp/moot-confine.XXXXXX";

static int
result(long r)
{
	return r < 0 ? errno : 0;
}

static int
do_open(void)
{
	return result(open("/dev/null", O_RDONLY));
}

static int
do_open_there(void)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/new", directory);
	return result(open(path, O_RDWR | O_CREAT, 0600));
}

static int
do_read_there(void)
{
	return result(open(directory, O_RDONLY | O_DIRECTORY));
}

static int
do_unlink(void)
{
	return result(unlink("/nowhere/at/all"));
}

static int
do_socket(void)
{
	return result(socket(AF_INET, SOCK_STREAM, 0));
}

static int
do_socket_local(void)
{
	return result(socket(AF_UNIX, SOCK_STREAM, 0));
}

static int
do_exec(void)
{
	char *argv[] = { (char *)(uintptr_t)"true", NULL };

	return result(execv("/bin/true", argv));
}

static int
do_fork(void)
{
	return result(fork());
}

static int
do_fork_old(void)
{
	return result(syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL));
}

static int
do_kill_parent(void)
{
	return result(kill(getppid(), SIGSTOP));
}

static int
do_kill_other(void)
{
	return result(kill(getpid(), SIGHUP));
}

static int
do_order(void)
{
	return result(kill(getppid(), SIGHUP));
}

static int
do_thread_kill_parent(void)
{
	return result(syscall(SYS_tgkill, getppid(), getppid(), 0));
}

static int
do_thread_kill_self(void)
{
	return result(syscall(SYS_tgkill, getpid(), gettid(), 0));
}

static int
do_ask_group(void)
{
	return result(kill(-getpgrp(), 0));
}

static int
do_ask_parent(void)
{
	return result(kill(getppid(), 0));
}

static int
do_trace(void)
{
	return result(ptrace(PTRACE_ATTACH, getppid(), NULL, NULL));
}

static int
do_map_code(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_EXEC,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? errno : 0;
}

static int
do_make_code(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return result(mprotect(p, 4096, PROT_READ | PROT_EXEC));
}

static int
do_ioctl_type(void)
{
	return result(ioctl(0, TIOCSTI, "x"));
}

static int
do_duplicate(void)
{
	return result(fcntl(0, F_DUPFD, 100));
}

static int
do_dumpable(void)
{
	return result(prctl(PR_SET_DUMPABLE, 1));
}

static int
do_other_table(void)
{
#ifdef __x86_64__
	return result(syscall(0x40000000 | SYS_getpid));
#else
	raise(SIGSYS);
	return 0;
#endif
}

static void *
thread(void *unused)
{
	return unused;
}

static int
do_thread(void)
{
	pthread_t t;
	int e = pthread_create(&t, NULL, thread, NULL);

	return e != 0 ? e : pthread_join(t, NULL);
}

static int
do_mailbox(void)
{
	int q = msgget(IPC_PRIVATE, IPC_CREAT | 0600);

	return q < 0 ? errno : result(msgctl(q, IPC_RMID, NULL));
}

static int
do_memory(void)
{
	char *p = malloc(1 << 20);

	if (p == NULL)
		return ENOMEM;
	memset(p, 1, 1 << 20);
	free(p);
	return 0;
}

static int
do_time(void)
{
	struct timespec t;

	return result(clock_gettime(CLOCK_REALTIME, &t));
}

enum { DIES = -1 };

static const struct {
	const char *name;
	attempt_fn *attempt;
	int worker, store, tls; /* an errno, 0, or DIES */
} attempts[] = {
	{ "open", do_open, DIES, EACCES, EACCES },
	{ "open in its directory", do_open_there, DIES, 0, DIES },
	{ "read in its directory", do_read_there, DIES, 0, 0 },
	{ "unlink", do_unlink, DIES, ENOENT, DIES },
	{ "socket of TCP", do_socket, DIES, DIES, DIES },
	{ "execve", do_exec, DIES, DIES, DIES },
	{ "fork", do_fork, DIES, DIES, DIES },
	{ "clone without a thread", do_fork_old, DIES, DIES, DIES },
	{ "kill", do_kill_parent, DIES, DIES, DIES },
	{ "kill with 0", do_ask_parent, DIES, DIES, DIES },
	{ "an order to its parent", do_order, 0, DIES, DIES },
	{ "an order to another", do_kill_other, DIES, DIES, DIES },
	{ "kill of a group", do_ask_group, DIES, DIES, DIES },
	{ "tgkill", do_thread_kill_parent, DIES, DIES, DIES },
	{ "tgkill of itself", do_thread_kill_self, 0, 0, 0 },
	{ "ptrace", do_trace, DIES, DIES, DIES },
	{ "mmap of code", do_map_code, DIES, DIES, DIES },
	{ "mprotect to code", do_make_code, DIES, DIES, DIES },
	{ "ioctl TIOCSTI", do_ioctl_type, DIES, DIES, DIES },
	{ "fcntl F_DUPFD", do_duplicate, DIES, DIES, DIES },
	{ "prctl", do_dumpable, DIES, DIES, DIES },
	{ "the table of x32", do_other_table, DIES, DIES, DIES },
	{ "a thread", do_thread, 0, 0, DIES },
	{ "msgget", do_mailbox, 0, 0, DIES },
	{ "malloc", do_memory, 0, 0, 0 },
	{ "the time", do_time, 0, 0, 0 },
	{ "socket of Unix", do_socket_local, DIES, DIES, 0 },
};

static int
offers(int what)
{
	return (confine_offer() & what) == what;
}

/* Runs ATTEMPT in a child that is confined as KIND; returns its end. */
static int
confined(unsigned kind, enum confine_mode mode, attempt_fn *attempt)
{
	struct confine_path path = { directory, kind == FILTER_STORE };
	struct rlimit none = { 0, 0 };
	int status, files;
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		signal(SIGHUP, SIG_DFL);
		setrlimit(RLIMIT_CORE, &none);
		files = confine_files(kind, &path, kind != FILTER_WORKER);
		CHILD_MUST(files >= 0 || !offers(CONFINED_FILES));
		CHILD_MUST(confine_enter(kind, mode, files) >= 0);
		_exit(attempt());
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return status;
}

static void
expect(const char *name, int status, int want)
{
	if (want == DIES)
		ck_assert_msg(WIFSIGNALED(status) &&
		        WTERMSIG(status) == SIGSYS,
		    "%s: ended with 0x%x, not by SIGSYS", name,
		    (unsigned)status);
	else
		ck_assert_msg(WIFEXITED(status) &&
		        WEXITSTATUS(status) == want,
		    "%s: ended with 0x%x, not with %d", name,
		    (unsigned)status, want);
}

START_TEST(test_attempt)
{
	const char *name = attempts[_i].name;

	if (!offers(CONFINED_FILTER | CONFINED_FILES)) {
		test_skip("confinement");
		return;
	}
	expect(name, confined(FILTER_WORKER, CONFINE_ON, attempts[_i].attempt),
	    attempts[_i].worker);
	expect(name, confined(FILTER_STORE, CONFINE_ON, attempts[_i].attempt),
	    attempts[_i].store);
	expect(name, confined(FILTER_TLS, CONFINE_ON, attempts[_i].attempt),
	    attempts[_i].tls);
}
END_TEST

/* What has no effect but a line in the kernel's log. */
START_TEST(test_only_logged)
{
	expect("log", confined(FILTER_WORKER, CONFINE_LOG, do_open), 0);
	expect("off", confined(FILTER_WORKER, CONFINE_OFF, do_open), 0);
}
END_TEST

static int
no_new_privileges(void)
{
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? 0 : EPERM;
}

START_TEST(test_privileges)
{
	expect("off", confined(FILTER_WORKER, CONFINE_OFF, no_new_privileges),
	    0);
}
END_TEST

START_TEST(test_names)
{
	ck_assert_str_eq(filter_name(SYS_socket), "socket");
	ck_assert_str_eq(filter_name(SYS_execve), "execve");
	ck_assert_str_eq(filter_name(SYS_read), "read");
	ck_assert_str_eq(filter_name(123456), "?");
	ck_assert_str_eq(filter_name(-1), "?");
}
END_TEST

/* A program has an end, and begins with the architecture. */
START_TEST(test_program)
{
	static struct sock_filter code[FILTER_MOST];
	static const unsigned kinds[] = { FILTER_WORKER, FILTER_STORE,
		FILTER_TLS };
	int n = filter_make(code, kinds[_i], 7);

	if (n == 0) {
		test_skip("no table for this processor");
		return;
	}
	ck_assert_int_gt(n, 10);
	ck_assert_int_eq(code[n - 1].code, BPF_RET | BPF_K);
	ck_assert_uint_eq(code[n - 1].k, 7);
}
END_TEST

static void
directory_make(void)
{
	ck_assert(mkdtemp(directory) != NULL);
	signal(SIGHUP, SIG_IGN); /* an order to us */
}

static void
directory_remove(void)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/new", directory);
	unlink(path);
	rmdir(directory);
}

Suite *
check_confine(void)
{
	Suite *s = suite_create("confine");
	TCase *tc = tcase_create("confine");

	tcase_add_unchecked_fixture(tc, directory_make, directory_remove);
	ADD_ROWS(tc, test_attempt, attempts);
	tcase_add_test(tc, test_only_logged);
	tcase_add_test(tc, test_privileges);
	tcase_add_test(tc, test_names);
	tcase_add_loop_test(tc, test_program, 0, 3);
	suite_add_tcase(s, tc);
	return s;
}
