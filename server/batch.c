/* SPDX-License-Identifier: ISC */
/*
 * BATCH: messages of several lines, as draft/multiline has them.
 *
 * The lines of an open batch are gathered in a chunk of the session (batch.h),
 * changed by ops, so that a worker may die between any two of them.  The end of
 * the batch says all of them at once: as one event, in one envelope, with one
 * msgid, that is delivered and kept like any other message; so nobody ever has
 * half of it.  Whether it may be said is looked at then, not before.
 *
 * A batch that went wrong is not forgotten at once: its client has sent the
 * rest of its lines already, and they are dropped without a further word until
 * the batch ends.  Nobody waits for a batch: one that never ends is a chunk
 * less, and when half of those are in use none is begun.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "../irc/capability.h"
#include "../irc/tag.h"
#include "account.h"
#include "batch.h"
#include "deliver.h"
#include "fault.h"
#include "handlers.h"
#include "session.h"
#include "words.h"
#include "worker.h"

enum { PIECE = TOPIC_MAX /* bytes an op takes */ };

#define BATCH_CAPS (CAP(BATCH) | CAP(MULTILINE))

/* ---- the chunk ---- */

char *
batch_part(struct batch *b, uint32_t part, size_t *size)
{
	switch ((enum batch_part)part) {
	case BATCH_LABEL:
		*size = sizeof(b->label);
		return b->label;
	case BATCH_TAGS:
		*size = sizeof(b->tags);
		return b->tags;
	case BATCH_PLAN:
		*size = sizeof(b->plan);
		return b->plan;
	case BATCH_TEXT:
		*size = sizeof(b->text);
		return b->text;
	}
	return NULL;
}

void
batch_give(uint32_t i)
{
	if (sessions[i].batch != 0 && batch_of(&sessions[i])->state == 0)
		batch_drop(i);
}

void
batch_drop(uint32_t i)
{
	struct session *s = &sessions[i];
	uint32_t k = s->batch;

	s->batch = 0;
	FAULT("batch-given");
	atomic_signal_fence(memory_order_seq_cst);
	chunk_give(k);
}

static int
is_text(const char *text, size_t size)
{
	return strnlen(text, size) < size;
}

const char *
batch_wrong(const struct session *s)
{
	const struct batch *b = batch_of(s);

	if (b->state == BATCH_OVER)
		return NULL;
	if (b->state > BATCH_FAILED || b->nlines > MULTILINE_LINES ||
	    b->nplan > MULTILINE_PLAN || b->ntext > MULTILINE_BYTES ||
	    !is_text(b->ref, sizeof(b->ref)) ||
	    !is_text(b->target, sizeof(b->target)) ||
	    !is_text(b->label, sizeof(b->label)) ||
	    !is_text(b->tags, sizeof(b->tags)))
		return "batch";
	return NULL;
}

/* A chunk for it. */
static int
have_chunk(struct command *c)
{
	uint32_t k;

	if (c->s->batch != 0)
		return 1;
	if (!session_pool_ample() || (k = chunk_take(c->sid, 0)) == 0)
		return 0;
	((struct batch *)(void *)chunk_bytes(k))->state = BATCH_OVER;
	atomic_signal_fence(memory_order_seq_cst);
	c->s->batch = k;
	FAULT("batch-taken");
	return 1;
}

/* The batch of S, NULL for none. */
static struct batch *
open_batch(const struct session *s)
{
	return s->batch != 0 && batch_of(s)->state != BATCH_OVER
	    ? batch_of(s)
	    : NULL;
}

static void
set_state(struct command *c, enum batch_state to)
{
	command_op(c, OP_BATCH_STATE, c->sid)->b = to;
}

/* N bytes of TEXT into PART, from AT on. */
static void
put(struct command *c, enum batch_part part, size_t at, const char *text,
    size_t n)
{
	struct op *op;
	size_t piece;

	do {
		piece = n < PIECE ? n : PIECE;
		op = command_op(c, OP_BATCH_TEXT, c->sid);
		op->b = part;
		op->c = (uint32_t)at;
		snprintf(op->text, sizeof(op->text), "%.*s", (int)piece, text);
		at += piece;
		text += piece;
		n -= piece;
	} while (n > 0);
}

/* ---- errors ---- */

/* The label of a batch is that of whatever comes of it. */
static void
use_label(struct command *c, const struct batch *b)
{
	static char label[sizeof(b->label)];

	if (b == NULL || b->label[0] == '\0')
		return;
	memcpy(label, b->label, sizeof(label));
	c->label = label;
}

