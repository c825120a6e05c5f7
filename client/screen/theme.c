/* SPDX-License-Identifier: ISC */
/*
 * The theme: what each thing on the screen looks like.
 *
 * One table with a row a thing: its attributes, and a colour of the eight that
 * every terminal has, for a dark and for a light ground.  Nothing is told by a
 * colour alone: what matters has a shape or a word as well, so the screen can
 * be used without any.
 */

#include <string.h>

#include "format.h"
#include "palette.h"
#include "theme.h"

enum {
	NONE = CANVAS_DEFAULT,
	RED = 1,
	GREEN,
	YELLOW,
	BLUE,
	MAGENTA,
	CYAN,
};

static struct palette theme_palette;
static int theme_plain; /* nicks have no colours */

static const struct {
	unsigned int attributes;
	int dark, light;
} theme_roles[THEME_ROLES] = {
	[THEME_TEXT] = { 0, NONE, NONE },
	[THEME_TIME] = { CANVAS_DIM, NONE, NONE },
	[THEME_EVENT] = { CANVAS_DIM, NONE, NONE },
	[THEME_CLIENT] = { 0, CYAN, BLUE },
	[THEME_ERROR] = { CANVAS_BOLD, RED, RED },
	[THEME_OWN] = { CANVAS_BOLD, NONE, NONE },
	[THEME_PENDING] = { CANVAS_DIM, NONE, NONE },
	[THEME_ACCEPTED] = { CANVAS_DIM, GREEN, GREEN },
	[THEME_FAILED] = { CANVAS_BOLD, RED, RED },
	[THEME_UNSURE] = { CANVAS_BOLD, YELLOW, MAGENTA },
	[THEME_DAY] = { CANVAS_DIM, NONE, NONE },
	[THEME_UNREAD] = { CANVAS_BOLD, YELLOW, MAGENTA },
	[THEME_QUOTE] = { CANVAS_DIM | CANVAS_ITALIC, NONE, NONE },
	[THEME_REACTION] = { CANVAS_DIM, CYAN, BLUE },
	[THEME_RULE] = { CANVAS_DIM, NONE, NONE },
	[THEME_TOPIC] = { CANVAS_UNDERLINE, NONE, NONE },
	[THEME_STATUS] = { CANVAS_REVERSE, NONE, NONE },
	[THEME_ALARM] = { CANVAS_REVERSE | CANVAS_BOLD, YELLOW, RED },
	[THEME_PROMPT] = { CANVAS_BOLD, NONE, NONE },
	[THEME_NETWORK] = { CANVAS_BOLD, NONE, NONE },
	[THEME_QUIET] = { 0, NONE, NONE },
	[THEME_EVENTS] = { 0, CYAN, BLUE },
	[THEME_TALK] = { CANVAS_BOLD, GREEN, BLUE },
	[THEME_MENTION] = { CANVAS_BOLD, MAGENTA, MAGENTA },
	[THEME_SHOWN] = { CANVAS_REVERSE, NONE, NONE },
	[THEME_AWAY] = { CANVAS_DIM, NONE, NONE },
};

void
theme_open(const char *ground, const char *nicks)
{
	enum palette_ground g = palette_guess();

	if (strcmp(ground, "dark") == 0)
		g = PALETTE_DARK;
	else if (strcmp(ground, "light") == 0)
		g = PALETTE_LIGHT;
	palette_open(&theme_palette, canvas_colours(), g,
	    strcmp(nicks, "safe") == 0);
	theme_plain = strcmp(nicks, "none") == 0;
}

struct paint
theme(enum theme_role role)
{
	struct paint p = { theme_roles[role].dark, CANVAS_DEFAULT,
		theme_roles[role].attributes };

	if (theme_palette.ground == PALETTE_LIGHT)
		p.fg = theme_roles[role].light;
	return p;
}

struct paint
theme_nick(const char *nick)
{
	struct paint p = theme(THEME_OWN);

	if (!theme_plain)
		p.fg = palette_nick(&theme_palette, nick);
	return p;
}

struct paint
theme_format(struct paint p, const struct format_span *span)
{
	static const struct {
		unsigned int from, to;
	} attributes[] = {
		{ FORMAT_BOLD, CANVAS_BOLD },
		{ FORMAT_ITALIC, CANVAS_ITALIC },
		{ FORMAT_UNDERLINE, CANVAS_UNDERLINE },
		{ FORMAT_STRIKE, CANVAS_DIM },
		{ FORMAT_REVERSE, CANVAS_REVERSE },
	};
	size_t i;

	for (i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++)
		if (span->attributes & attributes[i].from)
			p.attributes |= attributes[i].to;
	if (span->fg != FORMAT_NONE || span->bg != FORMAT_NONE)
		palette_format(&theme_palette, span->fg, span->bg, &p.fg,
		    &p.bg);
	return p;
}
