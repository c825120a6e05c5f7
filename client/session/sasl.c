/* SPDX-License-Identifier: ISC */
/*
 * SASL: logging in while registering.
 *
 * negotiation.c begins it when the capability is granted, and holds the
 * registration until the server has answered.  The password comes from whoever
 * owns the session, is asked for when it is needed, and is wiped at once.  A
 * login that fails is said; then moot goes on as a guest, or ends, as its
 * owner wants.
 *
 * Of what the server offers the best is taken, in the order of one table:
 * EXTERNAL, where we have a certificate, SCRAM-SHA-256, by which the server
 * learns no password, and PLAIN, by which it does, and so does whoever reads
 * along: that is not done on a connection that others can read, unless its
 * owner said so.  Who names a mechanism gets that one or none.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/news.h"
#include "client/tls/scram.h"
#include "client/tls/tls.h"
#include "irc/base64.h"
#include "irc/name.h"
#include "negotiation.h"
#include "sasl.h"
#include "session.h"

/* ---- forms ---- */

int
sasl_offers(const char *list, const char *mechanism)
{
	size_t len = strlen(mechanism), n;

	for (; *list != '\0'; list += n + (list[n] == ',')) {
		n = strcspn(list, ",");
		if (n == len && strncasecmp(list, mechanism, n) == 0)
			return 1;
	}
	return 0;
}

int
sasl_plain(char *dst, size_t size, const char *account, const char *secret)
{
	size_t a = strlen(account), b = strlen(secret);

	if (a + b + 2 > size)
		return -1;
	dst[0] = '\0';
	memcpy(dst + 1, account, a);
	dst[1 + a] = '\0';
	memcpy(dst + 2 + a, secret, b);
	return a + b + 2;
}

/* ---- the conversation ---- */

/* A login under way. */
struct sasl {
	const struct sasl_mechanism *mechanism;
	int external_failed;
	int step;            /* of the mechanism, from 0 */
	struct scram scram;
	int proved;          /* the server has shown that it knows us */
	size_t len;          /* of what came of a message, in base64 */
	char in[BASE64_SIZE(SASL_MESSAGE)];
};

struct sasl_mechanism {
	const char *name;
	/* Whether it can be used, if the server has it. */
	int (*may)(const struct session *s);
	/* Answers MESSAGE of the server. */
	void (*step)(struct session *s, struct sasl *x, const char *message);
};

/* It did not work: said, and, where a guest will not do, the end. */
static void
sasl_give_up(struct session *s, const char *why)
{
	const char *who = s->account != NULL ? s->account : "";

	s->login = LOGIN_FAILED;
	if (s->login_needed && s->state == SESSION_REGISTERING)
		session_end(s, STATUS_REFUSED, "cannot log in as %s: %s", who,
		    why);
	else if (s->state == SESSION_REGISTERING)
		news_error(s, "cannot log in as %s: %s; going on without",
		    who, why);
	else
		news_error(s, "cannot log in as %s: %s", who, why);
}

void
sasl_missing(struct session *s)
{
	if (s->login == LOGIN_UNDER_WAY)
		sasl_give_up(s, "the server did not wait for it");
	else if (s->account != NULL && s->login == LOGIN_NONE)
		sasl_give_up(s, "the server has no accounts to log in to");
}

/* In lines of SASL_LINE bytes, and an empty one after a last full one. */
static void
sasl_send(struct session *s, const char *base64)
{
	size_t len = strlen(base64), n;

	do {
		n = len < SASL_LINE ? len : SASL_LINE;
		if (n == 0)
			session_write(s, "AUTHENTICATE +");
		else
			session_write(s, "AUTHENTICATE %.*s", (int)n, base64);
		base64 += n;
		len -= n;
	} while (n == SASL_LINE);
}

/* It makes no sense to go on. */
static void
sasl_abort(struct session *s, const char *why)
{
	session_write(s, "AUTHENTICATE *");
	sasl_give_up(s, why);
}

/* The next message of ours, which is wiped. */
static void
sasl_say(struct session *s, char *message, size_t len)
{
	char base64[BASE64_SIZE(SASL_MESSAGE)];

	if (base64_write(base64, sizeof(base64), message, len) == 0)
		sasl_send(s, base64);
	else
		sasl_abort(s, "the message is too long");
	explicit_bzero(message, len);
	explicit_bzero(base64, sizeof(base64));
}

