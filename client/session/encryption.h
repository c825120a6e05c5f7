/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_ENCRYPTION_H
#define CLIENT_ENCRYPTION_H

struct session;

/* Tells the person who can read what is sent to the server, by which key it is
 * known, and how. */
void encryption_show(struct session *s);

#endif
