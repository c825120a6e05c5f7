/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_EVENT_H
#define CLIENT_EVENT_H

#include <stddef.h>

#include "irc/message.h"
#include "session.h"

/* A line and who it is from, the nick split off. */
struct event_line {
	struct message m;
	char nick[SESSION_NICK * 2];
	const char *address; /* user@host, or "" */
	int own;             /* it is from us */
};

/* Deals with one line from the server, LEN bytes without its end, line[LEN]
 * writable; nothing in it is trusted, and it is changed. */
void event_handle(struct session *s, char *line, size_t len);

#endif
