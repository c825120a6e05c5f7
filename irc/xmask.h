/* SPDX-License-Identifier: ISC */
#ifndef IRC_XMASK_H
#define IRC_XMASK_H

#include <stdint.h>

/* Whom a ban from the whole server is for, and how long: as people write
 * it. */

enum xmask_kind {
	XMASK_ADDRESS = 1, /* "10.1.2.3", "2001:db8::/32" */
	XMASK_MASK,        /* "nick!user@host", completed as a room's ban is */
	XMASK_ACCOUNT,     /* "account:NAME" */
};

enum { XMASK_TEXT = 127 };
#define XMASK_FOREVER (INT64_C(100) * 365 * 86400) /* s: longer is none */

struct xmask {
	int kind;                  /* enum xmask_kind */
	uint8_t addr[16];          /* IPv4 mapped into IPv6 */
	unsigned bits;             /* of it that count, 0..128 */
	char text[XMASK_TEXT + 1]; /* in one form for all ways to write it */
};

/* Takes SRC apart; 0, or -1 when it is none of these: with neither '!' nor
 * '@' it has to be an address or an account. */
int xmask_parse(struct xmask *x, const char *src);
/* Whether the first BITS of the two addresses are the same. */
int xmask_same_net(const uint8_t a[16], const uint8_t b[16], unsigned bits);
/* The name of an account, of XMASK_ACCOUNT. */
const char *xmask_account(const struct xmask *x);
/* Whether a mask has nothing but stars and marks: it is for everybody. */
int xmask_is_all(const struct xmask *x);

/*
 * "1w2d3h4m5s", "90m", or "90", which is minutes: seconds, 1 at least; each
 * unit once, the larger ones first.  -1 when it is none or too long.
 */
int64_t xmask_duration(const char *src);
/* The same backwards, in at most two units, "forever" for 0. */
const char *xmask_duration_text(char buf[32], int64_t seconds);

#endif
