/* SPDX-License-Identifier: ISC */
/*
 * History: asking for what the server keeps, and knowing when it has come.
 *
 * Where the server knows labels each request has one ("h7"), by which its
 * answer is known; elsewhere an answer belongs to the oldest request for its
 * target.  A request ends once: with its batch, with a refusal, or with the
 * connection.  They are not queued: history is asked for by whoever looks,
 * and asked for again when there is a server again.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client/news.h"
#include "history.h"
#include "irc/capability.h"
#include "irc/tag.h"
#include "session.h"

enum {
	HISTORY_USUAL = 100, /* messages at once, where there is no limit */
	HISTORY_ASKED = 64,  /* requests under way; more are refused */
};

struct history {
	unsigned long long label;
	char target[SESSION_TARGET];
	const char *what;
	unsigned int limit;
	struct history *next;
};

unsigned int
history_most(const struct session *s)
{
	unsigned int most = isupport_number(&s->isupport,
	    ISUPPORT_CHATHISTORY);

	if (s->state != SESSION_ONLINE || !(s->caps & CAP(CHATHISTORY)))
		return 0;
	return most == 0 ? HISTORY_USUAL : most;
}

int
history_can_search(const struct session *s)
{
	return s->state == SESSION_ONLINE && (s->caps & CAP(SEARCH));
}

/* ---- asking ---- */

static struct history *
history_new(struct session *s, const char *target, const char *what,
    unsigned int limit)
{
	struct history **p = &s->histories, *h;
	int n = 0;

	for (; *p != NULL; p = &(*p)->next)
		n++;
	if (n >= HISTORY_ASKED || (h = calloc(1, sizeof(*h))) == NULL)
		return NULL;
	snprintf(h->target, sizeof(h->target), "%s", target);
	h->what = what;
	h->limit = limit;
	if (s->caps & CAP(LABELED_RESPONSE))
		h->label = ++s->history_label;
	*p = h;
	return h;
}

static void
history_write(struct session *s, const struct history *h, const char *line)
{
	if (h->label != 0)
		session_write(s, "@label=h%llu %s", h->label, line);
	else
		session_write(s, "%s", line);
}

