/* SPDX-License-Identifier: ISC */
#ifndef SERVER_LOCAL_H
#define SERVER_LOCAL_H

#include <netinet/in.h>
#include <sys/types.h>

#include "command.h"

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

/* For the master: reads the users of this machine into the segment; and again
 * when their file is another one, or has changed. */
void local_read(const struct config *c);
void local_look(const struct config *c);

/* Whether C's session is of a user of this machine who is to be signed in, or
 * whose account is to be known as its own from now on. */
int local_waits(const struct command *c);
/* Does it: CMD_DONE when it is done, or cannot be; else return what it returns,
 * and call it again. */
enum command_result local_sign_in(struct command *c);
/* Whether NAME is, or looks like, that of a user of this machine who is not
 * C's: nobody else registers it. */
int local_keeps(const struct command *c, const char *name);
/* Whether a room of that NAME is for a Unix group. */
int local_is_groups(const char *name);
/* Whether C's session may join the room NAME, as far as that is for a Unix
 * group; its groups are those of when it connected. */
int local_may_join(const struct command *c, const char *name);

#endif
