/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_SPEECH_H
#define CLIENT_SPEECH_H

#include "event.h"

/* What people say: handlers of event.c's table, two parameters at least. */
void speech_privmsg(struct session *s, struct event_line *e);
void speech_notice(struct session *s, struct event_line *e);
/* TAGMSG, one parameter: typing, reactions.  REDACT, two. */
void speech_tagmsg(struct session *s, struct event_line *e);
void speech_redact(struct session *s, struct event_line *e);

#endif
