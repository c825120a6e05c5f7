/* SPDX-License-Identifier: ISC */
/*
 * What the processes of a running server have given up, as proc(5) shows it;
 * what that means for each call is tested in tests/unit/check_ipc_confine.c.
 * And what another user of the machine finds of the server: nothing.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"

enum { CHANGE = 10000, WORKERS = 2 };

static struct server sv;

/* The number that /proc/PID/status has for FIELD ("Seccomp:"); -1. */
static int
status_of(pid_t pid, const char *field)
{
	char path[64], line[256];
	int n = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	if ((f = fopen(path, "r")) == NULL)
		return -1;
	while (fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, field, strlen(field)) == 0)
			n = atoi(line + strlen(field));
	fclose(f);
	return n;
}

static int
filtered(pid_t pid)
{
	return status_of(pid, "Seccomp:") == 2;
}

/* Whether all workers are filtered, or none of them. */
static int
workers_filtered(int wanted)
{
	pid_t pid[WORKERS + 1];
	int w;

	if (server_workers(&sv, pid, WORKERS + 1) != WORKERS)
		return 0;
	for (w = 1; w <= WORKERS; w++)
		if (filtered(pid[w]) != wanted)
			return 0;
	return 1;
}

static void
begin(const char *confine)
{
	server_init(&sv);
	if (confine != NULL)
		server_set(&sv, "confine", "%s", confine);
	server_start(&sv);
}

/* Whether there is anything to test. */
static int
can_confine(void)
{
	if (!server_log_has(&sv, "not confined"))
		return 1;
	harness_skip("this build or kernel confines nobody");
	server_stop(&sv);
	return 0;
}

/* The master keeps its system calls, but has no new privileges. */
START_TEST(test_usual)
{
	begin(NULL);
	if (!can_confine())
		return;
	ck_assert(server_log_has(&sv, "confined: system calls"));
	wait_for(workers_filtered(1), CHANGE);
	ck_assert(!filtered(sv.pid));
	ck_assert_int_eq(status_of(sv.pid, "NoNewPrivs:"), 1);
	ck_assert_int_eq(
	    status_of(server_worker_pid(&sv, 1), "NoNewPrivs:"), 1);
	server_stop(&sv);
}
END_TEST

/* So is the store, which goes on being able to do its work. */
START_TEST(test_store)
{
	char *text;
	int status;

	server_init_store(&sv);
	server_start(&sv);
	if (!can_confine())
		return;
	client_login(&sv, "ann", "batch");
	ck_assert(filtered(server_store_pid(&sv)));
	text = server_ctl(&sv, "account list", &status);
	ck_assert_int_eq(status, 0);
	ck_assert_msg(strstr(text, "ann") != NULL, "%s", text);
	free(text);
	client_quit_all();
	server_stop(&sv);
}
END_TEST

/* A successor is confined as the dead one was. */
START_TEST(test_successor)
{
	begin("on");
	if (!can_confine())
		return;
	client_register(&sv, "ann");
	server_worker_kill(&sv, 1);
	wait_for(workers_filtered(1), CHANGE);
	client_quit_all();
	server_stop(&sv);
}
END_TEST

START_TEST(test_reload)
{
	begin("off");
	wait_for(workers_filtered(0), CHANGE);
	ck_assert(server_log_has(&sv, "confine off"));
	server_set(&sv, "confine", "on");
	server_write(&sv);
	free(server_ctl(&sv, "reload", NULL));
	wait_for(server_log_has(&sv, "reloaded"), CHANGE);
	if (!can_confine())
		return;
	wait_for(workers_filtered(1), CHANGE);
	server_stop(&sv);
}
END_TEST

START_TEST(test_tls)
{
	const char *pids;

	server_init(&sv);
	server_add(&sv, "listen-tls 127.0.0.1:0");
	server_add(&sv, "tls-workers 1");
	server_start(&sv);
	if (!can_confine())
		return;
	if (strncmp(server_status(&sv, "tls"), "off", 3) == 0) {
		harness_skip("there is no mootd-tls");
		server_stop(&sv);
		return;
	}
	wait_for(atoi(pids = server_status(&sv, "tls_pids")) > 0 &&
	    filtered(atoi(pids)), CHANGE);
	server_stop(&sv);
}
END_TEST

/* ---- core files ---- */

static const struct core_row {
	const char *setting;
	int dumpable;          /* of a worker and of the store */
	int segment;           /* is in it */
} core_rows[] = {
	{ NULL, 0, 0 },
	{ "off", 0, 0 },
	{ "on", 1, 0 },
	{ "full", 1, 1 },
};

