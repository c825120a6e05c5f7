/* SPDX-License-Identifier: ISC */
#ifndef STORE_MESSAGE_H
#define STORE_MESSAGE_H

#include <stddef.h>
#include <stdint.h>

#include "../irc/multiline.h"
#include "database.h"

/* Messages: storing them, reading one, removing one. */

enum message_kind {
	KIND_PRIVMSG = 1,
	KIND_NOTICE,
	KIND_TAGMSG,
	KIND_JOIN,
	KIND_PART,
	KIND_QUIT,
	KIND_NICK,
	KIND_KICK,
	KIND_TOPIC,
	KIND_MODE,
	KIND_REDACT, /* takes the place of what was redacted */
	KIND_LAST = KIND_REDACT,
};

enum {
	STORED_LINE = MULTILINE_WHOLE, /* bytes of a line */
	STORED_TAGS = MESSAGE_TAGS_KEPT, /* of its tags */
	STORED_BOTH = 7000,      /* of both: they are told in one answer */
	STORED_NAME = 160,       /* of a target's: "=a=b" of two names */
	STORED_ID = 40,          /* of a msgid */
};

struct stored {
	uint64_t serial;         /* of the posting: for nobody but the caller */
	uint64_t id_hi, id_lo;   /* msgid: "%llx.%llx" */
	uint64_t time;           /* ms */
	int kind;                /* enum message_kind */
	const char *target;      /* the room; NULL for a direct message */
	const char *from, *to;   /* its parties: account, else "~nick" */
	int heard;               /* by TO, who was there: it is not PENDING */
	const char *account;     /* the sender's, or "" */
	const char *tags;        /* client-only ones, or "" */
	const char *line;        /* ":nick!user@host PRIVMSG #room :text" */
};

/*
 * Stores N of them, in this order, in one transaction (that of the caller
 * when there is one).  When it returns 0 they are on the disk, and will be
 * found once each: what is there already is passed over.  -1: trouble, and
 * none is stored.  *SKIPPED counts those that can never be stored, for they
 * are too long or hold what no line can; and those of rooms without history.
 */
int message_store(struct database *db, const struct stored *m, size_t n,
    size_t *skipped);

const char *message_kind_name(int kind);

/* The key of a pair's messages: "=ann=bob", folded or as shown. */
void message_pair(char *buf, size_t size, const char *a, const char *b);
/* Whether NAME is such a key and ACCOUNT (or "~nick") one of the two. */
int message_is_party(const char *name, const char *account);
/* The one of the pair NAME that is not ACCOUNT, shown: into BUF. */
void message_partner(
    char *buf, size_t size, const char *name, const char *account);

/* The id of a target in the tables: 1, 0 when nothing was ever sent to it, -1
 * trouble.  NAME is a room or a pair, in any case. */
int message_target(struct database *db, const char *name, int64_t *target);
/* The row of TARGET with the msgid TEXT: 1, 0 (none, or no msgid), -1. */
int message_find(struct database *db, int64_t target, const char *text,
    int64_t *id);
int message_id_parse(const char *text, uint64_t *hi, uint64_t *lo);
/* Sets *ID such that the rows of TIME or later are those from *ID on: 0, -1. */
int message_since(struct database *db, int64_t time, int64_t *id);

/* A row as read; good until the next call with the same connection. */
struct row {
	int64_t id, target, time;
	int kind;
	char msgid[STORED_ID];
	const char *account, *recipient, *tags, *line;
	sqlite3_stmt *q;
};
/* 1 (end it with row_end), 0 it is gone, -1. */
int row_read(struct database *db, int64_t id, struct row *row);
void row_end(struct row *row);
/* Removes it, from the index as well: 1, 0 it was gone, -1. */
int row_remove(struct database *db, int64_t id);

/* Ids are not used again, although the newest rows go: to be called in the
 * transaction that removes rows.  Returns 0 or -1. */
int message_keep_ids(struct database *db);
/* Forgets what is remembered of targets: a room's settings have changed. */
void message_forget_targets(struct database *db);

#endif
