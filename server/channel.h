/* SPDX-License-Identifier: ISC */
#ifndef SERVER_CHANNEL_H
#define SERVER_CHANNEL_H

#include <stdint.h>

#include "command.h"

/* Questions about rooms that several handlers ask.  Lock held. */

/* Whether a ban of room R matches user U. */
int channel_banned(uint32_t r, uint32_t u);
/* The membership of U in R that counts (not one being kicked); 0: none. */
uint32_t channel_member(uint32_t u, uint32_t r);
/* Replies what a device that was not there when its user joined R has to be
 * told: the JOIN, the topic, the names.  CMD_DONE: it has; else return what it
 * returns, and call it again. */
enum command_result channel_show(struct command *c, uint32_t r);
/* Whether C's user is an operator of R. */
int channel_is_operator(const struct command *c, uint32_t r);

#endif
