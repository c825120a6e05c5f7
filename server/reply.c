/* SPDX-License-Identifier: ISC */
/*
 * Replies: what a step of a command answers, and its way into the output.
 *
 * The lines of a step are gathered in private memory, since only at its end it
 * is known whether they want a label or a batch.  They are then written beyond
 * the end of the session's output that counts; the commit of the step
 * (command.c) makes them count, so a step that dies has said nothing.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../irc/capability.h"
#include "../irc/multiline.h"
#include "../irc/utf8.h"
#include "command.h"
#include "deliver.h"
#include "lines.h"
#include "log.h"
#include "reply.h"
#include "session.h"
#include "worker.h"

/* Lines of the current step: records of {tags, text}, in private memory. */
static struct {
	char *bytes;
	size_t used, size;
	unsigned count; /* messages of the response itself */
} replies;

struct reply_head {
	uint32_t ntags, ntext;
	uint32_t place; /* enum reply_place */
};

void
reply_begin(void)
{
	replies.used = 0;
	replies.count = 0;
}

size_t
reply_size(void)
{
	return replies.used;
}

static void
reply_add(const char *tags, size_t ntags, const char *text, size_t ntext,
    enum reply_place place)
{
	struct reply_head h = { (uint32_t)ntags, (uint32_t)ntext,
		(uint32_t)place };
	size_t need = replies.used + sizeof(h) + ntags + ntext;

	if (need > replies.size) {
		replies.size = need * 2 + 65536;
		replies.bytes = realloc(replies.bytes, replies.size);
		if (replies.bytes == NULL)
			fatal("no memory for a reply of %zu bytes", need);
	}
	memcpy(replies.bytes + replies.used, &h, sizeof(h));
	memcpy(replies.bytes + replies.used + sizeof(h), tags, ntags);
	memcpy(replies.bytes + replies.used + sizeof(h) + ntags, text, ntext);
	/* what is older than UTF8ONLY, or was configured */
	utf8_mend(replies.bytes + replies.used + sizeof(h) + ntags, ntext);
	replies.used = need;
	replies.count += place == REPLY_OWN;
}

/* Adds a line cut to what fits, with server-time if the client wants it. */
static void
reply_text(struct command *c, const char *line, size_t len)
{
	char tags[64];
	size_t ntags = 0;

	if (len > MESSAGE_LINE - 2 && !(c->s->flags & SESSION_CONTROL))
		len = utf8_cut(line, len, MESSAGE_LINE - 2);
	if (c->s->caps & CAP(SERVER_TIME))
		ntags = deliver_time_tag(wall_ms, tags, sizeof(tags)) - 1;
	reply_add(tags, ntags, line, len, REPLY_OWN);
}

void
reply_past(struct command *c, const char *tags, size_t ntags,
    const char *line, enum reply_place place)
{
	size_t len = strlen(line);

	(void)c;
	if (len > MESSAGE_LINE - 2)
		len = utf8_cut(line, len, MESSAGE_LINE - 2);
	reply_add(tags, ntags, line, len, place);
}

void
reply_line(struct command *c, const char *fmt, ...)
{
	char line[12288];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	reply_text(c, line,
	    (size_t)n < sizeof(line) ? (size_t)n : sizeof(line) - 1);
}

void
reply(struct command *c, int numeric, const char *fmt, ...)
{
	char line[1024];
	va_list ap;
	int n, m;

	n = snprintf(line, sizeof(line), ":%s %03d %s ", config->name, numeric,
	    c->u->nick[0] != '\0' ? c->u->nick : "*");
	va_start(ap, fmt);
	m = vsnprintf(line + n, sizeof(line) - (size_t)n, fmt, ap);
	va_end(ap);
	if (m < 0)
		return;
	if (numeric >= 400 && numeric < 600)
		c->failed = 1;
	n += m;
	reply_text(c, line,
	    (size_t)n < sizeof(line) ? (size_t)n : sizeof(line) - 1);
}

void
reply_lines(struct command *c, const struct lines *l, enum reply_place place)
{
	struct multiline *m = lines_show(l, c->s->caps);

	while (multiline_next(m))
		reply_add(m->out_tags, m->nout_tags, m->out, m->nout,
		    m->place == MULTILINE_OPEN || m->place == MULTILINE_ALONE
		        ? place
		        : REPLY_INNER);
}

