/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_SAY_H
#define CLIENT_SAY_H

#include <stdint.h>

/*
 * What one can do about messages, beyond saying something: draft/reply,
 * draft/react, typing, draft/message-redaction, draft/read-marker.
 *
 * -1: nothing is sent, this server does not have it, or there is none now.
 */

struct session;

/* SENT: the message went, by which others know that we are done. */
enum say_typing { SAY_ACTIVE, SAY_PAUSED, SAY_DONE, SAY_SENT };

/* Whether client tags reach others here: +draft/reply, +typing ... */
int say_can_tag(const struct session *s, const char *tag);
int say_can_redact(const struct session *s);
int say_can_mark(const struct session *s);

/* Says TEXT as an answer to MSGID; plainly, where there are no such tags. */
void say_reply(struct session *s, const char *target, const char *msgid,
    const char *text);
int say_react(struct session *s, const char *target, const char *msgid,
    const char *reaction);
int say_unreact(struct session *s, const char *target, const char *msgid,
    const char *reaction);
/* REASON may be NULL. */
int say_redact(struct session *s, const char *target, const char *msgid,
    const char *reason);
/* Call it with each key: active goes out every 3 seconds at most, the others
 * only when something went out before. */
int say_typing(struct session *s, const char *target, enum say_typing state);
/* All up to WHEN was read.  It never goes back, and is not sent twice. */
int say_read(struct session *s, const char *target, int64_t when);
/* What event.c learns: another device has read so far. */
void say_was_read(struct session *s, const char *target, int64_t when);
void say_clear(struct session *s);

#endif
