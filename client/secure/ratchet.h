/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_SECURE_RATCHET_H
#define CLIENT_SECURE_RATCHET_H

#include <stddef.h>
#include <stdint.h>

#include "crypto.h"

/*
 * A ratchet for each direction: a key for each message, which cannot be made
 * again from what is kept after it was used.
 */

enum {
	RATCHET_KEPT = 256,  /* keys of messages that may come yet */
	RATCHET_FAR = 2000,  /* messages that may be missing in a row */
	RATCHET_MORE = CRYPTO_NONCE + CRYPTO_TAG, /* than the text */
};

/* Why a message is not opened. */
enum ratchet_error {
	RATCHET_FORGED = -1, /* it is not what was sealed */
	RATCHET_USED = -2,   /* its key was used, or is kept no more */
	RATCHET_AHEAD = -3,  /* it is too far ahead */
};

struct ratchet_chain {
	uint8_t key[CRYPTO_KEY];
	uint32_t next;   /* the message that the next key is of */
};

struct ratchet_kept {
	uint32_t counter;
	uint8_t key[CRYPTO_KEY];
};

struct ratchet {
	struct ratchet_chain out, in;
	struct ratchet_kept kept[RATCHET_KEPT]; /* in the order of counters */
	size_t nkept;
};

/* The key of the next message to send, whose number is in COUNTER: R has to
 * be on the disk before it is used.  -1: there is none. */
int ratchet_next(struct ratchet *r, uint8_t key[CRYPTO_KEY],
    uint32_t *counter);
/* Encrypts by such a key, which it wipes: OUT is RATCHET_MORE longer. */
int ratchet_seal(uint8_t *out, uint8_t key[CRYPTO_KEY],
    struct crypto_bytes ad, struct crypto_bytes text);
/* Decrypts message COUNTER into OUT, which is RATCHET_MORE shorter: its
 * length, or an enum ratchet_error, and R is as it was. */
long ratchet_open(struct ratchet *r, uint32_t counter, struct crypto_bytes ad,
    struct crypto_bytes sealed, uint8_t *out);

#endif
