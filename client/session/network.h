/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_NETWORK_H
#define CLIENT_NETWORK_H

#include <stddef.h>

struct session;

/* Sessions, set up as the settings have it. */

/* Sets S up, as session_init() does, for WHAT: the name of a network of the
 * configuration, or else an address; NULL: the server that is for all networks.
 * NICK and ROOMS ("ROOM,ROOM"), of a command line, or NULL, come before those
 * of the settings.  -1: WHY in words, and S is not to be used. */
int network_open(struct session *s, const char *what, const char *nick,
    const char *rooms, char *why, size_t size);
/* For a session that goes on for long: it catches up with what it missed and,
 * at a terminal, keeps what is not sent yet, for the next time that WHAT is
 * connected to.  After network_open(). */
void network_keep(struct session *s, const char *what);
/* Settings have changed: those that count at once. */
void network_refresh(struct session *s);
/* The I-th network to connect to when none is named; NULL after the last. */
const char *network_at_start(int i);
/* WHAT as the settings know it; NULL: it is no network of theirs. */
const char *network_find(const char *what);

#endif
