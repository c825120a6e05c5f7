/* SPDX-License-Identifier: ISC */
#ifndef STORE_RENAME_H
#define STORE_RENAME_H

#include <stdint.h>

#include "database.h"

/*
 * The room called FROM is called TO since TIME (ms): registered or not, with
 * its history and its markers, in the caller's transaction.  May be done again.
 * Returns 0, or -1.
 */
int rename_room(struct database *db, const char *from, const char *to,
    int64_t time);

/* Whether event ID of a server STARTED then was not asked about before, in the
 * caller's transaction: 1, 0 or -1. */
int rename_is_new(struct database *db, uint64_t started, uint64_t id,
    int64_t now);

#endif
