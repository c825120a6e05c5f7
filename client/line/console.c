/* SPDX-License-Identifier: ISC */
/*
 * The console: line mode, at a terminal or in a pipe.
 *
 * What is typed goes to one session, which /server changes; what happens on
 * any of them is printed.  Input is read only while that session's outbox has
 * room for it and sockets only while output is taken: a slow server slows
 * down the pipe that feeds us, a slow reader slows down the servers.
 *
 * When input ends, what was typed is sent, the servers are asked whether they
 * have taken it, and only then does moot quit, with status 0.
 */

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "client/command.h"
#include "client/input/complete.h"
#include "client/loop.h"
#include "client/news.h"
#include "client/session/draft.h"
#include "client/session/sealed.h"
#include "client/session/session.h"
#include "client/setting/setting.h"
#include "console.h"
#include "display.h"
#include "line.h"
#include "terminal.h"

enum {
	CONSOLE_LIST = 400, /* bytes of a list of candidates, with its NUL, */
	CONSOLE_MORE = 32,  /* and of " and 500 more" in it */
};

static struct session *console_session; /* to which one types */
static int console_ending;
static struct {
	struct session *session;
	char target[SESSION_TARGET];
} console_noted; /* what is being written, as for whom */

static void console_ready_input(struct loop_watch *w, short revents);
static void console_ready_output(struct loop_watch *w, short revents);

static struct loop_watch console_input = { .fd = STDIN_FILENO,
	.ready = console_ready_input };
static struct loop_watch console_output = { .fd = STDOUT_FILENO,
	.ready = console_ready_output };

/* ---- sessions ---- */

static void
console_added(struct session *s)
{
	s->typed = terminal_is_typed();
	s->shown = terminal_is_shown();
	if (console_session == NULL)
		console_session = s;
}

static void
console_removed(struct session *s)
{
	if (*s->why != '\0' && loop_other_session(s) != NULL)
		news_error(s, "%s", s->why);
	if (console_noted.session == s)
		console_noted.session = NULL;
	if (console_session == s)
		console_session = loop_other_session(s);
}

static void
console_choose(struct session *s)
{
	console_session = s;
}

/* ---- what is typed ---- */

/* At a terminal a full outbox is said; in a pipe the rest simply waits. */
static int
console_is_wanted(void)
{
	const struct session *s = console_session;

	return s != NULL && !terminal_ended() && !s->draining &&
	    s->state != SESSION_QUITTING && s->state != SESSION_OVER &&
	    (s->typed || outbox_has_room(&s->outbox));
}

static void
console_take(void)
{
	const char *line;
	int continued;

	while (console_is_wanted() &&
	    (line = terminal_line(&continued)) != NULL) {
		session_active(console_session, connection_now());
		if (outbox_has_room(&console_session->outbox) || *line == '/')
			command_line(console_session, line, continued);
		else
			news_error(console_session, "too many lines are "
			    "waiting for the server; not kept: %s", line);
	}
	if (terminal_ended() && !console_ending) {
		console_ending = 1;
		loop_quit("");
	}
}

static int
console_hides(const char *text)
{
	return console_session != NULL && sealed_hides(console_session, text);
}

static void
console_prompt(const struct session *s)
{
	char raw[SESSION_TARGET + 16], prompt[SESSION_TARGET + 16];

	snprintf(raw, sizeof(raw), "%s%s%s ",
	    s->state == SESSION_ONLINE ? "[" : "(",
	    *s->target ? s->target : s->nick,
	    s->state == SESSION_ONLINE ? "]" : ")");
	display_clean(prompt, sizeof(prompt), raw);
	terminal_prompt(prompt);
	terminal_target(s->target);
}

/* What is being written to whom is noted, in case we are killed; who comes
 * back to a room finds there what was begun. */
static void
console_note(struct session *s)
{
	const char *text = terminal_text(), *kept;

	if (text == NULL || s->draft == NULL)
		return;
	if (console_noted.session != s ||
	    strcmp(console_noted.target, s->target) != 0) {
		/* The line goes along. */
		if (console_noted.session == s)
			draft_edit(s->draft, console_noted.target, "");
		console_noted.session = s;
		snprintf(console_noted.target, sizeof(console_noted.target),
		    "%s", s->target);
		kept = draft_text(s->draft, s->target);
		if (*text == '\0' && kept != NULL && *kept != '\0')
			terminal_put(kept);
	}
	draft_edit(s->draft, s->target, terminal_text());
}

