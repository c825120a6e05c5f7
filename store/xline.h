/* SPDX-License-Identifier: ISC */
#ifndef STORE_XLINE_H
#define STORE_XLINE_H

#include "database.h"

enum { XLINES = 4096 /* bans from the server, as XLINES_MAX there */ };

/* Removes those that have ended: 0 or -1. */
int xline_forget(struct database *db, int64_t now);

#endif
