/* SPDX-License-Identifier: ISC */
/*
 * The members of the room that is shown, and its topic.
 *
 * Members come sorted from room.c, by rank and then by nick; there are only
 * as many as there are rows, and how many more is said.  Who is away is dim.
 */

#include <stdio.h>
#include <string.h>

#include "buffer.h"
#include "canvas.h"
#include "client/session/room.h"
#include "client/session/session.h"
#include "format.h"
#include "theme.h"
#include "window.h"
#include "wrap.h"

static const struct room *
members_room(void)
{
	const struct buffer *b = window.shown;

	if (b == NULL || b->kind != BUFFER_ROOM)
		return NULL;
	return room_find(b->session->rooms, b->name);
}

static void
members_put(int y, int x, int columns, const char *raw, const struct paint *p)
{
	static struct format f;

	if (columns > 0 && format_plain(&f, raw) == 0)
		canvas_put(y, x, columns, f.text,
		    wrap_fit(f.text, f.len, columns), p);
}

static void
members_draw_one(const struct member *m, int y, const struct layout_rect *r)
{
	struct paint p = theme_nick(m->nick), mark = theme(THEME_PROMPT);

	if (m->away)
		p = theme(THEME_AWAY);
	p.attributes &= ~(unsigned int)CANVAS_BOLD;
	if (*m->prefixes != '\0')
		members_put(y, r->x, 1, (char[]){ *m->prefixes, '\0' }, &mark);
	members_put(y, r->x + 1, r->columns - 1, m->nick, &p);
}

void
members_draw(const struct layout_rect *r)
{
	struct paint plain = { CANVAS_DEFAULT, CANVAS_DEFAULT, 0 };
	struct paint rule = theme(THEME_RULE), dim = theme(THEME_AWAY);
	const struct room *room = members_room();
	size_t n = room == NULL ? 0 : room->nmembers;
	char more[32];
	int y;

	canvas_line(r->y, r->x - 1, r->rows, &rule);
	for (y = 0; y < r->rows; y++) {
		canvas_blank(r->y + y, r->x, r->columns, &plain);
		if (room == NULL || (size_t)y >= n)
			continue;
		if (y == r->rows - 1 && n > (size_t)r->rows) {
			snprintf(more, sizeof(more), " and %zu more", n - y);
			members_put(r->y + y, r->x, r->columns, more, &dim);
		} else
			members_draw_one(room->members[y], r->y + y, r);
	}
}

void
topic_draw(const struct layout_rect *r)
{
	struct paint p = theme(THEME_TOPIC);
	const struct room *room = members_room();
	const char *text = "";

	if (room != NULL && room->topic != NULL)
		text = room->topic;
	else if (window.shown != NULL)
		text = buffer_name(window.shown);
	canvas_blank(r->y, r->x, r->columns, &p);
	members_put(r->y, r->x, r->columns, text, &p);
}
