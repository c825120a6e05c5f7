/* SPDX-License-Identifier: ISC */

/*
 * Rooms that last: who founded one, what it is set to, who has a rank in it.
 *
 * While the server runs, a registered room is in the segment as any other; the
 * worker that changes it says so here, and at a start of the server all of
 * them are loaded, page by page.  Two workers may tell in another order than
 * they did things, so a room's state has the time it was so, and an older one
 * does not replace a newer.
 *
 * Whether somebody may do what is asked, the worker has decided.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../irc/name.h"
#include "account.h"
#include "handlers.h"
#include "message.h"

enum { ROOM_NAME = NAME_CHANNEL + 2 };

/* ---- finding ---- */

static int
room_find(struct database *db, const char *name, int64_t *id)
{
	char key[ROOM_NAME];

	name_fold(key, name, sizeof(key));
	return database_number(
	    db, id, "SELECT id FROM room WHERE name=?", "t", key);
}

/* 1, or it is answered, 0. */
static int
need_room(struct database *db, struct request *r, int64_t *id)
{
	int n = room_find(db, r->p[0], id);

	if (n < 0)
		answer_trouble(db, r);
	else if (n == 0)
		answer_fail(r, "ROOM", "NOT_REGISTERED", answer_word(r->p[0]),
		    "This room is not registered");
	return n == 1;
}

static int
need_account(
    struct database *db, struct request *r, const char *name, struct account *a)
{
	int n = account_find(db, name, a);

	if (n < 0)
		answer_trouble(db, r);
	else if (n == 0)
		answer_fail(r, "ROOM", "NO_SUCH_ACCOUNT", answer_word(name),
		    "There is no such account");
	return n == 1;
}

/* ---- its life ---- */

void
req_room_register(struct database *db, struct request *r)
{
	struct account a;
	char key[ROOM_NAME];
	int64_t id;
	int n;

	if (!name_is_channel(r->p[0])) {
		answer_fail(r, "ROOM", "BAD_ROOM_NAME", answer_word(r->p[0]),
		    "This is no name of a room");
		return;
	}
	if ((n = room_find(db, r->p[0], &id)) != 0) {
		if (n < 0)
			answer_trouble(db, r);
		else
			answer_fail(r, "ROOM", "ALREADY_REGISTERED", r->p[0],
			    "This room has a founder");
		return;
	}
	if (!need_account(db, r, r->p[1], &a))
		return;
	name_fold(key, r->p[0], sizeof(key));
	if (database_run(db,
	        "INSERT INTO room (name, shown, created, founder)"
	        " VALUES (?, ?, ?, ?)", "ttii", key, r->p[0], r->now, a.id) < 0)
		answer_trouble(db, r);
	else
		answer_end(r, "REGISTERED %s %s", r->p[0], a.shown);
}

void
req_room_drop(struct database *db, struct request *r)
{
	int64_t id;

	if (!need_room(db, r, &id))
		return;
	message_forget_targets(db);
	if (database_run(db, "DELETE FROM room WHERE id=?", "i", id) < 0)
		answer_trouble(db, r);
	else
		answer_end(r, "DROPPED %s", r->p[0]);
}

/* "=key" is a key, "*" none: a key may be any word. */
static const char *
marked(const char *text)
{
	return text[0] == '=' ? text + 1 : NULL;
}

static const char save[] =
    "UPDATE room SET saved=?2, modes=?3, password=?4, most=?5, created=?6,"
    " topic_time=?7, topic_by=?8, topic=?9 WHERE id=?1 AND saved<=?2";

/* The numbers of a SAVE, in the order of its parameters. */
struct saved {
	int64_t time, most, created, topic_time;
};

static int
parse_saved(const struct request *r, struct saved *s)
{
	s->most = 0;
	return request_number(r->p[1], 0, INT64_MAX, &s->time) &&
	    (strcmp(r->p[4], "*") == 0 ||
	        request_number(r->p[4], 0, UINT32_MAX, &s->most)) &&
	    request_number(r->p[5], 0, INT64_MAX, &s->created) &&
	    request_number(r->p[6], 0, INT64_MAX, &s->topic_time);
}

