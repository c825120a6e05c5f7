/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_RATE_H
#define CLIENT_RATE_H

#include <stdint.h>

/* A token bucket: so many at once, then no more than so many in so long. */

struct rate {
	int64_t cost;  /* milliseconds a token takes to come back */
	int64_t burst; /* of them, in milliseconds, that all tokens cost */
	int64_t full;  /* when all of them are there again */
};

/* "N/S": N in S seconds, N at once.  -1: it is not of that form. */
int rate_parse(struct rate *r, const char *text);
/* Milliseconds until there is a token; 0: now. */
int64_t rate_wait(const struct rate *r, int64_t now);
/* Takes one, even if there is none. */
void rate_take(struct rate *r, int64_t now);

#endif
