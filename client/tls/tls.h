/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_TLS_H
#define CLIENT_TLS_H

#include <sys/types.h>

#include <stddef.h>

#include "client/trust/judge.h"
#include "client/trust/known.h"

/*
 * TLS on the socket of a connection, TLS 1.2 at least, the server judged
 * (client/trust/judge.h) before anything is sent to it, a certificate of ours
 * included.  Nothing blocks.  A moot built without OpenSSL has these functions
 * too; there, none begins.
 */

enum {
	TLS_WHY = 600,  /* what goes wrong, in words */
	TLS_NAME = 64,  /* "TLSv1.3", a cipher */
	TLS_FLAW = 160, /* what is wrong with a certificate */
};

/* With whom, and how.  Texts outlive the call only. */
struct tls_wish {
	const char *host, *port;
	const char *pin;          /* "" or NULL: none; else pin_read()'s */
	const char *certificate;  /* a PEM file of ours; "" or NULL: none */
	const char *key;          /* its key; "" or NULL: in the same file */
	enum judge_trust trust;
};

enum tls_result {
	TLS_DONE,
	TLS_READ,    /* poll(2) for POLLIN, then call again */
	TLS_WRITE,   /* POLLOUT */
	TLS_CLOSED,  /* by the server */
	TLS_FAILED,  /* WHY; another attempt may help */
	TLS_REFUSED, /* by us, WHY: another attempt will not help */
};

/* What is known of the server and the connection, also of one that was
 * refused or is over. */
struct tls_info {
	enum judge_verdict verdict;
	unsigned char pin[PIN_BYTES]; /* of the key it shows */
	struct known known;           /* what was known before */
	char version[TLS_NAME], cipher[TLS_NAME];
	char flaw[TLS_FLAW];          /* "its certificate expired on..." */
	int resumed;
	int kept_errno;               /* what was learned is not kept: why */
};

struct tls;

int tls_is_built(void);
/* Begins a handshake on FD; *T is made, or the one of an earlier connection to
 * the same, whose session is resumed.  TLS_DONE, TLS_FAILED or TLS_REFUSED. */
enum tls_result tls_begin(struct tls **t, const struct tls_wish *w, int fd,
    char why[TLS_WHY]);
/* Goes on with it.  TLS_DONE: the server is accepted, and what was learned of
 * it is kept. */
enum tls_result tls_shake(struct tls *t, char why[TLS_WHY]);
/* TLS_DONE: *N bytes, at least one. */
enum tls_result tls_read(struct tls *t, void *buf, size_t size, size_t *n,
    char why[TLS_WHY]);
enum tls_result tls_write(struct tls *t, const void *buf, size_t len,
    size_t *n, char why[TLS_WHY]);
/* Whether tls_read() has bytes that poll(2) does not tell of. */
int tls_is_pending(const struct tls *t);
/* Says goodbye; the descriptor is the caller's to close.  T may be NULL. */
void tls_end(struct tls *t);
void tls_free(struct tls *t);
/* 0: no server has shown anything yet.  T may be NULL. */
int tls_tell(const struct tls *t, struct tls_info *info);

#endif
