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
add(uint32_t i, uint64_t id)
{
	struct session *s = &sessions[i];
	uint32_t c;

	if (s->missed - s->caught >= MISSED_MAX || (c = tail_of(i)) == 0)
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
	s->flags &= ~(uint32_t)SESSION_MISSES;
}

void
missed_note(uint32_t i, const struct envelope *e)
{
	struct session *s = &sessions[i];

	if (s->flags & (SESSION_OVERFLOW | SESSION_DEAD))
		return;
	if (store_wants(e)) {
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

/* Where batches are not known: what follows is late. */
static void
mark(struct command *c)
{
	if (c->s->caps & CAP(BATCH))
		return;
	if (c->s->caps & CAP(STANDARD_REPLIES))
		reply_line(c, ":%s NOTE * MISSED :You did not read; this was "
		    "kept for you", config->name);
	else
		reply_line(c, ":%s NOTICE %s :You did not read; this was kept "
		    "for you", config->name, c->u->nick);
}

static void
reply_gone(struct command *c)
{
	if (c->s->caps & CAP(STANDARD_REPLIES))
		reply_line(c, ":%s WARN * MISSED :Something was said here that "
		    "was not kept", config->name);
	else
		reply_line(c, ":%s NOTICE %s :Something was said here that was "
		    "not kept", config->name, c->u->nick);
}

/* Tells the ROWs of an answer, and what is GONE once it has been waited for.
 * Returns how many of the list that was. */
static unsigned
page_tell(struct command *c, unsigned tries)
{
	struct message m;
	unsigned n = 0;
	char *line;

	while ((line = ask_line(c)) != NULL) {
		message_parse(&m, line, strlen(line));
		if (m.command == NULL)
			break;
		if (strcmp(m.command, "ROW") != 0 &&
		    (strcmp(m.command, "GONE") != 0 || tries < TRIES))
			break;
		if (n++ == 0) {
			mark(c);
			past_batch(c, '+', &missed);
		}
		if (strcmp(m.command, "ROW") == 0)
			past_row(c, &missed, &m);
		else
			reply_gone(c);
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
	reply_gone(c);
	me->txn.caught++;
	return CMD_DONE;
}
