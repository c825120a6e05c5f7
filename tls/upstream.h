/* SPDX-License-Identifier: ISC */
#ifndef TLS_UPSTREAM_H
#define TLS_UPSTREAM_H

#include "connection.h"

/*
 * Gives C a stream to a worker, whose first bytes say, as a header of the PROXY
 * protocol, whose connection it is, how it is encrypted, and which certificate
 * the client has shown.  Returns 0; 1 when the queue of the workers is full and
 * it is to be tried again; -1 when there are no workers.
 */
int upstream_open(struct connection *c);

#endif
