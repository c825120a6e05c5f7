/* SPDX-License-Identifier: ISC */
#ifndef STORE_RETENTION_H
#define STORE_RETENTION_H

#include "database.h"

/* What messages do not stay. */

struct retention {     /* of rooms that are not set otherwise, and people */
	int64_t age;   /* s; 0: for ever */
	int64_t count; /* messages of a target; 0: all */
};

/*
 * Removes N rows at most that are kept no longer, in one transaction, going
 * on with the target it came to the last time.  Returns how many rows, or -1;
 * *DONE is set when it has been through all targets.
 */
int retention_some(struct database *db, const struct retention *r, int64_t now,
    int n, int *done);

#endif
