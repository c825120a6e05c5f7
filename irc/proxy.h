/* SPDX-License-Identifier: ISC */
#ifndef IRC_PROXY_H
#define IRC_PROXY_H

#include <stddef.h>
#include <stdint.h>

/*
 * Addresses, as 16 bytes (IPv4 mapped into IPv6), networks of them, and the
 * header by which a proxy says whose connection it passes on: "The PROXY
 * protocol, versions 1 & 2".
 */

enum { PROXY_MOST = 2048 /* bytes of a header */ };

/* "10.1.2.3", "2001:db8::1": 0, or -1. */
int proxy_address(uint8_t addr[16], const char *text);
/* The same, or with "/BITS" behind it; what is not of the network is 0. */
int proxy_network(uint8_t addr[16], unsigned *bits, const char *text);
/* Whether the first BITS of the two are the same. */
int proxy_same_network(const uint8_t a[16], const uint8_t b[16],
    unsigned bits);

struct proxy {
	int known;         /* else it is the proxy's own connection */
	uint8_t addr[16];  /* of the client */
};

/*
 * The header at the beginning of the LEN bytes at BUF.  Returns its length; 0
 * when more bytes are needed; -1 when it is none, or too long.
 */
long proxy_parse(struct proxy *p, const char *buf, size_t len);

#endif
