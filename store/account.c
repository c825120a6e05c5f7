/* SPDX-License-Identifier: ISC */

/*
 * Accounts: finding, changing, showing and removing them.
 *
 * The name of an account is a nick, and that nick is its owner's.  How one is
 * made is in register.c; here is what becomes of it.
 *
 * What belongs to an account goes with it (foreign keys see to that), but the
 * rooms it founded go to their oldest operator if they have one.  The messages
 * stay: they are others' history too.  Whoever makes an account of the same
 * name later is kept from what was the former's by `since', the last message
 * at the time: account_floor.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../irc/look.h"
#include "../irc/name.h"
#include "account.h"
#include "alike.h"
#include "handlers.h"

/* ---- finding ---- */

static void
take_blob(sqlite3_stmt *q, int column, uint8_t *dst, int size)
{
	memset(dst, 0, (size_t)size);
	if (sqlite3_column_bytes(q, column) == size)
		memcpy(dst, sqlite3_column_blob(q, column), (size_t)size);
}

void
account_credential(struct credential *c, sqlite3_stmt *q, int column)
{
	c->iterations = sqlite3_column_int(q, column);
	take_blob(q, column + 1, c->salt, CREDENTIAL_SALT);
	take_blob(q, column + 2, c->stored_key, CREDENTIAL_KEY);
	take_blob(q, column + 3, c->server_key, CREDENTIAL_KEY);
}

int
account_find(struct database *db, const char *name, struct account *a)
{
	char key[REQUEST_NAME];
	sqlite3_stmt *q;
	int n;

	name_fold(key, name, sizeof(key));
	q = database_query(db,
	    "SELECT id, shown, suspended, iterations, salt, stored_key,"
	    " server_key FROM account WHERE name=?", "t", key);
	if (q == NULL)
		return -1;
	if ((n = database_next(db, q)) != 1)
		return n;
	memset(a, 0, sizeof(*a));
	a->id = a->had.account = sqlite3_column_int64(q, 0);
	snprintf(a->shown, sizeof(a->shown), "%s", database_text(q, 1));
	a->is_suspended = sqlite3_column_type(q, 2) != SQLITE_NULL;
	snprintf(a->suspended, sizeof(a->suspended), "%s", database_text(q, 2));
	account_credential(&a->had, q, 3);
	database_end(q);
	return 1;
}

int
account_flags(struct database *db, int64_t id, char *buf, size_t size)
{
	sqlite3_stmt *q;
	size_t n = 0;
	int e;

	q = database_query(db,
	    "SELECT name FROM setting WHERE account=? AND value='on'"
	    " ORDER BY name", "i", id);
	if (q == NULL)
		return -1;
	buf[0] = '\0';
	while ((e = database_next(db, q)) == 1)
		if (n + strlen(database_text(q, 0)) + 2 < size)
			n += (size_t)snprintf(buf + n, size - n, "%s%s",
			    n > 0 ? "," : "", database_text(q, 0));
	if (n == 0)
		snprintf(buf, size, "*");
	return e;
}

int
account_floor(struct database *db, const char *name, int64_t *id)
{
	char key[REQUEST_NAME];

	*id = 0;
	if (name[0] == '\0')
		return 0;
	name_fold(key, name, sizeof(key));
	return database_number(db, id,
	           "SELECT since FROM account WHERE name=?", "t", key) < 0
	    ? -1
	    : 0;
}

int
account_may(const struct request *r, const char *name)
{
	return r->oper ||
	    (r->account[0] != '\0' && name_cmp(r->account, name) == 0);
}

int
account_need(
    struct database *db, struct request *r, const char *name, struct account *a)
{
	int n = account_find(db, name, a);

	if (n < 0)
		answer_trouble(db, r);
	else if (n == 0)
		answer_fail(r, r->row->name, "NO_SUCH_ACCOUNT",
		    answer_word(name), "There is no such account");
	return n == 1;
}

int
account_yours(struct request *r, const char *name)
{
	if (account_may(r, name))
		return 1;
	answer_fail(r, r->row->name, "NOT_YOURS", answer_word(name),
	    "This is not your account");
	return 0;
}

/* ---- changing ---- */

