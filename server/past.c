/* SPDX-License-Identifier: ISC */
/*
 * The past as a client is told it.
 *
 * An answer of the store is a page: ROW lines (or TARGET), then MORE and a
 * cursor, or END.  Each page is a step, and its cursor is kept where a command
 * keeps how far it got, so a successor asks for the page that is due; nothing
 * is told twice.  The dispatcher sees to it that no step is run while the
 * client has much unread.
 *
 * The cursor is three numbers, "last.end.left", of which the first two are
 * ids (or a time and an id).  They are packed: `last' and what fits of `end' in
 * the cursor, the rest of it and `left' in the step.  `left' is never 0, so it
 * tells whether the answer has begun.
 *
 * A line is told with the tags that this client has negotiated, whatever those
 * could see who were there.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../irc/capability.h"
#include "../irc/mode.h"
#include "ask.h"
#include "deliver.h"
#include "lines.h"
#include "past.h"
#include "registry.h"
#include "worker.h"

enum {
	LEFT_BITS = 10,
	LEFT_MASK = (1 << LEFT_BITS) - 1,
};
_Static_assert((int)PAST_MOST <= (int)LEFT_MASK, "what is left fits its bits");

/* ---- the cursor ---- */

struct cursor {
	uint64_t last, end;
	uint32_t left;
};

static void
cursor_get(const struct command *c, const struct past *p, struct cursor *at)
{
	uint32_t step = (c->step & ~(uint32_t)STEP_ASKED) >> p->shift;
	uint64_t high = step >> LEFT_BITS;

	at->left = step & LEFT_MASK;
	at->last = c->cursor & ((UINT64_C(1) << p->bits) - 1);
	at->end = c->cursor >> p->bits | high << (64 - p->bits);
}

/* 0, or -1 when it is out of all bounds. */
static int
cursor_set(struct command *c, const struct past *p, const struct cursor *at)
{
	uint64_t high = at->end >> (64 - p->bits);
	uint32_t own = c->step & ((1u << p->shift) - 1);

	if (at->left == 0 || at->left > LEFT_MASK ||
	    at->last >> p->bits != 0 || at->end >> p->bits != 0)
		return -1;
	c->cursor = at->last | at->end << p->bits;
	c->step = STEP_ASKED | own |
	    (uint32_t)(high << LEFT_BITS | at->left) << p->shift;
	return 0;
}

const char *
past_cursor(const struct command *c, const struct past *p)
{
	static char text[64];
	struct cursor at;

	cursor_get(c, p, &at);
	if (at.left == 0)
		return "*";
	snprintf(text, sizeof(text), "%" PRIu64 ".%" PRIu64 ".%" PRIu32,
	    at.last, at.end, at.left);
	return text;
}

int
past_begun(const struct command *c, const struct past *p)
{
	struct cursor at;

	cursor_get(c, p, &at);
	return at.left != 0;
}

/* ---- the batch ---- */

static int
in_batch(const struct command *c)
{
	return (c->s->caps & CAP(BATCH)) != 0;
}

static enum reply_place
place_of(const struct command *c)
{
	return in_batch(c) ? REPLY_INNER : REPLY_OWN;
}

void
past_batch(struct command *c, int sign, const struct past *p)
{
	if (!in_batch(c))
		return;
	if (sign == '+')
		reply_line(c, ":%s BATCH +h%" PRIx64 " %s%s%s", config->name,
		    c->s->executed, p->type, p->target != NULL ? " " : "",
		    p->target != NULL ? p->target : "");
	else
		reply_line(c, ":%s BATCH -h%" PRIx64, config->name,
		    c->s->executed);
}

void
past_end(struct command *c, const struct past *p)
{
	if (past_begun(c, p))
		past_batch(c, '-', p);
}

/* ---- rows ---- */

