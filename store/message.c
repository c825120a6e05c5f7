/* SPDX-License-Identifier: ISC */

/*
 * Messages: a batch of them into the tables, and one out of them.
 *
 * The writer stores what workers post, batch by batch; a batch is one
 * transaction, for it is the sync that costs.  A posting may come twice after
 * somebody's death, so a msgid that its target has already is passed over.
 *
 * Row ids are given here and only grow, also after the newest rows were
 * erased: clients and the marks of delivery refer to them.  The order of
 * storing is the order of history.  Clocks are not so orderly; a row
 * therefore holds by how much its time is behind the latest before it, and
 * the sum of both is what a time is looked up by.
 *
 * Rows that can never be stored are skipped and counted, so that one of them
 * does not hold up the others; any other trouble undoes the batch.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../irc/name.h"
#include "message.h"
#include "search.h"

/* ---- targets ---- */

enum { CACHE = 4096 }; /* targets the writer remembers; a power of two */

struct target_cache {
	struct {
		char name[STORED_NAME]; /* folded; "": free */
		int64_t id;
		int off;                /* the room keeps no history */
	} slot[CACHE];
};

static const char *const kinds[KIND_LAST + 1] = {
	"?", "PRIVMSG", "NOTICE", "TAGMSG", "JOIN", "PART", "QUIT", "NICK",
	"KICK", "TOPIC", "MODE", "REDACT",
};

const char *
message_kind_name(int kind)
{
	return kinds[kind > 0 && kind <= KIND_LAST ? kind : 0];
}

void
message_pair(char *buf, size_t size, const char *a, const char *b)
{
	if (name_cmp(a, b) > 0)
		snprintf(buf, size, "=%s=%s", b, a);
	else
		snprintf(buf, size, "=%s=%s", a, b);
}

/* Splits "=a=b" into two names of STORED_NAME bytes: 1, or 0. */
static int
pair_split(const char *name, char *a, char *b)
{
	const char *eq;

	if (name[0] != '=' || (eq = strchr(name + 1, '=')) == NULL)
		return 0;
	snprintf(a, STORED_NAME, "%.*s", (int)(eq - name - 1), name + 1);
	snprintf(b, STORED_NAME, "%s", eq + 1);
	return a[0] != '\0' && b[0] != '\0';
}

int
message_is_party(const char *name, const char *account)
{
	char a[STORED_NAME], b[STORED_NAME];

	return pair_split(name, a, b) &&
	    (name_cmp(a, account) == 0 || name_cmp(b, account) == 0);
}

void
message_partner(char *buf, size_t size, const char *name, const char *account)
{
	char a[STORED_NAME], b[STORED_NAME];

	if (!pair_split(name, a, b))
		snprintf(buf, size, "%s", name);
	else
		snprintf(buf, size, "%s", name_cmp(a, account) == 0 ? b : a);
}

/* The key of a room or a pair, the pair in order: 1, or 0 when it is none. */
static int
target_key(char *key, const char *name)
{
	char a[STORED_NAME], b[STORED_NAME], pair[2 * STORED_NAME + 2];

	if (strlen(name) >= STORED_NAME)
		return 0;
	if (name[0] != '=') {
		name_fold(key, name, STORED_NAME);
		return name[0] != '\0';
	}
	if (!pair_split(name, a, b))
		return 0;
	message_pair(pair, sizeof(pair), a, b);
	name_fold(key, pair, STORED_NAME);
	return 1;
}

int
message_target(struct database *db, const char *name, int64_t *target)
{
	char key[STORED_NAME];

	if (!target_key(key, name))
		return 0;
	return database_number(
	    db, target, "SELECT id FROM target WHERE name=?", "t", key);
}

static int
target_make(struct database *db, const char *key, const char *shown,
    int64_t *target)
{
	char a[STORED_NAME], b[STORED_NAME];
	int pair = pair_split(key, a, b);

	if (database_run(db,
	        "INSERT INTO target (name, shown, a, b) VALUES (?, ?, ?, ?)",
	        "tttt", key, shown, pair ? a : NULL, pair ? b : NULL) < 0)
		return -1;
	*target = sqlite3_last_insert_rowid(db->sql);
	return 0;
}

/* Whether the room KEY is set to keep nothing: 1, 0 or -1. */
static int
target_off(struct database *db, const char *key)
{
	int64_t count;
	int n;

	n = database_number(db, &count,
	    "SELECT keep_count FROM room WHERE name=?", "t", key);
	return n <= 0 ? n : count == 0;
}

/*
 * The id of the target KEY for a new row, made if need be.  Returns 1, 0 when
 * its room keeps nothing, or -1.  Full or not, the cache has one place a name
 * can be in: a room that is busy is soon back in it.
 */
