/* SPDX-License-Identifier: ISC */

/*
 * The names of IRCv3 capabilities and sets of them.
 *
 * The list itself is in the header, one line a capability; here it becomes a
 * table to search.  Which of them a server offers, which carry a value and
 * how CAP LS is cut into lines is for the server to say.
 */

#include <string.h>

#include "capability.h"

static const struct {
	const char *name;
	size_t len;
} names[] = {
#define X(id, name) { name, sizeof(name) - 1 },
	CAPABILITIES(X)
#undef X
};

_Static_assert(CAPABILITY_COUNT <= 64, "capabilities are bits of 64");

const char *
capability_name(int index)
{
	if (index < 0 || index >= CAPABILITY_COUNT)
		return NULL;
	return names[index].name;
}

uint64_t
capability_bit(const char *name, size_t len)
{
	int i;

	for (i = 0; i < CAPABILITY_COUNT; i++)
		if (names[i].len == len &&
		    memcmp(names[i].name, name, len) == 0)
			return UINT64_C(1) << i;
	return 0;
}

int
capability_request(uint64_t *caps, uint64_t available, const char *list)
{
	uint64_t bit, set = *caps;
	size_t len;
	int remove;

	for (;; list += len) {
		list += strspn(list, " ");
		if (*list == '\0')
			break;
		remove = *list == '-';
		list += remove;
		len = strcspn(list, " ");
		bit = capability_bit(list, len);
		if ((bit & available) == 0)
			return -1;
		set = remove ? set & ~bit : set | bit;
	}
	*caps = set;
	return 0;
}
