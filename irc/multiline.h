/* SPDX-License-Identifier: ISC */
#ifndef IRC_MULTILINE_H
#define IRC_MULTILINE_H

#include <stddef.h>

#include "message.h"

/*
 * Messages of several lines: draft/multiline.
 *
 * Inside the server one is a line like any other, only longer: the lines it
 * was sent in are joined by a space, or by nothing where a line only goes on.
 * A PLAN tells them apart again: the bytes of each, "5.7.+9", where '+' is one
 * that goes on.  It travels and is kept among the tags, as MULTILINE_TAG,
 * which no client can send.
 */

#define MULTILINE_TYPE   "draft/multiline"
#define MULTILINE_CONCAT "draft/multiline-concat"
#define MULTILINE_TAG    "moot/lines"

enum {
	MULTILINE_BYTES = 4096, /* max-bytes: of the text, joined */
	MULTILINE_LINES = 32,   /* max-lines */
	MULTILINE_TAGS = 2048,  /* of the client-only tags of a batch */
	MULTILINE_PLAN = MULTILINE_LINES * 5, /* ".+510" each */
	MULTILINE_HEAD = 256,   /* ":source PRIVMSG target" */
	MULTILINE_WHOLE = MULTILINE_HEAD + 2 + MULTILINE_BYTES,
	MULTILINE_REPEAT = 256, /* client-only tags that a fallback repeats */
	MULTILINE_REF = 64,     /* of a batch */
};

/* One line of a message: LEN bytes at TEXT, not NUL-ended. */
struct multiline_line {
	const char *text;
	size_t len;
	int concat; /* it only goes on */
};

/*
 * The first line of the message whose plan is at *PLAN and whose text is the
 * *LEFT bytes at *TEXT; moves all three behind it.  Returns 1, 0 at the end,
 * -1 when the two do not agree.
 */
int multiline_line(const char **plan, const char **text, size_t *left,
    struct multiline_line *l);
/* Whether PLAN is one for a text of LEN bytes. */
int multiline_plan_valid(const char *plan, const char *text, size_t len);
enum multiline_error {
	MULTILINE_OK,
	MULTILINE_TOO_MANY, /* lines */
	MULTILINE_TOO_LONG, /* all of them */
	MULTILINE_EMPTY,    /* a blank line cannot go on */
};

/* What a further line does to a message. */
struct multiline_more {
	char plan[16];      /* what comes behind the plan */
	size_t nplan;
	int space;          /* whether a space is behind the text first */
	size_t ntext;       /* bytes of the text then */
};

/*
 * Fills *M for a line of LEN bytes, which only goes on if CONCAT, behind NLINES
 * of them with a text of NTEXT bytes.  The first line cannot go on, so it does
 * not.
 */
enum multiline_error multiline_add(struct multiline_more *m, unsigned nlines,
    size_t ntext, size_t len, int concat);

/* Whether a message has no line with anything in it. */
int multiline_is_blank(const char *plan, const char *text, size_t len);

/* Copies TAGS of LEN bytes without the MULTILINE_TAG to DST, with a NUL, and
 * its value to PLAN, "" if there is none or it is too long.  Returns the
 * length. */
size_t multiline_take_plan(char *dst, size_t size, const char *tags,
    size_t len, char plan[MULTILINE_PLAN + 1]);

enum multiline_place {
	MULTILINE_OPEN,  /* BATCH +ref */
	MULTILINE_INNER, /* a line of the batch */
	MULTILINE_END,   /* BATCH -ref */
	MULTILINE_ALONE, /* a line for who does not know such batches */
};

/*
 * How a message is shown to somebody: zeroed but for the first part, each call
 * of multiline_next() fills the last one with another line.
 */
struct multiline {
	const char *server; /* whose BATCH -ref it is */
	const char *line;   /* ":source PRIVMSG target :text", not NUL-ended */
	size_t nline;
	const char *plan;
	const char *ref;    /* of its batch; NULL: for who knows none */
	const char *tags, *more; /* of the first line, and of further ones of
	                          * MULTILINE_ALONE; "a=b;c" */
	size_t ntags, nmore;

	const char *next, *text; /* where it is */
	size_t left, head, room;
	int state, cut;

	enum multiline_place place;
	char out_tags[MESSAGE_TAGS];
	char out[MESSAGE_LINE];
	size_t nout_tags, nout;
};

/*
 * 1, or 0 at the end.  A line that does not fit behind the source is cut in
 * two, of which the second only goes on; blank ones are not for
 * MULTILINE_ALONE.  What is no message of several lines is shown as one.
 */
int multiline_next(struct multiline *m);

#endif
