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

#endif
