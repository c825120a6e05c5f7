/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_NEGOTIATION_H
#define CLIENT_NEGOTIATION_H

#include "event.h"

/* A CAP from the server: a handler of event.c's table, two parameters. */
void negotiation_cap(struct session *s, struct event_line *e);

#endif
