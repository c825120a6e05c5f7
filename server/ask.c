/* SPDX-License-Identifier: ISC */
/*
 * Questions to mootd-store, and what is left with it to be kept.
 *
 * A question is an event for the store alone, so it is committed and posted
 * like all others, and may have to wait for room in its mailbox like them.
 * `asked' of the session is set before it is posted, and its input is not run
 * further until the answer clears it.  The answer lies in a chunk of the
 * session until the step that used it is done.
 *
 * Nothing of a question survives the store.  Its next life, or the news that
 * it fails, is seen by all workers (ask_look()): they forget that they asked,
 * run the step again, and find no answer.
 */
#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "../irc/mode.h"
#include "../irc/tag.h"
#include "ask.h"
#include "audit.h"
#include "deliver.h"
#include "fault.h"
#include "handlers.h"
#include "log.h"
#include "oper.h"
#include "session.h"
#include "worker.h"

int
store_accepts(void)
{
	uint32_t s = atomic_load(&state->store.state);

	return s == STORE_OPENING || s == STORE_SERVING;
}

const char *
store_trouble(void)
{
	return atomic_load(&state->store.state) == STORE_OFF
	    ? "This server keeps nothing"
	    : "The server's memory is out of order, try again later";
}

int
store_has(uint64_t serial)
{
	uint64_t done = atomic_load(&state->store.durable[serial >> 56]);

	/* the upper byte is the worker; what is left may begin anew */
	return (int64_t)((done - serial) << 8) >= 0;
}

/* ---- what is kept ---- */

static int
has_account(uint32_t u)
{
	return u != 0 && users[u].account[0] != '\0';
}

static int
is_kept(const struct envelope *e)
{
	int said = (e->flags & ENVELOPE_MESSAGE) != 0;

	if (e->flags & ENVELOPE_PASSING)
		return 0;
	switch (e->kind) {
	case EVENT_TO_ROOM:
		/* what a room says of itself is saved with it */
		if (e->flags & ENVELOPE_METADATA)
			return e->nalt > 4 && envelope_alt(e)[4] == '#' &&
			    (rooms[e->target].modes & ROOM_REGISTERED);
		/* what is for some of the members is not for its history */
		return e->extra == 0 && (said || e->nline > 0);
	case EVENT_TO_ROOMS:
		return e->nrooms > 0 && e->nline > 0;
	case EVENT_KICK:
		return 1;
	case EVENT_TO_USER:
		return said && (has_account(e->target) ||
		    has_account(e->source));
	case EVENT_ASK:
	case EVENT_RENAME:
		return 1;
	default:
		return 0;
	}
}

int
store_wants(const struct envelope *e)
{
	uint32_t s = atomic_load(&state->store.state);

	if (s == STORE_OFF || !is_kept(e))
		return 0;
	return s == STORE_FAILING ? -1 : 1;
}

/* ---- questions ---- */

/* As the value of a tag; static. */
static const char *
escaped(const char *text)
{
	static char buf[160];

	buf[tag_escape(buf, sizeof(buf), text, strlen(text))] = '\0';
	return buf;
}

/* The question's envelope.  What names it for the store is where it stands in
 * the input, which is the same if it has to be asked again. */
static void
question(struct command *c, const char *text)
{
	char head[512], nick[160], address[INET6_ADDRSTRLEN];
	struct envelope *e;
	size_t n;

	tag_escape(nick, sizeof(nick), c->u->nick, strlen(c->u->nick));
	inet_ntop(AF_INET6, &c->s->addr, address, sizeof(address));
	n = (size_t)snprintf(head, sizeof(head),
	    "@ask=%llx.%x.%x.%llx.%x.%llx;address=%s;nick=%s",
	    (unsigned long long)state->started, c->sid, c->s->gen,
	    (unsigned long long)c->s->executed, c->step,
	    (unsigned long long)c->cursor, address, nick);
	if (c->u->account[0] != '\0') {
		n += (size_t)snprintf(head + n, sizeof(head) - n, ";account=");
		n += tag_escape(head + n, sizeof(head) - n, c->u->account,
		    strlen(c->u->account));
	}
	if (c->context != NULL)
		n += (size_t)snprintf(head + n, sizeof(head) - n, ";%s",
		    c->context);
	if (!c->as_user && (oper_of(c->uid) != NULL ||
	        (c->s->flags & SESSION_CONTROL)))
		n += (size_t)snprintf(head + n, sizeof(head) - n,
		    ";oper=1;operator=%s", escaped(audit_name(c)));
	head[n++] = ' ';
	e = command_event(c, EVENT_ASK);
	event_target_user(e, c->uid);
	e->extra = c->sid;
	envelope_add(e, &e->nline, head, n);
	if (envelope_add(e, &e->nalt, text, strlen(text)) != 0)
		log_warn("a question of %zu bytes does not fit", strlen(text));
	me->txn.asked = e->id;
}

