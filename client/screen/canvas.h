/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_SCREEN_CANVAS_H
#define CLIENT_SCREEN_CANVAS_H

#include <stddef.h>

/*
 * The canvas: cells of the terminal, and what they look like.  The only file
 * that calls curses.  Everything is clipped; nothing that is put here moves
 * the terminal's cursor or does anything else but show.
 */

enum {
	CANVAS_DEFAULT = -1, /* the terminal's own colour */
};

enum {
	CANVAS_BOLD = 1,
	CANVAS_DIM = 2,
	CANVAS_ITALIC = 4,
	CANVAS_UNDERLINE = 8,
	CANVAS_REVERSE = 16,
};

struct paint {
	int fg, bg; /* a number of the terminal's palette, or CANVAS_DEFAULT */
	unsigned int attributes;
};

/* Takes the terminal; -1: curses cannot. */
int canvas_open(void);
void canvas_close(void);
/* Whether to use colours, if there are any; none until then. */
void canvas_colour_use(int use);
/* How many there are: 0, 8, 16, 88, 256. */
int canvas_colours(void);
/* Takes the size of the terminal on. */
void canvas_resize(void);
int canvas_rows(void);
int canvas_columns(void);
/* Forgets what the terminal shows: canvas_show() draws all anew. */
void canvas_spoil(void);

/* Puts LEN bytes of TEXT at Y, X, at most COLUMNS of them; what is no
 * character is U+FFFD.  Returns the columns it took. */
int canvas_put(int y, int x, int columns, const char *text, size_t len,
    const struct paint *p);
/* Fills COLUMNS with spaces; a rectangle of them. */
void canvas_blank(int y, int x, int columns, const struct paint *p);
/* Vertical line. */
void canvas_line(int y, int x, int rows, const struct paint *p);
/* Puts the cursor there, and everything on the terminal. */
void canvas_show(int y, int x);
void canvas_bell(void);
/* Bytes for the terminal that curses knows nothing of, behind what it was
 * given. */
void canvas_raw(const char *bytes, size_t len);

#endif
