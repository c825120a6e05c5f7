/* SPDX-License-Identifier: ISC */
/*
 * What befalls a server in a play beside the conversation, by letter:
 *
 *	M	a worker dies, a reload, users are moved, an upgrade
 *	T	the master is killed, another one takes over
 *	R	users are moved
 *
 * Whoever the point names is killed during it: its calls are counted from the
 * moment on at which it begins, those of a new master from its exec.  For
 * users to be moved all have to be at one worker: while they arrive, the
 * others stand still and have more clients, who say nothing.
 *
 * The service manager is here too: a master that was killed is followed by
 * another one at once.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agenda.h"
#include "script.h"

enum {
	PIDS = 64,
	MASTERS = 12,    /* a play needs no more */
	PATIENCE = 4000, /* ms for a master and its workers to serve */
	MOVED = 600,     /* ms for users to be moved */
	SILENT = 6 * SCRIPT_WORKERS, /* clients who say nothing */
};

static struct server *server;
static const struct point *point;
static struct agenda_log *record;
static struct tracer_log *counts;
static void (*complain)(const char *fmt, ...);
static pid_t tracer;
static int began;        /* what the agenda says */
static struct client *silent[SILENT];
static int descriptors;  /* before the first of them */

/* ---- fault points ---- */

void
agenda_arm(struct server *sv, const struct point *p)
{
	static char fault[160], file[160];

	snprintf(file, sizeof(file), "MOOT_FAULT_MAP=%s/faults", sv->dir);
	sv->env[0] = file;
	if (p == NULL || p->fault[0] == '\0')
		return;
	snprintf(fault, sizeof(fault), "MOOT_FAULT=%s", p->fault);
	sv->env[1] = fault;
}

void
agenda_passes(struct passes *passed)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/faults", server->dir);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		return;
	if (read(fd, passed, sizeof(*passed)) < 0)
		complain("    %s cannot be read\n", path);
	close(fd);
}

/* ---- the tracer ---- */

static void
trace(const struct tracer_plan *plan)
{
	if ((tracer = tracer_start(plan, counts)) < 0)
		complain("    the tracer does not start\n");
}

/* Follows those whom the point names, as they are now. */
static void
trace_living(void)
{
	struct tracer_plan plan;
	pid_t pid[PIDS];
	int i;

	memset(&plan, 0, sizeof(plan));
	server_workers(server, pid, PIDS);
	pid[0] = server->pid;
	pid[POINT_STORE_NUMBER] = server_store_pid(server);
	for (i = 0; i < TRACER_VICTIMS; i++) {
		const struct aim *a = &point->aim[i];
		if (i > 0 && a->call == 0)
			continue;
		plan.victim[i] = (struct tracer_victim) { pid[a->worker],
			a->call, a->steps, a->at_exit, 0 };
	}
	memcpy(plan.heir, point->heir, sizeof(plan.heir));
	if (point_heirs(point) > 0)
		plan.master = server->pid;
	trace(&plan);
}

/* The new master, or the workers it forks. */
static void
trace_new(void)
{
	const struct aim *a = &point->aim[0];
	struct tracer_plan plan;

	memset(&plan, 0, sizeof(plan));
	memcpy(plan.heir, point->heir, sizeof(plan.heir));
	if (point_heirs(point) > 0)
		plan.master = server->pid;
	else
		plan.victim[0] = (struct tracer_victim) { server->pid,
			a->call, 0, a->at_exit, 1 };
	trace(&plan);
}

void
agenda_stub(char **argv)
{
	const char *mootd = getenv("EXPLORE_EXEC");
	const char *go = getenv("EXPLORE_GO");

	if (mootd == NULL || go == NULL)
		return;
	while (access(go, F_OK) != 0)
		usleep(100);
	unsetenv("EXPLORE_GO");
	unsetenv("EXPLORE_EXEC");
	execv(mootd, argv);
	_exit(127);
}

