/* SPDX-License-Identifier: ISC */
/*
 * The layout: which part of the screen is whose.
 *
 *     side | topic
 *          | lines            | members
 *     status
 *     input
 *
 * Pure arithmetic, so that every size can be tested.  What is typed comes
 * first: on a screen too small for all, the lists go, then the topic, then
 * the status, and the last row left is that of the input.
 */

#include <string.h>

#include "layout.h"

enum {
	LAYOUT_TOPIC_FROM = 5,  /* rows from which there is a topic */
	LAYOUT_STATUS_FROM = 3, /* ...and a status */
};

static int
layout_least(int a, int b)
{
	return a < b ? a : b;
}

static void
layout_set(struct layout *l, enum layout_pane pane, int y, int x, int rows,
    int columns)
{
	struct layout_rect *r = &l->pane[pane];

	if (rows <= 0 || columns <= 0)
		return;
	r->y = y;
	r->x = x;
	r->rows = rows;
	r->columns = columns;
}

/* A third of the rows, but one at least. */
static int
layout_input(int rows, int wanted)
{
	int most = rows / 3 > 1 ? rows / 3 : 1;

	return wanted < 1 ? 1 : layout_least(wanted, most);
}

void
layout_make(struct layout *l, int rows, int columns,
    const struct layout_wish *wish)
{
	int input = layout_input(rows, wish->input);
	int status = rows >= LAYOUT_STATUS_FROM;
	int topic = rows >= LAYOUT_TOPIC_FROM;
	int body = rows - input - status;
	int side = 0, members = 0, left, right;

	memset(l, 0, sizeof(*l));
	l->rows = rows;
	l->columns = columns;
	if (columns >= LAYOUT_SIDE_FROM)
		side = layout_least(wish->side, columns / 4);
	if (columns >= wish->members_from)
		members = layout_least(wish->members, columns / 4);
	left = side > 0 ? side + 1 : 0;
	right = members > 0 ? members + 1 : 0;
	layout_set(l, PANE_SIDE, 0, 0, body, side);
	layout_set(l, PANE_TOPIC, 0, left, topic, columns - left);
	layout_set(l, PANE_LINES, topic, left, body - topic,
	    columns - left - right);
	layout_set(l, PANE_MEMBERS, topic, columns - members, body - topic,
	    members);
	layout_set(l, PANE_STATUS, body, 0, status, columns);
	layout_set(l, PANE_INPUT, rows - input, 0, input, columns);
}

enum layout_pane
layout_at(const struct layout *l, int y, int x)
{
	const struct layout_rect *r;
	enum layout_pane pane;

	for (pane = 0; pane < PANE_COUNT; pane++) {
		r = &l->pane[pane];
		if (y >= r->y && y < r->y + r->rows && x >= r->x &&
		    x < r->x + r->columns)
			break;
	}
	return pane;
}
