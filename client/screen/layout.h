/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_SCREEN_LAYOUT_H
#define CLIENT_SCREEN_LAYOUT_H

/* Which part of the screen is whose. */

enum {
	LAYOUT_SIDE = 18,         /* columns of the list of buffers, at most */
	LAYOUT_SIDE_FROM = 60,    /* columns from which there is one */
	LAYOUT_MEMBERS = 16,      /* columns of the list of members, at most */
	LAYOUT_MEMBERS_FROM = 76, /* columns from which there is one... */
	LAYOUT_MEMBERS_LEAST = 40, /* ...if it is wanted whatever the width */
};

enum layout_pane {
	PANE_SIDE,    /* servers, rooms, people */
	PANE_TOPIC,   /* one row */
	PANE_LINES,   /* what was said */
	PANE_MEMBERS, /* who is in the room */
	PANE_STATUS,  /* one row */
	PANE_INPUT,   /* what is typed, up to a third of the rows */
	PANE_COUNT
};

struct layout_rect {
	int y, x, rows, columns; /* rows or columns 0: not shown */
};

struct layout {
	int rows, columns;
	struct layout_rect pane[PANE_COUNT];
};

struct layout_wish {
	int side, members; /* columns wanted, 0: hidden */
	int members_from;  /* columns from which there are members */
	int input;         /* rows that what is typed takes, from 1 */
};

/* Divides ROWS by COLUMNS; none is too small.  Between panes side by side a
 * column stays free for a line. */
void layout_make(struct layout *l, int rows, int columns,
    const struct layout_wish *wish);
/* The pane at Y, X; PANE_COUNT: none. */
enum layout_pane layout_at(const struct layout *l, int y, int x);

#endif
