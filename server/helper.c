/* SPDX-License-Identifier: ISC */
/*
 * Starting and watching mootd-store; what concerns mootd-tls as well is passed
 * on to helper_tls.c.
 *
 * It is to us what a worker is, but for the table of descriptors: it executes
 * a program of its own, beside our own binary, since that links libraries.  It
 * finds the segment by its key, and what the configuration says of it in its
 * arguments.
 *
 * Should it not be there, or die at once again and again, the state in the
 * segment says so, and the server goes on without a memory.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../ipc/clock.h"
#include "../ipc/mailbox.h"
#include "../ipc/process.h"
#include "../ipc/segment.h"
#include "brake.h"
#include "helper.h"
#include "helper_tls.h"
#include "log.h"
#include "peer.h"
#include "state.h"
#include "worker.h"

enum {
	STEADY = 2000,       /* ms it must live to be trusted again, or */
	KILLED = 2,          /* when somebody else killed it */
	GIVEN_UP = 3,        /* deaths in a row until nobody waits for it */
	OLD = 3000,          /* ms an old one has to leave; and */
	QUICK = 200,         /* how long it is waited for */
};

static const struct config *settings;
static char program[PATH_MAX];
static pid_t pid;            /* 0: none runs */
static struct brake brake;
static uint64_t due;         /* ms: when to start it; 0: not */
static int reloading, hung;

int
helper_found(const char *name, char *path)
{
	char own[PATH_MAX], *slash;
	ssize_t n;

	path = path != NULL ? path : own;
	n = readlink("/proc/self/exe", path, PATH_MAX - 16);
	path[n > 0 ? n : 0] = '\0';
	if ((slash = strrchr(path, '/')) == NULL)
		return 0;
	snprintf(slash + 1, 16, "%s", name);
	return access(path, X_OK) == 0;
}

void
helper_prepare(const struct config *c)
{
	struct worker *x = &workers[0];

	settings = c;
	helper_tls_prepare(c);
	if (!c->store) {
		peer_store_enter(STORE_OFF, "store off");
		return;
	}
	if (!helper_found("mootd-store", program)) {
		log_info("no %s: nothing is kept", log_safe(program));
		peer_store_enter(STORE_OFF, "mootd-store is not installed");
		return;
	}
	if ((x->mailbox = peer_mailbox(0)) < 0 || bell_create(&x->bell) != 0) {
		log_warn("mailbox of the store: %s: nothing is kept",
		    strerror(errno));
		peer_store_enter(STORE_OFF, "it has no mailbox");
		return;
	}
	x->mailbox_room = mailbox_room(
	    x->mailbox, c->mailbox_size, c->mailbox_size);
	peer_store_enter(STORE_OPENING, "");
}

void
helper_adopt(const struct config *c)
{
	settings = c;
	helper_tls_adopt(c);
}

int
helper_restore(const struct config *c, const char *file)
{
	char prefix[16];
	struct segment header;
	char *argv[] = { program, "-p", prefix, "-d",
		(char *)(uintptr_t)c->state_dir, "-R", (char *)(uintptr_t)file,
		NULL };

	if (!helper_found("mootd-store", program)) {
		fprintf(stderr, "mootd: there is no %s\n", log_safe(program));
		return 1;
	}
	if (segment_probe(c->ipc_prefix, &header) == SEGMENT_LIVE) {
		fprintf(stderr, "mootd: the server is running, pid %d: "
		    "stop it first\n", (int)header.owner);
		return 1;
	}
	snprintf(prefix, sizeof(prefix), "%d", c->ipc_prefix);
	execv(program, argv);
	fprintf(stderr, "mootd: %s: %s\n", log_safe(program), strerror(errno));
	return 1;
}

