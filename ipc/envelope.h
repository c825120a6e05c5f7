/* SPDX-License-Identifier: ISC */
#ifndef IPC_ENVELOPE_H
#define IPC_ENVELOPE_H

#include <stddef.h>
#include <stdint.h>

/*
 * What travels in a mailbox: IDs and text, no pointer.  Built in the sender's
 * part of the segment, received into the receiver's, so a death leaves it in
 * the queue or in the segment, never in between.
 *
 * An envelope is one event of one source for one target.  Its text is what
 * recipients get: LINE for everybody, ALT instead of it for those with a
 * capability of ALT_CAPS; an empty one is for nobody.  Tags that the server
 * adds are made by the receiver.
 */

enum {
	ENVELOPE_MAGIC = 0x6d6f6f31, /* "moo1": the version is in it */
	ENVELOPE_MAX = 8192 - 64,    /* bytes, fits kernel.msgmax */
	ENVELOPE_ROOMS = 200,        /* rooms of an event to many rooms */
};

enum envelope_flag {
	ENVELOPE_AGAIN = 1,   /* perhaps sent before: check the serial */
	ENVELOPE_MESSAGE = 2, /* has a msgid */
	ENVELOPE_OPER = 8,    /* from an operator of the server */
	ENVELOPE_METADATA = 4, /* ALT is lines, with LF between: a numeric, a
	                       * target and a key, each for those who have
	                       * subscribed to that */
	ENVELOPE_PASSING = 16, /* good for the moment: kept nowhere */
	ENVELOPE_LINES = 32,  /* a message of several lines: multiline.h */
};

struct envelope {
	long type;            /* msgsnd(2): the user ID it is for, or 1 */
	/* ---- what msgsnd(2) calls the text begins here ---- */
	uint32_t magic;
	uint32_t size;        /* of the whole envelope with TYPE */
	uint64_t serial;      /* of this posting: origin, its life, its count */
	uint64_t id;          /* of the event: what msgid is made of */
	uint64_t time;        /* ms since the epoch */
	uint16_t kind;
	uint16_t flags;
	uint32_t source, source_gen; /* user; 0: the server */
	uint32_t target, target_gen; /* room or user */
	uint32_t extra;       /* by kind: a user, modes, a rank */
	uint64_t caps;        /* only recipients with all of these */
	uint64_t alt_caps;
	uint16_t ntags, naccount, nline, nalt; /* bytes of each part */
	uint16_t nrooms;      /* pairs of room ID and generation, at the end */
	uint16_t pad[3];
	char text[8192 - 64 - 96]; /* tags, account, line, alt; the rooms */
};

enum { ENVELOPE_HEAD = offsetof(struct envelope, text) };
_Static_assert(sizeof(struct envelope) == ENVELOPE_MAX, "envelope size");

/* Bytes msgsnd(2) counts. */
static inline size_t
envelope_payload(const struct envelope *e)
{
	return e->size - offsetof(struct envelope, magic);
}

static inline const char *
envelope_tags(const struct envelope *e)
{
	return e->text;
}

static inline const char *
envelope_account(const struct envelope *e)
{
	return e->text + e->ntags;
}

static inline const char *
envelope_line(const struct envelope *e)
{
	return e->text + e->ntags + e->naccount;
}

static inline const char *
envelope_alt(const struct envelope *e)
{
	return e->text + e->ntags + e->naccount + e->nline;
}

/* Room I of an event to many rooms: its ID and generation. */
static inline void
envelope_room(const struct envelope *e, unsigned i, uint32_t *id, uint32_t *gen)
{
	const char *p = e->text + e->ntags + e->naccount + e->nline + e->nalt;

	__builtin_memcpy(id, p + (size_t)i * 8, 4);
	__builtin_memcpy(gen, p + (size_t)i * 8 + 4, 4);
}

/* Whether the N payload bytes received make an envelope that is safe to
 * read: magic, sizes and counts agree.  1 or 0. */
int envelope_valid(const struct envelope *e, size_t n);

/*
 * Appends LEN bytes at SRC as the next part (tags, account, line, alt, rooms:
 * in this order) and counts them in *COUNT.  Returns 0, or -1 when they do
 * not fit: the envelope is then unchanged.
 */
int envelope_add(struct envelope *e, uint16_t *count, const void *src,
    size_t len);

#endif
