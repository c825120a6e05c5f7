/* SPDX-License-Identifier: ISC */

/*
 * Logging in: SASL PLAIN, SCRAM-SHA-256 and EXTERNAL, and IDENTIFY.
 *
 * What takes long is hashing the password, and prepare does it, in a thread
 * of its own; what prepare finds is a verdict on the credential it has
 * read.  Run looks again whether that is still the account's, then answers.
 * SCRAM leaves the hashing to the client, and EXTERNAL has none, so they are
 * answered by any reader.
 *
 * Unknown account, wrong password, malformed message: one answer for all, as
 * late for one as for the other.  DELAY before it says how long the worker is
 * to hold it back (limit.c).
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../irc/name.h"
#include "account.h"
#include "certificate.h"
#include "handlers.h"
#include "limit.h"
#include "scram.h"

enum { PLAIN_MOST = 1024 };

/* The account of NAME with its credential, or one of nobody's: 0 or -1. */
static int
find(struct database *db, const char *name, struct account *a)
{
	int n = account_find(db, name, a);

	if (n == 0) {
		memset(a, 0, sizeof(*a));
		credential_fake(&a->had, db->secret, name);
	}
	return n < 0 ? -1 : 0;
}

/* ---- verdicts ---- */

/* Returns -1 when it is not to be looked at, right or wrong. */
static int
hold(struct request *r, const char *name, int failed)
{
	int ms = limit_attempt(name, r->address, failed, r->now);

	if (ms != 0)
		answer(r, "DELAY %d", abs(ms));
	return ms < 0 ? -1 : 0;
}

/* Not with answer_fail, which would drop the DELAY. */
static void
answer_denied(struct request *r, const char *code, const char *text)
{
	answer_end(r, "FAIL %s %s * :%s", r->row->name, code, text);
}

static void
answer_login(struct database *db, struct request *r, const struct account *a,
    const char *last)
{
	char flags[256];

	if (account_flags(db, a->id, flags, sizeof(flags)) != 0)
		answer_trouble(db, r);
	else if (last != NULL)
		answer_end(r, "OK %s %s :%s", a->shown, flags, last);
	else
		answer_end(r, "OK %s %s", a->shown, flags);
}

/* Tells the outcome for NAME, who is A if the verdict is right. */
static void
conclude(struct database *db, struct request *r, const char *name,
    enum credential_verdict verdict, const struct account *a, const char *last)
{
	if (verdict == CREDENTIAL_MALFORMED) {
		answer_denied(r, "MALFORMED", "This is not how it is done");
		return;
	}
	if (hold(r, name, verdict != CREDENTIAL_RIGHT) != 0)
		answer_denied(r, "RATE_LIMITED", "There are too many attempts "
		    "at this account: try again later");
	else if (verdict != CREDENTIAL_RIGHT)
		answer_denied(r, "BAD_CREDENTIALS",
		    "There is no such account, or the password is not right");
	else if (a->is_suspended)
		answer_denied(r, "ACCOUNT_SUSPENDED", a->suspended);
	else
		answer_login(db, r, a, last);
}

/* ---- with a password ---- */

static void
prepare_check(
    struct database *db, struct request *r, const char *name, const char *pass)
{
	struct account a;

	if (find(db, name, &a) != 0) {
		answer_trouble(db, r);
		return;
	}
	r->had = a.had;
	r->prepared = (int)credential_check(&a.had, pass);
}

/* "identity NUL name NUL password" out of base64: 0 or -1. */
static int
plain_parse(const char *text, char *buf, const char **name, const char **pass)
{
	long n = base64_decode(buf, PLAIN_MOST, text);
	const char *end = buf + n;

	if (n < 0 || memchr(buf, '\0', (size_t)n) == NULL)
		return -1;
	*name = buf + strlen(buf) + 1;
	if (memchr(*name, '\0', (size_t)(end - *name)) == NULL)
		return -1;
	*pass = *name + strlen(*name) + 1;
	if (strlen(*pass) != (size_t)(end - *pass) || **name == '\0' ||
	    strlen(*name) >= REQUEST_NAME)
		return -1;
	/* one may only be oneself */
	return buf[0] == '\0' || name_cmp(buf, *name) == 0 ? 0 : -1;
}

void
prepare_plain(struct database *db, struct request *r)
{
	const char *name, *pass;
	char buf[PLAIN_MOST];

	r->prepared = CREDENTIAL_MALFORMED;
	if (plain_parse(r->p[0], buf, &name, &pass) == 0)
		prepare_check(db, r, name, pass);
	credential_wipe(buf, sizeof(buf));
}

void
prepare_password(struct database *db, struct request *r)
{
	prepare_check(db, r, r->p[0], r->p[1]);
}

/* After the hashing: is it still what the account has? */
static void
conclude_prepared(struct database *db, struct request *r, const char *name)
{
	enum credential_verdict verdict = r->prepared;
	struct account a;

	if (find(db, name, &a) != 0) {
		answer_trouble(db, r);
		return;
	}
	if (verdict == CREDENTIAL_RIGHT && !credential_same(&r->had, &a.had))
		verdict = CREDENTIAL_WRONG;
	conclude(db, r, name, verdict, &a, NULL);
}

