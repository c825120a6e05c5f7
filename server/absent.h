/* SPDX-License-Identifier: ISC */
#ifndef SERVER_ABSENT_H
#define SERVER_ABSENT_H

#include "command.h"

/*
 * Messages for accounts that are not here: left with the store, and told when
 * their owner comes.
 */

/* Whether U has no session now: what is said to it has to be kept. */
int absent_is(uint32_t u);

/*
 * C is a PRIVMSG or, if QUIET, a NOTICE, for NICK, who is not here.  Has it
 * kept if there is an account of that name, and replies what became of it.
 * CMD_DONE, or CMD_MORE: return it, and call this again.
 */
enum command_result absent_say(struct command *c, int quiet,
    const char *nick);

/* A handler without a line of its own: tells C's session what was kept for it,
 * and the store that it was told. */
command_fn absent_tell;

#endif
