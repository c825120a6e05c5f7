/* SPDX-License-Identifier: ISC */
#ifndef SERVER_XLINE_H
#define SERVER_XLINE_H

#include "../irc/xmask.h"
#include "command.h"

/*
 * Bans from the whole server: KLINE, DLINE, mootctl ban.  They are in the
 * segment, where every worker compares with them by itself.
 */

/* The ban that holds for an address, 0 for none: when somebody connects. */
uint32_t xline_of_address(const struct in6_addr *addr);
/* "You are banned from this server until TIME: REASON"; for IRC, so no more
 * than a line.  Static. */
const char *xline_text(uint32_t x);

/* Whether all that the store has is here; if not, in a handler with CMD_LOCK,
 * before anybody is let in: CMD_DONE, or to be returned, and called again in
 * the same step. */
int xline_is_loaded(void);
enum command_result xline_load(struct command *c);

/* Whether C's session, or its user, is banned: then it is being closed.  At
 * the end of a registration. */
int xline_refuse(struct command *c);
/* The same of an address that a gateway tells, and of an account. */
int xline_refuse_address(struct command *c, const struct in6_addr *addr);
int xline_refuse_account(struct command *c, const char *account);
/* Closes session S, which has just come from another worker, if it is banned:
 * while it was on its way nobody has looked at it. */
void xline_arrived(uint32_t s);
/* Closes those of our sessions whom a new ban is for, some at a time, once a
 * turn.  Returns whether there are more. */
int xline_look(void);

/* The ban of exactly this mask, 0 for none; whether a record holds; whether
 * there is no room for one more.  Lock held. */
uint32_t xline_find(const char *mask);
int xline_is_valid(uint32_t x);
int xline_is_full(const char *mask);

/* Ops: a ban is added; lifted; those in an answer of the store are. */
void op_xline_add(struct op *op);
void op_xline_del(struct op *op);
void op_xline_load(struct op *op);

#endif
