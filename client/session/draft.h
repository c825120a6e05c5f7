/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_DRAFT_H
#define CLIENT_DRAFT_H

#include <stdint.h>

#include "outbox.h"

/*
 * Drafts: what was typed, for when the client is killed.
 *
 * A journal of a network in a directory of the user's state: what is being
 * written to each room, and messages until their fate is known.  Who is
 * running holds a lock; a second one has a journal of its own, which the next
 * one to start takes over when its owner is gone.
 */

enum {
	DRAFT_JOURNALS = 8,          /* that may be in use at once */
	DRAFT_MOST = 4 * 1024 * 1024, /* bytes of a journal that is read */
	DRAFT_REWRITE = 256 * 1024,  /* bytes at which it is written anew */
	DRAFT_ROOMS = 256,           /* drafts */
};

struct draft;

/* All but draft_open() do nothing where D is NULL. */

/* Opens the journals of NETWORK (any name) in DIRECTORY, which is made.  NULL
 * with errno. */
struct draft *draft_open(const char *directory, const char *network);
void draft_close(struct draft *d);

/* What is being written to ROOM ("" for none chosen) is TEXT; "": nothing.
 * What looks like a password is not kept. */
void draft_edit(struct draft *d, const char *room, const char *text);
/* What was; NULL: nothing. */
const char *draft_text(const struct draft *d, const char *room);

/* A message of ours was queued, went, and is done with. */
void draft_queued(struct draft *d, const struct outbox_line *l);
void draft_sent(struct draft *d, const struct outbox_line *l);
void draft_done(struct draft *d, const struct outbox_line *l);
/* Whether a later moot will find it. */
int draft_has(const struct draft *d, const struct outbox_line *l);
/* What is noted while HOLDING is written at once when that ends: all or
 * nothing of it will be found. */
void draft_hold(struct draft *d, int holding);
/* The next message that was left behind, oldest first, valid until the next
 * call; 0: no more, and those given are no longer in the journal unless they
 * are queued again. */
int draft_unsent(struct draft *d, struct outbox_item *item);

/* Up to when, milliseconds since the Epoch, messages were seen; 0: never. */
void draft_seen(struct draft *d, int64_t when);
int64_t draft_last_seen(const struct draft *d);

#endif
