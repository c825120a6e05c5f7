/* SPDX-License-Identifier: ISC */
/*
 * Words: how news read on the screen.
 *
 * In a buffer the room goes without saying, so these words are other ones
 * than those of line mode.  One table: what stands in the column of nicks and
 * how the text begins, where %n is who did it, %a what it is about, %o the
 * room and %r the reason, which is the text, in brackets, if there is one.
 */

#include <stdio.h>
#include <string.h>

#include "words.h"

struct words_row {
	const char *lead; /* NULL: the nick */
	const char *form; /* "": the text alone */
	enum theme_role role;
};

static const struct words_row words_rows[NEWS_KINDS] = {
	[NEWS_MESSAGE] = { NULL, "", THEME_TEXT },
	[NEWS_NOTICE] = { NULL, "(notice) ", THEME_TEXT },
	[NEWS_ACTION] = { "*", "%n ", THEME_TEXT },
	[NEWS_CTCP] = { NULL, "(CTCP %a) ", THEME_EVENT },
	[NEWS_JOIN] = { "-->", "%n joined", THEME_EVENT },
	[NEWS_PART] = { "<--", "%n left%r", THEME_EVENT },
	[NEWS_QUIT] = { "<--", "%n quit%r", THEME_EVENT },
	[NEWS_KICK] = { "<--", "%n kicked %a out%r", THEME_EVENT },
	[NEWS_NICK] = { "--", "%n is now known as %a", THEME_EVENT },
	[NEWS_MODE] = { "--", "%n sets mode ", THEME_EVENT },
	[NEWS_TOPIC] = { "--", "%n set the topic: ", THEME_EVENT },
	[NEWS_INVITE] = { "--", "%n invites %a to %o", THEME_EVENT },
	[NEWS_AWAY] = { "--", "%n is away%r", THEME_EVENT },
	[NEWS_BACK] = { "--", "%n is back", THEME_EVENT },
	[NEWS_ACCOUNT] = { "--", "%n logged in as %a", THEME_EVENT },
	[NEWS_SETNAME] = { "--", "%n is now called ", THEME_EVENT },
	[NEWS_CHGHOST] = { "--", "%n is now at ", THEME_EVENT },
	[NEWS_RENAME] = { "--", "%n renamed the room to %a%r", THEME_EVENT },
	[NEWS_WALLOPS] = { NULL, "(to all operators) ", THEME_TEXT },
	[NEWS_REPLY] = { "--", "", THEME_CLIENT },
	[NEWS_ERROR] = { "!!", "", THEME_ERROR },
	[NEWS_CLIENT] = { "--", "", THEME_CLIENT },
	[NEWS_STATE] = { "--", "", THEME_CLIENT },
	[NEWS_SEALED] = { NULL, "(encrypted, cannot be read here) ",
	    THEME_ERROR },
};

/* Before what only two can read. */
#define WORDS_LOCK "\U0001f512 "

static const char *
words_or(const char *s, const char *otherwise)
{
	return s == NULL ? otherwise : s;
}

/* Puts nick, what it is about and the reason into a row's form; the text
 * follows unless %r had it. */
static void
words_form(struct words *w, const char *form, const struct news *n)
{
	size_t len = 0, size = sizeof(w->prefix);

	if (n->flags & NEWS_SECURE)
		len = snprintf(w->prefix, size, "%s", WORDS_LOCK);
	for (; *form != '\0' && len + 1 < size; form++) {
		if (*form != '%')
			len += snprintf(w->prefix + len, size - len, "%c",
			    *form);
		else if (*++form == 'n')
			len += snprintf(w->prefix + len, size - len, "%s",
			    words_or(n->nick, "moot"));
		else if (*form == 'a')
			len += snprintf(w->prefix + len, size - len, "%s",
			    words_or(n->about, ""));
		else if (*form == 'o')
			len += snprintf(w->prefix + len, size - len, "%s",
			    words_or(n->room, ""));
		else if (*w->text != '\0') {
			len += snprintf(w->prefix + len, size - len, " (");
			w->suffix = ")";
		}
	}
	w->prefix[len < size ? len : size - 1] = '\0';
}

void
words_make(struct words *w, const struct news *n)
{
	const struct words_row *row = &words_rows[n->kind];
	const char *form = words_or(row->form, "");

	w->is_nick = row->lead == NULL ||
	    (n->kind == NEWS_REPLY && n->nick != NULL);
	w->lead = w->is_nick ? words_or(n->nick, "moot") : row->lead;
	w->role = row->role;
	w->text = n->kind == NEWS_JOIN ? "" : words_or(n->text, "");
	w->suffix = "";
	if (n->kind == NEWS_TOPIC && *w->text == '\0')
		form = "%n removed the topic";
	else if (n->kind == NEWS_ACCOUNT && n->account == NULL)
		form = "%n logged out";
	words_form(w, form, n);
	if (n->kind == NEWS_ACCOUNT && n->account != NULL)
		snprintf(w->prefix, sizeof(w->prefix), "%s logged in as %s",
		    words_or(n->nick, ""), n->account);
	else if (n->kind == NEWS_JOIN && n->account != NULL)
		snprintf(w->prefix, sizeof(w->prefix), "%s joined (account %s)",
		    words_or(n->nick, ""), n->account);
}
