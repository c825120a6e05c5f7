/* SPDX-License-Identifier: ISC */
#ifndef STORE_METADATA_H
#define STORE_METADATA_H

#include "request.h"

/* A key of a room, and its value. */
struct room_key {
	const char *key, *value;
};

/* Saves the N keys of a room, and no others, in the caller's transaction: 0 or
 * -1. */
int metadata_save(struct database *db, int64_t room,
    const struct room_key *keys, int n);

#endif
