/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_ROOM_H
#define CLIENT_ROOM_H

#include <stddef.h>
#include <stdint.h>

#include "isupport.h"

/* The rooms we are in, or want to be in as soon as there is a server, and
 * who else is there. */

enum {
	ROOM_NAME = 200,       /* longest name and key we remember: a JOIN of */
	ROOM_KEY = 100,        /* one must fit a line */
	ROOM_MODES = 64,       /* letters of a room's modes */
	ROOM_MEMBERS = 200000, /* more are not kept: a server makes them up */
};

/* Who is in a room.  A member stays where it is until it leaves. */
struct member {
	char *nick;
	char *address; /* user@host, NULL: not known */
	char *account; /* NULL: none, or not known */
	char prefixes[ISUPPORT_RANKS + 1]; /* "@+", the highest first */
	int away;
	uint64_t spoke;      /* grows with every message in the room; 0: none */
	unsigned int seen;   /* in which NAMES, see room_names() */
	struct member *next; /* of the same hash */
};

struct room {
	char *name;
	char *key; /* NULL when it has none that we know of */
	int wanted; /* it was asked for, and not left since */
	int joined;
	const struct isupport *isupport;
	char *topic;            /* NULL: not known, "": none */
	char modes[ROOM_MODES]; /* "+nt": letters only; "": none known */
	int known;              /* the members are, since we entered */
	/* By rank, then by nick: for (i = 0; i < r->nmembers; i++). */
	struct member **members;
	size_t nmembers;
	uint64_t messages;      /* room_spoke() so far */
	/* room.c's own */
	size_t space, nbuckets;
	struct member **buckets;
	unsigned int names, sorted;
	struct room *next;
};

struct room *room_find(struct room *list, const char *name);
/* Adds the room, or finds it; a KEY that is not NULL replaces its key.  It
 * is not wanted before it was asked for, or we would be in it too early.
 * NULL without memory, or when one is too long.  New rooms go to the end.
 * I must stay as long as the room. */
struct room *room_know(struct room **list, const struct isupport *i,
    const char *name, const char *key);
/* Sets or, with NULL, forgets the key. */
void room_set_key(struct room *r, const char *key);
void room_set_topic(struct room *r, const char *topic);
/* It has another name; -1 without memory, or when that is too long. */
int room_rename(struct room *r, const char *name);
void room_forget(struct room **list, const char *name);
/* After a lost connection: in none of them, wanting all of them. */
void room_leave_all(struct room *list);
void room_clear(struct room **list);
/* What is known of members is forgotten, as after another PREFIX. */
void room_empty(struct room *r);

/* ---- members ---- */

/* NULL when NICK is not there. */
struct member *room_member(const struct room *r, const char *nick);
int room_has(const struct room *r, const char *nick);
/* Adds a member, or finds it; PREFIXES, ADDRESS and ACCOUNT replace what is
 * known if they are not NULL.  NULL without memory, or when there are
 * ROOM_MEMBERS. */
struct member *room_enter(struct room *r, const char *nick,
    const char *prefixes, const char *address, const char *account);
void room_leave(struct room *r, const char *nick);
void room_nick(struct room *r, const char *nick, const char *now);
/* Gives or takes a prefix. */
void room_rank(struct room *r, const char *nick, char prefix, int give);
/* ACCOUNT NULL: logged out. */
void room_account(struct room *r, const char *nick, const char *account);
void room_away(struct room *r, const char *nick, int away);
/* Notes that NICK said something just now. */
void room_spoke(struct room *r, const char *nick);
/* One 353: "@+alice!u@h bob", and 366.  Who was in none since the last 366
 * is not there any more. */
void room_names(struct room *r, const char *names);
void room_names_end(struct room *r);
/* What a MODE says: "+ov-n", with its parameters. */
void room_mode(struct room *r, const char *modes, char **param, int nparam);

#endif
