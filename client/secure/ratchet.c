/* SPDX-License-Identifier: ISC */
/*
 * The ratchet: HKDF makes of a chain key the next one and the key of one
 * message, and nobody can go back.
 *
 * The keys of messages that were passed over are kept, so many at most, the
 * oldest going first; a message that proves not to be genuine changes nothing,
 * so nobody can make us throw keys away by sending numbers.
 */

#include <string.h>

#include "ratchet.h"

#define RATCHET_INFO "moot-secure chain"

/* One step: KEY is that of message c->next, which then is the next one. */
static int
ratchet_step(struct ratchet_chain *c, uint8_t key[CRYPTO_KEY])
{
	static const struct crypto_bytes none = { "", 0 };
	static const struct crypto_bytes info = { RATCHET_INFO,
		sizeof(RATCHET_INFO) - 1 };
	struct crypto_bytes salt = { c->key, sizeof(c->key) };
	uint8_t out[2 * CRYPTO_KEY];
	int result;

	if (c->next == UINT32_MAX)
		return -1;
	result = crypto_derive(out, sizeof(out), salt, none, info);
	if (result == 0) {
		memcpy(c->key, out, CRYPTO_KEY);
		memcpy(key, out + CRYPTO_KEY, CRYPTO_KEY);
		c->next++;
	}
	crypto_wipe(out, sizeof(out));
	return result;
}

int
ratchet_next(struct ratchet *r, uint8_t key[CRYPTO_KEY], uint32_t *counter)
{
	*counter = r->out.next;
	return ratchet_step(&r->out, key);
}

int
ratchet_seal(uint8_t *out, uint8_t key[CRYPTO_KEY], struct crypto_bytes ad,
    struct crypto_bytes text)
{
	int result = crypto_random(out, CRYPTO_NONCE);

	if (result == 0)
		result = crypto_seal(out + CRYPTO_NONCE, key, out, ad, text);
	crypto_wipe(key, CRYPTO_KEY);
	return result;
}

static long
ratchet_try(const uint8_t key[CRYPTO_KEY], struct crypto_bytes ad,
    struct crypto_bytes sealed, uint8_t *out)
{
	const uint8_t *nonce = sealed.data;

	if (sealed.len < RATCHET_MORE)
		return RATCHET_FORGED;
	sealed.data = nonce + CRYPTO_NONCE;
	sealed.len -= CRYPTO_NONCE;
	if (crypto_open(out, key, nonce, ad, sealed) == -1)
		return RATCHET_FORGED;
	return (long)(sealed.len - CRYPTO_TAG);
}

static void
ratchet_forget(struct ratchet *r, size_t i)
{
	r->nkept--;
	memmove(&r->kept[i], &r->kept[i + 1],
	    (r->nkept - i) * sizeof(r->kept[0]));
	crypto_wipe(&r->kept[r->nkept], sizeof(r->kept[0]));
}

static void
ratchet_keep(struct ratchet *r, uint32_t counter,
    const uint8_t key[CRYPTO_KEY])
{
	if (r->nkept == RATCHET_KEPT)
		ratchet_forget(r, 0);
	r->kept[r->nkept].counter = counter;
	memcpy(r->kept[r->nkept++].key, key, CRYPTO_KEY);
}

/* One that was passed over. */
static long
ratchet_open_kept(struct ratchet *r, uint32_t counter,
    struct crypto_bytes ad, struct crypto_bytes sealed, uint8_t *out)
{
	size_t i;
	long len;

	for (i = 0; i < r->nkept && r->kept[i].counter != counter; i++)
		;
	if (i == r->nkept)
		return RATCHET_USED;
	len = ratchet_try(r->kept[i].key, ad, sealed, out);
	if (len >= 0)
		ratchet_forget(r, i);
	return len;
}

/* The chain goes on for good: those in between are kept. */
static int
ratchet_advance(struct ratchet *r, uint32_t counter)
{
	uint8_t key[CRYPTO_KEY];
	uint32_t at;

	while ((at = r->in.next) <= counter) {
		if (ratchet_step(&r->in, key) == -1)
			return -1;
		if (at < counter)
			ratchet_keep(r, at, key);
	}
	crypto_wipe(key, sizeof(key));
	return 0;
}

long
ratchet_open(struct ratchet *r, uint32_t counter, struct crypto_bytes ad,
    struct crypto_bytes sealed, uint8_t *out)
{
	struct ratchet_chain ahead = r->in;
	uint8_t key[CRYPTO_KEY];
	long len = RATCHET_FORGED;

	if (counter < r->in.next)
		return ratchet_open_kept(r, counter, ad, sealed, out);
	if (counter - r->in.next > RATCHET_FAR)
		return RATCHET_AHEAD;
	while (ahead.next <= counter)
		if (ratchet_step(&ahead, key) == -1)
			goto done;
	len = ratchet_try(key, ad, sealed, out);
	if (len >= 0 && ratchet_advance(r, counter) == -1)
		len = RATCHET_FORGED;
done:
	crypto_wipe(key, sizeof(key));
	crypto_wipe(&ahead, sizeof(ahead));
	return len;
}
