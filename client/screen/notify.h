/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_SCREEN_NOTIFY_H
#define CLIENT_SCREEN_NOTIFY_H

#include <stdint.h>

/* Tells a person who looks elsewhere: a bell, a command. */

enum {
	NOTIFY_GAP = 1000, /* milliseconds from one to the next; what comes
	                    * between them is not told */
	NOTIFY_WORDS = 32, /* of the command */
	NOTIFY_TEXT = 500, /* bytes of the message that it is told */
};

struct notice {
	const char *nick, *room; /* who, and where; ROOM NULL: to us alone */
	const char *text;
};

/* Whether one may go out at NOW, monotonic milliseconds; counts it. */
int notify_is_due(int64_t now);
/*
 * Runs COMMAND, NULL-terminated, without a shell and without waiting for it,
 * with a title and the text as two more arguments, neither beginning with
 * '-', and MOOT_NICK, MOOT_ROOM and MOOT_TEXT in its environment.  All of it
 * is cleaned.  -1 with errno: it could not be started.
 */
int notify_run(const char *const *command, const struct notice *n);

#endif
