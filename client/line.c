/* SPDX-License-Identifier: ISC */
/*
 * Lines: the view that puts news into words, one event a line, whoever did it
 * first.
 *
 * It is what a pipe gets, and a terminal without a screen.  It keeps nothing:
 * what it needs to know of rooms and people is in the session.
 */

#include <stdio.h>
#include <string.h>

#include "display.h"
#include "line.h"
#include "session.h"

static void
line_tell(struct session *s, const struct news *n)
{
	(void)s;
	if (n->kind == NEWS_ERROR)
		display_error("%s", n->text);
	else
		display_client("%s", n->text);
}

const struct view line_view = { line_tell };
