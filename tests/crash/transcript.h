/* SPDX-License-Identifier: ISC */
#ifndef TESTS_CRASH_TRANSCRIPT_H
#define TESTS_CRASH_TRANSCRIPT_H

#include <stddef.h>

/*
 * What each client of a conversation was told, line by line, without what
 * differs from run to run.  Without pointers: it lies in shared memory.
 */

enum {
	TRANSCRIPT_CLIENTS = 9, /* the last one is the database */
	TRANSCRIPT_STORE = TRANSCRIPT_CLIENTS - 1,
	TRANSCRIPT_PHASES = 96,
	TRANSCRIPT_TEXT = 96 * 1024, /* bytes a client */
	TRANSCRIPT_BATCHES = 8, /* that are open at once */
};

struct record {
	size_t len;
	unsigned lines;
	unsigned at[TRANSCRIPT_PHASES]; /* lines at the end of each phase */
	char nick[32];                  /* its own, as it stands */
	unsigned batches;               /* begun; the last ones: */
	char batch[TRANSCRIPT_BATCHES][24];
	char text[TRANSCRIPT_TEXT];     /* "key\tline\n" each */
};

struct transcript {
	struct record of[TRANSCRIPT_CLIENTS];
};

void transcript_clear(struct transcript *t);
/* Adds LINE, without its end, as it came. */
void transcript_add(struct record *r, const char *line);

/*
 * Compares: the lines of each receiver, by sender and way, in their order.
 * Returns how many lines differ, and says in BUF which, a few of them.
 */
int transcript_compare(const struct transcript *want,
    const struct transcript *got, char *buf, size_t size);

#endif
