/* SPDX-License-Identifier: ISC */

/*
 * Read markers: how far an account has read, for all its devices.
 *
 * A marker only goes forward, and not past the present: a device with a wrong
 * clock would otherwise mark what is not yet written.  An account has so many
 * at most; of more, the oldest go.
 */

#include <stdio.h>
#include <string.h>

#include "../irc/name.h"
#include "account.h"
#include "handlers.h"

enum { MARKERS_MOST = 1000 /* of an account */ };

static void
fail(struct request *r, const char *code, const char *text)
{
	answer_fail(r, "MARKREAD", code, answer_word(r->p[0]), text);
}

/* The asker's account: 1; else it is answered, 0. */
static int
need_asker(struct database *db, struct request *r, struct account *a)
{
	int n = account_find(db, r->account, a);

	if (n < 0)
		answer_trouble(db, r);
	else if (n == 0)
		fail(r, "ACCOUNT_REQUIRED", "Markers are for accounts");
	return n == 1;
}

static int
marker_set(struct database *db, int64_t account, const char *key, int64_t time)
{
	if (database_run(db,
	        "INSERT INTO marker VALUES (?, ?, ?)"
	        " ON CONFLICT (account, target) DO UPDATE"
	        " SET time=max(time, excluded.time)",
	        "iti", account, key, time) < 0)
		return -1;
	return database_run(db,
	    "DELETE FROM marker WHERE account=?1 AND target IN"
	    " (SELECT target FROM marker WHERE account=?1"
	    " ORDER BY time DESC, target LIMIT -1 OFFSET ?2)",
	    "ii", account, (int64_t)MARKERS_MOST);
}

static void
answer_marker(
    struct database *db, struct request *r, int64_t account, const char *key)
{
	char text[40];
	int64_t time;
	int n;

	n = database_number(db, &time,
	    "SELECT time FROM marker WHERE account=? AND target=?", "it",
	    account, key);
	if (n < 0) {
		answer_trouble(db, r);
		return;
	}
	if (n == 1) {
		request_time_text(text, sizeof(text), time);
		answer_end(r, "MARKREAD %s timestamp=%s",
		    answer_word(r->p[0]), text);
	} else
		answer_end(r, "MARKREAD %s *", answer_word(r->p[0]));
}

void
req_marked(struct database *db, struct request *r)
{
	char key[REQUEST_NAME];
	struct account a;

	name_fold(key, r->p[0], sizeof(key));
	if (need_asker(db, r, &a))
		answer_marker(db, r, a.id, key);
}

void
req_markread(struct database *db, struct request *r)
{
	char key[REQUEST_NAME];
	struct account a;
	int64_t time;

	name_fold(key, r->p[0], sizeof(key));
	if (strncmp(r->p[1], "timestamp=", 10) != 0 ||
	    (time = request_time(r->p[1] + 10)) < 0) {
		fail(r, "INVALID_PARAMS", "This is no time");
		return;
	}
	if (!need_asker(db, r, &a))
		return;
	if (time > r->now)
		time = r->now;
	if (marker_set(db, a.id, key, time) < 0)
		answer_trouble(db, r);
	else
		answer_marker(db, r, a.id, key);
}
