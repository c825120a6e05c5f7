/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_KNOWN_H
#define CLIENT_KNOWN_H

#include <stddef.h>
#include <stdint.h>

#include "irc/pin.h"
#include "irc/uri.h"

/*
 * What is known of servers from earlier: the pin of a key that no authority
 * vouches for, that an authority did vouch for one, and that a server wants to
 * be spoken to with TLS only (sts).  In $XDG_STATE_HOME/moot/known-servers, a
 * line each, which any number of moots may change at once.
 */

enum known_kind {
	KNOWN_NOTHING, /* never met */
	KNOWN_PIN,     /* this key, accepted by the user */
	KNOWN_CA,      /* any key that the system's authorities vouch for */
	KNOWN_STS,     /* TLS only, at PORT, until UNTIL */
	KNOWN_KINDS
};

struct known {
	enum known_kind kind;
	char host[URI_HOST];  /* small letters; an IPv6 address as it is */
	char port[URI_PORT];  /* KNOWN_STS: where TLS is */
	unsigned char pin[PIN_BYTES];
	int64_t until;        /* seconds since the Epoch */
};

enum { KNOWN_LINE = URI_HOST + 128 }; /* bytes of a line, with its NUL */

/* Reads a line of the file.  1: it says something; 0: it is empty or a
 * comment; -1: it is malformed, K->host then says whom it is about, or "". */
int known_read(struct known *k, const char *line);
void known_write(char line[KNOWN_LINE], const struct known *k);

/* What is known of HOST PORT: its key.  -1 with errno when it cannot be known,
 * which is not the same as that nothing is: EBADMSG for a line that is
 * malformed. */
int known_find(struct known *k, const char *host, const char *port);
/* The same of sts, at NOW: KNOWN_STS or KNOWN_NOTHING. */
int known_find_sts(struct known *k, const char *host, int64_t now);
/* Puts K in the place of what was known of the same; -1 with errno. */
int known_keep(const struct known *k);
/* The same, but only if nothing is known of the same; else K is what is, and
 * it returns 1. */
int known_learn(struct known *k);
/* Forgets the key of HOST PORT, and a policy of HOST.  -1 with errno. */
int known_forget(const char *host, const char *port);
/* For messages: the file; "" when there is no place for one. */
const char *known_file(void);

#endif
