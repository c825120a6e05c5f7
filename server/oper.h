/* SPDX-License-Identifier: ISC */
#ifndef SERVER_OPER_H
#define SERVER_OPER_H

#include "command.h"

/* Operators of the server: as whom, and what they may. */

/* The line of the configuration by which U is an operator; NULL when it is
 * none, or that line is no more. */
const struct config_operator *oper_of(uint32_t u);
/* Whether U has a privilege (enum privilege). */
int oper_may(uint32_t u, uint32_t privilege);
/* The same of C's user; else has replied 723. */
int oper_allowed(struct command *c, uint32_t privilege);
/* "ban kill": the privileges of BITS; static. */
const char *oper_privileges(uint32_t bits);

/* A moment ago the line by which the user of session S is an operator may have
 * gone: takes the mode from it then. */
void oper_look(uint32_t s);

#endif
