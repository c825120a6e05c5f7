/* SPDX-License-Identifier: ISC */
#ifndef TESTS_SERVER_HARNESS_TLS_H
#define TESTS_SERVER_HARNESS_TLS_H

#include <openssl/ssl.h>

#include "harness.h"

/*
 * Clients that speak TLS, by OpenSSL.  They are struct client like others, for
 * all functions of harness.h.  Only where libssl is found: files that use this
 * are named test_tls*.c.
 */

/* How one is to speak; zero for what does not matter. */
struct client_tls {
	int least, most;       /* TLS1_2_VERSION ... */
	const char *ciphers;   /* of TLS 1.2 */
	const char *cert, *key;/* files of its own certificate */
	const char *alpn;      /* one protocol; NULL: none is offered */
	SSL_SESSION *session;  /* to resume */
	const char *before;    /* sent before the handshake, in the clear, */
	size_t nbefore;        /* so many bytes */
};

/* Adds the setting: any free port of 127.0.0.1. */
void server_tls(struct server *sv);
/* Its port; waits for it. */
int server_tls_port(struct server *sv);
/* The processes of mootd-tls; how many.  They need not be children of the
 * master. */
int server_tls_pids(const struct server *sv, pid_t *pid, int max);

/* Connects and shakes hands. */
struct client *client_tls_connect(struct server *sv);
struct client *client_tls_connect_with(struct server *sv,
    const struct client_tls *how);
/* The same on FD, which is connected to it, or to a proxy. */
struct client *client_tls_open(struct server *sv, int fd,
    const struct client_tls *how);
/* The same, but it is not to succeed: what OpenSSL says of why. */
const char *client_tls_refused(struct server *sv,
    const struct client_tls *how);
/* Connects, shakes hands, registers, waits for the end of the MOTD. */
struct client *client_tls_register(struct server *sv, const char *nick);

/* Of C. */
SSL *client_tls_ssl(const struct client *c);
/* What was told of a session so far, to resume it; the caller frees it. */
SSL_SESSION *client_tls_session(struct client *c);
/* The pin of the server's key. */
const char *client_tls_pin(const struct client *c, char *buf, size_t size);

/* Makes CERT and KEY, files of a certificate of NAME signed by itself, which
 * ends in DAYS. */
void tls_certificate(const char *cert, const char *key, const char *name,
    int days);

#endif