static int
target_intern(struct database *db, const char *key, const char *shown,
    int64_t *target)
{
	uint32_t i = name_hash(key) & (CACHE - 1);
	int n, off;

	if (db->targets == NULL &&
	    (db->targets = calloc(1, sizeof(*db->targets))) == NULL)
		return database_fail(db, DATABASE_OTHER, "out of memory");
	if (strcmp(db->targets->slot[i].name, key) == 0) {
		*target = db->targets->slot[i].id;
		return !db->targets->slot[i].off;
	}
	if ((off = target_off(db, key)) < 0)
		return -1;
	*target = 0;
	if (!off) {
		if ((n = message_target(db, key, target)) < 0 ||
		    (n == 0 && target_make(db, key, shown, target) != 0))
			return -1;
	}
	snprintf(db->targets->slot[i].name, STORED_NAME, "%s", key);
	db->targets->slot[i].id = *target;
	db->targets->slot[i].off = off;
	return !off;
}

void
message_forget_targets(struct database *db)
{
	free(db->targets);
	db->targets = NULL;
}

/* ---- storing ---- */

/* Where the writer is: the next id, the latest clock. */
static int
load_position(struct database *db)
{
	int64_t last = 0;

	if (db->next_id != 0)
		return 0;
	if (database_number(db, &last, "SELECT max(id) FROM message", "") < 0)
		return -1;
	db->clock = 0;
	if (last != 0 &&
	    database_number(db, &db->clock,
	        "SELECT time + late FROM message WHERE id=?", "i", last) < 0)
		return -1;
	db->next_id = database_state(db, "last_id", 0);
	if (db->next_id < last)
		db->next_id = last;
	db->next_id++;
	return 0;
}

int
message_keep_ids(struct database *db)
{
	if (load_position(db) != 0)
		return -1;
	return database_state_set(db, "last_id", db->next_id - 1);
}

static int
is_clean(const char *text, size_t most)
{
	return strnlen(text, most + 1) <= most &&
	    strpbrk(text, "\r\n") == NULL;
}

static int
is_name(const char *name)
{
	return name != NULL && name[0] != '\0' && name[0] != '=' &&
	    strpbrk(name, " \r\n") == NULL &&
	    strnlen(name, NAME_CHANNEL + 2) <= NAME_CHANNEL + 1;
}

/* A '=' in one would make it another pair's. */
static int
is_party(const char *name)
{
	return is_name(name) && strchr(name, '=') == NULL;
}

/* Whether M can be stored and be shown again. */
static int
is_storable(const struct stored *m)
{
	if (m->kind <= 0 || m->kind > KIND_LAST || m->line == NULL ||
	    m->tags == NULL || m->account == NULL)
		return 0;
	if (m->target != NULL ? !is_name(m->target)
	                      : !is_party(m->from) || !is_party(m->to))
		return 0;
	if (!is_clean(m->line, STORED_LINE) || m->line[0] == '\0')
		return 0;
	if (!is_clean(m->tags, STORED_TAGS) || strchr(m->tags, ' ') != NULL)
		return 0;
	if (strlen(m->line) + strlen(m->tags) > STORED_BOTH)
		return 0;
	return m->account[0] == '\0' || is_name(m->account);
}

/* The folded key of M's target, and what it is shown as. */
static int
stored_key(const struct stored *m, char *key, char *shown)
{
	if (m->target != NULL)
		snprintf(shown, STORED_NAME, "%s", m->target);
	else
		message_pair(shown, STORED_NAME, m->from, m->to);
	return target_key(key, shown);
}

/* Only the msgid may be there already; a row id that is would be trouble. */
static const char insert[] =
    "INSERT INTO message (id, target, event, kind, time, late, id_hi,"
    " id_lo, account, recipient, tags, line)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (id_lo, id_hi, target) DO NOTHING";

/* Bound by hand, for this is the one statement whose cost is felt. */
static int
insert_row(struct database *db, const struct stored *m, int64_t target,
    int64_t clock)
{
	sqlite3_stmt *q = database_query(db, insert, "");
	char to[STORED_NAME];
	const char *recipient = NULL;

	if (q == NULL)
		return -1;
	if (m->target == NULL && m->to[0] != '~' && !m->heard) {
		name_fold(to, m->to, sizeof(to));
		recipient = to;
	}
	sqlite3_bind_int64(q, 1, db->next_id);
	sqlite3_bind_int64(q, 2, target);
	sqlite3_bind_int(q, 3, m->kind > KIND_NOTICE);
	sqlite3_bind_int(q, 4, m->kind);
	sqlite3_bind_int64(q, 5, (int64_t)m->time);
	sqlite3_bind_int64(q, 6, clock - (int64_t)m->time);
	sqlite3_bind_int64(q, 7, (int64_t)m->id_hi);
	sqlite3_bind_int64(q, 8, (int64_t)m->id_lo);
	sqlite3_bind_text(q, 9, m->account[0] != '\0' ? m->account : NULL, -1,
	    SQLITE_STATIC);
	sqlite3_bind_text(q, 10, recipient, -1, SQLITE_STATIC);
	sqlite3_bind_text(
	    q, 11, m->tags[0] != '\0' ? m->tags : NULL, -1, SQLITE_STATIC);
	sqlite3_bind_text(q, 12, m->line, -1, SQLITE_STATIC);
	if (database_next(db, q) < 0)
		return -1;
	if (sqlite3_changes(db->sql) == 1) {
		db->next_id++;
		db->clock = clock;
	}
	return 0;
}

