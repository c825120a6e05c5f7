/* SPDX-License-Identifier: ISC */

/*
 * FETCH: rows by their msgids, in the order asked for.  For sessions that
 * missed them; that those were for it, the worker knows.  What is in many
 * rooms (a QUIT) is told once.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "handlers.h"
#include "history.h"
#include "message.h"

static const char by_msgid[] =
    "SELECT id FROM message WHERE id_lo=? AND id_hi=? LIMIT 1";

/* 1 answered, 0 it does not fit, -1 trouble. */
static int
fetch_one(struct database *db, struct request *r, const char *lo)
{
	char text[STORED_ID];
	uint64_t hi_part, lo_part;
	int64_t id;
	int n;

	snprintf(text, sizeof(text), "%.16s.%.16s", r->p[0], lo);
	if (!message_id_parse(text, &hi_part, &lo_part))
		return answer(r, "GONE") == 0;
	n = database_number(db, &id, by_msgid, "ii", (int64_t)lo_part,
	    (int64_t)hi_part);
	if (n < 0)
		return -1;
	if (n == 0)
		return answer(r, "GONE %s", lo) == 0;
	return history_answer_row(db, r, id);
}

void
req_fetch(struct database *db, struct request *r)
{
	char *next = r->p[1], *lo;
	int n;

	while ((lo = strsep(&next, ",")) != NULL) {
		if ((n = fetch_one(db, r, lo)) < 0) {
			answer_trouble(db, r);
			return;
		}
		if (n == 0)
			break;
	}
	answer_end(r, lo == NULL ? "END" : "MORE");
}
