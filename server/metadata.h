/* SPDX-License-Identifier: ISC */
#ifndef SERVER_METADATA_H
#define SERVER_METADATA_H

#include "command.h"

/*
 * What people and rooms say of themselves (draft/metadata-3): keys and values
 * in the segment, and for accounts and registered rooms in the store as well.
 */

/* What CAP LS says: "before-connect,max-subs=...". Static. */
const char *metadata_limits(void);

/* Those lines of E, which has ENVELOPE_METADATA, whose keys session S has
 * subscribed to, as it is told them, and their bytes; NULL when there are
 * none.  Static. */
const char *metadata_lines(const struct envelope *e, uint32_t s, size_t *len);
/* Whether session S has subscribed to a key of N bytes. */
int metadata_subscribed(uint32_t s, const char *key, size_t n);

/* Whether the client of S knows metadata, and batches. */
int metadata_is_aware(const struct session *s);
/* Who comes is told its own, before the end of the MOTD. */
void metadata_welcome(struct command *c);
/* The members of R, which C's user has entered, are told what that one says: an
 * event, if it says anything. */
void metadata_tell_room(struct command *c, uint32_t r);
/* Who enters R is told what R and those in it say of themselves, or to ask
 * for it later. */
void metadata_on_join(struct command *c, uint32_t r);
/* The keys that C has subscribed to of user U, in a batch: for whoever tells
 * that U has come. */
void metadata_online(struct command *c, uint32_t u);
/* 760 of all that U says of itself, for who knows metadata. */
void metadata_whois(struct command *c, uint32_t u);
/* METADATA SYNC of USER or ROOM, or with neither of all that C sees. */
enum command_result metadata_sync(struct command *c, uint32_t user,
    uint32_t room, const char *name);

/*
 * Makes what C's user says of itself agree with what its account has, after a
 * login or the end of one: a step of several, to be called until it is
 * CMD_DONE.  Its step and the lower bits of its cursor are used.
 */
command_fn metadata_settle;

/* ---- among them ---- */

/* The record of KEY in a list, 0 for none. */
uint32_t metadata_find(uint32_t list, const char *key);
/* The event that tells that KEY of a user or a room is VALUE now, or "". */
void metadata_event(struct command *c, enum metadatum_kind kind,
    uint32_t owner, const char *key, const char *value);
/* BATCH + (SIGN) or -, if the client has batches; and a numeric inside. */
void metadata_batch(struct command *c, int sign, const char *type,
    const char *target);
void metadata_inner(struct command *c, int numeric, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void metadata_inner_line(struct command *c, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* The name of user U, or "*" before it has one. */
const char *metadata_name(uint32_t u);

#endif
