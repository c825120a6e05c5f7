/* SPDX-License-Identifier: ISC */
#ifndef TLS_GENERATE_H
#define TLS_GENERATE_H

#include <stddef.h>

/*
 * A certificate of the server's own, for those who have none: ECDSA on P-256,
 * signed by itself, for NAME and localhost, in CERT and KEY, of mode 0600.
 * If both are there they stay.  Several processes may call it at once.
 * Returns 0, or -1 with WHY.
 */
int generate_certificate(const char *cert, const char *key, const char *name,
    char *why, size_t size);

#endif
