/* SPDX-License-Identifier: ISC */
#ifndef SERVER_HELPER_H
#define SERVER_HELPER_H

#include <sys/types.h>

#include "config.h"

/*
 * The helper programs beside the workers, for the master: mootd-store, and
 * those of helper_tls.h.  A helper is executed, so it has a copy of the bells
 * it rings and none of the clients' sockets.  mootd-store owns nothing that it
 * could not find again: whoever kills it, the next one goes on.
 */

/* Whether the program NAME, at most 15 bytes, is there, beside our own binary.
 * PATH, of PATH_MAX bytes, is where; or NULL. */
int helper_found(const char *name, char *path);
/* Becomes mootd-store that puts the backup FILE into the place of the database
 * of C, and ends.  Returns only in trouble, an exit status. */
int helper_restore(const struct config *c, const char *file);
/* Makes what outlives a helper: mailbox and bell.  Before the workers are
 * forked, in a new segment. */
void helper_prepare(const struct config *c);
/* The same, as far as it is of this process, in a segment that was taken over.
 * Before the workers are forked, too. */
void helper_adopt(const struct config *c);
/* Starts them; an old store, of a dead master or another binary, leaves
 * first. */
void helper_start(const struct config *c);
/* Whether PID was one of them, which has ended with STATUS. */
int helper_ended(pid_t pid, int status);
/* Starts what is due, ends what hangs; from time to time. */
void helper_watch(void);
/* Settings may have changed: they begin anew. */
void helper_reload(const struct config *c);
/* Tells them to finish what they have, waits at most MS, then kills them. */
void helper_stop(int ms);
/* Ends them at once. */
void helper_kill(void);

#endif