void
req_room_save(struct database *db, struct request *r)
{
	struct saved s;
	int64_t id;

	if (!parse_saved(r, &s)) {
		answer_fail(r, "ROOM", "INVALID_PARAMS", answer_word(r->p[0]),
		    r->row->usage);
		return;
	}
	if (!need_room(db, r, &id))
		return;
	if (database_run(db, save, "iittiiitt", id, s.time,
	        strcmp(r->p[2], "*") == 0 ? "" : r->p[2], marked(r->p[3]),
	        s.most, s.created, s.topic_time,
	        strcmp(r->p[7], "*") == 0 ? NULL : r->p[7],
	        r->n > 8 ? r->p[8] : NULL) < 0)
		answer_trouble(db, r);
	else
		answer_end(r, "SAVED %s", r->p[0]);
}

/* A new founder; the old one stays an operator. */
void
req_room_founder(struct database *db, struct request *r)
{
	struct account a;
	int64_t id;

	if (!need_room(db, r, &id) || !need_account(db, r, r->p[1], &a))
		return;
	if (database_run(db,
	        "INSERT OR REPLACE INTO access (room, account, rank)"
	        " SELECT id, founder, 'operator' FROM room WHERE id=?",
	        "i", id) < 0 ||
	    database_run(db, "UPDATE room SET founder=? WHERE id=?", "ii",
	        a.id, id) < 0 ||
	    database_run(db, "DELETE FROM access WHERE room=? AND account=?",
	        "ii", id, a.id) < 0)
		answer_trouble(db, r);
	else
		answer_end(r, "FOUNDER %s %s", r->p[0], a.shown);
}

static const char *const ranks[] = { "operator", "voice", "none" };

static int
is_rank(const char *rank)
{
	size_t i;

	for (i = 0; i < sizeof(ranks) / sizeof(ranks[0]); i++)
		if (strcmp(ranks[i], rank) == 0)
			return 1;
	return 0;
}

void
req_room_access(struct database *db, struct request *r)
{
	struct account a;
	int64_t id;
	int n;

	if (!is_rank(r->p[2])) {
		answer_fail(r, "ROOM", "INVALID_PARAMS", answer_word(r->p[2]),
		    "A rank is operator, voice or none");
		return;
	}
	if (!need_room(db, r, &id) || !need_account(db, r, r->p[1], &a))
		return;
	if (strcmp(r->p[2], "none") == 0)
		n = database_run(db,
		    "DELETE FROM access WHERE room=? AND account=?", "ii", id,
		    a.id);
	else
		n = database_run(db,
		    "INSERT INTO access (room, account, rank) VALUES (?, ?, ?)"
		    " ON CONFLICT (room, account) DO UPDATE"
		    " SET rank=excluded.rank", "iit", id, a.id, r->p[2]);
	if (n < 0)
		answer_trouble(db, r);
	else
		answer_end(r, "ACCESS %s %s %s", r->p[0], a.shown, r->p[2]);
}

void
req_room_ban(struct database *db, struct request *r)
{
	int64_t id, time;

	if (!request_number(r->p[1], 0, INT64_MAX, &time)) {
		answer_fail(r, "ROOM", "INVALID_PARAMS", answer_word(r->p[1]),
		    "This is no time");
		return;
	}
	if (!need_room(db, r, &id))
		return;
	if (database_run(db,
	        "INSERT OR IGNORE INTO ban (room, mask, setter, time)"
	        " VALUES (?, ?, ?, ?)", "itti", id, r->p[3], r->p[2],
	        time) < 0)
		answer_trouble(db, r);
	else
		answer_end(r, "BANNED %s :%s", r->p[0], r->p[3]);
}

void
req_room_unban(struct database *db, struct request *r)
{
	int64_t id;

	if (!need_room(db, r, &id))
		return;
	if (database_run(db, "DELETE FROM ban WHERE room=? AND mask=?", "it",
	        id, r->p[1]) < 0)
		answer_trouble(db, r);
	else
		answer_end(r, "UNBANNED %s :%s", r->p[0], r->p[1]);
}

