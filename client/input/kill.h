/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_KILL_H
#define CLIENT_KILL_H

#include <stddef.h>

/* The kill ring: what was cut out last, wherever that was. */

enum {
	KILL_RING = 16, /* texts kept */
};

/* Remembers LEN bytes at S as the newest; an empty one is none. */
void kill_push(const char *s, size_t len);
/* Adds to the newest, behind it or BEFORE it: kills in a row are one. */
void kill_join(const char *s, size_t len, int before);
/* The newest with BACK 0, then older ones, round and round; NULL: none. */
const char *kill_at(unsigned int back);
void kill_clear(void);

#endif
