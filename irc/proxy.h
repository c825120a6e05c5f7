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

enum {
	PROXY_MOST = 2048,      /* bytes of a header */
	PROXY_FINGERPRINT = 32, /* bytes: SHA-256 */

	/* what may stand behind the addresses of version 2: type (1 byte),
	 * length (2), value.  2.2.  The PP2_TYPE_* registrations */
	PROXY_TLV_SSL = 0x20,
	PROXY_TLV_CERTIFICATE = 0xe0, /* of the range for own use: SHA-256 of
	                         * the client's certificate */
	/* in that of PROXY_TLV_SSL, behind its head of 5 bytes (a byte of
	 * flags, 4 bytes that are 0 if the certificate was verified) */
	PROXY_TLV_VERSION = 0x21,
	PROXY_TLV_CIPHER = 0x23,
	PROXY_SSL_CLIENT = 0x01, /* flag: the client came over TLS */
};

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
	int tls;           /* it came to the proxy over TLS */
	char version[16];  /* "TLSv1.3", of characters without space; or "" */
	char cipher[64];   /* "TLS_AES_256_GCM_SHA384", likewise */
	int certified;     /* it has shown a certificate */
	uint8_t fingerprint[PROXY_FINGERPRINT];
};

/*
 * The header at the beginning of the LEN bytes at BUF.  Returns its length; 0
 * when more bytes are needed; -1 when it is none, or too long.
 */
long proxy_parse(struct proxy *p, const char *buf, size_t len);
/*
 * The opposite: a header of version 2 for the client of P (which is known) at
 * PORT, whose connection came to TO and TO_PORT.  Returns its length; -1 when
 * it has no room in SIZE bytes.
 */
long proxy_write(const struct proxy *p, unsigned port, const uint8_t to[16],
    unsigned to_port, void *buf, size_t size);

/* A fingerprint as 64 hexadecimal digits, in lower case. */
void proxy_fingerprint_text(char text[2 * PROXY_FINGERPRINT + 1],
    const uint8_t fingerprint[PROXY_FINGERPRINT]);
/* The same backwards, of digits in any case, with or without ':' between two
 * bytes, as openssl(1) prints it: 0, or -1. */
int proxy_fingerprint(uint8_t fingerprint[PROXY_FINGERPRINT],
    const char *text);

#endif
