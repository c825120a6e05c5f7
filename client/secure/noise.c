/* SPDX-License-Identifier: ISC */
/*
 * The handshake, as the Noise Protocol Framework has it in section 5: a cipher
 * state, a symmetric state and a handshake state, in one struct and for one
 * pattern.  Its messages are a table of tokens.  Pure: it neither reads a
 * clock nor a file, and of the system only random bytes.
 */

#include <string.h>

#include "noise.h"

#define NOISE_NAME "Noise_XX_25519_ChaChaPoly_SHA256"

enum noise_token {
	TOKEN_END,
	TOKEN_E,
	TOKEN_S,
	TOKEN_EE,
	TOKEN_ES,
	TOKEN_SE,
};

static const enum noise_token noise_xx[NOISE_MESSAGES][5] = {
	{ TOKEN_E },
	{ TOKEN_E, TOKEN_EE, TOKEN_S, TOKEN_ES },
	{ TOKEN_S, TOKEN_SE },
};

static struct crypto_bytes
noise_bytes(const void *data, size_t len)
{
	struct crypto_bytes b = { data, len };

	return b;
}

/* ---- the symmetric state, section 5.2 ---- */

static int
noise_mix_hash(struct noise *n, const void *data, size_t len)
{
	return crypto_hash(n->hash, noise_bytes(n->hash, sizeof(n->hash)),
	    noise_bytes(data, len));
}

static int
noise_mix_key(struct noise *n, const uint8_t *material)
{
	uint8_t out[2 * CRYPTO_HASH];
	int result;

	result = crypto_derive(out, sizeof(out),
	    noise_bytes(n->chain, sizeof(n->chain)),
	    noise_bytes(material, CRYPTO_KEY), noise_bytes("", 0));
	memcpy(n->chain, out, sizeof(n->chain));
	memcpy(n->key, out + CRYPTO_HASH, sizeof(n->key));
	n->has_key = 1;
	n->nonce = 0;
	crypto_wipe(out, sizeof(out));
	return result;
}

/* 32 bits of zeros and 64 of the count, little-endian: section 12.3. */
static void
noise_next_nonce(struct noise *n, uint8_t out[CRYPTO_NONCE])
{
	uint64_t count = n->nonce++;
	int i;

	memset(out, 0, CRYPTO_NONCE);
	for (i = 4; i < CRYPTO_NONCE; i++, count >>= 8)
		out[i] = (uint8_t)count;
}

/* Each yields the length of what it wrote. */
static long
noise_encrypt(struct noise *n, struct crypto_bytes text, uint8_t *out)
{
	uint8_t nonce[CRYPTO_NONCE];
	size_t len = text.len;

	if (n->has_key) {
		noise_next_nonce(n, nonce);
		if (crypto_seal(out, n->key, nonce, noise_bytes(n->hash,
		    sizeof(n->hash)), text) == -1)
			return -1;
		len += CRYPTO_TAG;
	} else if (len > 0)
		memcpy(out, text.data, len);
	return noise_mix_hash(n, out, len) == -1 ? -1 : (long)len;
}

static long
noise_decrypt(struct noise *n, struct crypto_bytes text, uint8_t *out)
{
	uint8_t nonce[CRYPTO_NONCE];
	size_t len = text.len;

	if (n->has_key) {
		if (len < CRYPTO_TAG)
			return -1;
		noise_next_nonce(n, nonce);
		if (crypto_open(out, n->key, nonce, noise_bytes(n->hash,
		    sizeof(n->hash)), text) == -1)
			return -1;
		len -= CRYPTO_TAG;
	} else if (len > 0)
		memcpy(out, text.data, len);
	return noise_mix_hash(n, text.data, text.len) == -1 ? -1 : (long)len;
}

/* ---- tokens, section 5.3 ---- */

static int
noise_mix_agreed(struct noise *n, const uint8_t *private,
    const uint8_t *public)
{
	uint8_t shared[CRYPTO_KEY];
	int result;

	result = crypto_agree(shared, private, public);
	if (result == 0)
		result = noise_mix_key(n, shared);
	crypto_wipe(shared, sizeof(shared));
	return result;
}

