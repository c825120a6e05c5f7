/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_EMOJI_H
#define CLIENT_EMOJI_H

#include <stddef.h>

/* Short names of emoji, without colons: lower case, '_', digits, + and -. */

struct emoji {
	const char *name, *text;
};

/* The one of this name, its first LEN bytes; NULL: none. */
const char *emoji_find(const char *name, size_t len);
/* Those whose names begin with the LEN bytes at PREFIX, by name: *COUNT of
 * them from the one that is returned on; NULL: none. */
const struct emoji *emoji_range(const char *prefix, size_t len, size_t *count);

#endif
