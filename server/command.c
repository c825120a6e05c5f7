/* SPDX-License-Identifier: ISC */
/*
 * The dispatcher: takes a line of a session's input, finds its row in the
 * table, checks, lets the handler decide, commits, and does it.
 *
 *	TXN_RUNNING    the handler decides; replies are written beyond the
 *	               end of the output that counts
 *	TXN_COMMITTED  one store: from here on it happens, whoever does it
 *	               (txn_finish(), again by a successor if need be):
 *	               ops, posts, local fan-out, then the session's own
 *	               fields: output, input, step
 *	TXN_IDLE       done
 *
 * A worker does one step at a time, so there is one txn a worker.  Posts for
 * which there is no room move to a chunk of the session ("pending"), and the
 * session waits while the worker goes on.  That chunk, the worker's reserve,
 * is there before the commit: an event is never without a place.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "../irc/capability.h"
#include "../irc/mode.h"
#include "../irc/tag.h"
#include "../irc/utf8.h"
#include "absent.h"
#include "ask.h"
#include "batch.h"
#include "blame.h"
#include "cloak.h"
#include "command.h"
#include "control.h"
#include "deliver.h"
#include "device.h"
#include "fault.h"
#include "gateway.h"
#include "lasting.h"
#include "limit.h"
#include "log.h"
#include "metadata.h"
#include "missed.h"
#include "poison.h"
#include "registry.h"
#include "sasl.h"
#include "session.h"
#include "worker.h"

#define FAIL_CRASHED ":%s FAIL %s INTERNAL_ERROR :The command crashed the " \
	"server and was dropped"

/* ---- what a handler decides ---- */

const char *
source_of(uint32_t u)
{
	static char buf[4][SOURCE_MAX + 1];
	static unsigned at;
	char *p = buf[at++ % 4];

	snprintf(p, sizeof(buf[0]), "%.*s!%.*s@%.*s", NAME_NICK, users[u].nick,
	    NAME_USER, users[u].user, NAME_HOST, users[u].host);
	return p;
}

struct envelope *
command_event(struct command *c, int kind)
{
	c->event = &me->txn.envelope;
	event_begin(c->event, (enum event_kind)kind, c->uid);
	return c->event;
}

void
command_lock(struct command *c)
{
	(void)c;
	if (me->txn.locked)
		return;
	me->txn.locked = 1;
	registry_lock();
}

struct op *
command_op(struct command *c, enum op_kind kind, uint32_t a)
{
	struct op *op;

	(void)c;
	if (me->txn.nops >= OPS_MAX)
		panic("%s: more than %d ops", c->row->name, OPS_MAX);
	op = &me->txn.ops[me->txn.nops++];
	op->kind = (uint16_t)kind;
	op->a = a;
	op->b = op->c = 0;
	op->x = 0;
	op->text[0] = op->text2[0] = '\0';
	return op;
}

void
op_text(struct op *op, const char *text)
{
	snprintf(op->text, sizeof(op->text), "%s", text);
}

void
op_text2(struct op *op, const char *text)
{
	snprintf(op->text2, sizeof(op->text2), "%s", text);
}

/* ---- committing ---- */

/* A posting that must wait, as it lies in a chunk of its session. */
struct pending {
	uint64_t posts, stored;
	uint32_t user, in_doubt;
	struct envelope envelope;
};
_Static_assert(sizeof(struct pending) <= CHUNK_SIZE, "pending fits a chunk");

static struct pending *
pending_of(uint32_t chunk)
{
	return (struct pending *)(void *)chunk_bytes(chunk);
}

/* Moves what is left to post to the session, into the chunk that was kept in
 * reserve for it before the commit. */
static void
txn_suspend(struct txn *t)
{
	struct session *s = &sessions[t->session];
	struct pending *p;

	if (s->pend == 0) {
		if (me->reserve == 0)
			panic("an event without a place to wait");
		p = pending_of(me->reserve);
		p->posts = t->posts;
		p->stored = t->stored;
		p->user = t->post_user;
		p->in_doubt = t->in_doubt;
		memcpy(&p->envelope, &t->envelope, t->envelope.size);
		chunks[me->reserve].session = t->session;
		atomic_signal_fence(memory_order_seq_cst);
		FAULT("suspend-copied");
		/* rather one too many: a successor counts again */
		if (event_names(&t->envelope))
			me->names_pending++;
		atomic_signal_fence(memory_order_seq_cst);
		s->pend = me->reserve;
		FAULT("suspend-pending");
	}
	atomic_signal_fence(memory_order_seq_cst);
	if (s->pend == me->reserve)
		me->reserve = 0;
	atomic_signal_fence(memory_order_seq_cst);
	t->posts = 0;
	FAULT("suspend-workers");
	t->post_user = 0;
}

