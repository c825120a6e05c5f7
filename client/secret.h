/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_SECRET_H
#define CLIENT_SECRET_H

#include <stddef.h>

/*
 * The password of a network: the account's, where an account is set, else the
 * server's.  It is never in the configuration; it is looked for, in this order,
 * in a file named on the command line (-p), the variable MOOT_PASSWORD, what
 * password-command prints, the password-file, and the credentials that systemd
 * passes on.
 */

enum {
	SECRET_MOST = 512,     /* bytes, with the NUL */
	SECRET_WAIT = 60000,   /* milliseconds password-command may take */
};

/* Takes MOOT_PASSWORD out of the environment, for good, and notes FILE of the
 * command line, or NULL.  Before anything is started. */
void secret_open(const char *file);
/* The password for NETWORK (NULL: the server of the command line) in SECRET:
 * 1; 0: there is none; -1: it is there and cannot be had, WHY in words.  May
 * run a command, and wait for it. */
int secret_find(const char *network, char *secret, size_t size, char *why,
    size_t why_size);

#endif
