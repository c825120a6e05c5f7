/* SPDX-License-Identifier: ISC */
#ifndef TLS_PUMP_H
#define TLS_PUMP_H

#include "connection.h"

/*
 * Moves bytes between the two sides of an open connection, as far as both can
 * take them and a turn allows.  What is read on one side and not taken by the
 * other stays with the connection, at most PUMP_SIZE bytes, and nothing more is
 * read before it is gone: so who does not read is held up by the worker's
 * sendq, as without TLS.  An end of one side becomes that of the other, after
 * all that came before.
 */

enum { PUMP_SIZE = 16384 /* bytes: what a record can hold */ };

void pump(struct connection *c);

#endif
