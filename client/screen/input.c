/* SPDX-License-Identifier: ISC */
/*
 * The input: what is being typed, in as many rows as it takes.
 *
 * The layout gives it a third of the screen at most; of a text that is longer
 * the rows around the cursor are shown.  Rows are broken where they are full
 * and nowhere else, so that the cursor is always where the next character
 * will stand.
 */

#include <stdio.h>
#include <string.h>

#include "ask.h"
#include "buffer.h"
#include "canvas.h"
#include "client/input/edit.h"
#include "client/input/grapheme.h"
#include "client/session/session.h"
#include "format.h"
#include "scrollback.h"
#include "theme.h"
#include "window.h"
#include "wrap.h"

enum { INPUT_PROMPT = 256, INPUT_QUOTED = 20 };

static const struct edit *
input_edit(void)
{
	if (ask_is_on())
		return ask_edit();
	return window.shown == NULL ? NULL : window.shown->edit;
}

/* "[nick] ", or whom one is answering. */
static void
input_raw_prompt(char *raw, size_t size)
{
	const struct buffer *b = window.shown;
	const struct edit *e = input_edit();
	struct scrollback_line l;
	size_t i;

	*raw = '\0';
	if (ask_is_on())
		snprintf(raw, size, "%s", ask_prompt());
	else if (e != NULL && edit_prompt(e) != NULL)
		snprintf(raw, size, "%s", edit_prompt(e));
	else if (b != NULL && b->reply != 0 && (i = scrollback_at(b->lines,
	    b->reply)) < scrollback_count(b->lines)) {
		scrollback_line(b->lines, i, &l);
		snprintf(raw, size, "\u21aa %.*s> ", INPUT_QUOTED,
		    l.news.nick == NULL ? "" : l.news.nick);
	} else if (b != NULL)
		snprintf(raw, size, "%s> ", b->session->nick);
}

/* The prompt, cleaned, and no more than half of the row. */
static const char *
input_prompt(int columns, size_t *len)
{
	static struct format f;
	char raw[INPUT_PROMPT];

	*len = 0;
	input_raw_prompt(raw, sizeof(raw));
	if (format_plain(&f, raw) == -1)
		return "";
	*len = wrap_fit(f.text, f.len, columns / 2);
	return f.text;
}

/* Where a character comes to stand. */
struct input_spot {
	int y, x;
};

/* Goes on over the grapheme at AT; returns where the next one begins and in
 * S where it stands if it is WIDTH wide. */
static size_t
input_step(const char *text, size_t len, size_t at, int columns,
    struct input_spot *s)
{
	size_t after = grapheme_after(text, len, at);
	int width = grapheme_columns(text + at, after - at);

	if (text[at] == '\n') {
		s->y++;
		s->x = 0;
		return after;
	}
	if (width == 0)
		width = 1; /* a control, shown as a picture */
	if (s->x + width > columns) {
		s->y++;
		s->x = 0;
	}
	s->x += width;
	if (s->x >= columns) {
		s->y++;
		s->x = 0;
	}
	return after;
}

/* Where what is at TO stands. */
static struct input_spot
input_place(const char *text, size_t to, int columns, int prompt)
{
	struct input_spot s = { 0, prompt };
	size_t at = 0, len = strlen(text);

	while (at < to && at < len)
		at = input_step(text, len, at, columns, &s);
	return s;
}

int
input_rows(int columns)
{
	const struct edit *e = input_edit();
	const char *prompt;
	size_t len;

	prompt = input_prompt(columns, &len);
	if (e == NULL)
		return 1;
	return input_place(edit_text(e), edit_length(e), columns,
	    grapheme_columns(prompt, len)).y + 1;
}

/* Puts what is in rows [FROM, FROM + r->rows) of the text. */
static void
input_put(const char *text, int from, int prompt,
    const struct layout_rect *r)
{
	struct paint plain = theme(THEME_TEXT);
	struct input_spot s = { 0, prompt }, before;
	size_t at = 0, next, len = strlen(text), shown;
	char buf[64];
	int width;

	for (; at < len && s.y < from + r->rows; at = next) {
		before = s;
		next = input_step(text, len, at, r->columns, &s);
		if (text[at] == '\n')
			continue;
		shown = edit_show(buf, sizeof(buf), text + at, next - at);
		width = grapheme_columns(buf, shown);
		if (before.x + width > r->columns) {
			before.y++;
			before.x = 0;
		}
		if (before.y >= from && before.y < from + r->rows)
			canvas_put(r->y + before.y - from, r->x + before.x,
			    r->columns - before.x, buf, shown, &plain);
	}
}

void
input_draw(const struct layout_rect *r)
{
	struct paint plain = theme(THEME_TEXT), p = theme(THEME_PROMPT);
	const struct edit *e = input_edit();
	struct input_spot cursor = { 0, 0 };
	const char *prompt;
	int from = 0, width, y;
	size_t len;

	for (y = 0; y < r->rows; y++)
		canvas_blank(r->y + y, r->x, r->columns, &plain);
	prompt = input_prompt(r->columns, &len);
	width = grapheme_columns(prompt, len);
	if (e != NULL) {
		cursor = input_place(edit_text(e), edit_cursor(e), r->columns,
		    width);
		if (cursor.y >= r->rows)
			from = cursor.y - r->rows + 1;
		input_put(edit_text(e), from, width, r);
	}
	if (from == 0)
		canvas_put(r->y, r->x, r->columns, prompt, len, &p);
	window.cursor_y = r->y + cursor.y - from;
	window.cursor_x = r->x + cursor.x;
}
