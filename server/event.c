/* SPDX-License-Identifier: ISC */
/*
 * Events: what a handler describes, in an envelope in the segment.
 *
 * Their lines are those that recipients are sent, made once; tags and the
 * account of the source, which differ by recipient, lie beside them.  What
 * becomes of an event is deliver.c's.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "../irc/message.h"
#include "../irc/mode.h"
#include "../irc/multiline.h"
#include "../irc/utf8.h"
#include "event.h"
#include "log.h"
#include "worker.h"

enum { LINE_MAX_TEXT = MESSAGE_LINE - 2 };

uint64_t
event_serial(void)
{
	return (uint64_t)my_id << 56 | (uint64_t)(me->epoch & 0xffff) << 40 |
	    (++me->count & UINT64_C(0xffffffffff));
}

void
event_begin(struct envelope *e, enum event_kind kind, uint32_t source)
{
	memset(e, 0, ENVELOPE_HEAD);
	e->type = 1;
	e->magic = ENVELOPE_MAGIC;
	e->size = ENVELOPE_HEAD;
	e->serial = e->id = event_serial();
	e->time = wall_ms;
	e->kind = (uint16_t)kind;
	e->source = source;
	e->source_gen = source != 0 ? users[source].gen : 0;
	if (source != 0 && (users[source].modes & USER_BOT) &&
	    kind <= EVENT_KICK)
		event_tags(e, "bot", 3);
}

void
event_target_room(struct envelope *e, uint32_t room)
{
	e->target = room;
	e->target_gen = rooms[room].gen;
}

void
event_target_user(struct envelope *e, uint32_t user)
{
	e->target = user;
	e->target_gen = users[user].gen;
}

void
event_tags(struct envelope *e, const char *tags, size_t len)
{
	if ((e->ntags > 0 && envelope_add(e, &e->ntags, ";", 1) != 0) ||
	    envelope_add(e, &e->ntags, tags, len) != 0)
		log_warn("event: tags of %zu bytes do not fit", len);
}

void
event_account(struct envelope *e, const char *account)
{
	envelope_add(e, &e->naccount, account, strnlen(account, NAME_NICK + 1));
}

/* Between the tags and the lines: what is told of the source. */
static void
put_account(struct envelope *e)
{
	if (e->source != 0 && (users[e->source].modes & USER_OPERATOR))
		e->flags |= ENVELOPE_OPER;
	if (e->source != 0 && e->naccount + e->nline + e->nalt == 0 &&
	    users[e->source].account[0] != '\0')
		event_account(e, users[e->source].account);
}

/* Appends SRC to the line at P, up to END. */
static char *
put(char *p, const char *end, const char *src)
{
	size_t n = strlen(src);

	if (n > (size_t)(end - p))
		n = (size_t)(end - p);
	memcpy(p, src, n);
	return p + n;
}

static char *
put_source(char *p, const char *end, uint32_t source)
{
	if (source == 0)
		return put(p, end, config->name);
	p = put(p, end, users[source].nick);
	p = put(p, end, "!");
	p = put(p, end, users[source].user);
	p = put(p, end, "@");
	return put(p, end, users[source].host);
}

void
event_text_line(struct envelope *e, int alt, const char *word,
    const char *target, const char *text)
{
	char line[LINE_MAX_TEXT + 4], *p = line;
	const char *end = line + LINE_MAX_TEXT;
	size_t len;

	put_account(e);
	*p++ = ':';
	p = put_source(p, end, e->source);
	p = put(p, end, " ");
	p = put(p, end, word);
	p = put(p, end, " ");
	p = put(p, end, target);
	if (text != NULL) {
		p = put(p, end, " :");
		len = strlen(text);
		if (len > (size_t)(end - p))
			len = utf8_cut(text, len, (size_t)(end - p));
		memcpy(p, text, len);
		p += len;
	}
	envelope_add(e, alt ? &e->nalt : &e->nline, line, (size_t)(p - line));
}

void
event_text_long(struct envelope *e, const char *word, const char *target,
    const char *text, size_t n)
{
	char head[MULTILINE_HEAD + 2], *p = head;
	const char *end = head + MULTILINE_HEAD - 2;

	put_account(e);
	*p++ = ':';
	p = put_source(p, end, e->source);
	p = put(p, end, " ");
	p = put(p, end, word);
	p = put(p, end, " ");
	p = put(p, end, target);
	p = put(p, p + 2, " :");
	if (envelope_add(e, &e->nline, head, (size_t)(p - head)) != 0 ||
	    envelope_add(e, &e->nline, text, n) != 0)
		log_warn("event: a text of %zu bytes does not fit", n);
}

static void
event_format(struct envelope *e, uint16_t *part, const char *fmt, va_list ap)
{
	char line[2 * MESSAGE_LINE];
	int n = vsnprintf(line, sizeof(line), fmt, ap);
	size_t len;

	if (n < 0)
		return;
	put_account(e);
	len = (size_t)n < sizeof(line) ? (size_t)n : sizeof(line) - 1;
	if (len > LINE_MAX_TEXT)
		len = utf8_cut(line, len, LINE_MAX_TEXT);
	envelope_add(e, part, line, len);
}

void
event_line(struct envelope *e, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	event_format(e, &e->nline, fmt, ap);
	va_end(ap);
}

void
event_alt(struct envelope *e, uint64_t caps, const char *fmt, ...)
{
	va_list ap;

	e->alt_caps = caps;
	va_start(ap, fmt);
	event_format(e, &e->nalt, fmt, ap);
	va_end(ap);
}

int
event_room(struct envelope *e, uint32_t r)
{
	uint32_t pair[2] = { r, rooms[r].gen };
	uint16_t bytes = 0;

	if (e->nrooms == ENVELOPE_ROOMS ||
	    envelope_add(e, &bytes, pair, sizeof(pair)) != 0)
		return -1;
	e->nrooms++;
	return 0;
}

void
event_rooms_of(struct envelope *e, uint32_t u)
{
	uint32_t m;

	for (m = users[u].members; m != 0; m = members[m].user_next)
		/* its kick has its old name, and may still be on its way */
		if (!(members[m].flags & MEMBER_GONE) &&
		    event_room(e, members[m].room) != 0)
			return;
}
