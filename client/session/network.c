/* SPDX-License-Identifier: ISC */
/*
 * Networks: how a session follows from the settings.  main.c opens those of
 * the command line or those that are at-start, a command opens others later,
 * and so do scripts; all of them come through here, so that an account and
 * its password mean the same everywhere.
 */

#include <stdio.h>
#include <string.h>

#include "client/command.h"
#include "client/line/terminal.h"
#include "client/setting/path.h"
#include "client/setting/secret.h"
#include "client/setting/setting.h"
#include "draft.h"
#include "network.h"
#include "own.h"
#include "sealed.h"
#include "session.h"

const char *
network_find(const char *what)
{
	const char *network;
	int i;

	for (i = 0; (network = setting_network(i)) != NULL; i++)
		if (what != NULL && strcmp(network, what) == 0)
			return network;
	return NULL;
}

const char *
network_at_start(int i)
{
	const char *network;
	int n, found = 0;

	for (n = 0; (network = setting_network(n)) != NULL; n++)
		if (setting_on_in(network, "at-start") && found++ == i)
			return network;
	return NULL;
}

/* NULL for the empty text: nothing was set. */
static const char *
network_text(const char *network, const char *name)
{
	const char *text = setting_text_in(network, name);

	return *text != '\0' ? text : NULL;
}

static int
network_begin(struct session *s, const char *where, const char *nick,
    char *why, size_t size)
{
	switch (session_init(s, where, nick)) {
	case 0:
		return 0;
	case -1:
		snprintf(why, size, "not an address: %s", where);
		return -1;
	default:
		snprintf(why, size, "not a nick: %s", nick);
		return -1;
	}
}

/* By which its password is known: two servers never have the same. */
static void
network_name(const struct session *s, char *name, size_t size)
{
	if (s->network != NULL)
		snprintf(name, size, "%s", s->network);
	else
		snprintf(name, size, "%s %s", s->connection.host,
		    s->connection.port);
}

/* The account's; session.secret. */
static int
network_secret(struct session *s, char *secret, size_t size, char *why,
    size_t why_size)
{
	char name[SECRET_SERVER];

	network_name(s, name, sizeof(name));
	return secret_find(name, secret, size, why, why_size);
}

/* It is looked for now, when a command for it may still use the terminal, and
 * what is wrong with it can be said before anything else happens. */
static int
network_log_in(struct session *s, char *why, size_t size)
{
	char password[SECRET_MOST], name[SECRET_SERVER];
	int found = network_secret(s, password, sizeof(password), why, size);

	explicit_bzero(password, sizeof(password));
	network_name(s, name, sizeof(name));
	s->account = network_text(s->network, "account");
	if (setting_is_in(s->network, "sasl-mechanism", "external"))
		s->mechanism = "EXTERNAL";
	s->login_needed = setting_on_in(s->network, "login-needed");
	if (s->account != NULL)
		s->secret = network_secret;
	else if (found == 1)
		s->password = secret_text(name);
	return found == -1 ? -1 : 0;
}

/* The rooms of the command line are the first, so that one talks there. */
static void
network_join(struct session *s, const char *network, const char *rooms)
{
	char target[SESSION_TARGET];
	const char *room;
	int i;

	if (rooms != NULL)
		command_join(s, rooms, "");
	snprintf(target, sizeof(target), "%s", s->target);
	for (i = 0; (room = setting_item_in(network, "join", i)) != NULL;
	    i++) {
		command_join(s, room, "");
		if (*target == '\0')
			snprintf(target, sizeof(target), "%s", s->target);
	}
	if (*target != '\0')
		session_target(s, target);
}

int
network_open(struct session *s, const char *what, const char *nick,
    const char *rooms, char *why, size_t size)
{
	const char *network = network_find(what), *where = what;

	if (network != NULL || what == NULL)
		where = network_text(network, "server");
	if (nick == NULL)
		nick = network_text(network, "nick");
	if (network_begin(s, where, nick, why, size) == -1)
		return -1;
	s->network = network;
	s->realname = network_text(network, "realname");
	s->once = !setting_on_in(network, "reconnect");
	network_refresh(s);
	if (network_log_in(s, why, size) == -1)
		return -1;
	network_join(s, network, rooms);
	return 0;
}

void
network_refresh(struct session *s)
{
	s->away_after = setting_number_in(s->network, "away-after");
}

void
network_keep(struct session *s, const char *what)
{
	char path[PATH_MOST];

	s->catches_up = 1;
	if (!terminal_is_typed())
		return;
	s->recent = (int)setting_number_in(s->network, "recent-lines");
	if (path_state(path, sizeof(path), "drafts") == 0)
		s->draft = draft_open(path, what != NULL ? what : "default");
	sealed_open(s, what != NULL ? what : "default");
	own_restore(s);
}