/* How long and how many messages are kept, "*" as the server is set to. */
void
req_room_keep(struct database *db, struct request *r)
{
	int64_t id, age = 0, count = 0;
	int any_age = strcmp(r->p[1], "*") == 0;
	int any_count = strcmp(r->p[2], "*") == 0;

	if ((!any_age && !request_number(r->p[1], 0, INT32_MAX, &age)) ||
	    (!any_count && !request_number(r->p[2], 0, INT32_MAX, &count))) {
		answer_fail(r, "ROOM", "INVALID_PARAMS", answer_word(r->p[0]),
		    r->row->usage);
		return;
	}
	if (!need_room(db, r, &id))
		return;
	message_forget_targets(db);
	if (database_run(db,
	        "UPDATE room SET keep_age=iif(?2, NULL, ?3),"
	        " keep_count=iif(?4, NULL, ?5) WHERE id=?1", "iiiii", id,
	        (int64_t)any_age, age, (int64_t)any_count, count) < 0)
		answer_trouble(db, r);
	else
		answer_end(r, "KEEP %s %s %s", r->p[0], r->p[1], r->p[2]);
}

/* ---- showing ---- */

static void
number_or_star(char *buf, size_t size, sqlite3_stmt *q, int column)
{
	if (sqlite3_column_type(q, column) == SQLITE_NULL)
		snprintf(buf, size, "*");
	else
		snprintf(buf, size, "%lld",
		    (long long)sqlite3_column_int64(q, column));
}

static const char room_query[] =
    "SELECT room.shown, account.shown, modes, password, most, room.created,"
    " topic_time, topic_by, keep_age, keep_count, topic FROM room"
    " JOIN account ON account.id=founder WHERE room.id=?";

/* The parts of a room are answered by these, each 1, 0 (full), -1. */
typedef int part_fn(
    struct database *db, struct request *r, int64_t room, int64_t *last);

static int
part_room(struct database *db, struct request *r, int64_t room, int64_t *last)
{
	sqlite3_stmt *q = database_query(db, room_query, "i", room);
	char age[24], count[24];
	const char *key;
	int n;

	(void)last;
	if (q == NULL || (n = database_next(db, q)) < 0)
		return -1;
	if (n == 0)
		return 1;
	number_or_star(age, sizeof(age), q, 8);
	number_or_star(count, sizeof(count), q, 9);
	key = sqlite3_column_type(q, 3) == SQLITE_NULL ? NULL
	                                               : database_text(q, 3);
	n = answer(r, "ROOM %s %s %s %s%s %lld %lld %lld %s %s %s :%s",
	    database_text(q, 0), database_text(q, 1),
	    answer_word(database_text(q, 2)), key != NULL ? "=" : "*",
	    key != NULL ? key : "", (long long)sqlite3_column_int64(q, 4),
	    (long long)sqlite3_column_int64(q, 5),
	    (long long)sqlite3_column_int64(q, 6),
	    answer_word(database_text(q, 7)), age, count, database_text(q, 10));
	database_end(q);
	return n == 0;
}

/* Rows of (id, and what LINE formats), from *LAST on. */
static int
part_rows(struct database *db, struct request *r, sqlite3_stmt *q,
    int64_t *last, int bans)
{
	int n, e;

	while ((n = q == NULL ? -1 : database_next(db, q)) == 1) {
		if (bans)
			e = answer(r, "BAN %s %lld %s :%s",
			    database_text(q, 1),
			    (long long)sqlite3_column_int64(q, 2),
			    answer_word(database_text(q, 3)),
			    database_text(q, 4));
		else
			e = answer(r, "ACCESS %s %s %s", database_text(q, 1),
			    database_text(q, 2), database_text(q, 3));
		if (e != 0) {
			database_end(q);
			return 0;
		}
		*last = sqlite3_column_int64(q, 0);
	}
	return n < 0 ? -1 : 1;
}

