/* SPDX-License-Identifier: ISC */
/*
 * Ignoring: what certain people say is not told, to no view.
 *
 * They are masks of nick!user@host in a setting, so that they are kept with
 * the others.  Only what they say goes; that they come and go is still told,
 * or the lists of members would not be true.
 */

#include <stdio.h>
#include <string.h>

#include "client/command.h"
#include "client/news.h"
#include "client/setting/setting.h"
#include "ignore.h"
#include "irc/mask.h"
#include "session.h"

enum { IGNORE_MASK = 200 };

int
ignore_has(const struct session *s, const struct event_line *e)
{
	char source[SESSION_NICK * 2 + SESSION_TARGET];
	const char *mask;
	int i;

	if (e->own)
		return 0;
	snprintf(source, sizeof(source), "%s!%s", e->nick, e->address);
	for (i = 0; (mask = setting_item_in(s->network, "ignore",
	    i)) != NULL; i++)
		if (mask_match(mask, source))
			return 1;
	return 0;
}

static void
ignore_list(struct session *s)
{
	const char *mask;
	int i;

	for (i = 0; (mask = setting_item_in(s->network, "ignore",
	    i)) != NULL; i++)
		news_client(s, "ignored: %s", mask);
	if (i == 0)
		news_client(s, "nobody is ignored");
}

/* A network that has a list of its own goes by no other. */
static const char *
ignore_network(const struct session *s)
{
	char line[SETTING_VALUE];

	return s->network != NULL && setting_line(s->network, "ignore", line,
	    sizeof(line)) ? s->network : NULL;
}

static void
ignore_change(struct session *s, const char *text,
    int (*change)(const char *, const char *, const char *, char *, size_t),
    const char *done)
{
	char word[IGNORE_MASK], mask[IGNORE_MASK], why[SETTING_WHY];

	command_word(&text, word, sizeof(word));
	if (mask_complete(mask, sizeof(mask), word) == -1)
		command_refuse(s, "that is no mask");
	else if (change(ignore_network(s), "ignore", mask, why,
	    sizeof(why)) == -1)
		command_refuse(s, why);
	else
		news_client(s, "%s: %s", done, mask);
}

void
ignore_add(struct session *s, const char *text)
{
	if (*text == '\0')
		ignore_list(s);
	else
		ignore_change(s, text, setting_add, "ignored");
}

void
ignore_remove(struct session *s, const char *text)
{
	ignore_change(s, text, setting_remove, "no longer ignored");
}
