/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_PROGRAM_H
#define CLIENT_PROGRAM_H

#include <stddef.h>
#include <stdint.h>

#include "coprocess.h"

/* A program that is kept running, is told of every message in a line of
 * JSON, and prints what is to be said. */

enum {
	PROGRAM_WAITING = 256,     /* lines that it has not read yet */
	PROGRAM_RETRY = 1000,      /* milliseconds until it is begun again... */
	PROGRAM_RETRY_MOST = 60000, /* ...doubled each time, up to this */
	PROGRAM_SETTLED = 60000,   /* it ran so long: the next wait is short */
	PROGRAM_TRIES = 10,        /* ends in a row before it is given up */
	PROGRAM_GRACE = 5000,      /* for its end, after that of its input */
};

/* What it is told, and where that came from. */
struct program_line {
	char *text;  /* with its newline */
	char *where; /* what it answers goes there */
	struct program_line *next;
};

struct program {
	/* Set by the owner. */
	char *const *argv;
	const struct environment *environment;
	size_t output_limit; /* bytes of a line */
	int once;            /* it is not begun again */
	/* It printed LINE; WHERE the last message it was given came from, NULL
	 * if there was none. */
	void (*said)(const char *where, char *line);
	/* It will not run again: WHY, "" when that is all right. */
	void (*over)(const char *why);

	struct coprocess coprocess; /* if it is RUNNING */
	int running, ending, listened;
	struct program_line *first, **end;
	unsigned int nwaiting;
	unsigned long dropped;
	int64_t said_at; /* when that was last said */
	char *where;
	struct loop_timer timer;
	int64_t began, wait;
	unsigned int failures;
};

/* Begins it. */
void program_init(struct program *p);
/* Tells it TEXT, a line without its end, of WHERE.  When it has not read so
 * many, the oldest is forgotten, and that is said. */
void program_tell(struct program *p, const char *where, const char *text);
/* Whether what it prints is read. */
void program_listen(struct program *p, int on);
/* The end of its input after what waits; it has PROGRAM_GRACE to end. */
void program_drain(struct program *p);
void program_clear(struct program *p);

#endif
