/* SPDX-License-Identifier: ISC */

/*
 * Retention, export and erasure: messages that go, or are taken along.
 *
 * All of it goes in small steps, for the writer has others to serve: each call
 * removes or looks at so many rows, and the next goes on where it ended.
 * What is removed leaves the index of words as well; a target that has no
 * message left is removed too.  Ids are not used again (message_keep_ids).
 *
 * A room is kept by age, by number of messages, by both, or not at all; events
 * are kept as long as the messages beside them.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../irc/name.h"
#include "account.h"
#include "certificate.h"
#include "handlers.h"
#include "history.h"
#include "message.h"
#include "metadata.h"
#include "retention.h"
#include "search.h"

enum {
	STEP_TARGETS = 200,  /* looked at in one call */
	STEP_ROWS = 2000,    /* removed in one call */
	WINDOW = 20000,      /* rows a search for somebody's goes through */
};

/* ---- removing ---- */

static const char rows_before[] =
    "SELECT id FROM message WHERE target=? AND event=? AND id<?"
    " ORDER BY id LIMIT ?";

/* The ids first: removing changes the index they come from. */
static int
remove_class(struct database *db, int64_t target, int event, int64_t before,
    int n)
{
	int64_t ids[STEP_ROWS];
	sqlite3_stmt *q;
	int i, e, count = 0;

	q = database_query(db, rows_before, "iiii", target, (int64_t)event,
	    before, (int64_t)(n < STEP_ROWS ? n : STEP_ROWS));
	if (q == NULL)
		return -1;
	while ((e = database_next(db, q)) == 1)
		ids[count++] = sqlite3_column_int64(q, 0);
	for (i = 0; i < count && e == 0; i++)
		if (row_remove(db, ids[i]) < 0)
			e = -1;
	return e < 0 ? -1 : count;
}

/* Rows of TARGET below BEFORE, N at most. */
static int
remove_before(struct database *db, int64_t target, int64_t before, int n)
{
	int one, two = 0;

	if ((one = remove_class(db, target, 0, before, n)) < 0)
		return -1;
	if (one < n && (two = remove_class(db, target, 1, before, n - one)) < 0)
		return -1;
	return one + two;
}

/* Removes the target itself if nothing is left of it: 0 or -1. */
static int
target_sweep(struct database *db, int64_t target)
{
	int n = database_run(db,
	    "DELETE FROM target WHERE id=?1 AND NOT EXISTS"
	    " (SELECT 1 FROM message WHERE target=?1)", "i", target);

	if (n > 0)
		message_forget_targets(db);
	return n < 0 ? -1 : 0;
}

/* ---- retention ---- */

/* What applies to a target: that of its room, or the general one. */
static int
settings_of(struct database *db, int64_t target, const struct retention *all,
    struct retention *own)
{
	sqlite3_stmt *q;
	int n;

	*own = *all;
	q = database_query(db,
	    "SELECT keep_age, keep_count FROM room JOIN target"
	    " ON room.name=target.name WHERE target.id=?", "i", target);
	if (q == NULL || (n = database_next(db, q)) < 0)
		return -1;
	if (n == 0)
		return 0;
	if (sqlite3_column_type(q, 0) != SQLITE_NULL)
		own->age = sqlite3_column_int64(q, 0);
	if (sqlite3_column_type(q, 1) != SQLITE_NULL) {
		own->count = sqlite3_column_int64(q, 1);
		if (own->count == 0)
			own->count = -1; /* none at all */
	}
	database_end(q);
	return 0;
}

/* The id below which nothing of TARGET stays. */
static int
bound_of(struct database *db, int64_t target, const struct retention *r,
    int64_t now, int64_t *bound)
{
	int64_t by_age = 0, by_count = 0;

	if (r->count < 0) {
		*bound = INT64_MAX;
		return 0;
	}
	if (r->age > 0 &&
	    message_since(db, now - r->age * 1000, &by_age) != 0)
		return -1;
	if (r->count > 0 &&
	    database_number(db, &by_count,
	        "SELECT id FROM message WHERE target=? AND event=0"
	        " ORDER BY id DESC LIMIT 1 OFFSET ?", "ii", target,
	        r->count - 1) < 0)
		return -1;
	*bound = by_age > by_count ? by_age : by_count;
	return 0;
}

