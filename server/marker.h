/* SPDX-License-Identifier: ISC */
#ifndef SERVER_MARKER_H
#define SERVER_MARKER_H

#include "command.h"

/*
 * Tells who enters ROOM how far its account has read there, if its client
 * wants to know.  CMD_DONE: it has; else return what it returns, and call it
 * again.
 */
enum command_result marker_on_join(struct command *c, const char *room);

#endif
