/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_SCREEN_OWN_H
#define CLIENT_SCREEN_OWN_H

#include <stddef.h>
#include <stdint.h>

/* Own lines that the server does not have, or not yet: their serial numbers
 * and places.  Begin with zeroes. */

enum { OWN_MOST = 4096 }; /* then the oldest is forgotten */

struct own_line {
	uint64_t serial, place;
};

struct own {
	struct own_line *line;
	size_t count, size;
};

/* The number of a line; COUNT: it is none of them.  0 is nobody's. */
size_t own_find(const struct own *o, uint64_t serial);
size_t own_find_place(const struct own *o, uint64_t place);
/* Without memory it is not found later. */
void own_add(struct own *o, uint64_t serial, uint64_t place);
/* I may be COUNT: then nothing is removed. */
void own_remove(struct own *o, size_t i);
void own_clear(struct own *o);

#endif
