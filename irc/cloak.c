/* SPDX-License-Identifier: ISC */

/*
 * Cloaked hosts: names that stand for addresses.
 *
 * A keyed hash of the whole address (IPv4) or of its /64 (IPv6, where a house
 * has one), then of two larger networks round it, each a label.  Who sees two
 * such names sees whether they are of the same network, and no more: trying
 * all of the 2^32 addresses needs the key.  What is hashed begins with its
 * length in bits, so that no label of one kind equals one of another.
 */

#include <stdio.h>
#include <string.h>

#include "cloak.h"

enum { LABEL = 12 + 1 /* characters, of five bits each, and a NUL */ };

static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";

/* The first BITS of ADDR, a whole number of bytes. */
static void
label(char *out, const uint8_t key[SIPHASH_KEY], const uint8_t addr[16],
    unsigned bits)
{
	uint8_t data[17] = { (uint8_t)bits }, hash[SIPHASH_SIZE];
	uint64_t x = 0;
	int i;

	memcpy(data + 1, addr, bits / 8);
	siphash(hash, key, data, 1 + bits / 8);
	for (i = 0; i < 8; i++)
		x = x << 8 | hash[i];
	for (i = 0; i < LABEL - 1; i++, x >>= 5)
		out[i] = letters[x & 31];
	out[i] = '\0';
}

void
cloak_address(char buf[NAME_HOST + 1], const uint8_t key[SIPHASH_KEY],
    const uint8_t addr[16])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	static const unsigned sizes[2][3] = { { 64, 48, 32 },
		{ 96 + 32, 96 + 24, 96 + 16 } };
	const unsigned *bits =
	    sizes[memcmp(addr, mapped, sizeof(mapped)) == 0];
	char part[3][LABEL];
	int i;

	for (i = 0; i < 3; i++)
		label(part[i], key, addr, bits[i]);
	snprintf(buf, NAME_HOST + 1, "%s.%s.%s.ip", part[0], part[1],
	    part[2]);
}

void
cloak_account(char buf[NAME_HOST + 1], const char *account)
{
	snprintf(buf, NAME_HOST + 1, "%.50s.account", account);
}
