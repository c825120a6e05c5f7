/* SPDX-License-Identifier: ISC */
/*
 * Acts: what the keys of binding.c do.
 */

#include <stdint.h>

#include "act.h"
#include "ask.h"
#include "buffer.h"
#include "canvas.h"
#include "client/input/edit.h"
#include "client/session/session.h"
#include "entry.h"
#include "lines.h"
#include "pick.h"
#include "screen.h"
#include "scrollback.h"
#include "window.h"

void
act_help(int unused)
{
	(void)unused;
	window.help = !window.help;
	window.help_row = 0;
	window.dirty |= DIRTY_LINES;
}

/* ---- buffers ---- */

void
act_show(int number)
{
	window_show(buffer_at(number));
}

void
act_step(int step)
{
	int n = buffer_count();

	if (n > 0 && window.shown != NULL)
		window_show(buffer_at((buffer_number(window.shown) + step +
		    n) % n));
}

void
act_active(int unused)
{
	(void)unused;
	window_show(buffer_next_active(window.shown));
}

void
act_before(int unused)
{
	(void)unused;
	window_show(window.before);
}

/* ---- reading ---- */

void
act_page(int halves)
{
	if (window.help) {
		window.help_row += halves * 5;
		if (window.help_row < 0)
			window.help_row = 0;
		window.dirty |= DIRTY_LINES;
		return;
	}
	lines_page(halves);
}

void
act_scroll(int rows)
{
	lines_scroll(rows);
}

void
act_home(int unused)
{
	(void)unused;
	lines_home();
}

void
act_end(int unused)
{
	(void)unused;
	lines_end();
}

void
act_mention(int step)
{
	struct buffer *b = window.shown;
	size_t i;

	if (b == NULL)
		return;
	i = scrollback_count(b->lines);
	if (b->pick != 0)
		i = scrollback_at(b->lines, b->pick);
	else if (step > 0)
		return;
	i = scrollback_next_mention(b->lines, i, step);
	if (i != SIZE_MAX)
		pick_set(scrollback_place(b->lines, i));
	else if (step > 0) {
		pick_end();
		lines_end();
	} else
		lines_ask_older(b);
}

void
act_unread(int unused)
{
	(void)unused;
	if (window.shown != NULL)
		lines_reach(scrollback_first_unread(window.shown->lines));
}

void
act_pick(int step)
{
	pick_step(step);
}

/* ---- finding ---- */

static struct find act_words;

static void
act_find_from(size_t i, int step)
{
	const struct buffer *b = window.shown;

	i = scrollback_search(b->lines, i, step, &act_words);
	if (i == SIZE_MAX)
		return;
	window.shown->pick = scrollback_place(b->lines, i);
	lines_reach(window.shown->pick);
}

static void
act_find_answer(enum ask_step step, const char *text)
{
	struct buffer *b = window.shown;
	size_t end = scrollback_count(b->lines), i = end;

	window.dirty |= DIRTY_LINES;
	if (b->pick != 0)
		i = scrollback_at(b->lines, b->pick);
	if (step == ASK_TYPED) {
		find_set(&act_words, text);
		act_find_from(end, -1);
	} else if (step == ASK_NEXT)
		act_find_from(i, -1);
	else if (step == ASK_BACK)
		act_find_from(i, 1);
	else {
		find_set(&act_words, "");
		if (step == ASK_GONE)
			pick_end();
	}
}

void
act_find(int unused)
{
	(void)unused;
	if (window.shown == NULL)
		return;
	find_set(&act_words, "");
	entry_mark(&act_words);
	ask("find: ", act_find_answer);
}

/* ---- the rest ---- */

void
act_escape(int unused)
{
	(void)unused;
	if (window.shown == NULL)
		return;
	if (window.help)
		act_help(0);
	else if (window.shown->reply != 0) {
		window.shown->reply = 0;
		window.dirty |= DIRTY_INPUT;
	} else
		lines_end();
}

void
act_side(int unused)
{
	(void)unused;
	window.hide_side = !window.hide_side;
	window.dirty |= DIRTY_LAYOUT;
}

void
act_members(int unused)
{
	(void)unused;
	window.hide_members = !window.hide_members;
	window.dirty |= DIRTY_LAYOUT;
}

void
act_redraw(int unused)
{
	(void)unused;
	canvas_spoil();
	window.dirty |= DIRTY_ALL;
}

void
act_cancel(int unused)
{
	struct buffer *b = window.shown;

	(void)unused;
	if (b == NULL || b->edit == NULL)
		return;
	if (!edit_cancel(b->edit) && b->reply == 0)
		news_client(b->session, "/quit or ^D leaves");
	b->reply = 0;
	window.dirty |= DIRTY_INPUT;
}

void
act_suspend(int unused)
{
	(void)unused;
	screen_suspend();
}
