/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_SCREEN_SCROLLBACK_H
#define CLIENT_SCREEN_SCROLLBACK_H

#include <stddef.h>
#include <stdint.h>

#include "client/news.h"

/*
 * The scrollback: the lines of one buffer, in the order of time.
 *
 * Lines are counted from 0, the oldest; a number is good until the next line
 * comes or goes.  A place stays: it is a number of 64 bits that a line keeps
 * as long as it is there, by which it is found quickly, and when it is gone
 * the line that took its place.  Places ascend; 0 is none.
 *
 * Texts are kept as they came, to be cleaned (format.h) when they are shown.
 */

enum {
	SCROLLBACK_LINES = 100000, /* lines kept of a buffer, by default */
	SCROLLBACK_MEAN = 320,     /* bytes a line, on the average, at most */
	SCROLLBACK_TEXT = 65536,   /* bytes of a line's text; it is cut there */
	SCROLLBACK_REACTIONS = 24, /* different reactions under a line */
	SCROLLBACK_REACTORS = 128, /* names under them all; then only counted */
	SCROLLBACK_REACTION = 64,  /* bytes of a reaction; it is cut there */
};

/* The fate of a line. */
enum scrollback_state {
	SCROLLBACK_DONE,    /* the server has it, or it is not ours */
	SCROLLBACK_PENDING,
	SCROLLBACK_FAILED,
	SCROLLBACK_UNSURE,
};

struct scrollback;

/* Reactions of one sort under a line. */
struct scrollback_reaction {
	char *what;
	unsigned int count;
	int own;           /* one of them is ours */
	unsigned int names;
	char **name;       /* who, as many as are remembered */
};

/* A line as it is shown.  All strings belong to the scrollback, and are good
 * until it is changed.  NEWS has what was told, but for ROOM, and ADDRESS with
 * what is said; TEXT is NULL when the line is redacted. */
struct scrollback_line {
	uint64_t place;
	struct news news;
	enum scrollback_state state;
	const char *why;         /* it failed or was redacted; may be NULL */
	const char *redacted;    /* who did it, or ""; NULL: nobody did */
	size_t reactions;
	const struct scrollback_reaction *reaction;
};

/* NULL without memory. */
struct scrollback *scrollback_new(void);
/* NULL is free already. */
void scrollback_free(struct scrollback *b);
/* Another ceiling, of at least 1; the oldest lines go at once. */
void scrollback_limit(struct scrollback *b, size_t lines);
/* While a person reads the oldest lines (ON), and during a page, half as many
 * more are kept, so that what is fetched does not go at once;
 * scrollback_full(): even that is used up. */
void scrollback_hold(struct scrollback *b, int on);
int scrollback_full(const struct scrollback *b);
/* From the request for older history to its end (NEWS_HISTORY): playback goes
 * before a line of the same time and not behind it. */
void scrollback_page(struct scrollback *b, int on);

/*
 * Keeps a copy of N and returns its place.  What is of the present goes to the
 * end, whatever its time; NEWS_PLAYBACK where it belongs.  0: it was not
 * added, being there already (by msgid; by serial, then it is accepted; as
 * playback without a msgid: by time, nick and text), without memory, or no
 * line by its kind (NEWS_TYPING and other news of news).
 */
uint64_t scrollback_add(struct scrollback *b, const struct news *n);

/* ---- what becomes of lines; all return the line's place, 0: none such ---- */

/* The own line SERIAL has arrived.  MSGID and WHEN are of the server, NULL and
 * 0 if it did not say.  If MSGID is there already, it is one line after. */
uint64_t scrollback_accept(struct scrollback *b, uint64_t serial,
    const char *msgid, int64_t when);
/* It did not, or may not have; WHY in words, or NULL. */
uint64_t scrollback_fail(struct scrollback *b, uint64_t serial,
    enum scrollback_state state, const char *why);
/* Sends it once more: it is pending again, as SERIAL. */
uint64_t scrollback_retry(struct scrollback *b, uint64_t place,
    uint64_t serial);
/* Its text is forgotten, its reactions too.  WHO, WHY: may be NULL. */
uint64_t scrollback_redact(struct scrollback *b, const char *msgid,
    const char *who, const char *why);
uint64_t scrollback_react(struct scrollback *b, const char *msgid,
    const char *who, int own, const char *what);
uint64_t scrollback_unreact(struct scrollback *b, const char *msgid,
    const char *who, int own, const char *what);
/* Takes all lines away. */
void scrollback_clear(struct scrollback *b);

/* ---- reading ---- */

size_t scrollback_count(const struct scrollback *b);
/* Line I, which must be there. */
void scrollback_line(const struct scrollback *b, size_t i,
    struct scrollback_line *l);
uint64_t scrollback_place(const struct scrollback *b, size_t i);
/* The number of the line at PLACE; if it is gone, of the next after it, which
 * is scrollback_count() behind the last. */
size_t scrollback_at(const struct scrollback *b, uint64_t place);
/* Whether it is a message of another that is for us. */
int scrollback_is_mention(const struct scrollback *b, size_t i);
/* The place of a message; 0: it is not there. */
uint64_t scrollback_find(const struct scrollback *b, const char *msgid);
/* Whether line I is of another day than the one before it; the first is. */
int scrollback_new_day(const struct scrollback *b, size_t i);
/* "nick: text" of a message, cleaned, in one row of at most COLUMNS, for those
 * that answer it.  0, and BUF empty, when it is not there. */
int scrollback_quote(const struct scrollback *b, const char *msgid,
    char *buf, size_t size, int columns);

/* ---- what was read ---- */

/* Everything until WHEN (ms since the Epoch) was read.  The first call sets
 * the marker, which is the time of scrollback_new() until then; later ones
 * only move it on. */
void scrollback_read(struct scrollback *b, int64_t when);
int64_t scrollback_marker(const struct scrollback *b);
/* Messages of others behind the marker; of which so many are mentions. */
size_t scrollback_unread(const struct scrollback *b);
size_t scrollback_mentions(const struct scrollback *b);
/* The first unread one: where the unread line is drawn.  0: none. */
uint64_t scrollback_first_unread(const struct scrollback *b);

/* ---- looking for something, from line I on but not at it; STEP 1 is towards
 * the newest, -1 towards the oldest.  From scrollback_count() back, from
 * SIZE_MAX on: all of them.  SIZE_MAX: none. ---- */

size_t scrollback_next_mention(const struct scrollback *b, size_t i,
    int step);
struct find;
/* A line in which F finds something: in its text, as shown, or its nick. */
size_t scrollback_search(const struct scrollback *b, size_t i, int step,
    const struct find *f);

/* ---- how far back it goes ---- */

/* The oldest message, or what else has a msgid: older history is asked by it.
 * NULL if it has none; *WHEN is 0 when there is no such line. */
const char *scrollback_oldest(const struct scrollback *b, int64_t *when);
/* The newest one that the server has: what missed lines are asked by. */
const char *scrollback_newest(const struct scrollback *b, int64_t *when);
/* Before the oldest line there is nothing: said at the end of a page that was
 * not full.  Not so if the ceiling took lines since the page began, and over
 * when it takes some.  Only scrollback_has_begun() knows. */
void scrollback_begins(struct scrollback *b);
int scrollback_has_begun(const struct scrollback *b);

#endif
