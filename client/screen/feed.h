/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_SCREEN_FEED_H
#define CLIENT_SCREEN_FEED_H

#include "client/news.h"

/* How news reach the buffers. */

enum {
	FEED_ANSWER = 10000, /* ms after a command in which answers that belong
	                      * nowhere are shown where it was given */
	FEED_PRESENT = 30000, /* ms after a key in which a person is here */
};

struct session;

/* The screen's view of news. */
void feed_tell(struct session *s, const struct news *n);
/* The buffer of S of that name, made if need be; NULL: none is possible. */
struct buffer *feed_buffer(struct session *s, const char *name);

#endif
