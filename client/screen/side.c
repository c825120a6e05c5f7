/* SPDX-License-Identifier: ISC */
/*
 * The side: servers, rooms and people, with what is new in them.
 *
 *     1 moot
 *     2  #moot
 *     3* #help       7
 *     4! bob         1
 *
 * The mark before the name and the number behind it say what the colour
 * says: '!' something for us, '*' something was said, '.' something happened,
 * '-' no connection, or not in the room.  Where there are more than there are
 * rows, the one that is shown is among those that are.
 */

#include <stdio.h>
#include <string.h>

#include "buffer.h"
#include "canvas.h"
#include "client/session/room.h"
#include "client/session/session.h"
#include "format.h"
#include "lines.h"
#include "theme.h"
#include "window.h"
#include "wrap.h"

enum { SIDE_MARK = 4 }; /* columns of the number, the mark and a space */

/* The first one that there is a row for, when the pane was drawn. */
static int side_first;

static int
side_is_off(const struct buffer *b)
{
	const struct room *r;

	if (b->session->state != SESSION_ONLINE)
		return b->kind == BUFFER_SERVER;
	if (b->kind != BUFFER_ROOM)
		return 0;
	r = room_find(b->session->rooms, b->name);
	return r == NULL || !r->joined;
}

static int
side_is_seen(const struct buffer *b)
{
	return b == window.shown && lines_is_following(b) && !window.away;
}

/* The mark of B and how it looks; *COUNT: the number behind it. */
static char
side_mark(const struct buffer *b, enum theme_role *role, size_t *count)
{
	size_t mentions = side_is_seen(b) ? 0 : buffer_mentions(b);
	size_t unread = side_is_seen(b) ? 0 : buffer_unread(b);

	*count = unread;
	*role = b->kind == BUFFER_SERVER ? THEME_NETWORK : THEME_QUIET;
	if (mentions > 0) {
		*role = THEME_MENTION;
		return '!';
	}
	if (unread > 0) {
		*role = THEME_TALK;
		return '*';
	}
	if (side_is_off(b)) {
		*role = THEME_AWAY;
		return '-';
	}
	if (b->events && b != window.shown) {
		*role = THEME_EVENTS;
		return '.';
	}
	return ' ';
}

static void
side_draw_one(const struct buffer *b, int number, int y,
    const struct layout_rect *r)
{
	static struct format f;
	enum theme_role role;
	size_t count;
	char head[16], tail[24];
	char mark = side_mark(b, &role, &count);
	struct paint p = theme(role);
	int room, len;

	if (b == window.shown)
		p.attributes |= CANVAS_REVERSE;
	canvas_blank(y, r->x, r->columns, &p);
	if (number < 100)
		snprintf(head, sizeof(head), "%2d%c ", number, mark);
	else
		snprintf(head, sizeof(head), "  %c ", mark);
	canvas_put(y, r->x, SIDE_MARK, head, strlen(head), &p);
	snprintf(tail, sizeof(tail), count > 9999 ? "many" : "%zu", count);
	len = count > 0 ? (int)strlen(tail) : 0;
	room = r->columns - SIDE_MARK - (len > 0 ? len + 1 : 0);
	if (room > 0 && format_plain(&f, buffer_name(b)) == 0)
		canvas_put(y, r->x + SIDE_MARK, room, f.text,
		    wrap_fit(f.text, f.len, room), &p);
	canvas_put(y, r->x + r->columns - len, len, tail, len, &p);
}

void
side_draw(const struct layout_rect *r)
{
	struct paint plain = { CANVAS_DEFAULT, CANVAS_DEFAULT, 0 };
	struct paint rule = theme(THEME_RULE);
	int shown = buffer_number(window.shown), n;
	const struct buffer *b;

	if (shown < side_first)
		side_first = shown;
	if (shown >= side_first + r->rows)
		side_first = shown - r->rows + 1;
	if (side_first > 0 && buffer_count() - side_first < r->rows)
		side_first = buffer_count() > r->rows ?
		    buffer_count() - r->rows : 0;
	b = buffer_at(side_first);
	for (n = 0; n < r->rows; n++) {
		if (b == NULL) {
			canvas_blank(r->y + n, r->x, r->columns, &plain);
			continue;
		}
		side_draw_one(b, side_first + n + 1, r->y + n, r);
		b = b->next;
	}
	canvas_line(r->y, r->x + r->columns, r->rows, &rule);
}

struct buffer *
side_at(int y)
{
	return buffer_at(side_first + y);
}
