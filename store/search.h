/* SPDX-License-Identifier: ISC */
#ifndef STORE_SEARCH_H
#define STORE_SEARCH_H

#include "database.h"
#include "message.h"

/* Words in messages: the index, and what is asked of it. */

enum {
	SEARCH_TERMS = 16,       /* words and phrases of a query */
	SEARCH_PLACES = 256,     /* targets of a query */
	SEARCH_CATCH_UP = 20000, /* rows a search waits for, at most */
	SEARCH_MS = 2000,        /* then it is given up */
};

/* How many rows the index is behind, at most; -1. */
int64_t search_missing(struct database *db);
/*
 * Indexes the oldest N rows that are not; the writer's, when it has nothing
 * else to do, and now and then when it always has.  In a transaction of its
 * own, or that of the caller.  Returns how many rows it went through, or -1.
 */
int search_index_some(struct database *db, int n);
/* Takes the words of ROW out of the index if they are in: 0 or -1. */
int search_remove(struct database *db, const struct row *row);
/* Merges a little of what the index has in pieces: 0 or -1. */
int search_tidy(struct database *db);

struct search {
	const char *places;     /* "#a,#b,=ann=bob,=": what may be looked at */
	const char *account;    /* whose direct messages "=" stands for */
	const char *from;       /* nick or account; NULL: anybody */
	int64_t after, before;  /* ids, exclusive; before 0: no end */
	int64_t floor;          /* direct messages up to it are another's */
	const char *words;
	int newest;             /* the last LIMIT of them, not the first */
	int limit;
};
/* The ids of what is found, ascending.  Returns how many, or -1; 0 as well
 * when the query holds no word. */
int search_ids(struct database *db, const struct search *s, int64_t *ids);

/*
 * The query in the language of FTS5, every word quoted: what the words say,
 * and where.  Returns its length, 0 when nothing can match.
 */
size_t search_quote(char *dst, size_t size, const char *words);

/* The text parameter of a line, without formatting, into BUF. */
size_t search_text(char *buf, size_t size, const char *line);

#endif
