/* SPDX-License-Identifier: ISC */
#ifndef SERVER_CLOAK_H
#define SERVER_CLOAK_H

#include "command.h"

enum { CLOAK_TEXT = INET6_ADDRSTRLEN + 1 };

/* Takes the key from the state directory into the segment, makes it there if
 * there is none.  For the master, before there are workers. */
void cloak_open(const struct config *c);

/* An address as text, in which no parameter begins with ':'. */
void cloak_address_text(const struct in6_addr *addr, char buf[CLOAK_TEXT]);
/* The host that others see of who comes from ADDR: that, or its cloak. */
void cloak_host(const struct in6_addr *addr, char buf[NAME_HOST + 1]);
/* "nick!user@address" of U, who is at ADDR.  Static. */
const char *cloak_source(uint32_t u, const struct in6_addr *addr);
/* The same with the cloak of ADDR (NULL: of its newest session), if that is
 * hidden behind its account; else NULL. */
const char *cloak_hidden(uint32_t u, const struct in6_addr *addr);

/* The user of S has logged in or out, and is to have the host that follows
 * from that: 1 when a step was run. */
int cloak_settle(uint32_t s);

#endif
