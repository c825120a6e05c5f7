/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_SCREEN_INDEX_H
#define CLIENT_SCREEN_INDEX_H

#include <stddef.h>
#include <stdint.h>

#include "irc/siphash.h"

/* Records by msgid.  Begin with zeroes; records without one are ignored. */

struct record;

struct index {
	struct record **slot;
	size_t slots, used; /* SLOTS is a power of two */
	uint8_t key[SIPHASH_KEY];
};

/* The record; NULL: there is none. */
struct record *index_find(const struct index *x, const char *msgid);
/* R must not be there.  -1 without memory: it is not found then. */
int index_add(struct index *x, struct record *r);
void index_remove(struct index *x, const struct record *r);
void index_clear(struct index *x);

#endif
