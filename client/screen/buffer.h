/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_SCREEN_BUFFER_H
#define CLIENT_SCREEN_BUFFER_H

#include <stddef.h>
#include <stdint.h>

/*
 * Buffers: the conversations there are, each with what was said in it, what
 * is being typed there, and how far it was read.  For each session there is
 * one of its own first, then its rooms, then its people.
 */

enum buffer_kind {
	BUFFER_SERVER,
	BUFFER_ROOM,
	BUFFER_PERSON,
};

/* What there is of history before the oldest line. */
enum buffer_past {
	BUFFER_PAST_UNKNOWN, /* not asked for yet */
	BUFFER_PAST_ASKED,   /* the answer is under way */
	BUFFER_PAST_MORE,    /* unless scrollback_has_begun() */
};

enum {
	BUFFER_MOST = 1000,    /* buffers; what is for others is shown in that
	                        * of the server */
	BUFFER_TYPERS = 4,     /* who are typing, of whom we know */
	BUFFER_TYPING = 6000,  /* milliseconds a typing notice holds good */
};

struct edit;
struct scrollback;
struct session;

struct buffer_typer {
	char nick[64];
	int64_t until; /* monotonic; 0: nobody */
};

struct buffer {
	struct buffer *next;
	struct session *session;
	enum buffer_kind kind;
	char *name;              /* the room's, the person's; the server's */
	struct scrollback *lines;
	struct edit *edit;       /* made when the buffer is shown first */
	int events;              /* something else happened */
	uint64_t pick;           /* the message chosen; 0: none */
	uint64_t reply;          /* the one that is being answered; 0: none */
	uint64_t top;            /* the first line shown, 0: the last are */
	int top_row;             /* and which row of it comes first */
	int64_t sent;            /* the marker the server was told */
	int64_t commanded;       /* when a command was last given here */
	enum buffer_past past;
	int64_t asked;           /* when, monotonic */
	struct buffer_typer typer[BUFFER_TYPERS];
	unsigned int version;    /* of what is typed, when it was last kept */
};

/* The first of them; the others by NEXT. */
struct buffer *buffer_first(void);
/* How many; how many were there before B: its number, from 0. */
int buffer_count(void);
int buffer_number(const struct buffer *b);
/* What people call it, and its network; from the server, not cleaned. */
const char *buffer_name(const struct buffer *b);
const char *buffer_network(const struct buffer *b);
/* Messages in it that were not seen; of which so many are for us. */
size_t buffer_unread(const struct buffer *b);
size_t buffer_mentions(const struct buffer *b);
/* NULL when there are not so many. */
struct buffer *buffer_at(int number);
/* The one of NAME ("": the session's own); NULL: there is none. */
struct buffer *buffer_find(const struct session *s, const char *name);
/* Finds it or makes it; NULL without memory or when there are too many. */
struct buffer *buffer_know(struct session *s, enum buffer_kind kind,
    const char *name);
/* Another name; the place in the list stays. */
void buffer_rename(struct buffer *b, const char *name);
void buffer_forget(struct buffer *b);
/* All of a session. */
void buffer_forget_session(struct session *s);
/* The next to be looked at after B, round and round: with mentions, else
 * with unread messages; NULL: none. */
struct buffer *buffer_next_active(const struct buffer *b);
/* Somebody types, at NOW, or does no more. */
void buffer_typing(struct buffer *b, const char *nick, int types,
    int64_t now);

#endif
