/* SPDX-License-Identifier: ISC */

/*
 * Backups, and what the database has to say about itself.
 *
 * A backup is made by SQLite itself, in one go and so of one moment: the
 * writer goes on meanwhile, into the log.  It is written beside its place and
 * renamed when it is synced, so that a backup is never half of one.
 *
 * Restoring is putting the file back while the store is not running; before
 * that backup_check reads all of it.
 */

#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../ipc/clock.h"
#include "backup.h"
#include "handlers.h"
#include "search.h"

/* ---- copying ---- */

static int
fail(struct database *db, const char *path, const char *what)
{
	char text[200];

	snprintf(text, sizeof(text), "%.120s: %s", path, what);
	return database_fail(
	    db, errno == ENOSPC ? DATABASE_FULL : DATABASE_OTHER, text);
}

static int
copy(struct database *db, sqlite3 *to, const char *path)
{
	sqlite3_backup *b = sqlite3_backup_init(to, "main", db->sql, "main");
	int e;

	if (b == NULL)
		return fail(db, path, sqlite3_errmsg(to));
	errno = 0;
	e = sqlite3_backup_step(b, -1);
	sqlite3_backup_finish(b);
	return e == SQLITE_DONE ? 0 : fail(db, path, sqlite3_errmsg(to));
}

/* The database into TMP, which is ours and empty. */
static int
copy_to(struct database *db, const char *tmp)
{
	sqlite3 *to = NULL;
	int e = -1;

	if (sqlite3_open_v2(tmp, &to, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK)
		e = copy(db, to, tmp);
	else
		fail(db, tmp, to != NULL ? sqlite3_errmsg(to) : "no memory");
	if (sqlite3_close(to) != SQLITE_OK)
		e = -1;
	return e;
}

static int
sync_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), e;

	if (fd < 0)
		return -1;
	e = fsync(fd);
	close(fd);
	return e;
}

int
backup_make(struct database *db, const char *path)
{
	char tmp[PATH_MAX];
	int fd;

	if (snprintf(tmp, sizeof(tmp), "%s.XXXXXX", path) >= (int)sizeof(tmp))
		return fail(db, path, "the name is too long");
	if ((fd = mkostemp(tmp, O_CLOEXEC)) < 0) /* mode 0600 */
		return fail(db, path, strerror(errno));
	close(fd);
	if (copy_to(db, tmp) != 0)
		goto fail;
	if (sync_file(tmp) != 0 || rename(tmp, path) != 0) {
		fail(db, path, strerror(errno));
		goto fail;
	}
	return 0;
fail:
	unlink(tmp);
	return -1;
}

/* ---- for mootctl ---- */

/* The store may write nowhere but beside its database, so there the backup is
 * made, and mootctl copies it to its place.  All of them begin like this. */
static size_t
name_begin(char *name, size_t size, const char *database)
{
	int n = snprintf(name, size, "%s.backup.", database);

	return n < (int)size ? (size_t)n : size - 1;
}

void
req_backup(struct database *db, struct request *r)
{
	static _Atomic unsigned made;
	char path[PATH_MAX];
	size_t n = name_begin(
	    path, sizeof(path), sqlite3_db_filename(db->sql, "main"));

	snprintf(path + n, sizeof(path) - n, "%lld.%u",
	    (long long)clock_wall(), ++made);
	if (backup_make(db, path) != 0)
		answer_trouble(db, r);
	else
		answer_end(r, "BACKUP :%s", path);
}

void
req_backup_copied(struct database *db, struct request *r)
{
	char begin[PATH_MAX];
	size_t n = name_begin(
	    begin, sizeof(begin), sqlite3_db_filename(db->sql, "main"));

	if (strncmp(r->p[0], begin, n) != 0 ||
	    strchr(r->p[0] + n, '/') != NULL)
		answer_fail(r, "BACKUP", "INVALID_PARAMS", "*",
		    "That is no backup of ours");
	else if (unlink(r->p[0]) != 0 && errno != ENOENT)
		answer_fail(r, "BACKUP", "TEMPORARILY_UNAVAILABLE", "*",
		    strerror(errno));
	else
		answer_end(r, "END");
}

