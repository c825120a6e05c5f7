/* SPDX-License-Identifier: ISC */

/*
 * Making accounts, and giving them passwords.
 *
 * An account comes from REGISTER, if the policy of the server lets it, or from
 * the administrator.  With the policy "invite", REGISTER without a token
 * leaves a pending account, which blocks nobody and which VERIFY with a token
 * makes a real one.  It is its session's alone: else whoever registers the
 * same name last would have its password in the account that another verifies.
 *
 * Of two that register one name at the same time, one is told that it exists:
 * all of it is in the writer's one transaction.
 *
 * Passwords were hashed before (request_prepare), by a thread that may be as
 * slow as that is; here only keys are kept.
 */

#include <stdio.h>
#include <string.h>

#include "../irc/name.h"
#include "account.h"
#include "alike.h"
#include "handlers.h"
#include "invite.h"

enum { PENDING_KEY = REQUEST_NAME + 64 };

/* ---- passwords ---- */

static const struct {
	enum credential_verdict verdict;
	const char *code, *text;
} refusals[] = {
	{ CREDENTIAL_WEAK, "WEAK_PASSWORD", NULL },
	{ CREDENTIAL_REFUSED, "UNACCEPTABLE_PASSWORD",
	    "The password has to be UTF-8 of at most 300 bytes" },
	{ CREDENTIAL_NONE, "TEMPORARILY_UNAVAILABLE",
	    "The password could not be hashed" },
};

