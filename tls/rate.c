/* SPDX-License-Identifier: ISC */
/*
 * How often an address may connect: see rate.h.
 *
 * A full handshake costs as much as a thousand lines, so who comes too often
 * is not told why, which would take one: the connection is just closed.
 */
#include "../ipc/bucket.h"
#include "../ipc/clock.h"
#include "options.h"
#include "place.h"
#include "rate.h"

int
rate_refuses(const uint8_t addr[16])
{
	const struct bucket_table table = { page->rates, TLS_RATES,
		page->rate_seed };
	uint64_t now = clock_now();

	if (options.rate.count == 0 ||
	    options_has(options.exempt, options.nexempt, addr) ||
	    bucket_take(bucket_of(&table, addr, options.ipv6_prefix, now),
	        &options.rate, 1, now) == 0)
		return 0;
	place->counter[TLS_REFUSED_RATE]++;
	return 1;
}
