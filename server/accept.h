/* SPDX-License-Identifier: ISC */
#ifndef SERVER_ACCEPT_H
#define SERVER_ACCEPT_H

#include <netinet/in.h>
#include <stddef.h>

#include "state.h"

/* Taking in new clients, and those a dead worker had only half taken in. */

/* What is left to accept, and when to try again. */
enum accept_again { ACCEPT_DONE, ACCEPT_LATER, ACCEPT_NOW };
extern enum accept_again accept_again;

/* Accepts from a listener of that kind, a turn's worth. */
void accept_clients(int listener, enum listen_kind kind);
/* The same for one of clients of which only the descriptor is known. */
void accept_from(int listener);
/* Accepts from all listeners. */
void accept_all(void);
/* Finds the sockets a dead predecessor left without a session. */
void accept_orphans(void);

/* Whether FD is a socket that a dead worker had accepted, but not yet given a
 * session; or had shut down, but not yet closed. */
int accept_is_orphan(int fd);
/* Before the session of Unix socket FD is freed: should we die before it is
 * closed, it is no new client. */
void accept_mark_ended(int fd);

#endif
