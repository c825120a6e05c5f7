/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_LISTING_H
#define CLIENT_LISTING_H

#include "event.h"

/* Answers that are lists: WHO, LIST; and who comes and goes of those one
 * waits for: MONITOR, ISON. */

/* Asks who is in a room, or is a nick, or fits a mask.  NEWS_PERSON for each,
 * then NEWS_END. */
void listing_ask_who(struct session *s, const char *mask);
/* NEWS_LISTED for each room, then NEWS_END. */
void listing_ask_rooms(struct session *s);
/* NEWS_HERE or NEWS_GONE for NICK at once and, where there is MONITOR, whenever
 * that changes.  Returns whether there is; else one has to ask again. */
int listing_watch(struct session *s, const char *nick);

/* Handlers of event.c's table. */
void listing_who(struct session *s, struct event_line *e);     /* 352, 8 */
void listing_whox(struct session *s, struct event_line *e);    /* 354, 9 */
void listing_room(struct session *s, struct event_line *e);    /* 322, 3 */
void listing_end(struct session *s, struct event_line *e);     /* 315, 323 */
void listing_here(struct session *s, struct event_line *e);    /* 730, 2 */
void listing_gone(struct session *s, struct event_line *e);    /* 731, 2 */
void listing_ison(struct session *s, struct event_line *e);    /* 303, 2 */

#endif