/* "es" is the first side's ephemeral key and the other's identity. */
static int
noise_mix_token(struct noise *n, enum noise_token t)
{
	int ephemeral = t == TOKEN_EE || (t == TOKEN_ES) == n->initiator;

	if (t == TOKEN_EE)
		return noise_mix_agreed(n, n->e, n->re);
	return noise_mix_agreed(n, ephemeral ? n->e : n->s,
	    ephemeral ? n->rs : n->re);
}

static long
noise_write_token(struct noise *n, enum noise_token t, uint8_t *out)
{
	if (t == TOKEN_E) {
		if (crypto_public(n->e_public, n->e) == -1 ||
		    noise_mix_hash(n, n->e_public, CRYPTO_KEY) == -1)
			return -1;
		memcpy(out, n->e_public, CRYPTO_KEY);
		return CRYPTO_KEY;
	}
	if (t == TOKEN_S)
		return noise_encrypt(n, noise_bytes(n->s_public, CRYPTO_KEY),
		    out);
	return noise_mix_token(n, t);
}

static long
noise_read_token(struct noise *n, enum noise_token t, struct crypto_bytes in)
{
	size_t len = CRYPTO_KEY + (n->has_key ? CRYPTO_TAG : 0);

	if (t == TOKEN_E) {
		if (in.len < CRYPTO_KEY ||
		    noise_mix_hash(n, in.data, CRYPTO_KEY) == -1)
			return -1;
		memcpy(n->re, in.data, CRYPTO_KEY);
		return CRYPTO_KEY;
	}
	if (t == TOKEN_S) {
		if (in.len < len || noise_decrypt(n, noise_bytes(in.data,
		    len), n->rs) == -1)
			return -1;
		return (long)len;
	}
	return noise_mix_token(n, t);
}

/* ---- messages ---- */

int
noise_begin(struct noise *n, int initiator,
    const uint8_t identity[CRYPTO_KEY], struct crypto_bytes prologue)
{
	memset(n, 0, sizeof(*n));
	n->initiator = initiator;
	/* the name has just the length of a hash */
	memcpy(n->hash, NOISE_NAME, sizeof(n->hash));
	memcpy(n->chain, n->hash, sizeof(n->chain));
	memcpy(n->s, identity, sizeof(n->s));
	return crypto_public(n->s_public, n->s) == -1 ||
	    crypto_random(n->e, sizeof(n->e)) == -1 ||
	    noise_mix_hash(n, prologue.data, prologue.len) == -1 ? -1 : 0;
}

long
noise_write(struct noise *n, struct crypto_bytes payload, uint8_t *out)
{
	const enum noise_token *t;
	long len, all = 0;

	if (n->step >= NOISE_MESSAGES || n->step % 2 == n->initiator)
		return -1;
	for (t = noise_xx[n->step]; *t != TOKEN_END; t++, all += len)
		if ((len = noise_write_token(n, *t, out + all)) == -1)
			return -1;
	n->step++;
	len = noise_encrypt(n, payload, out + all);
	return len == -1 ? -1 : all + len;
}

long
noise_read(struct noise *n, struct crypto_bytes message, uint8_t *out)
{
	const enum noise_token *t;
	long len;

	if (n->step >= NOISE_MESSAGES || n->step % 2 != n->initiator)
		return -1;
	for (t = noise_xx[n->step]; *t != TOKEN_END; t++) {
		if ((len = noise_read_token(n, *t, message)) == -1)
			return -1;
		message.data = (const uint8_t *)message.data + len;
		message.len -= len;
	}
	n->step++;
	return noise_decrypt(n, message, out);
}

int
noise_split(struct noise *n, uint8_t first[CRYPTO_KEY],
    uint8_t other[CRYPTO_KEY])
{
	uint8_t out[2 * CRYPTO_HASH];
	int result;

	if (n->step != NOISE_MESSAGES)
		return -1;
	result = crypto_derive(out, sizeof(out),
	    noise_bytes(n->chain, sizeof(n->chain)), noise_bytes("", 0),
	    noise_bytes("", 0));
	memcpy(first, out, CRYPTO_KEY);
	memcpy(other, out + CRYPTO_KEY, CRYPTO_KEY);
	crypto_wipe(out, sizeof(out));
	return result;
}

void
noise_wipe(struct noise *n)
{
	crypto_wipe(n, sizeof(*n));
}