int
command_unblock(uint32_t i)
{
	struct session *s = &sessions[i];
	uint32_t c = s->pend;
	struct pending *p;

	if (c == 0)
		return 0;
	p = pending_of(c);
	if (deliver_post(&p->envelope, &(struct posting) { &p->posts, &p->user,
	        &p->in_doubt, &p->stored }) != 0)
		return -1;
	FAULT("unblock-posted");
	session_hold_posted(i, p->stored);
	FAULT("unblock-held");
	deliver_done(&p->envelope);
	s->pend = 0;
	FAULT("unblock-cleared");
	if (event_names(&p->envelope))
		me->names_pending--;
	/* in a shortage, the next one to wait comes before all others */
	if (me->reserve == 0)
		me->reserve = c;
	else
		chunk_give(c);
	return 0;
}

int
command_names_pending(uint32_t i)
{
	uint32_t c = sessions[i].pend;

	return c != 0 && event_names(&pending_of(c)->envelope);
}

/*
 * A committed step crashed again: what it has not done yet is not done.
 * Without its ops it is as if it had never been committed; with them only
 * others miss to hear of it.  The session is told.
 */
static void
txn_give_up(struct txn *t)
{
	struct session *s = &sessions[t->session];
	char line[256];
	int n;

	log_warn("%s of %s crashed %u workers after its commit: given up",
	    t->command, log_safe(users[s->user].nick), t->crashes);
	n = snprintf(line, sizeof(line), FAIL_CRASHED "\r\n", config->name,
	    t->command);
	if (t->event && t->ops_done && t->crashes == POISON)
		deliver_abandon(&t->envelope);
	if (!t->ops_done) {
		t->ops_done = 1;
		t->queued = s->queued;
		if (t->after != 0) /* it could not even quit */
			s->faults = POISON;
		t->after = 0;
	}
	t->event = 0;
	if (!(s->flags & SESSION_CONTROL) && t->after == 0 &&
	    session_write(t->session, t->queued, line, (size_t)n) == 0)
		t->queued += (size_t)n;
	t->crashes = 0;
}

static void
txn_post(struct txn *t)
{
	if (t->posts == 0 && t->post_user == 0)
		return;
	if (sessions[t->session].pend != 0 ||
	    deliver_post(&t->envelope, &(struct posting) { &t->posts,
	        &t->post_user, &t->in_doubt, &t->stored }) != 0)
		txn_suspend(t);
}

/* The reply of the step says that something is kept: it is held back until it
 * is.  Before the reply counts. */
static void
txn_hold(const struct txn *t)
{
	const struct session *s = &sessions[t->session];
	uint64_t serial = t->stored;

	if (!t->holds || t->queued == s->queued)
		return;
	if (s->pend != 0 && (pending_of(s->pend)->posts & 1))
		serial = HOLD_UNPOSTED;
	if (serial != 0)
		session_hold(t->session, s->queued, serial);
}

/* The answer to its question has been used. */
static void
answer_give(struct session *s)
{
	uint32_t c = s->answer;

	if (c == 0)
		return;
	s->answer = 0;
	FAULT("answer-used");
	atomic_signal_fence(memory_order_seq_cst);
	chunk_give(c);
}

