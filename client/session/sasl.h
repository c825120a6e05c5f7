/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_SASL_H
#define CLIENT_SASL_H

#include <stddef.h>

#include "event.h"

/* Logging in while registering: SASL EXTERNAL, SCRAM-SHA-256 and PLAIN. */

enum {
	SASL_SECRET = 512,  /* bytes of a password, with its NUL */
	SASL_LINE = 400,    /* bytes of base64 in an AUTHENTICATE */
	SASL_MESSAGE = 1200,
};

/* Begins, if there is an account, and the server offers MECHANISMS (NULL: it
 * does not say which).  1: registration waits for it; 0: there is nothing to
 * do, or it cannot be done, which is said. */
int sasl_begin(struct session *s, const char *mechanisms);
/* Forgets what is under way. */
void sasl_clear(struct session *s);
/* The server has nothing of the kind, or lets us in before it is over: said,
 * if there is an account. */
void sasl_missing(struct session *s);

/* Handlers of event.c's table: AUTHENTICATE, one parameter; 900, three; 901
 * and 903, none; 902 and 904 to 907, one. */
void sasl_authenticate(struct session *s, struct event_line *e);
void sasl_logged_in(struct session *s, struct event_line *e);
void sasl_logged_out(struct session *s, struct event_line *e);
void sasl_success(struct session *s, struct event_line *e);
void sasl_failed(struct session *s, struct event_line *e);

/* Whether LIST ("A,B") has MECHANISM. */
int sasl_offers(const char *list, const char *mechanism);
/* "\0account\0secret", its length; -1 when it does not fit. */
int sasl_plain(char *dst, size_t size, const char *account,
    const char *secret);

#endif