/* The password, which the caller wipes; -1: there is none, which was said. */
static int
sasl_secret(struct session *s, char secret[SASL_SECRET])
{
	char why[CONNECTION_WHY] = "";
	int got = 0;

	*secret = '\0';
	if (s->secret != NULL)
		got = s->secret(s, secret, SASL_SECRET, why, sizeof(why));
	if (got > 0)
		return 0;
	sasl_abort(s, got == 0 ? "there is no password" : why);
	return -1;
}

static void
sasl_step_external(struct session *s, struct sasl *x, const char *message)
{
	char account[SASL_SECRET];

	(void)x;
	(void)message;
	snprintf(account, sizeof(account), "%s",
	    s->account != NULL ? s->account : "");
	sasl_say(s, account, strlen(account));
}

/* The password is in no memory of ours for longer than this. */
static void
sasl_step_plain(struct session *s, struct sasl *x, const char *message)
{
	char secret[SASL_SECRET], plain[SASL_MESSAGE];
	int len;

	(void)x;
	(void)message;
	if (sasl_secret(s, secret) == 0) {
		len = sasl_plain(plain, sizeof(plain), s->account, secret);
		if (len >= 0)
			sasl_say(s, plain, (size_t)len);
		else
			sasl_abort(s, "the password is too long");
	}
	explicit_bzero(secret, sizeof(secret));
}

/* Our first message, our proof, and that the server knows the password, too. */
static void
sasl_step_scram(struct session *s, struct sasl *x, const char *message)
{
	char answer[SCRAM_MESSAGE] = "", secret[SASL_SECRET];
	int result = -1;

	if (x->step == 0)
		result = scram_begin(&x->scram, s->account, NULL, answer);
	else if (x->step == 1) {
		if (sasl_secret(s, secret) == -1)
			return;
		result = scram_answer(&x->scram, message, secret, answer);
		explicit_bzero(secret, sizeof(secret));
	} else if (x->step == 2 && scram_verify(&x->scram, message)) {
		x->proved = 1;
		result = 0;
	}
	if (result == 0)
		sasl_say(s, answer, strlen(answer));
	else
		sasl_abort(s, x->step == 2 ? "the server does not know the "
		    "password: it is another one than it seems" :
		    "what the server asks makes no sense");
}

static int
sasl_may_external(const struct session *s)
{
	const struct connection *c = &s->connection;

	if (s->sasl->external_failed)
		return 0;
	return s->mechanism != NULL || (c->tls && c->certificate != NULL);
}

static int
sasl_may_scram(const struct session *s)
{
	return s->account != NULL && tls_is_built();
}

static int
sasl_may_plain(const struct session *s)
{
	return s->account != NULL &&
	    (s->in_clear || connection_is_private(&s->connection));
}

/* The best first. */
static const struct sasl_mechanism sasl_mechanisms[] = {
	{ "EXTERNAL", sasl_may_external, sasl_step_external },
	{ "SCRAM-SHA-256", sasl_may_scram, sasl_step_scram },
	{ "PLAIN", sasl_may_plain, sasl_step_plain },
};

enum { SASL_MECHANISMS = sizeof(sasl_mechanisms) / sizeof(sasl_mechanisms[0]) };

/* Whether the server has it; who does not say has what is usual. */
static int
sasl_has(const char *list, const char *mechanism)
{
	if (list == NULL || *list == '\0')
		return strcmp(mechanism, "SCRAM-SHA-256") != 0;
	return sasl_offers(list, mechanism);
}

/* The one to log in by; NULL, and WHY: there is none. */
static const struct sasl_mechanism *
sasl_choose(const struct session *s, const char *list, char *why, size_t size)
{
	const struct sasl_mechanism *m;
	int i, unsafe = 0;

	for (i = 0; i < SASL_MECHANISMS; i++) {
		m = &sasl_mechanisms[i];
		if ((s->mechanism != NULL &&
		    strcmp(s->mechanism, m->name) != 0) ||
		    !sasl_has(list, m->name))
			continue;
		if (m->may(s))
			return m;
		unsafe |= m->step == sasl_step_plain && s->account != NULL;
	}
	if (unsafe)
		snprintf(why, size, "others could read the password; see "
		    "ircs:// and password-in-clear");
	else if (s->mechanism != NULL)
		snprintf(why, size, "the server has no %s, only %s",
		    s->mechanism, list != NULL ? list : "others");
	else
		snprintf(why, size, "there is no way that both know; the "
		    "server has %s", list != NULL && *list != '\0' ? list :
		    "none");
	return NULL;
}

/* Who one is to the server: by an account, or by a certificate alone. */
static int
sasl_is_wanted(const struct session *s)
{
	return s->account != NULL || (s->connection.tls &&
	    s->connection.certificate != NULL);
}

