/* SPDX-License-Identifier: ISC */
#ifndef SERVER_HISTORY_H
#define SERVER_HISTORY_H

#include "command.h"

/* Where messages are: a room, or what two accounts write to each other. */
struct place {
	char key[2 * NAME_NICK + NAME_CHANNEL]; /* for the store */
	char shown[NAME_CHANNEL + 2];
	uint32_t room;         /* 0: direct messages */
};

/* The place called NAME by a client; -1 when C's user may not read it. */
int place_find(const struct command *c, const char *name, struct place *p);

/*
 * Those lines of room R (0: no longer there) that were said before C's user
 * entered it, for clients that cannot ask.  The cursor is the ID of the JOIN;
 * SHIFT bits of the step are the caller's.  CMD_DONE, CMD_MORE as a handler.
 */
enum command_result history_on_join(struct command *c, uint32_t r,
    unsigned shift);

#endif
