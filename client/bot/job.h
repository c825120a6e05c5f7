/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_JOB_H
#define CLIENT_JOB_H

#include <stddef.h>
#include <stdint.h>

#include "environment.h"
#include "question.h"

/* A program that is run once for each question: bot --each. */

enum {
	JOB_TIME_MOST = 86400000,
	JOB_TIME = 10000,     /* --time-limit: milliseconds for each */
	JOB_OUTPUT = 4096,    /* --output-limit: bytes of an answer */
	JOB_LINES = 10,       /* --line-limit: lines of an answer */
	JOB_PARALLEL = 4,     /* --jobs: at a time... */
	JOB_PARALLEL_MOST = 12,
	JOB_WAITING = 64,     /* and so many questions wait, ... */
	JOB_WAITING_EACH = 8, /* of one person */
	JOB_COMPLAINTS = 4096, /* bytes of a program's standard error */
};

struct job;

struct jobs {
	/* Set by the owner; ENVIRONMENT is what each of them has. */
	char *const *argv;
	const struct environment *environment;
	int64_t time_limit;
	size_t output_limit;
	unsigned int line_limit, parallel;
	/* The answer, NULL: none; with '\n' between lines. */
	void (*answer)(const struct question *q, const char *text);
	/* Whether answers are wanted; otherwise no other job is begun. */
	int (*wanted)(void);

	struct job *running;
	struct question *first, **end; /* who waits */
	unsigned int nrunning, nwaiting;
	int64_t said; /* when a question was last said to be dropped */
	unsigned long dropped;
};

void jobs_init(struct jobs *j);
/* Takes Q; when too many wait it is dropped, and that is said. */
void jobs_ask(struct jobs *j, struct question *q);
/* Begins what may begin.  Needed when answers are wanted again. */
void jobs_run(struct jobs *j);
/* Drops who waits; what runs goes on. */
void jobs_drain(struct jobs *j);
/* Whether none runs and nobody waits. */
int jobs_idle(const struct jobs *j);
void jobs_clear(struct jobs *j);

#endif
