/* SPDX-License-Identifier: ISC */

/*
 * KEEP: a message for somebody who is not there.
 *
 * Whether there is such an account, and keeping the message, is one question,
 * so nobody is told that something is kept which is not; and it is answered
 * only once that is on the disk.  What is for an account (the recipient of its
 * row) waits for PENDING; what was said to somebody who was there has none.
 */

#include <stdio.h>
#include <string.h>

#include "../irc/name.h"
#include "account.h"
#include "handlers.h"
#include "message.h"

enum {
	ABSENT_MOST = 10000,   /* messages that wait for one account, */
	ABSENT_GUESTS = 500,   /* of them from people without one, */
	ABSENT_EACH = 1000,    /* and from one account */
};

static void
fail(struct request *r, const char *code, const char *text)
{
	answer_fail(r, "KEEP", code, answer_word(r->p[0]), text);
}

static int
kind_of(const char *word)
{
	int kind;

	for (kind = KIND_PRIVMSG; kind <= KIND_NOTICE; kind++)
		if (strcmp(message_kind_name(kind), word) == 0)
			return kind;
	return 0;
}

/* Whether too much waits already, of all or of SENDER ("": of guests): 1, 0, or
 * -1. */
static int
is_full(struct database *db, const char *account, const char *sender)
{
	char name[REQUEST_NAME];
	int64_t all = 0, own = 0;

	name_fold(name, account, sizeof(name));
	if (database_number(db, &all,
	        "SELECT count(*) FROM (SELECT 1 FROM message WHERE"
	        " recipient=?1 AND id>(SELECT delivered FROM account WHERE"
	        " name=?1) LIMIT ?2) AS t",
	        "ti", name, (int64_t)ABSENT_MOST) < 0 ||
	    database_number(db, &own,
	        "SELECT count(*) FROM message WHERE recipient=?1 AND"
	        " id>(SELECT delivered FROM account WHERE name=?1) AND"
	        " ifnull(account,'')=?2", "tt", name, sender) < 0)
		return -1;
	return all >= ABSENT_MOST ||
	    own >= (sender[0] == '\0' ? ABSENT_GUESTS : ABSENT_EACH);
}

/* The row; 0 when the request is none of ours. */
static int
row_of(struct request *r, const struct account *to, struct stored *m,
    char *from, size_t size)
{
	int64_t time;

	memset(m, 0, sizeof(*m));
	if ((m->kind = kind_of(r->p[1])) == 0 ||
	    !request_number(r->p[2], 0, INT64_MAX, &time) ||
	    !message_id_parse(r->p[3], &m->id_hi, &m->id_lo))
		return 0;
	m->time = (uint64_t)time;
	snprintf(from, size, "%s%s", r->account[0] != '\0' ? "" : "~",
	    r->account[0] != '\0' ? r->account : r->nick);
	m->from = from;
	m->to = to->shown;
	m->account = r->account;
	m->tags = strcmp(r->p[4], "*") == 0 ? "" : r->p[4];
	m->line = r->p[5];
	return 1;
}

void
req_keep(struct database *db, struct request *r)
{
	char from[REQUEST_NAME + 2];
	struct stored m;
	struct account a;
	size_t skipped = 0;
	int n, full;

	if ((n = account_find(db, r->p[0], &a)) == 0) {
		answer_end(r, "NONE");
		return;
	}
	if (n < 0 || (full = is_full(db, a.shown, r->account)) < 0) {
		answer_trouble(db, r);
		return;
	}
	if (full) {
		fail(r, "MAILBOX_FULL", "Too much waits for them already");
		return;
	}
	if (!row_of(r, &a, &m, from, sizeof(from))) {
		fail(r, "INVALID_PARAMS", "This is no message");
		return;
	}
	if (message_store(db, &m, 1, &skipped) != 0)
		answer_trouble(db, r);
	else if (skipped != 0)
		fail(r, "INVALID_PARAMS", "It cannot be kept");
	else
		answer_end(r, "KEPT %s %s %s", a.shown, r->p[3], r->p[2]);
}
