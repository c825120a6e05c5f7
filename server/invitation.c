/* SPDX-License-Identifier: ISC */
/*
 * Invitations: where to go and whom to expect there, in one word.
 *
 * The account itself is the store's business, and the token its secret; here
 * it is only put together with what the server knows of itself.  A listener on
 * all addresses says nothing of where it is found from outside: then the
 * server's name is as good a guess as there is.  Without a pin, while no
 * mootd-tls serves, the invited server has to be vouched for, or is believed
 * at first sight.
 */

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "../irc/uri.h"
#include "config.h"
#include "helper_tls.h"
#include "invitation.h"
#include "state.h"
#include "worker.h"

/* The host that ADDR is, as one connects to it; "" for all there are. */
static void
invitation_host(char *host, size_t size, const struct sockaddr_storage *addr,
    unsigned *port)
{
	const struct sockaddr_in *in = (const void *)addr;
	const struct sockaddr_in6 *in6 = (const void *)addr;
	const void *raw = &in->sin_addr;
	int any = 0;

	*port = 0;
	if (addr->ss_family == AF_INET) {
		any = in->sin_addr.s_addr == htonl(INADDR_ANY);
		*port = ntohs(in->sin_port);
	} else if (addr->ss_family == AF_INET6) {
		any = IN6_IS_ADDR_UNSPECIFIED(&in6->sin6_addr);
		raw = &in6->sin6_addr;
		*port = ntohs(in6->sin6_port);
	}
	if (any || inet_ntop(addr->ss_family, raw, host, (socklen_t)size) ==
	    NULL)
		host[0] = '\0';
}

/* The first listener for TLS. */
static int
invitation_listener(struct uri *u)
{
	struct sockaddr_storage addr = { .ss_family = AF_UNSPEC };
	const struct listener *l;
	socklen_t len = sizeof addr;
	unsigned port;

	for (l = state->listeners; l->fd >= 0; l++)
		if (l->kind == LISTEN_SECURE)
			break;
	if (l->fd < 0 ||
	    getsockname(l->fd, (struct sockaddr *)&addr, &len) != 0)
		return -1;
	invitation_host(u->host, sizeof u->host, &addr, &port);
	if (u->host[0] == '\0')
		snprintf(u->host, sizeof u->host, "%s", config->name);
	snprintf(u->port, sizeof u->port, "%u", port & 0xffff);
	return 0;
}

static int
invitation_setting(struct uri *u)
{
	char text[URI_MOST];

	snprintf(text, sizeof text, "ircs://%s", config->public_address);
	return uri_read(u, text);
}

int
invitation_write(char *text, size_t size, const char *token)
{
	struct helper_tls_status s;
	struct uri u = { .tls = 1 };

	if ((config->public_address[0] != '\0' ? invitation_setting(&u) :
	    invitation_listener(&u)) != 0)
		return -1;
	helper_tls_status(&s);
	u.pinned = s.state == HELPER_TLS_SERVING &&
	    pin_read(u.pin, s.certificate.pin) == 0;
	snprintf(u.token, sizeof u.token, "%s", token);
	return uri_write(text, size, &u);
}
