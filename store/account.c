/* SPDX-License-Identifier: ISC */

/*
 * Accounts: making, finding, changing and removing them.
 *
 * The name of an account is a nick, and that nick is its owner's.  An account
 * comes from REGISTER, if the policy of the server lets it, or from the
 * administrator.  With the policy "invite", REGISTER without a token leaves
 * a pending account, which blocks nobody and which VERIFY with a token makes a
 * real one.  Of tokens only a hash is kept; each is good once.
 *
 * Of two that register one name at the same time, one is told that it exists:
 * all of it is in the writer's one transaction.
 *
 * Passwords were hashed before (request_prepare), by a thread that may be as
 * slow as that is; here only keys are compared and kept.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../irc/name.h"
#include "account.h"
#include "handlers.h"

enum { DAY_MS = 24 * 3600 * 1000, TOKEN = 16 /* bytes */ };

/* ---- finding ---- */

static void
take_blob(sqlite3_stmt *q, int column, uint8_t *dst, int size)
{
	memset(dst, 0, (size_t)size);
	if (sqlite3_column_bytes(q, column) == size)
		memcpy(dst, sqlite3_column_blob(q, column), (size_t)size);
}

int
account_find(struct database *db, const char *name, struct account *a)
{
	char key[REQUEST_NAME];
	sqlite3_stmt *q;
	int n;

	name_fold(key, name, sizeof(key));
	q = database_query(db,
	    "SELECT id, shown, suspended, iterations, salt, stored_key,"
	    " server_key FROM account WHERE name=?", "t", key);
	if (q == NULL)
		return -1;
	if ((n = database_next(db, q)) != 1)
		return n;
	memset(a, 0, sizeof(*a));
	a->id = a->had.account = sqlite3_column_int64(q, 0);
	snprintf(a->shown, sizeof(a->shown), "%s", database_text(q, 1));
	a->is_suspended = sqlite3_column_type(q, 2) != SQLITE_NULL;
	snprintf(a->suspended, sizeof(a->suspended), "%s", database_text(q, 2));
	a->had.iterations = sqlite3_column_int(q, 3);
	take_blob(q, 4, a->had.salt, CREDENTIAL_SALT);
	take_blob(q, 5, a->had.stored_key, CREDENTIAL_KEY);
	take_blob(q, 6, a->had.server_key, CREDENTIAL_KEY);
	database_end(q);
	return 1;
}

int
account_flags(struct database *db, int64_t id, char *buf, size_t size)
{
	sqlite3_stmt *q;
	size_t n = 0;
	int e;

	q = database_query(db,
	    "SELECT name FROM setting WHERE account=? AND value='on'"
	    " ORDER BY name", "i", id);
	if (q == NULL)
		return -1;
	buf[0] = '\0';
	while ((e = database_next(db, q)) == 1)
		if (n + strlen(database_text(q, 0)) + 2 < size)
			n += (size_t)snprintf(buf + n, size - n, "%s%s",
			    n > 0 ? "," : "", database_text(q, 0));
	if (n == 0)
		snprintf(buf, size, "*");
	return e;
}

int
account_floor(struct database *db, const char *name, int64_t *id)
{
	char key[REQUEST_NAME];

	*id = 0;
	if (name[0] == '\0')
		return 0;
	name_fold(key, name, sizeof(key));
	return database_number(db, id,
	           "SELECT since FROM account WHERE name=?", "t", key) < 0
	    ? -1
	    : 0;
}

int
account_may(const struct request *r, const char *name)
{
	return r->oper ||
	    (r->account[0] != '\0' && name_cmp(r->account, name) == 0);
}

/* The account a request names: 1; else it is answered, 0. */
static int
need_account(
    struct database *db, struct request *r, const char *name, struct account *a)
{
	int n = account_find(db, name, a);

	if (n < 0)
		answer_trouble(db, r);
	else if (n == 0)
		answer_fail(r, r->row->name, "NO_SUCH_ACCOUNT",
		    answer_word(name), "There is no such account");
	return n == 1;
}

