/* SPDX-License-Identifier: ISC */
/*
 * What a server costs, read from /proc: the time its processes ran and the
 * memory they hold, for one root process and all that descend from it.
 *
 * Time is the first field of every thread's schedstat, in nanoseconds; the
 * clock ticks of stat are too coarse for runs of a second or two.  Processes
 * come and go, so a meter remembers each thread's last reading, and one that
 * is first seen later counts from zero.  A process whose parent died belongs
 * to init from then on and is not counted any further.
 *
 * What cannot be read counts as gone.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <dirent.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proc.h"

#define TREE_MAX 4096
#define PATH_LEN 96

struct process {
	pid_t pid, parent;
};

struct task {
	pid_t tid;
	uint64_t base, last;
};

struct meter {
	pid_t root;
	int started;
	struct task *tasks;
	size_t count, size;
};

struct socket_owner {
	unsigned long inode;
	pid_t pid;
};

struct socket_list {
	struct socket_owner *owners;
	size_t count, size;
};

static void *
grow(void *p, size_t len)
{
	p = realloc(p, len);
	if (p == NULL)
		err(1, "realloc");
	return p;
}

/* Reads a small file whole; returns its length, or -1. */
static ssize_t
proc_slurp(const char *path, char *buf, size_t size)
{
	FILE *f = fopen(path, "r");
	size_t n;

	if (f == NULL)
		return -1;
	n = fread(buf, 1, size - 1, f);
	fclose(f);
	buf[n] = '\0';
	return (ssize_t)n;
}

/* The parent's number stands after the name, which may hold anything. */
static pid_t
proc_parent(pid_t pid)
{
	char path[PATH_LEN], buf[512], *p;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	if (proc_slurp(path, buf, sizeof(buf)) == -1)
		return -1;
	p = strrchr(buf, ')');
	return p == NULL || strlen(p) < 4 ? -1 : (pid_t)atoi(p + 4);
}

static size_t
proc_list(struct process *all)
{
	DIR *d = opendir("/proc");
	struct dirent *e;
	size_t n = 0;

	while (d != NULL && n < TREE_MAX && (e = readdir(d)) != NULL) {
		if (!isdigit((unsigned char)e->d_name[0]))
			continue;
		all[n].pid = (pid_t)atoi(e->d_name);
		all[n].parent = proc_parent(all[n].pid);
		n++;
	}
	if (d != NULL)
		closedir(d);
	return n;
}

/* Fills TREE with ROOT and its descendants; ROOT is the first. */
static size_t
proc_tree(pid_t root, pid_t *tree)
{
	static struct process all[TREE_MAX];
	size_t n = proc_list(all), found = 0, i, k;

	if (proc_parent(root) == -1)
		return 0;
	tree[found++] = root;
	for (k = 0; k < found; k++)
		for (i = 0; i < n && found < TREE_MAX; i++)
			if (all[i].parent == tree[k] && all[i].pid != root)
				tree[found++] = all[i].pid;
	return found;
}

static struct task *
meter_task(struct meter *m, pid_t tid)
{
	struct task *t;
	size_t i;

	for (i = 0; i < m->count; i++)
		if (m->tasks[i].tid == tid)
			return &m->tasks[i];
	if (m->count == m->size) {
		m->size = m->size == 0 ? 64 : m->size * 2;
		m->tasks = grow(m->tasks, m->size * sizeof(*m->tasks));
	}
	t = &m->tasks[m->count++];
	memset(t, 0, sizeof(*t));
	t->tid = tid;
	return t;
}

/* BASE is taken modulo 2^64, so a number used again loses nothing: its old
 * sum stays in. */
static void
meter_note(struct meter *m, pid_t tid, uint64_t ran)
{
	struct task *t = meter_task(m, tid);

	if (!m->started)
		t->base = ran;
	else if (ran < t->last)
		t->base -= t->last;
	t->last = ran;
}

static void
meter_process(struct meter *m, pid_t pid)
{
	char path[PATH_LEN], buf[128];
	struct dirent *e;
	DIR *d;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	d = opendir(path);
	while (d != NULL && (e = readdir(d)) != NULL) {
		if (!isdigit((unsigned char)e->d_name[0]))
			continue;
		snprintf(path, sizeof(path), "/proc/%d/task/%.20s/schedstat",
		    (int)pid, e->d_name);
		if (proc_slurp(path, buf, sizeof(buf)) > 0)
			meter_note(
			    m, (pid_t)atoi(e->d_name), strtoull(buf, NULL, 10));
	}
	if (d != NULL)
		closedir(d);
}

