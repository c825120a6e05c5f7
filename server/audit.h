/* SPDX-License-Identifier: ISC */
#ifndef SERVER_AUDIT_H
#define SERVER_AUDIT_H

#include "command.h"

enum {                         /* in `step': */
	STEP_AUDITED = 1 << 29, /* it is on the record */
	STEP_AUDITING = 1 << 27, /* it is being put there: no question of
	                          * what follows has the same name */
};

/*
 * Puts on the record, in the store and in the log, that C's user does WHAT to
 * WHOM ("*": nobody) as TEXT says; then runs THEN, whose steps begin with 0.
 * Who has lost PRIVILEGE (0: needs none) by the time it is there is refused.
 * To be returned by the handler, in each of its steps.  Without a store, or if
 * that fails, there is only the log.
 */
enum command_result audit(struct command *c, uint32_t privilege,
    const char *what, const char *whom, const char *text, command_fn *then);
/* The same for what the store puts on the record itself: only the log. */
void audit_log(const struct command *c, const char *what, const char *whom,
    const char *text);
/* As whom C's user acts: the operator's name, "uid 0" for mootctl; "" for who
 * has no privilege.  Static. */
const char *audit_name(const struct command *c);

#endif
