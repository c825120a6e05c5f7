/* SPDX-License-Identifier: ISC */
#ifndef SERVER_SECURE_H
#define SERVER_SECURE_H

#include "op.h"

struct command;

/*
 * What is known of the TLS of a session: by whoever ended it, which is
 * mootd-tls or a trusted proxy.  `secure' of the session says whether there is
 * any, so that nobody looks into struct secure in vain.
 *
 * Secure is also who comes by a Unix socket: there is no way to read it on.
 */

enum { SECURE_TEXT = 96 /* bytes of secure_text() */ };

/* C's session is over TLS from now on (an op): VERSION and CIPHER may be "",
 * FINGERPRINT NULL. */
void secure_begin(struct command *c, const char *version, const char *cipher,
    const uint8_t *fingerprint);
/* It is not, after all. */
void secure_end(struct command *c);
void op_secure(struct op *op);

/* What there is of session I, NULL for nothing. */
const struct secure *secure_of(uint32_t i);
/* The fingerprint of its client's certificate, PROXY_FINGERPRINT bytes; NULL:
 * it has shown none. */
const uint8_t *secure_certificate(uint32_t i);
/* " [TLSv1.3, CIPHER]", or as much of it as is known, "" for nothing. */
const char *secure_text(uint32_t i, char buf[SECURE_TEXT]);
/* Whether session S is secure. */
int secure_is(const struct session *s);
/* Whether all connections that user U has are secure; it has one at least. */
int secure_user(uint32_t u);
/* Whether none that it has is not: so, too, while it has none. */
int secure_never_plain(uint32_t u);
/* A room for secure connections alone that U is in, 0 for none. */
uint32_t secure_room(uint32_t u);
/* Whether ADDR is one of this machine's to itself. */
int secure_is_here(const struct in6_addr *addr);

/* For validate.c: whether what there is of session I cannot be. */
int secure_wrong(uint32_t i);

#endif
