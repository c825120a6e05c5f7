/* SPDX-License-Identifier: ISC */
/*
 * Looking for something in a scrollback: a day's beginning, what a message
 * answers, the next mention, words.
 *
 * All of it only reads, and what is searched is what is shown: without
 * formatting codes, which would else hide a word that has one in it.
 */

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "find.h"
#include "format.h"
#include "scrollback.h"
#include "wrap.h"

enum { SCROLLBACK_QUOTE = 1024 }; /* bytes of a line that are quoted from */

/* The local day of line I. */
static int
scrollback_day(const struct scrollback *b, size_t i, struct tm *day)
{
	struct scrollback_line l;
	time_t t;

	scrollback_line(b, i, &l);
	t = (time_t)(l.news.when / 1000);
	return localtime_r(&t, day) != NULL;
}

int
scrollback_new_day(const struct scrollback *b, size_t i)
{
	struct tm day, before;

	if (i == 0)
		return 1;
	return scrollback_day(b, i, &day) &&
	    scrollback_day(b, i - 1, &before) &&
	    (day.tm_yday != before.tm_yday || day.tm_year != before.tm_year);
}

int
scrollback_quote(const struct scrollback *b, const char *msgid, char *buf,
    size_t size, int columns)
{
	char raw[SCROLLBACK_QUOTE], *end;
	uint64_t place = scrollback_find(b, msgid);
	struct scrollback_line l;
	struct format f = { 0 };
	int fit;

	*buf = '\0';
	if (place == 0)
		return 0;
	scrollback_line(b, scrollback_at(b, place), &l);
	snprintf(raw, sizeof(raw), "%s: %s",
	    l.news.nick == NULL ? "" : l.news.nick,
	    l.redacted != NULL ? "(removed)" :
	    l.news.text == NULL ? "" : l.news.text);
	if (format_plain(&f, raw) == -1)
		return 0;
	while ((end = strchr(f.text, '\n')) != NULL)
		*end = ' ';
	fit = (int)wrap_fit(f.text, f.len, columns);
	if ((size_t)fit < f.len) {
		fit = (int)wrap_fit(f.text, f.len, columns - 1);
		snprintf(buf, size, "%.*s\342\200\246", fit, f.text);
	} else
		snprintf(buf, size, "%s", f.text);
	format_clear(&f);
	return 1;
}

/* The number after I, or before it; SIZE_MAX: they have all been. */
static size_t
scrollback_step(const struct scrollback *b, size_t i, int step)
{
	size_t next = step > 0 ? i + 1 : i - 1;

	return next < scrollback_count(b) ? next : SIZE_MAX;
}

size_t
scrollback_next_mention(const struct scrollback *b, size_t i, int step)
{
	do
		i = scrollback_step(b, i, step);
	while (i != SIZE_MAX && !scrollback_is_mention(b, i));
	return i;
}

static int
scrollback_matches(const struct scrollback *b, size_t i,
    const struct find *words, struct format *f)
{
	struct scrollback_line l;
	size_t from, to;

	scrollback_line(b, i, &l);
	if (l.news.nick != NULL && find_next(words, l.news.nick,
	    strlen(l.news.nick), 0, &from, &to))
		return 1;
	return l.news.text != NULL && format_plain(f, l.news.text) == 0 &&
	    find_next(words, f->text, f->len, 0, &from, &to);
}

size_t
scrollback_search(const struct scrollback *b, size_t i, int step,
    const struct find *words)
{
	struct format f = { 0 };

	do
		i = scrollback_step(b, i, step);
	while (i != SIZE_MAX && !scrollback_matches(b, i, words, &f));
	format_clear(&f);
	return i;
}
