/* SPDX-License-Identifier: ISC */
#ifndef TESTS_CRASH_WAY_H
#define TESTS_CRASH_WAY_H

#include "harness.h"

/* The ways by which clients come, side by side. */
enum way { WAY_TCP, WAY_LOCAL, WAY_TLS, WAYS };

/* Has SV listen for all of them, before it starts; local users are guests like
 * the others. */
void way_open(struct server *sv);
/* Waits until all are served. */
void way_serving(struct server *sv);
/* A client that comes by WAY. */
struct client *way_connect(struct server *sv, enum way way);
/* The processes of mootd-tls; how many. */
int way_tls_pids(const struct server *sv, pid_t *pid, int max);

#endif