static const struct {
	const char *name;
	const char *values[3];
} settings[] = {
	{ "always-on", { "on", "off", NULL } },
	{ "private", { "on", "off", NULL } },
};

enum { SETTINGS = sizeof(settings) / sizeof(settings[0]) };

static int
is_setting(const char *name, const char *value)
{
	int i, k;

	for (i = 0; i < SETTINGS; i++)
		if (strcmp(settings[i].name, name) == 0)
			for (k = 0; settings[i].values[k] != NULL; k++)
				if (strcmp(settings[i].values[k], value) == 0)
					return 1;
	return 0;
}

void
req_set(struct database *db, struct request *r)
{
	struct account a;

	if (!account_yours(r, r->p[0]) || !account_need(db, r, r->p[0], &a))
		return;
	if (!is_setting(r->p[1], r->p[2])) {
		answer_fail(r, "SET", "INVALID_PARAMS", answer_word(r->p[1]),
		    "There is no such setting, or it has no such value");
		return;
	}
	if (database_run(db, "INSERT OR REPLACE INTO setting VALUES (?, ?, ?)",
	        "itt", a.id, r->p[1], r->p[2]) < 0)
		answer_trouble(db, r);
	else
		answer_end(r, "SET %s %s :%s", a.shown, r->p[1], r->p[2]);
}

void
req_seen(struct database *db, struct request *r)
{
	char key[REQUEST_NAME];

	name_fold(key, r->p[0], sizeof(key));
	if (database_run(db,
	        "UPDATE account SET seen=max(seen, ?) WHERE name=?", "it",
	        r->now, key) < 0)
		answer_trouble(db, r);
	else
		answer_end(r, "SEEN %s", answer_word(r->p[0]));
}

static void
suspend(struct database *db, struct request *r, const char *why)
{
	struct account a;

	if (!account_need(db, r, r->p[0], &a))
		return;
	if (database_run(db, "UPDATE account SET suspended=? WHERE id=?", "ti",
	        why, a.id) < 0)
		answer_trouble(db, r);
	else
		answer_end(r, "%s %s",
		    why != NULL ? "SUSPENDED" : "UNSUSPENDED", a.shown);
}

void
req_account_suspend(struct database *db, struct request *r)
{
	suspend(db, r, r->n > 1 ? r->p[1] : "no reason given");
}

void
req_account_unsuspend(struct database *db, struct request *r)
{
	suspend(db, r, NULL);
}

/* ---- showing ---- */

int
account_find_by(struct database *db, sqlite3_stmt *q, struct account *a)
{
	char name[REQUEST_NAME];
	int n;

	if (q == NULL)
		return -1;
	if ((n = database_next(db, q)) != 1)
		return n;
	snprintf(name, sizeof(name), "%s", database_text(q, 0));
	database_end(q);
	return account_find(db, name, a);
}

int
account_find_look(struct database *db, const char *name, struct account *a)
{
	char look[REQUEST_NAME], other[REQUEST_NAME];
	int n = account_find(db, name, a);

	if (n != 0)
		return n;
	look_of(look, sizeof(look), name);
	if ((n = account_find(db, look, a)) != 0)
		return n;
	return alike_find(look, other, sizeof(other))
	    ? account_find(db, other, a)
	    : 0;
}

void
req_owner(struct database *db, struct request *r)
{
	struct account a;
	int n = account_find_look(db, r->p[0], &a);

	if (n < 0)
		answer_trouble(db, r);
	else if (n == 0)
		answer_end(r, "NONE");
	else
		answer_end(r, "OWNER %s %s", answer_word(r->p[0]), a.shown);
}

/* One line of ACCOUNT LIST and SHOW, as answer. */
static int
answer_account(struct database *db, struct request *r, sqlite3_stmt *q)
{
	char flags[256];

	if (account_flags(
	        db, sqlite3_column_int64(q, 0), flags, sizeof(flags)) != 0)
		return -1;
	return answer(r, "ACCOUNT %s %lld %lld %s %s %s :%s",
	    database_text(q, 1), (long long)sqlite3_column_int64(q, 2),
	    (long long)sqlite3_column_int64(q, 3),
	    sqlite3_column_type(q, 4) == SQLITE_NULL ? "active" : "suspended",
	    flags, answer_word(database_text(q, 5)), database_text(q, 4));
}

