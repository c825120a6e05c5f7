/* SPDX-License-Identifier: ISC */
/*
 * The canvas: cells of the terminal, drawn by curses.
 *
 * Curses compares what is wanted with what is there and sends the difference,
 * so who draws need not think of what changed within a row.  It is given one
 * cell at a time, each at a place of its own: should a terminal and the
 * tables of the C library disagree on how wide a character is, one row is off
 * by a column, and only until it changes.
 *
 * Keys do not come from curses (key.c reads them), signals neither: they are
 * blocked and come through the loop's descriptor, so none of curses' handlers
 * ever runs.  What the terminal is set to besides, such as its mouse, is
 * written past curses.
 */

#include <sys/ioctl.h>

#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#undef SCREEN /* what the build says is a name of curses, too */
#include <curses.h>

#include "canvas.h"
#include "client/input/key.h"
#include "client/line/terminal.h"
#include "irc/utf8.h"

enum {
	CANVAS_MARKS = CCHARW_MAX - 1, /* on one character */
	CANVAS_REPLACEMENT = 0xfffd,
	CANVAS_LEAVE = 64, /* bytes of what gives the terminal back */
};

static struct {
	SCREEN *screen;
	int coloured; /* there can be colours */
	int colour;   /* and there are */
	struct termios saved;
	volatile sig_atomic_t on;
	char leave[CANVAS_LEAVE];
} canvas;

/* ---- the terminal ---- */

/* Names and messages are UTF-8, wherever moot was started. */
static void
canvas_locale(void)
{
	setlocale(LC_CTYPE, "");
	if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
		setlocale(LC_CTYPE, "C.UTF-8");
}

/* What a crash may still do: curses itself must not be called then. */
static void
canvas_crash(int signo)
{
	if (canvas.on) {
		canvas_raw(canvas.leave, strlen(canvas.leave));
		tcsetattr(STDIN_FILENO, TCSANOW, &canvas.saved);
	}
	raise(signo);
}

/* What terminfo(5) has under NAME. */
static const char *
canvas_string(const char *name, const char *otherwise)
{
	const char *s = tigetstr(name);

	return s == NULL || s == (char *)-1 ? otherwise : s;
}

static void
canvas_catch_crashes(void)
{
	terminal_catch_crashes(canvas_crash);
	snprintf(canvas.leave, sizeof(canvas.leave), "%s%s" KEY_PASTE_OFF,
	    canvas_string("rmcup", "\r\n"), canvas_string("cnorm", ""));
}

int
canvas_open(void)
{
	canvas_locale();
	if (tcgetattr(STDIN_FILENO, &canvas.saved) == -1)
		return -1;
	canvas.screen = newterm(NULL, stdout, stdin);
	if (canvas.screen == NULL)
		return -1;
	canvas.on = 1;
	raw();
	noecho();
	nonl();
	canvas.coloured = has_colors() && start_color() == OK;
	if (canvas.coloured)
		use_default_colors();
	canvas_catch_crashes();
	canvas_resize();
	return 0;
}

void
canvas_close(void)
{
	if (!canvas.on)
		return;
	endwin();
	canvas.on = 0;
}

void
canvas_colour_use(int use)
{
	canvas.colour = use && canvas.coloured;
}

int
canvas_colours(void)
{
	return canvas.colour ? COLORS : 0;
}

void
canvas_resize(void)
{
	struct winsize w;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col > 0 &&
	    w.ws_row > 0)
		resizeterm(w.ws_row, w.ws_col);
}

int
canvas_rows(void)
{
	return LINES;
}

int
canvas_columns(void)
{
	return COLS;
}

/* After endwin() this also sets the terminal to what curses needs. */
void
canvas_spoil(void)
{
	canvas.on = 1;
	clearok(curscr, TRUE);
}

void
canvas_show(int y, int x)
{
	move(y, x);
	refresh();
}

void
canvas_bell(void)
{
	beep();
}

