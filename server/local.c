/* SPDX-License-Identifier: ISC */
/*
 * Who is at the other end of a Unix socket.  The kernel notes the user at
 * connect(2), and nobody can say otherwise (SO_PEERCRED).
 */
#include <string.h>
#include <sys/socket.h>

#include "local.h"

void
local_address(uid_t uid, struct in6_addr *addr)
{
	int i;

	memset(addr, 0, sizeof(*addr));
	addr->s6_addr[0] = 1;
	for (i = 0; i < 4; i++)
		addr->s6_addr[12 + i] = (uint8_t)(uid >> (24 - 8 * i));
}

int
local_is(const struct in6_addr *addr, uid_t *uid)
{
	static const uint8_t first[12] = { 1 };
	const uint8_t *b = &addr->s6_addr[12];

	if (memcmp(addr, first, sizeof(first)) != 0)
		return 0;
	if (uid != NULL)
		*uid = (uid_t)b[0] << 24 | (uid_t)b[1] << 16 |
		    (uid_t)b[2] << 8 | b[3];
	return 1;
}

int
local_peer(int fd, uid_t *uid)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0 ||
	    len != sizeof(peer))
		return -1;
	*uid = peer.uid;
	return 0;
}