/* What only those are told who asked for it. */
static const struct {
	const char *kind;
	uint64_t caps;
} wanted[] = {
	{ "TAGMSG", CAP(MESSAGE_TAGS) },
	{ "REDACT", CAP(MESSAGE_REDACTION) },
};

static int
is_wanted(const struct command *c, const char *kind)
{
	size_t i;

	for (i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (strcmp(wanted[i].kind, kind) == 0)
			return (c->s->caps & wanted[i].caps) == wanted[i].caps;
	return 1;
}

/* "batch=...;" of an inner line. */
static size_t
batch_tag(const struct command *c, char *buf, size_t size)
{
	if (!in_batch(c))
		return 0;
	return (size_t)snprintf(
	    buf, size, "batch=h%" PRIx64 ";", c->s->executed);
}

/* The line as the client is to have it: the store names direct messages by a
 * pair of accounts in the one line that it makes itself. */
static const char *
line_of(const struct past *p, const char *line)
{
	static char text[MESSAGE_LINE * 2];
	const char *at = strstr(line, " REDACT =");
	size_t rest;

	if (p->target == NULL || at == NULL || at != strchr(line, ' '))
		return line;
	at += strlen(" REDACT ");
	rest = strcspn(at, " ");
	snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - line), line,
	    p->target, at + rest);
	return text;
}

/* One of several lines, with the N bytes of TAGS. */
static void
row_of_lines(struct command *c, char *const *v, const char *tags, size_t n)
{
	struct lines l = { .msgid = v[2], .kept = v[5], .nkept = strlen(v[5]),
		.tags = tags, .ntags = n, .line = v[6],
		.nline = strlen(v[6]) };

	reply_lines(c, &l, place_of(c));
}

/* ROW id time msgid account kind tags :line */
void
past_row(struct command *c, const struct past *p, const struct message *m)
{
	char *const *v = m->param;
	uint64_t caps = c->s->caps;
	char tags[MESSAGE_TAGS];
	size_t n;

	if (m->nparam < 7 || !is_wanted(c, v[4]))
		return;
	n = batch_tag(c, tags, sizeof(tags));
	if (caps & CAP(SERVER_TIME))
		n += deliver_time_tag(strtoull(v[1], NULL, 10), tags + n,
		    sizeof(tags) - n);
	if (caps & CAP(MESSAGE_TAGS))
		n += (size_t)snprintf(
		    tags + n, sizeof(tags) - n, "msgid=%.64s;", v[2]);
	if ((caps & CAP(ACCOUNT_TAG)) && strcmp(v[3], "*") != 0)
		n += deliver_account_tag(v[3], strlen(v[3]), tags + n,
		    sizeof(tags) - n);
	if ((caps & CAP(MESSAGE_TAGS)) && strcmp(v[5], "*") != 0)
		n += (size_t)snprintf(tags + n, sizeof(tags) - n, "%.*s;",
		    MESSAGE_TAGS_KEPT, v[5]);
	n -= n > 0; /* the final ';' */
	if (strstr(v[5], MULTILINE_TAG "=") != NULL)
		row_of_lines(c, v, tags, n);
	else
		reply_past(c, tags, n, line_of(p, v[6]), place_of(c));
}

/* TARGET name time; who had no account is shown by nick */
static void
target_reply(struct command *c, const struct message *m)
{
	char tags[128], time[64], line[256];
	size_t n;

	if (m->nparam < 2)
		return;
	n = batch_tag(c, tags, sizeof(tags));
	if (c->s->caps & CAP(SERVER_TIME))
		n += deliver_time_tag(wall_ms, tags + n, sizeof(tags) - n);
	deliver_time_tag(strtoull(m->param[1], NULL, 10), time, sizeof(time));
	time[strcspn(time, ";")] = '\0';
	snprintf(line, sizeof(line), ":%s CHATHISTORY TARGETS %.100s %s",
	    config->name, m->param[0] + (m->param[0][0] == '~'),
	    time + strlen("time="));
	reply_past(c, tags, n > 0 ? n - 1 : 0, line, place_of(c));
}

