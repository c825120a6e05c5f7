/* SPDX-License-Identifier: ISC */

/*
 * Opening the database: the file and its mode, SQLite's settings, the version
 * of the tables, the secret.
 *
 * The file is in WAL mode with synchronous=FULL: when a commit returns, what it
 * wrote has been synced, and a reader neither waits for the writer nor holds
 * it up.  The writer copies the log into the file rarely (WAL_PAGES); who
 * does not want a commit to take that long calls database_checkpoint before
 * it comes to that.
 *
 * What is not ours is left alone: a file of another program, or of a newer
 * version of this one.
 */

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../ipc/clock.h"
#include "credential.h"
#include "database.h"
#include "schema.h"

enum {
	WAL_PAGES = 16384,          /* 64 MiB: then a commit copies it */
	WAL_KEPT = 96 << 20,        /* bytes of the log left after that */
	CACHE_WRITER = -32768,      /* KiB */
	CACHE_READER = -8192,
	DEADLINE_OPS = 20000,       /* steps of SQLite between two looks */
};

static const char pragmas[] = "PRAGMA synchronous=FULL;"
                              "PRAGMA foreign_keys=ON;"
                              "PRAGMA trusted_schema=OFF;"
                              "PRAGMA secure_delete=ON;"
                              "PRAGMA temp_store=MEMORY;";

/* One of SQLite's own settings: a name and a number of ours. */
static int
pragma(struct database *db, const char *name, int value)
{
	char sql[64];

	snprintf(sql, sizeof(sql), "PRAGMA %s=%d", name, value);
	return database_exec(db, sql);
}

/* The number that SQL comes to, which may be below 0, into *N: 0 or -1. */
static int
number(struct database *db, const char *sql, int *n)
{
	sqlite3_stmt *q;

	if (sqlite3_prepare_v2(db->sql, sql, -1, &q, NULL) != SQLITE_OK)
		return database_failed(db);
	*n = sqlite3_step(q) == SQLITE_ROW ? sqlite3_column_int(q, 0) : 0;
	return sqlite3_finalize(q) == SQLITE_OK ? 0 : database_failed(db);
}

/* SQLite gives the log and the index of the log the mode of the file. */
static int
make_file(struct database *db, const char *path)
{
	char *copy, text[200];
	int fd, dir;

	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0) {
		snprintf(text, sizeof(text), "%s: %s", path, strerror(errno));
		return database_fail(db, database_trouble_of(errno), text);
	}
	fchmod(fd, 0600);
	close(fd);
	/* A new name is lost with the power if its folder is not synced. */
	if ((copy = strdup(path)) == NULL)
		return database_fail(db, DATABASE_OTHER, "out of memory");
	dir = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(copy);
	if (dir >= 0) {
		fsync(dir);
		close(dir);
	}
	return 0;
}

static int
is_wal(struct database *db)
{
	sqlite3_stmt *q;
	int wal = 0;

	if (sqlite3_prepare_v2(db->sql, "PRAGMA journal_mode=WAL", -1, &q,
	        NULL) != SQLITE_OK)
		return 0;
	if (sqlite3_step(q) == SQLITE_ROW)
		wal = strcmp(database_text(q, 0), "wal") == 0;
	return sqlite3_finalize(q) == SQLITE_OK && wal;
}

static int
deadline_check(void *arg)
{
	struct database *db = arg;

	return db->deadline != 0 && (int64_t)clock_now() > db->deadline;
}