void
backup_clean(const char *path)
{
	char begin[PATH_MAX], dir[PATH_MAX], name[PATH_MAX];
	struct dirent *entry;
	DIR *d;
	size_t n = name_begin(begin, sizeof(begin), path);

	snprintf(dir, sizeof(dir), "%.*s", (int)(strrchr(path, '/') - path),
	    path);
	if ((d = opendir(dir)) == NULL)
		return;
	while ((entry = readdir(d)) != NULL)
		if (snprintf(name, sizeof(name), "%s/%s", dir,
		        entry->d_name) < (int)sizeof(name) &&
		    strncmp(name, begin, n) == 0)
			unlink(name);
	closedir(d);
}

/* ---- checking ---- */

/* What a check of all pages and indexes says, "ok" if it is. */
static int
check_pages(sqlite3 *sql, char *why, size_t size)
{
	sqlite3_stmt *q;
	int ok = 0;

	if (sqlite3_prepare_v2(
	        sql, "PRAGMA integrity_check(1)", -1, &q, NULL) == SQLITE_OK &&
	    sqlite3_step(q) == SQLITE_ROW) {
		snprintf(why, size, "%s", database_text(q, 0));
		ok = strcmp(why, "ok") == 0;
	} else
		snprintf(why, size, "%s", sqlite3_errmsg(sql));
	sqlite3_finalize(q);
	return ok ? 0 : -1;
}

static int
number(sqlite3 *sql, const char *query)
{
	sqlite3_stmt *q;
	int n = -1;

	if (sqlite3_prepare_v2(sql, query, -1, &q, NULL) == SQLITE_OK &&
	    sqlite3_step(q) == SQLITE_ROW)
		n = sqlite3_column_int(q, 0);
	sqlite3_finalize(q);
	return n;
}

static int
check(sqlite3 *sql, char *why, size_t size)
{
	int version = number(sql, "PRAGMA user_version");

	if (sqlite3_errcode(sql) != SQLITE_OK) {
		snprintf(why, size, "%s", sqlite3_errmsg(sql));
		return -1;
	}
	if (version <= 0 ||
	    number(sql, "PRAGMA application_id") != DATABASE_APPLICATION ||
	    number(sql, "SELECT count(*) FROM sqlite_schema"
	                " WHERE name='message'") != 1) {
		snprintf(why, size, "it is no database of Moot");
		return -1;
	}
	if (version > database_version()) {
		snprintf(why, size, "its version is %d, newer than %d", version,
		    database_version());
		return -1;
	}
	return check_pages(sql, why, size);
}

int
backup_check(const char *path, char *why, size_t size)
{
	char uri[3 * PATH_MAX + 32] = "file:";
	size_t n = strlen(uri);
	sqlite3 *sql = NULL;
	int e = -1;

	/* immutable: no log is made beside it; so it has to be a copy */
	for (; *path != '\0' && n < sizeof(uri) - 20; path++)
		n += (size_t)snprintf(uri + n, sizeof(uri) - n,
		    strchr("?#%", *path) != NULL ? "%%%02x" : "%c",
		    (unsigned char)*path);
	snprintf(uri + n, sizeof(uri) - n, "?immutable=1");
	if (sqlite3_open_v2(uri, &sql, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI,
	        NULL) == SQLITE_OK)
		e = check(sql, why, size);
	else
		snprintf(why, size, "%s",
		    sql != NULL ? sqlite3_errmsg(sql) : "no memory");
	sqlite3_close(sql);
	return e;
}

/* ---- restoring ---- */

static int
failed(char *why, size_t size, const char *what)
{
	snprintf(why, size, "%s: %s", what, strerror(errno));
	return -1;
}

/* The bytes of FROM into TO, a new file. */
static int
copy_file(const char *from, const char *to, char *why, size_t size)
{
	int in = open(from, O_RDONLY | O_CLOEXEC), out = -1;
	static char buf[1 << 16];
	ssize_t n = -1;

	if (in < 0)
		return failed(why, size, from);
	unlink(to);
	out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	while (out >= 0 && (n = read(in, buf, sizeof(buf))) > 0)
		if (write(out, buf, (size_t)n) != n) {
			if (errno == 0)
				errno = ENOSPC;
			n = -1;
			break;
		}
	if (n < 0 || fsync(out) != 0) {
		failed(why, size, out < 0 || n < 0 ? to : from);
		n = -1;
	}
	if (out >= 0)
		close(out);
	close(in);
	return n < 0 ? -1 : 0;
}

