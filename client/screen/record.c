/* SPDX-License-Identifier: ISC */
/*
 * Records: lines of the scrollback, packed.
 *
 * A line is one piece of memory: a few numbers, then those of its strings that
 * it has, one behind the other.  Of 100,000 lines there are half a million
 * strings, and pointers to them would take more memory than they do.  Unpacking
 * is only needed for what is shown.
 *
 * A record is never changed but made anew.  Its place holds its time: the
 * milliseconds, and behind them 20 bits to tell lines of the same one apart.
 * The time itself is only kept where it is another.
 */

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "irc/utf8.h"
#include "record.h"
#include "scrollback.h"

enum {
	RECORD_TIES = 20,    /* bits of a place below the milliseconds */
	RECORD_TIMES = 43,   /* bits of milliseconds: until the year 2248 */
};

/* What a record has besides its strings. */
enum {
	RECORD_WHEN = 1 << 13,
	RECORD_FOOTNOTE = 1 << 14,
	RECORD_ACCOUNT = 1 << 15, /* the account is the nick */
};

struct record {
	uint64_t place;
	uint16_t has; /* bits: strings in the order of record_strings */
	uint16_t flags;
	uint8_t kind, state;
	char data[];
};

/* The strings, the one that is looked for most first. */
static const size_t record_strings[] = {
	offsetof(struct news, msgid),
	offsetof(struct news, nick),
	offsetof(struct news, text),
	offsetof(struct news, account),
	offsetof(struct news, address),
	offsetof(struct news, target),
	offsetof(struct news, about),
	offsetof(struct news, reply),
};

enum { STRINGS = sizeof(record_strings) / sizeof(record_strings[0]) };

static const char **
record_string(struct news *n, int i)
{
	return (const char **)(void *)((char *)n + record_strings[i]);
}

uint64_t
record_place_of(int64_t when)
{
	uint64_t most = ((uint64_t)1 << RECORD_TIMES) - 1;
	uint64_t ms = when < 1 ? 1 : (uint64_t)when;

	return (ms > most ? most : ms) << RECORD_TIES;
}

uint64_t
record_last_place_of(int64_t when)
{
	return record_place_of(when) + ((uint64_t)1 << RECORD_TIES) - 1;
}

int64_t
record_when_of(uint64_t place)
{
	return (int64_t)(place >> RECORD_TIES);
}

/* N without what is not worth its memory. */
static unsigned int
record_thin(struct news *n)
{
	n->room = NULL;
	if (n->kind == NEWS_MESSAGE || n->kind == NEWS_NOTICE ||
	    n->kind == NEWS_ACTION)
		n->address = NULL;
	if (n->msgid != NULL && *n->msgid == '\0')
		n->msgid = NULL;
	if (n->account == NULL || n->nick == NULL ||
	    strcmp(n->account, n->nick) != 0)
		return 0;
	n->account = NULL;
	return RECORD_ACCOUNT;
}

static size_t
record_cut(const char *s)
{
	size_t len = strlen(s);

	return len <= SCROLLBACK_TEXT ? len :
	    utf8_cut(s, len, SCROLLBACK_TEXT);
}

static char *
record_put(char *at, const void *data, size_t len)
{
	memcpy(at, data, len);
	return at + len;
}

static void
record_fill(struct record *r, struct news *n, struct footnote *f)
{
	char *at = r->data;
	const char *s;
	size_t len;
	int i;

	if (r->has & RECORD_WHEN)
		at = record_put(at, &n->when, sizeof(n->when));
	if (r->has & RECORD_FOOTNOTE)
		at = record_put(at, &f, sizeof(f));
	for (i = 0; i < (int)STRINGS; i++) {
		s = *record_string(n, i);
		if (s == NULL)
			continue;
		len = record_cut(s);
		at = record_put(at, s, len);
		*at++ = '\0';
	}
}

struct record *
record_make(const struct news *told, uint64_t place, unsigned int state,
    struct footnote *f)
{
	struct news n = *told;
	unsigned int has = record_thin(&n);
	size_t size = offsetof(struct record, data);
	struct record *r;
	const char *s;
	int i;

	if (n.when != record_when_of(place)) {
		has |= RECORD_WHEN;
		size += sizeof(n.when);
	}
	if (f != NULL) {
		has |= RECORD_FOOTNOTE;
		size += sizeof(f);
	}
	for (i = 0; i < (int)STRINGS; i++) {
		if ((s = *record_string(&n, i)) == NULL)
			continue;
		has |= 1u << i;
		size += record_cut(s) + 1;
	}
	r = malloc(size < sizeof(*r) ? sizeof(*r) : size);
	if (r == NULL)
		return NULL;
	r->place = place;
	r->has = (uint16_t)has;
	r->flags = (uint16_t)n.flags;
	r->kind = (uint8_t)n.kind;
	r->state = (uint8_t)state;
	record_fill(r, &n, f);
	return r;
}

/* Where the strings begin. */
static const char *
record_begin(const struct record *r)
{
	return r->data + (r->has & RECORD_WHEN ? sizeof(int64_t) : 0) +
	    (r->has & RECORD_FOOTNOTE ? sizeof(struct footnote *) : 0);
}

void
record_read(const struct record *r, struct news *n)
{
	const char *s = record_begin(r);
	int i;

	memset(n, 0, sizeof(*n));
	n->kind = (enum news_kind)r->kind;
	n->flags = r->flags;
	n->when = record_when_of(r->place);
	if (r->has & RECORD_WHEN)
		memcpy(&n->when, r->data, sizeof(n->when));
	for (i = 0; i < (int)STRINGS; i++) {
		if ((r->has & 1u << i) == 0)
			continue;
		*record_string(n, i) = s;
		s += strlen(s) + 1;
	}
	if (r->has & RECORD_ACCOUNT)
		n->account = n->nick;
}

uint64_t
record_place(const struct record *r)
{
	return r->place;
}

unsigned int
record_state(const struct record *r)
{
	return r->state;
}

unsigned int
record_flags(const struct record *r)
{
	return r->flags;
}

enum news_kind
record_kind(const struct record *r)
{
	return (enum news_kind)r->kind;
}

const char *
record_msgid(const struct record *r)
{
	return r->has & 1 ? record_begin(r) : NULL;
}

struct footnote *
record_footnote(const struct record *r)
{
	struct footnote *f;

	if ((r->has & RECORD_FOOTNOTE) == 0)
		return NULL;
	memcpy(&f, record_begin(r) - sizeof(f), sizeof(f));
	return f;
}

size_t
record_bytes(struct record *r)
{
	return malloc_usable_size(r) + sizeof(size_t);
}