void
req_plain(struct database *db, struct request *r)
{
	const char *name = "", *pass;
	char buf[PLAIN_MOST];

	if (plain_parse(r->p[0], buf, &name, &pass) != 0)
		r->prepared = CREDENTIAL_MALFORMED;
	conclude_prepared(db, r, name);
	credential_wipe(buf, sizeof(buf));
}

void
req_identify(struct database *db, struct request *r)
{
	conclude_prepared(db, r, r->p[0]);
}

/* ---- SCRAM ---- */

/* The client-first of base64 TEXT: 0, or -1 and it is answered. */
static int
take_first(struct request *r, const char *text, struct scram *s)
{
	char buf[SCRAM_MESSAGE];
	long n = base64_decode(buf, sizeof(buf), text);

	if (n >= 0 && strlen(buf) == (size_t)n && r->seed[0] != '\0' &&
	    scram_parse(s, buf) == 0 && strlen(s->name) < REQUEST_NAME)
		return 0;
	answer_denied(r, "MALFORMED", "This is not how it is done");
	return -1;
}

/* What there is to challenge the name of S with: 0, or -1 answered. */
static int
make_challenge(struct database *db, struct request *r, const struct scram *s,
    struct account *a, char *first, size_t size)
{
	if (find(db, s->name, a) != 0) {
		answer_trouble(db, r);
		return -1;
	}
	if (scram_challenge(s, &a->had, db->secret, r->seed, first, size) == 0)
		return 0;
	answer_denied(r, "MALFORMED", "This is not how it is done");
	return -1;
}

static void
scram_challenge_request(struct database *db, struct request *r)
{
	char first[SCRAM_MESSAGE], text[2 * SCRAM_MESSAGE];
	struct account a;
	struct scram s;

	if (take_first(r, r->p[1], &s) != 0 ||
	    make_challenge(db, r, &s, &a, first, sizeof(first)) != 0)
		return;
	base64_encode(text, sizeof(text), first, strlen(first));
	answer_end(r, "CHALLENGE :%s", text);
}

static void
scram_final_request(struct database *db, struct request *r)
{
	char first[SCRAM_MESSAGE], final[SCRAM_MESSAGE], buf[SCRAM_MESSAGE];
	char last[128] = "", text[256];
	enum credential_verdict verdict = CREDENTIAL_MALFORMED;
	struct account a;
	struct scram s;
	long n;

	if (take_first(r, r->p[1], &s) != 0 ||
	    make_challenge(db, r, &s, &a, first, sizeof(first)) != 0)
		return;
	/* another challenge than was sent: the password has changed since */
	n = base64_decode(buf, sizeof(buf), r->p[2]);
	if (n >= 0 && strcmp(buf, first) != 0)
		verdict = CREDENTIAL_WRONG;
	else if (n >= 0 &&
	    (n = base64_decode(final, sizeof(final), r->p[3])) >= 0 &&
	    strlen(final) == (size_t)n)
		verdict = scram_final(
		    &s, &a.had, first, final, last, sizeof(last));
	base64_encode(text, sizeof(text), last, strlen(last));
	conclude(db, r, s.name, verdict, &a, text);
}

void
req_scram(struct database *db, struct request *r)
{
	if (strcmp(r->p[0], "FIRST") == 0)
		scram_challenge_request(db, r);
	else if (strcmp(r->p[0], "FINAL") == 0 && r->n >= 4)
		scram_final_request(db, r);
	else
		answer_denied(r, "MALFORMED", "This is not how it is done");
}

/* ---- with a certificate ---- */

/* The identity that base64 TEXT asks for, "" for whoever it is: 0 or -1. */
static int
identity_parse(const char *text, char *buf, size_t size)
{
	long n = base64_decode(buf, size, text);

	return n >= 0 && strlen(buf) == (size_t)n ? 0 : -1;
}

/* Nobody can guess one, so what is counted is the certificate, not the account:
 * its owner is held back by nobody else's failures. */
void
req_external(struct database *db, struct request *r)
{
	char fingerprint[CERTIFICATE_TEXT], name[REQUEST_NAME] = "";
	enum credential_verdict verdict = CREDENTIAL_RIGHT;
	struct account a;
	int n;

	if (certificate_parse(fingerprint, r->p[0]) != 0 ||
	    (r->n > 1 &&
	        identity_parse(r->p[1], name, sizeof(name)) != 0)) {
		answer_denied(r, "MALFORMED", "This is not how it is done");
		return;
	}
	if ((n = certificate_find(db, fingerprint, &a)) < 0) {
		answer_trouble(db, r);
		return;
	}
	/* one may only be oneself */
	if (n == 0 || (name[0] != '\0' && name_cmp(name, a.shown) != 0))
		verdict = CREDENTIAL_WRONG;
	conclude(db, r, fingerprint, verdict, &a, NULL);
}