/* Does what is committed; each part may have been done before. */
static void
txn_finish(struct txn *t)
{
	struct session *s = &sessions[t->session];
	uint64_t was = blame_on(DOING_TXN, my_id);

	if (t->crashes >= POISON)
		txn_give_up(t);
	if (!t->ops_done) {
		if (t->locked && !lock_held(&state->segment.lock))
			registry_lock();
		/* the lock's finder may have done it for us meanwhile */
		if (!t->ops_done)
			op_apply_all(t->ops, t->nops);
		FAULT("finish-applied");
		t->ops_done = 1;
		FAULT("finish-ops-done");
	}
	/* before anybody can take the name that is given up here, or who is
	 * kicked can change its own */
	if (t->event && (event_names(&t->envelope) ||
	        t->envelope.kind == EVENT_KICK))
		txn_post(t);
	FAULT("finish-told");
	if (lock_held(&state->segment.lock))
		registry_unlock();
	FAULT("finish-unlocked");
	answer_give(s);
	sasl_give(t->session);
	batch_give(t->session);
	/* before it is posted: the answer would find nobody */
	if (t->asked != 0)
		s->asked = t->asked;
	FAULT("finish-asked");
	if (t->event) {
		txn_post(t);
		FAULT("finish-posted");
		poison("fan", envelope_line(&t->envelope),
		    t->envelope.nline);
		deliver_local(&t->envelope, &t->fanout);
		FAULT("finish-others");
		deliver_own(&t->envelope, &t->fanout, t->session);
		if (s->pend == 0)
			deliver_done(&t->envelope);
	}
	FAULT("finish-delivered");
	txn_hold(t);
	FAULT("finish-held");
	s->queued = t->queued;
	FAULT("finish-queued");
	s->step = t->step;
	FAULT("finish-step");
	s->cursor = t->cursor;
	FAULT("finish-cursor");
	s->flags = (s->flags & ~(uint32_t)SESSION_BATCH) |
	    (t->flags & SESSION_BATCH);
	if (t->mail)
		s->flags &= ~(uint32_t)SESSION_MAIL;
	if (t->caught != 0)
		missed_told(t->session, t->caught - 1);
	if (t->after != 0)
		s->state = (uint8_t)t->after;
	FAULT("finish-state");
	session_executed(t->session, t->executed);
	FAULT("finish-executed");
	s->crashes = 0;
	atomic_signal_fence(memory_order_seq_cst);
	t->state = TXN_IDLE;
	FAULT("finish-idle");
	blame_back(was);
	if (s->sent < s->queued && !(s->flags & SESSION_DIRTY))
		worker_flush_later(t->session);
}

static void
txn_begin(struct txn *t, const struct command *c)
{
	t->session = c->sid;
	snprintf(t->command, sizeof(t->command), "%s",
	    c->row->name[0] != '\0' ? c->row->name : "*");
	t->crashes = 0;
	t->nops = 0;
	t->ops_done = 0;
	t->event = 0;
	t->posts = t->stored = t->asked = 0;
	t->post_user = t->in_doubt = 0;
	t->holds = t->mail = 0;
	t->caught = 0;
	t->after = 0;
	t->flags = c->s->flags;
	t->locked = (c->row->flags & CMD_LOCK) != 0;
	memset(&t->fanout, 0, sizeof(t->fanout));
	atomic_signal_fence(memory_order_seq_cst);
	FAULT("begin-filled");
	t->state = TXN_RUNNING;
	FAULT("begin-running");
	reply_begin();
}

/* Who relies on being told what was accepted is told that it is not kept. */
static void
warn_unkept(struct command *c)
{
	if ((c->event->flags & ENVELOPE_MESSAGE) &&
	    (c->label != NULL || (c->s->caps & CAP(ECHO_MESSAGE))) &&
	    store_wants(c->event) < 0)
		reply_line(c, ":%s WARN %s NOT_KEPT :This was said, but is not "
		    "kept", config->name, c->row->name);
}

/* Runs one step of C, whose line ends at input position END.  Returns 0 when
 * the handler wants to be asked again later, or what it decided could not
 * wait anywhere. */
