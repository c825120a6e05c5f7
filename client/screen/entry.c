/* SPDX-License-Identifier: ISC */
/*
 * Entries: what one line of a scrollback looks like.
 *
 *     12:34      alice  hello
 *
 * A time, a column of nicks, a mark (of our own lines: on its way, accepted,
 * failed, unsure), the text, wrapped.  Where there is little room the time
 * goes and nicks are cut.  Whatever came from others goes through format.c,
 * and only what came out of it is put on the canvas.
 */

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "canvas.h"
#include "entry.h"
#include "format.h"
#include "hyper.h"
#include "irc/utf8.h"
#include "link.h"
#include "theme.h"
#include "wrap.h"

enum {
	ENTRY_TIME_FROM = 40,  /* columns from which there is a time */
	ENTRY_NICK_MOST = 14,
	ENTRY_NICK_LEAST = 4,
	ENTRY_GAP = 2,         /* the mark, and a space */
	ENTRY_LINE = SCROLLBACK_TEXT + WORDS_PREFIX + 16,
	ENTRY_SHORT = 512,     /* bytes of what takes one row */
};

/* Marks of own lines, by enum scrollback_state. */
static const struct {
	const char *mark;
	enum theme_role role;
} entry_states[] = {
	[SCROLLBACK_DONE] = { "\u2713", THEME_ACCEPTED },
	[SCROLLBACK_PENDING] = { "\u2026", THEME_PENDING },
	[SCROLLBACK_FAILED] = { "\u2717", THEME_FAILED },
	[SCROLLBACK_UNSURE] = { "?", THEME_UNSURE },
};

/* The text of the entry there is. */
static struct format entry_format;
static const struct find *entry_find;
static char entry_time[64] = "%H:%M";
static int entry_time_width = 6; /* with a space behind it */

/* A time as it is shown; the format is the user's own. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static size_t
entry_put_time(char *buf, size_t size, int64_t when)
{
	time_t t = when / 1000;
	struct tm tm;

	if (localtime_r(&t, &tm) == NULL)
		return 0;
	return strftime(buf, size, entry_time, &tm);
}
#pragma GCC diagnostic pop

void
entry_time_format(const char *format)
{
	char buf[128];

	snprintf(entry_time, sizeof(entry_time), "%s", format);
	entry_time_width = 0;
	if (*format != '\0' && entry_put_time(buf, sizeof(buf), 0) > 0)
		entry_time_width = (int)strlen(buf) + 1;
}

void
entry_mark(const struct find *f)
{
	entry_find = f;
}

/* ---- where what stands ---- */

static int
entry_time_columns(int columns)
{
	return columns >= ENTRY_TIME_FROM &&
	    entry_time_width < columns / 4 ? entry_time_width : 0;
}

static int
entry_nick_columns(int columns)
{
	int n = columns / 6;

	return n > ENTRY_NICK_MOST ? ENTRY_NICK_MOST :
	    n < ENTRY_NICK_LEAST ? ENTRY_NICK_LEAST : n;
}

static int
entry_text_at(int columns)
{
	return entry_time_columns(columns) + entry_nick_columns(columns) +
	    ENTRY_GAP;
}

static int
entry_text_columns(int columns)
{
	int n = columns - entry_text_at(columns);

	return n < 1 ? 1 : n;
}

/* ---- measuring ---- */

static int
entry_is_speech(const struct news *n)
{
	return n->kind == NEWS_MESSAGE || n->kind == NEWS_NOTICE ||
	    n->kind == NEWS_ACTION;
}

