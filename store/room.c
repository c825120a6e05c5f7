/* SPDX-License-Identifier: ISC */

/*
 * Rooms that last: who founded one, what it is set to, who has a rank in it.
 *
 * While the server runs, a registered room that somebody has joined is in the
 * segment as any other, and what it is set to there is saved here after each
 * change (snapshot.c); who joins one that is not there has it shown, page by
 * page.  What others may tell of a room has the time it was so, and an older
 * state does not replace a newer.
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
#include "room.h"

enum {
	ROOM_NAME = NAME_CHANNEL + 2,
	ROOMS_FOUNDED = 100,   /* by one account */
};

/* ---- finding ---- */

static int
room_find(struct database *db, const char *name, int64_t *id)
{
	char key[ROOM_NAME];

	name_fold(key, name, sizeof(key));
	return database_number(
	    db, id, "SELECT id FROM room WHERE name=?", "t", key);
}

int
room_need(struct database *db, struct request *r, int64_t *id)
{
	int n = room_find(db, r->p[0], id);

	if (n < 0)
		answer_trouble(db, r);
	else if (n == 0)
		answer_fail(r, "ROOM", "NOT_REGISTERED", answer_word(r->p[0]),
		    "This room is not registered");
	return n == 1;
}

/* ---- its life ---- */

/* One's own is no trouble: who asked may not have lived to hear of it. */
static void
register_again(struct database *db, struct request *r, int found, int64_t id)
{
	struct account a;
	int64_t founder;

	if (found < 0 || (found = database_number(db, &founder,
	        "SELECT founder FROM room WHERE id=?", "i", id)) < 0)
		answer_trouble(db, r);
	else if (!account_need(db, r, r->p[1], &a))
		return;
	else if (found == 1 && founder == a.id)
		answer_end(r, "REGISTERED %s %s", r->p[0], a.shown);
	else
		answer_fail(r, "ROOM", "ALREADY_REGISTERED", r->p[0],
		    "This room has a founder");
}

static int
may_found(struct database *db, struct request *r, const struct account *a)
{
	int64_t n = 0;

	if (database_number(db, &n,
	        "SELECT count(*) FROM room WHERE founder=?", "i", a->id) < 0)
		answer_trouble(db, r);
	else if (n >= ROOMS_FOUNDED)
		answer_fail(r, "ROOM", "TOO_MANY_ROOMS", r->p[0],
		    "You have founded as many rooms as one may");
	else
		return 1;
	return 0;
}

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
		register_again(db, r, n, id);
		return;
	}
	if (!account_need(db, r, r->p[1], &a) || !may_found(db, r, &a))
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

	if (!room_need(db, r, &id))
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
	if (!room_need(db, r, &id))
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

/* ---- all of its settings ---- */

/* Whether entry I is the row of Q. */
static int
is_entry(const struct room_settings *s, int i, sqlite3_stmt *q)
{
	return strcmp(s->ban[i].mask, database_text(q, 1)) == 0 &&
	    strcmp(s->ban[i].list, database_text(q, 2)) == 0 &&
	    s->ban[i].until == sqlite3_column_int64(q, 3) &&
	    strcmp(s->ban[i].reason, database_text(q, 4)) == 0;
}

/* Which of the bans in the table are no more; FOUND are those that are. */
static int
bans_gone(struct database *db, const struct room_settings *s, int64_t room,
    int64_t *gone, int most, char *found)
{
	sqlite3_stmt *q = database_query(
	    db, "SELECT id, mask, list, until, reason FROM ban WHERE room=?",
	    "i", room);
	int n = 0, i, e;

	if (q == NULL)
		return -1;
	while ((e = database_next(db, q)) == 1) {
		for (i = 0; i < s->nbans; i++)
			if (is_entry(s, i, q))
				break;
		if (i < s->nbans)
			found[i] = 1;
		else if (n < most)
			gone[n++] = sqlite3_column_int64(q, 0);
	}
	return e < 0 ? -1 : n;
}

static int
save_bans(struct database *db, const struct room_settings *s, int64_t room)
{
	int64_t gone[2 * ROOM_BANS];
	char found[ROOM_BANS] = { 0 };
	int i, n = bans_gone(db, s, room, gone, 2 * ROOM_BANS, found);

	for (i = 0; i < n; i++)
		if (database_run(db, "DELETE FROM ban WHERE id=?", "i",
		        gone[i]) < 0)
			return -1;
	for (i = 0; n >= 0 && i < s->nbans; i++)
		if (!found[i] && database_run(db,
		        "INSERT OR IGNORE INTO ban (room, mask, setter, time,"
		        " list, until, reason) VALUES (?, ?, ?, ?, ?, ?, ?)",
		        "ittitit", room, s->ban[i].mask, s->ban[i].setter,
		        s->ban[i].time, s->ban[i].list, s->ban[i].until,
		        s->ban[i].reason) < 0)
			return -1;
	return n < 0 ? -1 : 0;
}

int
room_save(struct database *db, const struct room_settings *s)
{
	int64_t room;
	int n = room_find(db, s->name, &room), old = 0;

	if (n == 0 && s->was != NULL && s->was[0] != '\0')
		old = n = room_find(db, s->was, &room);
	if (n <= 0)
		return n;
	if (database_run(db,
	        "UPDATE room SET saved=?2, modes=?3, password=?4, most=?5,"
	        " created=?6, topic_time=?7, topic_by=?8, topic=?9"
	        " WHERE id=?1", "iittiiitt", room, s->saved, s->modes, s->key,
	        s->most, s->created, s->topic_time, s->topic_by,
	        s->topic) < 0)
		return -1;
	return save_bans(db, s, room) != 0 ||
	        metadata_save(db, room, s->key_of, s->nkeys) != 0
	    ? -1
	    : old;
}

/* A new founder; the old one stays an admin. */
void
req_room_founder(struct database *db, struct request *r)
{
	struct account a;
	int64_t id;

	if (!room_need(db, r, &id) || !account_need(db, r, r->p[1], &a))
		return;
	if (database_run(db,
	        "INSERT OR REPLACE INTO access (room, account, rank)"
	        " SELECT id, founder, 'admin' FROM room WHERE id=?",
	        "i", id) < 0 ||
	    database_run(db, "UPDATE room SET founder=? WHERE id=?", "ii",
	        a.id, id) < 0 ||
	    database_run(db, "DELETE FROM access WHERE room=? AND account=?",
	        "ii", id, a.id) < 0)
		answer_trouble(db, r);
	else
		answer_end(r, "FOUNDER %s %s", r->p[0], a.shown);
}

static const char *const ranks[] = { "admin", "operator", "halfop", "voice",
	"none" };

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
		    "A rank is admin, operator, halfop, voice or none");
		return;
	}
	if (!room_need(db, r, &id) || !account_need(db, r, r->p[1], &a))
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
	if (!room_need(db, r, &id))
		return;
	if (database_run(db,
	        "INSERT OR IGNORE INTO ban (room, list, mask, setter, time)"
	        " VALUES (?, 'b', ?, ?, ?)", "itti", id, r->p[3], r->p[2],
	        time) < 0)
		answer_trouble(db, r);
	else
		answer_end(r, "BANNED %s :%s", r->p[0], r->p[3]);
}

void
req_room_unban(struct database *db, struct request *r)
{
	int64_t id;

	if (!room_need(db, r, &id))
		return;
	if (database_run(db,
	        "DELETE FROM ban WHERE room=? AND list='b' AND mask=?", "it",
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
	if (!room_need(db, r, &id))
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
