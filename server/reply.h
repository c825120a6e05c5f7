/* SPDX-License-Identifier: ISC */
#ifndef SERVER_REPLY_H
#define SERVER_REPLY_H

#include <stddef.h>
#include <stdint.h>

/*
 * What a step of a command answers its session.
 */

struct command;
struct lines;

/* A step begins: nothing is replied yet. */
void reply_begin(void);
/* Replies a numeric of numeric.h: reply(c, RPL_AWAY, nick, text). */
void reply(struct command *c, int numeric, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* A whole line without CR LF: ":server PONG ..." */
void reply_line(struct command *c, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* What a line of a reply is to labeled-response. */
enum reply_place {
	REPLY_OWN,   /* a message of the response */
	REPLY_INNER, /* its tags name a batch, so it is in no other one */
	REPLY_APART, /* not of the response: it only comes at the same time */
};
/* A line of the past, with the tags it is to have ("a=b;c"). */
void reply_past(struct command *c, const char *tags, size_t ntags,
    const char *line, enum reply_place place);
/* A message of several lines; likewise. */
void reply_lines(struct command *c, const struct lines *l,
    enum reply_place place);
/* What the client itself gets of the event, with its tags. */
void reply_event(struct command *c);
/* The same as the recipient of its own message, which no label may be on. */
void reply_delivery(struct command *c);

/* Bytes of this step's reply so far: a long one continues in another step. */
size_t reply_size(void);
enum { REPLY_STEP = 32768 };

/*
 * Writes the replies of the step to the session's output, where they do not
 * count yet, and what ends there in *END; DONE: it is the last step.  They are
 * labeled as labeled-response wants it.  -1 when there was no room for all.
 */
int reply_write(struct command *c, int done, uint64_t *end);

#endif
