/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_SECURE_ACTION_H
#define CLIENT_SECURE_ACTION_H

struct session;

/* /secure, with what follows it. */
void action_secure(struct session *s, const char *text);

#endif
