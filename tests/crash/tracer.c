/* SPDX-License-Identifier: ISC */
/*
 * The tracer.  It seizes its victims without stopping them for long, lets
 * them run from one entry or exit of a system call to the next, counts, and
 * kills.  A call whose caller is killed at its entry is not carried out; at
 * its exit it is, and nobody ever sees the result.
 *
 * It has to be a process of its own, since only the one that seized may wait
 * for stops, and it does nothing else.  What it kills it also reaps, as a
 * tracer must; only then the master hears of the death.
 */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"
#include "tracer.h"

enum role { NOBODY, VICTIM, MASTER, HEIR };

/* A thread; what counts is counted in the first of its process. */
struct tracee {
	pid_t pid;
	struct tracee *lead; /* of the others */
	enum role role;
	int first;      /* its calls are logged */
	int inside;     /* between entry and exit */
	int killed;
	int waits;      /* for its exec, and is not counted */
	unsigned calls, steps;
	unsigned call;  /* which of all those of the process */
	struct tracer_victim aim;
};

enum {
	TRACEES = (TRACER_VICTIMS + TRACER_HEIRS) * TRACER_THREADS + 1,
	OPTIONS = PTRACE_O_TRACESYSGOOD,
};

static struct tracee tracees[TRACEES];
static unsigned heirs;
static struct tracer_log *record;

static struct tracee *
tracee_find(pid_t pid)
{
	int i;

	for (i = 0; i < TRACEES; i++)
		if (tracees[i].pid == pid)
			return &tracees[i];
	return NULL;
}

static void
tracee_kill(struct tracee *t)
{
	pid_signal(t->pid, SIGKILL);
	t->killed = 1;
	record->kills++;
}

static void
tracee_go(struct tracee *t, int sig)
{
	struct tracee *lead = t->lead != NULL ? t->lead : t;
	long how = t->role == MASTER ? PTRACE_CONT
	    : t->steps > 0           ? PTRACE_SINGLESTEP
	                             : PTRACE_SYSCALL;

	if (lead->killed)
		return;
	if (t->role != MASTER && lead->aim.call == 0 && !lead->first)
		how = PTRACE_DETACH;
	ptrace((enum __ptrace_request)how, t->pid, NULL, (void *)(long)sig);
	if (how == PTRACE_DETACH)
		t->pid = 0;
}

/* At a stop of THREAD at a system call. */
static void
tracee_call(struct tracee *thread)
{
	struct tracee *t = thread->lead != NULL ? thread->lead : thread;
	struct __ptrace_syscall_info info;

	if (t->waits || t->killed ||
	    ptrace(PTRACE_GET_SYSCALL_INFO, thread->pid,
	        (void *)sizeof(info), &info) <= 0)
		return;
	thread->inside = info.op == PTRACE_SYSCALL_INFO_ENTRY;
	if (thread->inside) {
		thread->call = t->calls + 1;
		t->calls++;
		record->last = (long)info.entry.nr;
		if (t->first && t->calls < TRACER_CALLS)
			record->name[t->calls] = (short)info.entry.nr;
		if (t->first)
			record->calls = t->calls;
		if (t->role == HEIR && info.entry.nr == SYS_epoll_wait) {
			record->heal_calls = t->calls;
			t->aim.call = 0;
		}
	}
	if (thread->call != t->aim.call || t->aim.call == 0 ||
	    thread->inside == (t->aim.at_exit || t->aim.steps > 0))
		return;
	if (t->aim.steps > 0)
		thread->steps = t->aim.steps;
	else
		tracee_kill(t);
}

/* The thread PID of PROCESS. */
static struct tracee *
thread_add(struct tracee *process, pid_t pid)
{
	struct tracee *t = tracee_find(0);

	if (t != NULL)
		*t = (struct tracee) { .pid = pid, .role = process->role,
			.lead = process };
	return t;
}

/* Whom the thread PID belongs to, if that is one of ours. */
static struct tracee *
thread_process(pid_t pid)
{
	char path[40], line[80];
	int process = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	if ((f = fopen(path, "r")) == NULL)
		return NULL;
	while (process == 0 && fgets(line, sizeof(line), f) != NULL)
		sscanf(line, "Tgid: %d", &process);
	fclose(f);
	return process == 0 || process == pid ? NULL : tracee_find(process);
}

/* The master has a new child, which is ours from its first instruction. */
static void
heir_add(const struct tracer_plan *plan, pid_t pid)
{
	struct tracee *t = tracee_find(pid);

	if (t == NULL)
		t = tracee_find(0);
	if (t == NULL || pid == 0)
		return;
	*t = (struct tracee) { .pid = pid, .role = HEIR };
	if (heirs < TRACER_HEIRS)
		t->aim.call = plan->heir[heirs++];
}

static void
stopped(const struct tracer_plan *plan, pid_t pid, int status)
{
	struct tracee *t = tracee_find(pid);
	int sig = WSTOPSIG(status), event = status >> 16;
	unsigned long child;

	if (t == NULL) {
		struct tracee *process = thread_process(pid);
		if (process != NULL)
			thread_add(process, pid);
		else
			heir_add(plan, pid);
		if ((t = tracee_find(pid)) == NULL)
			return;
	}
	if (sig == (SIGTRAP | 0x80)) {
		tracee_call(t);
		sig = 0;
	} else if (event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_CLONE) {
		if (t->role == MASTER &&
		    ptrace(PTRACE_GETEVENTMSG, pid, NULL, &child) == 0 &&
		    tracee_find((pid_t)child) == NULL)
			heir_add(plan, (pid_t)child);
		sig = 0;
	} else if (event == PTRACE_EVENT_EXEC) {
		t->waits = 0;
		sig = 0;
	} else if (event != 0)
		sig = 0;
	else if (sig == SIGTRAP && t->steps > 0) {
		sig = 0;
		if (--t->steps == 0)
			tracee_kill(t->lead != NULL ? t->lead : t);
	}
	tracee_go(t, sig);
}

