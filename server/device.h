/* SPDX-License-Identifier: ISC */
#ifndef SERVER_DEVICE_H
#define SERVER_DEVICE_H

#include "command.h"

/*
 * The sessions of a user: one as a guest; with an account as many as it has
 * devices, at most SESSIONS_MAX, or none for a while.
 */

/* Whether the session of C, which is about to be registered, is to join those
 * of a user who is there; it then becomes SESSION_HANDED.  Lock held. */
int device_is_other(const struct command *c);

/* Whether U, who has the nick of an account, may be just another device of it
 * that comes at the same time: it is given a moment.  Lock held. */
int device_may_come(uint32_t u);

/*
 * What becomes of session S, which is SESSION_HANDED: it is given to the home
 * of the user of its account, and there it becomes one of that user's, or it
 * goes on alone if there is no such user any more.  Returns 1 when it runs on
 * here, 0 when it is to be asked again in a moment, -1 when it is another
 * worker's now.  Takes the registry lock.
 */
int device_settle(uint32_t s);

/* Ends what stands for a user without a session, when its time is over. */
void device_look(uint32_t s);

/* Whether something that the user of S did, at this session or another, has
 * still to be posted: what it does next has to come after that. */
int device_is_pending(const struct session *s);

/* The session of U that was opened last. */
uint32_t device_newest(uint32_t u);

/* Handlers without a line: C's session is told one more thing; it ends. */
command_fn device_show, device_leave;

/* Which devices of C's user, other than this one, have still to be shown a
 * room that it joins: flags of the membership.  Lock held. */
uint32_t device_unseen(const struct command *c);

#endif
