/* SPDX-License-Identifier: ISC */

/*
 * History: which messages somebody asked for, and the lines that tell them.
 *
 * Every request comes down to a selection: so many rows of one target between
 * two ids, counted from either end.  References by msgid are ids at once; times
 * become ids by message_since.  Messages and events (JOIN, MODE) have an index
 * each, merged here, so that a client that wants no events does not pay for
 * a thousand joins between two messages.
 *
 * An answer has a bound, a selection may have more.  What is answered then
 * ends with a cursor that names the last row told, the last row of the
 * selection and how many are left: asked again with it, the rest follows,
 * whatever has been stored since.
 *
 * That the asker may read a room, the worker has seen to.  Direct messages
 * are for their two parties, and that is checked here, by account.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../irc/name.h"
#include "account.h"
#include "handlers.h"
#include "history.h"
#include "message.h"

/* ---- selecting ---- */

static const char first_rows[] =
    "SELECT id FROM message WHERE target=? AND event=? AND id>? AND id<?"
    " ORDER BY id LIMIT ?";
static const char last_rows[] =
    "SELECT id FROM message WHERE target=? AND event=? AND id>? AND id<?"
    " ORDER BY id DESC LIMIT ?";

/* Ids of one index, in the order they are counted in. */
static int
select_one(struct database *db, const struct selection *s, int event,
    int64_t *ids)
{
	sqlite3_stmt *q;
	int n, count = 0;

	q = database_query(db, s->newest ? last_rows : first_rows, "iiiii",
	    s->target, (int64_t)event,
	    s->after > s->floor ? s->after : s->floor, s->before,
	    (int64_t)s->limit);
	if (q == NULL)
		return -1;
	while ((n = database_next(db, q)) == 1)
		ids[count++] = sqlite3_column_int64(q, 0);
	return n < 0 ? -1 : count;
}

