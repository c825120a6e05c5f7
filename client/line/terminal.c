/* SPDX-License-Identifier: ISC */
/*
 * The terminal: typed lines in, printed lines out.
 *
 * On a terminal this file owns the last row, where the line of edit.c is
 * shown.  A line that is printed first takes the row away, and the row is
 * drawn again, once, before output is written, so what is being typed is
 * never torn apart.  The row scrolls sideways and never wraps.  In a pipe
 * there is no row: lines go in and out.
 *
 * Neither descriptor is made non-blocking, since that would change them for
 * the shell as well.  They are read when poll(2) says so, and written in
 * pieces that fit what poll(2) promises of a pipe.  Output that is not taken
 * grows until terminal_is_full(); the caller then stops making more of it.
 */

#include <sys/ioctl.h>

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "client/input/edit.h"
#include "client/input/grapheme.h"
#include "client/input/recall.h"
#include "client/setting/setting.h"
#include "irc/utf8.h"
#include "terminal.h"

static struct {
	volatile sig_atomic_t raw; /* 1 while `saved` is to be restored */
	int edits;                 /* raw mode is wanted */
	struct termios saved, typing;
	int columns;
	int ended, broken;

	char in[4096]; /* read, not yet looked at */
	size_t inpos, inlen;
	char *out; /* to be written */
	size_t outlen, outsize;
	int drawn; /* the row is on the screen, or will be by `out` */
	int stale; /* and does not show what it should */
	char prompt[128];
	char target[TERMINAL_TARGET];
} term;

/* The line being edited, and what was typed and is not yet handed out. */
static struct {
	struct edit *edit;
	struct key_reader keys;
	int64_t heard; /* when the last byte came */
	char *text;    /* NULL: none */
	size_t at;
	enum terminal_paste paste;
	void (*complete)(struct edit *e, int step);
	int (*hides)(const char *text); /* NULL: nothing */
} typed;

/* A line that comes from a pipe, or from a terminal that edits it itself. */
static struct {
	char text[TERMINAL_LINE + 1];
	size_t len;
	int complete;  /* the next byte begins another */
	int continued; /* it is the rest of a line that was too long */
} plain;

/* ---- output ---- */

static void
terminal_append(const char *s, size_t len)
{
	size_t size = term.outsize;
	char *p;

	if (term.broken)
		return;
	while (size < term.outlen + len)
		size = size == 0 ? 4096 : size * 2;
	if (size != term.outsize) {
		p = realloc(term.out, size);
		if (p == NULL)
			return; /* a line not shown; nothing else breaks */
		term.out = p;
		term.outsize = size;
	}
	memcpy(term.out + term.outlen, s, len);
	term.outlen += len;
}

static void
terminal_append_text(const char *s)
{
	terminal_append(s, strlen(s));
}

static void
terminal_erase(void)
{
	if (term.drawn)
		terminal_append_text("\r\033[K");
	term.drawn = 0;
	term.stale = 1;
}

void
terminal_print(const char *text)
{
	terminal_erase();
	terminal_append_text(text);
	terminal_append_text(term.raw ? "\r\n" : "\n");
}

/* Where to begin to show the line so that the cursor is within ROOM columns,
 * with some of what is behind it. */
static size_t
terminal_scroll(const char *text, size_t len, size_t cursor, int room)
{
	size_t from = cursor, before;
	int columns = 0, most = cursor == len ? room : room * 3 / 4;

	while (from > 0) {
		before = grapheme_before(text, len, from);
		columns += edit_columns(text + before, from - before);
		if (columns > most)
			break;
		from = before;
	}
	return from;
}

/* Where what fits into ROOM columns from FROM on ends. */
static size_t
terminal_fit(const char *text, size_t len, size_t from, int room)
{
	size_t to = from, after;
	int columns = 0;

	while (to < len) {
		after = grapheme_after(text, len, to);
		columns += edit_columns(text + to, after - to);
		if (columns > room)
			break;
		to = after;
	}
	return to;
}

/* The part of the text around the cursor, for which there are ROOM columns,
 * and the cursor in it. */