/* "-- alice Albert": what the word may be, when that is not clear. */
static void
console_show(const struct complete *c)
{
	char list[CONSOLE_LIST];
	size_t i, len = 0, n = complete_count(c);
	int put;

	for (i = 0; i < n; i++) {
		put = snprintf(list + len, sizeof(list) - len, "%s%s",
		    i > 0 ? " " : "", complete_candidate(c, i));
		if ((size_t)put >= sizeof(list) - len - CONSOLE_MORE)
			break;
		len += (size_t)put;
	}
	list[len] = '\0';
	if (i < n)
		snprintf(list + len, sizeof(list) - len, " and %zu more",
		    n - i);
	news_client(console_session, "%s", list);
}

static void
console_complete(struct edit *e, int step)
{
	static struct complete *c;
	int goes_on;

	if (c == NULL && (c = complete_new()) == NULL)
		return;
	goes_on = complete_is_on(c, e);
	if (complete_step(c, e, complete_session(), console_session, step) > 1
	    && !goes_on)
		console_show(c);
}

/* ---- settings ---- */

static void
console_set_paste(void)
{
	static const struct {
		const char *word;
		enum terminal_paste paste;
	} words[] = {
		{ "ask", TERMINAL_PASTE_ASK },
		{ "send", TERMINAL_PASTE_SEND },
		{ "lines", TERMINAL_PASTE_LINES },
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (setting_is("paste", words[i].word))
			terminal_paste(words[i].paste);
}

/* What goes by settings that may have been changed. */
static void
console_set(void)
{
	static uint64_t seen;

	if (seen == setting_changes() + 1)
		return;
	seen = setting_changes() + 1;
	console_set_paste();
}

/* ---- the loop's ---- */

static void
console_ready_input(struct loop_watch *w, short revents)
{
	(void)w;
	(void)revents;
	terminal_read();
}

static void
console_ready_output(struct loop_watch *w, short revents)
{
	(void)w;
	(void)revents;
	terminal_write();
}

static void
console_end_all(void)
{
	struct session *s;
	size_t i;

	for (i = 0; (s = loop_session(i)) != NULL; i++)
		session_end(s, STATUS_OUTPUT, "standard output: %s",
		    "nobody reads it any more");
}

static void
console_turn(int64_t now)
{
	(void)now;
	console_set();
	console_take();
	if (terminal_is_broken())
		console_end_all();
	if (console_session != NULL) {
		console_prompt(console_session);
		console_note(console_session);
	}
	console_input.events = console_is_wanted() ? POLLIN : 0;
	console_output.events = terminal_is_pending() ? POLLOUT : 0;
}

/* What the sessions printed since our turn is not to wait for the next. */
static int
console_timeout(int64_t now)
{
	(void)now;
	return terminal_is_pending() && console_output.events == 0 ? 0 : -1;
}

static int
console_listens(void)
{
	return !terminal_is_full();
}

static int
console_signal(int signo)
{
	switch (signo) {
	case SIGTSTP:
		terminal_suspend();
		return 1;
	case SIGCONT:
		terminal_resume();
		return 1;
	case SIGWINCH:
		terminal_resize();
		return 1;
	case SIGINT:
		return loop_signal() == 0 && terminal_cancel();
	}
	return 0;
}

const struct loop_user console_user = {
	.added = console_added,
	.removed = console_removed,
	.turn = console_turn,
	.timeout = console_timeout,
	.listens = console_listens,
	.signal = console_signal,
};

const struct view console_view = { line_tell, console_choose };

/* ---- life ---- */

void
console_open(void)
{
	console_set();
	terminal_on_complete(console_complete);
	terminal_on_hide(console_hides);
	terminal_open();
	loop_add_watch(&console_input);
	loop_add_watch(&console_output);
}

int
console_close(void)
{
	loop_remove_watch(&console_input);
	loop_remove_watch(&console_output);
	terminal_drain();
	terminal_close();
	return terminal_is_broken() ? -1 : 0;
}
