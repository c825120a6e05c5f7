/* SPDX-License-Identifier: ISC */
#ifndef SERVER_COMMAND_H
#define SERVER_COMMAND_H

#include <stddef.h>
#include <stdint.h>

#include "../irc/message.h"
#include "../irc/numeric.h"
#include "op.h"
#include "reply.h"
#include "state.h"

/*
 * Commands: one table, one dispatcher.  A handler decides: it reads records,
 * fills replies, describes at most one event and some ops.  It changes
 * nothing itself, so it may be run again from the start of its step; the
 * dispatcher commits what it decided and does it (command.c).
 */

enum command_result {
	CMD_DONE, /* the command is finished */
	CMD_MORE, /* this step is; run the next one (step/cursor are set) */
	CMD_WAIT, /* it decided nothing: run the step again in a moment */
	CMD_ANSWERED, /* of ask(), never returned: the answer is there */
};

enum command_flag {
	CMD_REGISTERED = 1, /* only after registration: else 451 */
	CMD_LOCK = 2,       /* run under the registry lock */
	CMD_OPER = 4,       /* only for operators: else 481 */
	CMD_FREE = 8,       /* costs no flood token */
	CMD_EARLY = 16,     /* before registration only: else 462 */
	CMD_EACH = 32,      /* its cost is that of one target of many */
	CMD_LONG = 64,      /* its answer may be long, and keeps the lock busy:
	                     * it is behind all others who want that */
};

enum { STEP_ASKED = 1 << 30 /* in `step': the store was asked */ };
#define STEP_MAIL (1u << 31) /* it is no line's step but absent_tell()'s;
                              * mootctl's steps are others */

struct batch;
struct lines;
struct command;
typedef enum command_result command_fn(struct command *c);

struct command_row {
	const char *name;
	command_fn *run;
	uint8_t params;   /* minimum: else 461 */
	uint8_t flags;
	uint8_t cost;     /* tokens of the flood limit */
	const char *help; /* "PARAMETERS: what it does" */
};

/* What a handler sees. */
struct command {
	uint32_t sid, uid;
	struct session *s;
	struct user *u;
	const struct command_row *row;
	struct message m;
	uint32_t step;    /* 0 at first; a handler with several sets it */
	uint64_t cursor;  /* kept between steps too */
	size_t answered;  /* bytes of the store's answer that were used */
	const char *context; /* for ask(): tags more, or NULL */
	int as_user;      /* the same: what it may as operator does not count */
	const struct batch *batch; /* what it says, or NULL: its line */
	struct envelope *event; /* NULL, or set by command_event() */
	char *label;      /* of labeled-response, or NULL */
	int failed;       /* a numeric of 400..599 or FAIL was replied */
	int override;     /* an operator does what the room would refuse */
};

extern const struct command_row command_table[]; /* by name; ends with NULL */
/* The row of NAME, any case; NULL when there is none. */
const struct command_row *command_find(const char *name);

/* Runs the next complete line of session S, if there is one and it may run
 * now.  Returns 1 when a step was run, 0 when there is nothing to do. */
int command_next(uint32_t s);
/* The same before the next line, when something was kept for its user. */
int command_mail(uint32_t s);
/* In `cursor', with STEP_MAIL: it is missed_tell()'s. */
#define CURSOR_MISSED (UINT64_C(1) << 63)
/* Likewise: it is device_show()'s, which has asked the store. */
#define CURSOR_SHOW (UINT64_C(1) << 62)
/* Or metadata_settle()'s. */
#define CURSOR_METADATA (UINT64_C(1) << 61)

static inline int
command_is_mail(const struct session *s)
{
	return (s->step & STEP_MAIL) && !(s->flags & SESSION_CONTROL);
}

/* Runs the row of C as a step that no line asked for.  Returns 0 when it has to
 * be asked again later. */
int command_own(struct command *c);
/* Tells others that S quits and frees its user; then S lingers.  Returns 0
 * when it has to be asked again, because no buffer is left. */
int command_quit(uint32_t s);
/* Tells S one more thing of what its user did while it was not there: a room
 * it is in.  1 when a step was run, like command_next(). */
int command_show(uint32_t s);
/* Posts what a step of S could not post.  Returns 0 when all is posted. */
int command_unblock(uint32_t s);
/* Whether that is an event that tells of a nick being given up. */
int command_names_pending(uint32_t s);
/* Finishes the step a predecessor had committed, or drops it. */
void command_heal(void);

/* ---- for handlers ---- */

/* From here on the step is one of those with CMD_LOCK. */
void command_lock(struct command *c);

/* The event of this step, begun; then use deliver.h's event_*(). */
struct envelope *command_event(struct command *c, int kind);
/* The next op of this step, zeroed; at most OPS_MAX. */
struct op *command_op(struct command *c, enum op_kind kind, uint32_t a);
void op_text(struct op *op, const char *text);
void op_text2(struct op *op, const char *text);

/* "nick!user@host" of user U; one of four static buffers, in turn. */
const char *source_of(uint32_t u);

#endif