/* FAIL BATCH CODE CONTEXT :text; CONTEXT has a space before it or is "". */
static enum command_result
fail(struct command *c, const char *code, const char *context,
    const char *text)
{
	struct batch *b = open_batch(c->s);

	if (c->label == NULL)
		use_label(c, b);
	if (b != NULL && b->state == BATCH_OPEN)
		set_state(c, BATCH_FAILED);
	c->failed = 1;
	reply_line(c, ":%s FAIL BATCH %s%s :%s", config->name, code, context,
	    text);
	return CMD_DONE;
}

static enum command_result
invalid(struct command *c, const char *text)
{
	return fail(c, "MULTILINE_INVALID", "", text);
}

static enum command_result
beyond(struct command *c, const char *code, unsigned limit, const char *text)
{
	char context[16];

	snprintf(context, sizeof(context), " %u", limit);
	return fail(c, code, context, text);
}

void
batch_spoil(struct command *c)
{
	const struct batch *b = open_batch(c->s);

	if (b != NULL && b->state == BATCH_OPEN)
		invalid(c, "A line was refused, so nothing is said");
}

/* ---- BATCH +ref draft/multiline target ---- */

static int
is_ref(const char *ref)
{
	size_t n = strlen(ref), i;

	for (i = 0; i < n; i++)
		if (!isalnum((unsigned char)ref[i]) && ref[i] != '-')
			return 0;
	return n > 0 && n <= MULTILINE_REF;
}

static enum command_result
begin(struct command *c, const char *ref)
{
	const char *target = c->m.param[2];
	char tags[MESSAGE_TAGS_CLIENT + 1] = "";
	size_t ntags;
	struct op *op;

	if (open_batch(c->s) != NULL && batch_of(c->s)->state == BATCH_OPEN)
		return invalid(c, "There is an open batch already");
	if (!is_ref(ref) || c->m.nparam != 3 ||
	    strcmp(c->m.param[1], MULTILINE_TYPE) != 0)
		return invalid(c, "This begins no batch");
	if (word_or_star(target) != target || strchr(target, ',') != NULL ||
	    strlen(target) > SOURCE_MAX || account_is_service(target))
		return invalid(c, "There cannot be such a message to this");
	ntags = message_tags(c, tags, sizeof(tags));
	if (ntags > MULTILINE_TAGS)
		return invalid(c, "Its tags are too long");
	if (!have_chunk(c))
		return invalid(c, "The server is short of memory");
	op = command_op(c, OP_BATCH, c->sid);
	op_text(op, ref);
	op_text2(op, target);
	put(c, BATCH_TAGS, 0, tags, ntags);
	if (c->label != NULL)
		put(c, BATCH_LABEL, 0, c->label, strlen(c->label));
	set_state(c, BATCH_OPEN);
	/* what is said in the end has the label */
	c->label = NULL;
	return CMD_DONE;
}

/* ---- a line ---- */

/* The reference of the batch C's line says to be of; "" for none. */
static const char *
ref_of(const struct command *c)
{
	static char ref[MULTILINE_REF + 2];

	if (tag_get(c->m.tags, "batch", ref, sizeof(ref)) < 0)
		ref[0] = '\0';
	return ref;
}

int
batch_takes(const struct command *c)
{
	return c->m.tags != NULL && (c->s->caps & BATCH_CAPS) == BATCH_CAPS &&
	    tag_get(c->m.tags, "batch", (char[2]) { 0 }, 2) >= 0;
}

static enum command_result
wrong_target(struct command *c, const struct batch *b)
{
	char context[2 * SOURCE_MAX + 3];

	snprintf(context, sizeof(context), " %s %.*s", b->target, SOURCE_MAX,
	    word_or_star(c->m.param[0]));
	return fail(c, "MULTILINE_INVALID_TARGET", context,
	    "The batch is for another target");
}

/* The line goes behind those there are. */
static void
append(struct command *c, const struct batch *b, const char *text,
    const struct multiline_more *m)
{
	size_t n = strlen(text);
	struct op *op;

	put(c, BATCH_PLAN, b->nplan, m->plan, m->nplan);
	if (m->space)
		put(c, BATCH_TEXT, b->ntext, " ", 1);
	put(c, BATCH_TEXT, m->ntext - n, text, n);
	op = command_op(c, OP_BATCH_LINE, c->sid);
	op->b = b->nlines + 1;
	op->c = (uint32_t)m->ntext;
	op->x = b->nplan + m->nplan;
}

