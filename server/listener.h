/* SPDX-License-Identifier: ISC */
#ifndef SERVER_LISTENER_H
#define SERVER_LISTENER_H

#include <sys/socket.h>
#include <sys/un.h>

#include "config.h"
#include "state.h"

/* What the master listens on. */

extern struct listener listeners[LISTENERS_MAX + 1]; /* of clients; the last
                                          * one has the descriptor -1 */
extern int control;                      /* of mootctl, or -1 */

/* Binds the listeners of CONFIG, or takes those of socket activation.
 * fatal() on failure. */
void listener_open_all(const struct config *config);
/* Adds one to LISTENERS, before there are workers; the processes that share our
 * table keep it from then on, and a new master is given it. */
void listener_add(int fd, enum listen_kind kind);
/* Makes the internal listener on which mootd-tls connects, if there is none
 * yet: LISTEN_TLS, at an abstract address that the kernel chooses.  It
 * outlives the master like the others.  fatal() on failure. */
void listener_add_tls(void);
/* The address of that one, for connect(2); 0 when there is none.  Who connects
 * has to see by SO_PEERCRED that its own user listens there: should all of us
 * have died, the name is anybody's. */
socklen_t listener_tls_address(struct sockaddr_un *un);
/* Whether one of LISTENERS is of that kind. */
int listener_has(enum listen_kind kind);
/* The kind of the listener in L, which ends with -1, by which FD was accepted:
 * any TCP socket is LISTEN_PLAIN, -1 is none of them. */
int listener_kind_of(const struct listener *l, int fd);
/* Removes the paths of those that we made. */
void listener_remove_paths(const struct config *config);
/* A new listener in the place of L, if that has lost its path (systemd removes
 * our directory between two masters); else -1. */
int listener_restore_path(
    const struct config *config, const struct listener *l);
/* Says in the log where clients can come. */
void listener_log(void);
/* Makes the control socket; without it mootctl does not work, and all else
 * does. */
void control_open(const struct config *config);
/* Keeps FD as the control socket, if it can still be reached by the path of
 * CONFIG.  Otherwise returns 0; then there is none. */
int control_keep(const struct config *config, int fd);

#endif