static void
entry_parse(struct entry *e)
{
	static char raw[ENTRY_LINE];
	struct news *n = &e->line.news;

	words_make(&e->words, n);
	if (e->line.redacted != NULL) {
		e->words.role = THEME_EVENT;
		snprintf(raw, sizeof(raw), "deleted by %s%s%s%s",
		    e->line.redacted, e->line.why != NULL ? " (" : "",
		    e->line.why != NULL ? e->line.why : "",
		    e->line.why != NULL ? ")" : "");
	} else if (entry_is_speech(n) && n->target != NULL &&
	    (n->room == NULL || strcmp(n->target, n->room) != 0))
		snprintf(raw, sizeof(raw), "(to %.200s) %s%s%s", n->target,
		    e->words.prefix, e->words.text, e->words.suffix);
	else
		snprintf(raw, sizeof(raw), "%s%s%s", e->words.prefix,
		    e->words.text, e->words.suffix);
	if (format_parse(&entry_format, raw) == -1)
		format_parse(&entry_format, "");
}

void
entry_make(struct entry *e, const struct scrollback *b, size_t i, int columns)
{
	int room = entry_text_columns(columns), part;

	memset(e, 0, sizeof(*e));
	e->b = b;
	e->columns = columns;
	scrollback_line(b, i, &e->line);
	entry_parse(e);
	e->part[ENTRY_BEGIN] = i == 0 && scrollback_has_begun(b);
	e->part[ENTRY_DAY] = scrollback_new_day(b, i);
	e->part[ENTRY_UNREAD] =
	    scrollback_first_unread(b) == e->line.place;
	e->part[ENTRY_QUOTE] = e->line.news.reply != NULL;
	if (entry_format.text != NULL)
		e->part[ENTRY_TEXT] = wrap_height(entry_format.text,
		    entry_format.len, room, room);
	e->part[ENTRY_WHY] = e->line.why != NULL && e->line.redacted == NULL;
	e->part[ENTRY_REACTIONS] = e->line.reactions > 0;
	for (part = 0; part < ENTRY_PARTS; part++)
		e->rows += e->part[part];
}

/* ---- drawing ---- */

/* A row of one text, cleaned and cut, in place of what it stands for. */
static void
entry_draw_short(int y, int x, int columns, const char *raw,
    const struct paint *p)
{
	static struct format f;

	if (columns <= 0 || format_plain(&f, raw) == -1)
		return;
	canvas_put(y, x, columns, f.text, wrap_fit(f.text, f.len, columns),
	    p);
}

/* "---- TEXT ----" */
static void
entry_draw_rule(int y, int x, int columns, const char *text,
    enum theme_role role)
{
	struct paint p = theme(role);
	int len = wrap_fit(text, strlen(text), columns), i, from;

	for (i = 0; i < columns; i++)
		canvas_put(y, x + i, 1, "\u2500", strlen("\u2500"), &p);
	from = (columns - len) / 2;
	if (from < 1)
		return;
	canvas_put(y, x + from - 1, 1, " ", 1, &p);
	i = canvas_put(y, x + from, columns - from, text, len, &p);
	canvas_put(y, x + from + i, columns - from - i, " ", 1, &p);
}

static void
entry_draw_begin(const struct entry *e, int y, int x)
{
	entry_draw_rule(y, x, e->columns, "beginning of the conversation",
	    THEME_DAY);
}

static void
entry_draw_day(const struct entry *e, int y, int x)
{
	time_t when = e->line.news.when / 1000;
	struct tm tm;
	char text[64];

	if (localtime_r(&when, &tm) == NULL ||
	    strftime(text, sizeof(text), "%A, %Y-%m-%d", &tm) == 0)
		*text = '\0';
	entry_draw_rule(y, x, e->columns, text, THEME_DAY);
}

static void
entry_draw_unread(const struct entry *e, int y, int x)
{
	entry_draw_rule(y, x, e->columns, "unread", THEME_UNREAD);
}

static void
entry_draw_quote(const struct entry *e, int y, int x)
{
	struct paint p = theme(THEME_QUOTE);
	int at = entry_text_at(e->columns), room = e->columns - at - 2;
	char text[ENTRY_SHORT];

	canvas_put(y, x + at, 2, "\u21aa ", strlen("\u21aa "), &p);
	if (room <= 0)
		return;
	if (!scrollback_quote(e->b, e->line.news.reply, text, sizeof(text),
	    room))
		snprintf(text, sizeof(text), "an earlier message");
	canvas_put(y, x + at + 2, room, text, strlen(text), &p);
}