static int
compare_ids(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

int
history_select(struct database *db, const struct selection *s, int64_t *ids)
{
	int64_t all[2 * HISTORY_MOST];
	int n, k = 0;

	if ((n = select_one(db, s, 0, all)) < 0)
		return -1;
	if (s->events && (k = select_one(db, s, 1, all + n)) < 0)
		return -1;
	n += k;
	qsort(all, (size_t)n, sizeof(all[0]), compare_ids);
	k = n > s->limit ? s->limit : n;
	memcpy(ids, s->newest ? all + n - k : all, (size_t)k * sizeof(*ids));
	return k;
}

int
cursor_parse(struct cursor *c, const char *text)
{
	char part[3][24];

	if (strcmp(text, "*") == 0)
		return 0;
	if (sscanf(text, "%20[0-9].%20[0-9].%20[0-9]", part[0], part[1],
	        part[2]) != 3)
		return -1;
	if (!request_number(part[0], 0, INT64_MAX, &c->last) ||
	    !request_number(part[1], 0, INT64_MAX - 1, &c->end) ||
	    !request_number(part[2], 1, HISTORY_MOST, &c->left))
		return -1;
	return 1;
}

/* ---- answering ---- */

/* The line of ROW, in which the room has the name that it has now. */
static const char *
line_now(struct database *db, const struct row *row)
{
	static _Thread_local char line[STORED_LINE + NAME_CHANNEL + 2];
	const char *name = strchr(row->line, ' '), *now, *told = row->line;
	sqlite3_stmt *q;
	size_t n;

	if (name == NULL || (name = strchr(name + 1, ' ')) == NULL ||
	    !name_looks_channel(++name))
		return row->line;
	n = strcspn(name, " ");
	q = database_query(db, "SELECT shown FROM target WHERE id=?", "i",
	    row->target);
	if (q == NULL || database_next(db, q) != 1)
		return row->line;
	now = database_text(q, 0);
	if (name_looks_channel(now) &&
	    (strlen(now) != n || strncasecmp(now, name, n) != 0)) {
		snprintf(line, sizeof(line), "%.*s%s%s",
		    (int)(name - row->line), row->line, now, name + n);
		told = line;
	}
	database_end(q);
	return told;
}

int
history_answer_row(struct database *db, struct request *r, int64_t id)
{
	struct row row;
	int n, e;

	if ((n = row_read(db, id, &row)) != 1)
		return n == 0 ? 1 : -1;
	e = answer(r, "ROW %lld %lld %s %s %s %s :%s", (long long)row.id,
	    (long long)row.time, row.msgid, answer_word(row.account),
	    message_kind_name(row.kind), answer_word(row.tags),
	    line_now(db, &row));
	row_end(&row);
	return e == 0;
}

void
history_answer(
    struct database *db, struct request *r, const int64_t *ids, int n)
{
	int i, e;

	for (i = 0; i < n; i++) {
		if ((e = history_answer_row(db, r, ids[i])) < 0) {
			answer_trouble(db, r);
			return;
		}
		if (e == 0)
			break;
	}
	if (i == n)
		answer_end(r, "END");
	else
		answer_end(r, "MORE %lld.%lld.%d",
		    (long long)(i > 0 ? ids[i - 1] : ids[0] - 1),
		    (long long)ids[n - 1], n - i);
}

/* ---- references ---- */

struct ref {
	int given;      /* 0: it was "*" */
	int by_time;
	int64_t time;
	int64_t id;     /* by msgid: its row; by time: the first row of it */
};

static void
fail(struct request *r, const char *code, const char *where, const char *text)
{
	char context[300];

	snprintf(context, sizeof(context), "%.64s %.200s",
	    answer_word(r->p[0]), answer_word(where));
	answer_fail(r, "CHATHISTORY", code, context, text);
}

static int
ref_time(struct database *db, struct request *r, const char *text,
    struct ref *ref)
{
	if ((ref->time = request_time(text)) < 0) {
		fail(r, "INVALID_PARAMS", text, "This is no time");
		return -1;
	}
	ref->by_time = 1;
	if (message_since(db, ref->time, &ref->id) == 0)
		return 0;
	answer_trouble(db, r);
	return -1;
}

static int
ref_msgid(struct database *db, struct request *r, int64_t target,
    const char *text, struct ref *ref)
{
	int n = message_find(db, target, text, &ref->id);

	if (n == 1)
		return 0;
	if (n < 0)
		answer_trouble(db, r);
	else
		fail(r, "MESSAGE_ERROR", r->p[1], "No such message is kept");
	return -1;
}

/* 0, or -1 with the answer. */
static int
ref_parse(struct database *db, struct request *r, int64_t target,
    const char *text, struct ref *ref)
{
	memset(ref, 0, sizeof(*ref));
	if (strcmp(text, "*") == 0)
		return 0;
	ref->given = 1;
	if (strncmp(text, "timestamp=", 10) == 0)
		return ref_time(db, r, text + 10, ref);
	if (strncmp(text, "msgid=", 6) == 0)
		return ref_msgid(db, r, target, text + 6, ref);
	fail(r, "INVALID_MSGREFTYPE", text,
	    "A message is named by timestamp= or msgid=");
	return -1;
}

/* The id after which the rows behind a reference are: itself excluded, and
 * all of the same millisecond. */
static int
ref_after(struct database *db, const struct ref *ref, int64_t *id)
{
	*id = ref->id;
	if (!ref->by_time)
		return 0;
	if (message_since(db, ref->time + 1, id) != 0)
		return -1;
	--*id;
	return 0;
}

/* ---- HISTORY ---- */

struct query {
	struct selection s;
	struct ref one, two;
};

typedef int select_fn(struct database *db, struct query *q, int64_t *ids);

static int
select_before(struct database *db, struct query *q, int64_t *ids)
{
	q->s.before = q->one.id;
	q->s.newest = 1;
	return history_select(db, &q->s, ids);
}

static int
select_after(struct database *db, struct query *q, int64_t *ids)
{
	if (ref_after(db, &q->one, &q->s.after) != 0)
		return -1;
	return history_select(db, &q->s, ids);
}

/* The newest ones, not going back past the reference. */
static int
select_latest(struct database *db, struct query *q, int64_t *ids)
{
	if (q->one.given && ref_after(db, &q->one, &q->s.after) != 0)
		return -1;
	q->s.newest = 1;
	return history_select(db, &q->s, ids);
}

/* Half of them before, the rest from the referenced one on. */
static int
select_around(struct database *db, struct query *q, int64_t *ids)
{
	int limit = q->s.limit, n = 0, k;

	q->s.limit = limit / 2;
	q->s.before = q->one.id;
	q->s.newest = 1;
	if (q->s.limit > 0 && (n = history_select(db, &q->s, ids)) < 0)
		return -1;
	q->s.limit = limit - limit / 2;
	q->s.before = INT64_MAX;
	q->s.after = q->one.id - 1;
	q->s.newest = 0;
	if ((k = history_select(db, &q->s, ids + n)) < 0)
		return -1;
	return n + k;
}

/* Counted from the first reference, whichever of the two is the earlier. */
static int
select_between(struct database *db, struct query *q, int64_t *ids)
{
	struct ref *low = &q->one, *high = &q->two;

	if (q->one.id > q->two.id) {
		low = &q->two;
		high = &q->one;
		q->s.newest = 1;
	}
	if (ref_after(db, low, &q->s.after) != 0)
		return -1;
	q->s.before = high->id;
	return history_select(db, &q->s, ids);
}

static const struct {
	const char *name;
	select_fn *select;
	int refs;       /* that have to be given */
} selectors[] = {
	{ "BEFORE", select_before, 1 },
	{ "AFTER", select_after, 1 },
	{ "LATEST", select_latest, 0 },
	{ "AROUND", select_around, 1 },
	{ "BETWEEN", select_between, 2 },
};

enum { SELECTORS = sizeof(selectors) / sizeof(selectors[0]) };

static int
selector_find(const char *name)
{
	int i;

	for (i = 0; i < SELECTORS; i++)
		if (strcmp(selectors[i].name, name) == 0)
			return i;
	return -1;
}

/* Whether the asker may see TARGET at all; answered if not. */
static int
may_read(struct request *r, const char *target)
{
	if (target[0] != '=' ||
	    (r->account[0] != '\0' && message_is_party(target, r->account)))
		return 1;
	fail(r, "INVALID_TARGET", target,
	    "Direct messages are for those who wrote them");
	return 0;
}

/* The rest of a selection that was begun before. */
static int
select_rest(struct database *db, struct selection *s, const struct cursor *c,
    int64_t *ids)
{
	s->after = c->last;
	s->before = c->end + 1;
	s->limit = (int)c->left;
	return history_select(db, s, ids);
}

/* The first time: the references, then the selector.  -1: answered. */
static int
select_first(struct database *db, struct request *r, int k, struct query *q,
    int64_t *ids)
{
	int n;

	if (ref_parse(db, r, q->s.target, r->p[2], &q->one) != 0 ||
	    ref_parse(db, r, q->s.target, r->p[3], &q->two) != 0)
		return -1;
	if ((selectors[k].refs >= 1 && !q->one.given) ||
	    (selectors[k].refs >= 2 && !q->two.given)) {
		fail(r, "INVALID_PARAMS", "*", "A message has to be named");
		return -1;
	}
	if ((n = selectors[k].select(db, q, ids)) < 0)
		answer_trouble(db, r);
	return n;
}

/* Up to which row nothing is for the asker. */
static int
floor_of(struct database *db, const struct request *r, int64_t *floor)
{
	int64_t since;

	*floor = 0;
	if (r->p[1][0] == '=')
		return account_floor(db, r->account, floor);
	if (!request_number(r->since, 1, INT64_MAX, &since))
		return 0;
	if (message_since(db, since, floor) != 0)
		return -1;
	--*floor;
	return 0;
}

void
req_history(struct database *db, struct request *r)
{
	struct query q = { .s = { .before = INT64_MAX } };
	int64_t limit, ids[HISTORY_MOST + 1];
	struct cursor c;
	int k = selector_find(r->p[0]), more, n;

	if (k < 0) {
		fail(r, "INVALID_PARAMS", r->p[0], "There is no such request");
		return;
	}
	if (!may_read(r, r->p[1]))
		return;
	more = r->n > 6 ? cursor_parse(&c, r->p[6]) : 0;
	if (more < 0 || !request_number(r->p[4], 1, INT32_MAX, &limit)) {
		fail(r, "INVALID_PARAMS", r->p[more < 0 ? 6 : 4],
		    "This is no number of messages");
		return;
	}
	q.s.limit = limit > HISTORY_MOST ? HISTORY_MOST : (int)limit;
	q.s.events = strcmp(r->p[5], "1") == 0;
	if (message_target(db, r->p[1], &q.s.target) < 0 ||
	    floor_of(db, r, &q.s.floor) != 0) {
		answer_trouble(db, r);
		return;
	}
	if (more == 1) {
		if ((n = select_rest(db, &q.s, &c, ids)) < 0)
			answer_trouble(db, r);
	} else
		n = select_first(db, r, k, &q, ids);
	if (n >= 0)
		history_answer(db, r, ids, n);
}

/* ---- the absent ---- */

static const char pending_rows[] =
    "SELECT id FROM message WHERE recipient=? AND id>? ORDER BY id LIMIT ?";

/* Where delivery to an account has got: 1, 0 no such account, -1. */
static int
delivered_of(struct database *db, const char *name, int64_t *id)
{
	return database_number(db, id,
	    "SELECT delivered FROM account WHERE name=?", "t", name);
}

static int
select_pending(struct database *db, const char *name, int64_t after,
    int64_t *ids)
{
	sqlite3_stmt *q;
	int n, count = 0;

	q = database_query(db, pending_rows, "tii", name, after,
	    (int64_t)HISTORY_MOST);
	if (q == NULL)
		return -1;
	while ((n = database_next(db, q)) == 1)
		ids[count++] = sqlite3_column_int64(q, 0);
	return n < 0 ? -1 : count;
}

/* As history_answer, but the cursor is the last row told: more may come. */
static void
pending_answer(
    struct database *db, struct request *r, const int64_t *ids, int n)
{
	int i, e = 1;

	for (i = 0; i < n; i++)
		if ((e = history_answer_row(db, r, ids[i])) != 1)
			break;
	if (e < 0)
		answer_trouble(db, r);
	else if (i == n && n < HISTORY_MOST)
		answer_end(r, "END");
	else
		answer_end(r, "MORE %lld",
		    (long long)(i > 0 ? ids[i - 1] : ids[0] - 1));
}

void
req_pending(struct database *db, struct request *r)
{
	char name[REQUEST_NAME];
	int64_t ids[HISTORY_MOST], after = 0, delivered;
	int n;

	name_fold(name, r->account, sizeof(name));
	if (strcmp(r->p[0], "*") != 0 &&
	    !request_number(r->p[0], 0, INT64_MAX, &after)) {
		answer_fail(r, "PENDING", "INVALID_PARAMS", "*",
		    "This is no row");
		return;
	}
	if ((n = delivered_of(db, name, &delivered)) != 1) {
		if (n < 0)
			answer_trouble(db, r);
		else
			answer_end(r, "END");
		return;
	}
	if (after < delivered)
		after = delivered;
	if ((n = select_pending(db, name, after, ids)) < 0)
		answer_trouble(db, r);
	else
		pending_answer(db, r, ids, n);
}

void
req_delivered(struct database *db, struct request *r)
{
	char name[REQUEST_NAME];
	int64_t id;

	name_fold(name, r->account, sizeof(name));
	if (!request_number(r->p[0], 0, INT64_MAX, &id)) {
		answer_fail(r, "DELIVERED", "INVALID_PARAMS", "*",
		    "This is no row");
		return;
	}
	if (database_run(db,
	        "UPDATE account SET delivered=max(delivered, ?)"
	        " WHERE name=?", "it", id, name) < 0)
		answer_trouble(db, r);
	else
		answer_end(r, "DELIVERED %lld", (long long)id);
}
