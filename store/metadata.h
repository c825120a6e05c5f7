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

/* Answers all that the account or room NAME says of itself, which fits an
 * answer, as lines "METADATA name key :value".  0 or -1. */
int metadata_export(struct database *db, struct request *r, const char *name);
/* Forgets it. */
int metadata_erase(struct database *db, const char *name);

#endif
