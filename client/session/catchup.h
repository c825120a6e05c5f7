/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_CATCHUP_H
#define CLIENT_CATCHUP_H

#include <stdint.h>

#include "client/news.h"
#include "event.h"

/*
 * Catching up: after a reconnect, exactly what was missed.
 *
 * What was seen is known by msgid, room by room and person by person.  When
 * the line is back, each room we are in again, and each person we talked with
 * or who wrote meanwhile, is asked for by CHATHISTORY, from the last msgid on
 * and page by page; what the server plays back by itself is told once.  What
 * is said there meanwhile is told after what was missed.
 */

enum {
	CATCHUP_IDS = 512,      /* msgids remembered of a room or person */
	CATCHUP_PLACES = 256,   /* rooms and persons remembered */
	CATCHUP_PAGE = 100,     /* messages asked for at a time... */
	CATCHUP_MOST = 2000,    /* ...and of a room or person at most */
	CATCHUP_TARGETS = 50,   /* persons who wrote meanwhile */
	CATCHUP_WAIT = 20000,   /* milliseconds for an answer */
	CATCHUP_AGAIN = 2000,   /* milliseconds before a second look... */
	CATCHUP_TRIES = 3,      /* ...and, twice as long each, before another
	                         * one after a refusal, so many times */
	CATCHUP_HELD = 1000,    /* messages that wait for older ones */
};

struct catchup;

void catchup_clear(struct session *s);
/* Whether N is to be told: not a message or an event whose msgid was told
 * before, but for history that somebody asked for, nor the end of a request of
 * our own.  Remembers it.  news_tell()'s to ask. */
int catchup_is_new(struct session *s, const struct news *n);
/* The last msgid of ROOM, or of our talk with that person; NULL: none. */
const char *catchup_last(const struct session *s, const char *room);

/* The line is lost. */
void catchup_lost(struct session *s);
/* We are in ROOM; we are not let in. */
void catchup_joined(struct session *s, const char *room);
void catchup_refused(struct session *s, const char *room);
/* "CHATHISTORY TARGETS who when": a handler of event.c's table, two
 * parameters. */
void catchup_target(struct session *s, struct event_line *e);
/* That is refused. */
void catchup_targets_refused(struct session *s);
/* Asks for what is next; when something is due, INT64_MAX: nothing. */
void catchup_tick(struct session *s, int64_t now);
int64_t catchup_due(const struct session *s);

#endif