/* 1, 0 when it is one to skip, -1. */
static int
store_one(struct database *db, const struct stored *m)
{
	char key[STORED_NAME], shown[STORED_NAME];
	int64_t target = 0, clock = (int64_t)m->time;
	int n;

	if (!is_storable(m) || clock < 0 || !stored_key(m, key, shown))
		return 0;
	if ((n = target_intern(db, key, shown, &target)) <= 0)
		return n;
	if (clock < db->clock)
		clock = db->clock;
	return insert_row(db, m, target, clock) == 0 ? 1 : -1;
}

int
message_store(struct database *db, const struct stored *m, size_t n,
    size_t *skipped)
{
	size_t i, count = 0;
	int e;

	if (database_begin(db) != 0)
		return -1;
	if (load_position(db) != 0)
		goto fail;
	for (i = 0; i < n; i++) {
		if ((e = store_one(db, &m[i])) < 0)
			goto fail;
		count += e == 0;
	}
	*skipped = count;
	return database_commit(db);
fail:
	database_rollback(db);
	return -1;
}

/* ---- finding ---- */

int
message_id_parse(const char *text, uint64_t *hi, uint64_t *lo)
{
	size_t n = strspn(text, "0123456789abcdef"), k;

	if (n == 0 || n > 16 || text[n] != '.')
		return 0;
	k = strspn(text + n + 1, "0123456789abcdef");
	if (k == 0 || k > 16 || text[n + 1 + k] != '\0')
		return 0;
	*hi = strtoull(text, NULL, 16);
	*lo = strtoull(text + n + 1, NULL, 16);
	return 1;
}

int
message_find(struct database *db, int64_t target, const char *text, int64_t *id)
{
	uint64_t hi, lo;

	if (!message_id_parse(text, &hi, &lo))
		return 0;
	return database_number(db, id,
	    "SELECT id FROM message WHERE id_lo=? AND id_hi=? AND target=?",
	    "iii", (int64_t)lo, (int64_t)hi, target);
}

/* The first row of at least ID: its id and its clock. */
static int
clock_of(struct database *db, int64_t id, int64_t *at, int64_t *clock)
{
	sqlite3_stmt *q;
	int n;

	q = database_query(db,
	    "SELECT id, time + late FROM message WHERE id>=?"
	    " ORDER BY id LIMIT 1", "i", id);
	if (q == NULL || (n = database_next(db, q)) < 0)
		return -1;
	if (n == 0)
		return 0;
	*at = sqlite3_column_int64(q, 0);
	*clock = sqlite3_column_int64(q, 1);
	database_end(q);
	return 1;
}

/* By bisection over the ids, of which some have no row any more. */
int
message_since(struct database *db, int64_t time, int64_t *id)
{
	int64_t low = 0, high = 0, middle, at, clock;
	int n;

	if (database_number(db, &low, "SELECT min(id) FROM message", "") < 0 ||
	    database_number(db, &high, "SELECT max(id) FROM message", "") < 0)
		return -1;
	for (high++; low < high;) {
		middle = low + (high - low) / 2;
		if ((n = clock_of(db, middle, &at, &clock)) < 0)
			return -1;
		if (n == 0 || clock >= time)
			high = middle;
		else
			low = at + 1;
	}
	*id = low;
	return 0;
}

/* ---- rows ---- */

int
row_read(struct database *db, int64_t id, struct row *row)
{
	sqlite3_stmt *q;
	int n;

	q = database_query(db,
	    "SELECT target, time, kind, id_hi, id_lo, account, recipient,"
	    " tags, line FROM message WHERE id=?", "i", id);
	if (q == NULL)
		return -1;
	if ((n = database_next(db, q)) != 1)
		return n;
	row->id = id;
	row->target = sqlite3_column_int64(q, 0);
	row->time = sqlite3_column_int64(q, 1);
	row->kind = sqlite3_column_int(q, 2);
	snprintf(row->msgid, sizeof(row->msgid), "%llx.%llx",
	    (unsigned long long)sqlite3_column_int64(q, 3),
	    (unsigned long long)sqlite3_column_int64(q, 4));
	row->account = database_text(q, 5);
	row->recipient = database_text(q, 6);
	row->tags = database_text(q, 7);
	row->line = database_text(q, 8);
	row->q = q;
	return 1;
}

void
row_end(struct row *row)
{
	database_end(row->q);
}

int
row_remove(struct database *db, int64_t id)
{
	struct row row;
	int n, e;

	if ((n = row_read(db, id, &row)) != 1)
		return n;
	e = search_remove(db, &row);
	row_end(&row);
	if (e != 0)
		return -1;
	return database_run(db, "DELETE FROM message WHERE id=?", "i", id);
}
