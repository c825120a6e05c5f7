/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_SCREEN_WINDOW_H
#define CLIENT_SCREEN_WINDOW_H

#include <stdint.h>

#include "layout.h"

/* What the screen is showing, as all who draw and all keys see it. */

struct buffer;
struct edit;
struct session;

/* What is to be drawn anew. */
enum {
	DIRTY_SIDE = 1 << PANE_SIDE,
	DIRTY_TOPIC = 1 << PANE_TOPIC,
	DIRTY_LINES = 1 << PANE_LINES,
	DIRTY_MEMBERS = 1 << PANE_MEMBERS,
	DIRTY_STATUS = 1 << PANE_STATUS,
	DIRTY_INPUT = 1 << PANE_INPUT,
	DIRTY_LAYOUT = 1 << PANE_COUNT, /* and all panes with it */
	DIRTY_ALL = (1 << (PANE_COUNT + 1)) - 1,
};

extern struct window {
	struct layout layout;
	unsigned int dirty;
	struct buffer *shown;  /* NULL before the first session is there */
	struct buffer *before; /* the one shown before it, or NULL */
	int64_t now;           /* of connection_now() */
	int64_t typed;         /* when a key was last pressed */
	int hide_side, hide_members;
	int members_from;      /* columns from which there are members */
	int away;              /* the terminal said that it lost the focus */
	int cursor_y, cursor_x;
	int help;              /* the overview of keys is shown... */
	int help_row;          /* ...from this row on */
} window;

/* Shows another buffer; what was unread in the one before is read. */
void window_show(struct buffer *b);
/* A buffer is to be forgotten: shows another. */
void window_leave(struct buffer *b);
void window_leave_session(const struct session *s);
/* Whether there is something for window_keep() or the marker to do. */
int window_is_waiting(void);
/* All of it was seen, if the end of it is on the screen. */
void window_seen(struct buffer *b);
/* Keeps what is typed there for the case of a crash. */
void window_keep(struct buffer *b);
/* Draws what is dirty. */
void window_draw(void);

/* What draws each pane into RECT. */
void side_draw(const struct layout_rect *r);
void topic_draw(const struct layout_rect *r);
void lines_draw(const struct layout_rect *r);
void members_draw(const struct layout_rect *r);
void status_draw(const struct layout_rect *r);
void input_draw(const struct layout_rect *r);
void help_draw(const struct layout_rect *r);

/* Rows that what is typed takes in COLUMNS. */
int input_rows(int columns);
/* What a click on row Y of the list of buffers, counted from 0, is for. */
struct buffer *side_at(int y);

#endif
