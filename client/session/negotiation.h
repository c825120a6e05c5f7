/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_NEGOTIATION_H
#define CLIENT_NEGOTIATION_H

#include "event.h"

/* Asks what there is: the first line of a registration. */
void negotiation_begin(struct session *s);
/* What it waited for is done: the registration goes on. */
void negotiation_end(struct session *s);
/* A CAP from the server: a handler of event.c's table, two parameters. */
void negotiation_cap(struct session *s, struct event_line *e);

#endif
