/* SPDX-License-Identifier: ISC */
#ifndef STORE_SNAPSHOT_H
#define STORE_SNAPSHOT_H

#include <stdint.h>

#include "database.h"

/* Registered rooms as they are in the segment: saved by the writer. */

/* Something was said of room ROOM, which may have changed. */
void snapshot_want(uint32_t room);
/* All that have changed: those of which nobody could tell, too. */
void snapshot_want_all(void);
/* The same when nothing is on its way: a room that is here under the name it
 * had before gets its name. */
void snapshot_repair(void);
/* Saves those, in the caller's transaction: 0, or -1. */
int snapshot_save(struct database *db, int64_t now);
/* It has been committed. */
void snapshot_done(void);
/* Whether some could not be saved yet. */
int snapshot_left(void);

#endif
