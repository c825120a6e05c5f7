/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_REGISTRATION_H
#define CLIENT_REGISTRATION_H

#include <stddef.h>

#include "client/tls/tls.h"

/* Making an account on a server, in a conversation of its own that ends with
 * it: for the first start, before there is a session. */

#ifndef REGISTRATION_WAIT
#define REGISTRATION_WAIT 20000 /* milliseconds for all of it */
#endif

enum registration_result {
	REGISTRATION_DONE,
	REGISTRATION_ANSWERED, /* somebody said something: WHY */
	REGISTRATION_REFUSED,  /* WHY, in the server's words */
	REGISTRATION_NICK,     /* the nick is taken, or is none there */
	REGISTRATION_FAILED,   /* not reached, or no answer: WHY */
};

/* What is wanted: an account NICK with PASSWORD on the server at WHERE, by the
 * TOKEN of an invitation, or NULL. */
struct registration_wish {
	const char *where, *nick, *password, *token;
};

/* Makes it, by REGISTER or, where that is missing, by NickServ.  Waits for it.
 * WHY may come from anybody.  A server that was never met is believed, as
 * there is a person; INFO, if not NULL, is what it has shown, as tls_tell()
 * has it. */
enum registration_result registration_make(const struct registration_wish *w,
    struct tls_info *info, char *why, size_t size);
/* Whether somebody answers at WHERE within MS milliseconds. */
int registration_answers(const char *where, int ms);

#endif
