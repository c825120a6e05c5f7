/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_RECENT_H
#define CLIENT_RECENT_H

#include <stdint.h>

#include "client/news.h"

/* The last messages of a session: what a reaction or an answer is about, and
 * which one "the last of alice" is. */

enum {
	RECENT_MESSAGES = 512, /* kept; the oldest go */
	RECENT_TEXT = 120,     /* bytes of each that are kept */
};

struct recent_message {
	char msgid[128], room[200], nick[64], text[RECENT_TEXT];
	int64_t when;
	unsigned int flags; /* NEWS_OWN */
};

struct recent;

/* N is a message; without a msgid nobody can speak of it. */
void recent_note(struct session *s, const struct news *n);
/* NULL: it is not known any more.  It stays until the next recent_note(). */
const struct recent_message *recent_find(const struct session *s,
    const char *msgid);
/* The last one in ROOM: of NICK; NULL: anybody's but ours. */
const struct recent_message *recent_last(const struct session *s,
    const char *room, const char *nick);
/* A room has another name now. */
void recent_rename(struct session *s, const char *room, const char *now);
void recent_clear(struct session *s);

#endif
