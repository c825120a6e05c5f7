/* SPDX-License-Identifier: ISC */

/*
 * Passwords: what is kept instead of one, and whether one fits it.
 *
 * A credential is SCRAM's: a salt, a number of iterations, and two keys made
 * from PBKDF2-HMAC-SHA-256 of the password.  Who steals the table has to
 * try passwords one by one, and cannot log in with what is in it.
 *
 * How many iterations: RFC 7677 wants 4,096 at least.  With SASL PLAIN the
 * server does them, at each login: 10,000 take about two milliseconds of a
 * core, so that a class of 500 that comes back at once is served within a
 * second.  With SCRAM the client does them, and that may be a telephone.
 * The number is kept with each credential and may be raised for new ones.
 *
 * Passwords are bytes of UTF-8.  They are not normalised (RFC 4013 would need
 * tables of Unicode): who has one with characters that can be written in two
 * ways has to write it as it was set.
 */

#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "../irc/name.h"
#include "../irc/utf8.h"
#include "credential.h"

int credential_least = 6;

void
credential_open(void)
{
	uint8_t byte;

	OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CONFIG, NULL);
	credential_random(&byte, sizeof(byte));
}

enum credential_verdict
credential_acceptable(const char *password)
{
	size_t i, len = strlen(password);

	if (len > CREDENTIAL_PASSWORD || !utf8_valid(password, len))
		return CREDENTIAL_REFUSED;
	for (i = 0; i < len; i++)
		if ((unsigned char)password[i] < ' ' || password[i] == 0x7f)
			return CREDENTIAL_REFUSED;
	return (int)len < credential_least ? CREDENTIAL_WEAK : CREDENTIAL_MADE;
}

void
credential_hmac(uint8_t out[CREDENTIAL_KEY], const void *key, size_t len,
    const void *data, size_t size)
{
	unsigned n = CREDENTIAL_KEY;

	HMAC(EVP_sha256(), key, (int)len, data, size, out, &n);
}

void
credential_sha256(uint8_t out[CREDENTIAL_KEY], const void *data, size_t size)
{
	unsigned n = CREDENTIAL_KEY;

	EVP_Digest(data, size, out, &n, EVP_sha256(), NULL);
}

int
credential_equal(const void *a, const void *b, size_t n)
{
	return CRYPTO_memcmp(a, b, n) == 0;
}

void
credential_wipe(void *p, size_t n)
{
	OPENSSL_cleanse(p, n);
}

int
credential_random(void *p, size_t n)
{
	return RAND_bytes(p, (int)n) == 1 ? 0 : -1;
}

void
credential_mac(uint8_t out[CREDENTIAL_KEY], const uint8_t *secret,
    const char *label, const char *a, const char *b)
{
	uint8_t parts[3][CREDENTIAL_KEY];

	credential_sha256(parts[0], label, strlen(label));
	credential_sha256(parts[1], a, strlen(a));
	credential_sha256(parts[2], b, strlen(b));
	credential_hmac(
	    out, secret, CREDENTIAL_SECRET, parts, sizeof(parts));
}

/* RFC 5802, section 3: the keys of a salted password. */
static int
derive(struct credential *c, const char *password)
{
	uint8_t salted[CREDENTIAL_KEY], client[CREDENTIAL_KEY];

	if (PKCS5_PBKDF2_HMAC(password, (int)strlen(password), c->salt,
	        CREDENTIAL_SALT, c->iterations, EVP_sha256(), CREDENTIAL_KEY,
	        salted) != 1)
		return -1;
	credential_hmac(client, salted, sizeof(salted), "Client Key", 10);
	credential_sha256(c->stored_key, client, sizeof(client));
	credential_hmac(
	    c->server_key, salted, sizeof(salted), "Server Key", 10);
	credential_wipe(salted, sizeof(salted));
	credential_wipe(client, sizeof(client));
	return 0;
}

int
credential_make(struct credential *c, const char *password)
{
	memset(c, 0, sizeof(*c));
	c->iterations = CREDENTIAL_ITERATIONS;
	if (credential_random(c->salt, sizeof(c->salt)) != 0)
		return -1;
	return derive(c, password);
}

enum credential_verdict
credential_check(const struct credential *c, const char *password)
{
	struct credential made = *c;
	int right;

	/* whatever it is, it is not what anybody's was made of */
	if (strlen(password) > CREDENTIAL_PASSWORD)
		return CREDENTIAL_WRONG;
	if (derive(&made, password) != 0)
		return CREDENTIAL_WRONG;
	right = credential_equal(
	    made.stored_key, c->stored_key, CREDENTIAL_KEY);
	credential_wipe(&made, sizeof(made));
	return right && c->account != 0 ? CREDENTIAL_RIGHT : CREDENTIAL_WRONG;
}

void
credential_fake(struct credential *c, const uint8_t *secret, const char *name)
{
	uint8_t mac[CREDENTIAL_KEY];
	char folded[256];

	memset(c, 0, sizeof(*c)); /* account 0: nobody's */
	name_fold(folded, name, sizeof(folded));
	c->iterations = CREDENTIAL_ITERATIONS;
	credential_mac(mac, secret, "fake salt", folded, "");
	memcpy(c->salt, mac, CREDENTIAL_SALT);
	credential_mac(c->stored_key, secret, "fake stored", folded, "");
	credential_mac(c->server_key, secret, "fake server", folded, "");
}

int
credential_same(const struct credential *a, const struct credential *b)
{
	return a->account == b->account &&
	    credential_equal(a->stored_key, b->stored_key, CREDENTIAL_KEY);
}

/* ---- base64 ---- */

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                              "abcdefghijklmnopqrstuvwxyz0123456789+/";

static int
value_of(char c)
{
	const char *p = c != '\0' ? strchr(letters, c) : NULL;

	return p != NULL ? (int)(p - letters) : -1;
}

long
base64_decode(void *dst, size_t size, const char *src)
{
	size_t len = strlen(src), i, n = 0;
	size_t pad = len > 0 && src[len - 1] == '=';
	uint8_t *out = dst;
	uint32_t bits = 0;
	int v;

	pad += pad && len > 1 && src[len - 2] == '=';
	if (len % 4 != 0 || len / 4 * 3 - pad >= size)
		return -1;
	for (i = 0; i < len; i++) {
		if ((v = i < len - pad ? value_of(src[i]) : 0) < 0)
			return -1;
		bits = bits << 6 | (uint32_t)v;
		if (i % 4 != 3)
			continue;
		out[n++] = (uint8_t)(bits >> 16);
		if (i < len - 1 || pad < 2)
			out[n++] = (uint8_t)(bits >> 8);
		if (i < len - 1 || pad < 1)
			out[n++] = (uint8_t)bits;
	}
	/* bits that nothing is made of: another text for the same bytes */
	if ((pad == 1 && (bits & 0xff)) || (pad == 2 && (bits & 0xffff)))
		return -1;
	out[n] = '\0';
	return (long)n;
}

size_t
base64_encode(char *dst, size_t size, const void *src, size_t len)
{
	if (size < (len + 2) / 3 * 4 + 1) {
		if (size > 0)
			dst[0] = '\0';
		return 0;
	}
	return (size_t)EVP_EncodeBlock((unsigned char *)dst, src, (int)len);
}
