/* SPDX-License-Identifier: ISC */
/*
 * Clients that come by TCP, by a Unix socket and by TLS: for programs in which
 * all of them meet.  Without OpenSSL those by TLS come by TCP, which is said.
 */
#include <stdio.h>
#include <string.h>

#ifdef TLS
#include "harness_tls.h"
#endif
#include "way.h"

void
way_open(struct server *sv)
{
	if (sv->local[0] == '\0')
		server_local(sv);
	/* all of them are one user of this machine */
	server_add(sv, "local-accounts off");
#ifdef TLS
	server_tls(sv);
#else
	printf("SKIPPED: TLS: there is no OpenSSL\n1 skipped\n");
#endif
}

void
way_serving(struct server *sv)
{
#ifdef TLS
	wait_for(strcmp(server_status(sv, "tls"), "serving") == 0,
	    SERVER_AGAIN);
#else
	(void)sv;
#endif
}

int
way_tls_pids(const struct server *sv, pid_t *pid, int max)
{
#ifdef TLS
	return server_tls_pids(sv, pid, max);
#else
	(void)sv;
	(void)pid;
	return max - max;
#endif
}

struct client *
way_connect(struct server *sv, enum way way)
{
#ifdef TLS
	if (way == WAY_TLS)
		return client_tls_connect(sv);
#endif
	return way == WAY_LOCAL ? client_connect_local(sv)
	                        : client_connect_from(sv, NULL, 0);
}
