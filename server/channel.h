/* SPDX-License-Identifier: ISC */
#ifndef SERVER_CHANNEL_H
#define SERVER_CHANNEL_H

#include <stdint.h>

#include "../irc/mode.h"
#include "command.h"

/* Questions about rooms that several handlers ask.  Lock held. */

/* The ban of room R that keeps user U from coming in, or with SPEAKING from
 * saying something; 0: none, or it is excepted. */
uint32_t channel_ban(uint32_t r, uint32_t u, int speaking);
/* Whether U matches an invite exception of R. */
int channel_is_expected(uint32_t r, uint32_t u);
/* Takes bans away whose time is over, a room at a time; for the clock of the
 * worker, without the lock. */
void channel_bans_end(void);
/* The membership of U in R that counts (not one being kicked); 0: none. */
uint32_t channel_member(uint32_t u, uint32_t r);
/* Replies what a device that was not there when its user joined R has to be
 * told: the JOIN, the topic, the names.  CMD_DONE: it has; else return what it
 * returns, and call it again. */
enum command_result channel_show(struct command *c, uint32_t r);
/* What C's user is in R, and whether it is operator there or more. */
enum rank channel_rank(const struct command *c, uint32_t r);
int channel_is_operator(const struct command *c, uint32_t r);
/* The room called NAME, in which C's user is; else replies 403 or 442. */
uint32_t channel_joined(struct command *c, const char *name);
/* A room in which C's user may not change its nick, with *BANNED for a ban that
 * the new one would be a way out of; or 0. */
uint32_t channel_keeps_nick(const struct command *c, int *banned);

#endif
