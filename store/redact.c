/* SPDX-License-Identifier: ISC */

/*
 * Redaction: a message's text goes, and a line that says so takes its place.
 *
 * The row stays, with its msgid and its place in the order: a client may
 * have that msgid as the end of what it knows, and has to be able to ask for
 * what follows.  It becomes an event, REDACT, which clients without
 * event-playback never see; so for them the message is not there, and the
 * others hear what happened to it.
 */

#include <stdio.h>
#include <string.h>

#include "../irc/name.h"
#include "../irc/utf8.h"
#include "account.h"
#include "handlers.h"
#include "message.h"
#include "search.h"

static void
fail(struct request *r, const char *code, const char *text)
{
	char context[300];

	snprintf(context, sizeof(context), "%.120s %.120s",
	    answer_word(r->p[0]), answer_word(r->p[1]));
	answer_fail(r, "REDACT", code, context, text);
}

/* By account, and not by that of another who had the name before. */
static int
is_own(const struct request *r, const struct row *row, int64_t floor)
{
	if (row->account[0] == '\0' || r->account[0] == '\0')
		return 0;
	return row->id > floor && name_cmp(row->account, r->account) == 0;
}

static int
may_redact(struct request *r, const struct row *row, int64_t floor)
{
	if (row->kind > KIND_TAGMSG) {
		fail(r, "UNKNOWN_MSGID", "This is no message");
		return 0;
	}
	if (r->oper || is_own(r, row, floor))
		return 1;
	fail(r, "REDACT_FORBIDDEN", "It is not yours to delete");
	return 0;
}

static int
redact_row(struct database *db, struct request *r, struct row *row)
{
	char line[STORED_LINE + 1], *reason = r->n > 2 ? r->p[2] : NULL;
	const char *source = r->source[0] != '\0' ? r->source : r->nick;

	if (search_remove(db, row) != 0)
		return -1;
	if (reason != NULL)
		reason[utf8_cut(reason, strlen(reason), 300)] = '\0';
	snprintf(line, sizeof(line), ":%s REDACT %.64s %.40s :%s",
	    answer_word(source), answer_word(r->p[0]), row->msgid,
	    reason != NULL ? reason : "");
	return database_run(db,
	    "UPDATE message SET event=1, kind=?, tags=NULL, line=?"
	    " WHERE id=?", "iti", (int64_t)KIND_REDACT, line, row->id);
}

void
req_redact(struct database *db, struct request *r)
{
	struct row row = { .id = 0 };
	int64_t target, id, floor = 0;
	char account[REQUEST_NAME];
	int n;

	if (r->p[0][0] == '=' && !message_is_party(r->p[0], r->account)) {
		fail(r, "INVALID_TARGET", "These are not yours");
		return;
	}
	if (account_floor(db, r->account, &floor) != 0)
		n = -1;
	else if ((n = message_target(db, r->p[0], &target)) == 1 &&
	    (n = message_find(db, target, r->p[1], &id)) == 1)
		n = row_read(db, id, &row);
	if (n < 0) {
		answer_trouble(db, r);
		return;
	}
	if (n == 0 || row.account == NULL) {
		fail(r, "UNKNOWN_MSGID", "No such message is kept");
		return;
	}
	if (!may_redact(r, &row, floor)) {
		row_end(&row);
		return;
	}
	snprintf(account, sizeof(account), "%s", answer_word(row.account));
	n = redact_row(db, r, &row);
	row_end(&row);
	if (n < 0)
		answer_trouble(db, r);
	else
		answer_end(r, "REDACTED %s %s %s", answer_word(r->p[0]),
		    r->p[1], account);
}