static void
entry_draw_why(const struct entry *e, int y, int x)
{
	struct paint p = theme(THEME_FAILED);
	int at = entry_text_at(e->columns);
	char text[ENTRY_SHORT];

	snprintf(text, sizeof(text), "%s: %s",
	    e->line.state == SCROLLBACK_FAILED ? "not sent" : "unsure",
	    e->line.why);
	entry_draw_short(y, x + at, e->columns - at, text, &p);
}

/* Who did it, as far as it is remembered, and how many more. */
static size_t
entry_reaction(char *buf, size_t size, const struct scrollback_reaction *r)
{
	size_t len;
	unsigned int i;

	len = snprintf(buf, size, "%s%s", r->own ? "+" : "", r->what);
	for (i = 0; i < r->names && len < size; i++)
		len += snprintf(buf + len, size - len, "%c%s",
		    i == 0 ? ' ' : ',', r->name[i]);
	if (r->count > r->names && len < size)
		len += snprintf(buf + len, size - len, " (%u)", r->count);
	return len < size ? len : size - 1;
}

static void
entry_draw_reactions(const struct entry *e, int y, int x)
{
	struct paint p = theme(THEME_REACTION);
	int at = entry_text_at(e->columns);
	char text[ENTRY_SHORT * 2];
	size_t i, len = 0;

	*text = '\0';
	for (i = 0; i < e->line.reactions && len + 3 < sizeof(text); i++) {
		if (i > 0)
			len += snprintf(text + len, sizeof(text) - len, "  ");
		len += entry_reaction(text + len, sizeof(text) - len,
		    &e->line.reaction[i]);
	}
	entry_draw_short(y, x + at, e->columns - at, text, &p);
}

/* ---- the text ---- */

static void
entry_draw_nick(const struct entry *e, int y, int x)
{
	int room = entry_nick_columns(e->columns), width;
	const struct news *n = &e->line.news;
	static struct format f;
	struct paint p;
	size_t len;

	if (format_plain(&f, e->words.lead) == -1)
		return;
	p = e->words.is_nick ? theme_nick(e->words.lead) :
	    theme(e->words.role);
	if (e->picked || ((n->flags & NEWS_MENTION) &&
	    !(n->flags & NEWS_OWN)))
		p.attributes |= CANVAS_REVERSE;
	len = wrap_fit(f.text, f.len, room);
	width = canvas_put(y, x, room, f.text, len, &p);
	/* to the right, now that its width is known */
	canvas_blank(y, x, width, &(struct paint){ CANVAS_DEFAULT,
	    CANVAS_DEFAULT, 0 });
	canvas_put(y, x + room - width, width, f.text, len, &p);
}

static int
entry_has_fate(const struct entry *e)
{
	return (e->line.news.flags & NEWS_OWN) &&
	    entry_is_speech(&e->line.news);
}

/* What stands before the first row of the text. */
static void
entry_draw_head(const struct entry *e, int y, int x)
{
	int at = entry_time_columns(e->columns);
	struct paint p = theme(THEME_TIME);
	const char *mark = " ";
	char text[128];

	if (at > 0 && entry_put_time(text, sizeof(text),
	    e->line.news.when) > 0)
		canvas_put(y, x, at - 1, text, strlen(text), &p);
	entry_draw_nick(e, y, x + at);
	at += entry_nick_columns(e->columns);
	if (e->picked) {
		p = theme(THEME_PROMPT);
		mark = ">";
	} else if (entry_has_fate(e)) {
		p = theme(entry_states[e->line.state].role);
		mark = entry_states[e->line.state].mark;
	}
	canvas_put(y, x + at, 1, mark, strlen(mark), &p);
}

