/* SPDX-License-Identifier: ISC */
/*
 * The index of a scrollback: its records by msgid.
 *
 * Open addressing with linear probing; what is removed leaves no trace, for
 * those behind it move up.  Msgids are a server's to choose, so they are hashed
 * with a key of our own: it cannot make them all meet in one place.
 */

#include <sys/random.h>

#include <stdlib.h>
#include <string.h>

#include "index.h"
#include "record.h"

enum { INDEX_FIRST = 64 };

/* Where a record of this msgid would like to be. */
static size_t
index_home(const struct index *x, const char *msgid)
{
	uint8_t hash[SIPHASH_SIZE];
	uint64_t n;

	siphash(hash, x->key, msgid, strlen(msgid));
	memcpy(&n, hash, sizeof(n));
	return (size_t)n & (x->slots - 1);
}

/* The slot of a msgid, or the empty one where it would go. */
static size_t
index_slot(const struct index *x, const char *msgid)
{
	size_t i = index_home(x, msgid);

	while (x->slot[i] != NULL &&
	    strcmp(record_msgid(x->slot[i]), msgid) != 0)
		i = (i + 1) & (x->slots - 1);
	return i;
}

struct record *
index_find(const struct index *x, const char *msgid)
{
	if (msgid == NULL || x->slots == 0)
		return NULL;
	return x->slot[index_slot(x, msgid)];
}

static int
index_grow(struct index *x)
{
	struct index new = *x;
	size_t i;

	new.slots = x->slots == 0 ? INDEX_FIRST : x->slots * 2;
	new.slot = calloc(new.slots, sizeof(struct record *));
	if (new.slot == NULL)
		return -1;
	/* Without a key it is merely less safe. */
	if (x->slots == 0 && getrandom(new.key, sizeof(new.key),
	    GRND_NONBLOCK) != (ssize_t)sizeof(new.key))
		memset(new.key, 0, sizeof(new.key));
	for (i = 0; i < x->slots; i++)
		if (x->slot[i] != NULL)
			new.slot[index_slot(&new,
			    record_msgid(x->slot[i]))] = x->slot[i];
	free(x->slot);
	*x = new;
	return 0;
}

int
index_add(struct index *x, struct record *r)
{
	const char *msgid = record_msgid(r);

	if (msgid == NULL)
		return 0;
	if (x->used + 1 > x->slots / 4 * 3 && index_grow(x) == -1 &&
	    x->used + 1 >= x->slots)
		return -1;
	x->slot[index_slot(x, msgid)] = r;
	x->used++;
	return 0;
}

void
index_remove(struct index *x, const struct record *r)
{
	const char *msgid = record_msgid(r);
	size_t i, gap, home, mask = x->slots - 1;

	if (msgid == NULL || x->slots == 0)
		return;
	gap = index_slot(x, msgid);
	if (x->slot[gap] != r)
		return;
	x->used--;
	/* Whoever could not stay where it wanted to moves into the gap. */
	for (i = (gap + 1) & mask; x->slot[i] != NULL; i = (i + 1) & mask) {
		home = index_home(x, record_msgid(x->slot[i]));
		if (((i - home) & mask) < ((i - gap) & mask))
			continue;
		x->slot[gap] = x->slot[i];
		gap = i;
	}
	x->slot[gap] = NULL;
}

void
index_clear(struct index *x)
{
	free(x->slot);
	memset(x, 0, sizeof(*x));
}
