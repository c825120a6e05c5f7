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
/* What the settings of S->network say of how it is to be spoken to: TLS, who
 * the server must be, who we are.  After session_init(); -1 and WHY. */
int network_secure(struct session *s, char *why, size_t size);
/* By which mechanism to log in: S->mechanism. */
void network_mechanism(struct session *s);
/* What the command line says, for the first server that is set up next: the
 * PIN it must have, or NULL; that one that was never met is to be believed;
 * that there is to be no TLS. */
void network_options(const char *pin, int trust, int plain);
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
