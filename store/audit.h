/* SPDX-License-Identifier: ISC */
#ifndef STORE_AUDIT_H
#define STORE_AUDIT_H

#include "request.h"

/* Puts on the record what the asker of R did: 0 or -1. */
int audit_note(struct database *db, const struct request *r, const char *what,
    const char *whom, const char *text);
/* The same of R itself, if it is of those that are put there, was asked by an
 * operator, and did not fail. */
int audit_request(struct database *db, const struct request *r);
/* Removes up to N rows of before that time: 0 or -1. */
int audit_forget(struct database *db, int64_t before, int n);

#endif
