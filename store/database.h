/* SPDX-License-Identifier: ISC */
#ifndef STORE_DATABASE_H
#define STORE_DATABASE_H

#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

/*
 * One connection to the store's database, for one thread.  There is one
 * writer, and as many readers as there are threads that read.
 */

enum database_mode {
	DATABASE_READER, /* refuses to change anything */
	DATABASE_WRITER, /* makes the file and its tables, migrates them */
};

/* What is wrong with it, as far as somebody can do something about it. */
enum database_trouble {
	DATABASE_FINE,
	DATABASE_FULL,     /* the disk, or a quota */
	DATABASE_READONLY,
	DATABASE_DAMAGED,  /* not a database, or one with a torn page */
	DATABASE_LOCKED,   /* somebody else holds it for longer than we wait */
	DATABASE_FOREIGN,  /* another program's, or of a newer Moot */
	DATABASE_OTHER,
};

enum {
	DATABASE_STATEMENTS = 512, /* places for prepared statements */
	DATABASE_APPLICATION = 0x6d6f6f74, /* "moot", in the file's head */
	DATABASE_SECRET = 32,      /* bytes of the installation's secret */
	DATABASE_BUSY_MS = 5000,   /* how long to wait for somebody else */
};

struct target_cache; /* message.c's */

struct database {
	sqlite3 *sql;
	enum database_mode mode;
	enum database_trouble trouble; /* of the last call that failed */
	char why[256];                 /* the same as a text, for people */
	int depth;                     /* of transactions */
	int lost;                      /* SQLite has rolled it all back */
	int relaxed;                   /* commits are not synced: begin says */
	struct {
		const char *sql;
		sqlite3_stmt *q;
	} statement[DATABASE_STATEMENTS];
	int64_t deadline;              /* monotonic ms; 0: none */
	uint8_t secret[DATABASE_SECRET];

	/* What the writer remembers of its tables; gone with a rollback. */
	struct target_cache *targets;
	int64_t next_id;               /* of a message; 0: not known */
	int64_t clock;                 /* of the newest message */
	int64_t indexed;               /* the last message in the index */
	int64_t sweep;                 /* target that retention comes to */
};

/*
 * Opens PATH, mode 0600.  Returns NULL when it cannot be used; *TROUBLE and
 * WHY then say in what way.
 */
struct database *database_open(const char *path, enum database_mode mode,
    enum database_trouble *trouble, char *why, size_t size);
void database_close(struct database *db);
/* "disk full", ...: a word for the logs and for mootctl. */
const char *database_trouble_name(enum database_trouble t);
/* The version of the schema this program knows. */
int database_version(void);

/*
 * A transaction; one inside another is undone by itself, or with the outer
 * one.  Begin and commit return 0, or -1 with trouble: then nothing of it is
 * kept.  A commit that returned 0 has been synced to the disk.
 */
int database_begin(struct database *db);
/* One whose commit is not waited for: after a power failure it may be undone,
 * with nothing else lost.  Only outermost. */
int database_begin_relaxed(struct database *db);
int database_commit(struct database *db);
void database_rollback(struct database *db);

/*
 * Binds the values to a statement that is prepared once; SQL is a constant, for
 * the cache goes by its address.  TYPES has a letter each: 'i' int64_t, 't'
 * const char * (NULL: none) that stays until the end, 'b' const void * and int.
 * NULL: trouble.
 */
sqlite3_stmt *database_query(
    struct database *db, const char *sql, const char *types, ...);
/* 1: there is a row; 0: no more; -1: trouble.  In the latter cases Q is done
 * with; before, use database_end. */
int database_next(struct database *db, sqlite3_stmt *q);
void database_end(sqlite3_stmt *q);
/* Runs it to its end.  Returns the rows changed, or -1. */
int database_run(struct database *db, const char *sql, const char *types, ...);
/* Its first value into *N: 1, 0 when there is no row or it is NULL, or -1. */
int database_number(struct database *db, int64_t *n, const char *sql,
    const char *types, ...);
/* A column's text, "" for NULL. */
const char *database_text(sqlite3_stmt *q, int column);

/* Makes what runs from now on fail after MS; 0: no more. */
void database_deadline(struct database *db, int ms);
/* Runs SQL that is not kept, as a pragma: 0 or -1. */
int database_exec(struct database *db, const char *sql);
/* What an errno means. */
enum database_trouble database_trouble_of(int error);
/* Notes what SQLite said of the last call; returns -1. */
int database_failed(struct database *db);
/* Notes trouble of our own; returns -1. */
int database_fail(
    struct database *db, enum database_trouble t, const char *why);

/* Numbers that are not a table: state_get returns OTHERWISE if there is
 * none.  Set returns 0 or -1. */
int64_t database_state(
    struct database *db, const char *name, int64_t otherwise);
int database_state_set(struct database *db, const char *name, int64_t value);

/*
 * Copies what is committed from the log into the file, as far as readers
 * allow; blocks nobody, and may run in a thread of its own.  Returns the
 * pages still in the log, or -1.
 */
int database_checkpoint(struct database *db);

#endif
