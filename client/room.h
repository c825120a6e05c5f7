/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_ROOM_H
#define CLIENT_ROOM_H

/* The rooms we are in, or want to be in as soon as there is a server. */

enum {
	ROOM_NAME = 200, /* longest name and key we remember: a JOIN of one */
	ROOM_KEY = 100,  /* must fit a line */
};

struct room {
	char *name;
	char *key; /* NULL when it has none that we know of */
	int wanted; /* it was asked for, and not left since */
	int joined;
	struct room *next;
};

struct room *room_find(struct room *list, const char *name);
/* Adds the room, or finds it; a KEY that is not NULL replaces its key.  It
 * is not wanted before it was asked for, or we would be in it too early.
 * NULL without memory, or when one is too long.  New rooms go to the end. */
struct room *room_know(struct room **list, const char *name, const char *key);
/* Sets or, with NULL, forgets the key. */
void room_set_key(struct room *r, const char *key);
void room_forget(struct room **list, const char *name);
/* After a lost connection: in none of them, wanting all of them. */
void room_leave_all(struct room *list);
void room_clear(struct room **list);

#endif
