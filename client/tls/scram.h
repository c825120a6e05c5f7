/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_SCRAM_H
#define CLIENT_SCRAM_H

#include <stddef.h>

/*
 * SCRAM-SHA-256 (RFC 5802, RFC 7677), the client's side: the server learns that
 * we have the password, but not which it is, and has to show that it knows it
 * too.  Messages are texts, before base64.  Where moot is built without
 * OpenSSL, scram_begin() fails.
 */

enum {
	SCRAM_NONCE = 33,     /* bytes of our part, with its NUL */
	SCRAM_MESSAGE = 1200, /* bytes of a message, with its NUL */
	SCRAM_KEY = 32,
	SCRAM_LEAST = 4096,   /* iterations: fewer protect nothing */
	SCRAM_MOST = 1000000, /* more would hold moot up for seconds */
};

struct scram {
	char nonce[SCRAM_NONCE];
	char bare[SCRAM_MESSAGE];   /* our first message, but for its head */
	unsigned char proof[SCRAM_KEY]; /* that the server has to show */
	int proving;                /* there is one */
};

/* Begins; NONCE: NULL, or that of a test.  Our first message; -1: it does not
 * fit, or there is no randomness. */
int scram_begin(struct scram *s, const char *account, const char *nonce,
    char message[SCRAM_MESSAGE]);
/* Our second one, in answer to CHALLENGE.  -1: it is malformed, or asks for
 * what we do not do. */
int scram_answer(struct scram *s, const char *challenge, const char *password,
    char message[SCRAM_MESSAGE]);
/* Whether FINAL shows that the server knows the password. */
int scram_verify(const struct scram *s, const char *final);
void scram_wipe(struct scram *s);

#endif
