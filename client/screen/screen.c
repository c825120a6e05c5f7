/* SPDX-License-Identifier: ISC */
/*
 * The screen: its life, and what the loop has to do with it.
 *
 * The loop calls it before each wait.  What is out of date is drawn then: at
 * once if a key was pressed, else at most once a frame, so that a burst of
 * lines costs little and never stands between a key and what it does.  What
 * can wait (markers, drafts, times that pass) is done once a second, and only
 * while there is any of it.
 */

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buffer.h"
#include "canvas.h"
#include "client/line/terminal.h"
#include "client/loop.h"
#include "client/news.h"
#include "client/session/say.h"
#include "client/session/session.h"
#include "client/setting/setting.h"
#include "entry.h"
#include "feed.h"
#include "hyper.h"
#include "keys.h"
#include "lines.h"
#include "screen.h"
#include "scrollback.h"
#include "terminfo.h"
#include "theme.h"
#include "window.h"

static void screen_ready(struct loop_watch *w, short revents);

static struct loop_watch screen_keyboard = { .fd = STDIN_FILENO,
	.events = POLLIN, .ready = screen_ready };

static struct {
	int open, pressed;
	int64_t drawn, second, read; /* when */
	uint64_t settings;
} screen;

/* ---- settings ---- */

/* Whether there are to be colours, as in line mode: NO_COLOR is only asked when
 * nobody said. */
static int
screen_is_coloured(void)
{
	const char *no = getenv("NO_COLOR");

	if (setting_is("colours", "auto"))
		return no == NULL || *no == '\0';
	return setting_is("colours", "on");
}

static void
screen_take_settings(void)
{
	struct buffer *b;

	if (screen.settings == setting_changes())
		return;
	screen.settings = setting_changes();
	canvas_colour_use(screen_is_coloured());
	theme_open(setting_text("theme"), setting_text("palette"));
	entry_time_format(setting_is("times", "off") ? "" :
	    setting_text("time-format"));
	hyper_close();
	hyper_open(setting_on("links"), setting_on("mouse"));
	for (b = buffer_first(); b != NULL; b = b->next)
		scrollback_limit(b->lines, setting_number("scrollback-lines"));
	window.hide_members = setting_is("members", "off");
	window.members_from = setting_is("members", "on") ?
	    LAYOUT_MEMBERS_LEAST : LAYOUT_MEMBERS_FROM;
	window.dirty |= DIRTY_ALL;
}

/* ---- sessions ---- */

static void
screen_added(struct session *s)
{
	struct buffer *b;

	s->typed = s->shown = 1;
	b = buffer_know(s, BUFFER_SERVER, loop_name(s));
	if (b != NULL && window.shown == NULL)
		window_show(b);
	window.dirty |= DIRTY_SIDE;
}

static void
screen_removed(struct session *s)
{
	struct session *other = loop_other_session(s);

	if (*s->why != '\0' && other != NULL)
		news_error(other, "%s: %s", loop_name(s), s->why);
	window_leave_session(s);
	buffer_forget_session(s);
	window.dirty |= DIRTY_ALL;
}

/* A command chose whom to talk to. */
static void
screen_choose(struct session *s)
{
	struct buffer *b = feed_buffer(s, s->target);

	if (b != NULL)
		window_show(b);
}

/* ---- what can wait ---- */

/* What is on the screen was read, and the other devices are told. */
static void
screen_mark(struct buffer *b)
{
	int64_t when;

	if (b->kind == BUFFER_SERVER || !lines_is_following(b) ||
	    window.away ||
	    !setting_on_in(b->session->network, "read-markers"))
		return;
	scrollback_newest(b->lines, &when);
	if (when <= b->sent)
		return;
	b->sent = when;
	say_read(b->session, b->name, when);
}

/* Whether something on the screen changes as time goes by. */
static int
screen_is_ticking(void)
{
	const struct buffer *b = window.shown;
	int i;

	if (b == NULL)
		return 0;
	for (i = 0; i < BUFFER_TYPERS; i++)
		if (b->typer[i].until != 0)
			return 1;
	return b->session->state != SESSION_ONLINE || b->session->pinging ||
	    b->session->outbox.count > 0;
}

