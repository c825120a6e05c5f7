/* SPDX-License-Identifier: ISC */
#ifndef SERVER_ASK_H
#define SERVER_ASK_H

#include "command.h"

/*
 * A worker's side of mootd-store: what is kept, and questions.
 *
 * A handler that needs the store begins with
 *
 *	if ((r = ask(c, "WORD %s", ...)) != CMD_ANSWERED)
 *		return r;
 *
 * and is run again when the answer has come, from ask_line() on.  If it then
 * returns CMD_MORE, the answer is used up, and ask() asks again: what comes
 * next has to follow from the step and the cursor.  A store that died is asked
 * again, too: so a question has an ID, and what is asked twice is done once.
 */

enum { ASK_MAX = 7900 /* bytes of a question; of an answer */ };

/* Whether there is a store that can be left mail; why not, as a text. */
int store_accepts(void);
const char *store_trouble(void);
/* Whether E is for the store, too: -1 it is, but the store cannot take it. */
int store_wants(const struct envelope *e);
/* Whether all up to SERIAL is committed. */
int store_has(uint64_t serial);

/*
 * Asks, unless the answer is there.  CMD_MORE: asked, return this.  CMD_DONE:
 * there is no store; C has been replied a FAIL, return this.  The text is a
 * line in the format of a message, see moot-store(7); the tags that say who
 * asks are added.
 */
enum command_result ask(struct command *c, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* The next line of the answer, NUL-ended; NULL behind the last. */
char *ask_line(struct command *c);

/* The same taken apart, *M being zeroed behind the last, but for a command of
 * "".  Returns whether there was one; what is no message is passed over. */
int ask_message(struct command *c, struct message *m);

/* An answer has come. */
void ask_answered(const struct envelope *e);
/* The store has begun anew, or has another state: whoever waits for it asks
 * again.  Looks whether it is so; once a turn. */
void ask_look(void);

#endif
