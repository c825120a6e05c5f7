/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_COMMAND_H
#define CLIENT_COMMAND_H

#include <stddef.h>

struct session;

/* Deals with one typed line: a /command, or text for the current target.
 * CONTINUED: it is the rest of a line that was split, never a command. */
void command_line(struct session *s, const char *line, int continued);
/* Wants to be in "ROOM[,ROOM]", now or once there is a server; the first of
 * them becomes the target. */
void command_join(struct session *s, const char *rooms, const char *keys);

/* The commands there are, in the order of the alphabet; NULL past the last. */
const char *command_name(size_t i);
/* "[ROOM] NICK [REASON]": what /help shows; NULL: there is no such command. */
const char *command_usage(const char *name);

/* ---- for handlers of the table ---- */

/* Why there is nobody to talk to. */
#define COMMAND_NO_TARGET \
	"no room or person chosen: /join ROOM or /query NICK"

/* Copies the next word of *TEXT, cut to SIZE, and moves *TEXT to the one
 * after it; returns 0 when there is none. */
int command_word(const char **text, char *word, size_t size);
/* Says WHY, and counts it. */
void command_refuse(struct session *s, const char *why);

#endif
