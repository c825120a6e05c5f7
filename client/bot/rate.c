/* SPDX-License-Identifier: ISC */
/*
 * The rate: a token bucket as one moment in time, when it is full again.
 *
 * Each token taken moves that moment further away; a token is there as long
 * as it is not further away than what is left when one is missing.  No clock
 * is read here and nothing is counted, so nothing can drift.
 */

#include <limits.h>
#include <stdlib.h>

#include "rate.h"

enum {
	RATE_MOST = 100000, /* of either number */
};

static long
rate_number(const char *text, char **end)
{
	long n = strtol(text, end, 10);

	return *end != text && *text >= '0' && *text <= '9' && n >= 1 &&
	    n <= RATE_MOST ? n : -1;
}

int
rate_parse(struct rate *r, const char *text)
{
	char *end;
	long count, seconds;

	count = rate_number(text, &end);
	if (count == -1 || *end != '/')
		return -1;
	seconds = rate_number(end + 1, &end);
	if (seconds == -1 || *end != '\0')
		return -1;
	r->cost = seconds * 1000 / count;
	r->burst = r->cost * count;
	r->full = 0;
	return 0;
}

int64_t
rate_wait(const struct rate *r, int64_t now)
{
	int64_t at = r->full - (r->burst - r->cost);

	return at > now ? at - now : 0;
}

void
rate_take(struct rate *r, int64_t now)
{
	if (r->full < now)
		r->full = now;
	r->full += r->cost;
}
