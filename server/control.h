/* SPDX-License-Identifier: ISC */
#ifndef SERVER_CONTROL_H
#define SERVER_CONTROL_H

#include "command.h"

/*
 * The administrator's side: mootctl(8) speaks to any worker over a Unix
 * socket, through the same sessions, dispatcher and steps as a client.
 * Request: one line, "COMMAND [PARAMETERS]", an IRC line without tags.
 * Answer: rows "name=Stext<TAB>name=N123...", then ". ok" or ". error TEXT".
 * In texts, TAB, LF and backslash are \t, \n, \\.
 */

/* The row that serves the parsed line of a control session. */
const struct command_row *control_row(struct command *c);
/* control_account.c */
command_fn control_account;
/* control_store.c */
command_fn control_history, control_registered, control_backup;
/* kline.c, control_audit.c */
command_fn control_ban, control_unban, control_bans, control_announce,
    control_audit;
/* Whether the peer of a control socket may give orders: root or our own
 * user (SO_PEERCRED). */
int control_peer_allowed(int fd);

#endif
