/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_OWN_H
#define CLIENT_OWN_H

#include <stdint.h>

#include "outbox.h"

struct session;

/*
 * What we say, and what becomes of it.
 *
 * Each message is told as NEWS_MESSAGE (NOTICE, ACTION, CTCP) with NEWS_OWN |
 * NEWS_PENDING and its serial when it is queued.  When the server has taken
 * it, it is told once more as the server has it, with the serial and without
 * NEWS_PENDING, and then NEWS_ACCEPTED; or else NEWS_FAILED, or NEWS_UNSURE:
 * exactly one of the three, with the serial, ROOM and ABOUT, the text.
 */

enum {
	OWN_WAIT = 20000, /* milliseconds for history to tell of unsure ones */
	OWN_SLACK = 5000, /* by which two clocks may differ */
};

/* Queues a message of ours, in as many lines as it takes for none to be cut
 * on its way; CTCP "ACTION" or NULL; REPLY: msgid of what it answers, or NULL.
 * TEXT with '\n' is one message where the server knows such, else several.
 * Returns the serial of the last of them, 0 when one could not be kept, which
 * is told. */
uint64_t own_say(struct session *s, const char *command, const char *target,
    const char *ctcp, const char *reply, const char *text);
/* Queues what is not said but done: no fate is told of it. */
uint64_t own_line(struct session *s, const char *line);
/* Sends what may go now. */
void own_pump(struct session *s, int64_t now);

/* ---- what event.c learns; LABEL: the one it came under, or NULL ---- */

/* A message of ours came back: the serial it is to be told with, before
 * own_accepted(); 0 when it was not said here. */
uint64_t own_echoed(struct session *s, const char *label, const char *command,
    const char *target, const char *text);
void own_accepted(struct session *s, uint64_t serial, const char *msgid);
/* The answer to LABEL is complete. */
void own_answered(struct session *s, const char *label);
/* Something was refused, WHY; ABOUT: the room or nick it names, or NULL.
 * Counts it.  1: it was a message, and is told as NEWS_FAILED; 0: it is for
 * the caller to tell. */
int own_refused(struct session *s, const char *label, const char *about,
    const char *why);
/* The server has dealt with all lines up to that order. */
void own_confirmed(struct session *s, uint64_t order);

/* ---- a lost connection ---- */

void own_lost(struct session *s);
/* Whether there is an unsure message to TARGET; the msgid after which it must
 * be, if known, and the time. */
const struct outbox_line *own_unsure(const struct session *s,
    const char *target);
/* History has this message of ours: 1 if it is one that was unsure, which is
 * accepted now. */
int own_found(struct session *s, const char *command, const char *target,
    const char *text, const char *msgid, int64_t when);
/* All history of TARGET was seen; COMPLETE: what was not in it did not arrive
 * and goes again; else it stays unsure for good, and that is told. */
void own_searched(struct session *s, const char *target, int complete);
/* All that is left will not be sent: it is told. */
void own_give_up(struct session *s, const char *why);

#endif
