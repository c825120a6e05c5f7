/* SPDX-License-Identifier: ISC */
/*
 * What subcommands print: lines for cut(1), or objects of JSON.
 *
 * All that comes from others is cleaned, as for a terminal; a tab is never
 * part of a column, and a column is never empty.
 */

#include <stdio.h>
#include <string.h>

#include "client/line/display.h"
#include "client/line/terminal.h"
#include "json.h"
#include "script.h"

static struct json json;

/* What is shown without --all: what people say. */
#define SCRIPT_SPEECH (UINT64_C(1) << NEWS_MESSAGE | \
	UINT64_C(1) << NEWS_NOTICE | UINT64_C(1) << NEWS_ACTION | \
	UINT64_C(1) << NEWS_SEALED)
/* What is not shown with it: what concerns moot and its lines. */
#define SCRIPT_INNER (UINT64_C(1) << NEWS_MEMBERS | \
	UINT64_C(1) << NEWS_ACCEPTED | UINT64_C(1) << NEWS_FAILED | \
	UINT64_C(1) << NEWS_UNSURE | UINT64_C(1) << NEWS_HISTORY | \
	UINT64_C(1) << NEWS_REPLY | UINT64_C(1) << NEWS_ERROR | \
	UINT64_C(1) << NEWS_CLIENT | UINT64_C(1) << NEWS_STATE)

int
script_shows(const struct script *x, const struct news *n)
{
	uint64_t bit = UINT64_C(1) << n->kind;

	if (n->flags & NEWS_PENDING)
		return 0;
	return x->all ? !(bit & SCRIPT_INNER) : (bit & SCRIPT_SPEECH) != 0;
}


/* A column: never empty, and without blanks of its own. */
static const char *
script_column(char *dst, size_t size, const char *src)
{
	size_t i;

	display_clean(dst, size, src != NULL && *src != '\0' ? src : "-");
	for (i = 0; dst[i] != '\0'; i++)
		if (dst[i] == ' ')
			dst[i] = '_';
	return dst;
}

void
script_columns(const char *const *columns, size_t n, const char *text)
{
	static char clean[3 * SCRIPT_TEXT];
	static char line[sizeof(clean) + SCRIPT_COLUMNS * SESSION_TARGET];
	char column[SESSION_TARGET];
	size_t i, len = 0;

	for (i = 0; i < n && i < SCRIPT_COLUMNS; i++)
		len += snprintf(line + len, sizeof(line) - len, "%s\t",
		    script_column(column, sizeof(column), columns[i]));
	display_clean(clean, sizeof(clean), text != NULL ? text : "");
	snprintf(line + len, sizeof(line) - len, "%s", clean);
	terminal_print(line);
}

/* "TIME ROOM NICK TYPE TEXT"; each line of the text has such a line. */
static void
script_print_plain(const struct news *n)
{
	static char part[SCRIPT_TEXT];
	char when[JSON_TIME];
	const char *columns[] = { when, n->room, n->nick,
		json_type(n->kind) };
	const char *p = n->text != NULL ? n->text :
	    n->about != NULL ? n->about : "";
	size_t len;

	json_format_time(when, n->when);
	do {
		len = strcspn(p, "\n");
		snprintf(part, sizeof(part), "%.*s", (int)len, p);
		script_columns(columns, sizeof(columns) / sizeof(columns[0]),
		    part);
		p += len;
	} while (*p++ != '\0');
}

void
script_print_json(struct script *x, const struct news *n)
{
	const char *object = json_news(&json, script_network(x), n);

	if (object != NULL)
		terminal_print(object);
}

int
script_print(struct script *x, const struct news *n)
{
	if (!script_shows(x, n))
		return 0;
	x->printed++;
	if (!x->json) {
		script_print_plain(n);
		return 1;
	}
	script_print_json(x, n);
	return 1;
}

void
script_print_clear(void)
{
	json_clear(&json);
}
