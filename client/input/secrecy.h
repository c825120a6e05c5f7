/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_SECRECY_H
#define CLIENT_SECRECY_H

/* Whether TEXT, typed to TARGET (NULL: nobody), may have a password in it:
 * such lines are never kept in a file. */
int secrecy_is_wanted(const char *target, const char *text);

#endif
