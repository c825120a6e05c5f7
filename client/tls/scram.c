/* SPDX-License-Identifier: ISC */
/*
 * SCRAM-SHA-256, by the primitives of libcrypto.  sasl.c carries the messages.
 *
 * Without channel binding: "n,," says that we know of none.  A name or password
 * is used as it is written; servers that prepare them (SASLprep) do so with the
 * same result for everything but a few letters that nobody types twice alike.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include "irc/base64.h"
#include "scram.h"

#define SCRAM_HEAD "n,,"
#define SCRAM_BINDING "c=biws" /* base64 of SCRAM_HEAD */

/* "a=b" and "a,b" as RFC 5802 wants them. */
static int
scram_name(char *dst, size_t size, const char *name)
{
	size_t n = 0;
	const char *add;
	char one[2] = "";

	for (; *name != '\0'; name++) {
		*one = *name;
		add = *name == '=' ? "=3D" : *name == ',' ? "=2C" : one;
		if (n + strlen(add) >= size)
			return -1;
		strcpy(dst + n, add);
		n += strlen(add);
	}
	dst[n] = '\0';
	return 0;
}

static int
scram_make_nonce(char nonce[SCRAM_NONCE])
{
	unsigned char bytes[24];

	if (RAND_bytes(bytes, sizeof(bytes)) != 1)
		return -1;
	return base64_write(nonce, SCRAM_NONCE, bytes, sizeof(bytes));
}

int
scram_begin(struct scram *s, const char *account, const char *nonce,
    char message[SCRAM_MESSAGE])
{
	char name[SCRAM_MESSAGE / 2];

	memset(s, 0, sizeof(*s));
	if (scram_name(name, sizeof(name), account) == -1)
		return -1;
	if (nonce != NULL)
		snprintf(s->nonce, sizeof(s->nonce), "%s", nonce);
	else if (scram_make_nonce(s->nonce) == -1)
		return -1;
	snprintf(s->bare, sizeof(s->bare), "n=%s,r=%s", name, s->nonce);
	snprintf(message, SCRAM_MESSAGE, SCRAM_HEAD "n=%s,r=%s", name,
	    s->nonce);
	return 0;
}

/* The value of "X=value" at *TEXT, which moves behind it; its length, -1 when
 * there is another attribute. */
static long
scram_take(const char **text, char name, const char **value)
{
	size_t len;

	if ((*text)[0] != name || (*text)[1] != '=')
		return -1;
	*value = *text + 2;
	len = strcspn(*value, ",");
	*text = *value + len + ((*value)[len] == ',');
	return (long)len;
}

/* What a server asks: the whole nonce, the salt, how often. */
struct scram_challenge {
	const char *nonce;
	long nonce_len;
	unsigned char salt[256];
	long salt_len;
	int iterations;
};

static int
scram_read(const struct scram *s, const char *text, struct scram_challenge *c)
{
	size_t own = strlen(s->nonce);
	const char *value;
	long len, n;
	char *end;

	c->nonce_len = scram_take(&text, 'r', &c->nonce);
	if (c->nonce_len < 0 || c->nonce_len <= (long)own ||
	    strncmp(c->nonce, s->nonce, own) != 0)
		return -1;
	len = scram_take(&text, 's', &value);
	if (len <= 0)
		return -1;
	c->salt_len = base64_read(c->salt, sizeof(c->salt), value, (size_t)len);
	len = scram_take(&text, 'i', &value);
	if (c->salt_len <= 0 || len <= 0 || *value < '0' || *value > '9')
		return -1;
	n = strtol(value, &end, 10);
	if (end != value + len || n < SCRAM_LEAST || n > SCRAM_MOST)
		return -1;
	c->iterations = (int)n;
	return 0;
}

static int
scram_hmac(unsigned char out[SCRAM_KEY], const unsigned char key[SCRAM_KEY],
    const char *text)
{
	unsigned int len = SCRAM_KEY;

	return HMAC(EVP_sha256(), key, SCRAM_KEY, (const unsigned char *)text,
	    strlen(text), out, &len) != NULL ? 0 : -1;
}

/* Our proof for what both have said, TEXT, and the one that the server then
 * has to show. */
static int
scram_prove(struct scram *s, const struct scram_challenge *c,
    const char *password, const char *text, unsigned char proof[SCRAM_KEY])
{
	unsigned char salted[SCRAM_KEY], key[SCRAM_KEY], stored[SCRAM_KEY];
	unsigned char signature[SCRAM_KEY];
	int i, result = -1;

	if (PKCS5_PBKDF2_HMAC(password, (int)strlen(password), c->salt,
	    (int)c->salt_len, c->iterations, EVP_sha256(), SCRAM_KEY,
	    salted) != 1 || scram_hmac(key, salted, "Client Key") == -1)
		goto done;
	SHA256(key, SCRAM_KEY, stored);
	if (scram_hmac(signature, stored, text) == -1)
		goto done;
	for (i = 0; i < SCRAM_KEY; i++)
		proof[i] = key[i] ^ signature[i];
	if (scram_hmac(key, salted, "Server Key") == 0)
		result = scram_hmac(s->proof, key, text);
	s->proving = result == 0;
done:
	OPENSSL_cleanse(salted, sizeof(salted));
	OPENSSL_cleanse(key, sizeof(key));
	OPENSSL_cleanse(stored, sizeof(stored));
	return result;
}

int
scram_answer(struct scram *s, const char *challenge, const char *password,
    char message[SCRAM_MESSAGE])
{
	char text[3 * SCRAM_MESSAGE], base64[BASE64_SIZE(SCRAM_KEY)];
	unsigned char proof[SCRAM_KEY];
	struct scram_challenge c;
	int n;

	if (scram_read(s, challenge, &c) == -1)
		return -1;
	n = snprintf(message, SCRAM_MESSAGE - sizeof(base64) - 3,
	    SCRAM_BINDING ",r=%.*s", (int)c.nonce_len, c.nonce);
	if (n < 0 || (size_t)n >= SCRAM_MESSAGE - sizeof(base64) - 3)
		return -1;
	n = snprintf(text, sizeof(text), "%s,%s,%s", s->bare, challenge,
	    message);
	if (n < 0 || (size_t)n >= sizeof(text) ||
	    scram_prove(s, &c, password, text, proof) == -1)
		return -1;
	base64_write(base64, sizeof(base64), proof, sizeof(proof));
	strcat(strcat(message, ",p="), base64);
	return 0;
}

int
scram_verify(const struct scram *s, const char *final)
{
	unsigned char proof[SCRAM_KEY];
	const char *value;
	long len = scram_take(&final, 'v', &value);

	return s->proving && len > 0 && base64_read(proof, sizeof(proof),
	    value, (size_t)len) == SCRAM_KEY &&
	    CRYPTO_memcmp(proof, s->proof, SCRAM_KEY) == 0;
}

void
scram_wipe(struct scram *s)
{
	OPENSSL_cleanse(s, sizeof(*s));
}
