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
 * PLAIN shows the password to the server, as PASS does.  SCRAM would not, but
 * needs HMAC-SHA-256, which neither libc nor libcrypt has.
 */

#include <stdio.h>
#include <string.h>

#include "client/news.h"
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
sasl_base64(char *dst, size_t size, const char *src, size_t len)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *p = (const unsigned char *)src;
	unsigned int v;
	size_t i;

	if ((len + 2) / 3 * 4 + 1 > size)
		return -1;
	for (i = 0; i < len; i += 3) {
		v = p[i] << 16;
		v |= i + 1 < len ? p[i + 1] << 8 : 0;
		v |= i + 2 < len ? p[i + 2] : 0;
		*dst++ = digits[v >> 18];
		*dst++ = digits[v >> 12 & 63];
		*dst++ = i + 1 < len ? digits[v >> 6 & 63] : '=';
		*dst++ = i + 2 < len ? digits[v & 63] : '=';
	}
	*dst = '\0';
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

static const char *
sasl_mechanism(const struct session *s)
{
	return s->mechanism != NULL ? s->mechanism : "PLAIN";
}

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

int
sasl_begin(struct session *s, const char *mechanisms)
{
	const char *mechanism = sasl_mechanism(s);
	char why[CONNECTION_WHY];

	if (s->account == NULL || s->login == LOGIN_DONE ||
	    s->login == LOGIN_UNDER_WAY)
		return 0;
	if (mechanisms != NULL && *mechanisms != '\0' &&
	    !sasl_offers(mechanisms, mechanism)) {
		snprintf(why, sizeof(why), "the server has no %s, only %s",
		    mechanism, mechanisms);
		sasl_give_up(s, why);
		return 0;
	}
	s->login = LOGIN_UNDER_WAY;
	session_write(s, "AUTHENTICATE %s", mechanism);
	return 1;
}

void
sasl_missing(struct session *s)
{
	if (s->account != NULL && s->login == LOGIN_NONE)
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

/* The password is in no memory of ours for longer than this. */
static void
sasl_send_plain(struct session *s)
{
	char secret[SASL_SECRET], plain[SASL_MESSAGE];
	char base64[SASL_MESSAGE * 4 / 3 + 8], why[CONNECTION_WHY] = "";
	int got = 0, len = -1;

	*secret = '\0';
	if (s->secret != NULL)
		got = s->secret(s, secret, sizeof(secret), why, sizeof(why));
	if (got > 0)
		len = sasl_plain(plain, sizeof(plain), s->account, secret);
	if (len >= 0 && sasl_base64(base64, sizeof(base64), plain, len) == 0)
		sasl_send(s, base64);
	else {
		session_write(s, "AUTHENTICATE *");
		sasl_give_up(s, got == 0 ? "there is no password" :
		    *why != '\0' ? why : "the password is too long");
	}
	explicit_bzero(secret, sizeof(secret));
	explicit_bzero(plain, sizeof(plain));
	explicit_bzero(base64, sizeof(base64));
}

void
sasl_authenticate(struct session *s, struct event_line *e)
{
	char base64[SASL_MESSAGE];

	if (s->login != LOGIN_UNDER_WAY || strcmp(e->m.param[0], "+") != 0)
		return;
	if (name_cmp(sasl_mechanism(s), "EXTERNAL") != 0)
		sasl_send_plain(s);
	else if (sasl_base64(base64, sizeof(base64), s->account,
	    strlen(s->account)) == 0)
		sasl_send(s, base64);
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

/* 903 */
void
sasl_success(struct session *s, struct event_line *e)
{
	(void)e;
	if (s->login != LOGIN_UNDER_WAY)
		return;
	s->login = LOGIN_DONE;
	if (*s->logged_in == '\0')
		snprintf(s->logged_in, sizeof(s->logged_in), "%s", s->account);
	negotiation_end(s);
}

/* 902, 904 to 907; what we aborted ourselves has been said. */
void
sasl_failed(struct session *s, struct event_line *e)
{
	if (s->login == LOGIN_UNDER_WAY)
		sasl_give_up(s, e->m.param[e->m.nparam - 1]);
	else if (s->login != LOGIN_FAILED)
		return;
	if (s->state != SESSION_OVER)
		negotiation_end(s);
}
