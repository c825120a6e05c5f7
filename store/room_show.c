/* SPDX-License-Identifier: ISC */

/*
 * Registered rooms, told: one, all, or a line each.
 *
 * A room has four parts: itself, its bans, who has a rank, and what it says of
 * itself.  An answer that is full stops between two lines, and its cursor says
 * in which room, in which part and behind which row that was.
 */

#include <stdio.h>
#include <string.h>

#include "handlers.h"
#include "room.h"

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
			e = answer(r, "BAN %s %lld %s %s %lld :%s%s%s",
			    database_text(q, 1),
			    (long long)sqlite3_column_int64(q, 2),
			    answer_word(database_text(q, 3)),
			    database_text(q, 5),
			    (long long)sqlite3_column_int64(q, 6),
			    database_text(q, 4),
			    database_text(q, 7)[0] != '\0' ? " " : "",
			    database_text(q, 7));
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
	        "SELECT ban.id, shown, time, setter, mask, list, until, reason"
	        " FROM ban"
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

/* A key has no number; but there are few: the place is how many were told. */
static int
part_metadata(
    struct database *db, struct request *r, int64_t room, int64_t *last)
{
	sqlite3_stmt *q = database_query(db,
	    "SELECT shown, key, value FROM room_metadata"
	    " JOIN room ON room.id=room WHERE room=? ORDER BY key"
	    " LIMIT -1 OFFSET ?", "ii", room, *last);
	int n;

	while ((n = q == NULL ? -1 : database_next(db, q)) == 1) {
		if (answer(r, "METADATA %s %s :%s", database_text(q, 0),
		        database_text(q, 1), database_text(q, 2)) != 0) {
			database_end(q);
			return 0;
		}
		++*last;
	}
	return n < 0 ? -1 : 1;
}

static part_fn *const parts[] = { part_room, part_bans, part_access,
	part_metadata };

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
answer_stop(
    struct database *db, struct request *r, int n, const struct place *at)
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
	    !room_need(db, r, &id))
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
