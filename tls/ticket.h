/* SPDX-License-Identifier: ISC */
#ifndef TLS_TICKET_H
#define TLS_TICKET_H

#include <openssl/ssl.h>

/*
 * Session tickets of TLS 1.3 (RFC 8446, section 4.6.1).  What encrypts them is
 * derived from the private key and the time, so that every process of this
 * server, also the next one after a death, resumes what another began.  Each
 * resumption has a key exchange of its own, so who steals the private key
 * reads nothing that was recorded.
 *
 * For TLS 1.2 that would not be so: a ticket holds what its connection is
 * encrypted with.  There a process resumes only what it has in its memory.
 */

enum {
	TICKET_EPOCH = 12 * 3600, /* s a key is used */
	TICKET_LIFE = 2 * TICKET_EPOCH, /* s a ticket is good for */
};

/* Uses tickets by KEY in CTX.  Returns 0 or -1. */
int ticket_open(SSL_CTX *ctx, EVP_PKEY *key);

#endif
