/* SPDX-License-Identifier: ISC */

/*
 * Users of the server's machine, who are logged in to the account of their name
 * without a password: the kernel has said who they are.
 *
 * An account of that name may be somebody else's.  So it is theirs only if it
 * was made for them here, or if they have shown once that they know its
 * password: they ask while they are logged in to it.  That is kept by user ID
 * and name.  Whoever is given the number of a user who is no more has another
 * name, and who has the name has another number.
 */

#include <stdio.h>
#include <string.h>

#include "../irc/name.h"
#include "account.h"
#include "handlers.h"

enum { LOGIN_MOST = 64 };

/* The account of user UID called LOGIN: 1, 0 it has none, -1.  What was of
 * another user with that number is forgotten. */
static int
find(struct database *db, int64_t uid, const char *login, struct account *a)
{
	if (database_run(db, "DELETE FROM local WHERE uid=? AND login<>?", "it",
	        uid, login) < 0)
		return -1;
	return account_find_by(db, database_query(db,
	    "SELECT account.name FROM local JOIN account ON account.id=account"
	    " WHERE uid=?", "i", uid), a);
}

/* From now on account A is its own: 0 or -1. */
static int
link_account(struct database *db, struct request *r, int64_t uid,
    const char *login, const struct account *a)
{
	return database_run(db, "INSERT OR REPLACE INTO local"
	           " VALUES (?, ?, ?, ?)", "itii", uid, login, a->id,
	           r->now) < 0
	    ? -1
	    : 0;
}

/* Makes the account of LOGIN, if the policy lets it; no password is right for
 * it until it is given one.  1; 0 answered; -1. */
static int
make(struct database *db, struct request *r, const char *login,
    struct account *a)
{
	struct credential none;

	if (strcmp(r->policy, "open") != 0) {
		answer_fail(r, "LOCAL", "TEMPORARILY_UNAVAILABLE", login,
		    "Accounts are made by the administrator here");
		return 0;
	}
	if (!account_is_free(db, r, "LOCAL", login))
		return 0;
	credential_fake(&none, db->secret, login);
	if (account_insert(db, login, NULL, &none, r->now) != 0)
		return -1;
	return account_find(db, login, a);
}

/* The account that LOGIN of UID is to have: 1; 0 answered; -1. */
static int
take(struct database *db, struct request *r, int64_t uid, const char *login,
    struct account *a)
{
	int n = find(db, uid, login, a);

	if (n != 0)
		return n;
	if ((n = account_find(db, login, a)) == 1 &&
	    (r->account[0] == '\0' || name_cmp(r->account, login) != 0)) {
		answer_fail(r, "LOCAL", "ACCOUNT_EXISTS", a->shown,
		    "There is an account of your name already.  If it is "
		    "yours, log in once with its password, by SASL");
		return 0;
	}
	if (n == 0)
		n = make(db, r, login, a);
	if (n == 1 && link_account(db, r, uid, login, a) != 0)
		return -1;
	return n;
}

void
req_local(struct database *db, struct request *r)
{
	const char *login = r->p[1];
	char flags[256];
	struct account a = { .is_suspended = 0 };
	int64_t uid;
	int n;

	if (!request_number(r->p[0], 0, UINT32_MAX, &uid) ||
	    strlen(login) >= LOGIN_MOST) {
		answer_fail(r, "LOCAL", "INVALID_PARAMS", "*",
		    "This is no user of a machine");
		return;
	}
	if ((n = take(db, r, uid, login, &a)) == 0)
		return;
	if (n < 0)
		answer_trouble(db, r);
	else if (a.is_suspended)
		answer_fail(
		    r, "LOCAL", "ACCOUNT_SUSPENDED", a.shown, a.suspended);
	else if (account_flags(db, a.id, flags, sizeof(flags)) != 0)
		answer_trouble(db, r);
	else
		answer_end(r, "OK %s %s", a.shown, flags);
}