static int
may(struct request *r, const char *name)
{
	if (account_may(r, name))
		return 1;
	answer_fail(r, r->row->name, "NOT_YOURS", answer_word(name),
	    "This is not your account");
	return 0;
}

/* ---- tokens ---- */

static void
token_hash(uint8_t out[CREDENTIAL_KEY], const char *token)
{
	char folded[64];

	name_fold(folded, token, sizeof(folded));
	credential_sha256(out, folded, strlen(folded));
}

/* Uses a token up: 1, 0 when it is none, or no more, -1. */
static int
token_use(struct database *db, const char *token, int64_t now)
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
	int64_t days = ACCOUNT_INVITE_DAYS, expires;
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

void
req_account_invites(struct database *db, struct request *r)
{
	int64_t last = 0;
	sqlite3_stmt *q;
	int n;

	if (r->n > 0)
		request_number(r->p[0], 0, INT64_MAX, &last);
	q = database_query(db,
	    "SELECT id, created, expires, note FROM invite WHERE id>?"
	    " ORDER BY id", "i", last);
	while ((n = q == NULL ? -1 : database_next(db, q)) == 1) {
		if (answer(r, "INVITE %lld %lld %lld :%s",
		        (long long)sqlite3_column_int64(q, 0),
		        (long long)sqlite3_column_int64(q, 1),
		        (long long)sqlite3_column_int64(q, 2),
		        database_text(q, 3)) != 0)
			break;
		last = sqlite3_column_int64(q, 0);
	}
	if (n < 0) {
		answer_trouble(db, r);
		return;
	}
	if (n == 1) {
		database_end(q);
		answer_end(r, "MORE %lld", (long long)last);
	} else
		answer_end(r, "END");
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

/* ---- making ---- */

static const struct {
	enum credential_verdict verdict;
	const char *code, *text;
} refusals[] = {
	{ CREDENTIAL_WEAK, "WEAK_PASSWORD",
	    "The password has to have six characters at least" },
	{ CREDENTIAL_REFUSED, "UNACCEPTABLE_PASSWORD",
	    "The password has to be UTF-8 of at most 300 bytes" },
	{ CREDENTIAL_NONE, "TEMPORARILY_UNAVAILABLE",
	    "The password could not be hashed" },
};

/* Whether prepare made a credential; answered if not. */
static int
made(struct request *r, const char *command, const char *name)
{
	size_t i;

	if (r->prepared == CREDENTIAL_MADE)
		return 1;
	for (i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
		if (r->prepared == (int)refusals[i].verdict)
			answer_fail(r, command, refusals[i].code,
			    answer_word(name), refusals[i].text);
	return 0;
}

/* Makes R->made of PASSWORD, the slow part of setting one. */
static void
prepare_made(struct request *r, const char *password)
{
	r->prepared = (int)credential_acceptable(password);
	if (r->prepared == CREDENTIAL_MADE &&
	    credential_make(&r->made, password) != 0)
		r->prepared = CREDENTIAL_NONE;
}

static int
insert_account(struct database *db, const char *name, const char *email,
    const struct credential *c, int64_t now)
{
	char key[REQUEST_NAME];
	int64_t since = 0;

	name_fold(key, name, sizeof(key));
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

static int
insert_pending(struct database *db, const char *name, const char *email,
    const struct credential *c, int64_t now)
{
	char key[REQUEST_NAME];

	name_fold(key, name, sizeof(key));
	return database_run(db,
	           "INSERT OR REPLACE INTO pending"
	           " VALUES (?, ?, ?, ?, ?, ?, ?, ?)", "tttiibbb", key, name,
	           email, now, (int64_t)c->iterations,
	           (const void *)c->salt, CREDENTIAL_SALT,
	           (const void *)c->stored_key, CREDENTIAL_KEY,
	           (const void *)c->server_key, CREDENTIAL_KEY) < 0
	    ? -1
	    : 0;
}

/* Whether NAME can be a new account: 1; else answered, 0. */
static int
is_free(
    struct database *db, struct request *r, const char *command,
    const char *name)
{
	struct account a;
	int n;

	if (!name_is_nick(name)) {
		answer_fail(r, command, "BAD_ACCOUNT_NAME", answer_word(name),
		    "An account is named as a nick is");
		return 0;
	}
	if ((n = account_find(db, name, &a)) < 0)
		answer_trouble(db, r);
	else if (n == 1)
		answer_fail(r, command, "ACCOUNT_EXISTS", name,
		    "There is an account of that name");
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
		if (insert_pending(db, r->p[0], email, &r->made, r->now) != 0)
			answer_trouble(db, r);
		else
			answer_end(r, "REGISTER VERIFICATION_REQUIRED %s"
			    " :Now send VERIFY %s and your invitation",
			    r->p[0], r->p[0]);
		return 0;
	}
	if ((n = token_use(db, r->token, r->now)) < 0)
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
		prepare_made(r, r->p[2]);
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
	if (!is_free(db, r, "REGISTER", name))
		return;
	if (!is_email(email)) {
		answer_fail(r, "REGISTER", "INVALID_EMAIL", name,
		    "This is no address of mail");
		return;
	}
	if (!made(r, "REGISTER", name) || !policy(db, r))
		return;
	if (insert_account(db, name, strcmp(email, "*") == 0 ? NULL : email,
	        &r->made, r->now) != 0)
		answer_trouble(db, r);
	else
		answer_end(r, "REGISTER SUCCESS %s :The account is yours",
		    name);
}

/* The pending account of a name: 1, 0, -1. */
static int
find_pending(struct database *db, const char *name, char *shown, size_t size,
    char *email, size_t esize, struct credential *c)
{
	char key[REQUEST_NAME];
	sqlite3_stmt *q;
	int n;

	name_fold(key, name, sizeof(key));
	q = database_query(db,
	    "SELECT shown, email, iterations, salt, stored_key, server_key"
	    " FROM pending WHERE name=?", "t", key);
	if (q == NULL)
		return -1;
	if ((n = database_next(db, q)) != 1)
		return n;
	snprintf(shown, size, "%s", database_text(q, 0));
	snprintf(email, esize, "%s", database_text(q, 1));
	c->iterations = sqlite3_column_int(q, 2);
	take_blob(q, 3, c->salt, CREDENTIAL_SALT);
	take_blob(q, 4, c->stored_key, CREDENTIAL_KEY);
	take_blob(q, 5, c->server_key, CREDENTIAL_KEY);
	database_end(q);
	return 1;
}

void
req_verify(struct database *db, struct request *r)
{
	char shown[REQUEST_NAME], email[256], key[REQUEST_NAME];
	struct credential c = { 0 };
	int n;

	n = find_pending(
	    db, r->p[0], shown, sizeof(shown), email, sizeof(email), &c);
	if (n == 1 && !is_free(db, r, "VERIFY", shown))
		return;
	if (n == 1)
		n = token_use(db, r->p[1], r->now);
	if (n == 0) {
		answer_fail(r, "VERIFY", "INVALID_CODE", answer_word(r->p[0]),
		    "This invitation is not valid, or no more");
		return;
	}
	name_fold(key, r->p[0], sizeof(key));
	if (n < 0 ||
	    insert_account(db, shown, email[0] != '\0' ? email : NULL, &c,
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
	prepare_made(r, r->p[1]);
}

void
req_account_add(struct database *db, struct request *r)
{
	if (!is_free(db, r, "ACCOUNT", r->p[0]) ||
	    !made(r, "ACCOUNT", r->p[0]))
		return;
	if (insert_account(db, r->p[0], NULL, &r->made, r->now) != 0)
		answer_trouble(db, r);
	else
		answer_end(r, "ADDED %s", r->p[0]);
}

/* ---- changing ---- */

void
req_passwd(struct database *db, struct request *r)
{
	struct account a;
	const struct credential *c = &r->made;

	if (!may(r, r->p[0]) || !need_account(db, r, r->p[0], &a) ||
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

static const struct {
	const char *name;
	const char *values[3];
} settings[] = {
	{ "always-on", { "on", "off", NULL } },
	{ "private", { "on", "off", NULL } },
};

enum { SETTINGS = sizeof(settings) / sizeof(settings[0]) };

static int
is_setting(const char *name, const char *value)
{
	int i, k;

	for (i = 0; i < SETTINGS; i++)
		if (strcmp(settings[i].name, name) == 0)
			for (k = 0; settings[i].values[k] != NULL; k++)
				if (strcmp(settings[i].values[k], value) == 0)
					return 1;
	return 0;
}

void
req_set(struct database *db, struct request *r)
{
	struct account a;

	if (!may(r, r->p[0]) || !need_account(db, r, r->p[0], &a))
		return;
	if (!is_setting(r->p[1], r->p[2])) {
		answer_fail(r, "SET", "INVALID_PARAMS", answer_word(r->p[1]),
		    "There is no such setting, or it has no such value");
		return;
	}
	if (database_run(db, "INSERT OR REPLACE INTO setting VALUES (?, ?, ?)",
	        "itt", a.id, r->p[1], r->p[2]) < 0)
		answer_trouble(db, r);
	else
		answer_end(r, "SET %s %s :%s", a.shown, r->p[1], r->p[2]);
}

void
req_seen(struct database *db, struct request *r)
{
	char key[REQUEST_NAME];

	name_fold(key, r->p[0], sizeof(key));
	if (database_run(db, "UPDATE account SET seen=max(seen, ?) WHERE name=?",
	        "it", r->now, key) < 0)
		answer_trouble(db, r);
	else
		answer_end(r, "SEEN %s", answer_word(r->p[0]));
}

static void
suspend(struct database *db, struct request *r, const char *why)
{
	struct account a;

	if (!need_account(db, r, r->p[0], &a))
		return;
	if (database_run(db, "UPDATE account SET suspended=? WHERE id=?", "ti",
	        why, a.id) < 0)
		answer_trouble(db, r);
	else
		answer_end(r, "%s %s", why != NULL ? "SUSPENDED" : "UNSUSPENDED",
		    a.shown);
}

void
req_account_suspend(struct database *db, struct request *r)
{
	suspend(db, r, r->n > 1 ? r->p[1] : "no reason given");
}

void
req_account_unsuspend(struct database *db, struct request *r)
{
	suspend(db, r, NULL);
}

/* ---- showing ---- */

void
req_owner(struct database *db, struct request *r)
{
	struct account a;
	int n = account_find(db, r->p[0], &a);

	if (n < 0)
		answer_trouble(db, r);
	else if (n == 0)
		answer_end(r, "NONE");
	else
		answer_end(r, "OWNER %s %s", answer_word(r->p[0]), a.shown);
}

/* One line of ACCOUNT LIST and SHOW, as answer. */
static int
answer_account(struct database *db, struct request *r, sqlite3_stmt *q)
{
	char flags[256];

	if (account_flags(
	        db, sqlite3_column_int64(q, 0), flags, sizeof(flags)) != 0)
		return -1;
	return answer(r, "ACCOUNT %s %lld %lld %s %s %s :%s",
	    database_text(q, 1), (long long)sqlite3_column_int64(q, 2),
	    (long long)sqlite3_column_int64(q, 3),
	    sqlite3_column_type(q, 4) == SQLITE_NULL ? "active" : "suspended",
	    flags, answer_word(database_text(q, 5)), database_text(q, 4));
}

void
req_account_list(struct database *db, struct request *r)
{
	int64_t last = 0;
	sqlite3_stmt *q;
	int n;

	if (r->n > 0)
		request_number(r->p[0], 0, INT64_MAX, &last);
	q = database_query(db,
	    "SELECT id, shown, created, seen, suspended, email FROM account"
	    " WHERE id>? ORDER BY id", "i", last);
	while ((n = q == NULL ? -1 : database_next(db, q)) == 1) {
		if (answer_account(db, r, q) != 0)
			break;
		last = sqlite3_column_int64(q, 0);
	}
	if (n < 0) {
		answer_trouble(db, r);
		return;
	}
	if (n == 1) {
		database_end(q);
		answer_end(r, "MORE %lld", (long long)last);
	} else
		answer_end(r, "END");
}

/* The rooms an account founded, as many as fit. */
static int
answer_rooms(struct database *db, struct request *r, int64_t id)
{
	sqlite3_stmt *q = database_query(
	    db, "SELECT shown FROM room WHERE founder=? ORDER BY id", "i", id);
	int n;

	if (q == NULL)
		return -1;
	while ((n = database_next(db, q)) == 1)
		if (answer(r, "FOUNDER %s", database_text(q, 0)) != 0) {
			database_end(q);
			return 0;
		}
	return n;
}

void
req_account_show(struct database *db, struct request *r)
{
	struct account a;
	sqlite3_stmt *q;

	if (!may(r, r->p[0]) || !need_account(db, r, r->p[0], &a))
		return;
	q = database_query(db,
	    "SELECT id, shown, created, seen, suspended, email FROM account"
	    " WHERE id=?", "i", a.id);
	if (q == NULL || database_next(db, q) != 1 ||
	    answer_account(db, r, q) != 0) {
		answer_trouble(db, r);
		return;
	}
	database_end(q);
	if (answer_rooms(db, r, a.id) != 0)
		answer_trouble(db, r);
	else
		answer_end(r, "END");
}

/* ---- removing ---- */

/* The account that a founder's room goes to: 1, 0 nobody, -1. */
static int
heir_of(struct database *db, int64_t room, int64_t account, int64_t *heir)
{
	return database_number(db, heir,
	    "SELECT account FROM access WHERE room=? AND account<>?"
	    " AND rank='operator' ORDER BY id LIMIT 1", "ii", room, account);
}

static int
room_pass_on(
    struct database *db, struct request *r, const struct account *a,
    int64_t room, const char *shown)
{
	int64_t heir;
	int n = heir_of(db, room, a->id, &heir);

	if (n < 0)
		return -1;
	if (n == 0) {
		answer(r, "UNREGISTERED %s", shown);
		return database_run(
		    db, "DELETE FROM room WHERE id=?", "i", room);
	}
	answer(r, "INHERITED %s", shown);
	if (database_run(db, "DELETE FROM access WHERE room=? AND account=?",
	        "ii", room, heir) < 0)
		return -1;
	return database_run(
	    db, "UPDATE room SET founder=? WHERE id=?", "ii", heir, room);
}

int
account_remove(
    struct database *db, struct request *r, const struct account *a)
{
	char shown[REQUEST_NAME];
	int64_t room;
	sqlite3_stmt *q;
	int n;

	for (;;) {
		q = database_query(db,
		    "SELECT id, shown FROM room WHERE founder=? LIMIT 1", "i",
		    a->id);
		if (q == NULL || (n = database_next(db, q)) < 0)
			return -1;
		if (n == 0)
			break;
		room = sqlite3_column_int64(q, 0);
		snprintf(shown, sizeof(shown), "%s", database_text(q, 1));
		database_end(q);
		if (room_pass_on(db, r, a, room, shown) < 0)
			return -1;
	}
	n = database_run(db, "DELETE FROM account WHERE id=?", "i", a->id);
	return n < 0 ? -1 : 0;
}

static void
remove_and_answer(
    struct database *db, struct request *r, const struct account *a)
{
	if (account_remove(db, r, a) != 0)
		answer_trouble(db, r);
	else
		answer_end(r, "REMOVED %s", a->shown);
}

void
req_account_remove(struct database *db, struct request *r)
{
	struct account a;

	if (need_account(db, r, r->p[0], &a))
		remove_and_answer(db, r, &a);
}

void
req_drop(struct database *db, struct request *r)
{
	struct account a;

	if (!may(r, r->p[0]) || !need_account(db, r, r->p[0], &a))
		return;
	if (r->prepared != CREDENTIAL_RIGHT ||
	    !credential_same(&r->had, &a.had)) {
		answer_fail(r, "DROP", "BAD_CREDENTIALS", a.shown,
		    "The password is not right");
		return;
	}
	remove_and_answer(db, r, &a);
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
