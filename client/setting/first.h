/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_FIRST_H
#define CLIENT_FIRST_H

/*
 * The first start at a terminal, without a configuration: asks where to, who,
 * and whether to have an account, in plain lines before a screen opens, and
 * writes the configuration.
 */

/* -1: the user left (end of input, ^C); else 0, and the settings are such as
 * they are now in the file. */
int first_run(void);

#endif
