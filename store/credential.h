/* SPDX-License-Identifier: ISC */
#ifndef STORE_CREDENTIAL_H
#define STORE_CREDENTIAL_H

#include <stddef.h>
#include <stdint.h>

/*
 * What is kept of a password: RFC 5802, with SHA-256 (RFC 7677).  Neither the
 * password nor anything that can be logged in with is in it.
 */

enum {
	CREDENTIAL_KEY = 32,       /* bytes of a key: SHA-256 */
	CREDENTIAL_SALT = 16,
	CREDENTIAL_LEAST = 4096,   /* iterations: the floor of RFC 7677 */
	CREDENTIAL_ITERATIONS = 10000,
	CREDENTIAL_PASSWORD = 300, /* bytes of a password */
};

struct credential {
	int64_t account;           /* 0: of nobody, made up */
	int iterations;
	uint8_t salt[CREDENTIAL_SALT];
	uint8_t stored_key[CREDENTIAL_KEY];
	uint8_t server_key[CREDENTIAL_KEY];
};

#endif