/* Where the run that begins at AT ends: at the end of its span, its link, or
 * what is found.  *IN: the link it is part of; *FOUND: it is found. */
static size_t
entry_run(size_t at, size_t to, struct link *in, int *is_link, int *found)
{
	const struct format *f = &entry_format;
	const struct format_span *span = format_at(f, at);
	size_t from, end;

	if (span + 1 < f->span + f->spans && span[1].from < to)
		to = span[1].from;
	while (in->to <= at && in->to != 0)
		if (!link_next(f->text, f->len, in->to, in))
			in->from = in->to = 0;
	*is_link = in->to != 0 && at >= in->from;
	if (in->to != 0 && *is_link && in->to < to)
		to = in->to;
	else if (in->to != 0 && !*is_link && in->from < to)
		to = in->from;
	*found = 0;
	if (entry_find == NULL || !find_next(entry_find, f->text, f->len,
	    at, &from, &end))
		return to;
	*found = from == at;
	if (*found && end < to)
		return end;
	return from > at && from < to ? from : to;
}

/* One row of the text, run by run. */
static void
entry_draw_row(const struct entry *e, const struct wrap_row *r, int y, int x)
{
	const struct format *f = &entry_format;
	struct link in = { 0, 0 };
	size_t at, end;
	int columns = entry_text_columns(e->columns), width, is_link, found;
	struct paint base = theme(e->words.role), p;

	/* the first link that does not end before this row */
	if (link_next(f->text, f->len, 0, &in))
		while (in.to <= r->from)
			if (!link_next(f->text, f->len, in.to, &in)) {
				in.from = in.to = 0;
				break;
			}
	for (at = r->from; at < r->to && columns > 0; at = end) {
		end = entry_run(at, r->to, &in, &is_link, &found);
		p = theme_format(base, format_at(f, at));
		if (is_link)
			p.attributes |= CANVAS_UNDERLINE;
		if (found)
			p.attributes ^= CANVAS_REVERSE;
		width = canvas_put(y, x, columns, f->text + at, end - at, &p);
		if (is_link)
			hyper_add(y, x, f->text, &in, at, end, &p);
		x += width;
		columns -= width;
	}
}

/* Rows of the text from FROM on. */
static int
entry_draw_text(const struct entry *e, size_t from, int y, int x, int rows)
{
	int room = entry_text_columns(e->columns), done = 0;
	struct wrap_row r;
	size_t at = 0, row;

	if (entry_format.text == NULL)
		return 0;
	for (row = 0; done < rows; row++, at = r.next) {
		wrap_row(entry_format.text, entry_format.len, at, room, &r);
		if (row >= from) {
			if (row == 0)
				entry_draw_head(e, y, x);
			entry_draw_row(e, &r, y + done,
			    x + entry_text_at(e->columns));
			done++;
		}
		if (r.last)
			break;
	}
	return done;
}

int
entry_draw(const struct entry *e, size_t from, int y, int x, int rows)
{
	static void (*const draw[ENTRY_PARTS])(const struct entry *, int,
	    int) = {
		[ENTRY_BEGIN] = entry_draw_begin,
		[ENTRY_DAY] = entry_draw_day,
		[ENTRY_UNREAD] = entry_draw_unread,
		[ENTRY_QUOTE] = entry_draw_quote,
		[ENTRY_WHY] = entry_draw_why,
		[ENTRY_REACTIONS] = entry_draw_reactions,
	};
	int done = 0, part;

	for (part = 0; part < ENTRY_PARTS && done < rows; part++) {
		if (from >= e->part[part]) {
			from -= e->part[part];
			continue;
		}
		if (part == ENTRY_TEXT)
			done += entry_draw_text(e, from, y + done, x,
			    rows - done);
		else
			draw[part](e, y + done++, x);
		from = 0;
	}
	return done;
}
