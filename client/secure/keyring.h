/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_SECURE_KEYRING_H
#define CLIENT_SECURE_KEYRING_H

#include <stddef.h>
#include <stdint.h>

#include "client/setting/path.h"
#include "crypto.h"
#include "envelope.h"
#include "ratchet.h"

/*
 * The keyring of a network: our identity keys, whom we know by which keys, and
 * what was agreed on with them; and its file.
 */

enum {
	KEYRING_NAME = 64,        /* bytes of an account or nick, and the NUL */
	KEYRING_IDENTITIES = 16,
	KEYRING_CONTACTS = 256,
	KEYRING_ASKED = 64,       /* of which only for whom we ask ourselves */
	KEYRING_NICKS = 16,       /* of one contact that are remembered */
	KEYRING_PINS = 8,         /* keys of one contact: its devices */
	KEYRING_AGREEMENTS = 4,   /* with one contact; older ones only read */
	KEYRING_MOST = 16 * 1024 * 1024, /* bytes of a file that is read */
	KEYRING_WHY = 256,
};

enum contact_state {
	CONTACT_OFF,     /* plain text */
	CONTACT_SECURED,
	CONTACT_CHANGED, /* came with a key that is not pinned */
	CONTACT_ENDED,   /* by the other side */
	CONTACT_STATES
};

struct identity {
	char name[KEYRING_NAME];
	uint8_t private[CRYPTO_KEY], public[CRYPTO_KEY];
};

struct pin {
	uint8_t key[CRYPTO_KEY];
	int verified;
};

struct agreement {
	uint8_t id[ENVELOPE_ID];
	char ours[KEYRING_NAME], theirs[KEYRING_NAME]; /* names, at the time */
	uint8_t key[CRYPTO_KEY];  /* the identity of the other side */
	int confirmed;            /* the other side has shown that it has it */
	struct ratchet ratchet;
	struct agreement *next;   /* an older one */
};

struct contact {
	char name[KEYRING_NAME];  /* an account, or ~nick */
	/* The last one first; the first of all stays, as the last here. */
	char nicks[KEYRING_NICKS][KEYRING_NAME];
	enum contact_state state;
	struct pin pins[KEYRING_PINS];
	size_t npins;
	uint8_t candidate[CRYPTO_KEY]; /* of CONTACT_CHANGED */
	uint8_t shown[CRYPTO_KEY]; /* whose phrase was; not kept */
	struct agreement *agreements;  /* the newest first */
	int warned;               /* of plain text; not kept */
	struct contact *next;
};

struct keyring {
	char path[PATH_MOST];
	int lock;                 /* -1: another moot has it */
	int broken;               /* it could not be read any more */
	struct identity identities[KEYRING_IDENTITIES];
	size_t nidentities;
	struct contact *contacts;
	size_t ncontacts;
};

/* Reads PATH, which need not be there, and locks it if nobody else has.  NULL
 * with WHY: it is not ours to use, and not to be overwritten. */
struct keyring *keyring_open(const char *path, char why[KEYRING_WHY]);
void keyring_close(struct keyring *r);
/* Locks it if that was not so; -1: it cannot be had, and R is what whoever has
 * it saved last.  Contacts found before are others then. */
int keyring_hold(struct keyring *r);
/* On the disk; -1 with errno, and what was changed is not to be used. */
int keyring_save(const struct keyring *r);

/* The text of the file, to be wiped and freed, and the way back into an empty
 * R: 0, or the number of the line that is wrong. */
char *keyring_format(const struct keyring *r, size_t *len);
int keyring_parse(struct keyring *r, char *text);
void keyring_clear(struct keyring *r);

/* Whether a server may call somebody so: it is a word of the file. */
int keyring_is_name(const char *name);
/* Made if there is none yet; NULL: there are too many, or it is no name.
 * *MADE: to be saved. */
const struct identity *keyring_identity(struct keyring *r, const char *name,
    int *made);
struct contact *keyring_find(const struct keyring *r, const char *name);
struct contact *keyring_find_nick(const struct keyring *r, const char *nick);
/* NULL: too many, no name, or no memory. */
struct contact *keyring_know(struct keyring *r, const char *name);
void keyring_forget(struct keyring *r, struct contact *c);
/* What has the number ID, and whose it is; NULL. */
struct agreement *keyring_agreement(const struct keyring *r,
    const uint8_t id[ENVELOPE_ID], struct contact **c);

struct pin *contact_pin(struct contact *c, const uint8_t key[CRYPTO_KEY]);
/* Makes room for it by forgetting the first one that was not verified; -1. */
int contact_add_pin(struct contact *c, const uint8_t key[CRYPTO_KEY]);
/* C owns A from now on, as its newest; of too many, one by a key that is not
 * pinned goes first. */
void contact_add(struct contact *c, struct agreement *a);
/* That by which to send: the newest, confirmed and by a pinned key; NULL. */
struct agreement *contact_current(struct contact *c);
/* C has that NICK, and keeps those before, so many; -1: it is one of another
 * contact, who is not in plain text, and stays so.  What is no name is
 * passed over. */
int contact_is_called(struct keyring *r, struct contact *c, const char *nick);

#endif