static int
tune(struct database *db)
{
	int writer = db->mode == DATABASE_WRITER;

	sqlite3_busy_timeout(db->sql, DATABASE_BUSY_MS);
	sqlite3_db_config(db->sql, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_progress_handler(db->sql, DEADLINE_OPS, deadline_check, db);
	if (database_exec(db, pragmas) != 0)
		return -1;
	if (pragma(db, "cache_size", writer ? CACHE_WRITER : CACHE_READER) != 0)
		return -1;
	if (!writer)
		return pragma(db, "query_only", 1);
	if (!is_wal(db))
		return database_failed(db);
	if (pragma(db, "wal_autocheckpoint", WAL_PAGES) != 0)
		return -1;
	return pragma(db, "journal_size_limit", WAL_KEPT);
}

/* One step of the schema and its number, or none of them. */
static int
migrate_one(struct database *db, int version)
{
	if (database_begin(db) != 0)
		return -1;
	if (database_exec(db, schema[version].sql) != 0 ||
	    pragma(db, "application_id", DATABASE_APPLICATION) != 0 ||
	    pragma(db, "user_version", version + 1) != 0) {
		database_rollback(db);
		return -1;
	}
	return database_commit(db);
}

int
database_version(void)
{
	int n = 0;

	while (schema[n].sql != NULL)
		n++;
	return n;
}

static int
migrate(struct database *db)
{
	char text[96];
	int is = 0, app = 0, empty = 0;

	if (number(db, "PRAGMA user_version", &is) != 0 ||
	    number(db, "PRAGMA application_id", &app) != 0 ||
	    number(db, "SELECT count(*) = 0 FROM sqlite_schema", &empty) != 0)
		return -1;
	if (is < 0 || (app != DATABASE_APPLICATION && !empty))
		return database_fail(
		    db, DATABASE_FOREIGN, "it was made by another program");
	if (is > database_version()) {
		snprintf(text, sizeof(text),
		    "its version is %d, newer than %d", is, database_version());
		return database_fail(db, DATABASE_FOREIGN, text);
	}
	if (db->mode == DATABASE_READER)
		return is == database_version()
		    ? 0
		    : database_fail(db, DATABASE_FOREIGN, "it is not migrated");
	for (; is < database_version(); is++)
		if (migrate_one(db, is) != 0)
			return -1;
	if (sqlite3_db_readonly(db->sql, "main"))
		return database_fail(db, DATABASE_READONLY, "its mode");
	return 0;
}

/* The secret of this installation: made once, never shown. */
static int
load_secret(struct database *db)
{
	sqlite3_stmt *q;
	int n;

	q = database_query(
	    db, "SELECT value FROM state WHERE name='secret'", "");
	if (q == NULL || (n = database_next(db, q)) < 0)
		return -1;
	if (n == 1) {
		n = sqlite3_column_bytes(q, 0);
		if (n == DATABASE_SECRET)
			memcpy(db->secret, sqlite3_column_blob(q, 0),
			    DATABASE_SECRET);
		database_end(q);
		return n == DATABASE_SECRET
		    ? 0
		    : database_fail(db, DATABASE_DAMAGED, "its secret is gone");
	}
	if (db->mode != DATABASE_WRITER)
		return database_fail(db, DATABASE_FOREIGN, "it has no secret");
	if (credential_random(db->secret, DATABASE_SECRET) != 0)
		return database_fail(db, DATABASE_OTHER, "no random bytes");
	n = database_run(db, "INSERT INTO state VALUES('secret', ?)", "b",
	    (const void *)db->secret, DATABASE_SECRET);
	return n < 0 ? -1 : 0;
}

static int
open_file(struct database *db, const char *path)
{
	int writer = db->mode == DATABASE_WRITER;

	if (writer && make_file(db, path) != 0)
		return -1;
	if (sqlite3_open_v2(path, &db->sql,
	        SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
		return db->sql == NULL
		    ? database_fail(db, DATABASE_OTHER, "out of memory")
		    : database_failed(db);
	sqlite3_extended_result_codes(db->sql, 1);
	if (tune(db) != 0 || migrate(db) != 0)
		return -1;
	return load_secret(db);
}

struct database *
database_open(const char *path, enum database_mode mode,
    enum database_trouble *trouble, char *why, size_t size)
{
	struct database *db = calloc(1, sizeof(*db));

	*trouble = DATABASE_OTHER;
	if (db == NULL) {
		snprintf(why, size, "out of memory");
		return NULL;
	}
	db->mode = mode;
	if (open_file(db, path) == 0) {
		*trouble = DATABASE_FINE;
		return db;
	}
	*trouble = db->trouble;
	snprintf(why, size, "%s", db->why);
	database_close(db);
	return NULL;
}

void
database_close(struct database *db)
{
	int i;

	if (db == NULL)
		return;
	for (i = 0; i < DATABASE_STATEMENTS; i++)
		sqlite3_finalize(db->statement[i].q);
	sqlite3_close(db->sql);
	free(db->targets);
	credential_wipe(db->secret, sizeof(db->secret));
	free(db);
}
