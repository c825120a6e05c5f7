/* SPDX-License-Identifier: ISC */
#ifndef SERVER_INVITATION_H
#define SERVER_INVITATION_H

#include <stddef.h>

/* Writes the URI (irc/uri.h) by which whoever has TOKEN finds this server and
 * knows it: public-address, or else the first listener for TLS, and the pin of
 * the certificate that is in use.  -1 when there is no TLS to go to. */
int invitation_write(char *text, size_t size, const char *token);

#endif
