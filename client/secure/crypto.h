/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_SECURE_CRYPTO_H
#define CLIENT_SECURE_CRYPTO_H

#include <stddef.h>
#include <stdint.h>

/*
 * The primitives: X25519 (RFC 7748), HKDF-SHA256 (RFC 5869) and
 * ChaCha20-Poly1305 (RFC 8439), by OpenSSL.  All return -1 when that fails,
 * which but for crypto_agree() and crypto_open() only a lack of memory does;
 * what they were to write is not to be used then.
 */

enum {
	CRYPTO_KEY = 32,   /* bytes of each key, public ones too */
	CRYPTO_HASH = 32,
	CRYPTO_NONCE = 12,
	CRYPTO_TAG = 16,   /* by which a ciphertext is longer than its text */
};

struct crypto_bytes {
	const void *data;
	size_t len;
};

int crypto_random(void *out, size_t len);
int crypto_public(uint8_t out[CRYPTO_KEY], const uint8_t private[CRYPTO_KEY]);
/* -1 also for a public key that makes any private one agree on the same. */
int crypto_agree(uint8_t out[CRYPTO_KEY], const uint8_t private[CRYPTO_KEY],
    const uint8_t public[CRYPTO_KEY]);
/* SHA-256 of A and B, one behind the other. */
int crypto_hash(uint8_t out[CRYPTO_HASH], struct crypto_bytes a,
    struct crypto_bytes b);
/* LEN bytes, 255 hashes at most. */
int crypto_derive(uint8_t *out, size_t len, struct crypto_bytes salt,
    struct crypto_bytes key, struct crypto_bytes info);
/* OUT has CRYPTO_TAG bytes more than TEXT; it may be TEXT. */
int crypto_seal(uint8_t *out, const uint8_t key[CRYPTO_KEY],
    const uint8_t nonce[CRYPTO_NONCE], struct crypto_bytes ad,
    struct crypto_bytes text);
/* OUT has CRYPTO_TAG bytes less.  -1 also when anything is not what was
 * sealed. */
int crypto_open(uint8_t *out, const uint8_t key[CRYPTO_KEY],
    const uint8_t nonce[CRYPTO_NONCE], struct crypto_bytes ad,
    struct crypto_bytes sealed);
/* Overwrites a secret. */
void crypto_wipe(void *data, size_t len);

#endif
