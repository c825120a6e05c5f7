/* SPDX-License-Identifier: ISC */

/*
 * Targets: where somebody has messages, and when the last of them was.
 *
 * The rooms come from the worker, which knows what the asker may read; the
 * partners of direct messages from the table.  Each is looked up by its last
 * message, of which the index has the place; then all are put in order of
 * time, as CHATHISTORY TARGETS wants them, to be told from where the cursor
 * says.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../irc/name.h"
#include "account.h"
#include "handlers.h"
#include "history.h"
#include "message.h"

enum {
	TARGETS_ROOMS = 256,
	TARGETS_MOST = 4096, /* looked at: rooms and partners */
};

struct place {
	int64_t time, id;
	char name[STORED_NAME];
};

struct list {
	struct place *place;
	int n;
	int64_t after, before; /* times, exclusive */
};

static const char room_query[] =
    "SELECT id, shown, (SELECT time FROM message WHERE target=target.id"
    " AND event=0 ORDER BY message.id DESC LIMIT 1) FROM target WHERE name=?";
static const char partner_query[] =
    "SELECT id, shown, (SELECT time FROM message WHERE target=t.id"
    " AND event=0 AND message.id>?3 ORDER BY message.id DESC LIMIT 1) FROM"
    " (SELECT id, shown FROM target WHERE a=?1"
    " UNION SELECT id, shown FROM target WHERE b=?1) AS t LIMIT ?2";

static void
list_add(struct list *l, sqlite3_stmt *q, const char *account)
{
	struct place *p = &l->place[l->n];

	if (l->n == TARGETS_MOST || sqlite3_column_type(q, 2) == SQLITE_NULL)
		return;
	p->id = sqlite3_column_int64(q, 0);
	p->time = sqlite3_column_int64(q, 2);
	if (p->time <= l->after || p->time >= l->before)
		return;
	message_partner(
	    p->name, sizeof(p->name), database_text(q, 1), account);
	l->n++;
}

static int
list_rooms(struct database *db, struct list *l, char *names)
{
	char key[STORED_NAME], *name;
	sqlite3_stmt *q;
	int n, count = 0;

	while (count++ < TARGETS_ROOMS &&
	    (name = strsep(&names, ",")) != NULL) {
		if (name[0] != '#')
			continue;
		name_fold(key, name, sizeof(key));
		if ((q = database_query(db, room_query, "t", key)) == NULL ||
		    (n = database_next(db, q)) < 0)
			return -1;
		if (n == 1) {
			list_add(l, q, "");
			database_end(q);
		}
	}
	return 0;
}

static int
list_partners(struct database *db, struct list *l, const char *account)
{
	char key[REQUEST_NAME];
	sqlite3_stmt *q;
	int64_t floor;
	int n;

	if (account[0] == '\0')
		return 0;
	if (account_floor(db, account, &floor) != 0)
		return -1;
	name_fold(key, account, sizeof(key));
	q = database_query(db, partner_query, "tii", key,
	    (int64_t)TARGETS_MOST, floor);
	if (q == NULL)
		return -1;
	while ((n = database_next(db, q)) == 1)
		list_add(l, q, account);
	return n;
}

static int
compare(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return (x->id > y->id) - (x->id < y->id);
}

static int
compare_back(const void *a, const void *b)
{
	return compare(b, a);
}

static void
list_answer(
    struct request *r, const struct list *l, int from, int limit)
{
	int i;

	for (i = from; i < l->n && i - from < limit; i++) {
		if (answer(r, "TARGET %s %lld",
		        answer_word(l->place[i].name),
		        (long long)l->place[i].time) != 0)
			break;
	}
	if (i == l->n || i - from == limit)
		answer_end(r, "END");
	else
		answer_end(r, "MORE %lld.%lld.%d",
		    (long long)l->place[i - 1].time,
		    (long long)l->place[i - 1].id, limit - (i - from));
}

/* The first one behind the cursor, in the order of COMPARE. */
static int
list_find(const struct list *l, const struct cursor *c,
    int (*order)(const void *, const void *))
{
	struct place last = { .time = c->last, .id = c->end };
	int i;

	for (i = 0; i < l->n; i++)
		if (order(&l->place[i], &last) > 0)
			break;
	return i;
}

static void
fail(struct request *r, const char *bad)
{
	char context[200];

	snprintf(context, sizeof(context), "TARGETS %.150s", answer_word(bad));
	answer_fail(r, "CHATHISTORY", "INVALID_PARAMS", context,
	    "This is no time, number or cursor");
}

/* A time, or for "*" the one that leaves nothing out. */
static int64_t
bound(const char *text, int64_t any)
{
	if (strcmp(text, "*") == 0)
		return any;
	if (strncmp(text, "timestamp=", 10) != 0)
		return -1;
	return request_time(text + 10);
}

void
req_targets(struct database *db, struct request *r)
{
	struct list l = { 0 };
	struct cursor c;
	int64_t one = bound(r->p[0], 0), two = bound(r->p[1], INT64_MAX), limit;
	int more = cursor_parse(&c, r->p[3]);
	int (*order)(const void *, const void *) = compare;

	if (one < 0 || two < 0 || more < 0 ||
	    !request_number(r->p[2], 1, INT32_MAX, &limit)) {
		fail(r, r->p[one < 0 ? 0 : two < 0 ? 1 : more < 0 ? 3 : 2]);
		return;
	}
	if (one > two)
		order = compare_back;
	l.after = one > two ? two : one;
	l.before = one > two ? one : two;
	l.place = malloc(TARGETS_MOST * sizeof(*l.place));
	if (l.place == NULL) {
		database_fail(db, DATABASE_OTHER, "out of memory");
		answer_trouble(db, r);
		return;
	}
	if (limit > HISTORY_MOST)
		limit = HISTORY_MOST;
	if (list_rooms(db, &l, r->n > 4 ? r->p[4] : NULL) != 0 ||
	    list_partners(db, &l, r->account) != 0)
		answer_trouble(db, r);
	else {
		qsort(l.place, (size_t)l.n, sizeof(*l.place), order);
		list_answer(r, &l, more == 1 ? list_find(&l, &c, order) : 0,
		    (int)(more == 1 ? c.left : limit));
	}
	free(l.place);
}
