/* SPDX-License-Identifier: ISC */
/*
 * The overview of keys: binding.c's table, in the place of the lines.
 */

#include <stdio.h>
#include <string.h>

#include "binding.h"
#include "canvas.h"
#include "theme.h"
#include "window.h"

enum { HELP_KEY = 14 }; /* columns of a key */

static void
help_draw_row(int y, const struct layout_rect *r, const char *key,
    const char *text)
{
	struct paint plain = theme(THEME_TEXT), bold = theme(THEME_PROMPT);
	int room = r->columns - HELP_KEY;

	canvas_put(y, r->x, r->columns < HELP_KEY ? r->columns : HELP_KEY,
	    key, strlen(key), &bold);
	if (room > 0)
		canvas_put(y, r->x + HELP_KEY, room, text, strlen(text),
		    &plain);
}

void
help_draw(const struct layout_rect *r)
{
	struct paint plain = theme(THEME_TEXT);
	const struct binding *b;
	char key[32];
	int y, row;

	for (y = 0; y < r->rows; y++)
		canvas_blank(r->y + y, r->x, r->columns, &plain);
	if (r->rows == 0)
		return;
	help_draw_row(r->y, r, "Keys",
	    "M- is Alt, C- is Ctrl; PageDown: more of them; F1: back");
	for (row = 0; binding_at(row) != NULL; row++)
		;
	if (window.help_row > row - 1)
		window.help_row = row - 1;
	for (y = 1; y < r->rows; y++) {
		b = binding_at(window.help_row + y - 1);
		if (b == NULL)
			break;
		snprintf(key, sizeof(key), "%s%s",
		    b->mode == BINDING_PICK ? "chosen: " : "", b->key);
		help_draw_row(r->y + y, r, key, b->help);
	}
}
