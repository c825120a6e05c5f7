/* SPDX-License-Identifier: ISC */
/*
 * Slow readers.
 *
 * When the output of a session has no room for an event that is kept, its ID
 * is noted instead, and so are those of all that follow: nothing overtakes.
 * Once the client has read what there was, the store is asked for the events by
 * these IDs, and they are told as they would have been, in a batch of the type
 * moot/missed; when none is left, the session goes on as ever.  The list is in
 * the order in which the events came here, so they are told in that order, and
 * each once: a page and its end on the list are committed together.
 *
 * What is not kept (and is more than the news of an AWAY) cannot be missed:
 * for that the session is cut, as it is when its list is full.
 *
 * Who comes back is told in the same way what was said meanwhile, up to where
 * the list was full: there is a gap then, which it is told of, and nothing
 * behind it.
 *
 * The list is a chain of chunks of IDs.  An ID is in its place before it
 * counts, and a successor writes it there again.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../irc/capability.h"
#include "ask.h"
#include "deliver.h"
#include "fault.h"
#include "missed.h"
#include "past.h"
#include "session.h"
#include "worker.h"

enum {
	PAGE = 64,             /* IDs of a question */
	TRIES = 50,            /* for one that has not arrived there yet */
	GAP = 0,               /* instead of an ID: no event has that one */
};

/* ---- the list ---- */

/* The chunk for the next ID; 0: none left. */
static uint32_t
tail_of(uint32_t i)
{
	struct session *s = &sessions[i];
	uint32_t c = s->miss_tail;

	if (s->miss_head == 0) {
		if ((c = chunk_take(i, s->missed)) == 0)
			return 0;
		s->miss_head = c;
		FAULT("missed-head");
		s->miss_tail = c;
	} else if (c == 0)
		s->miss_tail = c = s->miss_head;
	if (s->missed - chunks[c].pos == MISSED_IDS) {
		if (chunks[c].next == 0)
			chunks[c].next = chunk_take(i, s->missed);
		FAULT("missed-chunk");
		if (chunks[c].next != 0)
			s->miss_tail = chunks[c].next;
		c = chunks[c].next;
	}
	return c;
}

static int
put(uint32_t i, uint64_t id)
{
	struct session *s = &sessions[i];
	uint32_t c;

	if ((c = tail_of(i)) == 0)
		return -1;
	memcpy(chunk_bytes(c) + (s->missed - chunks[c].pos) * sizeof(id), &id,
	    sizeof(id));
	atomic_signal_fence(memory_order_seq_cst);
	s->flags |= SESSION_MISSES;
	FAULT("missed-noted");
	s->missed++;
	FAULT("missed-counted");
	return 0;
}

static int
add(uint32_t i, uint64_t id)
{
	return sessions[i].missed - sessions[i].caught >= MISSED_MAX
	    ? -1
	    : put(i, id);
}

static int
ends_in_gap(const struct session *s)
{
	uint64_t at = s->missed - 1, id;
	uint32_t c = s->miss_head;

	if (s->missed == s->caught)
		return 0;
	if (s->miss_tail != 0 && chunks[s->miss_tail].pos <= at)
		c = s->miss_tail;
	while (at - chunks[c].pos >= MISSED_IDS && chunks[c].next != 0)
		c = chunks[c].next;
	memcpy(&id, chunk_bytes(c) + (at - chunks[c].pos) * sizeof(id),
	    sizeof(id));
	return id == GAP;
}

/* Whether no more IDs of somebody absent are noted behind the next one: lists
 * that nobody may ever read take no more than half of the buffers. */
static int
is_full(const struct session *s)
{
	uint32_t c = s->miss_tail;

	return s->missed - s->caught >= MISSED_MAX ||
	    (c != 0 && s->missed - chunks[c].pos >= MISSED_IDS - 1 &&
		!session_pool_ample());
}

static void
add_absent(uint32_t i, uint64_t id)
{
	struct session *s = &sessions[i];

	if (!ends_in_gap(s))
		put(i, is_full(s) ? GAP : id);
}

/* Up to MOST IDs that are to be told, from the first one on. */
static unsigned
first(const struct session *s, uint64_t *ids, unsigned most)
{
	uint32_t c = s->miss_head;
	uint64_t at = s->caught;
	unsigned n;

	for (n = 0; n < most && at < s->missed && c != 0; n++, at++) {
		if (at - chunks[c].pos == MISSED_IDS &&
		    (c = chunks[c].next) == 0)
			break;
		memcpy(&ids[n], chunk_bytes(c) +
		    (at - chunks[c].pos) * sizeof(*ids), sizeof(*ids));
	}
	return n;
}

void
missed_told(uint32_t i, uint64_t at)
{
	struct session *s = &sessions[i];
	uint32_t c = s->miss_head, next;

	s->caught = at;
	FAULT("missed-told");
	while (c != 0 && c != s->miss_tail &&
	    chunks[c].pos + MISSED_IDS <= at) {
		next = chunks[c].next;
		s->miss_head = next;
		FAULT("missed-passed");
		chunk_give(c);
		c = next;
	}
	if (at != s->missed)
		return;
	s->miss_head = 0;
	FAULT("missed-empty");
	s->miss_tail = 0;
	atomic_signal_fence(memory_order_seq_cst);
	for (; c != 0; c = next) {
		next = chunks[c].next;
		chunk_give(c);
	}
	s->flags &= ~(uint32_t)(SESSION_MISSES | SESSION_RETURNS);
}