void
history_format_time(char buf[HISTORY_TIME], int64_t when)
{
	time_t seconds = when / 1000;
	struct tm tm = { 0 };
	size_t n;

	gmtime_r(&seconds, &tm);
	n = strftime(buf, HISTORY_TIME, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(buf + n, HISTORY_TIME - n, ".%03dZ", (int)(when % 1000));
}

/* "msgid=x", where the server knows such, or "timestamp=...", or "*". */
static void
history_format(const struct session *s, char *buf, size_t size,
    const struct history_at *at)
{
	const char *types = isupport_text(&s->isupport, ISUPPORT_MSGREFTYPES);
	char when[HISTORY_TIME];

	if (at->msgid != NULL && strpbrk(at->msgid, " \r\n") == NULL &&
	    (*types == '\0' || strstr(types, "msgid") != NULL))
		snprintf(buf, size, "msgid=%s", at->msgid);
	else if (at->when != 0) {
		history_format_time(when, at->when);
		snprintf(buf, size, "timestamp=%s", when);
	} else
		snprintf(buf, size, "*");
}

static int
history_ask(struct session *s, const char *subcommand, const char *what,
    const char *target, const struct history_at *a,
    const struct history_at *b, unsigned int limit)
{
	unsigned int most = history_most(s);
	char from[SESSION_TARGET], to[SESSION_TARGET], line[SESSION_LINE * 2];
	struct history *h;

	if (most == 0 || strpbrk(target, " ,\r\n") != NULL)
		return -1;
	if (limit == 0 || limit > most)
		limit = most;
	h = history_new(s, target, what, limit);
	if (h == NULL)
		return -1;
	history_format(s, from, sizeof(from), a);
	*to = '\0';
	if (b != NULL)
		history_format(s, to, sizeof(to), b);
	snprintf(line, sizeof(line), "CHATHISTORY %s %s %s%s%s %u",
	    subcommand, target, from, *to ? " " : "", to, limit);
	history_write(s, h, line);
	return 0;
}

int
history_latest(struct session *s, const char *target, unsigned int limit)
{
	struct history_at end = { NULL, 0 };

	return history_ask(s, "LATEST", "latest", target, &end, NULL, limit);
}

int
history_since(struct session *s, const char *target, struct history_at at,
    unsigned int limit)
{
	return history_ask(s, "LATEST", "latest", target, &at, NULL, limit);
}

int
history_before(struct session *s, const char *target, struct history_at at,
    unsigned int limit)
{
	return history_ask(s, "BEFORE", "before", target, &at, NULL, limit);
}

int
history_after(struct session *s, const char *target, struct history_at at,
    unsigned int limit)
{
	return history_ask(s, "AFTER", "after", target, &at, NULL, limit);
}

int
history_between(struct session *s, const char *target, struct history_at a,
    struct history_at b, unsigned int limit)
{
	return history_ask(s, "BETWEEN", "between", target, &a, &b, limit);
}

int
history_search(struct session *s, const char *room, const char *from,
    const char *text, unsigned int limit)
{
	char words[300], in[SESSION_TARGET], by[SESSION_TARGET];
	char line[SESSION_LINE * 2];
	struct history *h;

	if (!history_can_search(s))
		return -1;
	if (limit == 0)
		limit = HISTORY_USUAL;
	h = history_new(s, room == NULL ? "" : room, "search", limit);
	if (h == NULL)
		return -1;
	tag_escape(words, sizeof(words), text, strlen(text));
	*in = *by = '\0';
	if (room != NULL)
		tag_escape(in, sizeof(in), room, strlen(room));
	if (from != NULL)
		tag_escape(by, sizeof(by), from, strlen(from));
	snprintf(line, sizeof(line), "SEARCH text=%s%s%s%s%s;limit=%u",
	    words, *in ? ";in=" : "", in, *by ? ";from=" : "", by, limit);
	history_write(s, h, line);
	return 0;
}

/* ---- what comes ---- */

static void
history_tell(struct session *s, const char *target, const char *what,
    unsigned int count, unsigned int limit, unsigned int flags)
{
	struct news n = { .kind = NEWS_HISTORY };
	char about[16];

	snprintf(about, sizeof(about), "%u", count);
	n.room = *target == '\0' ? NULL : target;
	n.about = about;
	n.text = what;
	n.flags = flags;
	if (limit != 0 && count >= limit)
		n.flags |= NEWS_MORE;
	news_tell(s, &n);
}

static void
history_finish(struct session *s, struct history **p, unsigned int count,
    unsigned int flags)
{
	struct history *h = *p;

	*p = h->next;
	history_tell(s, h->target, h->what, count, h->limit, flags);
	free(h);
}

int
history_is_asked(const struct session *s, const char *target)
{
	const struct history *h;

	for (h = s->histories; h != NULL; h = h->next)
		if (*h->target == '\0' || isupport_cmp(&s->isupport,
		    h->target, target) == 0)
			return 1;
	return 0;
}

/* The request a label names, or without one the first for TARGET. */
static struct history **
history_slot(struct session *s, const char *label, const char *target,
    int search)
{
	struct history **p;
	unsigned long long number;

	number = *label == 'h' ? strtoull(label + 1, NULL, 10) : 0;
	for (p = &s->histories; *p != NULL; p = &(*p)->next) {
		if (number != 0 && (*p)->label == number)
			break;
		if (number == 0 && (*p)->label == 0 &&
		    search == (strcmp((*p)->what, "search") == 0) &&
		    (search || isupport_cmp(&s->isupport, (*p)->target,
		    target) == 0))
			break;
	}
	return p;
}

void
history_came(struct session *s, const char *label, const char *target,
    int search, unsigned int count)
{
	struct history **p = history_slot(s, label, target, search);

	if (*p != NULL)
		history_finish(s, p, count, 0);
	else
		history_tell(s, target, "", count, 0, 0);
}

void
history_answered(struct session *s, const char *label)
{
	struct history **p;

	if (*label != 'h')
		return;
	p = history_slot(s, label, "", 0);
	if (*p != NULL)
		history_finish(s, p, 0, NEWS_REFUSED);
}

/* Without labels it is the oldest that is refused. */
void
history_refused(struct session *s, const char *command)
{
	int search = strcmp(command, "SEARCH") == 0;
	struct history **p = &s->histories;

	if (!search && strcmp(command, "CHATHISTORY") != 0)
		return;
	while (*p != NULL && ((*p)->label != 0 ||
	    search != (strcmp((*p)->what, "search") == 0)))
		p = &(*p)->next;
	if (*p != NULL)
		history_finish(s, p, 0, NEWS_REFUSED);
}

void
history_lost(struct session *s)
{
	while (s->histories != NULL)
		history_finish(s, &s->histories, 0, NEWS_REFUSED);
}

void
history_clear(struct session *s)
{
	struct history *h;

	while ((h = s->histories) != NULL) {
		s->histories = h->next;
		free(h);
	}
}
