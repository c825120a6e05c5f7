/* SPDX-License-Identifier: ISC */
/*
 * The window: which buffer is shown, and what of the screen is out of date.
 *
 * Whoever changes something says which panes show it; they are drawn once, at
 * the next turn that may draw.  A key thus costs the panes it changes, and a
 * burst of lines from a server costs one drawing a frame.
 */

#include "ask.h"
#include "buffer.h"
#include "canvas.h"
#include "client/input/edit.h"
#include "client/line/display.h"
#include "client/session/draft.h"
#include "client/session/say.h"
#include "client/session/session.h"
#include "client/setting/setting.h"
#include "hyper.h"
#include "lines.h"
#include "scrollback.h"
#include "window.h"

struct window window;

static void (*const window_panes[PANE_COUNT])(const struct layout_rect *) = {
	[PANE_SIDE] = side_draw,
	[PANE_TOPIC] = topic_draw,
	[PANE_LINES] = lines_draw,
	[PANE_MEMBERS] = members_draw,
	[PANE_STATUS] = status_draw,
	[PANE_INPUT] = input_draw,
};

/* ---- the buffer that is shown ---- */

/* What was typed there when moot was last killed. */
static void
window_edit(struct buffer *b)
{
	const char *draft = NULL;

	if (b->edit != NULL)
		return;
	b->edit = edit_new(1);
	if (b->edit == NULL)
		return;
	if (b->session->draft != NULL)
		draft = draft_text(b->session->draft,
		    b->kind == BUFFER_SERVER ? "" : b->name);
	if (draft != NULL)
		edit_set(b->edit, draft);
	b->version = edit_version(b->edit);
}

void
window_seen(struct buffer *b)
{
	int64_t when;

	if (b == NULL || !lines_is_following(b))
		return;
	scrollback_newest(b->lines, &when);
	if (when != 0)
		scrollback_read(b->lines, when);
}

static void
window_leave_shown(void)
{
	struct buffer *b = window.shown;

	ask_end();
	if (b == NULL)
		return;
	window_seen(b);
	b->pick = 0;
	window_keep(b);
	if (b->kind != BUFFER_SERVER)
		say_typing(b->session, b->name, SAY_PAUSED);
}

void
window_show(struct buffer *b)
{
	if (b == NULL || b == window.shown)
		return;
	window_leave_shown();
	window.before = window.shown;
	window.shown = b;
	window.help = 0;
	b->events = 0;
	window_edit(b);
	session_target(b->session, b->kind == BUFFER_SERVER ? "" : b->name);
	window.dirty |= DIRTY_LAYOUT;
}

void
window_leave(struct buffer *b)
{
	struct buffer *next = window.before;

	if (next == b)
		next = NULL;
	if (window.before == b)
		window.before = NULL;
	if (window.shown != b)
		return;
	ask_end();
	window.shown = NULL;
	if (next == NULL && buffer_number(b) > 0)
		next = buffer_at(buffer_number(b) - 1);
	if (next == NULL)
		next = b->next;
	window_show(next);
	window.before = NULL;
	window.dirty |= DIRTY_LAYOUT;
}

void
window_leave_session(const struct session *s)
{
	struct buffer *b;

	if (window.before != NULL && window.before->session == s)
		window.before = NULL;
	if (window.shown == NULL || window.shown->session != s)
		return;
	ask_end();
	window.shown = NULL;
	for (b = buffer_first(); b != NULL; b = b->next)
		if (b->session != s)
			break;
	window_show(b);
	window.dirty |= DIRTY_LAYOUT;
}

int
window_is_waiting(void)
{
	const struct buffer *b = window.shown;
	int64_t when;

	if (b == NULL)
		return 0;
	scrollback_newest(b->lines, &when);
	return (b->edit != NULL && edit_version(b->edit) != b->version) ||
	    (when > b->sent && lines_is_following(b) && !window.away);
}

void
window_keep(struct buffer *b)
{
	if (b->edit == NULL || b->session->draft == NULL ||
	    edit_version(b->edit) == b->version)
		return;
	b->version = edit_version(b->edit);
	draft_edit(b->session->draft,
	    b->kind == BUFFER_SERVER ? "" : b->name, edit_text(b->edit));
}

/* ---- drawing ---- */

static int
window_members(void)
{
	const struct buffer *b = window.shown;

	if (b == NULL || b->kind != BUFFER_ROOM || window.hide_members)
		return 0;
	return LAYOUT_MEMBERS;
}

static int
window_lay_out(void)
{
	struct layout_wish wish;
	struct layout was = window.layout;
	int i;

	wish.side = window.hide_side ? 0 : LAYOUT_SIDE;
	wish.members = window_members();
	wish.members_from = window.members_from;
	wish.input = input_rows(canvas_columns());
	layout_make(&window.layout, canvas_rows(), canvas_columns(), &wish);
	for (i = 0; i < PANE_COUNT; i++)
		if (was.pane[i].y != window.layout.pane[i].y ||
		    was.pane[i].x != window.layout.pane[i].x ||
		    was.pane[i].rows != window.layout.pane[i].rows ||
		    was.pane[i].columns != window.layout.pane[i].columns)
			return 1;
	return 0;
}

/* The name comes from others, perhaps. */
static void
window_title(void)
{
	const struct buffer *b = window.shown;
	char title[HYPER_TITLE];

	if (b == NULL)
		return;
	display_clean(title, sizeof(title), buffer_name(b));
	hyper_title(title);
}

void
window_draw(void)
{
	unsigned int dirty = window.dirty;
	int i;

	if (dirty == 0)
		return;
	if ((dirty & (DIRTY_LAYOUT | DIRTY_INPUT)) && window_lay_out())
		dirty |= DIRTY_ALL;
	if (dirty & DIRTY_LAYOUT) {
		dirty |= DIRTY_ALL;
		window_title();
	}
	if (window.help)
		dirty &= ~(unsigned int)DIRTY_LINES;
	for (i = 0; i < PANE_COUNT; i++)
		if ((dirty & 1U << i) && window.layout.pane[i].rows > 0)
			window_panes[i](&window.layout.pane[i]);
	if (window.help)
		help_draw(&window.layout.pane[PANE_LINES]);
	canvas_show(window.cursor_y, window.cursor_x);
	if (dirty & DIRTY_LINES)
		hyper_show();
	window.dirty = 0;
}
