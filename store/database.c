/* SPDX-License-Identifier: ISC */

/*
 * A connection to the database: transactions, prepared statements, and a plain
 * word for what is wrong.  How it is opened is in open.c.
 *
 * Trouble is never fatal here.  Each call that fails leaves a reason in the
 * connection, and a transaction in which one failed is taken back as a whole,
 * with what the writer remembered of it.
 *
 * Nobody prints a value into SQL: statements are constants, found again by
 * their address, and values are bound.
 */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../ipc/clock.h"
#include "database.h"

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

enum database_trouble
database_trouble_of(int error)
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
		t = database_trouble_of(error);
		if (error != 0)
			text = strerror(error);
	}
	return database_fail(db, t, text);
}

/* ---- statements ---- */

int
database_exec(struct database *db, const char *sql)
{
	if (sqlite3_exec(db->sql, sql, NULL, NULL, NULL) != SQLITE_OK)
		return database_failed(db);
	return 0;
}

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
	if (e != SQLITE_DONE && db->depth > 0 &&
	    sqlite3_get_autocommit(db->sql))
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
	db->deadline = ms == 0 ? 0 : (int64_t)clock_now() + ms;
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
	if (database_exec(db, relaxed ? "PRAGMA synchronous=NORMAL"
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