void
missed_pass(uint32_t from, uint32_t to)
{
	const struct session *f = &sessions[from];
	struct session *t = &sessions[to];
	uint32_t c;

	if (f->miss_head == 0)
		return;
	t->miss_tail = f->miss_tail;
	FAULT("missed-pass-tail");
	t->missed = f->missed;
	t->caught = f->caught;
	FAULT("missed-pass-counted");
	atomic_signal_fence(memory_order_seq_cst);
	t->miss_head = f->miss_head;
	atomic_signal_fence(memory_order_seq_cst);
	FAULT("missed-pass-head");
	for (c = t->miss_head; c != 0; c = chunks[c].next) {
		chunks[c].session = to;
		FAULT("missed-pass-chunk");
	}
	t->flags |= SESSION_MISSES;
	FAULT("missed-pass-done");
}

void
missed_passed(uint32_t from)
{
	struct session *f = &sessions[from];

	if (f->miss_head == 0 || chunks[f->miss_head].session == from)
		return;
	f->miss_head = 0;
	FAULT("missed-passed-head");
	f->miss_tail = 0;
	f->caught = f->missed;
	f->flags &= ~(uint32_t)SESSION_MISSES;
}

void
missed_drop(uint32_t i)
{
	struct session *s = &sessions[i];
	uint32_t c = s->miss_head, next;

	s->miss_head = 0;
	FAULT("missed-dropped");
	s->miss_tail = 0;
	s->caught = s->missed;
	s->flags &= ~(uint32_t)SESSION_MISSES;
	atomic_signal_fence(memory_order_seq_cst);
	for (; c != 0; c = next) {
		next = chunks[c].next;
		chunk_give(c);
	}
}

void
missed_note(uint32_t i, const struct envelope *e)
{
	struct session *s = &sessions[i];

	if (s->state == SESSION_ABSENT) {
		add_absent(i, e->id);
		return;
	}
	if ((s->flags & (SESSION_OVERFLOW | SESSION_DEAD)) ||
	    (e->flags & ENVELOPE_PASSING)) /* too late for that */
		return;
	if (store_wants(e) && !(e->flags & ENVELOPE_METADATA)) {
		if (add(i, e->id) == 0) {
			if (s->sent == s->queued)
				worker_run_later(i);
			return;
		}
	} else if (e->nline == 0 && !(e->flags & ENVELOPE_MESSAGE) &&
	    (s->flags & SESSION_MISSES))
		return;
	s->flags |= SESSION_OVERFLOW;
	worker_run_later(i);
}

/* ---- telling it ---- */

static const struct past missed = { .type = "moot/missed" };

static enum command_result
fetch(struct command *c)
{
	uint64_t ids[PAGE];
	char text[PAGE * 18 + 1];
	unsigned n = first(c->s, ids, PAGE), k;
	size_t at = 0;

	for (k = 0; k < n; k++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%"
		    PRIx64, k > 0 ? "," : "", ids[k]);
	return ask(c, "FETCH %" PRIx64 " %s", state->started, text);
}

static void
tell(struct command *c, const char *kind, const char *text)
{
	if (c->s->caps & CAP(STANDARD_REPLIES))
		reply_line(c, ":%s %s * MISSED :%s", config->name, kind, text);
	else
		reply_line(c, ":%s NOTICE %s :%s", config->name, c->u->nick,
		    text);
}

/* Where batches are not known: what follows is late. */
static void
mark(struct command *c)
{
	if (!(c->s->caps & CAP(BATCH)))
		tell(c, "NOTE", c->s->flags & SESSION_RETURNS
		    ? "You were away; this was kept for you"
		    : "You did not read; this was kept for you");
}

static void
reply_gone(struct command *c, int gap)
{
	tell(c, "WARN", gap
	    ? "More was said than could be noted for you"
	    : "Something was said here that was not kept");
}

static int
is_gap(const struct message *m)
{
	return m->nparam > 0 && strcmp(m->param[0], "0") == 0;
}

/* Tells the ROWs of an answer, and what is GONE once it has been waited for.
 * Returns how many of the list that was. */
static unsigned
page_tell(struct command *c, unsigned tries)
{
	struct message m;
	unsigned n = 0;

	while (ask_message(c, &m)) {
		if (strcmp(m.command, "ROW") != 0 &&
		    (strcmp(m.command, "GONE") != 0 ||
			(tries < TRIES && !is_gap(&m))))
			break;
		if (n++ == 0) {
			mark(c);
			past_batch(c, '+', &missed);
		}
		if (strcmp(m.command, "ROW") == 0)
			past_row(c, &missed, &m);
		else
			reply_gone(c, is_gap(&m));
	}
	if (n > 0)
		past_batch(c, '-', &missed);
	return n;
}

enum command_result
missed_tell(struct command *c)
{
	unsigned tries = (unsigned)(c->cursor & 0xffff), n;
	enum command_result r;

	if ((c->s->answer == 0 && !store_accepts()) ||
	    c->s->caught == c->s->missed) {
		me->txn.caught = c->s->caught + 1;
		return CMD_DONE;
	}
	c->step |= STEP_MAIL;
	c->cursor |= CURSOR_MISSED;
	if ((r = fetch(c)) != CMD_ANSWERED)
		return r;
	n = page_tell(c, tries);
	me->txn.caught = c->s->caught + n + 1;
	if (n > 0)
		return CMD_DONE; /* and again, if there is more */
	if (tries < TRIES) {
		c->cursor = CURSOR_MISSED | (tries + 1);
		return CMD_MORE;
	}
	/* nor is there an answer */
	reply_gone(c, 0);
	me->txn.caught++;
	return CMD_DONE;
}
