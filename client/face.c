/* SPDX-License-Identifier: ISC */
/*
 * The face: which view a person has.
 *
 * A full screen where there can be one and it was built with it, lines
 * everywhere else.  main.c need not know which.
 */

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "client/input/recall.h"
#include "client/line/console.h"
#include "face.h"
#include "loop.h"
#include "news.h"
#ifdef SCREEN
#include "client/screen/screen.h"
#endif
#include "client/line/terminal.h"

/* It can always be had. */
static int
face_open_lines(void)
{
	console_open();
	return 0;
}

static const struct face {
	const struct view *view;
	const struct loop_user *user;
	int (*open)(void);
	int (*close)(void);
} faces[] = {
	{ &console_view, &console_user, face_open_lines,
	    console_close },
#ifdef SCREEN
	{ &screen_view, &screen_user, screen_open, screen_close },
#endif
};

static const struct face *face = &faces[0];

void
face_choose(int lines)
{
#ifdef SCREEN
	if (!lines && screen_is_possible())
		face = &faces[1];
#else
	(void)lines;
#endif
	news_view(face->view);
}

const struct loop_user *
face_user(void)
{
	return face->user;
}

/* What was typed before is there in both. */
int
face_open(void)
{
	if (face->open() == -1)
		return -1;
	if (terminal_is_typed() && recall_begin() == -1)
		news_client(loop_session(0), "what is typed is not kept for "
		    "the next time: %s", strerror(errno));
	return 0;
}

int
face_close(void)
{
	recall_close();
	return face->close();
}