/* Whether the segment would be in a core of PID: "dd" among the flags of the
 * mapping says no.  -1 when there is none. */
static int
dumps_segment(pid_t pid)
{
	char path[64], line[512];
	int inside = 0, dumps = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/smaps", (int)pid);
	f = fopen(path, "r");
	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		if (strstr(line, "/SYSV") != NULL)
			inside = 1;
		else if (inside && strncmp(line, "VmFlags:", 8) == 0) {
			dumps = strstr(line, " dd") == NULL;
			inside = 0;
		}
	if (f != NULL)
		fclose(f);
	return dumps;
}

/* Files of a process that may not be dumped are root's in proc(5). */
static int
dumpable(pid_t pid)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d/environ", (int)pid);
	return stat(path, &st) == 0 && st.st_uid != 0;
}

/* As a user that is not root, for whom it shows. */
START_TEST(test_core)
{
	const struct core_row *row = &core_rows[_i];
	pid_t worker, store;

	if (geteuid() != 0) {
		harness_skip("not root: what may be dumped cannot be seen");
		return;
	}
	server_init_store(&sv);
	/* who may not come to where they were built */
	server_program(&sv, NULL, "mootd-store");
	server_program(&sv, NULL, "mootd");
	server_set(&sv, "user", "nobody");
	ck_assert_int_eq(chmod(sv.dir, 0777), 0);
	server_set(&sv, "state-dir", "%s", sv.dir);
	if (row->setting != NULL)
		server_set(&sv, "core-dumps", "%s", row->setting);
	server_start(&sv);
	wait_for(server_workers(&sv, (pid_t[WORKERS + 1]) { 0 },
	    WORKERS + 1) == WORKERS, CHANGE);
	wait_for((store = server_store_pid(&sv)) > 0 &&
	    dumps_segment(store) == row->segment, CHANGE);
	worker = server_worker_pid(&sv, 1);
	ck_assert_int_eq(dumps_segment(worker), row->segment);
	ck_assert_int_eq(dumps_segment(sv.pid), row->segment);
	ck_assert_int_eq(dumpable(worker), row->dumpable);
	ck_assert_int_eq(dumpable(store), row->dumpable);
	ck_assert_int_eq(dumpable(sv.pid), row->dumpable);
	server_stop(&sv);
}
END_TEST

/* ---- another user of the machine ---- */

enum { STRANGER = 65533, OBJECTS = 64 };

/* In a child that is somebody else: what it could do, as text; "" if that is
 * nothing. */
typedef const char *attempt_fn(void);

static int ids[OBJECTS], nid;

static const char *
try_segment(void)
{
	int i;

	for (i = 0; i < nid; i++) {
		if (shmat(ids[i], NULL, SHM_RDONLY) != (void *)-1)
			return "attaches the segment";
		if (shmctl(ids[i], IPC_RMID, NULL) == 0)
			return "removes the segment";
	}
	if (shmget((key_t)((unsigned)sv.prefix << 24), 0, 0600) >= 0)
		return "finds the segment";
	return errno == EACCES ? "" : "is told of no segment";
}

static const char *
try_mailboxes(void)
{
	struct { long type; char text[8]; } m = { 1, "hello" };
	struct msqid_ds ds;
	int i;

	for (i = 0; i < nid; i++) {
		if (msgsnd(ids[i], &m, sizeof(m.text), IPC_NOWAIT) == 0)
			return "posts to a mailbox";
		if (errno != EACCES)
			return "is not kept from posting";
		if (msgrcv(ids[i], &m, sizeof(m.text), 0,
		        IPC_NOWAIT | MSG_NOERROR) >= 0)
			return "takes from a mailbox";
		if (msgctl(ids[i], IPC_STAT, &ds) == 0)
			return "looks at a mailbox";
		if (msgctl(ids[i], IPC_RMID, NULL) == 0)
			return "removes a mailbox";
	}
	return "";
}

static const char *
try_control(void)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char answer[64] = "";

	snprintf(un.sun_path, sizeof(un.sun_path), "%s", sv.control);
	if (connect(fd, (struct sockaddr *)&un, sizeof(un)) != 0)
		return errno == EACCES ? "" : "cannot connect, but why?";
	(void)!write(fd, "USERS\n", 6);
	return read(fd, answer, sizeof(answer)) > 0 && answer[0] != '.'
	    ? "gives orders"
	    : "connects to the control socket";
}

