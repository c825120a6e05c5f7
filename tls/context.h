/* SPDX-License-Identifier: ISC */
#ifndef TLS_CONTEXT_H
#define TLS_CONTEXT_H

#include <openssl/ssl.h>

#include "page.h"

/*
 * How this server speaks TLS: versions, suites, and its certificate with its
 * private key, which no other process has.
 */

/* What a new connection goes by; NULL as long as there is no certificate. */
extern SSL_CTX *context;

/* Reads certificate and key, having made them if none are configured, and
 * describes them, or the trouble with them, in TELL.  Returns 0 or -1. */
int context_open(struct tls_certificate *tell);
/* Reads them again if the files have changed, or if it is FORCED.  Those who
 * are connected keep what they have; what cannot be read changes nothing. */
void context_watch(int forced);

#endif
