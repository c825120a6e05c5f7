/* SPDX-License-Identifier: ISC */
#ifndef SERVER_MARKER_H
#define SERVER_MARKER_H

#include "command.h"

enum { MARKER_TIME = 48 };

/*
 * Finds how far C's user has read in ROOM, if its client wants to know: puts
 * it into TIME, or "".  CMD_DONE: it has; else return what it returns, and
 * call it again.
 */
enum command_result marker_look(
    struct command *c, const char *room, char *time, size_t size);
/* Tells that, between the JOIN and the end of the names. */
void marker_tell(struct command *c, const char *room, const char *time);

#endif
