/* SPDX-License-Identifier: ISC */
/*
 * What happens to a server during a soak: workers are killed, mootd-store and
 * mootd-tls are, the master is and is started again at once as a service
 * manager would, users are moved between workers, another binary is put in the
 * place of the running one and the server told to execute it.
 *
 * Upgrades are asked for by a process of their own that has no clients, so that
 * who measures does not wait for mootctl.  A new master is a child of who is
 * the parent of all others, which is what server_stop() wants.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "disturb.h"
#include "way.h"

enum {
	PAUSE = 200,         /* ms between two upgrades */
	WORKERS = 64,
	BALLAST = 20,        /* idle connections a worker */
};

static struct server *sv;
static struct disturb want;
struct disturb_figures disturbed;

/* What the process that upgrades and we both know. */
static struct hand {
	atomic_int go, done;
	atomic_long upgrades, failed, longest;
} *hand;
static pid_t hand_pid;
static char binary[128];

static unsigned
any(int n)
{
	return (unsigned)rand_r(&want.seed) % (unsigned)n;
}

/* ---- upgrades ---- */

/* Puts a fresh copy of FROM in the place of the binary, as a package does. */
static void
binary_put(const char *from)
{
	char command[512];

	snprintf(command, sizeof(command), "cp '%s' '%s.new' && mv '%s.new' "
	    "'%s'", from, binary, binary, binary);
	ck_assert_int_eq(system(command), 0);
}

/* And beside it its helpers, as far as there are any. */
static void
helpers_put(const char *from)
{
	char command[512];

	snprintf(command, sizeof(command), "for h in store tls; do "
	    "! test -e '%s'-$h || cp '%s'-$h '%s'-$h; done", from, from,
	    binary);
	ck_assert_int_eq(system(command), 0);
}

/* Asks until it is told that it was done: whom it asks may die. */
static void
upgrade_once(const char *from)
{
	long long begin;
	long took;
	int status;
	char *out;

	binary_put(from);
	for (;;) {
		begin = clock_us();
		out = server_ctl(sv, "upgrade", &status);
		if (status == 0)
			break;
		atomic_fetch_add(&hand->failed, 1);
		printf("upgrade: %s", out);
		free(out);
		usleep(50 * 1000);
	}
	free(out);
	took = (long)(clock_us() - begin);
	if (took > atomic_load(&hand->longest))
		atomic_store(&hand->longest, took);
	atomic_fetch_add(&hand->upgrades, 1);
}

static void
hand_run(const char *from)
{
	int i;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (!atomic_load(&hand->go))
		harness_tick();
	for (i = 0; i < want.upgrades; i++) {
		upgrade_once(from);
		usleep(PAUSE * 1000);
	}
	atomic_store(&hand->done, 1);
	_exit(0);
}

static void
hand_start(const char *from)
{
	hand = mmap(NULL, sizeof(*hand), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert_msg(hand != MAP_FAILED, "mmap: %s", strerror(errno));
	if (want.upgrades == 0)
		return;
	fflush(NULL);
	if ((hand_pid = fork()) == 0)
		hand_run(from);
	ck_assert_msg(hand_pid > 0, "fork: %s", strerror(errno));
}

/* ---- kills ---- */

static int
living(const pid_t *pid)
{
	int w, n = 0;

	for (w = 1; w <= want.workers; w++)
		n += pid[w] > 0 && pid_alive(pid[w]);
	return n;
}

/* The workers of a dead master are nobody's children: whom we knew.  With the
 * last of them all would be gone. */
static void
worker_kill(void)
{
	static pid_t known[WORKERS];
	pid_t pid[WORKERS];
	unsigned w;

	if (server_workers(sv, pid, WORKERS) == want.workers)
		memcpy(known, pid, sizeof(known));
	else if (living(known) < 2)
		return;
	w = 1 + any(want.workers);
	if (pid[w] == 0 && known[w] > 0 && pid_alive(known[w]))
		pid[w] = known[w];
	if (pid[w] > 0 && pid_signal(pid[w], SIGKILL) == 0)
		disturbed.kills++;
}

static void
master_kill(void)
{
	pid_signal(sv->pid, SIGKILL);
	ck_assert_int_ne(server_reap(sv->pid, 5000), -1);
	sv->pid = server_spawn(sv, NULL);
	disturbed.masters++;
}

/* One that gave up, not because it was killed, is started again; unless it
 * says that it should not be. */
static void
master_watch(void)
{
	int status;

	if (waitpid(sv->pid, &status, WNOHANG) != sv->pid)
		return;
	printf("the master ended with status %x\n", (unsigned)status);
	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 1,
	    "status %x", (unsigned)status);
	sv->pid = server_spawn(sv, NULL);
}

