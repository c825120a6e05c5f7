/* SPDX-License-Identifier: ISC */

/*
 * Certificates: those that an account is logged in to with, in the place of a
 * password (SASL EXTERNAL).
 *
 * What is kept is the fingerprint, the SHA-256 of the certificate.  That the
 * client has its key was proved to whoever ended its TLS; here it is only
 * looked up.  One is of at most one account, or nobody would know whose login
 * it is.  They go with the account.
 */

#include <stdio.h>
#include <string.h>

#include "../irc/proxy.h"
#include "certificate.h"
#include "handlers.h"

int
certificate_parse(char buf[CERTIFICATE_TEXT], const char *text)
{
	uint8_t bytes[PROXY_FINGERPRINT];

	if (proxy_fingerprint(bytes, text) != 0)
		return -1;
	proxy_fingerprint_text(buf, bytes);
	return 0;
}

int
certificate_find(struct database *db, const char *fingerprint,
    struct account *a)
{
	return account_find_by(db, database_query(db,
	    "SELECT name FROM certificate JOIN account ON account.id=account"
	    " WHERE fingerprint=?", "t", fingerprint), a);
}

/* The asker's account and the fingerprint it names: 1, or 0 answered. */
static int
take(struct database *db, struct request *r, struct account *a,
    char fingerprint[CERTIFICATE_TEXT])
{
	if (!account_yours(r, r->p[0]) || !account_need(db, r, r->p[0], a))
		return 0;
	if (certificate_parse(fingerprint, r->p[1]) == 0)
		return 1;
	answer_fail(r, r->row->name, "INVALID_PARAMS", a->shown,
	    "This is no SHA-256 fingerprint, of 64 hexadecimal digits");
	return 0;
}

/* Whether A may have one more; else it is answered. */
static int
has_room(struct database *db, struct request *r, const struct account *a)
{
	int64_t n = 0;

	if (database_number(db, &n, "SELECT count(*) FROM certificate"
	        " WHERE account=?", "i", a->id) < 0)
		answer_trouble(db, r);
	else if (n >= CERTIFICATE_MOST)
		answer_fail(r, r->row->name, "LIMIT_REACHED", a->shown,
		    "The account has as many certificates as it can have");
	else
		return 1;
	return 0;
}

void
req_account_cert(struct database *db, struct request *r)
{
	char fingerprint[CERTIFICATE_TEXT];
	struct account a, owner;
	int n;

	if (!take(db, r, &a, fingerprint))
		return;
	if ((n = certificate_find(db, fingerprint, &owner)) < 0) {
		answer_trouble(db, r);
		return;
	}
	if (n == 1 && owner.id != a.id) {
		answer_fail(r, r->row->name, "CERT_EXISTS", a.shown,
		    "This certificate is another account's");
		return;
	}
	if (n == 0 && !has_room(db, r, &a))
		return;
	if (database_run(db, "INSERT OR IGNORE INTO certificate"
	        " VALUES (?, ?, ?)", "tii", fingerprint, a.id, r->now) < 0)
		answer_trouble(db, r);
	else
		answer_end(r, "CERT %s %s %lld", a.shown, fingerprint,
		    (long long)r->now);
}

void
req_account_uncert(struct database *db, struct request *r)
{
	char fingerprint[CERTIFICATE_TEXT];
	struct account a;
	int n;

	if (!take(db, r, &a, fingerprint))
		return;
	n = database_run(db, "DELETE FROM certificate WHERE fingerprint=?"
	    " AND account=?", "ti", fingerprint, a.id);
	if (n < 0)
		answer_trouble(db, r);
	else if (n == 0)
		answer_fail(r, r->row->name, "NO_SUCH_CERT", a.shown,
		    "The account has no such certificate");
	else
		answer_end(r, "UNCERT %s %s", a.shown, fingerprint);
}

/* Those of A, in the order in which they were added: 0 or -1. */
static int
answer_all(struct database *db, struct request *r, const struct account *a)
{
	sqlite3_stmt *q = database_query(db,
	    "SELECT fingerprint, created FROM certificate WHERE account=?"
	    " ORDER BY created, fingerprint", "i", a->id);
	int n;

	while ((n = q == NULL ? -1 : database_next(db, q)) == 1)
		answer(r, "CERT %s %s %lld", a->shown, database_text(q, 0),
		    (long long)sqlite3_column_int64(q, 1));
	return n;
}

void
req_account_certs(struct database *db, struct request *r)
{
	struct account a;

	if (!account_yours(r, r->p[0]) || !account_need(db, r, r->p[0], &a))
		return;
	if (answer_all(db, r, &a) != 0)
		answer_trouble(db, r);
	else
		answer_end(r, "END");
}

int
certificate_export(struct database *db, struct request *r, const char *name)
{
	struct account a;
	int n = account_find(db, name, &a);

	return n == 1 ? answer_all(db, r, &a) : n;
}
