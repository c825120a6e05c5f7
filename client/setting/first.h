/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_FIRST_H
#define CLIENT_FIRST_H

/*
 * The first start at a terminal, without a configuration: asks where to, who,
 * and whether to have an account, in plain lines before a screen opens, and
 * writes the configuration.
 */

struct uri;

/* Takes up the invitation U: asks for a name and a password, makes the account,
 * and keeps the network in the configuration; its name, or NULL: the user left,
 * or it did not work, which was said.  A network that is there already for
 * that server is the one, and nothing is asked. */
const char *first_join(const struct uri *u);

/* -1: the user left (end of input, ^C); else 0, and the settings are such as
 * they are now in the file. */
int first_run(void);

#endif
