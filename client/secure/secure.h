/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_SECURE_SECURE_H
#define CLIENT_SECURE_SECURE_H

#include <stddef.h>
#include <stdint.h>

#include "client/news.h"
#include "client/session/event.h"
#include "client/session/sealed.h"
#include "keyring.h"

/*
 * Secured conversations of one session: what goes out is sealed, what comes in
 * is opened, and what stands against either is told.  session/sealed.c calls
 * it; exchange.c agrees on keys, action.c is /secure.
 */

enum {
	SECURE_PAD = 64,        /* a text is as long as a multiple of it */
	SECURE_LETTER = 3,      /* bytes before it: what it is, its length */
	SECURE_MEMOS = 512,     /* texts remembered */
};

/* A message that was opened or sealed here, for when it comes once more. */
struct secure_memo {
	uint8_t id[ENVELOPE_ID];
	uint32_t counter;
	int own;
	char msgid[EVENT_MSGID];
	char *text;
};

struct exchange;

struct secure {
	char path[PATH_MOST];
	struct keyring *ring;       /* NULL: it cannot be used */
	char broken[KEYRING_WHY];   /* for that reason */
	int dirty;                  /* to be saved at the next tick */
	struct exchange *exchanges; /* exchange.c's */
	struct secure_memo memos[SECURE_MEMOS];
	size_t nmemos;              /* of all times */
	char text[SEALED_TEXT + 1]; /* what was opened last */
};

struct secure *secure_open(const char *path);
void secure_close(struct secure *c);

/* As sealed.h has them, of a session that has a struct secure. */
enum sealed_policy secure_policy(struct session *s, const char *target,
    const char **why);
int secure_seal(struct session *s, const char *target, const char *text,
    struct sealed *sealed, const char **why);
int secure_take(struct session *s, struct event_line *e, const char *value);
void secure_plain(struct session *s, const struct event_line *e);
void secure_tagmsg(struct session *s, struct event_line *e,
    const char *value);
void secure_nick(struct session *s, const char *old, const char *new);
void secure_tick(struct session *s, int64_t now);
int64_t secure_due(const struct session *s);

/* ---- between the files of client/secure/ ---- */

/* Says something about the talk with NICK (NULL: none). */
void secure_say(struct session *s, enum news_kind kind, const char *nick,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* The contact that TARGET, a nick or a name, is; NULL. */
struct contact *secure_contact(const struct session *s, const char *target);
/* What somebody is called in an agreement: ACCOUNT, or (NULL or "") ~NICK. */
void secure_name(char name[KEYRING_NAME], const char *account,
    const char *nick);
/* What we are. */
void secure_own_name(const struct session *s, char name[KEYRING_NAME]);
/* Saves it now; -1, having said why, and nothing may be sent by it. */
int secure_save(struct session *s);
/* Sends message LETTER without a text by A to NICK, by a TAGMSG. */
int secure_control(struct session *s, struct agreement *a, const char *nick,
    char letter);
/* The other side of A has it: it is what C is talked to by, or its key is
 * another than those we know.  NICK is who it is now. */
void secure_adopt(struct session *s, struct contact *c, struct agreement *a,
    const char *nick);
/* The phrase of a key. */
const char *secure_phrase(char *phrase, const uint8_t key[CRYPTO_KEY]);
/* Sends an envelope by a TAGMSG to NICK. */
void secure_write(struct session *s, const char *nick,
    const struct envelope *e);

#endif