static int
command_step(struct command *c, uint64_t end)
{
	struct txn *t = &me->txn;
	enum command_result r;
	uint64_t end_of_output;
	int full;

	txn_begin(t, c);
	if (t->locked)
		registry_lock();
	FAULT("step-locked");
	r = c->row->run(c);
	FAULT("step-run");
	if (r != CMD_WAIT && c->event != NULL) {
		t->event = 1;
		t->posts = deliver_workers(c->event, &t->post_user);
		t->holds = (t->posts & 1) && t->asked == 0;
		warn_unkept(c);
		if ((t->posts != 0 || t->post_user != 0) && !session_reserve())
			r = CMD_WAIT;
	}
	if (r == CMD_WAIT) {
		if (t->locked)
			registry_unlock();
		t->state = TXN_IDLE;
		return 0;
	}
	full = reply_write(c, r == CMD_DONE, &end_of_output) != 0;
	FAULT("step-replied");
	if (full || (end_of_output - c->s->sent > config->sendq &&
	        c->s->queued > c->s->sent))
		c->s->flags |= SESSION_OVERFLOW;
	t->queued = full ? c->s->queued : end_of_output;
	t->executed = r == CMD_DONE ? end : c->s->executed;
	t->step = r == CMD_DONE ? 0 : c->step;
	t->cursor = r == CMD_DONE ? 0 : c->cursor;
	atomic_signal_fence(memory_order_seq_cst);
	FAULT("commit-filled");
	t->state = TXN_COMMITTED;
	FAULT("commit-done");
	txn_finish(t);
	return 1;
}

int
command_own(struct command *c)
{
	return command_step(c, c->s->executed);
}

/* ---- dispatching ---- */

static unsigned char first_row[256]; /* by first letter, 1 + row */

const struct command_row *
command_find(const char *name)
{
	const struct command_row *row;
	unsigned char k = (unsigned char)(name[0] & ~0x20);

	if (first_row[0] == 0) {
		first_row[0] = 1;
		for (row = command_table; row->name != NULL; row++)
			if (first_row[(unsigned char)row->name[0]] == 0)
				first_row[(unsigned char)row->name[0]] =
				    (unsigned char)(1 + (row - command_table));
	}
	if (first_row[k] == 0 || k == 0)
		return NULL;
	for (row = &command_table[first_row[k] - 1]; row->name != NULL; row++)
		if (strcasecmp(row->name, name) == 0)
			return row;
	return NULL;
}

/* Refusals are handlers too, so that they are replied and labeled alike. */
static enum command_result
refuse_unknown(struct command *c)
{
	if (!(c->u->flags & USER_REGISTERED))
		reply(c, ERR_NOTREGISTERED);
	else
		reply(c, ERR_UNKNOWNCOMMAND, c->m.command);
	return CMD_DONE;
}

static enum command_result
refuse_unregistered(struct command *c)
{
	reply(c, ERR_NOTREGISTERED);
	return CMD_DONE;
}

static enum command_result
refuse_registered(struct command *c)
{
	reply(c, ERR_ALREADYREGISTERED);
	return CMD_DONE;
}

static enum command_result
refuse_oper(struct command *c)
{
	reply(c, ERR_NOPRIVILEGES);
	return CMD_DONE;
}

static enum command_result
refuse_params(struct command *c)
{
	reply(c, ERR_NEEDMOREPARAMS, c->row->name);
	return CMD_DONE;
}

static enum command_result
refuse_long(struct command *c)
{
	reply(c, ERR_INPUTTOOLONG);
	batch_spoil(c);
	return CMD_DONE;
}

/* UTF8ONLY: what is not UTF-8 is not relayed, and nothing of it is done. */
static enum command_result
refuse_bytes(struct command *c)
{
	const char *word = c->m.command;

	if (!utf8_valid(word, strlen(word)))
		word = "*";
	c->failed = 1;
	reply_line(c, ":%s FAIL %.32s INVALID_UTF8 :Message rejected: it is "
	    "not UTF-8", config->name, word);
	batch_spoil(c);
	return CMD_DONE;
}

static enum command_result
refuse_poison(struct command *c)
{
	log_warn("%s of %s crashed %u workers: dropped", c->m.command,
	    log_safe(c->u->nick), c->s->crashes);
	reply_line(c, FAIL_CRASHED, config->name, c->m.command);
	batch_spoil(c);
	return CMD_DONE;
}

static enum command_result
nothing(struct command *c)
{
	(void)c;
	return CMD_DONE;
}

static const struct command_row
    row_unknown = { "", refuse_unknown, 0, 0, 1, NULL },
    row_long = { "", refuse_long, 0, 0, 1, NULL },
    row_bytes = { "", refuse_bytes, 0, 0, 1, NULL },
    row_poison = { "", refuse_poison, 0, 0, 0, NULL },
    row_empty = { "", nothing, 0, 0, 0, NULL };

