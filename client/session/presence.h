/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_PRESENCE_H
#define CLIENT_PRESENCE_H

#include "event.h"

/* Who comes and goes, and what rooms are: handlers of event.c's table, which
 * says how many parameters each has at least. */

void presence_join(struct session *s, struct event_line *e);
void presence_part(struct session *s, struct event_line *e);
void presence_quit(struct session *s, struct event_line *e);
void presence_kick(struct session *s, struct event_line *e);
void presence_nick(struct session *s, struct event_line *e);
void presence_away(struct session *s, struct event_line *e);
void presence_account(struct session *s, struct event_line *e);
void presence_setname(struct session *s, struct event_line *e);
void presence_chghost(struct session *s, struct event_line *e);
void presence_invite(struct session *s, struct event_line *e);
void presence_topic(struct session *s, struct event_line *e);
void presence_mode(struct session *s, struct event_line *e);
void presence_rename(struct session *s, struct event_line *e);
void presence_markread(struct session *s, struct event_line *e);
void presence_wallops(struct session *s, struct event_line *e);
void presence_names(struct session *s, struct event_line *e);
void presence_names_end(struct session *s, struct event_line *e);
void presence_no_topic(struct session *s, struct event_line *e);
void presence_topic_is(struct session *s, struct event_line *e);
void presence_modes_are(struct session *s, struct event_line *e);

#endif
