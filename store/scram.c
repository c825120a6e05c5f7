/* SPDX-License-Identifier: ISC */

/*
 * SCRAM-SHA-256, the server's side, without a state.
 *
 * Between challenge and proof the process may be killed.  So the challenge is
 * a function of what the worker keeps for the session (the client's first
 * message and a seed) and of the installation's secret: whoever gets the
 * proof makes the challenge again, and takes no other.
 *
 * Messages are from strangers.  Everything has a bound, what is not as the
 * RFC says is malformed, and a name nobody has is answered as if it were
 * somebody's.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scram.h"

/* "name=value" before the next ',': points VALUE at it, 0 if it is not. */
static int
attribute(const char **p, char name, const char **value, size_t *len)
{
	if ((*p)[0] != name || (*p)[1] != '=')
		return 0;
	*value = *p + 2;
	*len = strcspn(*value, ",");
	*p = *value + *len;
	return *len > 0;
}

/* A saslname: "=2C" is ',', "=3D" is '='. */
static int
unescape(char *dst, size_t size, const char *src, size_t len)
{
	size_t i, n = 0;

	for (i = 0; i < len; i++) {
		if (n + 1 >= size)
			return -1;
		if (src[i] != '=')
			dst[n++] = src[i];
		else if (len - i > 2 && strncmp(src + i, "=2C", 3) == 0)
			dst[n++] = ',', i += 2;
		else if (len - i > 2 && strncmp(src + i, "=3D", 3) == 0)
			dst[n++] = '=', i += 2;
		else
			return -1;
	}
	dst[n] = '\0';
	return 0;
}

/* "n,a=somebody," or "y,,": no binding of ours, and for nobody else. */
static int
parse_gs2(struct scram *s, const char **p, char *authzid, size_t size)
{
	const char *start = *p, *value;
	size_t len;

	if ((*p)[0] != 'n' && (*p)[0] != 'y')
		return -1;
	if ((*p)[1] != ',')
		return -1;
	*p += 2;
	authzid[0] = '\0';
	if (**p != ',' &&
	    (!attribute(p, 'a', &value, &len) ||
	        unescape(authzid, size, value, len) != 0))
		return -1;
	if (**p != ',')
		return -1;
	++*p;
	if ((size_t)(*p - start) >= sizeof(s->gs2))
		return -1;
	snprintf(s->gs2, sizeof(s->gs2), "%.*s", (int)(*p - start), start);
	return 0;
}

static int
is_nonce(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (s[i] < 0x21 || s[i] > 0x7e)
			return 0;
	return len > 0;
}

int
scram_parse(struct scram *s, const char *client_first)
{
	const char *p = client_first, *value;
	char authzid[sizeof(s->name)];
	size_t len;

	if (strlen(client_first) >= SCRAM_MESSAGE)
		return -1;
	if (parse_gs2(s, &p, authzid, sizeof(authzid)) != 0)
		return -1;
	snprintf(s->first, sizeof(s->first), "%s", p);
	if (!attribute(&p, 'n', &value, &len) || *p++ != ',' ||
	    unescape(s->name, sizeof(s->name), value, len) != 0)
		return -1;
	if (authzid[0] != '\0' && strcmp(authzid, s->name) != 0)
		return -1;
	if (!attribute(&p, 'r', &value, &len) || len >= sizeof(s->nonce) ||
	    !is_nonce(value, len))
		return -1;
	snprintf(s->nonce, sizeof(s->nonce), "%.*s", (int)len, value);
	return 0;
}

int
scram_challenge(const struct scram *s, const struct credential *c,
    const uint8_t *secret, const char *seed, char *dst, size_t size)
{
	uint8_t mac[CREDENTIAL_KEY];
	char nonce[48], salt[32];
	int n;

	credential_mac(mac, secret, "nonce", s->first, seed);
	base64_encode(nonce, sizeof(nonce), mac, sizeof(mac));
	base64_encode(salt, sizeof(salt), c->salt, sizeof(c->salt));
	n = snprintf(dst, size, "r=%s%.*s,s=%s,i=%d", s->nonce,
	    SCRAM_NONCE, nonce, salt, c->iterations);
	return n > 0 && (size_t)n < size ? 0 : -1;
}

/* c= is what was bound, r= the whole nonce: the same as before. */
static int
same_binding(const struct scram *s, const char *server_first, const char **p)
{
	const char *value, *ours, *first = server_first;
	char gs2[sizeof(s->gs2)];
	char encoded[2 * sizeof(s->gs2)];
	size_t len, ourlen;

	if (!attribute(p, 'c', &value, &len) || **p != ',' ||
	    len >= sizeof(encoded))
		return 0;
	snprintf(encoded, sizeof(encoded), "%.*s", (int)len, value);
	if (base64_decode(gs2, sizeof(gs2), encoded) < 0 ||
	    strcmp(gs2, s->gs2) != 0)
		return 0;
	++*p;
	if (!attribute(p, 'r', &value, &len) ||
	    !attribute(&first, 'r', &ours, &ourlen))
		return 0;
	return len == ourlen && credential_equal(value, ours, len);
}

/* RFC 5802, section 3: the proof is the client's key under a signature. */
static enum credential_verdict
check_proof(const struct credential *c, const char *auth, const uint8_t *proof,
    char *dst, size_t size)
{
	uint8_t signature[CREDENTIAL_KEY], key[CREDENTIAL_KEY];
	uint8_t stored[CREDENTIAL_KEY];
	char text[64];
	int i;

	credential_hmac(signature, c->stored_key, CREDENTIAL_KEY, auth,
	    strlen(auth));
	for (i = 0; i < CREDENTIAL_KEY; i++)
		key[i] = proof[i] ^ signature[i];
	credential_sha256(stored, key, sizeof(key));
	credential_wipe(key, sizeof(key));
	if (!credential_equal(stored, c->stored_key, CREDENTIAL_KEY) ||
	    c->account == 0)
		return CREDENTIAL_WRONG;
	credential_hmac(signature, c->server_key, CREDENTIAL_KEY, auth,
	    strlen(auth));
	base64_encode(text, sizeof(text), signature, sizeof(signature));
	snprintf(dst, size, "v=%s", text);
	return CREDENTIAL_RIGHT;
}

enum credential_verdict
scram_final(const struct scram *s, const struct credential *c,
    const char *server_first, const char *client_final, char *dst, size_t size)
{
	const char *p = client_final, *value;
	uint8_t proof[CREDENTIAL_KEY + 1];
	char encoded[64], auth[3 * SCRAM_MESSAGE];
	size_t len, without;

	if (strlen(client_final) >= SCRAM_MESSAGE ||
	    !same_binding(s, server_first, &p))
		return CREDENTIAL_MALFORMED;
	/* extensions are for others; the proof comes last */
	while (*p == ',' && p[1] != 'p')
		p += 1 + strcspn(p + 1, ",");
	without = (size_t)(p - client_final);
	if (*p++ != ',' || !attribute(&p, 'p', &value, &len) || *p != '\0' ||
	    len >= sizeof(encoded))
		return CREDENTIAL_MALFORMED;
	snprintf(encoded, sizeof(encoded), "%.*s", (int)len, value);
	if (base64_decode(proof, sizeof(proof), encoded) != CREDENTIAL_KEY)
		return CREDENTIAL_MALFORMED;
	snprintf(auth, sizeof(auth), "%s,%s,%.*s", s->first, server_first,
	    (int)without, client_final);
	return check_proof(c, auth, proof, dst, size);
}