/* Starts a master that is traced from its first instruction on. */
static void
spawn_traced(void)
{
	static char was[256], self[256], go[96];
	const char *mootd = getenv("MOOTD");
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	FILE *f;

	self[n > 0 ? n : 0] = '\0';
	snprintf(was, sizeof(was), "%s", mootd != NULL ? mootd : "./mootd");
	snprintf(go, sizeof(go), "%s/go", server->dir);
	setenv("EXPLORE_EXEC", was, 1);
	setenv("EXPLORE_GO", go, 1);
	setenv("MOOTD", self, 1);
	server->pid = server_spawn(server, NULL);
	setenv("MOOTD", was, 1);
	unsetenv("EXPLORE_EXEC");
	unsetenv("EXPLORE_GO");
	trace_new();
	if ((f = fopen(go, "w")) != NULL)
		fclose(f);
}

/* ---- the service manager ---- */

void
agenda_look(void)
{
	int status;

	if (server->pid <= 0 ||
	    waitpid(server->pid, &status, WNOHANG) != server->pid)
		return;
	record->deaths++;
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
		complain("    a master ended with status 0x%x\n",
		    (unsigned)status);
	server->pid = 0;
	if (record->deaths > MASTERS)
		return;
	if (point != NULL && point->agenda == 'T' && tracer == 0 &&
	    point->fault[0] == '\0' && point->aim[0].worker == 0)
		spawn_traced();
	else
		server->pid = server_spawn(server, NULL);
}

int
agenda_settle(void)
{
	long end = clock_ms() + harness_ms(PATIENCE);
	pid_t pid[16];

	if (point == NULL || point->agenda == '\0')
		return 0;
	while (server_workers(server, pid, 16) != SCRIPT_WORKERS) {
		if (clock_ms() > end)
			return -1;
		agenda_look();
		harness_tick();
	}
	return 0;
}

/* Waits until the log says TEXT, or OR, or a master has died. */
static void
await_log(const char *text, const char *or, unsigned deaths)
{
	long end = clock_ms() + harness_ms(MOVED);

	while (clock_ms() < end && record->deaths == deaths &&
	    !server_log_has(server, text) && !server_log_has(server, or)) {
		agenda_look();
		harness_tick();
	}
}

/* ---- the moments ---- */

static void
workers_signal(int from, int sig)
{
	pid_t pid[16];
	int i;

	server_workers(server, pid, 16);
	for (i = from; i <= SCRIPT_WORKERS; i++)
		if (pid[i] > 0)
			pid_signal(pid[i], sig);
}

static void
worker_kill(void)
{
	pid_t pid = server_worker_pid(server, 2);

	if (pid > 0)
		pid_signal(pid, SIGKILL);
}

static void
reload(void)
{
	pid_signal(server->pid, SIGHUP);
}

/* Notes how many, so that it is known that some were. */
static void
note_moved(void)
{
	char *log = server_log(server), *p = strstr(log, "rebalanced: moved ");

	if (p != NULL)
		record->moved = (unsigned)atoi(p + 18);
	free(log);
}

static void
move(void)
{
	unsigned deaths = record->deaths;

	pid_signal(server->pid, SIGUSR1);
	await_log("rebalanced:", "rebalancing given up", deaths);
	note_moved();
}

static void
move_when_reloaded(void)
{
	await_log("reloaded", "reloaded", 0);
	if (agenda_settle() == 0)
		move();
}

static void
upgrade(void)
{
	pid_signal(server->pid, SIGUSR2);
}

static void
master_kill(void)
{
	pid_signal(server->pid, SIGKILL);
	while (record->deaths == 0) {
		agenda_look();
		usleep(100);
	}
	agenda_settle();
}

/* ---- all at one worker ---- */

static void
await_descriptors(int n)
{
	long end = clock_ms() + harness_ms(PATIENCE);

	while (server_descriptors(server) != n && clock_ms() < end)
		harness_tick();
}

