/* SPDX-License-Identifier: ISC */
#ifndef BENCH_SECURE_H
#define BENCH_SECURE_H

#include <sys/types.h>

/*
 * TLS, for the crowd and for the floor: 1.3, with one cipher and one group, so
 * that every server does the same; nothing is resumed.  Built without libssl,
 * nobody speaks it.
 */

struct ssl_st;

#ifdef TLS

/* Once, before the first connection: as clients, who trust everybody; or as a
 * server with files of its certificate and key. */
void secure_clients(void);
void secure_server(const char *cert, const char *key);

/* TLS on a socket that is connected and does not block. */
struct ssl_st *secure_start(int fd);
/* 1 when hands are shaken; 0 when the other end has to go on; -1 with errno. */
int secure_shake(struct ssl_st *);
/* As recv(2) and send(2).  They shake hands first, where that is to be done. */
ssize_t secure_recv(struct ssl_st *, void *buf, size_t size);
ssize_t secure_send(struct ssl_st *, const void *buf, size_t len);
/* Whether there may be more to receive that no poll tells of. */
int secure_pending(const struct ssl_st *);
/* Frees it; NULL is none.  The socket stays. */
void secure_end(struct ssl_st *);
#else
#define secure_clients() errx(2, "built without libssl")
#define secure_server(cert, key) errx(2, "built without libssl")
#define secure_start(fd) NULL
#define secure_shake(ssl) (-1)
#define secure_recv(ssl, buf, size) (-1)
#define secure_send(ssl, buf, len) (-1)
#define secure_pending(ssl) 0
#define secure_end(ssl) ((void)0)
#endif

#endif