/* Whoever has the database open keeps us from taking its log away.  One that is
 * damaged is nobody's. */
static int
is_in_use(const char *path, char *why, size_t size)
{
	sqlite3 *sql = NULL;
	int e;

	if (access(path, F_OK) != 0)
		return 0;
	e = sqlite3_open_v2(path, &sql, SQLITE_OPEN_READWRITE, NULL);
	if (e == SQLITE_OK)
		e = sqlite3_exec(
		    sql, "PRAGMA journal_mode=DELETE", NULL, NULL, NULL);
	sqlite3_close(sql);
	if (e != SQLITE_BUSY && e != SQLITE_LOCKED)
		return 0;
	snprintf(why, size, "the database is in use: stop the server first");
	return 1;
}

/* PATH, with its log, to PATH.old. */
static int
put_aside(const char *path)
{
	static const char *const parts[] = { "-wal", "-shm", "" };
	char from[PATH_MAX], to[PATH_MAX];
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		snprintf(from, sizeof(from), "%s%s", path, parts[i]);
		snprintf(to, sizeof(to), "%s.old%s", path, parts[i]);
		unlink(to);
		if (rename(from, to) != 0 && errno != ENOENT)
			return -1;
	}
	return 0;
}

/* The new one belongs to whom the directory belongs: root may restore for
 * somebody else. */
static int
give_to_owner(const char *file, const char *dir)
{
	struct stat st;

	if (geteuid() != 0)
		return 0;
	return stat(dir, &st) != 0 ? -1 : chown(file, st.st_uid, st.st_gid);
}

int
backup_restore(const char *from, const char *to, char *why, size_t size)
{
	char new[PATH_MAX], dir[PATH_MAX];
	int e = -1;

	snprintf(new, sizeof(new), "%s.new", to);
	snprintf(dir, sizeof(dir), "%.*s", (int)(strrchr(to, '/') - to), to);
	if (copy_file(from, new, why, size) != 0 ||
	    backup_check(new, why, size) != 0 || is_in_use(to, why, size))
		goto end;
	if (give_to_owner(new, dir) != 0 || put_aside(to) != 0 ||
	    rename(new, to) != 0 || sync_file(dir) != 0)
		failed(why, size, to);
	else
		e = 0;
end:
	if (e != 0)
		unlink(new);
	return e;
}

/* ---- STATUS ---- */

static const struct {
	const char *name;
	const char *query;
} figures[] = {
	{ "version", "PRAGMA user_version" },
	{ "bytes", "SELECT page_count * page_size FROM pragma_page_count,"
	           " pragma_page_size" },
	{ "free", "SELECT freelist_count * page_size FROM"
	          " pragma_freelist_count, pragma_page_size" },
	{ "accounts", "SELECT count(*) FROM account" },
	{ "rooms", "SELECT count(*) FROM room" },
	/* ids go up by one: what was removed in between is not subtracted */
	{ "messages", "SELECT ifnull((SELECT max(id) FROM message)"
	              " - (SELECT min(id) FROM message) + 1, 0)" },
	{ "oldest", "SELECT time FROM message"
	            " WHERE id=(SELECT min(id) FROM message)" },
	{ "newest", "SELECT time FROM message"
	            " WHERE id=(SELECT max(id) FROM message)" },
};

void
req_status(struct database *db, struct request *r)
{
	int64_t n;
	size_t i;

	for (i = 0; i < sizeof(figures) / sizeof(figures[0]); i++) {
		n = 0;
		if (database_number(db, &n, figures[i].query, "") < 0) {
			answer_trouble(db, r);
			return;
		}
		answer(r, "STATUS %s %lld", figures[i].name, (long long)n);
	}
	answer(r, "STATUS unindexed %lld", (long long)search_missing(db));
	answer_end(r, "END");
}
