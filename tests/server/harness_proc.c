/* SPDX-License-Identifier: ISC */
/*
 * A server seen from outside: what the kernel knows of its System V objects
 * (/proc/sysvipc) and of its workers (children of the master, by their
 * titles), and what mootctl says of the rest.  Where both can tell, the tests
 * ask the kernel, for the server is what they doubt.
 */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"

enum { WORKERS_MAX = 64 };

/* ---- System V ---- */

static const char *const object_kinds[] = { "msg", "shm", "sem" };

int
server_object_list(const struct server *sv, const char *kind, int *id,
    unsigned *key, int max)
{
	char path[32], line[512];
	int n = 0, k, i;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/sysvipc/%s", kind);
	if ((f = fopen(path, "r")) == NULL)
		return 0;
	while (n < max && fgets(line, sizeof(line), f) != NULL) {
		if (sscanf(line, "%d %d", &k, &i) != 2 ||
		    (unsigned)k >> 24 != (unsigned)sv->prefix)
			continue;
		key[n] = (unsigned)k;
		id[n++] = i;
	}
	fclose(f);
	return n;
}

int
server_objects(const struct server *sv, const char *kind)
{
	enum { MAX = 32768 };
	int *id = malloc(MAX * sizeof(*id)), n = 0, i;
	unsigned *key = malloc(MAX * sizeof(*key));

	for (i = 0; i < 3; i++)
		if (kind == NULL || strcmp(kind, object_kinds[i]) == 0)
			n += server_object_list(sv, object_kinds[i], id, key,
			    MAX);
	free(id);
	free(key);
	return n;
}

void
server_objects_remove(const struct server *sv)
{
	unsigned key[256];
	int id[256], i, n;

	while ((n = server_object_list(sv, "msg", id, key, 256)) > 0)
		for (i = 0; i < n; i++)
			if (msgctl(id[i], IPC_RMID, NULL) == -1)
				return;
	n = server_object_list(sv, "sem", id, key, 256);
	for (i = 0; i < n; i++)
		semctl(id[i], 0, IPC_RMID);
	n = server_object_list(sv, "shm", id, key, 256);
	for (i = 0; i < n; i++)
		shmctl(id[i], IPC_RMID, NULL);
}

/* ---- Workers ---- */

static ssize_t
file_read(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd == -1 ? -1 : read(fd, buf, size - 1);

	if (fd != -1)
		close(fd);
	buf[n > 0 ? n : 0] = '\0';
	return n;
}

int
server_workers(const struct server *sv, pid_t *pid, int max)
{
	char path[64], kids[8192], title[256], *p, *save;
	int n = 0, number;

	memset(pid, 0, (size_t)max * sizeof(*pid));
	snprintf(path, sizeof(path), "/proc/%d/task/%d/children",
	    (int)sv->pid, (int)sv->pid);
	if (sv->pid == 0 || file_read(path, kids, sizeof(kids)) <= 0)
		return 0;
	for (p = strtok_r(kids, " ", &save); p != NULL;
	    p = strtok_r(NULL, " ", &save)) {
		snprintf(path, sizeof(path), "/proc/%s/cmdline", p);
		if (file_read(path, title, sizeof(title)) <= 0 ||
		    sscanf(title, "mootd: worker %d", &number) != 1 ||
		    number < 0 || number >= max)
			continue;
		pid[number] = (pid_t)atoi(p);
		n++;
	}
	return n;
}

pid_t
server_store_pid(const struct server *sv)
{
	char path[64], kids[8192], name[32], *p, *save;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children",
	    (int)sv->pid, (int)sv->pid);
	if (sv->pid == 0 || file_read(path, kids, sizeof(kids)) <= 0)
		return 0;
	for (p = strtok_r(kids, " ", &save); p != NULL;
	    p = strtok_r(NULL, " ", &save)) {
		snprintf(path, sizeof(path), "/proc/%s/comm", p);
		if (file_read(path, name, sizeof(name)) > 0 &&
		    strncmp(name, "mootd-store", 11) == 0 &&
		    pid_alive((pid_t)atoi(p)))
			return (pid_t)atoi(p);
	}
	return 0;
}

