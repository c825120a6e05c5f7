/* SPDX-License-Identifier: ISC */

/*
 * What accounts and rooms say of themselves: keys and values.
 *
 * An account's are changed here first, and by the worker when that has been
 * committed; a room's are saved with it, as it is in the segment (room.h).
 * Both go with what they are of, by foreign keys.
 */

#include <string.h>

#include "../irc/metadata.h"
#include "../irc/name.h"
#include "account.h"
#include "handlers.h"
#include "metadata.h"

/* ---- of accounts ---- */

void
req_metadata_show(struct database *db, struct request *r)
{
	struct account a;
	sqlite3_stmt *q;
	int n;

	if (!account_need(db, r, r->p[0], &a))
		return;
	q = database_query(db, "SELECT key, value FROM account_metadata"
	    " WHERE account=? ORDER BY key", "i", a.id);
	answer(r, "METADATA SHOW %s", a.shown);
	while ((n = q == NULL ? -1 : database_next(db, q)) == 1)
		if (answer(r, "KEY %s :%s", database_text(q, 0),
		        database_text(q, 1)) != 0) {
			/* it has more than one may have */
			database_end(q);
			break;
		}
	if (n < 0)
		answer_trouble(db, r);
	else
		answer_end(r, "END");
}

/* Whether account A can have KEY, of at most MOST; else it is answered. */
static int
has_room(struct database *db, struct request *r, const struct account *a,
    int64_t most)
{
	int64_t n = 0;

	if (database_number(db, &n, "SELECT count(*) FROM account_metadata"
	        " WHERE account=? AND key<>?", "it", a->id, r->p[1]) < 0)
		answer_trouble(db, r);
	else if (n >= most)
		answer_fail(r, "METADATA", "LIMIT_REACHED", a->shown,
		    "There are too many keys");
	else
		return 1;
	return 0;
}

void
req_metadata_set(struct database *db, struct request *r)
{
	const char *value = r->n > 3 ? r->p[3] : "";
	char key[METADATA_KEY + 1];
	struct account a;
	int64_t most;
	int n;

	if (!request_number(r->p[2], 0, METADATA_KEYS, &most) ||
	    metadata_key(key, r->p[1]) == 0 ||
	    (value[0] != '\0' && !metadata_value(value))) {
		answer_fail(r, "METADATA", "INVALID_PARAMS",
		    answer_word(r->p[1]), r->row->usage);
		return;
	}
	if (!account_need(db, r, r->p[0], &a) ||
	    (value[0] != '\0' && !has_room(db, r, &a, most)))
		return;
	n = value[0] != '\0'
	    ? database_run(db, "INSERT OR REPLACE INTO account_metadata"
	          " VALUES (?, ?, ?)", "itt", a.id, key, value)
	    : database_run(db, "DELETE FROM account_metadata"
	          " WHERE account=? AND key=?", "it", a.id, key);
	if (n < 0)
		answer_trouble(db, r);
	else
		answer_end(r, "METADATA SET %s %s", a.shown, key);
}

/* ---- of rooms ---- */

int
metadata_save(struct database *db, int64_t room, const struct room_key *keys,
    int n)
{
	int i;

	if (database_run(db, "DELETE FROM room_metadata WHERE room=?", "i",
	        room) < 0)
		return -1;
	for (i = 0; i < n; i++)
		if (database_run(db, "INSERT OR REPLACE INTO room_metadata"
		        " VALUES (?, ?, ?)", "itt", room, keys[i].key,
		        keys[i].value) < 0)
			return -1;
	return 0;
}

/* ---- what is exported and erased, of an account or a room ---- */

static const char of_name[] =
    "SELECT shown, key, value FROM account_metadata"
    " JOIN account ON account.id=account WHERE name=?1 UNION ALL"
    " SELECT shown, key, value FROM room_metadata"
    " JOIN room ON room.id=room WHERE name=?1";

int
metadata_export(struct database *db, struct request *r, const char *name)
{
	char key[REQUEST_NAME];
	sqlite3_stmt *q;
	int n;

	name_fold(key, name, sizeof(key));
	q = database_query(db, of_name, "t", key);
	while ((n = q == NULL ? -1 : database_next(db, q)) == 1)
		answer(r, "METADATA %s %s :%s", database_text(q, 0),
		    database_text(q, 1), database_text(q, 2));
	return n;
}

int
metadata_erase(struct database *db, const char *name)
{
	char key[REQUEST_NAME];

	name_fold(key, name, sizeof(key));
	return database_run(db, "DELETE FROM account_metadata WHERE account="
	           "(SELECT id FROM account WHERE name=?)", "t", key) < 0 ||
	        database_run(db, "DELETE FROM room_metadata WHERE room="
	            "(SELECT id FROM room WHERE name=?)", "t", key) < 0
	    ? -1
	    : 0;
}