/* Which row serves the parsed line: its own, or a refusal. */
static const struct command_row *
command_check(struct command *c)
{
	static struct command_row refusal;
	const struct command_row *row = command_find(c->m.command);

	if (row == NULL)
		return &row_unknown;
	if (c->step > 0)
		return row; /* checked when it began */
	refusal = *row;
	refusal.flags = 0;
	if ((row->flags & CMD_REGISTERED) && !(c->u->flags & USER_REGISTERED))
		refusal.run = refuse_unregistered;
	else if ((row->flags & CMD_EARLY) && (c->u->flags & USER_REGISTERED))
		refusal.run = refuse_registered;
	else if ((row->flags & CMD_OPER) && !(c->u->modes & USER_OPERATOR))
		refusal.run = refuse_oper;
	else if (c->m.nparam < row->params)
		refusal.run = refuse_params;
	else
		return row;
	return &refusal;
}

#define LABEL_CAPS (CAP(LABELED_RESPONSE) | CAP(BATCH))

static void
take_label(struct command *c)
{
	static char label[72];
	long n;

	c->label = NULL;
	/* labels depend on batches; of tags too long there is none */
	if ((c->s->caps & LABEL_CAPS) != LABEL_CAPS || c->m.tags == NULL ||
	    strlen(c->m.tags) > MESSAGE_TAGS_CLIENT)
		return;
	n = tag_get(c->m.tags, "label", label, sizeof(label));
	if (n > 0 && n <= 64) {
		static char escaped[160];
		tag_escape(escaped, sizeof(escaped), label, (size_t)n);
		c->label = escaped;
	}
}

/* In lines of the flood limit: for each target, where there may be many. */
static unsigned
cost_of(const struct command *c)
{
	unsigned cost = c->row->cost;
	const char *p;

	/* a long answer is paid for when it begins */
	if (c->step != 0 || (c->row->flags & CMD_FREE) ||
	    (c->s->flags & SESSION_CONTROL))
		return 0;
	if ((c->row->flags & CMD_EACH) && c->m.nparam > 0)
		for (p = c->m.param[0]; *p != '\0'; p++)
			cost += *p == ',' ? c->row->cost : 0;
	return cost;
}

/* How often each command of the table was used, for STATS. */
static void
count_command(const struct command_row *row)
{
	ptrdiff_t i = row - command_table;

	if (i >= 0 && i < COMMANDS_MAX)
		me->commands[i]++;
}

/* The command of a line that must not be parsed, as far as it is one. */
static char *
command_word(const char *line, size_t len)
{
	static char word[16];
	size_t at = 0, n = 0;

	while (at < len && (line[at] == '@' || line[at] == ':')) {
		while (at < len && line[at] != ' ')
			at++;
		while (at < len && line[at] == ' ')
			at++;
	}
	for (; at < len && n < sizeof(word) - 1; at++) {
		if (!isalnum((unsigned char)line[at]))
			break;
		word[n++] = (char)toupper((unsigned char)line[at]);
	}
	word[n] = '\0';
	return n > 0 ? word : strcpy(word, "*");
}

/* Which row serves the line of C, of LEN bytes, that came from LINE. */
static const struct command_row *
command_choose(struct command *c, enum message_error e, const char *line,
    size_t len)
{
	if (e != MESSAGE_OK && e != MESSAGE_TOO_LONG)
		return &row_empty;
	take_label(c);
	if (e == MESSAGE_TOO_LONG)
		return &row_long;
	if (c->s->flags & SESSION_CONTROL)
		return control_row(c);
	if (c->step == 0 && !utf8_valid(line, len))
		return &row_bytes;
	return command_check(c);
}

/* Runs the line of LEN bytes at LINE; END is the input position behind it.
 * Returns 0 when it has to wait for the flood limit. */
