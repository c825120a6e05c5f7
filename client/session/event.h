/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_EVENT_H
#define CLIENT_EVENT_H

#include <stddef.h>
#include <stdint.h>

#include "client/news.h"
#include "irc/message.h"
#include "session.h"

enum {
	EVENT_TEXT = 1024,  /* what the words of an answer may become */
	EVENT_MSGID = 128,  /* what is longer is no msgid to us */
	EVENT_LABEL = 65,
	EVENT_ACCOUNT = 64,
};

/* A line, who it is from, the nick split off, and what its tags say; "" where
 * they say nothing. */
struct event_line {
	struct message m;
	char nick[SESSION_NICK * 2];
	const char *address; /* user@host, or "" */
	int own;             /* it is from us */
	int past;            /* it tells of earlier: nothing changes by it */
	int quiet;           /* it is not told: its batch will be */
	int answers;         /* it is all, or the end, of the answer to LABEL */
	unsigned int flags;  /* NEWS_OWN, NEWS_PLAYBACK, NEWS_BOT */
	int64_t when;        /* milliseconds since the Epoch; 0: now */
	char label[EVENT_LABEL]; /* of the line, or the batch it is in */
	char batch[EVENT_LABEL]; /* the batch it is in */
	char msgid[EVENT_MSGID], reply[EVENT_MSGID];
	char account[EVENT_ACCOUNT];
};

/* News of what E tells; the kind's own fields are left to the caller. */
struct news event_news(const struct event_line *e, enum news_kind kind);
/* The same of ROOM, with TEXT, told at once. */
void event_tell(struct session *s, const struct event_line *e,
    enum news_kind kind, const char *room, const char *text);

/* NULL for "". */
const char *event_or_null(const char *s);
/* A parameter that need not be there; NULL: it is not, or it is empty. */
const char *event_param(const struct event_line *e, int i);
/* The parameters from AT on, a space between them. */
void event_rest(char *buf, size_t size, const struct message *m, int at);
/* "2026-01-31T12:34:56.789Z" in milliseconds; 0 when it is not of that form,
 * or of no time. */
int64_t event_time(const char *text);
/* Gives TO the source of another line, and *ADDRESS a copy of its address. */
void event_copy_source(struct event_line *to, const struct event_line *from,
    char **address);

/* Deals with one line from the server, LEN bytes without its end, line[LEN]
 * writable; nothing in it is trusted, and it is changed. */
void event_handle(struct session *s, char *line, size_t len);
/* The connection is lost: nobody is in a room any more, and what was asked
 * for does not come.  The session is about to be gone. */
void event_lost(struct session *s);
void event_clear(struct session *s);

#endif
