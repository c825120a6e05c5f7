/* SPDX-License-Identifier: ISC */

/*
 * A connection to the database: opening, transactions, prepared statements,
 * and a plain word for what is wrong.
 *
 * The file is in WAL mode with synchronous=FULL: when a commit returns, what it
 * wrote has been synced, and a reader neither waits for the writer nor holds
 * it up.  The writer copies the log into the file rarely (WAL_PAGES); who
 * does not want a commit to take that long calls database_checkpoint before
 * it comes to that.
 *
 * Trouble is never fatal here.  Each call that fails leaves a reason in the
 * connection, and a transaction in which one failed is taken back as a whole,
 * with what the writer remembered of it.
 *
 * Nobody prints a value into SQL: statements are constants, found again by
 * their address, and values are bound.
 */

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <openssl/rand.h>

#include "database.h"
#include "schema.h"

enum {
	WAL_PAGES = 16384,          /* 64 MiB: then a commit copies it */
	WAL_KEPT = 96 << 20,        /* bytes of the log left after that */
	CACHE_WRITER = -32768,      /* KiB */
	CACHE_READER = -8192,
	APPLICATION = 0x6d6f6f74,   /* "moot" */
	DEADLINE_OPS = 20000,       /* steps of SQLite between two looks */
};

/* ---- trouble ---- */

static const struct {
	enum database_trouble trouble;
	const char *name, *why;
} troubles[] = {
	{ DATABASE_FINE, "fine", "nothing is wrong" },
	{ DATABASE_FULL, "disk full", "the disk is full" },
	{ DATABASE_READONLY, "read-only", "the database cannot be written" },
	{ DATABASE_DAMAGED, "damaged", "the database is damaged" },
	{ DATABASE_LOCKED, "locked", "another program holds the database" },
	{ DATABASE_FOREIGN, "foreign", "the database is not ours" },
	{ DATABASE_OTHER, "failing", "the database fails" },
};

static const struct {
	int code;
	enum database_trouble trouble;
} codes[] = {
	{ SQLITE_FULL, DATABASE_FULL },
	{ SQLITE_READONLY, DATABASE_READONLY },
	{ SQLITE_PERM, DATABASE_READONLY },
	{ SQLITE_AUTH, DATABASE_READONLY },
	{ SQLITE_CORRUPT, DATABASE_DAMAGED },
	{ SQLITE_NOTADB, DATABASE_DAMAGED },
	{ SQLITE_BUSY, DATABASE_LOCKED },
	{ SQLITE_LOCKED, DATABASE_LOCKED },
};

