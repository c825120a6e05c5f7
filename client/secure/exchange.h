/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_SECURE_EXCHANGE_H
#define CLIENT_SECURE_EXCHANGE_H

#include <stdint.h>

#include "client/session/event.h"
#include "envelope.h"

struct secure;

/* Agreeing on keys: the handshake as it goes from moot to moot. */

/* Milliseconds; it can be set when building, for the tests. */
#ifndef EXCHANGE_WAIT
#define EXCHANGE_WAIT 20000 /* for an agreement to be complete */
#endif

enum { EXCHANGES = 8 }; /* under way at a time */

/* Begins; says why it cannot. */
void exchange_begin(struct session *s, const char *nick);
/* An envelope of the handshake came, or a refusal. */
void exchange_take(struct session *s, const struct event_line *e,
    const struct envelope *v);
/* The same where there are no keys: an offer is declined. */
void exchange_decline(struct session *s, const struct event_line *e,
    const char *value);
/* The other side has shown that it has the keys of agreement ID. */
void exchange_ready(struct session *s, const uint8_t id[ENVELOPE_ID]);
/* Whether we wait for NICK to agree. */
int exchange_is_with(const struct session *s, const char *nick);
void exchange_nick(struct session *s, const char *old, const char *new);
/* Nothing more comes of the one with NICK; of any, as C is closed. */
void exchange_stop(struct session *s, const char *nick);
void exchange_clear(struct secure *c);
void exchange_tick(struct session *s, int64_t now);
/* The line is lost, and with it what was on its way. */
void exchange_lost(struct session *s);
int64_t exchange_due(const struct session *s);

#endif
