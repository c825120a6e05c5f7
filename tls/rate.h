/* SPDX-License-Identifier: ISC */
#ifndef TLS_RATE_H
#define TLS_RATE_H

#include <stdint.h>

/*
 * How often an address may connect: `connection-rate', `exempt' and
 * `ipv6-prefix' of mootd.conf(5), before a handshake costs anything.  All
 * processes count in one table, that of the page.  Workers count the same
 * connection again, with those in the clear.
 */

/* Whether a client of ADDR comes too soon after others, and is counted as
 * refused; else it is counted as here. */
int rate_refuses(const uint8_t addr[16]);

#endif
