/* SPDX-License-Identifier: ISC */
#ifndef STORE_ROOM_H
#define STORE_ROOM_H

#include "../irc/metadata.h"
#include "metadata.h"
#include "request.h"

/* The registered room that a request is about: 1; else it is answered, 0. */
int room_need(struct database *db, struct request *r, int64_t *id);

enum { ROOM_BANS = 128 /* most bans of a room */ };

/* What a room is set to; times are ms. */
struct room_settings {
	const char *name;
	const char *was;       /* what it is called here until that is known */
	int64_t saved;         /* when it is so */
	const char *modes;     /* "+nt" */
	const char *key;       /* NULL: none */
	int64_t most;          /* members; 0: any number */
	int64_t created, topic_time;
	const char *topic_by;  /* NULL: nobody */
	const char *topic;
	int nbans;
	struct {
		const char *list, *mask, *setter, *reason;
		int64_t time, until;
	} ban[ROOM_BANS];
	int nkeys;
	struct room_key key_of[METADATA_KEYS];
};

/* Saves them, bans and all, in the caller's transaction.  A room that is not
 * registered is passed over.  Returns 0, 1 when it has still its old name
 * here, or -1. */
int room_save(struct database *db, const struct room_settings *s);

#endif
