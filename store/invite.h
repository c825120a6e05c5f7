/* SPDX-License-Identifier: ISC */
#ifndef STORE_INVITE_H
#define STORE_INVITE_H

#include "database.h"

/* One-time invitations to make an account. */

enum { INVITE_DAYS = 7 /* how long one is good unless it is said */ };

/* Uses a token up: 1, 0 when it is none, or none any more, -1. */
int invite_use(struct database *db, const char *token, int64_t now);

#endif