void
canvas_raw(const char *bytes, size_t len)
{
	struct pollfd out = { STDOUT_FILENO, POLLOUT, 0 };
	ssize_t n;

	while (len > 0) {
		n = write(STDOUT_FILENO, bytes, len);
		if (n == -1 && errno == EAGAIN)
			poll(&out, 1, -1);
		else if (n == -1 && errno != EINTR)
			return;
		if (n > 0) {
			bytes += n;
			len -= n;
		}
	}
}

/* ---- cells ---- */

/* Colours that the terminal does not have: the eight, or none. */
static int
canvas_colour(int n, attr_t *attributes)
{
	if (n < COLORS || n == CANVAS_DEFAULT)
		return n;
	if (n < 16) {
		*attributes |= A_BOLD;
		return n - 8;
	}
	return CANVAS_DEFAULT;
}

static attr_t
canvas_paint(const struct paint *p, int *pair)
{
	static const attr_t known[] = { A_BOLD, A_DIM, A_ITALIC, A_UNDERLINE,
		A_REVERSE };
	attr_t attributes = A_NORMAL;
	int fg, bg;
	size_t i;

	*pair = 0;
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (p->attributes & 1U << i)
			attributes |= known[i];
	if (!canvas.colour)
		return attributes;
	fg = canvas_colour(p->fg, &attributes);
	bg = p->bg < COLORS ? p->bg : CANVAS_DEFAULT;
	if (fg != CANVAS_DEFAULT || bg != CANVAS_DEFAULT)
		*pair = alloc_pair(fg, bg);
	if (*pair < 0)
		*pair = 0;
	return attributes;
}

/* The next character at S with the marks on it; its bytes, its columns.  What
 * curses would not take is U+FFFD. */
static size_t
canvas_take(const char *s, size_t len, wchar_t *wide, int *columns)
{
	uint32_t cp;
	size_t used;
	int n = utf8_decode(&cp, s, len), marks = 0;

	used = n == -1 ? 1 : n;
	*columns = n == -1 ? 1 : utf8_width(cp);
	if (n == -1 || cp < ' ' || (*columns > 0 && (wcwidth(cp) < 1 ||
	    wcwidth(cp) > *columns)))
		cp = CANVAS_REPLACEMENT;
	wide[0] = cp;
	for (; used < len; used += n) {
		n = utf8_decode(&cp, s + used, len - used);
		if (n == -1 || utf8_width(cp) != 0 || cp < ' ')
			break;
		if (marks < CANVAS_MARKS - 1 && wcwidth(cp) == 0)
			wide[++marks] = cp;
	}
	wide[marks + 1] = L'\0';
	return used;
}

int
canvas_put(int y, int x, int columns, const char *text, size_t len,
    const struct paint *p)
{
	wchar_t wide[CCHARW_MAX + 1];
	int pair, width, done = 0;
	attr_t attributes = canvas_paint(p, &pair);
	cchar_t cell;
	size_t used;

	for (; len > 0; text += used, len -= used) {
		used = canvas_take(text, len, wide, &width);
		if (width == 0)
			continue; /* a mark on nothing */
		if (done + width > columns)
			break;
		if (wcwidth(wide[0]) < width)
			canvas_blank(y, x + done, width, p);
		if (setcchar(&cell, wide, attributes, 0, &pair) == OK)
			mvadd_wch(y, x + done, &cell);
		done += width;
	}
	return done;
}

void
canvas_blank(int y, int x, int columns, const struct paint *p)
{
	int pair;
	attr_t attributes = canvas_paint(p, &pair);
	cchar_t cell;

	if (columns > 0 && setcchar(&cell, L" ", attributes, 0, &pair) == OK)
		mvhline_set(y, x, &cell, columns);
}

void
canvas_line(int y, int x, int rows, const struct paint *p)
{
	int pair;
	attr_t attributes = canvas_paint(p, &pair);
	cchar_t cell;

	if (rows > 0 && setcchar(&cell, L"\u2502", attributes, 0, &pair) == OK)
		mvvline_set(y, x, &cell, rows);
}