/* Whether prepare made a credential; answered if not. */
static int
made(struct request *r, const char *command, const char *name)
{
	char weak[80];
	size_t i;

	if (r->prepared == CREDENTIAL_MADE)
		return 1;
	snprintf(weak, sizeof(weak), "The password has to have %d characters "
	    "at least", credential_least);
	for (i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
		if (r->prepared == (int)refusals[i].verdict)
			answer_fail(r, command, refusals[i].code,
			    answer_word(name), refusals[i].text != NULL
			    ? refusals[i].text
			    : weak);
	return 0;
}

/* Makes R->made of PASSWORD, the slow part of setting one.  WEAK: it may be,
 * but it may not be empty. */
static void
prepare_made(struct request *r, const char *password, int weak)
{
	r->prepared = (int)credential_acceptable(password);
	if (weak && r->prepared == CREDENTIAL_WEAK && password[0] != '\0')
		r->prepared = CREDENTIAL_MADE;
	if (r->prepared == CREDENTIAL_MADE &&
	    credential_make(&r->made, password) != 0)
		r->prepared = CREDENTIAL_NONE;
}

/* ---- accounts ---- */

void (*account_made)(const char *name);

int
account_all(struct database *db)
{
	sqlite3_stmt *q = database_query(db, "SELECT name FROM account", "");
	int n;

	while ((n = q == NULL ? -1 : database_next(db, q)) == 1) {
		alike_note(database_text(q, 0));
		if (account_made != NULL)
			account_made(database_text(q, 0));
	}
	return n;
}

int
account_insert(struct database *db, const char *name, const char *email,
    const struct credential *c, int64_t now)
{
	char key[REQUEST_NAME];
	int64_t since = 0;

	name_fold(key, name, sizeof(key));
	alike_note(key);
	if (account_made != NULL)
		account_made(key);
	/* what was sent to another of that name is not for this one */
	if (database_number(
	        db, &since, "SELECT max(id) FROM message", "") < 0)
		return -1;
	return database_run(db,
	           "INSERT INTO account (name, shown, email, created,"
	           " since, delivered, iterations, salt, stored_key,"
	           " server_key) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	           "tttiiiibbb", key, name, email, now, since, since,
	           (int64_t)c->iterations,
	           (const void *)c->salt, CREDENTIAL_SALT,
	           (const void *)c->stored_key, CREDENTIAL_KEY,
	           (const void *)c->server_key, CREDENTIAL_KEY) < 0
	    ? -1
	    : 0;
}

/* What a pending account is found by: its name, and the session that asks, the
 * first three numbers of the name of the question. */
static void
pending_key(const struct request *r, const char *name, char *key, size_t size)
{
	char folded[REQUEST_NAME];

	name_fold(folded, name, sizeof(folded));
	snprintf(key, size, "%s %.*s", folded, (int)request_session(r),
	    r->ask);
}

static int
insert_pending(struct database *db, const struct request *r,
    const char *email)
{
	const struct credential *c = &r->made;
	char key[PENDING_KEY];

	pending_key(r, r->p[0], key, sizeof(key));
	return database_run(db,
	           "INSERT OR REPLACE INTO pending"
	           " VALUES (?, ?, ?, ?, ?, ?, ?, ?)", "tttiibbb", key,
	           r->p[0], email, r->now, (int64_t)c->iterations,
	           (const void *)c->salt, CREDENTIAL_SALT,
	           (const void *)c->stored_key, CREDENTIAL_KEY,
	           (const void *)c->server_key, CREDENTIAL_KEY) < 0
	    ? -1
	    : 0;
}

int
account_is_free(struct database *db, struct request *r, const char *command,
    const char *name)
{
	struct account a;
	int n;

	if (!name_is_nick(name)) {
		answer_fail(r, command, "BAD_ACCOUNT_NAME", answer_word(name),
		    "An account is named as a nick is");
		return 0;
	}
	if ((n = account_find_look(db, name, &a)) < 0)
		answer_trouble(db, r);
	else if (n == 1)
		answer_fail(r, command, "ACCOUNT_EXISTS", name,
		    "There is an account of that name, or one that looks "
		    "like it");
	return n == 0;
}

/* What @policy says: each returns 1 to go on, 0 when it has answered. */
typedef int policy_fn(struct database *db, struct request *r);

static int
policy_open(struct database *db, struct request *r)
{
	(void)db;
	(void)r;
	return 1;
}

static int
policy_closed(struct database *db, struct request *r)
{
	(void)db;
	answer_fail(r, "REGISTER", "TEMPORARILY_UNAVAILABLE",
	    answer_word(r->p[0]),
	    "Accounts are made by the administrator here");
	return 0;
}

static int
policy_invite(struct database *db, struct request *r)
{
	const char *email = strcmp(r->p[1], "*") == 0 ? NULL : r->p[1];
	int n;

	if (r->token[0] == '\0') {
		if (insert_pending(db, r, email) != 0)
			answer_trouble(db, r);
		else
			answer_end(r, "REGISTER VERIFICATION_REQUIRED %s"
			    " :Now send VERIFY %s and your invitation",
			    r->p[0], r->p[0]);
		return 0;
	}
	if ((n = invite_use(db, r->token, r->now)) < 0)
		answer_trouble(db, r);
	else if (n == 0)
		answer_fail(r, "REGISTER", "INVALID_CODE", r->p[0],
		    "This invitation is not valid, or no more");
	return n == 1;
}

static const struct {
	const char *name;
	policy_fn *run;
} policies[] = {
	{ "open", policy_open },
	{ "invite", policy_invite },
	{ "closed", policy_closed }, /* and whatever else it is called */
};

static policy_fn *
policy_of(const struct request *r)
{
	size_t i, last = sizeof(policies) / sizeof(policies[0]) - 1;

	if (r->oper)
		return policy_open;
	for (i = 0; i < last; i++)
		if (strcmp(policies[i].name, r->policy) == 0)
			break;
	return policies[i].run;
}

void
prepare_register(struct database *db, struct request *r)
{
	(void)db;
	if (policy_of(r) != policy_closed)
		prepare_made(r, r->p[2], 0);
}

static int
is_email(const char *s)
{
	const char *at = strchr(s, '@');

	return strcmp(s, "*") == 0 ||
	    (at != NULL && at != s && at[1] != '\0' && strlen(s) < 256);
}

void
req_register(struct database *db, struct request *r)
{
	const char *name = r->p[0], *email = r->p[1];
	policy_fn *policy = policy_of(r);

	if (policy == policy_closed) {
		policy(db, r);
		return;
	}
	if (!account_is_free(db, r, "REGISTER", name))
		return;
	if (!is_email(email)) {
		answer_fail(r, "REGISTER", "INVALID_EMAIL", name,
		    "This is no address of mail");
		return;
	}
	if (!made(r, "REGISTER", name) || !policy(db, r))
		return;
	if (account_insert(db, name, strcmp(email, "*") == 0 ? NULL : email,
	        &r->made, r->now) != 0)
		answer_trouble(db, r);
	else
		answer_end(r, "REGISTER SUCCESS %s :The account is yours",
		    name);
}

/* The pending account that has KEY: 1, 0, -1. */
static int
find_pending(struct database *db, const char *key, char *shown, size_t size,
    char *email, size_t esize, struct credential *c)
{
	sqlite3_stmt *q;
	int n;

	q = database_query(db,
	    "SELECT shown, email, iterations, salt, stored_key, server_key"
	    " FROM pending WHERE name=?", "t", key);
	if (q == NULL)
		return -1;
	if ((n = database_next(db, q)) != 1)
		return n;
	snprintf(shown, size, "%s", database_text(q, 0));
	snprintf(email, esize, "%s", database_text(q, 1));
	account_credential(c, q, 2);
	database_end(q);
	return 1;
}

void
req_verify(struct database *db, struct request *r)
{
	char shown[REQUEST_NAME], email[256] = "", key[PENDING_KEY];
	struct credential c = { 0 };
	int n;

	pending_key(r, r->p[0], key, sizeof(key));
	n = find_pending(
	    db, key, shown, sizeof(shown), email, sizeof(email), &c);
	if (n == 0) {
		answer_fail(r, "VERIFY", "INVALID_CODE", answer_word(r->p[0]),
		    "REGISTER it first, on this connection");
		return;
	}
	if (n == 1 && !account_is_free(db, r, "VERIFY", shown))
		return;
	if (n == 1)
		n = invite_use(db, r->p[1], r->now);
	if (n == 0) {
		answer_fail(r, "VERIFY", "INVALID_CODE", answer_word(r->p[0]),
		    "This invitation is not valid, or no more");
		return;
	}
	if (n < 0 ||
	    account_insert(db, shown, email[0] != '\0' ? email : NULL, &c,
	        r->now) != 0 ||
	    database_run(db, "DELETE FROM pending WHERE name=?", "t", key) < 0)
		answer_trouble(db, r);
	else
		answer_end(
		    r, "VERIFY SUCCESS %s :The account is yours", shown);
}

void
prepare_add(struct database *db, struct request *r)
{
	(void)db;
	/* an administrator knows what is good enough */
	prepare_made(r, r->p[1], r->oper);
}

void
req_account_add(struct database *db, struct request *r)
{
	if (!account_is_free(db, r, "ACCOUNT", r->p[0]) ||
	    !made(r, "ACCOUNT", r->p[0]))
		return;
	if (account_insert(db, r->p[0], NULL, &r->made, r->now) != 0)
		answer_trouble(db, r);
	else
		answer_end(r, "ADDED %s", r->p[0]);
}

void
req_passwd(struct database *db, struct request *r)
{
	struct account a;
	const struct credential *c = &r->made;

	if (!account_yours(r, r->p[0]) || !account_need(db, r, r->p[0], &a) ||
	    !made(r, r->row->name, r->p[0]))
		return;
	if (database_run(db,
	        "UPDATE account SET iterations=?, salt=?, stored_key=?,"
	        " server_key=? WHERE id=?", "ibbbi", (int64_t)c->iterations,
	        (const void *)c->salt, CREDENTIAL_SALT,
	        (const void *)c->stored_key, CREDENTIAL_KEY,
	        (const void *)c->server_key, CREDENTIAL_KEY, a.id) < 0)
		answer_trouble(db, r);
	else
		answer_end(r, "PASSWD %s", a.shown);
}

int
account_tidy(struct database *db, int64_t now)
{
	if (database_run(db, "DELETE FROM pending WHERE created<?", "i",
	        now - ACCOUNT_PENDING_MS) < 0)
		return -1;
	return database_run(
	           db, "DELETE FROM invite WHERE expires<=?", "i", now) < 0
	    ? -1
	    : 0;
}
