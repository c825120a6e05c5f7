/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_OWN_H
#define CLIENT_OWN_H

#include <stdint.h>

#include "client/news.h"
#include "outbox.h"

/*
 * What we say, and what becomes of it.
 *
 * Each message is told as NEWS_MESSAGE (NOTICE, ACTION, CTCP) with NEWS_OWN |
 * NEWS_PENDING and its serial when it is queued.  When the server has taken
 * it, it is told once more as the server has it, with the serial and without
 * NEWS_PENDING, and then NEWS_ACCEPTED; or else NEWS_FAILED, or NEWS_UNSURE:
 * exactly one of the three, with the serial, ROOM, and the text in ABOUT.
 *
 * Only if a message of several lines waited for a server that turns out not
 * to know such, it is told as pending anew: its first line with the serial
 * that it had, the others with new ones.
 */

enum {
	OWN_SLACK = 5000,       /* milliseconds by which two clocks differ */
	OWN_BATCH = 8192,       /* bytes and lines of one message, where the */
	OWN_BATCH_LINES = 64,   /* server would take more */
	OWN_TEXT = 64 * 1024,   /* bytes of what is said at once; more is not */
};

/* Queues a message of ours, in as many lines as it takes for none to be cut
 * on its way; CTCP "ACTION" or NULL; REPLY: msgid of what it answers, or NULL.
 * TEXT with '\n' is one message where the server knows such, else several.
 * Returns the serial of the last of them, 0 when one could not be kept, which
 * is told. */
uint64_t own_say(struct session *s, const char *command, const char *target,
    const char *ctcp, const char *reply, const char *text);
/* Queues what is not said but done ("@+tag JOIN #room"): it has a serial, but
 * no fate is told of it. */
uint64_t own_line(struct session *s, const char *line);
/* Messages that an earlier moot left behind. */
void own_restore(struct session *s);
/* Sends what may go now. */
void own_pump(struct session *s, int64_t now);

/* ---- what event.c learns; LABEL: the one it came under, or "" ---- */

/* A PRIVMSG or NOTICE of ours came back: the serial it is to be told with,
 * after which comes own_accepted(); 0 when it was not said here. */
uint64_t own_echoed(struct session *s, const char *label, const char *command,
    const char *target, const char *text);
/* MSGID may be NULL; SERIAL 0 is ignored. */
void own_accepted(struct session *s, uint64_t serial, const char *msgid);
/* Something was refused, WHY; ABOUT: the room or nick it names, or NULL.
 * CODE is its numeric or that of a FAIL.  Counts it.  1: it was a message, and
 * is told as NEWS_FAILED; 0: it is for the caller to tell. */
int own_refused(struct session *s, const char *label, const char *code,
    const char *about, const char *why);
/* The answer to LABEL is complete. */
void own_answered(struct session *s, const char *label);
/* The server has dealt with all lines up to that ORDER. */
void own_confirmed(struct session *s, uint64_t order);

/* ---- a lost connection ---- */

void own_lost(struct session *s);
/* The first unsure message to TARGET, or (NULL) of all; NULL: none. */
const struct outbox_line *own_unsure(const struct session *s,
    const char *target);
/* History has N, a message: 1 if it was one that was unsure; it has been told
 * then, and is accepted. */
int own_found(struct session *s, const struct news *n);
/* All history of TARGET (NULL: of all) was seen; COMPLETE: what was not in it
 * did not arrive and goes again.  Otherwise nobody will ever know. */
void own_searched(struct session *s, const char *target, int complete);
/* It ends: the fate of all that is left is told. */
void own_give_up(struct session *s);

#endif