static enum command_result
ask_now(struct command *c, const char *fmt, va_list ap)
{
	char text[ASK_MAX + 1];

	if (!store_accepts()) {
		reply_line(c, ":%s FAIL %s TEMPORARILY_UNAVAILABLE :%s",
		    config->name, c->row->name, store_trouble());
		return CMD_DONE;
	}
	vsnprintf(text, sizeof(text), fmt, ap);
	question(c, text);
	return CMD_MORE;
}

enum command_result
ask(struct command *c, const char *fmt, ...)
{
	enum command_result r;
	va_list ap;

	if (c->s->answer != 0)
		return CMD_ANSWERED;
	c->step |= STEP_ASKED;
	va_start(ap, fmt);
	r = ask_now(c, fmt, ap);
	va_end(ap);
	return r;
}

char *
ask_line(struct command *c)
{
	static char line[ASK_MAX + 1];
	const char *text, *end;
	size_t n;

	if (c->s->answer == 0)
		return NULL;
	text = chunk_bytes(c->s->answer);
	n = strnlen(text, ASK_MAX);
	if (c->answered >= n)
		return NULL;
	text += c->answered;
	n -= c->answered;
	end = memchr(text, '\n', n);
	if (end != NULL)
		n = (size_t)(end - text);
	memcpy(line, text, n);
	line[n] = '\0';
	c->answered += n + 1;
	return line;
}

int
ask_message(struct command *c, struct message *m)
{
	static char none[1];
	char *line;

	while ((line = ask_line(c)) != NULL) {
		message_parse(m, line, strlen(line));
		if (m->command != NULL)
			return 1;
	}
	*m = (struct message) { .command = none };
	return 0;
}

/* ---- answers ---- */

void
ask_answered(const struct envelope *e)
{
	uint32_t i = e->extra, c;
	struct session *s = &sessions[i];

	if (i == 0 || i >= state->sessions.high || s->worker != my_id ||
	    s->state == SESSION_FREE || s->asked != e->id || s->asked == 0)
		return;
	if (s->answer == 0 && e->nline <= ASK_MAX &&
	    (c = chunk_take(i, 0)) != 0) {
		memcpy(chunk_bytes(c), envelope_line(e), e->nline);
		chunk_bytes(c)[e->nline] = '\0';
		s->heard = now_ms;
		atomic_signal_fence(memory_order_seq_cst);
		FAULT("answer-copied");
		s->answer = c;
	}
	FAULT("answer-set");
	atomic_signal_fence(memory_order_seq_cst);
	/* with no room for it the question is asked again */
	s->asked = 0;
	FAULT("answer-heard");
	worker_run_later(i);
}

void
ask_look(void)
{
	static uint32_t seen;
	uint32_t change = atomic_load(&state->store.change), i;

	if (change == seen)
		return;
	seen = change;
	for (i = 1; i < state->sessions.high; i++)
		if (sessions[i].state != SESSION_FREE &&
		    sessions[i].worker == my_id) {
			if (sessions[i].asked != 0) {
				sessions[i].asked = 0;
				worker_run_later(i);
			}
			if (sessions[i].flags &
			    (SESSION_MAIL | SESSION_MISSES))
				worker_run_later(i);
			cap_tell(i);
			if (sessions[i].flags & SESSION_HELD)
				worker_flush_later(i);
		}
}