/* ---- an answer ---- */

static void
fail(struct command *c, const struct past *p, const char *code,
    const char *text)
{
	if (p->context == NULL)
		return;
	if (strcmp(code, "TEMPORARILY_UNAVAILABLE") == 0)
		code = p->trouble;
	reply_line(c, ":%s FAIL %s %s %s :%s", config->name, c->row->name,
	    code, p->context, text);
}

/* FAIL command code context... :text; or no line at all */
static void
fail_reply(struct command *c, const struct past *p, const struct message *m)
{
	if (m->nparam >= 3)
		fail(c, p, m->param[1], m->param[m->nparam - 1]);
	else
		fail(c, p, p->trouble, "The server's memory failed");
}

static int
more(struct command *c, const struct past *p, const struct message *m)
{
	struct cursor at;

	if (m->nparam < 1 ||
	    sscanf(m->param[0], "%" SCNu64 ".%" SCNu64 ".%" SCNu32, &at.last,
	        &at.end, &at.left) != 3)
		return -1;
	return cursor_set(c, p, &at);
}

/* When the room there is was made, ms since the epoch.  One that was not
 * registered and is made again has nothing but its name of the one before. */
static uint64_t
since(uint32_t r)
{
	return r == 0 || (rooms[r].modes & ROOM_REGISTERED)
	    ? 0
	    : rooms[r].made;
}

const char *
past_since(uint32_t r)
{
	static char text[32];

	snprintf(text, sizeof(text), "since=%" PRIu64, since(r));
	return text;
}

/* The room that the line of a ROW is about (":source WORD #room ..."), 0 for
 * none. */
static uint32_t
room_of(const struct message *m)
{
	char name[NAME_CHANNEL + 1];
	const char *at;

	if ((at = strchr(m->param[6], ' ')) == NULL ||
	    (at = strchr(at + 1, ' ')) == NULL || !name_looks_channel(at + 1))
		return 0;
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(at + 1, " "),
	    at + 1);
	return registry_find_room(name);
}

/* Whether a ROW is of the room there is now: one of a search through many. */
static int
is_of_now(const struct message *m)
{
	return m->nparam < 7 ||
	    strtoull(m->param[1], NULL, 10) >= since(room_of(m));
}

/* Replies one line of it.  CMD_ANSWERED: go on with the next; CMD_DONE: it is
 * the last one. */
static enum command_result
line_reply(struct command *c, const struct past *p, const struct message *m)
{
	if (strcmp(m->command, "ROW") == 0) {
		if (is_of_now(m))
			past_row(c, p, m);
	} else if (strcmp(m->command, "TARGET") == 0)
		target_reply(c, m);
	else if (strcmp(m->command, "MORE") == 0 && more(c, p, m) == 0)
		return CMD_MORE;
	else
		return CMD_DONE;
	return CMD_ANSWERED;
}

static enum command_result
page_reply(struct command *c, const struct past *p)
{
	enum command_result r = CMD_ANSWERED;
	int begun = past_begun(c, p);
	struct message m;

	while (r == CMD_ANSWERED && ask_message(c, &m)) {
		if (strcmp(m.command, "FAIL") == 0)
			break;
		/* nobody who did not ask wants to be told nothing */
		if (!begun && (p->context != NULL ||
		        strcmp(m.command, "ROW") == 0)) {
			past_batch(c, '+', p);
			begun = 1;
		}
		r = line_reply(c, p, &m);
	}
	if (r == CMD_MORE)
		return r;
	if (r == CMD_ANSWERED)
		fail_reply(c, p, &m);
	if (begun)
		past_batch(c, '-', p);
	return CMD_DONE;
}

enum command_result
past_reply(struct command *c, const struct past *p, enum command_result r)
{
	if (r == CMD_ANSWERED)
		return page_reply(c, p);
	if (r == CMD_DONE)
		past_end(c, p);
	return r;
}