static void
terminal_draw_text(const char *text, size_t cursor, int room)
{
	char shown[TERMINAL_ROW], move[32];
	size_t len = strlen(text), from, to;
	int back;

	from = terminal_scroll(text, len, cursor, room);
	to = terminal_fit(text, len, from, room);
	edit_show(shown, sizeof(shown), text + from, to - from);
	terminal_append_text(shown);
	back = edit_columns(text + cursor, to - cursor);
	if (back > 0) {
		snprintf(move, sizeof(move), "\033[%dD", back);
		terminal_append_text(move);
	}
}

static void
terminal_draw(void)
{
	const char *prompt = edit_prompt(typed.edit);
	int room;

	if (prompt == NULL)
		prompt = term.prompt;
	room = term.columns - 1 - edit_columns(prompt, strlen(prompt));
	if (room < 4)
		room = 4;
	terminal_append_text("\r\033[K");
	terminal_append_text(prompt);
	terminal_draw_text(edit_text(typed.edit), edit_cursor(typed.edit),
	    room);
	term.drawn = 1;
	term.stale = 0;
}

static void
terminal_update(void)
{
	if (term.raw && term.stale)
		terminal_draw();
}

void
terminal_prompt(const char *prompt)
{
	size_t len;

	len = utf8_cut(prompt, strlen(prompt), sizeof(term.prompt) - 1);
	if (strncmp(term.prompt, prompt, len) == 0 && term.prompt[len] == '\0')
		return;
	memcpy(term.prompt, prompt, len);
	term.prompt[len] = '\0';
	term.stale = 1;
}

void
terminal_target(const char *target)
{
	snprintf(term.target, sizeof(term.target), "%s", target);
}

void
terminal_paste(enum terminal_paste paste)
{
	if (term.raw && (paste == TERMINAL_PASTE_LINES) !=
	    (typed.paste == TERMINAL_PASTE_LINES))
		terminal_append_text(paste == TERMINAL_PASTE_LINES ?
		    KEY_PASTE_OFF : KEY_PASTE_ON);
	typed.paste = paste;
}

void
terminal_on_hide(int (*hides)(const char *text))
{
	typed.hides = hides;
}

void
terminal_on_complete(void (*complete)(struct edit *e, int step))
{
	typed.complete = complete;
}

int
terminal_is_pending(void)
{
	terminal_update();
	return term.outlen > 0;
}

int
terminal_is_full(void)
{
	return term.outlen > TERMINAL_FULL;
}

void
terminal_write(void)
{
	ssize_t n;

	if (term.outlen == 0)
		return;
	n = write(STDOUT_FILENO, term.out,
	    term.outlen < PIPE_BUF ? term.outlen : PIPE_BUF);
	if (n == -1) {
		if (errno == EAGAIN || errno == EINTR)
			return;
		term.broken = 1;
		term.outlen = 0;
		return;
	}
	memmove(term.out, term.out + n, term.outlen - n);
	term.outlen -= n;
}

void
terminal_drain(void)
{
	struct pollfd out = { STDOUT_FILENO, POLLOUT, 0 };

	terminal_erase();
	term.stale = 0;
	while (term.outlen > 0) {
		poll(&out, 1, -1);
		terminal_write();
	}
}

int
terminal_is_broken(void)
{
	return term.broken;
}

/* ---- the line that is edited ---- */

static int64_t
typed_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Takes the text away from the editor, as what was typed. */
static int
typed_take(void)
{
	typed.text = edit_take(typed.edit);
	typed.at = 0;
	if (typed.text == NULL)
		return 0;
	recall_add(term.target, typed.text,
	    typed.hides != NULL && typed.hides(typed.text));
	return 1;
}

/* A paste of several lines is there: it goes at once, or one is told. */
static int
typed_paste(void)
{
	const char *text = edit_text(typed.edit);
	char say[80];
	int lines = 1;

	if (strchr(text, '\n') == NULL)
		return 0;
	if (typed.paste == TERMINAL_PASTE_SEND)
		return typed_take();
	for (; (text = strchr(text, '\n')) != NULL; text++)
		lines++;
	snprintf(say, sizeof(say),
	    "-- %d lines: Enter sends them, ^C drops them", lines);
	terminal_print(say);
	return 0;
}

