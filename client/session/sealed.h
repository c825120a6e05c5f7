/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_SEALED_H
#define CLIENT_SEALED_H

#include <stddef.h>
#include <stdint.h>

/*
 * Sealed messages: where what is said meets client/secure/, which is built
 * only with TLS; without it, and where nobody sits, there are no keys, and
 * what comes sealed is told so.
 */

#define SEALED_TAG "+moot/secure"
#define SEALED_FALLBACK "[encrypted message; it can be read with moot]"

enum {
	SEALED_TEXT = 2000,  /* most bytes of text in one message */
	SEALED_WIRE = 3200,  /* of the tag and its value */
	SEALED_ID = 48,      /* of what names a message */
};

struct event_line;
struct session;

/* What is to become of a message to somebody. */
enum sealed_policy {
	SEALED_PLAIN,
	SEALED_SEAL,
	SEALED_REFUSE, /* it must not go in plain, and cannot be sealed */
};

/* A message on its way. */
struct sealed {
	char value[SEALED_WIRE]; /* of the tag */
	char id[SEALED_ID];      /* by which it is known when it comes back */
};

/* Keeps keys in the state of NETWORK: someone sits here. */
void sealed_open(struct session *s, const char *network);
void sealed_clear(struct session *s);

/* WHY it is refused, in words that are valid until the next call. */
enum sealed_policy sealed_policy(struct session *s, const char *target,
    const char **why);
/* Whether LINE, of the protocol, would say something in plain that must not
 * be, WHY. */
int sealed_refuses(struct session *s, const char *line, const char **why);
/* Whether TEXT, as it is typed, may be said to somebody to whom it does not go
 * in plain. */
int sealed_hides(struct session *s, const char *text);
/* Seals TEXT, with what makes it an action; it is never sealed twice by the
 * same key.  -1: WHY. */
int sealed_seal(struct session *s, const char *target, const char *text,
    struct sealed *sealed, const char **why);

/* A message came.  1: it was sealed, cannot be read and is told so; 0: it
 * holds plain text from now on, NEWS_SECURE if it was sealed. */
int sealed_take(struct session *s, struct event_line *e);
/* A TAGMSG came. */
void sealed_tagmsg(struct session *s, struct event_line *e);
/* Tells that E cannot be read, WHY. */
void sealed_tell(struct session *s, const struct event_line *e,
    const char *why);
/* Somebody has another nick. */
void sealed_nick(struct session *s, const char *old, const char *new);

void sealed_tick(struct session *s, int64_t now);
/* The line is lost. */
void sealed_lost(struct session *s);
/* When something is due; INT64_MAX: nothing. */
int64_t sealed_due(const struct session *s);

/* /secure. */
void sealed_command(struct session *s, const char *text);

#endif
