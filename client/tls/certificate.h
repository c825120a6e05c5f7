/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_CERTIFICATE_H
#define CLIENT_CERTIFICATE_H

#include "tls.h"

/* A certificate of ours, by which servers know us instead of a password. */

enum { CERTIFICATE_FINGERPRINT = 2 * 32 + 1 };

/* Makes a key and a certificate for NAME, signed by itself, and writes both to
 * the file PATH, which nobody else can read and must not be there yet.  -1 and
 * WHY. */
int certificate_make(const char *path, const char *name, char why[TLS_WHY]);
/* SHA-256 of the one in the file PATH, in hexadecimal: what a server calls it.
 * -1 and WHY. */
int certificate_fingerprint(const char *path,
    char hex[CERTIFICATE_FINGERPRINT], char why[TLS_WHY]);

#endif