void
req_account_list(struct database *db, struct request *r)
{
	answer_rows(db, r,
	    "SELECT id, shown, created, seen, suspended, email FROM account"
	    " WHERE id>? ORDER BY id",
	    answer_account);
}

/* The rooms an account founded, as many as fit. */
static int
answer_rooms(struct database *db, struct request *r, int64_t id)
{
	sqlite3_stmt *q = database_query(
	    db, "SELECT shown FROM room WHERE founder=? ORDER BY id", "i", id);
	int n;

	if (q == NULL)
		return -1;
	while ((n = database_next(db, q)) == 1)
		if (answer(r, "FOUNDER %s", database_text(q, 0)) != 0) {
			database_end(q);
			return 0;
		}
	return n;
}

void
req_account_show(struct database *db, struct request *r)
{
	struct account a;
	sqlite3_stmt *q;

	if (!account_yours(r, r->p[0]) || !account_need(db, r, r->p[0], &a))
		return;
	q = database_query(db,
	    "SELECT id, shown, created, seen, suspended, email FROM account"
	    " WHERE id=?", "i", a.id);
	if (q == NULL || database_next(db, q) != 1 ||
	    answer_account(db, r, q) != 0) {
		answer_trouble(db, r);
		return;
	}
	database_end(q);
	if (answer_rooms(db, r, a.id) != 0)
		answer_trouble(db, r);
	else
		answer_end(r, "END");
}

/* ---- removing ---- */

/* The account that a founder's room goes to: 1, 0 nobody, -1. */
static int
heir_of(struct database *db, int64_t room, int64_t account, int64_t *heir)
{
	return database_number(db, heir,
	    "SELECT account FROM access WHERE room=? AND account<>?"
	    " AND rank IN ('admin', 'operator')"
	    " ORDER BY rank, id LIMIT 1", "ii", room, account);
}

static int
room_pass_on(
    struct database *db, struct request *r, const struct account *a,
    int64_t room, const char *shown)
{
	int64_t heir;
	int n = heir_of(db, room, a->id, &heir);

	if (n < 0)
		return -1;
	if (n == 0) {
		answer(r, "UNREGISTERED %s", shown);
		return database_run(
		    db, "DELETE FROM room WHERE id=?", "i", room);
	}
	answer(r, "INHERITED %s", shown);
	if (database_run(db, "DELETE FROM access WHERE room=? AND account=?",
	        "ii", room, heir) < 0)
		return -1;
	return database_run(
	    db, "UPDATE room SET founder=? WHERE id=?", "ii", heir, room);
}

int
account_remove(
    struct database *db, struct request *r, const struct account *a)
{
	char shown[REQUEST_NAME];
	int64_t room;
	sqlite3_stmt *q;
	int n;

	for (;;) {
		q = database_query(db,
		    "SELECT id, shown FROM room WHERE founder=? LIMIT 1", "i",
		    a->id);
		if (q == NULL || (n = database_next(db, q)) < 0)
			return -1;
		if (n == 0)
			break;
		room = sqlite3_column_int64(q, 0);
		snprintf(shown, sizeof(shown), "%s", database_text(q, 1));
		database_end(q);
		if (room_pass_on(db, r, a, room, shown) < 0)
			return -1;
	}
	n = database_run(db, "DELETE FROM account WHERE id=?", "i", a->id);
	return n < 0 ? -1 : 0;
}

static void
remove_and_answer(
    struct database *db, struct request *r, const struct account *a)
{
	if (account_remove(db, r, a) != 0)
		answer_trouble(db, r);
	else
		answer_end(r, "REMOVED %s", a->shown);
}

void
req_account_remove(struct database *db, struct request *r)
{
	struct account a;

	if (account_need(db, r, r->p[0], &a))
		remove_and_answer(db, r, &a);
}

void
req_drop(struct database *db, struct request *r)
{
	struct account a;

	if (!account_yours(r, r->p[0]) || !account_need(db, r, r->p[0], &a))
		return;
	if (r->prepared != CREDENTIAL_RIGHT ||
	    !credential_same(&r->had, &a.had)) {
		answer_fail(r, "DROP", "BAD_CREDENTIALS", a.shown,
		    "The password is not right");
		return;
	}
	remove_and_answer(db, r, &a);
}
