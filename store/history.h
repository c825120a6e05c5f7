/* SPDX-License-Identifier: ISC */
#ifndef STORE_HISTORY_H
#define STORE_HISTORY_H

#include "request.h"

/* Selections of messages, and how they are answered. */

enum { HISTORY_MOST = 1000 /* rows of a selection */ };

/* A part of a target's messages: ids, both ends exclusive. */
struct selection {
	int64_t target, after, before;
	int64_t floor; /* rows up to it are not for the asker */
	int events;    /* with JOIN, MODE and the like */
	int newest;    /* the last LIMIT, not the first */
	int limit;     /* 1 to HISTORY_MOST */
};
/* Fills IDS, ascending; returns how many, or -1. */
int history_select(
    struct database *db, const struct selection *s, int64_t *ids);

/*
 * Where a selection is to go on: "last.end.left".  Parse returns 1, 0 when
 * TEXT is "*" (from the beginning), -1 when it is no cursor.
 */
struct cursor {
	int64_t last, end, left;
};
int cursor_parse(struct cursor *c, const char *text);

/* Answers one row as "ROW ...": 1 told or gone, 0 it did not fit, -1. */
int history_answer_row(struct database *db, struct request *r, int64_t id);
/*
 * Answers N of them and, when not all fit, MORE and a cursor, else END.  Rows
 * that are gone by now are left out.
 */
void history_answer(
    struct database *db, struct request *r, const int64_t *ids, int n);

#endif
