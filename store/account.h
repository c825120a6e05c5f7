/* SPDX-License-Identifier: ISC */
#ifndef STORE_ACCOUNT_H
#define STORE_ACCOUNT_H

#include "request.h"

/* Accounts: who they are, what they may be changed by. */

enum { ACCOUNT_PENDING_MS = 24 * 3600 * 1000 };

struct account {
	int64_t id;
	char shown[REQUEST_NAME];
	char suspended[300];    /* why; "": it is not */
	int is_suspended;
	struct credential had;
};

/* By any case of its name: 1, 0 there is none, -1. */
int account_find(struct database *db, const char *name, struct account *a);
/* The same of the name that is the first column of the first row of Q; Q is
 * 0 for trouble, and is ended. */
int account_find_by(struct database *db, sqlite3_stmt *q, struct account *a);
/* The same of NAME or, if there is none, of one that looks like it. */
int account_find_look(
    struct database *db, const char *name, struct account *a);
/* The same, and if it is not 1 it is answered: 0. */
int account_need(struct database *db, struct request *r, const char *name,
    struct account *a);
/* The four columns of a credential, from COLUMN on. */
void account_credential(struct credential *c, sqlite3_stmt *q, int column);
/* The last message before there was an account of this name: direct messages up
 * to it were another's, who had the name before.  0 or -1. */
int account_floor(struct database *db, const char *name, int64_t *id);
/* Its flags, "always-on,...", "*" when it has none: 0 or -1. */
int account_flags(
    struct database *db, int64_t id, char *buf, size_t size);
/* register.c: makes one of NAME; EMAIL may be NULL.  0 or -1. */
int account_insert(struct database *db, const char *name, const char *email,
    const struct credential *c, int64_t now);
/* register.c: whether NAME can be a new account, 1; else it is answered, as to
 * COMMAND: 0. */
int account_is_free(struct database *db, struct request *r,
    const char *command, const char *name);
/* Gone with all that is the account's alone.  Rooms it founded go to their
 * oldest operator, or are gone too, and that is answered. 0 or -1. */
int account_remove(
    struct database *db, struct request *r, const struct account *a);
/* Whether the request is of this account, or an operator's. */
int account_may(const struct request *r, const char *name);
/* The same, and if it is not it is answered. */
int account_yours(struct request *r, const char *name);
/* register.c: called with the name of each account that is about to be; NULL at
 * first. */
extern void (*account_made)(const char *name);
/* Calls it for all there are: 0 or -1. */
int account_all(struct database *db);
/* register.c: drops what was begun and not finished, 0 or -1. */
int account_tidy(struct database *db, int64_t now);

#endif