static const struct {
	int error;
	enum database_trouble trouble;
} errnos[] = {
	{ ENOSPC, DATABASE_FULL },
	{ EDQUOT, DATABASE_FULL },
	{ EFBIG, DATABASE_FULL },
	{ EROFS, DATABASE_READONLY },
	{ EACCES, DATABASE_READONLY },
	{ EPERM, DATABASE_READONLY },
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

const char *
database_trouble_name(enum database_trouble t)
{
	size_t i;

	for (i = 0; i < COUNT(troubles); i++)
		if (troubles[i].trouble == t)
			return troubles[i].name;
	return "failing";
}

int
database_fail(struct database *db, enum database_trouble t, const char *why)
{
	db->trouble = t;
	snprintf(db->why, sizeof(db->why), "%s: %s", troubles[t].why, why);
	return -1;
}

static enum database_trouble
trouble_of_errno(int error)
{
	size_t i;

	for (i = 0; i < COUNT(errnos); i++)
		if (errnos[i].error == error)
			return errnos[i].trouble;
	return DATABASE_OTHER;
}

int
database_failed(struct database *db)
{
	int code = sqlite3_errcode(db->sql) & 0xff;
	int error = errno != 0 ? errno : sqlite3_system_errno(db->sql);
	enum database_trouble t = DATABASE_OTHER;
	const char *text = sqlite3_errmsg(db->sql);
	size_t i;

	for (i = 0; i < COUNT(codes); i++)
		if (codes[i].code == code)
			t = codes[i].trouble;
	/* SQLite does not note the number when it is a commit that fails, and
	 * keeps an old one for long: so errno, cleared before, comes first. */
	if (code == SQLITE_IOERR || code == SQLITE_CANTOPEN) {
		t = trouble_of_errno(error);
		if (error != 0)
			text = strerror(error);
	}
	return database_fail(db, t, text);
}

/* ---- opening ---- */

static const char pragmas[] = "PRAGMA synchronous=FULL;"
                              "PRAGMA foreign_keys=ON;"
                              "PRAGMA trusted_schema=OFF;"
                              "PRAGMA temp_store=MEMORY;";

static int
exec(struct database *db, const char *sql)
{
	if (sqlite3_exec(db->sql, sql, NULL, NULL, NULL) != SQLITE_OK)
		return database_failed(db);
	return 0;
}

/* One of SQLite's own settings: a name and a number of ours. */
static int
pragma(struct database *db, const char *name, int value)
{
	char sql[64];

	snprintf(sql, sizeof(sql), "PRAGMA %s=%d", name, value);
	return exec(db, sql);
}

static int
pragma_get(struct database *db, const char *sql)
{
	sqlite3_stmt *q;
	int n = -1;

	if (sqlite3_prepare_v2(db->sql, sql, -1, &q, NULL) != SQLITE_OK)
		return database_failed(db);
	if (sqlite3_step(q) == SQLITE_ROW)
		n = sqlite3_column_int(q, 0);
	if (sqlite3_finalize(q) != SQLITE_OK)
		return database_failed(db);
	return n;
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
		return database_fail(db, trouble_of_errno(errno), text);
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
	struct timespec t;

	if (db->deadline == 0)
		return 0;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000 > db->deadline;
}

static int
tune(struct database *db)
{
	int writer = db->mode == DATABASE_WRITER;

	sqlite3_busy_timeout(db->sql, DATABASE_BUSY_MS);
	sqlite3_db_config(db->sql, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_progress_handler(db->sql, DEADLINE_OPS, deadline_check, db);
	if (exec(db, pragmas) != 0)
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
	if (exec(db, schema[version].sql) != 0 ||
	    pragma(db, "application_id", APPLICATION) != 0 ||
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
	int is = pragma_get(db, "PRAGMA user_version");
	int app = pragma_get(db, "PRAGMA application_id");
	int empty = pragma_get(db, "SELECT count(*) = 0 FROM sqlite_schema");
	char text[96];

	if (is < 0 || app < 0 || empty < 0)
		return -1;
	if (app != APPLICATION && !empty)
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
	if (RAND_bytes(db->secret, DATABASE_SECRET) != 1)
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
	OPENSSL_cleanse(db->secret, sizeof(db->secret));
	free(db);
}

/* ---- statements ---- */

/* The place of SQL in the cache, prepared; NULL with trouble. */
static sqlite3_stmt *
statement(struct database *db, const char *sql)
{
	size_t i = ((uintptr_t)sql >> 3) % DATABASE_STATEMENTS, n;

	for (n = 0; n < DATABASE_STATEMENTS; n++) {
		if (db->statement[i].sql == sql)
			return db->statement[i].q;
		if (db->statement[i].sql == NULL)
			break;
		i = (i + 1) % DATABASE_STATEMENTS;
	}
	if (n == DATABASE_STATEMENTS) {
		database_fail(db, DATABASE_OTHER, "too many statements");
		return NULL;
	}
	if (sqlite3_prepare_v3(db->sql, sql, -1, SQLITE_PREPARE_PERSISTENT,
	        &db->statement[i].q, NULL) != SQLITE_OK) {
		database_failed(db);
		return NULL;
	}
	db->statement[i].sql = sql;
	return db->statement[i].q;
}

static int
bind_all(struct database *db, sqlite3_stmt *q, const char *types, va_list ap)
{
	int i, e = SQLITE_OK;
	const void *blob;
	const char *text;

	for (i = 1; *types != '\0' && e == SQLITE_OK; i++, types++)
		switch (*types) {
		case 'i':
			e = sqlite3_bind_int64(q, i, va_arg(ap, int64_t));
			break;
		case 't':
			text = va_arg(ap, const char *);
			e = sqlite3_bind_text(q, i, text, -1, SQLITE_STATIC);
			break;
		case 'b':
			blob = va_arg(ap, const void *);
			e = sqlite3_bind_blob(
			    q, i, blob, va_arg(ap, int), SQLITE_STATIC);
			break;
		}
	return e == SQLITE_OK ? 0 : database_failed(db);
}

static sqlite3_stmt *
query(struct database *db, const char *sql, const char *types, va_list ap)
{
	sqlite3_stmt *q;

	if (db->lost || (q = statement(db, sql)) == NULL)
		return NULL;
	return bind_all(db, q, types, ap) == 0 ? q : NULL;
}

sqlite3_stmt *
database_query(struct database *db, const char *sql, const char *types, ...)
{
	sqlite3_stmt *q;
	va_list ap;

	va_start(ap, types);
	q = query(db, sql, types, ap);
	va_end(ap);
	return q;
}

int
database_next(struct database *db, sqlite3_stmt *q)
{
	int e;

	errno = 0;
	e = sqlite3_step(q);
	if (e == SQLITE_ROW)
		return 1;
	if (e != SQLITE_DONE)
		database_failed(db);
	sqlite3_reset(q);
	if (e != SQLITE_DONE && db->depth > 0 && sqlite3_get_autocommit(db->sql))
		db->lost = 1;
	return e == SQLITE_DONE ? 0 : -1;
}

void
database_end(sqlite3_stmt *q)
{
	sqlite3_reset(q);
}

int
database_run(struct database *db, const char *sql, const char *types, ...)
{
	sqlite3_stmt *q;
	va_list ap;
	int n;

	va_start(ap, types);
	q = query(db, sql, types, ap);
	va_end(ap);
	if (q == NULL)
		return -1;
	while ((n = database_next(db, q)) == 1)
		;
	return n < 0 ? -1 : sqlite3_changes(db->sql);
}

int
database_number(struct database *db, int64_t *number, const char *sql,
    const char *types, ...)
{
	sqlite3_stmt *q;
	va_list ap;
	int n;

	va_start(ap, types);
	q = query(db, sql, types, ap);
	va_end(ap);
	if (q == NULL)
		return -1;
	if ((n = database_next(db, q)) != 1)
		return n;
	n = sqlite3_column_type(q, 0) != SQLITE_NULL;
	*number = sqlite3_column_int64(q, 0);
	database_end(q);
	return n;
}

const char *
database_text(sqlite3_stmt *q, int column)
{
	const unsigned char *text = sqlite3_column_text(q, column);

	return text != NULL ? (const char *)text : "";
}

void
database_deadline(struct database *db, int ms)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	db->deadline =
	    ms == 0 ? 0 : t.tv_sec * 1000 + t.tv_nsec / 1000000 + ms;
}

/* ---- transactions ---- */

/* Drops what the writer remembers: it may be of rows that never were. */
static void
forget(struct database *db)
{
	free(db->targets);
	db->targets = NULL;
	db->next_id = db->clock = db->indexed = 0;
}

/* How commits are synced.  Not with a statement that is kept: this pragma is
 * carried out when it is prepared. */
static int
relax(struct database *db, int relaxed)
{
	if (db->relaxed == relaxed)
		return 0;
	if (exec(db, relaxed ? "PRAGMA synchronous=NORMAL"
	                     : "PRAGMA synchronous=FULL") != 0)
		return -1;
	db->relaxed = relaxed;
	return 0;
}

int
database_begin_relaxed(struct database *db)
{
	if (relax(db, 1) != 0)
		return -1;
	if (database_run(db, "BEGIN IMMEDIATE", "") < 0)
		return -1;
	db->depth++;
	return 0;
}

int
database_begin(struct database *db)
{
	const char *sql =
	    db->depth == 0 ? "BEGIN IMMEDIATE" : "SAVEPOINT inner";

	if (db->depth == 0) {
		db->lost = 0;
		if (relax(db, 0) != 0)
			return -1;
	}
	if (db->mode == DATABASE_READER && db->depth == 0)
		sql = "BEGIN";
	if (database_run(db, sql, "") < 0)
		return -1;
	db->depth++;
	return 0;
}

int
database_commit(struct database *db)
{
	const char *sql = db->depth == 1 ? "COMMIT" : "RELEASE inner";

	if (database_run(db, sql, "") >= 0) {
		db->depth--;
		return 0;
	}
	database_rollback(db);
	return -1;
}

void
database_rollback(struct database *db)
{
	enum database_trouble t = db->trouble;
	char why[sizeof(db->why)];

	memcpy(why, db->why, sizeof(why)); /* the reason to be told is that */
	if (db->depth == 1) {
		db->lost = 0;
		if (!sqlite3_get_autocommit(db->sql))
			database_run(db, "ROLLBACK", "");
	} else if (!db->lost) {
		database_run(db, "ROLLBACK TO inner", "");
		database_run(db, "RELEASE inner", "");
	}
	db->depth--;
	forget(db);
	db->trouble = t;
	memcpy(db->why, why, sizeof(why));
}

/* ---- the rest ---- */

int64_t
database_state(struct database *db, const char *name, int64_t otherwise)
{
	int64_t n;

	if (database_number(db, &n, "SELECT value FROM state WHERE name=?", "t",
	        name) != 1)
		return otherwise;
	return n;
}

int
database_state_set(struct database *db, const char *name, int64_t value)
{
	int n = database_run(
	    db, "INSERT OR REPLACE INTO state VALUES(?, ?)", "ti", name, value);

	return n < 0 ? -1 : 0;
}

int
database_checkpoint(struct database *db)
{
	int log = 0, done = 0, e;

	e = sqlite3_wal_checkpoint_v2(
	    db->sql, "main", SQLITE_CHECKPOINT_PASSIVE, &log, &done);
	if (e == SQLITE_BUSY)
		return log;
	return e == SQLITE_OK ? log - done : database_failed(db);
}
