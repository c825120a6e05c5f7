/* SPDX-License-Identifier: ISC */
#ifndef SERVER_MASTER_H
#define SERVER_MASTER_H

#include "config.h"

/*
 * The master process: binds, makes the segment, forks the workers, reaps and
 * replaces them, and speaks to the service manager.  It parses no byte from a
 * client.
 */

/* Binds the listeners of CONFIG, or takes those of socket activation.
 * fatal() on failure. */
void master_listen(const struct config *config);
/* Makes the segment and all that workers need.  fatal_final() when another
 * instance is alive. */
void master_open(struct config *config);
/* Runs until told to stop, then cleans up.  Returns the exit code. */
int master_run(void);

#endif
