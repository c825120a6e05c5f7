/* SPDX-License-Identifier: ISC */
#ifndef IRC_METADATA_H
#define IRC_METADATA_H

#include <stddef.h>

/*
 * Keys and values of METADATA (draft/metadata-3), and lists of keys: texts
 * with a blank between two.
 */

enum {
	METADATA_KEY = 31,     /* bytes of a key, */
	METADATA_VALUE = 300,  /* and of a value: a line has room for both */
	METADATA_KEYS = 20,    /* of a user or a room, at most */
	METADATA_SUBS = 24,    /* keys that a session can subscribe to */
	METADATA_LIST = METADATA_SUBS * (METADATA_KEY + 1), /* and a NUL */
};

/*
 * The key SRC in lower case, into DST of METADATA_KEY + 1 bytes.  Returns its
 * length, or 0 when it is none: it must be a-z, 0-9 or one of "_./-".
 */
size_t metadata_key(char *dst, const char *src);
/* Whether VALUE can be one: UTF-8, neither empty nor too long, one line. */
int metadata_value(const char *value);

/* How many keys are in LIST. */
unsigned metadata_list_count(const char *list);
/* Whether the key of N bytes is in LIST. */
int metadata_list_has(const char *list, const char *key, size_t n);
/* Adds KEY to LIST of METADATA_LIST bytes: 1, 0 when it was there already, -1
 * when there are METADATA_SUBS. */
int metadata_list_add(char *list, const char *key);
/* Takes it out: 1, or 0 when it was not there. */
int metadata_list_remove(char *list, const char *key);

#endif