static const char *
try_files(void)
{
	static char what[512];
	char path[300];
	struct dirent *entry;
	struct stat st;
	DIR *dir = opendir(sv.dir);

	/* the directory is open for this: its files are to be closed */
	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		snprintf(path, sizeof(path), "%.60s/%.200s", sv.dir,
		    entry->d_name);
		if (strncmp(entry->d_name, "store.db", 8) != 0 &&
		    strncmp(entry->d_name, "tls-key", 7) != 0 &&
		    strncmp(entry->d_name, "cloak", 5) != 0 &&
		    strncmp(entry->d_name, "crash.", 6) != 0)
			continue;
		snprintf(what, sizeof(what), "reads %s", path);
		if (open(path, O_RDONLY) >= 0)
			return what;
		snprintf(what, sizeof(what), "%s: its mode is not 0600", path);
		if (stat(path, &st) == 0 && (st.st_mode & 0777) != 0600)
			return what;
	}
	return dir != NULL ? "" : "does not see the directory";
}

/* The address by which a new master would be given all descriptors. */
static const char *
try_handover(void)
{
	char line[512], *name;
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	struct timeval wait = { 0, 300 * 1000 };
	char byte, begin[32];
	FILE *f = fopen("/proc/net/unix", "r");
	size_t len;
	int fd;

	snprintf(begin, sizeof(begin), "@moot-%d-", sv.prefix);
	while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		if ((name = strstr(line, begin)) == NULL)
			continue;
		len = strcspn(name, "\n");
		memcpy(un.sun_path + 1, name + 1, len - 1);
		fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
		if (connect(fd, (struct sockaddr *)&un, (socklen_t)
		        (offsetof(struct sockaddr_un, sun_path) + len)) != 0)
			continue;
		/* nobody answers while there is a master: nothing is given */
		(void)!write(fd, "", 1);
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
		if (read(fd, &byte, 1) > 0)
			return "is given descriptors";
	}
	return "";
}

static const struct {
	const char *kind;      /* of System V objects, or NULL */
	attempt_fn *attempt;
} strangers[] = {
	{ "shm", try_segment },
	{ "msg", try_mailboxes },
	{ NULL, try_control },
	{ NULL, try_files },
	{ NULL, try_handover },
};

/* Runs ATTEMPT as a stranger; what it came to. */
static const char *
as_stranger(attempt_fn *attempt)
{
	static char said[512];
	const char *what;
	int ends[2];
	ssize_t n;
	pid_t pid;

	ck_assert_int_eq(pipe(ends), 0);
	if ((pid = fork()) == 0) {
		if (setgroups(0, NULL) != 0 || setgid(STRANGER) != 0 ||
		    setuid(STRANGER) != 0)
			what = "could not become a stranger";
		else
			what = attempt();
		_exit(write(ends[1], what, strlen(what)) < 0);
	}
	close(ends[1]);
	n = read(ends[0], said, sizeof(said) - 1);
	said[n > 0 ? n : 0] = '\0';
	close(ends[0]);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	return said;
}

START_TEST(test_stranger)
{
	unsigned keys[OBJECTS];
	const char *what;

	if (geteuid() != 0) {
		harness_skip("not root: cannot be two users");
		return;
	}
	server_init_store(&sv);
	ck_assert_int_eq(chmod(sv.dir, 0755), 0);
	server_set(&sv, "state-dir", "%s", sv.dir);
	server_set(&sv, "cloak", "on");
	server_start(&sv);
	client_login(&sv, "ann", "batch");
	if (strangers[_i].kind != NULL) {
		nid = server_object_list(
		    &sv, strangers[_i].kind, ids, keys, OBJECTS);
		ck_assert_int_gt(nid, 0);
	}
	what = as_stranger(strangers[_i].attempt);
	ck_assert_msg(what[0] == '\0', "a stranger %s", what);
	client_quit_all();
	server_stop(&sv);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("confine");
	Suite *suites[] = { s, NULL };
	TCase *tc = harness_case(s, "confine", NULL, NULL, 60);

	tcase_add_test(tc, test_usual);
	tcase_add_test(tc, test_store);
	tcase_add_test(tc, test_successor);
	tcase_add_test(tc, test_reload);
	tcase_add_test(tc, test_tls);
	tcase_add_loop_test(tc, test_core, 0,
	    sizeof(core_rows) / sizeof(core_rows[0]));
	tcase_add_loop_test(tc, test_stranger, 0,
	    sizeof(strangers) / sizeof(strangers[0]));
	return harness_run(suites);
}
