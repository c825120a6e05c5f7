/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_SCREEN_HYPER_H
#define CLIENT_SCREEN_HYPER_H

#include <stddef.h>

#include "canvas.h"
#include "link.h"

/* What terminals can do that curses knows nothing of: links, titles, the
 * clipboard, reports of pastes, of the mouse and of the focus. */

enum {
	HYPER_RUNS = 256,   /* parts of links on the screen; others are none */
	HYPER_TITLE = 200,
	HYPER_CLIPBOARD = 65536, /* bytes copied at most */
};

/* Whether the terminal understands OSC: that of the Linux console and the
 * old ones do not.  LINKS, MOUSE: wanted. */
void hyper_open(int links, int mouse);
void hyper_close(void);

/* The lines are drawn anew: there are no links yet. */
void hyper_begin(void);
/* TEXT[FROM, TO) was put at Y, X and is a part of link L. */
void hyper_add(int y, int x, const char *text, const struct link *l,
    size_t from, size_t to, const struct paint *p);
/* After canvas_show(): makes them links. */
void hyper_show(void);

/* Of clean text. */
void hyper_title(const char *title);
/* -1: the terminal cannot. */
int hyper_copy(const char *text, size_t len);

#endif
