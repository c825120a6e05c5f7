/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_SECRET_H
#define CLIENT_SECRET_H

#include <stddef.h>

/*
 * The password of a network: the account's, where an account is set, else the
 * server's.  It is never in the configuration.  It is looked for, in this
 * order, in the file of the command line (-p) and in MOOT_PASSWORD, which are
 * for one network only; in what password-command prints; in the password-file,
 * which if they are set for all networks are for those of the configuration
 * and the first server; and in the credentials that systemd passes on.
 */

enum {
	SECRET_MOST = 512,   /* bytes, with the NUL */
	SECRET_SERVER = 320, /* of the name of a server */
};

/* Milliseconds password-command may take; it may ask somebody. */
#ifndef SECRET_WAIT
#define SECRET_WAIT 60000
#endif

/* Takes MOOT_PASSWORD out of the environment, for good.  It and FILE of the
 * command line, or NULL, are for the first server that is asked for, and told
 * to no other.  STRANGE: that is one that the settings do not name, by a URI,
 * which may have come from anybody; what is set for all is not for it.  Before
 * anything is started. */
void secret_open(const char *file, int strange);
/* The password for SERVER in SECRET, which is a network of the configuration
 * or any name that is always used for that one, NULL for the only one: 1; 0:
 * there is none; -1: it is there and cannot be had, WHY in words.  May run a
 * command, and wait for it; what was found is kept, until other settings say
 * where it is. */
int secret_find(const char *server, char *secret, size_t size, char *why,
    size_t why_size);
/* What was found, for as long as moot runs; NULL: nothing yet. */
const char *secret_text(const char *server);

#endif