static int
part_bans(struct database *db, struct request *r, int64_t room, int64_t *last)
{
	return part_rows(db, r,
	    database_query(db,
	        "SELECT ban.id, shown, time, setter, mask FROM ban"
	        " JOIN room ON room.id=room WHERE room=? AND ban.id>?"
	        " ORDER BY ban.id", "ii", room, *last), last, 1);
}

static int
part_access(struct database *db, struct request *r, int64_t room, int64_t *last)
{
	return part_rows(db, r,
	    database_query(db,
	        "SELECT access.id, room.shown, account.shown, rank FROM access"
	        " JOIN room ON room.id=room JOIN account ON account.id=account"
	        " WHERE room=? AND access.id>? ORDER BY access.id", "ii", room,
	        *last), last, 0);
}

static part_fn *const parts[] = { part_room, part_bans, part_access };

enum { PARTS = sizeof(parts) / sizeof(parts[0]) };

/* Where an answer stopped: room, part of it, row of the part. */
struct place {
	int64_t room, part, row;
};

static int
place_parse(struct place *at, const char *text)
{
	char part[3][24];

	memset(at, 0, sizeof(*at));
	if (strcmp(text, "*") == 0)
		return 1;
	return sscanf(text, "%20[0-9].%20[0-9].%20[0-9]", part[0], part[1],
	           part[2]) == 3 &&
	    request_number(part[0], 0, INT64_MAX, &at->room) &&
	    request_number(part[1], 0, PARTS - 1, &at->part) &&
	    request_number(part[2], 0, INT64_MAX, &at->row);
}

/* The parts of a room from AT on: 1, 0 when the answer is full, -1. */
static int
answer_parts(struct database *db, struct request *r, struct place *at)
{
	int n = 1;

	while (at->part < PARTS &&
	    (n = parts[at->part](db, r, at->room, &at->row)) == 1) {
		at->part++;
		at->row = 0;
	}
	return n;
}

static void
answer_stop(struct database *db, struct request *r, int n, const struct place *at)
{
	if (n < 0)
		answer_trouble(db, r);
	else if (n == 0)
		answer_end(r, "MORE %lld.%lld.%lld", (long long)at->room,
		    (long long)at->part, (long long)at->row);
	else
		answer_end(r, "END");
}

static int
bad_cursor(struct request *r, const char *text, struct place *at)
{
	if (place_parse(at, text))
		return 0;
	answer_fail(r, "ROOM", "INVALID_PARAMS", answer_word(text),
	    "This is no cursor");
	return 1;
}

void
req_room_show(struct database *db, struct request *r)
{
	struct place at;
	int64_t id;

	if (bad_cursor(r, r->n > 1 ? r->p[1] : "*", &at) ||
	    !need_room(db, r, &id))
		return;
	at.room = id;
	answer_stop(db, r, answer_parts(db, r, &at), &at);
}

static const char next_room[] =
    "SELECT id FROM room WHERE id>? ORDER BY id LIMIT 1";

/* All rooms with all their parts. */
void
req_room_load(struct database *db, struct request *r)
{
	struct place at;
	int n = 1;

	if (bad_cursor(r, r->p[0], &at))
		return;
	if (at.room != 0)
		n = answer_parts(db, r, &at);
	while (n == 1) {
		n = database_number(db, &at.room, next_room, "i", at.room);
		if (n == 0) {
			n = 1;
			break;
		}
		at.part = at.row = 0;
		if (n == 1)
			n = answer_parts(db, r, &at);
	}
	answer_stop(db, r, n, &at);
}

/* All rooms, a line each. */
void
req_room_list(struct database *db, struct request *r)
{
	struct place at;
	int64_t unused = 0;
	int n;

	if (bad_cursor(r, r->p[0], &at))
		return;
	for (;;) {
		int64_t last = at.room;

		n = database_number(db, &at.room, next_room, "i", at.room);
		if (n <= 0) {
			n = n == 0 ? 1 : -1;
			break;
		}
		if ((n = part_room(db, r, at.room, &unused)) != 1) {
			at.room = last;
			break;
		}
	}
	answer_stop(db, r, n, &at);
}
