/* SPDX-License-Identifier: ISC */
/*
 * SASL from the client's side, for tests: written from FIPS 180-4, RFC 2104,
 * RFC 2898 and RFC 5802, with nothing in common with the server's.
 */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scram.h"

/* ---- SHA-256 ---- */

static const uint32_t k256[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
	0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
	0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
	0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
	0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
	0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
	0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
	0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
	0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2
};

static uint32_t
rotate(uint32_t x, int n)
{
	return x >> n | x << (32 - n);
}

static void
block256(uint32_t h[8], const unsigned char *p)
{
	uint32_t w[64], v[8], a, b;
	int i;

	for (i = 0; i < 16; i++)
		w[i] = (uint32_t)p[4 * i] << 24 | (uint32_t)p[4 * i + 1] << 16 |
		    (uint32_t)p[4 * i + 2] << 8 | p[4 * i + 3];
	for (; i < 64; i++)
		w[i] = w[i - 16] + w[i - 7] +
		    (rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^
		        w[i - 15] >> 3) +
		    (rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^
		        w[i - 2] >> 10);
	memcpy(v, h, sizeof(v));
	for (i = 0; i < 64; i++) {
		a = v[7] + (rotate(v[4], 6) ^ rotate(v[4], 11) ^
		    rotate(v[4], 25)) + ((v[4] & v[5]) ^ (~v[4] & v[6])) +
		    k256[i] + w[i];
		b = (rotate(v[0], 2) ^ rotate(v[0], 13) ^ rotate(v[0], 22)) +
		    ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
		memmove(v + 1, v, 7 * sizeof(v[0]));
		v[4] += a;
		v[0] = a + b;
	}
	for (i = 0; i < 8; i++)
		h[i] += v[i];
}

void
sha256(unsigned char out[32], const void *data, size_t len)
{
	uint32_t h[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
		0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };
	const unsigned char *p = data;
	unsigned char last[128] = { 0 };
	size_t left = len % 64, n = left < 56 ? 64 : 128, i;

	for (i = 0; i + 64 <= len; i += 64)
		block256(h, p + i);
	memcpy(last, p + i, left);
	last[left] = 0x80;
	for (i = 0; i < 8; i++)
		last[n - 1 - i] = (unsigned char)((uint64_t)len * 8 >> 8 * i);
	for (i = 0; i < n; i += 64)
		block256(h, last + i);
	for (i = 0; i < 32; i++)
		out[i] = (unsigned char)(h[i / 4] >> (24 - 8 * (i % 4)));
}

static void
hmac(unsigned char out[32], const void *key, size_t nkey, const void *data,
    size_t len)
{
	static unsigned char inner[64 + 4096];
	unsigned char outer[64 + 32], k[64] = { 0 };
	size_t i;

	if (nkey > 64)
		sha256(k, key, nkey);
	else
		memcpy(k, key, nkey);
	for (i = 0; i < 64; i++) {
		inner[i] = k[i] ^ 0x36;
		outer[i] = k[i] ^ 0x5c;
	}
	memcpy(inner + 64, data, len);
	sha256(outer + 64, inner, 64 + len);
	sha256(out, outer, sizeof(outer));
}

/* ---- base64 ---- */

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "abcdefghijklmnopqrstuvwxyz0123456789+/";

void
base64(char *dst, const void *src, size_t len)
{
	const unsigned char *p = src;
	size_t i;
	int k;

	for (i = 0; i < len; i += 3) {
		unsigned n = (unsigned)p[i] << 16 |
		    (i + 1 < len ? p[i + 1] : 0u) << 8 |
		    (i + 2 < len ? p[i + 2] : 0u);
		for (k = 18; k >= 0; k -= 6)
			*dst++ = digits[n >> k & 63];
		if (i + 1 >= len)
			dst[-2] = '=';
		if (i + 2 >= len)
			dst[-1] = '=';
	}
	*dst = '\0';
}

long
base64_back(void *dst, size_t size, const char *src)
{
	unsigned char *p = dst;
	unsigned bits = 0;
	const char *d;
	size_t n = 0;
	int have = 0;

	for (; *src != '\0' && *src != '='; src++) {
		if ((d = strchr(digits, *src)) == NULL)
			return -1;
		bits = bits << 6 | (unsigned)(d - digits);
		if ((have += 6) < 8)
			continue;
		have -= 8;
		if (n + 1 >= size)
			return -1;
		p[n++] = (unsigned char)(bits >> have);
	}
	p[n] = '\0';
	return (long)n;
}

/* ---- mechanisms ---- */

const char *
plain_message(const char *account, const char *password)
{
	static char text[2048];
	char raw[1024];
	int n = snprintf(raw, sizeof(raw), "%c%s%c%s", 0, account, 0,
	    password);

	base64(text, raw, (size_t)n);
	return text;
}

const char *
scram_first(struct scram_client *s, const char *account)
{
	static char text[1024];
	static unsigned count;
	char whole[600];

	snprintf(s->first, sizeof(s->first), "n=%s,r=test%dx%u", account,
	    rand(), ++count);
	snprintf(whole, sizeof(whole), "n,,%s", s->first);
	base64(text, whole, strlen(whole));
	return text;
}

static void
salted(unsigned char out[32], const char *password, unsigned char *salt,
    size_t nsalt, int times)
{
	unsigned char u[32];
	int i, k;

	memcpy(salt + nsalt, "\0\0\0\1", 4);
	hmac(u, password, strlen(password), salt, nsalt + 4);
	memcpy(out, u, 32);
	for (i = 1; i < times; i++) {
		hmac(u, password, strlen(password), u, 32);
		for (k = 0; k < 32; k++)
			out[k] ^= u[k];
	}
}

const char *
scram_final(struct scram_client *s, const char *password,
    const char *challenge)
{
	static char text[2048];
	char first[700], nonce[500], salt64[128], without[560], whole[900];
	unsigned char salt[128], key[32], client[32], stored[32], sign[32];
	char proof[64];
	int times, i;
	long n;

	if (base64_back(first, sizeof(first), challenge) < 0 ||
	    sscanf(first, "r=%499[^,],s=%127[^,],i=%d", nonce, salt64,
	        &times) != 3 ||
	    (n = base64_back(salt, sizeof(salt) - 4, salt64)) < 0)
		return NULL;
	salted(key, password, salt, (size_t)n, times);
	hmac(client, key, 32, "Client Key", 10);
	hmac(s->server_key, key, 32, "Server Key", 10);
	sha256(stored, client, 32);
	snprintf(without, sizeof(without), "c=biws,r=%s", nonce);
	snprintf(s->auth, sizeof(s->auth), "%s,%s,%s", s->first, first,
	    without);
	hmac(sign, stored, 32, s->auth, strlen(s->auth));
	for (i = 0; i < 32; i++)
		client[i] ^= sign[i];
	base64(proof, client, 32);
	snprintf(whole, sizeof(whole), "%s,p=%s", without, proof);
	base64(text, whole, strlen(whole));
	return text;
}

int
scram_proves(const struct scram_client *s, const char *last)
{
	char want[64], got[128];
	unsigned char sign[32];

	hmac(sign, s->server_key, 32, s->auth, strlen(s->auth));
	base64(want, sign, 32);
	return base64_back(got, sizeof(got), last) > 2 &&
	    strncmp(got, "v=", 2) == 0 && strcmp(got + 2, want) == 0;
}
