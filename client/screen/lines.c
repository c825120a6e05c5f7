/* SPDX-License-Identifier: ISC */
/*
 * The lines: which part of the scrollback is on the screen.
 *
 * Either the newest line is in the last row, and stays there as others come;
 * or a person reads further up, and then a certain row of a certain line is
 * in the first row of the pane, whatever comes before or behind it.  Nothing
 * but what is on the screen is measured, so it does not matter how long the
 * scrollback is.
 */

#include "buffer.h"
#include "canvas.h"
#include "client/session/history.h"
#include "client/session/session.h"
#include "entry.h"
#include "hyper.h"
#include "lines.h"
#include "scrollback.h"
#include "window.h"

enum {
	LINES_PATIENCE = 30000, /* ms for older lines, then they are asked for
	                         * again */
};

/* A row of a line. */
struct lines_spot {
	size_t i;
	size_t row;
};

static int
lines_columns(void)
{
	return window.layout.pane[PANE_LINES].columns;
}

static int
lines_rows(void)
{
	return window.layout.pane[PANE_LINES].rows;
}

static size_t
lines_height(const struct buffer *b, size_t i)
{
	struct entry e;

	entry_make(&e, b->lines, i, lines_columns());
	return e.rows;
}

/* Moves S up by ROWS; returns how many of them there were. */
static size_t
lines_up(const struct buffer *b, struct lines_spot *s, size_t rows)
{
	size_t done = 0, height;

	for (;;) {
		if (s->row >= rows - done) {
			s->row -= rows - done;
			return rows;
		}
		done += s->row;
		s->row = 0;
		if (s->i == 0)
			return done;
		height = lines_height(b, --s->i);
		s->row = height;
	}
}

/* Moves it down; it may end behind the last line. */
static void
lines_down(const struct buffer *b, struct lines_spot *s, size_t rows)
{
	size_t count = scrollback_count(b->lines), height;

	while (s->i < count) {
		height = lines_height(b, s->i);
		if (s->row + rows < height) {
			s->row += rows;
			return;
		}
		rows -= height - s->row;
		s->row = 0;
		s->i++;
	}
}

/* The first row of a pane that ends with the newest line. */
static struct lines_spot
lines_bottom(const struct buffer *b)
{
	struct lines_spot s = { scrollback_count(b->lines), 0 };

	lines_up(b, &s, lines_rows());
	return s;
}

static struct lines_spot
lines_top(const struct buffer *b)
{
	struct lines_spot s;
	size_t height;

	if (b->top == 0)
		return lines_bottom(b);
	s.i = scrollback_at(b->lines, b->top);
	if (s.i >= scrollback_count(b->lines))
		return lines_bottom(b);
	height = lines_height(b, s.i);
	s.row = (size_t)b->top_row < height ? (size_t)b->top_row : height - 1;
	return s;
}

/* S is the first row from now on, or the newest line is the last. */
static void
lines_set(struct buffer *b, struct lines_spot s)
{
	struct lines_spot bottom = lines_bottom(b);

	window.dirty |= DIRTY_LINES | DIRTY_STATUS;
	if (s.i > bottom.i || (s.i == bottom.i && s.row >= bottom.row)) {
		b->top = 0;
		scrollback_hold(b->lines, 0);
		return;
	}
	scrollback_hold(b->lines, 1);
	b->top = scrollback_place(b->lines, s.i);
	b->top_row = s.row;
}

void
lines_ask_older(struct buffer *b)
{
	struct history_at at = { NULL, 0 };

	if (b->kind == BUFFER_SERVER || scrollback_has_begun(b->lines) ||
	    scrollback_full(b->lines) || (b->past == BUFFER_PAST_ASKED &&
	    window.now - b->asked < LINES_PATIENCE))
		return;
	at.msgid = scrollback_oldest(b->lines, &at.when);
	scrollback_page(b->lines, 1);
	if (history_before(b->session, b->name, at, 0) == -1) {
		scrollback_page(b->lines, 0);
		return;
	}
	b->past = BUFFER_PAST_ASKED;
	b->asked = window.now;
	window.dirty |= DIRTY_STATUS;
}

void
lines_scroll(int rows)
{
	struct buffer *b = window.shown;
	struct lines_spot s;

	if (b == NULL || scrollback_count(b->lines) == 0)
		return;
	s = lines_top(b);
	if (rows > 0)
		lines_down(b, &s, rows);
	else if (lines_up(b, &s, -rows) < (size_t)-rows) {
		scrollback_hold(b->lines, 1);
		lines_ask_older(b);
	}
	lines_set(b, s);
}

void
lines_page(int halves)
{
	int rows = lines_rows() - 1;

	lines_scroll(halves * (rows > 2 ? rows : 2) / 2);
}

void
lines_home(void)
{
	struct buffer *b = window.shown;
	struct lines_spot s = { 0, 0 };

	if (b == NULL || scrollback_count(b->lines) == 0)
		return;
	lines_set(b, s);
	lines_ask_older(b);
}

void
lines_end(void)
{
	if (window.shown == NULL)
		return;
	window.shown->top = 0;
	scrollback_hold(window.shown->lines, 0);
	window.dirty |= DIRTY_LINES | DIRTY_STATUS;
}

int
lines_is_following(const struct buffer *b)
{
	return b->top == 0;
}

/* The first line that is not on the screen at all. */
static size_t
lines_last(const struct buffer *b)
{
	struct lines_spot s = lines_top(b);

	lines_down(b, &s, lines_rows());
	return s.i;
}

unsigned long
lines_below(const struct buffer *b)
{
	return b->top == 0 ? 0 : scrollback_count(b->lines) - lines_last(b);
}

void
lines_reach(uint64_t place)
{
	struct buffer *b = window.shown;
	struct lines_spot s, top;
	size_t i;

	if (b == NULL || place == 0)
		return;
	i = scrollback_at(b->lines, place);
	if (i >= scrollback_count(b->lines))
		return;
	window.dirty |= DIRTY_LINES;
	top = lines_top(b);
	if ((i > top.i || (i == top.i && top.row == 0)) && i < lines_last(b))
		return;
	s.i = i;
	s.row = 0;
	lines_up(b, &s, lines_rows() / 2);
	lines_set(b, s);
}

uint64_t
lines_at(int y)
{
	struct buffer *b = window.shown;
	struct lines_spot s;

	if (b == NULL)
		return 0;
	s = lines_top(b);
	lines_down(b, &s, y);
	return s.i < scrollback_count(b->lines) ?
	    scrollback_place(b->lines, s.i) : 0;
}

void
lines_draw(const struct layout_rect *r)
{
	struct paint plain = { CANVAS_DEFAULT, CANVAS_DEFAULT, 0 };
	const struct buffer *b = window.shown;
	struct lines_spot s, end;
	struct entry e;
	int y;

	hyper_begin();
	for (y = 0; y < r->rows; y++)
		canvas_blank(r->y + y, r->x, r->columns, &plain);
	if (b == NULL)
		return;
	s = end = lines_top(b);
	end.i = scrollback_count(b->lines);
	for (y = 0; y < r->rows && s.i < end.i; s.i++, s.row = 0) {
		entry_make(&e, b->lines, s.i, r->columns);
		e.picked = b->pick != 0 && e.line.place == b->pick;
		y += entry_draw(&e, s.row, r->y + y, r->x, r->rows - y);
	}
}
