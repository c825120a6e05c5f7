/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_COPROCESS_H
#define CLIENT_COPROCESS_H

#include <stddef.h>

#include "answer.h"
#include "child.h"
#include "client/loop.h"

/* A child that is talked with through the loop: it is fed texts, and what it
 * prints comes in lines.  What it says on standard error goes to ours. */

enum {
	COPROCESS_ERROR = 1024, /* bytes of a line of standard error */
};

struct coprocess;

/* Whoever talks with it. */
struct coprocess_user {
	/* It printed a line, which is clean. */
	void (*line)(struct coprocess *c, char *line);
	/* It can be fed again; may be NULL. */
	void (*hungry)(struct coprocess *c);
	/* It ended, and all its lines were told: CHILD.STATUS says how.  It
	 * may be freed here, and nowhere before. */
	void (*ended)(struct coprocess *c);
};

struct coprocess_watch {
	struct loop_watch watch; /* first: the loop knows no more */
	struct coprocess *owner;
};

struct coprocess_child {
	struct loop_child child; /* first, too */
	struct coprocess *owner;
};

struct coprocess {
	const struct coprocess_user *user;
	const char *name;     /* before its complaints */
	struct child child;
	struct coprocess_watch in, out, err;
	struct coprocess_child end;
	char *food;           /* what is being written to it, or NULL */
	size_t food_len, food_at;
	int last;             /* nothing is to come after it */
	int deaf;             /* it closed its input */
	struct answer_reader lines, errors;
	size_t complaints;    /* bytes of standard error it may still use */
	int cut;              /* and it used more */
};

/* Runs ARGV, which stays, with ENV; LIMIT: bytes of a line, COMPLAINTS: of all
 * of standard error, 0: no limit.  C is zeroed.  -1 with errno, and it is
 * none. */
int coprocess_start(struct coprocess *c, const struct coprocess_user *user,
    char *const argv[], char *const env[], size_t limit, size_t complaints);
/* Gives it TEXT, which it frees; LAST: and then the end of input.  Only when
 * it is hungry. */
void coprocess_feed(struct coprocess *c, char *text, size_t len, int last);
/* Whether coprocess_feed() may be called. */
int coprocess_is_hungry(const struct coprocess *c);
/* The end of its input, now. */
void coprocess_starve(struct coprocess *c);
/* Whether its output is read. */
void coprocess_listen(struct coprocess *c, int on);
/* Kills it, if it is one, and frees all but C. */
void coprocess_clear(struct coprocess *c);

#endif
