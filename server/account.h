/* SPDX-License-Identifier: ISC */
#ifndef SERVER_ACCOUNT_H
#define SERVER_ACCOUNT_H

#include "command.h"

/*
 * Being somebody: what REGISTER, AUTHENTICATE and NickServ have in common.
 * The rows of handlers that use this have CMD_LOCK.
 */

enum {
	ACCOUNT_MAX = NAME_NICK + 2,
	/* in `step': logged in; go on with account_reclaim() */
	STEP_RECLAIM = 1 << 20,
};

/*
 * The last line of the store's answer, taken apart, which is there: 1.  0: it
 * may not be known yet, since too many have guessed; then return CMD_WAIT.
 */
int account_verdict(struct command *c, struct message *m);
/*
 * An answer that lets somebody in must not be older than the last suspension.
 * account_asks() before the ask(); then, if account_stale(), return CMD_MORE,
 * and it is asked again.
 */
void account_asks(struct command *c);
int account_stale(struct command *c);

/* Logs C's user in to ACCOUNT ("": out), which has FLAGS ("always-on,...", as
 * the store tells them): the op, 900 or 901, and the event for
 * its rooms.  It takes effect with the step. */
void account_login(struct command *c, const char *account, const char *flags);
/* The user's flags that follow from those of its account. */
uint32_t account_user_flags(const char *flags);
/*
 * The step after it: nobody else may have the nick that is the account's name.
 * To be returned; CMD_DONE when it is so.  C->step is STEP_RECLAIM.
 */
enum command_result account_reclaim(struct command *c);

/*
 * NICK is the name of its account, so whoever else has it is cut: CMD_DONE when
 * nobody has it any more; else return what it returns, and call it again.
 */
enum command_result account_take(struct command *c, const char *nick);
/*
 * Whether C's user may have NICK, in so far as it is an account's: CMD_DONE,
 * CMD_ANSWERED when it may not; else return what it returns.  Asks the store,
 * and without one nobody can tell, so anybody may.
 */
enum command_result account_may_have(struct command *c, const char *nick);

/* Whether NAME is one of ours, as NickServ: nobody can have it. */
int account_is_service(const char *name);
/* Whether NICK looks like the name of one: nobody can have that either. */
int account_looks_service(const char *nick);

/* Ends the session of U, an event. */
void account_kill(struct command *c, uint32_t u, const char *reason);
/*
 * Ends the sessions of all who are logged in to ACCOUNT but C's user, one a
 * step, beginning with cursor 0: CMD_DONE when there are no more, else return
 * what it returns, and call it again.
 */
enum command_result account_cut(struct command *c, const char *account,
    const char *reason);
/* The first user from U on that is logged in to ACCOUNT, 0 for none. */
uint32_t account_next(const char *account, uint32_t u);

/* The word for `registration', as the store is told it: "policy=open". */
const char *account_policy(void);
/* The same for clients: the value of the capability. */
const char *account_keys(void);
/* Why EMAIL is not enough for an account; NULL when it is. */
const char *account_refuses_email(const char *email);

#endif
