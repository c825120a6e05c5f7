/* SPDX-License-Identifier: ISC */

/*
 * Runs the suites of ipc/, each in a file named after its module.
 *
 * They use System V objects, so the program takes two prefixes that no other
 * object and no other test program has, and at its end looks whether a test
 * left anything: that is a failure, and it is removed.  Most tests have
 * children, made by fork(2) and as the server makes its workers; nothing waits
 * for longer than a deadline.
 */

#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../../ipc/process.h"
#include "check_ipc.h"

int ipc_prefix, ipc_other_prefix;

static _Atomic int *skipped;

/* ---- children ---- */

static pid_t
child_fork(enum child_kind kind)
{
	return kind == CHILD_SHARE ? process_share() : fork();
}

pid_t
child_start(enum child_kind kind, void (*run)(int), int arg)
{
	pid_t pid = child_fork(kind);

	ck_assert_int_ge(pid, 0);
	if (pid > 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	alarm(30);
	run(arg);
	_exit(0);
}

void
child_join(pid_t pid)
{
	int status;

	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0,
	    "a child ended with status 0x%x", (unsigned)status);
}

void
child_kill(pid_t pid)
{
	int status;

	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL,
	    "a child ended before, with status 0x%x", (unsigned)status);
}

void
child_pause(void)
{
	for (;;)
		pause();
}

uint64_t
clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void
clock_pause(void)
{
	poll(NULL, 0, 1);
}

void *
shared_alloc(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		abort();
	return p;
}

void
test_skip(const char *why)
{
	atomic_fetch_add(skipped, 1);
	printf("SKIPPED: %s\n", why);
	fflush(stdout);
}

/* ---- System V objects ---- */

static void
object_remove(const char *kind, int id)
{
	if (strcmp(kind, "msg") == 0)
		msgctl(id, IPC_RMID, NULL);
	else if (strcmp(kind, "shm") == 0)
		shmctl(id, IPC_RMID, NULL);
}

int
objects_count(int prefix, const char *kind, int remove)
{
	char path[32], line[512];
	int key, id, n = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/sysvipc/%s", kind);
	if ((f = fopen(path, "r")) == NULL)
		return -1;
	while (fgets(line, sizeof(line), f) != NULL) {
		if (sscanf(line, "%d %d", &key, &id) != 2 ||
		    (unsigned)key >> 24 != (unsigned)prefix)
			continue;
		n++;
		if (remove)
			object_remove(kind, id);
	}
	fclose(f);
	return n;
}

static int
objects_all(int prefix, int remove)
{
	return objects_count(prefix, "msg", remove) +
	    objects_count(prefix, "shm", remove) +
	    objects_count(prefix, "sem", 0);
}

/* Against other test programs that run now: a name in the abstract socket
 * space is free when its holder ended. */
static int
prefix_claim(int prefix)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int len = snprintf(un.sun_path + 1, sizeof(un.sun_path) - 1,
	    "moot-test-prefix-%d", prefix);
	socklen_t size =
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1) +
	    (socklen_t)len;

	/* kept open until the program ends */
	if (fd >= 0 && bind(fd, (struct sockaddr *)&un, size) == 0)
		return 0;
	close(fd);
	return -1;
}

/* Not 'm', which a real server has. */
static int
prefix_pick(void)
{
	static unsigned seed;
	int i, prefix;

	if (seed == 0)
		seed = (unsigned)clock_ms() ^ (unsigned)getpid() << 12;
	for (i = 0; i < 1000; i++) {
		prefix = 1 + rand_r(&seed) % 126;
		if (prefix != 'm' && objects_all(prefix, 0) == 0 &&
		    prefix_claim(prefix) == 0)
			return prefix;
	}
	fprintf(stderr, "no free ipc-prefix\n");
	exit(EXIT_FAILURE);
}

/* ---- */

int
main(void)
{
	SRunner *sr;
	int failed, left;

	skipped = shared_alloc(sizeof(*skipped));
	ipc_prefix = prefix_pick();
	ipc_other_prefix = prefix_pick();
	sr = srunner_create(check_lock());
	srunner_add_suite(sr, check_mailbox());
	srunner_add_suite(sr, check_envelope());
	srunner_add_suite(sr, check_bell());
	srunner_add_suite(sr, check_bucket());
	srunner_add_suite(sr, check_mailmap());
	srunner_add_suite(sr, check_segment());
	srunner_add_suite(sr, check_process());
	srunner_add_suite(sr, check_stream());
	srunner_add_suite(sr, check_confine());
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	left = objects_all(ipc_prefix, 1) + objects_all(ipc_other_prefix, 1);
	if (left != 0)
		fprintf(stderr, "%d System V objects were left\n", left);
	if (atomic_load(skipped) != 0)
		printf("%d skipped\n", atomic_load(skipped));
	return failed == 0 && left == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