int
sasl_begin(struct session *s, const char *mechanisms)
{
	char why[CONNECTION_WHY];
	int failed;

	if (!sasl_is_wanted(s) || s->login == LOGIN_DONE ||
	    s->login == LOGIN_UNDER_WAY)
		return 0;
	failed = s->sasl != NULL && s->sasl->external_failed;
	sasl_clear(s);
	s->sasl = calloc(1, sizeof(*s->sasl));
	if (s->sasl == NULL) {
		sasl_give_up(s, "out of memory");
		return 0;
	}
	s->sasl->external_failed = failed;
	s->sasl->mechanism = sasl_choose(s, mechanisms, why, sizeof(why));
	if (s->sasl->mechanism == NULL) {
		sasl_give_up(s, why);
		return 0;
	}
	s->login = LOGIN_UNDER_WAY;
	session_write(s, "AUTHENTICATE %s", s->sasl->mechanism->name);
	return 1;
}

void
sasl_clear(struct session *s)
{
	if (s->sasl != NULL)
		explicit_bzero(s->sasl, sizeof(*s->sasl));
	free(s->sasl);
	s->sasl = NULL;
}

/* A piece of a message, the last one being shorter than SASL_LINE.  1: it is
 * whole, in MESSAGE; -1: it is none. */
static int
sasl_collect(struct sasl *x, const char *piece, char message[SASL_MESSAGE])
{
	size_t len = strlen(piece);
	long n;

	if (strcmp(piece, "+") == 0)
		len = 0;
	if (x->len + len >= sizeof(x->in))
		return -1;
	memcpy(x->in + x->len, piece, len);
	x->len += len;
	if (len == SASL_LINE)
		return 0;
	n = base64_read(message, SASL_MESSAGE - 1, x->in, x->len);
	x->len = 0;
	if (n == -1 || memchr(message, '\0', (size_t)n) != NULL)
		return -1;
	message[n] = '\0';
	return 1;
}

void
sasl_authenticate(struct session *s, struct event_line *e)
{
	char message[SASL_MESSAGE];
	struct sasl *x = s->sasl;
	int whole;

	if (s->login != LOGIN_UNDER_WAY)
		return;
	whole = sasl_collect(x, e->m.param[0], message);
	if (whole == -1)
		sasl_abort(s, "what the server says makes no sense");
	if (whole != 1)
		return;
	x->mechanism->step(s, x, message);
	x->step++;
}

/* 900: also when somebody logs in by other means. */
void
sasl_logged_in(struct session *s, struct event_line *e)
{
	snprintf(s->logged_in, sizeof(s->logged_in), "%s", e->m.param[2]);
	news_state(s, "logged in as %s", s->logged_in);
}

void
sasl_logged_out(struct session *s, struct event_line *e)
{
	(void)e;
	*s->logged_in = '\0';
	news_state(s, "logged out");
}

/* 903.  Who lets us in without having shown that it knows the password is not
 * whom we wanted to talk to. */
void
sasl_success(struct session *s, struct event_line *e)
{
	(void)e;
	if (s->login != LOGIN_UNDER_WAY)
		return;
	if (s->sasl->mechanism->step == sasl_step_scram && !s->sasl->proved) {
		session_end(s, STATUS_UNTRUSTED, "the server has not shown "
		    "that it knows the password of %s", s->account);
		return;
	}
	s->login = LOGIN_DONE;
	if (*s->logged_in == '\0' && s->account != NULL)
		snprintf(s->logged_in, sizeof(s->logged_in), "%s", s->account);
	negotiation_end(s);
}

/* A certificate that the server does not know yet: there may be a password,
 * by which one logs in to make it known. */
static int
sasl_try_next(struct session *s)
{
	if (s->mechanism != NULL || s->account == NULL ||
	    s->sasl->mechanism->step != sasl_step_external)
		return 0;
	s->sasl->external_failed = 1;
	s->login = LOGIN_NONE;
	return sasl_begin(s, s->mechanisms);
}

/* 902, 904 to 907; what we aborted ourselves has been said. */
void
sasl_failed(struct session *s, struct event_line *e)
{
	if (s->login == LOGIN_UNDER_WAY && sasl_try_next(s))
		return;
	if (s->login == LOGIN_UNDER_WAY)
		sasl_give_up(s, e->m.param[e->m.nparam - 1]);
	else if (s->login != LOGIN_FAILED)
		return;
	if (s->state != SESSION_OVER)
		negotiation_end(s);
}