static enum command_result
add(struct command *c, const struct batch *b)
{
	const char *text = c->m.param[1];
	struct multiline_more m;

	switch (multiline_add(&m, b->nlines, b->ntext, strlen(text),
	    tag_get(c->m.tags, MULTILINE_CONCAT, (char[2]) { 0 }, 2) >= 0)) {
	case MULTILINE_OK:
		append(c, b, text, &m);
		return CMD_DONE;
	case MULTILINE_TOO_MANY:
		return beyond(c, "MULTILINE_MAX_LINES", MULTILINE_LINES,
		    "There are too many lines");
	case MULTILINE_TOO_LONG:
		return beyond(c, "MULTILINE_MAX_BYTES", MULTILINE_BYTES,
		    "This is too long");
	case MULTILINE_EMPTY:
		break;
	}
	return invalid(c, "A blank line cannot go on");
}

/* Whether TEXT, which is not cut where its author thinks, has CTCP elsewhere
 * than at the beginning of a FIRST line: those who get lines alone would take
 * it for one. */
static int
has_ctcp_inside(const char *text, int first)
{
	const char *p;

	if (text[0] == '\001' && !first)
		return 1;
	p = strchr(text + (text[0] == '\001'), '\001');
	return p != NULL && p[1] != '\0';
}

enum command_result
batch_line(struct command *c)
{
	const struct batch *b = open_batch(c->s);

	if (b == NULL || strcmp(ref_of(c), b->ref) != 0)
		return invalid(c, "There is no such batch");
	if (b->state == BATCH_FAILED)
		return CMD_DONE;
	if (strcmp(c->row->name, "PRIVMSG") != 0 || c->m.nparam < 2)
		return invalid(c, "This cannot be in a batch");
	if (name_cmp(c->m.param[0], b->target) != 0)
		return wrong_target(c, b);
	if (has_ctcp_inside(c->m.param[1], b->nlines == 0))
		return invalid(c, "CTCP cannot be in the middle");
	return add(c, b);
}

/* ---- BATCH -ref ---- */

void
batch_fill(const struct batch *b, struct envelope *e, const char *target)
{
	char tags[sizeof(MULTILINE_TAG "=") + MULTILINE_PLAN];
	int n;

	n = snprintf(tags, sizeof(tags), MULTILINE_TAG "=%.*s",
	    (int)b->nplan, b->plan);
	e->flags |= ENVELOPE_MESSAGE | ENVELOPE_LINES;
	event_tags(e, tags, (size_t)n);
	if (b->tags[0] != '\0')
		event_tags(e, b->tags, strlen(b->tags));
	event_text_long(e, "PRIVMSG", target, b->text, b->ntext);
}

static enum command_result
end(struct command *c, const char *ref)
{
	const struct batch *b = open_batch(c->s);
	enum command_result r;

	if (b == NULL || strcmp(ref, b->ref) != 0)
		return invalid(c, "There is no such batch");
	if (b->state == BATCH_FAILED) {
		set_state(c, BATCH_OVER);
		return CMD_DONE;
	}
	use_label(c, b);
	if (!multiline_plan_valid(b->plan, b->text, b->ntext) ||
	    multiline_is_blank(b->plan, b->text, b->ntext)) {
		invalid(c, "There is nothing in it");
		set_state(c, BATCH_OVER);
		return CMD_DONE;
	}
	/* for all who look at it, it is a PRIVMSG */
	c->batch = b;
	c->m.param[0] = batch_of(c->s)->target;
	c->m.param[1] = batch_of(c->s)->text;
	c->m.param[2] = NULL;
	c->m.nparam = 2;
	if ((r = message_say(c, b->target)) == CMD_DONE)
		set_state(c, BATCH_OVER);
	return r;
}

enum command_result
cmd_batch(struct command *c)
{
	const char *ref = c->m.param[0];

	if ((c->s->caps & BATCH_CAPS) != BATCH_CAPS) {
		reply(c, ERR_UNKNOWNCOMMAND, "BATCH");
		return CMD_DONE;
	}
	if (ref[0] == '+')
		return begin(c, ref + 1);
	if (ref[0] == '-')
		return end(c, ref + 1);
	return invalid(c, "A batch begins with + and ends with -");
}
