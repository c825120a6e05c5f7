/* SPDX-License-Identifier: ISC */
#ifndef STORE_SCRAM_H
#define STORE_SCRAM_H

#include "credential.h"

/*
 * The server's part of SCRAM-SHA-256 (RFC 5802, RFC 7677), keeping nothing
 * between its two steps: the second gets again what the first got.
 */

enum {
	SCRAM_MESSAGE = 1024, /* bytes of a message, not in base64 */
	SCRAM_NONCE = 24,     /* characters of our part of the nonce */
};

struct scram {
	char name[256];       /* who says it is */
	char gs2[300];        /* "n,," and what it binds, as it came */
	char first[SCRAM_MESSAGE]; /* client-first-message-bare */
	char nonce[512];      /* the client's */
};

/* Takes a client-first apart: 0, or -1 when it is none, or wants what we
 * have not: channel binding, another identity, an extension. */
int scram_parse(struct scram *s, const char *client_first);
/* The server-first for C: "r=...,s=...,i=...".  The same again for the same
 * SECRET and SEED.  0, or -1. */
int scram_challenge(const struct scram *s, const struct credential *c,
    const uint8_t *secret, const char *seed, char *dst, size_t size);
/* Whether CLIENT_FINAL proves the password; the server-final is "v=...". */
enum credential_verdict scram_final(const struct scram *s,
    const struct credential *c, const char *server_first,
    const char *client_final, char *dst, size_t size);

#endif