static void
event_add(struct command *c, enum reply_place place)
{
	char tags[MESSAGE_TAGS];
	struct lines l;
	const char *text;
	size_t n, ntags;

	if (c->event->flags & ENVELOPE_LINES) {
		deliver_lines(c->event, c->s->caps, &l);
		reply_lines(c, &l, place);
		return;
	}
	text = deliver_text(c->event, c->s, &n);
	if (n == 0)
		return;
	ntags = deliver_tags(c->event, c->s->caps, tags, sizeof(tags));
	reply_add(tags, ntags, text, n, place);
}

void
reply_event(struct command *c)
{
	event_add(c, REPLY_OWN);
}

void
reply_delivery(struct command *c)
{
	event_add(c, REPLY_APART);
}

/* ---- into the output ---- */

/* Where the uncommitted output of the current step ends, and whether all of
 * it found room. */
static uint64_t out_end;
static int out_full;

static void
out(struct command *c, const char *text, size_t len)
{
	if (session_write(c->sid, out_end, text, len) != 0)
		out_full = 1;
	else
		out_end += len;
}

static void
out_tags(struct command *c, const char *first, const char *tags, size_t ntags)
{
	if (first[0] == '\0' && ntags == 0)
		return;
	out(c, "@", 1);
	out(c, first, strlen(first));
	if (first[0] != '\0' && ntags > 0)
		out(c, ";", 1);
	out(c, tags, ntags);
	out(c, " ", 1);
}

/* BATCH +id or -id around a labeled response of several lines; its ID is
 * made of the input position, which all steps of a command share. */
static void
out_batch(struct command *c, char sign, const char *first)
{
	char line[160];
	int n = snprintf(line, sizeof(line), ":%s BATCH %cl%llx%s\r\n",
	    config->name, sign, (unsigned long long)c->s->executed,
	    sign == '+' ? " labeled-response" : "");

	out_tags(c, first, "", 0);
	out(c, line, (size_t)n);
}

/* The response is nothing at all. */
static void
out_ack(struct command *c, const char *label)
{
	char ack[128];
	int n = snprintf(ack, sizeof(ack), ":%s ACK\r\n", config->name);

	out_tags(c, label, "", 0);
	out(c, ack, (size_t)n);
}

/* Writes what the step replied; FIRST comes before the tags of what is of the
 * response itself. */
static void
out_lines(struct command *c, const char *first)
{
	struct reply_head h;
	const char *tags;
	size_t at;

	for (at = 0; at < replies.used; at += sizeof(h) + h.ntags + h.ntext) {
		memcpy(&h, replies.bytes + at, sizeof(h));
		tags = replies.bytes + at + sizeof(h);
		out_tags(c, h.place == REPLY_OWN ? first : "", tags, h.ntags);
		out(c, tags + h.ntags, h.ntext);
		out(c, "\r\n", 2);
	}
}

/*
 * One message is labeled itself, several are in a batch that is, and for none
 * there is ACK.  A step that is not the last one cannot know that it has the
 * only message.
 */
int
reply_write(struct command *c, int done, uint64_t *end)
{
	int open = (c->s->flags & SESSION_BATCH) != 0;
	char label[256] = "", first[256];

	out_end = c->s->queued;
	out_full = 0;
	if (c->label != NULL)
		snprintf(label, sizeof(label), "label=%s", c->label);
	if (c->label != NULL && !open &&
	    replies.count > (done ? 1u : 0u)) {
		out_batch(c, '+', label);
		open = 1;
	}
	snprintf(first, sizeof(first), "%s", label);
	if (open)
		snprintf(first, sizeof(first), "batch=l%llx",
		    (unsigned long long)c->s->executed);
	if (c->label != NULL && !open && replies.count == 0 && done)
		out_ack(c, label);
	out_lines(c, first);
	if (open && done)
		out_batch(c, '-', "");
	me->txn.flags &= ~(uint32_t)SESSION_BATCH;
	if (open && !done)
		me->txn.flags |= SESSION_BATCH;
	*end = out_end;
	return out_full ? -1 : 0;
}
