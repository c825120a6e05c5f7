/* SPDX-License-Identifier: ISC */
#ifndef SERVER_GATEWAY_H
#define SERVER_GATEWAY_H

#include "command.h"

/* Connections that others pass on: proxies and web gateways. */

/* Whether who connects from ADDR by a listener of KIND passes on a connection,
 * and says first whose it is: SESSION_PROXY, until then it counts for no
 * address. */
int gateway_passes_on(const struct in6_addr *addr, enum listen_kind kind);

/* How much of the input of session I is its proxy's header: 0 when more is
 * needed, all of it when it is none. */
size_t gateway_header(uint32_t i);
/* The handler of that: no line's.  What a proxy says of its client's TLS is
 * believed; of its certificate only as configured. */
command_fn gateway_proxy;
/* Whether there may be certificates of clients at all. */
int gateway_has_certificates(void);

#endif
