/* SPDX-License-Identifier: ISC */
#ifndef SERVER_MASTER_H
#define SERVER_MASTER_H

#include "config.h"

/*
 * The master process: makes the instance, forks the workers, reaps and
 * replaces them, and speaks to the service manager.  It parses no byte from a
 * client.
 */

/*
 * Binds what CONFIG says or socket activation brought, makes the segment and
 * all that workers need, and workers; or takes over the living ones of a dead
 * master.  KEEP is a descriptor that is to stay open, or -1; it may get another
 * number.  fatal_final() when another instance is alive.
 */
void master_open(struct config *config, int *keep);
/* Runs until told to stop, then cleans up.  Returns the exit code. */
int master_run(int upgraded);

#endif