static int
retain_target(struct database *db, int64_t target, const struct retention *all,
    int64_t now, int n)
{
	struct retention own;
	int64_t bound;
	int count;

	if (settings_of(db, target, all, &own) != 0 ||
	    bound_of(db, target, &own, now, &bound) != 0 ||
	    (count = remove_before(db, target, bound, n)) < 0)
		return -1;
	if (count > 0 && count < n && target_sweep(db, target) != 0)
		return -1;
	return count;
}

/* Through the targets from db->sweep on; -1, or the rows removed. */
static int
sweep(struct database *db, const struct retention *r, int64_t now, int n,
    int *done)
{
	int64_t target;
	int i, e, count = 0;

	*done = 0;
	for (i = 0; i < STEP_TARGETS && count < n; i++) {
		e = database_number(db, &target,
		    "SELECT id FROM target WHERE id>? ORDER BY id LIMIT 1",
		    "i", db->sweep);
		if (e < 0)
			return -1;
		if (e == 0) {
			db->sweep = 0;
			*done = 1;
			break;
		}
		if ((e = retain_target(db, target, r, now, n - count)) < 0)
			return -1;
		count += e;
		if (count < n)
			db->sweep = target;
	}
	return count;
}

int
retention_some(struct database *db, const struct retention *r, int64_t now,
    int n, int *done)
{
	int count;

	if (database_begin(db) != 0)
		return -1;
	if (message_keep_ids(db) != 0 ||
	    (count = sweep(db, r, now, n, done)) < 0) {
		database_rollback(db);
		return -1;
	}
	return database_commit(db) == 0 ? count : -1;
}

void
req_retention(struct database *db, struct request *r)
{
	struct retention keep = { 0, 0 };
	int64_t n = STEP_ROWS;
	int count, done;

	if ((strcmp(r->p[0], "*") != 0 &&
	        !request_number(r->p[0], 0, INT32_MAX, &keep.age)) ||
	    (strcmp(r->p[1], "*") != 0 &&
	        !request_number(r->p[1], 0, INT32_MAX, &keep.count)) ||
	    (r->n > 2 && !request_number(r->p[2], 1, STEP_ROWS, &n))) {
		answer_fail(
		    r, "RETENTION", "INVALID_PARAMS", "*", r->row->usage);
		return;
	}
	if ((count = retention_some(db, &keep, r->now, (int)n, &done)) < 0) {
		answer_trouble(db, r);
		return;
	}
	answer(r, "RETAINED %d", count);
	answer_end(r, done ? "END" : "MORE");
}

/* ---- somebody's messages ---- */

static const char of_account[] =
    "SELECT id FROM message WHERE id>?1 AND id<=?2 AND (lower(account)=?3"
    " OR recipient=?3 OR target IN (SELECT id FROM target WHERE a=?3"
    " OR b=?3)) ORDER BY id LIMIT ?4";
static const char of_target[] =
    "SELECT id FROM message WHERE target=?1 AND event=0 AND id>?2"
    " UNION ALL"
    " SELECT id FROM message WHERE target=?1 AND event=1 AND id>?2"
    " ORDER BY 1 LIMIT ?3";

/* A part of what there is of a name. */
struct part {
	int64_t last;          /* in: after this; out: looked at up to this */
	int done;              /* there is no more */
	int n;
	int64_t ids[HISTORY_MOST];
};

static int
part_read(struct database *db, sqlite3_stmt *q, struct part *p)
{
	int e;

	if (q == NULL)
		return -1;
	while ((e = database_next(db, q)) == 1)
		p->ids[p->n++] = sqlite3_column_int64(q, 0);
	return e;
}