static void
typed_complete(int step)
{
	if (typed.complete != NULL)
		typed.complete(typed.edit, step);
}

/* Obeys a key; 1: the text is complete. */
static int
typed_key(const struct key *k)
{
	enum edit_result result = edit_key(typed.edit, k);

	if (!edit_is_pasting(typed.edit))
		term.stale = 1;
	switch (result) {
	case EDIT_ENTER:
		return typed_take();
	case EDIT_END:
		term.ended = 1;
		break;
	case EDIT_CLEAR:
		terminal_append_text("\033[H\033[2J");
		break;
	case EDIT_COMPLETE:
	case EDIT_COMPLETE_BACK:
		typed_complete(result == EDIT_COMPLETE ? 1 : -1);
		break;
	case EDIT_FULL:
		terminal_append_text("\a");
		break;
	case EDIT_MORE:
	case EDIT_UNKNOWN:
		break;
	}
	return k->code == KEYCODE_PASTE_END && typed_paste();
}

/* What began long ago and did not go on was no key, or ESC. */
static void
typed_expire(void)
{
	int64_t now = typed_now();
	int wait = key_timeout(&typed.keys);
	struct key k;

	if (wait != -1 && now - typed.heard >= wait &&
	    key_expire(&typed.keys, &k))
		typed_key(&k);
	typed.heard = now;
}

/* What was typed, with '\n' between its lines, in pieces if it is too long. */
static const char *
typed_next(int *continued)
{
	static char line[TERMINAL_LINE + 1];
	const char *text = typed.text + typed.at;
	size_t len = strlen(text), cut;

	*continued = typed.at > 0;
	cut = utf8_cut(text, len, TERMINAL_LINE);
	memcpy(line, text, cut);
	line[cut] = '\0';
	typed.at += cut;
	if (cut == len) {
		free(typed.text);
		typed.text = NULL;
	}
	return line;
}

/* ---- input ---- */

void
terminal_read(void)
{
	ssize_t n;

	if (term.inpos < term.inlen)
		return;
	if (term.raw)
		typed_expire();
	n = read(STDIN_FILENO, term.in, sizeof(term.in));
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	term.inpos = 0;
	term.inlen = n > 0 ? n : 0;
	if (n <= 0)
		term.ended = 1;
}

/* A line of the protocol can hold neither NUL nor CR. */
static void
plain_byte(char c)
{
	int cr = plain.len > 0 && plain.text[plain.len - 1] == '\r';

	if (c == '\n') {
		plain.len -= cr;
		plain.complete = 1;
	} else if (c != '\0') {
		if (cr)
			plain.text[plain.len - 1] = ' ';
		plain.text[plain.len++] = c;
	}
	plain.text[plain.len] = '\0';
}

/* Hands out what fits of a line that is too long and keeps the rest. */
static const char *
plain_split(int *continued)
{
	static char piece[TERMINAL_LINE + 1];
	size_t cut;

	cut = utf8_cut(plain.text, plain.len, plain.len - 4);
	memcpy(piece, plain.text, cut);
	piece[cut] = '\0';
	plain.len -= cut;
	memmove(plain.text, plain.text + cut, plain.len + 1);
	*continued = plain.continued;
	plain.continued = 1;
	return piece;
}

static const char *
plain_line(int *continued)
{
	if (plain.complete) {
		plain.len = 0;
		plain.complete = plain.continued = 0;
	}
	while (term.inpos < term.inlen) {
		plain_byte(term.in[term.inpos++]);
		if (plain.complete) {
			*continued = plain.continued;
			return plain.text;
		}
		if (plain.len == TERMINAL_LINE)
			return plain_split(continued);
	}
	if (!term.ended || plain.len == 0)
		return NULL;
	plain.complete = 1; /* the last line lacks its newline */
	*continued = plain.continued;
	return plain.text;
}

static const char *
raw_line(int *continued)
{
	struct key k;

	if (typed.text != NULL)
		return typed_next(continued);
	while (term.inpos < term.inlen) {
		if (!key_take(&typed.keys, term.in[term.inpos++], &k) ||
		    !typed_key(&k))
			continue;
		return typed_next(continued);
	}
	return NULL;
}

