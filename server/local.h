/* SPDX-License-Identifier: ISC */
#ifndef SERVER_LOCAL_H
#define SERVER_LOCAL_H

#include <netinet/in.h>
#include <sys/types.h>

/* Clients on this machine, who come by a Unix socket: the kernel says who. */

#define LOCAL_HOST "localhost"  /* what others see of where they are */

/* What stands for the address of local user UID: 100::UID, of the range that
 * is never on a wire (RFC 6666).  So what counts, limits and bans addresses
 * does it by user. */
void local_address(uid_t uid, struct in6_addr *addr);
/* Whether ADDR is such a one; *UID (may be NULL) is whose. */
int local_is(const struct in6_addr *addr, uid_t *uid);
/* Who connected FD, as the kernel noted then.  Returns 0, or -1. */
int local_peer(int fd, uid_t *uid);

#endif
