/* SPDX-License-Identifier: ISC */
/*
 * The setting about strict transport security: what clients are told of it is
 * in register.c.
 */

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "log.h"
#include "setting.h"

enum { DURATION_MOST = 10 * 365 * 86400 };

/* A decimal number up to MOST; -1, having complained. */
static long
sts_number(struct parser *p, const char *value, const char *what, long most)
{
	size_t len = strlen(value);
	long n = -1;

	if (len > 0 && len < 10 && strspn(value, "0123456789") == len)
		n = strtol(value, NULL, 10);
	if (n >= 0 && n <= most)
		return n;
	complain(p, "sts: \"%s\" is not a %s of up to %ld", log_safe(value),
	    what, most);
	return -1;
}

/* sts off, or sts DURATION [PORT] [preload] */
int
setting_sts(struct parser *p, char **value, int n)
{
	struct config_sts sts = { .on = 1 };
	long duration, port = 0;
	int i = 1;

	if (n == 1 && strcmp(value[0], "off") == 0) {
		memset(&p->config->sts, 0, sizeof(p->config->sts));
		return 0;
	}
	duration = sts_number(p, value[0], "number of seconds", DURATION_MOST);
	if (duration < 0)
		return -1;
	if (i < n && strcmp(value[i], "preload") != 0 &&
	    (port = sts_number(p, value[i++], "port", 65535)) < 0)
		return -1;
	if (i < n && strcmp(value[i], "preload") == 0) {
		sts.preload = 1;
		i++;
	}
	if (i < n) {
		complain(p, "sts: \"%s\" is not preload", log_safe(value[i]));
		return -1;
	}
	sts.duration = (uint32_t)duration;
	sts.port = (uint32_t)port;
	p->config->sts = sts;
	return 0;
}

/* The port of the first address for TLS, 0 when there is none. */
static uint32_t
port_of_tls(const struct config *config)
{
	const struct sockaddr_storage *ss = &config->listen_tls[0].addr;
	in_port_t port;

	if (config->nlisten_tls == 0)
		return 0;
	port = ss->ss_family == AF_INET6
	    ? ((const struct sockaddr_in6 *)(const void *)ss)->sin6_port
	    : ((const struct sockaddr_in *)(const void *)ss)->sin_port;
	return ntohs(port);
}

void
setting_sts_check(struct parser *p)
{
	struct config_sts *sts = &p->config->sts;

	if (sts->on && sts->port == 0)
		sts->port = port_of_tls(p->config);
	if (sts->on && sts->duration > 0 && sts->port == 0)
		complain(p, "sts: at which port is TLS?");
}
