/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_SCREEN_LINK_H
#define CLIENT_SCREEN_LINK_H

#include <stddef.h>

/* Addresses of the web and the like in a clean text (format.h).  They are of
 * the text and not of its rows: whoever draws a part of one knows it all. */

enum { LINK_URI = 2083 }; /* bytes of an address; longer ones are no links */

struct link {
	size_t from, to;
};

/* The first one that begins at AT or after it; 0: there is none. */
int link_next(const char *text, size_t len, size_t at, struct link *l);
/* How it is given to a terminal (OSC 8): printable ASCII, all other bytes as
 * %XX.  Returns its length, 0 when it does not fit. */
size_t link_uri(char *buf, size_t size, const char *text,
    const struct link *l);

#endif