/* Whether PID waits for events, and so has no lock. */
static int
is_idle(pid_t pid)
{
	char path[32];
	long nr = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/syscall", (int)pid);
	if ((f = fopen(path, "r")) == NULL)
		return 0;
	if (fscanf(f, "%ld", &nr) != 1)
		nr = -1;
	fclose(f);
	return nr == SYS_epoll_wait;
}

static void
await_idle(void)
{
	long end = clock_ms() + harness_ms(PATIENCE);
	pid_t pid[16];
	int i;

	server_workers(server, pid, 16);
	for (i = 1; i <= SCRIPT_WORKERS; i++)
		while (!is_idle(pid[i]) && clock_ms() < end)
			harness_tick();
}

/* Workers are given clients in turn, by the only one that accepts any. */
static void
gather(void)
{
	int i;

	await_idle();
	descriptors = server_descriptors(server);
	workers_signal(2, SIGSTOP);
	for (i = 0; i < SILENT; i++)
		silent[i] = client_connect(server);
	await_descriptors(descriptors + SILENT);
	for (i = 0; i < SILENT; i += SCRIPT_WORKERS)
		client_close(silent[i]);
	await_descriptors(descriptors + SILENT - SILENT / SCRIPT_WORKERS);
}

static void
disperse(void)
{
	int i;

	workers_signal(2, SIGCONT);
	for (i = 0; i < SILENT; i++)
		if (i % SCRIPT_WORKERS != 0)
			client_close(silent[i]);
	await_descriptors(descriptors + SCRIPT_FIRST);
}

static const struct item {
	char agenda;
	const char *moment;
	void (*act)(void);
} items[] = {
	{ 'M', "arrived", disperse },
	{ 'M', "labels", worker_kill },
	{ 'M', "half", reload },
	{ 'M', "crowd", move_when_reloaded },
	{ 'M', "crowd again", upgrade },
	{ 'T', "crowd", master_kill },
	{ 'R', "arrived", disperse },
	{ 'R', "crowd", move },
};

/* Follows those who are named from when the first thing begins. */
static void
act(const struct item *x)
{
	int begins = x->act != disperse && tracer == 0 && !began;

	if (begins) {
		began = 1;
		agenda_passes(&record->begun);
		if (point->fault[0] == '\0' && (x->agenda != 'T' ||
		        point->aim[0].worker > 0))
			trace_living();
	}
	x->act();
	record->mark = counts->calls;
	agenda_passes(&record->over);
}

void
agenda_moment(const char *name)
{
	size_t i;

	if (point == NULL || point->agenda == '\0')
		return;
	for (i = 0; i < sizeof(items) / sizeof(items[0]); i++) {
		const struct item *x = &items[i];
		if (x->agenda != point->agenda || strcmp(x->moment, name) != 0)
			continue;
		if (agenda_settle() != 0)
			return;
		act(x);
	}
}

/* ---- beginning and end ---- */

void
agenda_open(struct server *sv, const struct point *p,
    struct agenda_log *log, struct tracer_log *calls,
    void (*trouble)(const char *fmt, ...))
{
	server = sv;
	point = p;
	record = log;
	counts = calls;
	complain = trouble;
	tracer = 0;
	began = 0;
	if (p == NULL)
		return;
	if (p->agenda == 'M' || p->agenda == 'R')
		gather();
	if (p->agenda == '\0' && p->fault[0] == '\0')
		trace_living();
}

int
agenda_end(void)
{
	int status;

	for (;;) {
		if (server->pid <= 0)
			return -1;
		pid_signal(server->pid, SIGTERM);
		status = server_reap(server->pid, harness_ms(3000));
		if (point == NULL || point->agenda == '\0' || status == -1 ||
		    !WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL ||
		    ++record->deaths > MASTERS)
			return status;
		server->pid = server_spawn(server, NULL);
		if (agenda_settle() != 0)
			complain("    no master after one killed at the end\n");
	}
}

void
agenda_close(void)
{
	if (tracer > 0 && server_reap(tracer, 1000) == -1)
		pid_signal(tracer, SIGKILL);
}
