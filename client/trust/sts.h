/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_STS_H
#define CLIENT_STS_H

#include <stdint.h>

#include "irc/uri.h"

/* The capability sts (ircv3.net/specs/extensions/sts): a server that wants to
 * be spoken to with TLS only. */

struct sts {
	char port[URI_PORT]; /* where TLS is; "": not said */
	int64_t duration;    /* seconds; -1: not said, 0: no more */
};

/* Reads "port=6697,duration=2592000,preload"; what is not known, or malformed,
 * is as if not said. */
void sts_read(struct sts *s, const char *value);

#endif