static void
screen_tick(void)
{
	struct buffer *b = window.shown;
	int i;

	if (b == NULL || window.now - screen.second < SCREEN_SECOND)
		return;
	screen.second = window.now;
	if (screen_is_ticking())
		window.dirty |= DIRTY_STATUS;
	for (i = 0; i < BUFFER_TYPERS; i++)
		if (b->typer[i].until <= window.now)
			b->typer[i].until = 0;
	window_keep(b);
	screen_mark(b);
}

/* ---- the loop's ---- */

/* A terminal that is gone is as good as a hangup, which the loop knows. */
static void
screen_ready(struct loop_watch *w, short revents)
{
	char bytes[SCREEN_READ];
	ssize_t n;

	(void)revents;
	window.now = screen.read = connection_now();
	n = read(STDIN_FILENO, bytes, sizeof(bytes));
	if (n > 0) {
		keys_take(bytes, n);
		screen.pressed = 1;
	} else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
		w->events = 0;
		kill(getpid(), SIGHUP);
	}
	if (keys_ended() && w->events != 0) {
		w->events = 0;
		loop_quit("");
	}
}

/* Milliseconds until a key that is not complete is taken as it is; -1: there
 * is none. */
static int
screen_key_wait(int64_t now)
{
	int wait = keys_timeout();
	int64_t left = screen.read + wait - now;

	if (wait == -1)
		return -1;
	return left > 0 ? (int)left : 0;
}

static void
screen_turn(int64_t now)
{
	window.now = now;
	if (screen_key_wait(now) == 0) {
		keys_expire();
		screen.pressed = 1;
	}
	screen_take_settings();
	screen_tick();
	if (window.dirty == 0)
		return;
	if (!screen.pressed && now - screen.drawn < SCREEN_FRAME)
		return;
	window_draw();
	screen.drawn = now;
	screen.pressed = 0;
}

static int
screen_sooner(int a, int b)
{
	if (a == -1 || b == -1)
		return a == -1 ? b : a;
	return a < b ? a : b;
}

static int
screen_timeout(int64_t now)
{
	int wait = screen_key_wait(now);
	int64_t frame = screen.drawn + SCREEN_FRAME - now;
	int64_t second = screen.second + SCREEN_SECOND - now;

	if (window.dirty != 0)
		wait = screen_sooner(wait, frame > 0 ? (int)frame : 0);
	if (window_is_waiting() || screen_is_ticking())
		wait = screen_sooner(wait, second > 0 ? (int)second : 0);
	return wait;
}

static void
screen_resume(void)
{
	canvas_spoil();
	canvas_resize();
	hyper_open(setting_on("links"), setting_on("mouse"));
	window.dirty |= DIRTY_ALL;
	screen.pressed = 1;
}

static void
screen_resize(void)
{
	canvas_resize();
	window.dirty |= DIRTY_ALL;
	screen.pressed = 1;
}

static int
screen_signal(int signo)
{
	switch (signo) {
	case SIGTSTP:
		screen_suspend();
		return 1;
	case SIGCONT:
		screen_resume();
		return 1;
	case SIGWINCH:
		screen_resize();
		return 1;
	}
	return 0;
}

const struct loop_user screen_user = {
	.added = screen_added,
	.removed = screen_removed,
	.turn = screen_turn,
	.timeout = screen_timeout,
	.signal = screen_signal,
};

const struct view screen_view = { feed_tell, screen_choose };

/* ---- life ---- */

int
screen_is_possible(void)
{
	const char *name = getenv("TERM");

	return terminal_is_typed() && terminal_is_shown() && name != NULL &&
	    *name != '\0' && strcmp(name, "dumb") != 0 &&
	    terminfo_is_known();
}

int
screen_open(void)
{
	if (canvas_open() == -1)
		return -1;
	screen.open = 1;
	screen.settings = UINT64_MAX;
	window.dirty = DIRTY_ALL;
	loop_add_watch(&screen_keyboard);
	return 0;
}

int
screen_close(void)
{
	if (!screen.open)
		return 0;
	if (window.shown != NULL)
		window_keep(window.shown);
	loop_remove_watch(&screen_keyboard);
	hyper_close();
	canvas_close();
	screen.open = 0;
	return 0;
}

void
screen_suspend(void)
{
	hyper_close();
	canvas_close();
	kill(getpid(), SIGSTOP);
}
