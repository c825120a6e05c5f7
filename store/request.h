/* SPDX-License-Identifier: ISC */
#ifndef STORE_REQUEST_H
#define STORE_REQUEST_H

#include <stddef.h>
#include <stdint.h>

#include "../irc/message.h"
#include "credential.h"
#include "database.h"

/*
 * What the store is asked, and what it answers: lines in the format of IRC.
 * Who asks comes as tags: @account, @nick, @source, @address, @oper, @seed,
 * @policy, @token, @operator, and @ask, which names the request.
 */

enum {
	ANSWER_MAX = 7800,  /* bytes of all lines of an answer */
	ANSWER_MORE = 96,   /* of them kept for the line that ends it */
	REQUEST_MAX = 8192, /* bytes of a request */
	REQUEST_NAME = 128, /* of a name in its context */
	REQUEST_DONE_MS = 3600 * 1000, /* how long an answer is kept */
};

enum request_flag {
	REQUEST_READ = 1,   /* may run with any connection */
	REQUEST_WRITE = 2,  /* with the writer's: once for each @ask */
	REQUEST_HASH = 4,   /* request_prepare first: that is what is slow */
	REQUEST_SLOW = 8,   /* long: where hashing is done, not with readers */
	REQUEST_INDEX = 16, /* the writer is to index first: search_missing */
	REQUEST_OPER = 32,  /* only with @oper=1 */
	REQUEST_AUDIT = 64, /* put on the record, if an operator asks */
};

struct request;
struct request_row {
	const char *name;
	const char *sub;    /* first parameter that belongs to the name */
	void (*run)(struct database *db, struct request *r);
	void (*prepare)(struct database *db, struct request *r);
	int least;          /* parameters, after the sub */
	int flags;          /* enum request_flag */
	const char *usage;
};

/* All of them; the last has no name. */
extern const struct request_row request_rows[];

struct request {
	struct message m;
	const struct request_row *row;
	char **p;           /* the parameters after the sub, ... */
	int n;              /* ... and how many */
	int64_t now;        /* ms since the epoch */

	char account[REQUEST_NAME]; /* "": the asker has none */
	char nick[REQUEST_NAME];
	char source[REQUEST_NAME * 2];
	char address[64];
	char ask[64];
	char policy[16];
	char token[64];
	char seed[64];
	char operator[64];  /* whose privilege it takes; "": nobody's */
	char since[24];     /* ms since the epoch: what is older is not meant */
	int oper;

	/* what prepare found out */
	int prepared;       /* enum credential_verdict */
	struct credential made, had;

	int trouble;        /* of the database: nothing was done */
	int unprepared;     /* prepare had it: to be prepared again */
	size_t nanswer;
	char answer[ANSWER_MAX + 1]; /* lines, each with '\n' */
	char line[REQUEST_MAX + 1];
};

/*
 * Takes LINE apart (a copy in R).  Returns 0, or -1 when it is no request:
 * the answer says why.  Of several rooms for it, R is big: one a thread.
 */
int request_parse(
    struct request *r, const char *line, size_t len, int64_t now);
/* The slow part of a REQUEST_HASH row, with a reader. */
void request_prepare(struct database *db, struct request *r);
/*
 * Fills the answer.  Returns 0, or -1 when the database had trouble: the answer
 * says so, nothing was done, and it may be run again.  A writing row has a
 * transaction of its own, or is part of the caller's; then the answer is good
 * only when that has been committed.
 */
int request_run(struct database *db, struct request *r);

/* Appends a line.  Returns 0, or -1 when it does not fit: nothing is added
 * then, and ANSWER_MORE bytes are kept for answer_end. */
int answer(struct request *r, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* The last line: "END", "MORE ...". */
void answer_end(struct request *r, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Instead of all there is: "FAIL <command> <code> <context> :text". */
void answer_fail(struct request *r, const char *command, const char *code,
    const char *context, const char *text);
/* The database had trouble: so it is answered, and all is undone. */
void answer_trouble(struct database *db, struct request *r);
/* Adds a row of Q to the answer: 0, or -1 when there is no more room. */
typedef int answer_row(
    struct database *db, struct request *r, sqlite3_stmt *q);
/*
 * Answers a list: ROW each of what Q selects, or trouble when Q is 0, as many
 * as fit.  Its first column is its ID and order, by which the asker goes on;
 * LAST is the one that it was to go on behind.
 */
void answer_query(struct database *db, struct request *r, sqlite3_stmt *q,
    int64_t last, answer_row *row);
/* The same of what SQL selects with an ID greater than its parameter, from the
 * request's cursor on. */
void answer_rows(struct database *db, struct request *r, const char *sql,
    answer_row *row);
/* How many bytes of its @ask name the session that asks. */
size_t request_session(const struct request *r);
/* S if it can be a parameter in the middle of a line, else "*". */
const char *answer_word(const char *s);

/* A whole decimal number of a parameter, from LEAST to MOST: 1, or 0. */
int request_number(const char *s, int64_t least, int64_t most, int64_t *n);
/* "timestamp=2026-11-21T16:40:00.000Z" without the word: ms, or -1. */
int64_t request_time(const char *s);
/* The same backwards, at least 25 bytes. */
void request_time_text(char *buf, size_t size, int64_t ms);

/* Forgets answers that nobody will ask for again, N at a time: 0 or -1. */
int request_forget(struct database *db, int64_t now, int n);

#endif
