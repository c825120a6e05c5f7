/* SPDX-License-Identifier: ISC */
#ifndef STORE_CREDENTIAL_H
#define STORE_CREDENTIAL_H

#include <stddef.h>
#include <stdint.h>

/*
 * What is kept of a password: the keys of RFC 5802, with SHA-256 (RFC 7677).
 * Neither the password nor anything that can be logged in with is in them.
 */

enum {
	CREDENTIAL_KEY = 32,       /* bytes of a key: SHA-256 */
	CREDENTIAL_SALT = 16,
	CREDENTIAL_LEAST = 4096,   /* iterations: the floor of RFC 7677 */
	CREDENTIAL_ITERATIONS = 10000, /* of new ones; credential.c says why */
	CREDENTIAL_PASSWORD = 300, /* bytes of a password */
	CREDENTIAL_SECRET = 32,
};

enum credential_verdict {
	CREDENTIAL_NONE,      /* nothing was checked */
	CREDENTIAL_MADE,      /* a new one */
	CREDENTIAL_RIGHT,
	CREDENTIAL_WRONG,
	CREDENTIAL_MALFORMED, /* what came is not what the mechanism says */
	CREDENTIAL_WEAK,      /* no password to take: too short, ... */
	CREDENTIAL_REFUSED,   /* ... too long, with controls, not UTF-8 */
};

struct credential {
	int64_t account;           /* 0: of nobody, made up */
	int iterations;
	uint8_t salt[CREDENTIAL_SALT];
	uint8_t stored_key[CREDENTIAL_KEY];
	uint8_t server_key[CREDENTIAL_KEY];
};

/* Has libcrypto read what it wants to from files, while it can. */
void credential_open(void);
/* Bytes of a password at least: `password-least', set before any thread. */
extern int credential_least;

/* Whether PASSWORD may become one: MADE, WEAK or REFUSED. */
enum credential_verdict credential_acceptable(const char *password);
/* Makes one of PASSWORD with a new salt; slow.  0, or -1 (no memory). */
int credential_make(struct credential *c, const char *password);
/* RIGHT or WRONG; slow, and as slow for a made up one. */
enum credential_verdict credential_check(
    const struct credential *c, const char *password);
/* What an unknown NAME has: always the same salt, and keys of no password. */
void credential_fake(
    struct credential *c, const uint8_t *secret, const char *name);
int credential_same(const struct credential *a, const struct credential *b);

/* HMAC-SHA-256 of LABEL, A and B, such that no two of them mix. */
void credential_mac(uint8_t out[CREDENTIAL_KEY], const uint8_t *secret,
    const char *label, const char *a, const char *b);
void credential_hmac(uint8_t out[CREDENTIAL_KEY], const void *key, size_t len,
    const void *data, size_t size);
void credential_sha256(uint8_t out[CREDENTIAL_KEY], const void *data,
    size_t size);
int credential_equal(const void *a, const void *b, size_t n);
/* Forgets N bytes at P, whatever the compiler thinks. */
void credential_wipe(void *p, size_t n);
/* N bytes nobody can guess: 0 or -1. */
int credential_random(void *p, size_t n);

/* Strict base64 with padding.  Returns the bytes written, or -1 when it is none
 * or does not fit.  A NUL is added that is not counted. */
long base64_decode(void *dst, size_t size, const char *src);
size_t base64_encode(char *dst, size_t size, const void *src, size_t len);

#endif
