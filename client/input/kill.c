/* SPDX-License-Identifier: ISC */
/*
 * The kill ring: a few texts, of which the newest comes back first.  What
 * cannot be remembered for lack of memory is gone, which undo repairs.
 */

#include <stdlib.h>
#include <string.h>

#include "kill.h"

static struct {
	char *text[KILL_RING];
	unsigned int count, end; /* end: serial number of the next one */
} ring;

void
kill_push(const char *s, size_t len)
{
	char **slot, *copy;

	if (len == 0 || (copy = strndup(s, len)) == NULL)
		return;
	slot = &ring.text[ring.end++ % KILL_RING];
	free(*slot);
	*slot = copy;
	if (ring.count < KILL_RING)
		ring.count++;
}

void
kill_join(const char *s, size_t len, int before)
{
	char **slot = &ring.text[(ring.end - 1) % KILL_RING], *joined;
	size_t old;

	if (ring.count == 0) {
		kill_push(s, len);
		return;
	}
	old = strlen(*slot);
	joined = realloc(*slot, old + len + 1);
	if (joined == NULL)
		return;
	*slot = joined;
	if (before)
		memmove(joined + len, joined, old);
	memcpy(joined + (before ? 0 : old), s, len);
	joined[old + len] = '\0';
}

const char *
kill_at(unsigned int back)
{
	if (ring.count == 0)
		return NULL;
	return ring.text[(ring.end - 1 - back % ring.count) % KILL_RING];
}

void
kill_clear(void)
{
	size_t i;

	for (i = 0; i < KILL_RING; i++) {
		free(ring.text[i]);
		ring.text[i] = NULL;
	}
	ring.count = 0;
}
