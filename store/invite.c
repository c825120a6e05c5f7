/* SPDX-License-Identifier: ISC */

/*
 * Invitations: tokens that the administrator gives out, each good for one
 * account and for so many days.
 *
 * Only a hash of a token is kept, so the table gives none away.  The answer
 * with the token is kept for an hour as any answer is (table done), or a
 * request that is asked again after somebody's death would make a second.
 */

#include <stdio.h>
#include <string.h>

#include "../irc/name.h"
#include "credential.h"
#include "handlers.h"
#include "invite.h"

enum { DAY_MS = 24 * 3600 * 1000, TOKEN = 16 /* bytes */ };

static void
token_hash(uint8_t out[CREDENTIAL_KEY], const char *token)
{
	char folded[64];

	name_fold(folded, token, sizeof(folded));
	credential_sha256(out, folded, strlen(folded));
}

int
invite_use(struct database *db, const char *token, int64_t now)
{
	uint8_t hash[CREDENTIAL_KEY];

	if (token[0] == '\0')
		return 0;
	token_hash(hash, token);
	return database_run(db,
	    "DELETE FROM invite WHERE hash=? AND expires>?", "bi",
	    (const void *)hash, (int)sizeof(hash), now);
}

void
req_account_invite(struct database *db, struct request *r)
{
	uint8_t bytes[TOKEN], hash[CREDENTIAL_KEY];
	char token[2 * TOKEN + 1];
	int64_t days = INVITE_DAYS, expires;
	int i;

	if (r->n > 0 && !request_number(r->p[0], 1, 3650, &days)) {
		answer_fail(r, "ACCOUNT", "INVALID_PARAMS",
		    answer_word(r->p[0]), "This is no number of days");
		return;
	}
	if (credential_random(bytes, sizeof(bytes)) != 0) {
		database_fail(db, DATABASE_OTHER, "no random bytes");
		answer_trouble(db, r);
		return;
	}
	for (i = 0; i < TOKEN; i++)
		snprintf(token + 2 * i, 3, "%02x", bytes[i]);
	token_hash(hash, token);
	expires = r->now + days * DAY_MS;
	if (database_run(db,
	        "INSERT INTO invite (hash, created, expires, note)"
	        " VALUES (?, ?, ?, ?)", "biit", (const void *)hash,
	        (int)sizeof(hash), r->now, expires,
	        r->n > 1 ? r->p[1] : "") < 0)
		answer_trouble(db, r);
	else
		answer_end(r, "INVITE %s %lld", token, (long long)expires);
}

static int
answer_invite(struct database *db, struct request *r, sqlite3_stmt *q)
{
	(void)db;
	return answer(r, "INVITE %lld %lld %lld :%s",
	    (long long)sqlite3_column_int64(q, 0),
	    (long long)sqlite3_column_int64(q, 1),
	    (long long)sqlite3_column_int64(q, 2), database_text(q, 3));
}

void
req_account_invites(struct database *db, struct request *r)
{
	answer_rows(db, r,
	    "SELECT id, created, expires, note FROM invite WHERE id>?"
	    " ORDER BY id",
	    answer_invite);
}

void
req_account_uninvite(struct database *db, struct request *r)
{
	int64_t id;
	int n = 0;

	if (request_number(r->p[0], 1, INT64_MAX, &id) &&
	    (n = database_run(
	         db, "DELETE FROM invite WHERE id=?", "i", id)) < 0)
		answer_trouble(db, r);
	else if (n == 0)
		answer_fail(r, "ACCOUNT", "NO_SUCH_INVITE",
		    answer_word(r->p[0]), "There is no such invitation");
	else
		answer_end(r, "UNINVITED %lld", (long long)id);
}
