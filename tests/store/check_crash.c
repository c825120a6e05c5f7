/* SPDX-License-Identifier: ISC */

/*
 * Power fails: what was acknowledged is there, once, and nothing else is half
 * there.
 *
 * A child stores batches.  The calls that write and sync, which SQLite makes
 * through the symbols defined here, remember each file as of its last sync;
 * before one of them, picked at random, the power fails: every page of every
 * file becomes, at random, what it is now or what it was when last synced,
 * and the child is gone.  What it had acknowledged is in memory it shares
 * with the test, which then opens the database again.
 */

#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check_store.h"

enum { FILES = 4, PAGE = 4096, BATCH = 24, BATCHES = 60 };

int fdatasync(int fd);
ssize_t pwrite64(int fd, const void *buf, size_t n, off64_t at);

static struct image {
	char path[128];
	char *data;
	size_t size;
} images[FILES];

static int armed;        /* calls until the power fails; 0: it does not */
static unsigned chance;  /* the state of rand_r */
static volatile size_t *acknowledged;

/* ---- the power ---- */

static struct image *
image_of(int fd)
{
	char link[64], path[128];
	ssize_t n;
	int i;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	if (n < 0)
		return NULL;
	path[n] = '\0';
	if (strncmp(path, store_path, strlen(store_path)) != 0 ||
	    strstr(path, "-shm") != NULL)
		return NULL;
	for (i = 0; i < FILES - 1 && images[i].path[0] != '\0'; i++)
		if (strcmp(images[i].path, path) == 0)
			break;
	snprintf(images[i].path, sizeof(images[i].path), "%s", path);
	return &images[i];
}

static char *
contents(const char *path, size_t *size)
{
	int fd = open(path, O_RDONLY);
	struct stat st;
	char *data;

	*size = 0;
	if (fd < 0)
		return NULL;
	fstat(fd, &st);
	data = malloc((size_t)st.st_size + PAGE);
	*size = (size_t)pread(fd, data, (size_t)st.st_size, 0);
	close(fd);
	return data;
}

/* Mixes what is in the file with what was synced, page by page. */
static void
tear(struct image *m)
{
	size_t size, len, at, k;
	char *now_is = contents(m->path, &size);
	int fd;

	len = rand_r(&chance) % 2 ? size : m->size;
	for (at = 0; at < len; at += PAGE) {
		if (at < m->size && (at >= size || rand_r(&chance) % 2)) {
			k = m->size - at < PAGE ? m->size - at : PAGE;
			if (at + k > size)
				now_is = realloc(now_is, at + 2 * PAGE);
			memcpy(now_is + at, m->data + at, k);
		}
	}
	fd = open(m->path, O_WRONLY | O_TRUNC);
	for (at = 0; at < len; at += k) {
		ssize_t n = write(fd, now_is + at, len - at);

		if (n <= 0)
			_exit(9);
		k = (size_t)n;
	}
	close(fd);
	free(now_is);
}

static void
power_fails(void)
{
	int i;

	for (i = 0; i < FILES && images[i].path[0] != '\0'; i++)
		tear(&images[i]);
	_exit(0);
}

static void
tick(void)
{
	if (armed > 0 && --armed == 0)
		power_fails();
}

int
fdatasync(int fd)
{
	struct image *m;
	int e;

	tick();
	e = (int)syscall(SYS_fdatasync, fd);
	if (armed > 0 && (m = image_of(fd)) != NULL) {
		free(m->data);
		m->data = contents(m->path, &m->size);
	}
	return e;
}

ssize_t
pwrite64(int fd, const void *buf, size_t n, off64_t at)
{
	tick();
	if (armed > 0)
		image_of(fd); /* it is one of those to be torn */
	return syscall(SYS_pwrite64, fd, buf, n, at);
}

/* ---- the test ---- */

static void
store_batch(size_t from, size_t n)
{
	static char line[BATCH][200];
	struct stored m[BATCH];
	size_t i, skipped;

	for (i = 0; i < n; i++) {
		snprintf(line[i], sizeof(line[i]),
		    ":ann!u@h PRIVMSG #r :number %zu word%zu", from + i, i);
		m[i] = (struct stored){ .id_hi = 3, .id_lo = from + i,
			.time = from + i, .kind = KIND_PRIVMSG,
			.target = (from + i) % 3 ? "#r" : "#other",
			.account = "ann", .tags = "", .line = line[i] };
	}
	if (message_store(db, m, n, &skipped) != 0 || skipped != 0)
		_exit(2);
}

/* Acknowledges each batch after it is stored; indexes now and then. */
static void
child(unsigned seed)
{
	size_t n, done = 0;
	int i;

	chance = seed;
	store_reopen(); /* a connection of its own */
	database_run(db, seed % 2 ? "PRAGMA wal_autocheckpoint=8"
	                          : "PRAGMA wal_autocheckpoint=64", "");
	for (i = 0; i < FILES; i++)
		memset(&images[i], 0, sizeof(images[i]));
	/* as they are now is as good as synced */
	snprintf(images[0].path, sizeof(images[0].path), "%s", store_path);
	images[0].data = contents(images[0].path, &images[0].size);
	armed = 1 + (int)(rand_r(&chance) % 600);
	for (i = 0; i < BATCHES; i++) {
		n = 1 + rand_r(&chance) % BATCH;
		acknowledged[1] = done + n;
		store_batch(done, n);
		done += n;
		acknowledged[0] = done;
		if (rand_r(&chance) % 4 == 0 &&
		    search_index_some(db, 30) < 0)
			_exit(3);
	}
	power_fails();
}

static int64_t
count(const char *sql)
{
	int64_t n = -1;

	ck_assert_msg(database_number(db, &n, sql, "") == 1, "%s", db->why);
	return n;
}

START_TEST(test_power)
{
	char path[128];
	int64_t n;
	int status;
	pid_t pid;

	acknowledged = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne((void *)acknowledged, MAP_FAILED);
	ck_assert_int_eq(database_checkpoint(db), 0);
	database_close(db);
	db = NULL;
	if ((pid = fork()) == 0)
		child((unsigned)_i + 1);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	snprintf(path, sizeof(path), "%s-shm", store_path);
	unlink(path); /* it never is on a disk */
	store_reopen();
	n = count("SELECT count(*) FROM message");
	/* all of it or nothing of the one that was not acknowledged */
	ck_assert_msg(n == (int64_t)acknowledged[0] ||
	        n == (int64_t)acknowledged[1],
	    "%d of %zu or %zu", (int)n, acknowledged[0], acknowledged[1]);
	ck_assert_int_eq(count("SELECT count(DISTINCT id_lo) FROM message"), n);
	ck_assert_int_eq(
	    count("SELECT ifnull(max(id_lo) + 1, 0) FROM message"), n);
	ck_assert_int_eq(
	    count("SELECT integrity_check='ok' FROM pragma_integrity_check"),
	    1);
	/* sent again, it is stored once */
	store_batch(0, BATCH);
	ck_assert_int_eq(count("SELECT count(*) FROM message"),
	    n < BATCH ? BATCH : n);
	while (search_index_some(db, 1000) > 0)
		;
	ck_assert_int_eq(
	    count("SELECT count(*) FROM word WHERE word MATCH 'number'"),
	    n < BATCH ? BATCH : n);
	munmap((void *)(uintptr_t)acknowledged, PAGE);
}
END_TEST

Suite *
check_crash(void)
{
	Suite *s = suite_create("crash");
	TCase *t = tcase_create("crash");

	tcase_add_checked_fixture(t, store_setup, store_teardown);
	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, test_power, 0, 60);
	suite_add_tcase(s, t);
	return s;
}