const char *
terminal_line(int *continued)
{
	return term.raw ? raw_line(continued) : plain_line(continued);
}

int
terminal_ended(void)
{
	return term.ended && term.inpos == term.inlen && typed.text == NULL &&
	    (plain.len == 0 || plain.complete);
}

const char *
terminal_text(void)
{
	return term.raw && edit_prompt(typed.edit) == NULL ?
	    edit_text(typed.edit) : NULL;
}

void
terminal_put(const char *text)
{
	if (!term.raw)
		return;
	edit_set(typed.edit, text);
	term.stale = 1;
}

int
terminal_cancel(void)
{
	if (!term.raw || !edit_cancel(typed.edit))
		return 0;
	memset(&typed.keys, 0, sizeof(typed.keys));
	term.stale = 1;
	return 1;
}

/* ---- the terminal itself ---- */

static int
terminal_can_edit(void)
{
	const char *name = getenv("TERM");

	return terminal_is_typed() && terminal_is_shown() &&
	    setting_on("line-editing") && name != NULL &&
	    *name != '\0' && strcmp(name, "dumb") != 0;
}

void
terminal_resize(void)
{
	struct winsize w;

	term.columns = 80;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col > 0)
		term.columns = w.ws_col;
	term.stale = 1;
}

/* A crash must not leave the shell without echo; the default action of the
 * signal follows, since SA_RESETHAND has restored it. */
static void
terminal_crash(int signo)
{
	terminal_close();
	raise(signo);
}

void
terminal_catch_crashes(void (*crash)(int))
{
	static const int signals[] = { SIGABRT, SIGBUS, SIGFPE, SIGILL,
		SIGSEGV };
	struct sigaction sa;
	size_t i;

	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = crash;
	sa.sa_flags = SA_RESETHAND | SA_NODEFER;
	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaction(signals[i], &sa, NULL);
}

static void
terminal_enter_raw(void)
{
	if (tcsetattr(STDIN_FILENO, TCSADRAIN, &term.typing) == 0) {
		term.raw = 1;
		if (typed.paste != TERMINAL_PASTE_LINES)
			terminal_append_text(KEY_PASTE_ON);
	}
	term.drawn = 0;
	term.stale = 1;
}

/* Keeps ISIG, so that ^C and ^Z stay signals, and OPOST. */
void
terminal_open(void)
{
	terminal_resize();
	if (!terminal_can_edit() ||
	    tcgetattr(STDIN_FILENO, &term.saved) == -1 ||
	    (typed.edit = edit_new(0)) == NULL)
		return;
	term.typing = term.saved;
	term.typing.c_iflag &= ~(BRKINT | ICRNL | INLCR | IGNCR | ISTRIP |
	    IXON);
	term.typing.c_lflag &= ~(ECHO | ECHONL | ICANON | IEXTEN);
	term.typing.c_cc[VMIN] = 1;
	term.typing.c_cc[VTIME] = 0;
	term.edits = 1;
	terminal_catch_crashes(terminal_crash);
	atexit(terminal_close);
	terminal_enter_raw();
}

void
terminal_close(void)
{
	struct pollfd out = { STDOUT_FILENO, POLLOUT, 0 };

	if (!term.raw)
		return;
	/* At once: what is queued may never be written after a crash. */
	if (poll(&out, 1, 0) == 1 && write(STDOUT_FILENO, KEY_PASTE_OFF,
	    sizeof(KEY_PASTE_OFF) - 1) == -1)
		term.broken = 1;
	tcsetattr(STDIN_FILENO, TCSANOW, &term.saved);
	term.raw = 0;
}

void
terminal_suspend(void)
{
	terminal_drain();
	terminal_close();
	kill(getpid(), SIGSTOP);
}

void
terminal_resume(void)
{
	if (!term.edits)
		return;
	terminal_resize();
	terminal_enter_raw();
}

int
terminal_is_typed(void)
{
	return isatty(STDIN_FILENO);
}

int
terminal_is_shown(void)
{
	return isatty(STDOUT_FILENO);
}
