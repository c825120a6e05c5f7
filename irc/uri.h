/* SPDX-License-Identifier: ISC */
#ifndef IRC_URI_H
#define IRC_URI_H

#include <stddef.h>

#include "pin.h"

/*
 * ircs://HOST[:PORT][/ROOM][?pin=PIN&token=TOKEN]: where a server is, and, in
 * an invitation, how to know it and what makes it let one in.  irc:// is the
 * same without encryption.
 */

#define URI_PORT_TLS "6697"
#define URI_PORT_PLAIN "6667"

enum {
	URI_HOST = 256,
	URI_PORT = 6,
	URI_ROOM = 200,
	URI_TOKEN = 128,
	URI_MOST = 1024, /* bytes of a whole one, with its NUL */
};

struct uri {
	int tls;              /* ircs:// */
	char host[URI_HOST];  /* an IPv6 address without its brackets */
	char port[URI_PORT];  /* digits, 1 to 65535; the usual one if none */
	char room[URI_ROOM];  /* with its '#'; "": none */
	char token[URI_TOKEN]; /* of an invitation; "": none */
	int pinned;           /* there is a PIN */
	unsigned char pin[PIN_BYTES];
};

/* Whether TEXT begins as a URI of IRC does: nothing else is one. */
int uri_is(const char *text);
/* -1 when it is malformed: then U is not to be used.  What is not known in the
 * query is passed over. */
int uri_read(struct uri *u, const char *text);
/* The same as text: one word without a character that a shell, a browser or a
 * person's mail minds, but for '&' and '?'.  -1 when it does not fit. */
int uri_write(char *text, size_t size, const struct uri *u);
/* A port as digits; -1: it is none. */
int uri_port(char port[URI_PORT], const char *text, size_t len);

#endif
