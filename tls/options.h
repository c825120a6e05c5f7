/* SPDX-License-Identifier: ISC */
#ifndef TLS_OPTIONS_H
#define TLS_OPTIONS_H

#include <stdint.h>

#include "../ipc/bucket.h"

/* The arguments of mootd-tls; mootd makes them of mootd.conf(5). */

enum { OPTIONS_LISTENERS = 32, OPTIONS_NETWORKS = 16 };

struct options_network {       /* as irc/proxy.h has it */
	uint8_t addr[16];
	unsigned bits;
};

struct options {
	int place;             /* in the page */
	int page, life;        /* descriptors: of the page; its end is ours */
	int listener[OPTIONS_LISTENERS];
	int nlistener;
	const char *workers;   /* the abstract address of their listener */
	const char *cert, *key;/* files; NULL: those of DIR, made if need be */
	const char *dir;       /* the state directory */
	const char *name;      /* of the server */
	uint32_t handshakes, per_address; /* in progress, at most */
	uint32_t timeout;      /* s a handshake may take */
	struct bucket_rate rate; /* of connections, for each address, */
	unsigned ipv6_prefix;  /* of IPv6 so many bits of it, */
	struct options_network exempt[OPTIONS_NETWORKS];
	int nexempt;           /* but not for who comes from there */
	struct options_network proxy[OPTIONS_NETWORKS];
	int nproxy;            /* whose header of the PROXY protocol counts */
	int log_level, to_syslog;
	int confine;           /* enum confine_mode */
	int core;              /* enum confine_core */
};

extern struct options options;

/* Reads them; ends the process when they are wrong. */
void options_read(int argc, char **argv);

/* Whether ADDR is in one of the N NETWORKS. */
int options_has(const struct options_network *networks, int n,
    const uint8_t addr[16]);

#endif