static int
seize(pid_t pid, enum role role, int options)
{
	struct tracee *t = tracee_find(0);
	int status;

	if (t == NULL ||
	    ptrace(PTRACE_SEIZE, pid, NULL, (void *)(long)options) != 0)
		return -1;
	t->pid = pid;
	t->role = role;
	if (ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) != 0 ||
	    waitpid(pid, &status, __WALL) != pid)
		return -1;
	return 0;
}

/* The threads that T has beside the first. */
static int
seize_threads(struct tracee *t, int options)
{
	char path[40];
	struct dirent *d;
	int bad = 0;
	pid_t pid;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)t->pid);
	if ((dir = opendir(path)) == NULL)
		return -1;
	while ((d = readdir(dir)) != NULL && !bad) {
		pid = (pid_t)atoi(d->d_name);
		if (pid <= 0 || pid == t->pid)
			continue;
		bad = seize(pid, t->role, options) != 0;
		if (!bad)
			tracee_find(pid)->lead = t;
	}
	closedir(dir);
	return bad ? -1 : 0;
}

static int
seize_all(const struct tracer_plan *plan)
{
	int i;

	for (i = 0; i < TRACER_VICTIMS; i++) {
		struct tracee *t = tracee_find(0);
		if (plan->victim[i].pid == 0)
			continue;
		if (seize(plan->victim[i].pid, VICTIM, OPTIONS |
		        (plan->victim[i].from_exec ? PTRACE_O_TRACEEXEC
		                                   : 0)) != 0)
			return -1;
		t->aim = plan->victim[i];
		t->waits = t->aim.from_exec;
		t->first = i == 0;
		if (seize_threads(t, OPTIONS) != 0)
			return -1;
	}
	if (plan->master != 0 && seize(plan->master, MASTER,
	        OPTIONS | PTRACE_O_TRACEFORK | PTRACE_O_TRACECLONE) != 0)
		return -1;
	for (i = 0; i < TRACEES; i++)
		if (tracees[i].pid != 0)
			tracee_go(&tracees[i], 0);
	return 0;
}

static void
follow(const struct tracer_plan *plan)
{
	struct tracee *t;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, __WALL)) > 0 || errno == EINTR) {
		if (pid > 0 && WIFSTOPPED(status))
			stopped(plan, pid, status);
		else if (pid > 0 && (t = tracee_find(pid)) != NULL)
			t->pid = 0;
	}
}

pid_t
tracer_start(const struct tracer_plan *plan, struct tracer_log *log)
{
	int ends[2];
	char ok = 0;
	pid_t pid;

	memset(log, 0, sizeof(*log));
	if (pipe(ends) != 0 || (pid = fork()) < 0)
		return -1;
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		/* clients of our parent end when it closes them */
		dup2(ends[1], 3);
		ends[1] = 3;
		close_range(4, ~0u, 0);
		record = log;
		if (seize_all(plan) != 0)
			_exit(1);
		if (write(ends[1], "+", 1) == 1)
			follow(plan);
		_exit(0);
	}
	close(ends[1]);
	if (read(ends[0], &ok, 1) != 1) {
		waitpid(pid, NULL, 0);
		pid = -1;
	}
	close(ends[0]);
	return pid;
}

int
tracer_allowed(void)
{
	int status = 0, e = 0;
	pid_t pid = fork();

	if (pid == 0)
		for (;;)
			pause();
	if (ptrace(PTRACE_SEIZE, pid, NULL, NULL) != 0)
		e = errno;
	pid_signal(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return e;
}

/* ---- names ---- */

static const struct {
	long nr;
	const char *name;
} names[] = {
#define N(call) { SYS_##call, #call }
	N(accept4), N(bind), N(brk), N(clone), N(close), N(connect), N(dup),
	N(epoll_ctl), N(epoll_wait), N(exit_group), N(fcntl), N(fstat),
	N(futex), N(getpeername), N(getpid), N(getrandom), N(getsockname),
	N(getsockopt), N(gettid), N(ioctl), N(kill), N(listen), N(lseek),
	N(mmap), N(mprotect), N(msgctl), N(msgget), N(msgrcv), N(msgsnd),
	N(munmap), N(newfstatat), N(openat), N(poll), N(prctl), N(read),
	N(recvfrom), N(recvmmsg), N(rt_sigaction), N(rt_sigprocmask),
	N(sendmmsg), N(sendmsg),
	N(sendto), N(set_robust_list), N(setsockopt), N(shmat), N(shmctl),
	N(shmdt), N(shmget), N(shutdown), N(signalfd4), N(socket), N(wait4),
	N(write), N(clock_nanosleep), N(restart_syscall), N(pread64),
	N(pwrite64), N(fdatasync), N(fsync), N(ftruncate), N(unlink),
	N(execve), N(clone3), N(exit), N(sched_yield),
#undef N
};

const char *
tracer_call_name(long nr)
{
	static char buf[24];
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].nr == nr)
			return names[i].name;
	snprintf(buf, sizeof(buf), "?%ld", nr);
	return buf;
}
