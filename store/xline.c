/* SPDX-License-Identifier: ISC */

/*
 * Bans from the whole server: by address, mask or account, with a reason and
 * an end.
 *
 * The server has them all in its memory, where they are compared; here they
 * survive it.  They are read once, by the first client that registers after a
 * start, and told of one by one when they are made and lifted.  What a ban is
 * for has one form only, by which it is found (irc/xmask.h).
 */

#include <stdio.h>
#include <string.h>

#include "../irc/name.h"
#include "../irc/xmask.h"
#include "handlers.h"
#include "xline.h"

enum { KEY = XMASK_TEXT + 1 };

/* What R is about, in its one form: 1, else it is answered, 0. */
static int
need_mask(struct request *r, struct xmask *x, char key[KEY])
{
	if (xmask_parse(x, r->p[0]) != 0) {
		answer_fail(r, "XLINE", "INVALID_MASK", answer_word(r->p[0]),
		    "This is no address, mask or account");
		return 0;
	}
	name_fold(key, x->text, KEY);
	return 1;
}

static int
is_full(struct database *db, struct request *r, const char *key)
{
	int64_t n = 0;

	if (database_number(db, &n,
	        "SELECT count(*) FROM xline WHERE mask<>?", "t", key) < 0) {
		answer_trouble(db, r);
		return 1;
	}
	if (n < XLINES)
		return 0;
	answer_fail(r, "XLINE", "LIST_FULL", answer_word(r->p[0]),
	    "There are as many bans as there may be");
	return 1;
}

/* One that is there already gets the new reason and end. */
void
req_xline_add(struct database *db, struct request *r)
{
	char key[KEY];
	struct xmask x;
	int64_t expires;

	if (!need_mask(r, &x, key) || is_full(db, r, key))
		return;
	if (!request_number(r->p[1], 0, INT64_MAX / 1000, &expires)) {
		answer_fail(r, "XLINE", "INVALID_PARAMS",
		    answer_word(r->p[1]), "This is no time");
		return;
	}
	if (database_run(db,
	        "INSERT INTO xline (mask, shown, reason, setter, created,"
	        " expires) VALUES (?, ?, ?, ?, ?, ?)"
	        " ON CONFLICT (mask) DO UPDATE SET reason=excluded.reason,"
	        " setter=excluded.setter, created=excluded.created,"
	        " expires=excluded.expires", "ttttii", key, x.text, r->p[2],
	        r->operator, r->now, expires * 1000) < 0)
		answer_trouble(db, r);
	else
		answer_end(r, "ADDED %s", x.text);
}

void
req_xline_del(struct database *db, struct request *r)
{
	char key[KEY];
	struct xmask x;
	int n;

	if (!need_mask(r, &x, key))
		return;
	n = database_run(db, "DELETE FROM xline WHERE mask=?", "t", key);
	if (n < 0)
		answer_trouble(db, r);
	else if (n == 0)
		answer_fail(r, "XLINE", "NO_SUCH_BAN", answer_word(r->p[0]),
		    "There is no such ban");
	else
		answer_end(r, "REMOVED %s", x.text);
}

static int
answer_xline(struct database *db, struct request *r, sqlite3_stmt *q)
{
	int64_t expires = sqlite3_column_int64(q, 3);

	(void)db;
	if (expires != 0 && expires <= r->now)
		return 0;
	return answer(r, "XLINE %s %lld %lld %s :%s", database_text(q, 1),
	    (long long)sqlite3_column_int64(q, 2), (long long)expires,
	    answer_word(database_text(q, 4)), database_text(q, 5));
}

/* Those that have not ended. */
void
req_xline_list(struct database *db, struct request *r)
{
	answer_rows(db, r,
	    "SELECT id, shown, created, expires, setter, reason FROM xline"
	    " WHERE id>? ORDER BY id", answer_xline);
}

int
xline_forget(struct database *db, int64_t now)
{
	return database_run(db,
	           "DELETE FROM xline WHERE expires>0 AND expires<=?", "i",
	           now) < 0
	    ? -1
	    : 0;
}
