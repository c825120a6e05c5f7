/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_REPLY_H
#define CLIENT_REPLY_H

#include "event.h"

/* What the server says to us. */

/* An answer, of which NICK (or NULL) is to be named first; ABOUT: its code, or
 * NULL. */
void reply_tell(struct session *s, const struct event_line *e,
    const char *about, const char *nick, const char *text);
/* Something was refused: LEAD and WHY in words; ABOUT as above. */
void reply_error_about(struct session *s, const struct event_line *e,
    const char *about, const char *lead, const char *why);
/* The same of a numeric, in its own words, unless own.c knows of what. */
void reply_refusal(struct session *s, const struct event_line *e);

/* Handlers of event.c's table, which says how many parameters each has. */
void reply_ping(struct session *s, struct event_line *e);
void reply_pong(struct session *s, struct event_line *e);
void reply_error(struct session *s, struct event_line *e);
void reply_refused(struct session *s, struct event_line *e);
void reply_nick_refused(struct session *s, struct event_line *e);
void reply_welcome(struct session *s, struct event_line *e);
void reply_welcome_end(struct session *s, struct event_line *e);
void reply_motd(struct session *s, struct event_line *e);
void reply_isupport(struct session *s, struct event_line *e);
void reply_room_refused(struct session *s, struct event_line *e);
void reply_who(struct session *s, struct event_line *e);
void reply_standard_reply(struct session *s, struct event_line *e);

#endif