int
server_descriptors(const struct server *sv)
{
	char path[32];
	DIR *dir;
	int n = 0;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)sv->pid);
	if ((dir = opendir(path)) == NULL)
		return -1;
	while (readdir(dir) != NULL)
		n++;
	closedir(dir);
	return n;
}

pid_t
server_worker_pid(const struct server *sv, int number)
{
	pid_t pid[WORKERS_MAX];

	server_workers(sv, pid, WORKERS_MAX);
	return number >= 0 && number < WORKERS_MAX ? pid[number] : 0;
}

/* 0 is everybody of our own process group, 1 is init, less are groups. */
int
pid_signal(pid_t pid, int sig)
{
	ck_assert_msg(pid > 1, "signal %d to nobody (%d)", sig, (int)pid);
	return kill(pid, sig);
}

pid_t
server_worker_again(const struct server *sv, int number, pid_t old)
{
	pid_t pid = 0;

	wait_for((pid = server_worker_pid(sv, number)) > 0 && pid != old,
	    SERVER_AGAIN);
	return pid;
}

pid_t
server_store_again(const struct server *sv, pid_t old)
{
	pid_t pid = 0;

	wait_for((pid = server_store_pid(sv)) > 0 && pid != old, SERVER_AGAIN);
	return pid;
}

pid_t
server_worker_kill(const struct server *sv, int number)
{
	pid_t pid = server_worker_again(sv, number, 0);

	pid_signal(pid, SIGKILL);
	return pid;
}

pid_t
server_store_kill(const struct server *sv)
{
	pid_t pid = server_store_again(sv, 0);

	pid_signal(pid, SIGKILL);
	return pid;
}

int
server_sanitized(const struct server *sv)
{
	char path[64], line[512];
	int found = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/maps", (int)sv->pid);
	if ((f = fopen(path, "r")) == NULL)
		return 0;
	while (!found && fgets(line, sizeof(line), f) != NULL)
		found = strstr(line, "libasan") != NULL ||
		    strstr(line, "libubsan") != NULL ||
		    strstr(line, "libtsan") != NULL;
	fclose(f);
	return found;
}

/* ---- Who holds a connection ---- */

/* The workers share one table of descriptors, so that /proc cannot tell them
 * apart; mootctl can. */
void
client_worker_list(struct client **v, int n, int *worker)
{
	char *text = server_ctl(v[0]->sv, "users --json", NULL), *line, *save;
	char nick[128], number[32];
	int i;

	for (i = 0; i < n; i++)
		worker[i] = -1;
	for (line = strtok_r(text, "\n", &save); line != NULL;
	    line = strtok_r(NULL, "\n", &save)) {
		if (json_get(line, "nick", nick, sizeof(nick)) == NULL ||
		    json_get(line, "worker", number, sizeof(number)) == NULL)
			continue;
		for (i = 0; i < n; i++)
			if (strcmp(v[i]->nick, nick) == 0)
				worker[i] = atoi(number);
	}
	free(text);
}

int
client_worker(const struct client *c)
{
	struct client *one = (struct client *)(unsigned long)c;
	int worker;

	client_worker_list(&one, 1, &worker);
	return worker;
}

void
client_apart(struct server *sv, struct client **a, const char *anick,
    struct client **b, const char *bnick, const char *caps)
{
	struct client *try[64];
	char nick[64];
	int n, home;

