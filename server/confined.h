/* SPDX-License-Identifier: ISC */
#ifndef SERVER_CONFINED_H
#define SERVER_CONFINED_H

#include "config.h"

/* What the server gives up: see ipc/confine.h. */

/* In the master, at its start: says what C and the kernel make of it. */
void confined_log(const struct config *c);
/* In the master, when the segment is there, before it forks; again when the
 * settings have changed.  What a core dump may hold goes for all it forks. */
void confined_prepare(const struct config *c);
/* In a worker, when it has all it needs.  From here on there is no file, no new
 * socket, no other program for it. */
void confined_begin(const struct config *c);

#endif
