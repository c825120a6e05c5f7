/* SPDX-License-Identifier: ISC */

/*
 * The record of what operators and the administrator did: who, as which
 * operator, from where, what, to whom, in which words, when.
 *
 * What a worker does is told by AUDITED before it is done; what is done here
 * is written in the transaction that does it (REQUEST_AUDIT), which is why
 * neither can be there without the other.  Nothing but age removes a row.
 */

#include <stdio.h>
#include <string.h>

#include "audit.h"
#include "handlers.h"

enum { AUDITS = 1000 /* rows asked for at once, at most */ };

/* Where from, in the form in which people write it. */
static const char *
address_of(const struct request *r)
{
	const char *a = r->address;

	if (strncmp(a, "::ffff:", 7) == 0)
		return a + 7;
	return a[0] == '\0' || strcmp(a, "::") == 0 ? "*" : a;
}

int
audit_note(struct database *db, const struct request *r, const char *what,
    const char *whom, const char *text)
{
	return database_run(db,
	           "INSERT INTO audit (time, operator, nick, account, address,"
	           " what, whom, text) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
	           "ittttttt", r->now, r->operator,
	           r->nick[0] != '\0' ? r->nick : "mootctl", r->account,
	           address_of(r), what, whom, text) < 0
	    ? -1
	    : 0;
}

/* What can be a password is not put down. */
int
audit_request(struct database *db, const struct request *r)
{
	const struct request_row *row = r->row;
	char what[64];

	if (!(row->flags & REQUEST_AUDIT) || r->operator[0] == '\0' ||
	    strncmp(r->answer, "FAIL ", 5) == 0)
		return 0;
	snprintf(what, sizeof(what), "%s%s%s", row->name,
	    row->sub != NULL ? "-" : "", row->sub != NULL ? row->sub : "");
	return audit_note(db, r, what, r->n > 0 ? answer_word(r->p[0]) : "*",
	    r->n > 1 && !(row->flags & REQUEST_HASH) ? r->p[r->n - 1] : "");
}

void
req_audited(struct database *db, struct request *r)
{
	if (audit_note(db, r, r->p[0], r->p[1], r->n > 2 ? r->p[2] : "") != 0)
		answer_trouble(db, r);
	else
		answer_end(r, "AUDITED");
}

static int
audit_row(struct database *db, struct request *r, sqlite3_stmt *q)
{
	(void)db;
	return answer(r, "AUDIT %lld %lld %s %s %s %s %s :%s",
	    (long long)sqlite3_column_int64(q, 0),
	    (long long)sqlite3_column_int64(q, 1),
	    answer_word(database_text(q, 2)), answer_word(database_text(q, 3)),
	    answer_word(database_text(q, 4)), answer_word(database_text(q, 5)),
	    answer_word(database_text(q, 6)), database_text(q, 7));
}

/* The newest first, from behind a row. */
void
req_audits(struct database *db, struct request *r)
{
	int64_t last = INT64_MAX, most = AUDITS;

	if (strcmp(r->p[0], "*") != 0)
		request_number(r->p[0], 0, INT64_MAX, &last);
	request_number(r->p[1], 1, AUDITS, &most);
	answer_query(db, r, database_query(db,
	    "SELECT id, time, operator, nick, address, what, whom, text"
	    " FROM audit WHERE id<? ORDER BY id DESC LIMIT ?", "ii", last,
	    most), last, audit_row);
}

int
audit_forget(struct database *db, int64_t before, int n)
{
	return database_run(db,
	           "DELETE FROM audit WHERE id IN (SELECT id FROM audit"
	           " WHERE time<? ORDER BY id LIMIT ?)", "ii", before,
	           (int64_t)n) < 0
	    ? -1
	    : 0;
}