static int
command_run(uint32_t i, const char *line, size_t len, uint64_t end)
{
	static char scratch[MESSAGE_INPUT + 2];
	struct session *s = &sessions[i];
	struct command c = { .sid = i, .uid = s->user, .s = s,
		.u = &users[s->user], .step = s->step, .cursor = s->cursor };
	unsigned cost;
	int first;

	if (s->crashes >= POISON) {
		/* nor is it parsed: that may be where it crashed */
		c.row = &row_poison;
		c.m.command = command_word(line, len);
	} else if (len > MESSAGE_INPUT) {
		c.row = &row_long;
	} else {
		poison("parse", line, len);
		memcpy(scratch, line, len);
		scratch[len] = '\0';
		c.row = command_choose(&c,
		    message_parse(&c.m, scratch, len), line, len);
	}
	first = c.step == 0;
	if ((c.row->flags & CMD_LONG) && registry_is_wanted())
		return 0;
	cost = cost_of(&c);
	if (!limit_take(i, cost))
		return 0;
	if (!command_step(&c, end)) {
		limit_give(i, cost);
		return 0;
	}
	if (first) {
		worker_count(COUNT_LINES_IN, 1);
		count_command(c.row);
	}
	if (c.row == &row_poison && ++s->dropped == DROPPED_MAX)
		session_close(i, "Too many commands crashed the server");
	return 1;
}

/* How much of a long answer may be unread: nothing, if the next part of it
 * would not fit beside it. */
static uint64_t
reply_ahead(void)
{
	return config->sendq < 4 * REPLY_STEP ? 0 : 2 * REPLY_STEP;
}

/* Whether it has so much to read that it is not asked for more: it would be
 * cut for that, but it need not be. */
static int
is_behind(const struct session *s)
{
	/* who returns while the store is out of order can still talk */
	if ((s->flags & SESSION_RETURNS) && !store_accepts())
		return 0;
	return (s->flags & SESSION_MISSES) ||
	    (s->queued - s->sent > config->sendq / 2 && store_accepts() &&
		!(s->flags & SESSION_CONTROL));
}

static const struct command_row row_proxy = { "PROXY", gateway_proxy, 0,
	CMD_LOCK, 0, NULL };

/* What comes before the first line of a connection by a proxy. */
static int
run_header(uint32_t i)
{
	struct session *s = &sessions[i];
	struct command c = { .sid = i, .uid = s->user, .s = s,
		.u = &users[s->user], .row = &row_proxy };
	size_t n;

	if (s->crashes >= POISON) {
		log_warn("proxy %s: its header crashed %u workers", c.u->host,
		    s->crashes);
		session_close(i, "Internal error");
		return 0;
	}
	n = gateway_header(i);
	return n > 0 && command_step(&c, s->executed + n);
}

static int
run_next_line(uint32_t i)
{
	struct session *s = &sessions[i];
	size_t len, next;
	char *buf;
	long n;

	if (s->state != SESSION_LIVE || s->asked != 0 || device_is_pending(s) ||
	    (s->flags & SESSION_OVERFLOW) || command_is_mail(s) ||
	    (s->step == 0 && is_behind(s)))
		return 0;
	if (s->flags & SESSION_PROXY)
		return run_header(i);
	if ((users[s->user].flags & (USER_UNRANKED | USER_REHOSTED)) &&
	    (lasting_ranks(i) || cloak_settle(i)))
		return 1;
	/* a long answer waits until the client has read the last part */
	if (s->step != 0 && s->queued - s->sent > reply_ahead())
		return 0;
	if (limit_delays(i) || (len = session_input(i, &buf)) == 0)
		return 0;
	n = message_line(buf, len, &next);
	if (s->flags & SESSION_TOO_LONG) {
		if (n < 0) {
			session_executed(i, s->received);
			return 0;
		}
		s->flags &= ~(uint32_t)SESSION_TOO_LONG;
		return command_run(i, buf, MESSAGE_INPUT + 1,
		    s->executed + next);
	}
	if (n < 0) {
		if (len > MESSAGE_INPUT) {
			s->flags |= SESSION_TOO_LONG;
			session_executed(i, s->received);
		}
		return 0;
	}
	return command_run(i, buf, (size_t)n, s->executed + next);
}

int
command_next(uint32_t i)
{
	uint64_t was = blame_on(DOING_LINE, i);
	int r = run_next_line(i);

	blame_back(was);
	return r;
}

/* ---- what was kept for its user ---- */

static enum command_result
settle_metadata(struct command *c)
{
	enum command_result r;

	if (c->s->crashes >= POISON) {
		log_warn("the metadata of %s crashed %u workers: not fetched",
		    log_safe(c->u->nick), c->s->crashes);
		command_lock(c);
		command_op(c, OP_METADATA_DONE, c->uid);
		return CMD_DONE;
	}
	r = metadata_settle(c);
	c->step |= STEP_MAIL;
	return r;
}