uint64_t
meter_read(struct meter *m)
{
	static pid_t tree[TREE_MAX];
	uint64_t sum = 0;
	size_t i, n = proc_tree(m->root, tree);

	for (i = 0; i < n; i++)
		meter_process(m, tree[i]);
	for (i = 0; i < m->count; i++)
		sum += m->tasks[i].last - m->tasks[i].base;
	return sum;
}

struct meter *
meter_open(pid_t root)
{
	struct meter *m;

	if (proc_parent(root) == -1)
		return NULL;
	m = grow(NULL, sizeof(*m));
	memset(m, 0, sizeof(*m));
	m->root = root;
	meter_read(m);
	m->started = 1;
	return m;
}

void
meter_close(struct meter *m)
{
	if (m != NULL)
		free(m->tasks);
	free(m);
}

long
proc_pss(pid_t root)
{
	static pid_t tree[TREE_MAX];
	char path[PATH_LEN], buf[2048], *p;
	size_t i, n = proc_tree(root, tree);
	long sum = -1;

	for (i = 0; i < n; i++) {
		snprintf(
		    path, sizeof(path), "/proc/%d/smaps_rollup", (int)tree[i]);
		if (proc_slurp(path, buf, sizeof(buf)) == -1)
			continue;
		p = strstr(buf, "\nPss:");
		if (p != NULL)
			sum += strtol(p + 5, NULL, 10) + (sum == -1);
	}
	return sum;
}

/* Adds the sockets that a process holds. */
static void
sockets_add(struct socket_list *l, pid_t pid)
{
	char path[PATH_LEN], link[64];
	struct dirent *e;
	unsigned long inode;
	ssize_t n;
	DIR *d;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	d = opendir(path);
	while (d != NULL && (e = readdir(d)) != NULL) {
		n = readlinkat(dirfd(d), e->d_name, link, sizeof(link) - 1);
		if (n <= 0)
			continue;
		link[n] = '\0';
		if (sscanf(link, "socket:[%lu]", &inode) != 1)
			continue;
		if (l->count == l->size) {
			l->size = l->size == 0 ? 1024 : l->size * 2;
			l->owners =
			    grow(l->owners, l->size * sizeof(*l->owners));
		}
		l->owners[l->count].inode = inode;
		l->owners[l->count++].pid = pid;
	}
	if (d != NULL)
		closedir(d);
}

static int
socket_compare(const void *a, const void *b)
{
	const struct socket_owner *x = a, *y = b;

	return (x->inode > y->inode) - (x->inode < y->inode);
}

static int
connection_compare(const void *a, const void *b)
{
	const struct proc_connection *const *x = a, *const *y = b;

	if ((*x)->port != (*y)->port)
		return (*x)->port < (*y)->port ? -1 : 1;
	return ((*x)->address > (*y)->address) -
	       ((*x)->address < (*y)->address);
}

/* Goes through the kernel's table of connections: the server's ends have
 * PORT as their own, and their inodes lead to the process. */
static void
connections_resolve(const struct socket_list *l, uint16_t port,
    struct proc_connection **sorted, size_t count)
{
	struct proc_connection key = { 0, 0, 0 }, *k = &key, **hit;
	struct socket_owner want = { 0, 0 }, *o;
	unsigned own, other;
	char line[256];
	FILE *f = fopen("/proc/net/tcp", "r");

	while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		if (sscanf(line,
			" %*u: %*8x:%4x %8x:%4x %*x %*s %*s %*s %*u %*u %lu",
			&own, &key.address, &other, &want.inode) != 4 ||
		    own != port)
			continue;
		key.port = (uint16_t)other;
		hit = bsearch(&k, sorted, count, sizeof(k), connection_compare);
		o = bsearch(
		    &want, l->owners, l->count, sizeof(want), socket_compare);
		if (hit != NULL && o != NULL)
			(*hit)->owner = o->pid;
	}
	if (f != NULL)
		fclose(f);
}

void
proc_owners(pid_t root, uint16_t port, struct proc_connection *connections,
    size_t count)
{
	static pid_t tree[TREE_MAX];
	struct socket_list l = { NULL, 0, 0 };
	struct proc_connection **sorted = grow(NULL, count * sizeof(*sorted));
	size_t i, n = proc_tree(root, tree);

	for (i = 1; i < n; i++)
		sockets_add(&l, tree[i]);
	for (i = 0; i < count; i++) {
		connections[i].owner = 0;
		sorted[i] = &connections[i];
	}
	if (l.count > 0) {
		qsort(l.owners, l.count, sizeof(*l.owners), socket_compare);
		qsort(sorted, count, sizeof(*sorted), connection_compare);
		connections_resolve(&l, port, sorted, count);
	}
	free(sorted);
	free(l.owners);
}
