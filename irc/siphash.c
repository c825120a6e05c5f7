/* SPDX-License-Identifier: ISC */

/*
 * SipHash-2-4 with 128 bits of output (Aumasson and Bernstein, 2012): two
 * rounds for each word of the input, four at the end of each half.  It is
 * short, fast for short inputs, and a pseudorandom function for who does not
 * know the key.
 */

#include "siphash.h"

static uint64_t
rotated(uint64_t x, int bits)
{
	return x << bits | x >> (64 - bits);
}

static uint64_t
word(const uint8_t *p, size_t n)
{
	uint64_t w = 0;

	while (n-- > 0)
		w = w << 8 | p[n];
	return w;
}

static void
rounds(uint64_t v[4], int n)
{
	while (n-- > 0) {
		v[0] += v[1];
		v[2] += v[3];
		v[1] = rotated(v[1], 13) ^ v[0];
		v[3] = rotated(v[3], 16) ^ v[2];
		v[0] = rotated(v[0], 32);
		v[2] += v[1];
		v[0] += v[3];
		v[1] = rotated(v[1], 17) ^ v[2];
		v[3] = rotated(v[3], 21) ^ v[0];
		v[2] = rotated(v[2], 32);
	}
}

static void
absorb(uint64_t v[4], uint64_t m)
{
	v[3] ^= m;
	rounds(v, 2);
	v[0] ^= m;
}

static void
squeeze(uint8_t out[8], const uint64_t v[4])
{
	uint64_t x = v[0] ^ v[1] ^ v[2] ^ v[3];
	int i;

	for (i = 0; i < 8; i++)
		out[i] = (uint8_t)(x >> 8 * i);
}

void
siphash(uint8_t out[SIPHASH_SIZE], const uint8_t key[SIPHASH_KEY],
    const void *data, size_t n)
{
	uint64_t k0 = word(key, 8), k1 = word(key + 8, 8);
	uint64_t v[4] = { k0 ^ UINT64_C(0x736f6d6570736575),
		k1 ^ UINT64_C(0x646f72616e646f6d) ^ 0xee,
		k0 ^ UINT64_C(0x6c7967656e657261),
		k1 ^ UINT64_C(0x7465646279746573) };
	uint64_t length = (uint64_t)n << 56;
	const uint8_t *p = data;

	for (; n >= 8; p += 8, n -= 8)
		absorb(v, word(p, 8));
	absorb(v, length | (n > 0 ? word(p, n) : 0));
	v[2] ^= 0xee;
	rounds(v, 4);
	squeeze(out, v);
	v[1] ^= 0xdd;
	rounds(v, 4);
	squeeze(out + 8, v);
}