static enum command_result
mail(struct command *c)
{
	if (c->cursor == CURSOR_SHOW && c->s->crashes < POISON)
		return device_show(c);
	if (c->cursor & CURSOR_METADATA)
		return settle_metadata(c);
	if (c->cursor & CURSOR_MISSED) {
		if (c->s->crashes < POISON)
			return missed_tell(c);
		log_warn("what %s missed crashed %u workers: not told",
		    log_safe(c->u->nick), c->s->crashes);
		me->txn.caught = c->s->missed + 1;
		return CMD_DONE;
	}
	/* who is called from now on is told after this */
	if (c->step == 0 && store_accepts())
		me->txn.mail = 1;
	if (c->s->crashes < POISON)
		return absent_tell(c);
	log_warn("what is kept for %s crashed %u workers: not told",
	    log_safe(c->u->nick), c->s->crashes);
	return CMD_DONE;
}

static const struct command_row row_mail = { "PENDING", mail, 0, 0, 0, NULL };

int
command_mail(uint32_t i)
{
	struct session *s = &sessions[i];
	struct command c = { .sid = i, .uid = s->user, .s = s,
		.u = &users[s->user], .row = &row_mail,
		.step = s->step & ~STEP_MAIL, .cursor = s->cursor };
	uint64_t was;
	int r;

	if (!command_is_mail(s) &&
	    (s->step != 0 ||
		(!(s->flags & (SESSION_MAIL | SESSION_MISSES)) &&
		!(c.u->flags & USER_UNFETCHED)) ||
		!store_accepts() || !(c.u->flags & USER_REGISTERED)))
		return 0;
	if (!command_is_mail(s) && (c.u->flags & USER_UNFETCHED))
		c.cursor = CURSOR_METADATA | (wall_ms << 16 &
		    (CURSOR_METADATA - 1));
	else if (!command_is_mail(s) && (s->flags & SESSION_MISSES)) {
		/* the rooms are shown first */
		if (s->sent != s->queued || (s->flags & SESSION_JOINING))
			return 0;
		c.cursor = CURSOR_MISSED;
	}
	if (s->state != SESSION_LIVE || s->asked != 0 || device_is_pending(s) ||
	    (s->flags & SESSION_OVERFLOW) ||
	    s->queued - s->sent > reply_ahead())
		return 0;
	was = blame_on(DOING_LINE, i);
	r = command_step(&c, s->executed);
	blame_back(was);
	return r;
}

/* ---- what a session is shown ---- */

static const struct command_row row_show = { "JOIN", device_show, 0,
	CMD_LOCK, 0, NULL };

int
command_show(uint32_t i)
{
	struct session *s = &sessions[i];
	struct command c = { .sid = i, .uid = s->user, .s = s,
		.u = &users[s->user], .row = &row_show };

	if (s->state != SESSION_LIVE || !(s->flags & SESSION_JOINING) ||
	    s->step != 0 || s->asked != 0 || s->answer != 0 ||
	    (s->flags & SESSION_OVERFLOW) || device_is_pending(s) ||
	    s->queued - s->sent > 2 * REPLY_STEP)
		return 0;
	return command_step(&c, s->executed);
}

/* ---- the end of a session ---- */

int
command_quit(uint32_t i)
{
	static const struct command_row row = { "QUIT", device_leave, 0,
		CMD_LOCK, 0, NULL };
	struct session *s = &sessions[i];
	struct command c = { .sid = i, .uid = s->user, .s = s,
		.u = &users[s->user], .row = &row };

	if (s->flags & SESSION_OVERFLOW) {
		/* it would not read the ERROR either */
		s->flags |= SESSION_DEAD;
		s->flags &= ~(uint32_t)SESSION_OVERFLOW;
	}
	return command_step(&c, s->received);
}

void
command_heal(void)
{
	struct txn *t = &me->txn;

	if (t->state == TXN_COMMITTED) {
		worker_count(COUNT_HEALED, 1);
		txn_finish(t);
	}
	t->state = TXN_IDLE;
}
