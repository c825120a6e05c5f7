/* SPDX-License-Identifier: ISC */
#ifndef SERVER_LISTENER_H
#define SERVER_LISTENER_H

#include "config.h"
#include "state.h"

/* What the master listens on. */

extern int listeners[LISTENERS_MAX + 1]; /* of clients; ends with -1 */
extern int control;                      /* of mootctl, or -1 */

/* Binds the listeners of CONFIG, or takes those of socket activation.
 * fatal() on failure. */
void listener_open_all(const struct config *config);
/* Says in the log where clients can come. */
void listener_log(void);
/* Makes the control socket; without it mootctl does not work, and all else
 * does. */
void control_open(const struct config *config);
/* Keeps FD as the control socket, if it can still be reached by the path of
 * CONFIG.  Otherwise returns 0; then there is none. */
int control_keep(const struct config *config, int fd);

#endif
