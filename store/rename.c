/* SPDX-License-Identifier: ISC */

/*
 * A room that has another name.
 *
 * Its messages hang on a target, which gets the name.  There may be a target of
 * that name already: of a room that is no more, and nobody is to see what was
 * said there, so it is given a name that no room can have, and retention
 * clears it; but what was said since TIME was said in this one, by somebody
 * whose event came before the one that tells of the name.
 */

#include <stdio.h>

#include "../irc/name.h"
#include "message.h"
#include "rename.h"

enum { ROOM_NAME = NAME_CHANNEL + 2 };

/* What target OTHER has since TIME is ID's; the rest is nobody's. */
static int
take_over(struct database *db, int64_t id, int64_t other, int64_t time)
{
	char nobody[40];

	snprintf(nobody, sizeof(nobody), "\001%lld", (long long)other);
	return database_run(db,
	           "UPDATE OR IGNORE message SET target=?"
	           " WHERE target=? AND time>=?", "iii", id, other, time) < 0 ||
	        database_run(db, "UPDATE target SET name=? WHERE id=?", "ti",
	            nobody, other) < 0
	    ? -1
	    : 0;
}

static int
rename_target(struct database *db, const char *from, const char *key,
    const char *to, int64_t time)
{
	int64_t id, other;
	int n = message_target(db, from, &id), m;

	if (n <= 0)
		return n;
	if ((m = message_target(db, key, &other)) < 0 ||
	    (m == 1 && other != id && take_over(db, id, other, time) != 0))
		return -1;
	return database_run(db, "UPDATE target SET name=?, shown=? WHERE id=?",
	           "tti", key, to, id) < 0
	    ? -1
	    : 0;
}

int
rename_room(struct database *db, const char *from, const char *to,
    int64_t time)
{
	char old[ROOM_NAME], key[ROOM_NAME];

	name_fold(old, from, sizeof(old));
	name_fold(key, to, sizeof(key));
	message_forget_targets(db);
	if (rename_target(db, old, key, to, time) != 0)
		return -1;
	return database_run(db,
	           "UPDATE OR IGNORE room SET name=?2, shown=?3 WHERE name=?1",
	           "ttt", old, key, to) < 0 ||
	        database_run(db,
	            "UPDATE OR REPLACE marker SET target=?2 WHERE target=?1"
	            " AND ?1<>?2", "tt", old, key) < 0
	    ? -1
	    : 0;
}