	*a = client_register_with(sv, anick, caps);
	if (getenv("HARNESS_PORT") != NULL) {
		*b = client_register_with(sv, bnick, caps);
		return;
	}
	home = client_worker(*a);
	ck_assert_msg(home != -1, "no worker holds %s", anick);
	for (n = 0; n < 64; n++) {
		snprintf(nick, sizeof(nick), "%s%d", bnick, n);
		try[n] = client_register_as(sv, nick, bnick, caps);
		if (client_worker(try[n]) != home)
			break;
	}
	ck_assert_msg(n < 64, "64 connections in a row on worker %d", home);
	*b = try[n];
	while (n-- > 0)
		client_close(try[n]);
	client_send(*b, "NICK %s", bnick);
	client_expect(*b, ":%s!* NICK *%s", nick, bnick);
	snprintf((*b)->nick, sizeof((*b)->nick), "%s", bnick);
}

void
client_pair(struct server *sv, int apart, struct client **a, const char *anick,
    struct client **b, const char *bnick, const char *caps)
{
	if (apart) {
		client_apart(sv, a, anick, b, bnick, caps);
		return;
	}
	*a = client_register_with(sv, anick, caps);
	*b = client_register_with(sv, bnick, caps);
}

void
client_pair_in(struct server *sv, int apart, struct client **a,
    const char *anick, struct client **b, const char *bnick, const char *room,
    const char *caps)
{
	char line[128], want[128];

	client_pair(sv, apart, a, anick, b, bnick, caps);
	snprintf(line, sizeof(line), "JOIN %s", room);
	snprintf(want, sizeof(want), "366 * %s :*", room);
	client_ask(*a, line, want);
	client_ask(*b, line, want);
	client_expect(*a, ":%s!*@* JOIN *%s*", bnick, room);
}

/* ---- mootctl ---- */

char *
server_ctl(const struct server *sv, const char *args, int *status)
{
	const char *ctl = getenv("MOOTCTL");
	char command[512], *text = malloc(1 << 20);
	size_t n;
	FILE *f;
	int rc;

	snprintf(command, sizeof(command), "%s -s %s %s 2>&1",
	    ctl != NULL ? ctl : "./mootctl", sv->control, args);
	f = popen(command, "r");
	ck_assert_msg(f != NULL, "%s: %s", command, strerror(errno));
	n = fread(text, 1, (1 << 20) - 1, f);
	text[n] = '\0';
	rc = pclose(f);
	if (status != NULL)
		*status = WIFEXITED(rc) ? WEXITSTATUS(rc) : -1;
	return text;
}

char *
json_get(const char *line, const char *key, char *buf, size_t size)
{
	char want[64];
	const char *p, *end;

	snprintf(want, sizeof(want), "\"%s\"", key);
	if ((p = strstr(line, want)) == NULL)
		return NULL;
	p += strlen(want);
	p += strspn(p, " :");
	if (*p == '"') {
		p++;
		end = p + strcspn(p, "\"");
	} else
		end = p + strcspn(p, ",} \n");
	snprintf(buf, size, "%.*s", (int)(end - p), p);
	return buf;
}

char *
server_ctl_find(const struct server *sv, const char *what, const char *key,
    const char *value, char *buf, size_t size)
{
	char args[64], have[256], *text, *line, *save, *found = NULL;

	snprintf(args, sizeof(args), "%s --json", what);
	text = server_ctl(sv, args, NULL);
	for (line = strtok_r(text, "\n", &save); line != NULL && found == NULL;
	    line = strtok_r(NULL, "\n", &save)) {
		if (json_get(line, key, have, sizeof(have)) == NULL ||
		    (value != NULL && strcmp(have, value) != 0))
			continue;
		snprintf(buf, size, "%s", line);
		found = buf;
	}
	free(text);
	return found;
}

const char *
server_status(const struct server *sv, const char *field)
{
	static char text[256];
	char line[8192];

	if (server_ctl_find(sv, "status", "workers", NULL, line,
	        sizeof(line)) == NULL ||
	    json_get(line, field, text, sizeof(text)) == NULL)
		return "";
	return text;
}
