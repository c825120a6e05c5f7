/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_SECURE_NOISE_H
#define CLIENT_SECURE_NOISE_H

#include <stddef.h>
#include <stdint.h>

#include "crypto.h"

/*
 * Noise_XX_25519_ChaChaPoly_SHA256, the Noise Protocol Framework, revision 34:
 * three messages after which two sides have each other's identity key and two
 * keys that nobody else has.
 *
 * The first writes, reads, writes; the other reads, writes, reads.  After
 * any -1 the handshake is of no more use.
 */

enum {
	NOISE_MESSAGES = 3,
	NOISE_MORE = 2 * CRYPTO_KEY + 2 * CRYPTO_TAG, /* than the payload */
};

struct noise {
	int initiator, step;       /* messages so far */
	uint8_t hash[CRYPTO_HASH], chain[CRYPTO_HASH];
	uint8_t key[CRYPTO_KEY];
	int has_key;
	uint64_t nonce;
	uint8_t s[CRYPTO_KEY], s_public[CRYPTO_KEY];
	uint8_t e[CRYPTO_KEY], e_public[CRYPTO_KEY]; /* a test may set E */
	uint8_t rs[CRYPTO_KEY], re[CRYPTO_KEY];      /* of the other side */
};

/* IDENTITY is our private key; it is copied. */
int noise_begin(struct noise *n, int initiator,
    const uint8_t identity[CRYPTO_KEY], struct crypto_bytes prologue);
/* The next message into OUT, which has room for NOISE_MORE more than the
 * payload; its length. */
long noise_write(struct noise *n, struct crypto_bytes payload, uint8_t *out);
/* The payload of the one that came into OUT, which has its LEN; its length. */
long noise_read(struct noise *n, struct crypto_bytes message, uint8_t *out);
/* After the last: the key of what the first says, and of what the other does.
 * RS is the identity of the other side. */
int noise_split(struct noise *n, uint8_t first[CRYPTO_KEY],
    uint8_t other[CRYPTO_KEY]);
void noise_wipe(struct noise *n);

#endif
