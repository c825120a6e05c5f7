/* SPDX-License-Identifier: ISC */
/*
 * Where the candidates of a session come from: its rooms and who is in them,
 * the commands, the settings.
 *
 * In the room that one talks to those who spoke last come first; who is only
 * in other rooms comes behind them, and we ourselves at the end.
 */

#include <stdio.h>
#include <string.h>

#include "client/command.h"
#include "client/loop.h"
#include "client/session/room.h"
#include "client/session/session.h"
#include "client/setting/setting.h"
#include "complete.h"

static void
offer_members(struct complete *c, const struct session *s,
    const struct room *r, int here)
{
	const struct member *m;
	size_t i;

	for (i = 0; i < r->nmembers; i++) {
		m = r->members[i];
		if (session_is_me(s, m->nick))
			complete_offer(c, m->nick, -1);
		else
			complete_offer(c, m->nick,
			    here ? (int64_t)m->spoke + 1 : 0);
	}
}

static void
offer_nicks(struct complete *c, struct session *s, const char *about)
{
	struct room *here, *r;

	(void)about;
	if (s == NULL)
		return;
	here = room_find(s->rooms, s->target);
	if (here != NULL)
		offer_members(c, s, here, 1);
	else
		complete_offer(c, s->target, 1);
	for (r = s->rooms; r != NULL; r = r->next)
		if (r != here)
			offer_members(c, s, r, 0);
}

static void
offer_rooms(struct complete *c, struct session *s, const char *about)
{
	struct room *r;

	(void)about;
	for (r = s != NULL ? s->rooms : NULL; r != NULL; r = r->next)
		complete_offer(c, r->name, r == room_find(s->rooms, s->target));
}

static void
offer_commands(struct complete *c, struct session *s, const char *about)
{
	const char *name;
	size_t i;

	(void)s;
	(void)about;
	for (i = 0; (name = command_name(i)) != NULL; i++)
		complete_offer(c, name, 0);
}

static void
offer_settings(struct complete *c, struct session *s, const char *about)
{
	struct setting_info info;
	int i;

	(void)s;
	(void)about;
	for (i = 0; setting_info(i, &info); i++)
		complete_offer(c, info.name, 0);
}

/* "on|off" is two, "1s..1d|off" one, and "TEXT" none. */
static void
offer_values(struct complete *c, struct session *s, const char *name)
{
	const char *dot = strrchr(name, '.');
	struct setting_info info;
	char *value, *rest;
	int i;

	(void)s;
	/* That of one network: "NETWORK.paste". */
	if (dot != NULL)
		name = dot + 1;
	for (i = 0; setting_info(i, &info); i++) {
		if (strcmp(info.name, name) != 0)
			continue;
		rest = info.values;
		if (strchr(rest, '|') == NULL)
			return;
		while ((value = strsep(&rest, "|")) != NULL)
			if (strstr(value, "..") == NULL)
				complete_offer(c, value, 0);
		return;
	}
}

static void
offer_servers(struct complete *c, struct session *s, const char *about)
{
	const char *network;
	size_t i;

	(void)about;
	for (i = 0; (s = loop_session(i)) != NULL; i++)
		complete_offer(c, loop_name(s), 1);
	for (i = 0; (network = setting_network((int)i)) != NULL; i++)
		complete_offer(c, network, 0);
}

static void (*const offers[COMPLETE_KINDS])(struct complete *,
    struct session *, const char *) = {
	[COMPLETE_NICK] = offer_nicks,
	[COMPLETE_ROOM] = offer_rooms,
	[COMPLETE_COMMAND] = offer_commands,
	[COMPLETE_SETTING] = offer_settings,
	[COMPLETE_VALUE] = offer_values,
	[COMPLETE_SERVER] = offer_servers,
};

static void
offer(struct complete *c, struct session *s, enum complete_kind kind,
    const char *about, const char *word)
{
	(void)word;
	offers[kind](c, s, about);
}

/* A byte of UTF-8 above 127 is its own in every casemapping. */
static int
equal(const struct session *s, const char *a, const char *b, size_t len)
{
	if (s == NULL || s->isupport.folded == NULL)
		return strncasecmp(a, b, len) == 0;
	for (; len > 0; a++, b++, len--)
		if (s->isupport.folded[(unsigned char)*a] !=
		    s->isupport.folded[(unsigned char)*b])
			return 0;
	return 1;
}

const struct complete_source *
complete_session(void)
{
	static char after[64];
	static const struct complete_source source = {
		.offer = offer, .usage = command_usage, .equal = equal,
		.after_nick = after,
	};

	snprintf(after, sizeof(after), "%s ",
	    setting_text("completion-suffix"));
	return &source;
}
