/* SPDX-License-Identifier: ISC */
/*
 * /set, /unset and /save: the settings, as they are shown and changed by who
 * types.  "NAME" is a setting for all networks, "NETWORK.NAME" that of one.  A
 * change counts at once, or from the next connection on where it is about how
 * one connects, and is in the file only after /save.
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "client/loop.h"
#include "client/news.h"
#include "client/session/network.h"
#include "client/session/session.h"
#include "config.h"
#include "set.h"
#include "setting.h"

/* "home.nick on": the network, if it is one that there is, and the name. */
static const char *
set_take(const char *text, char *full, size_t size, const char **network,
    const char **name)
{
	size_t len = strcspn(text, " ");
	char *dot;

	snprintf(full, size, "%.*s", (int)len, text);
	*network = NULL;
	*name = full;
	dot = strrchr(full, '.');
	if (dot != NULL) {
		*dot = '\0';
		*network = full;
		*name = dot + 1;
	}
	return text + len + strspn(text + len, " ");
}

/* What depends on a setting and is not asked for each time. */
static void
set_refresh(void)
{
	size_t i;

	for (i = 0; i < loop_sessions(); i++)
		network_refresh(loop_session(i));
}

static void
set_show(struct session *s, const char *network,
    const struct setting_info *info, int help)
{
	char line[SETTING_VALUE];
	int given = setting_line(network, info->name, line, sizeof(line));

	news_client(s, "%s%s%s %s%s", network != NULL ? network : "",
	    network != NULL ? "." : "", info->name, line,
	    given ? "" : network != NULL ? " (as for all networks)" :
	    " (default)");
	if (help)
		news_client(s, "%s: %s (%s)", info->name, info->help,
		    info->values);
}

/* Whether there is such a network, or none is meant. */
static int
set_is_network(const char *network)
{
	int i;

	if (network == NULL)
		return 1;
	for (i = 0; setting_network(i) != NULL; i++)
		if (strcmp(setting_network(i), network) == 0)
			return 1;
	return 0;
}

/* What networks have of their own. */
static void
set_show_networks(struct session *s)
{
	char line[SETTING_VALUE];
	struct setting_info info;
	const char *network;
	int i, j;

	for (i = 0; (network = setting_network(i)) != NULL; i++)
		for (j = 0; setting_info(j, &info); j++)
			if (setting_line(network, info.name, line,
			    sizeof(line)))
				set_show(s, network, &info, 0);
}

/* The setting NAME, or all that begin so. */
static void
set_show_some(struct session *s, const char *network, const char *name)
{
	char why[SETTING_WHY];
	struct setting_info info;
	size_t len = strlen(name);
	int i, shown = 0;

	for (i = 0; set_is_network(network) && setting_info(i, &info); i++) {
		if (strncmp(info.name, name, len) != 0 ||
		    (network != NULL && !info.local))
			continue;
		set_show(s, network, &info, *name != '\0');
		shown = 1;
	}
	/* To set what there is not is refused in words. */
	if (!shown && setting_unset(network, name, why, sizeof(why)) == -1)
		news_error(s, "%s", why);
}

void
set_show_or_change(struct session *s, const char *text)
{
	char full[SETTING_NETWORK + 64], why[SETTING_WHY];
	const char *network, *name;
	struct setting_info info;
	int i;

	text = set_take(text, full, sizeof(full), &network, &name);
	if (*text == '\0') {
		set_show_some(s, network, name);
		if (network == NULL && *name == '\0')
			set_show_networks(s);
		return;
	}
	if (setting_set(network, name, text, why, sizeof(why)) == -1) {
		news_error(s, "%s", why);
		return;
	}
	set_refresh();
	for (i = 0; setting_info(i, &info); i++)
		if (strcmp(info.name, name) == 0)
			set_show(s, network, &info, 0);
}

void
set_unset(struct session *s, const char *text)
{
	char full[SETTING_NETWORK + 64], why[SETTING_WHY];
	const char *network, *name;

	set_take(text, full, sizeof(full), &network, &name);
	if (setting_unset(network, name, why, sizeof(why)) == -1)
		news_error(s, "%s", why);
	else {
		set_refresh();
		set_show_some(s, network, name);
	}
}

void
set_save(struct session *s, const char *text)
{
	(void)text;
	if (config_save() == 0)
		news_client(s, "settings saved in %s", config_file());
	else if (config_file() == NULL)
		news_error(s, "not saved: there is no HOME to save it in");
	else
		news_error(s, "not saved: %s: %s", config_file(),
		    strerror(errno));
}