/* ---- rebalancing ---- */

static int ballast[WORKERS * BALLAST];

static int
ballast_connect(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	to.sin_port = htons((uint16_t)sv->port[0]);
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0)
		return fd;
	close(fd);
	return 0;
}

/* Idle connections come, and spread over the workers in turn; those of one
 * worker, nearly, go; there are users to be moved then. */
static void
balance_step(void)
{
	static unsigned step;
	int i, n = want.workers * BALLAST, which = (int)any(want.workers);

	switch (step++ % 3) {
	case 0:
		for (i = 0; i < n; i++)
			if (ballast[i] <= 0)
				ballast[i] = ballast_connect();
		break;
	case 1:
		for (i = 0; i < n; i++)
			if (i % want.workers == which && ballast[i] > 0) {
				close(ballast[i]);
				ballast[i] = 0;
			}
		break;
	default:
		disturbed.rebalances += pid_signal(sv->pid, SIGUSR1) == 0;
	}
}

/* ---- helpers ---- */

static void
store_kill(void)
{
	pid_t pid = server_store_pid(sv);

	if (pid > 0 && pid_signal(pid, SIGKILL) == 0)
		disturbed.stores++;
}

/* It is gone when this returns: nobody comes by one that is dying. */
static void
helper_kill(void)
{
	pid_t pid[WORKERS];
	int i, n = way_tls_pids(sv, pid, WORKERS);

	if (n < 2) /* then one stays for whom this one cuts off */
		return;
	i = (int)any(n);
	if (pid_signal(pid[i], SIGKILL) == 0)
		disturbed.helpers++;
	wait_for(!pid_alive(pid[i]), HARNESS_WAIT);
}

/* ---- one after another ---- */

static struct disturber {
	long *interval;
	void (*act)(void);
	long next;
} disturbers[] = {
	{ &want.worker, worker_kill, 0 },
	{ &want.master, master_kill, 0 },
	{ &want.balance, balance_step, 0 },
	{ &want.store, store_kill, 0 },
	{ &want.helper, helper_kill, 0 },
};

enum { DISTURBERS = sizeof(disturbers) / sizeof(disturbers[0]) };

void
disturb_start(struct server *server, const struct disturb *wanted)
{
	const char *original = getenv("MOOTD");
	sigset_t set;

	sv = server;
	want = *wanted;
	original = original != NULL ? original : "./mootd";
	/* one that starts has no handler yet: a signal must wait for it */
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	snprintf(binary, sizeof(binary), "%s/mootd", sv->dir);
	binary_put(original);
	helpers_put(original);
	original = strdup(original);
	setenv("MOOTD", binary, 1);
	server_start(sv);
	hand_start(original);
}

void
disturb_begin(void)
{
	int i;

	for (i = 0; i < DISTURBERS; i++)
		disturbers[i].next = clock_ms() + *disturbers[i].interval;
	atomic_store(&hand->go, 1);
}

int
disturb_turn(void)
{
	long now = clock_ms();
	int i;

	master_watch();
	for (i = 0; i < DISTURBERS; i++)
		if (*disturbers[i].interval != 0 &&
		    now >= disturbers[i].next) {
			disturbers[i].act();
			disturbers[i].next += *disturbers[i].interval;
		}
	if (hand_pid > 0 && waitpid(hand_pid, NULL, WNOHANG) == hand_pid) {
		hand_pid = 0;
		ck_assert_msg(atomic_load(&hand->done), "no more upgrades");
	}
	return hand_pid > 0;
}

void
disturb_end(void)
{
	pid_t pid[WORKERS];
	int i;

	wait_for((master_watch(), server_workers(sv, pid, WORKERS)) ==
	    want.workers, 10000);
	for (i = 0; i < WORKERS * BALLAST; i++)
		if (ballast[i] > 0)
			close(ballast[i]);
	disturbed.upgrades = atomic_load(&hand->upgrades);
	disturbed.failed = atomic_load(&hand->failed);
	disturbed.upgrade_us = atomic_load(&hand->longest);
}
