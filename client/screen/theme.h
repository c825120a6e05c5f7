/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_SCREEN_THEME_H
#define CLIENT_SCREEN_THEME_H

#include "canvas.h"

struct format_span;

/* What the things on the screen look like. */

enum theme_role {
	THEME_TEXT,
	THEME_TIME,
	THEME_EVENT,    /* somebody comes, goes, changes something */
	THEME_CLIENT,   /* moot's own words, and answers */
	THEME_ERROR,
	THEME_OWN,      /* our nick, where nicks have no colours */
	THEME_PENDING,  /* marks of own lines */
	THEME_ACCEPTED,
	THEME_FAILED,
	THEME_UNSURE,
	THEME_DAY,
	THEME_UNREAD,
	THEME_QUOTE,    /* what a message answers */
	THEME_REACTION,
	THEME_RULE,     /* between panes */
	THEME_TOPIC,
	THEME_STATUS,
	THEME_ALARM,    /* in the status */
	THEME_PROMPT,
	THEME_NETWORK,  /* in the list of buffers */
	THEME_QUIET,
	THEME_EVENTS,
	THEME_TALK,
	THEME_MENTION,
	THEME_SHOWN,    /* the buffer that is */
	THEME_AWAY,
	THEME_ROLES
};

/* Once there is a canvas, and when settings changed.  GROUND: "dark",
 * "light", else what COLORFGBG says.  NICKS: "full", "safe", "none". */
void theme_open(const char *ground, const char *nicks);
struct paint theme(enum theme_role role);
/* The colour of a nick, in bold. */
struct paint theme_nick(const char *nick);
/* What formatting (format.h) makes of BASE. */
struct paint theme_format(struct paint base, const struct format_span *span);

#endif