static int
part_of_target(struct database *db, int64_t target, struct part *p, int most)
{
	if (part_read(db,
	        database_query(db, of_target, "iii", target, p->last,
	            (int64_t)most), p) != 0)
		return -1;
	p->done = p->n < most;
	if (p->n > 0)
		p->last = p->ids[p->n - 1];
	return 0;
}

static int
part_of_account(struct database *db, const char *name, struct part *p, int most)
{
	char key[REQUEST_NAME];
	int64_t newest = 0, end = p->last + WINDOW;

	name_fold(key, name, sizeof(key));
	if (database_number(db, &newest, "SELECT max(id) FROM message", "") < 0)
		return -1;
	if (part_read(db,
	        database_query(db, of_account, "iiti", p->last, end, key,
	            (int64_t)most), p) != 0)
		return -1;
	p->last = p->n == most ? p->ids[p->n - 1] : end;
	p->done = p->last >= newest;
	return 0;
}

/* A room, a pair, or an account: 0 or -1. */
static int
part_of(struct database *db, const char *name, struct part *p, int most)
{
	int64_t target;
	int n;

	p->n = p->done = 0;
	if (name[0] != '#' && name[0] != '=')
		return part_of_account(db, name, p, most);
	if ((n = message_target(db, name, &target)) < 0)
		return -1;
	if (n == 1)
		return part_of_target(db, target, p, most);
	p->done = 1;
	return 0;
}

static int
parse_cursor(struct request *r, struct part *p)
{
	p->last = 0;
	if (r->n < 2 || strcmp(r->p[1], "*") == 0 ||
	    request_number(r->p[1], 0, INT64_MAX - WINDOW, &p->last))
		return 1;
	answer_fail(r, r->row->name, "INVALID_PARAMS", answer_word(r->p[1]),
	    "This is no cursor");
	return 0;
}

static void
answer_part(struct request *r, const struct part *p)
{
	if (p->done)
		answer_end(r, "END");
	else
		answer_end(r, "MORE %lld", (long long)p->last);
}

void
req_export(struct database *db, struct request *r)
{
	struct part p;
	int i, n = 1;

	if (!parse_cursor(r, &p))
		return;
	if (part_of(db, r->p[0], &p, 100) != 0) {
		answer_trouble(db, r);
		return;
	}
	for (i = 0; i < p.n; i++)
		if ((n = history_answer_row(db, r, p.ids[i])) != 1)
			break;
	if (n < 0) {
		answer_trouble(db, r);
		return;
	}
	if (i < p.n) {
		p.done = 0;
		p.last = p.ids[i] - 1;
	}
	/* then what it says of itself, and what it logs in with, on a page of
	 * its own */
	if (p.done && p.n > 0)
		p.done = 0;
	else if (p.done && (metadata_export(db, r, r->p[0]) != 0 ||
	        certificate_export(db, r, r->p[0]) != 0)) {
		answer_trouble(db, r);
		return;
	}
	answer_part(r, &p);
}

/* The rows of a part, their targets if these are empty now. */
static int
erase_part(struct database *db, const struct part *p)
{
	struct row row;
	int64_t target;
	int i, n;

	if (message_keep_ids(db) != 0)
		return -1;
	for (i = 0; i < p->n; i++) {
		if ((n = row_read(db, p->ids[i], &row)) < 0)
			return -1;
		if (n == 0)
			continue;
		target = row.target;
		row_end(&row);
		if (row_remove(db, p->ids[i]) < 0 ||
		    target_sweep(db, target) != 0)
			return -1;
	}
	return p->n > 0 ? search_tidy(db) : 0;
}

void
req_erase(struct database *db, struct request *r)
{
	struct part p;

	if (!parse_cursor(r, &p))
		return;
	if (part_of(db, r->p[0], &p, HISTORY_MOST) != 0 ||
	    erase_part(db, &p) != 0 ||
	    (p.done && metadata_erase(db, r->p[0]) != 0)) {
		answer_trouble(db, r);
		return;
	}
	answer(r, "ERASED %d", p.n);
	answer_part(r, &p);
}