/* In the child: keeps the bells it rings and hears, and what it says. */
static void
helper_exec(void)
{
	char prefix[16], level[16], days[24], size[24], policy[16], delay[16],
	     audit[16], least[16], confine[16], core[16];
	char *argv[] = { program, "-p", prefix, "-d",
		(char *)(uintptr_t)settings->state_dir, "-l", level, "-r",
		days, "-m", size, "-a", policy, "-f", delay, "-u", audit,
		"-w", least, "-C", confine, "-D", core,
		log_to_syslog ? "-s" : NULL, NULL };
	sigset_t none;
	unsigned w;

	snprintf(prefix, sizeof(prefix), "%d", settings->ipc_prefix);
	snprintf(level, sizeof(level), "%d", settings->log_level);
	snprintf(days, sizeof(days), "%u", settings->history_age);
	snprintf(size, sizeof(size), "%u", settings->history_size);
	snprintf(audit, sizeof(audit), "%u", settings->audit_age);
	snprintf(policy, sizeof(policy), "%d", settings->registration);
	snprintf(delay, sizeof(delay), "%u", settings->login_delay);
	snprintf(least, sizeof(least), "%u", settings->password_least);
	snprintf(confine, sizeof(confine), "%d", settings->confine);
	snprintf(core, sizeof(core), "%d", settings->core_dumps);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	close_range(3, ~0u, CLOSE_RANGE_CLOEXEC);
	for (w = 0; w <= state->nworker; w++)
		fcntl(workers[w].bell.fd, F_SETFD, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	execv(program, argv);
	log_warn("%s: %s", log_safe(program), strerror(errno));
	_exit(127);
}

static void
start(void)
{
	due = 0;
	brake.started = clock_now();
	atomic_store(&workers[0].beat, clock_now());
	if ((pid = fork()) == 0)
		helper_exec();
	if (pid < 0) {
		log_warn("fork: %s", strerror(errno));
		pid = 0;
		due = clock_now() + BRAKE_FIRST;
	}
}

/* Only one may take from the mailbox: an old one, which need not be our child,
 * has to leave first. */
static int
old_lives(void)
{
	if (!lock_owned(&workers[0].life.lock))
		return 0;
	if (clock_now() > brake.started + OLD && workers[0].pid > 0)
		kill(workers[0].pid, SIGKILL);
	return 1;
}

void
helper_start(const struct config *c)
{
	pid_t old = workers[0].pid;
	int n;

	settings = c;
	helper_tls_watch();
	if (atomic_load(&state->store.state) == STORE_OFF ||
	    !helper_found("mootd-store", program))
		return;
	if (old > 0 && lock_owned(&workers[0].life.lock))
		kill(old, SIGTERM);
	brake.started = due = clock_now();
	for (n = 0; n < QUICK && old_lives(); n++)
		poll(NULL, 0, 1);
	helper_watch();
}

int
helper_ended(pid_t who, int status)
{
	uint64_t wait;

	if (pid == 0 || who != pid)
		return helper_tls_ended(who, status);
	pid = 0;
	if (reloading) {
		reloading = 0;
		start();
		return 1;
	}
	workers[0].restarts++;
	if (WIFSIGNALED(status))
		log_warn("the store died of signal %d (%s)", WTERMSIG(status),
		    strsignal(WTERMSIG(status)));
	else
		log_warn("the store exited with %d", WEXITSTATUS(status));
	/* somebody killed it: then it did nothing wrong itself */
	wait = brake_ended(&brake, clock_now(), WIFSIGNALED(status) &&
	        WTERMSIG(status) == SIGKILL && !hung ? KILLED : STEADY);
	hung = 0;
	if (brake.quick >= GIVEN_UP)
		peer_store_enter(STORE_FAILING, "it dies again and again");
	if (wait == 0) {
		start();
		return 1;
	}
	due = clock_now() + wait;
	log_warn("the store died %u times in a row: next try in %llu ms",
	    brake.quick, (unsigned long long)wait);
	return 1;
}

void
helper_watch(void)
{
	uint64_t now = clock_now();

	helper_tls_watch();
	if (due != 0 && now >= due && !old_lives())
		start();
	if (pid != 0 && due == 0 &&
	    now > workers[0].beat + settings->worker_timeout * 1000) {
		log_warn("the store hangs: no heartbeat for %u s",
		    settings->worker_timeout);
		hung = 1;
		kill(pid, SIGKILL);
	}
}

void
helper_reload(const struct config *c)
{
	settings = c;
	helper_tls_reload(c);
	if (pid != 0 && due == 0) {
		reloading = 1;
		kill(pid, SIGTERM);
	}
}

void
helper_stop(int ms)
{
	uint64_t until = clock_now() + (uint64_t)ms;

	helper_tls_stop(until);
	if (pid == 0)
		return;
	kill(pid, SIGTERM);
	while (waitpid(pid, NULL, WNOHANG) == 0) {
		if (clock_now() > until) {
			log_warn("the store does not end: killed");
			helper_kill();
			return;
		}
		poll(NULL, 0, 2);
	}
	pid = 0;
}

void
helper_kill(void)
{
	if (pid == 0)
		return;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	pid = 0;
}
