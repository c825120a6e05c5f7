/* SPDX-License-Identifier: ISC */
#ifndef IRC_SIPHASH_H
#define IRC_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

enum { SIPHASH_KEY = 16, SIPHASH_SIZE = 16 };

/* SipHash-2-4 of N bytes, with 128 bits of output: a hash that nobody can
 * compute, or find the input of, without the key. */
void siphash(uint8_t out[SIPHASH_SIZE], const uint8_t key[SIPHASH_KEY],
    const void *data, size_t n);

#endif
