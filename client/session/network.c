/* SPDX-License-Identifier: ISC */
/*
 * Networks: how a session follows from the settings.  main.c opens those of
 * the command line or those that are at-start, a command opens others later,
 * and so do scripts; all of them come through here, so that an account and
 * its password mean the same everywhere.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "client/command.h"
#include "client/line/terminal.h"
#include "client/setting/path.h"
#include "client/setting/secret.h"
#include "client/setting/setting.h"
#include "draft.h"
#include "irc/uri.h"
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
	struct uri u;

	if (where != NULL && uri_read(&u, where) == 0 && *u.token != '\0') {
		snprintf(why, size, "an invitation is taken up by \"moot "
		    "URI\" alone, at a terminal");
		return -1;
	}
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

/* ---- TLS ---- */

static struct {
	const char *pin;
	int trust, plain;
} options;

void
network_options(const char *pin, int trust, int plain)
{
	options.pin = pin;
	options.trust = trust;
	options.plain = plain;
}

/* The file that a setting names, for as long as moot runs; NULL: none.  There
 * are few: each is kept once. */
static const char *
network_file(const char *network, const char *name, char *why, size_t size)
{
	static struct kept {
		char path[PATH_MOST];
		struct kept *next;
	} *files;
	const char *file = network_text(network, name);
	char path[PATH_MOST];
	struct kept *k;

	if (file == NULL)
		return NULL;
	snprintf(why, size, "%s: there is no place for %s", name, file);
	if (path_named(path, sizeof(path), file) == -1)
		return NULL;
	for (k = files; k != NULL && strcmp(k->path, path) != 0; k = k->next)
		;
	if (k == NULL && (k = calloc(1, sizeof(*k))) != NULL) {
		strcpy(k->path, path);
		k->next = files;
		files = k;
	}
	if (k != NULL)
		*why = '\0';
	return k != NULL ? k->path : NULL;
}

/* What the command line says is for one server only. */
static void
network_take_options(struct connection *c)
{
	unsigned char pin[PIN_BYTES];

	if (options.plain)
		connection_set_tls(c, 0);
	if (options.pin != NULL && pin_read(pin, options.pin) == 0)
		pin_write(c->pin, pin);
	if (options.trust)
		c->trust = TRUST_FIRST;
	memset(&options, 0, sizeof(options));
}

int
network_secure(struct session *s, char *why, size_t size)
{
	struct connection *c = &s->connection;
	unsigned char pin[PIN_BYTES];

	*why = '\0';
	if (!setting_is_in(s->network, "tls", "auto"))
		connection_set_tls(c, setting_is_in(s->network, "tls", "on"));
	if (pin_read(pin, setting_text_in(s->network, "pin")) == 0)
		pin_write(c->pin, pin);
	c->trust = terminal_is_typed() && terminal_is_shown() ? TRUST_FIRST :
	    TRUST_KNOWN;
	network_take_options(c);
	c->certificate = network_file(s->network, "certificate", why, size);
	if (*why == '\0')
		c->key = network_file(s->network, "certificate-key", why,
		    size);
	return *why == '\0' ? 0 : -1;
}

void
network_mechanism(struct session *s)
{
	static const char *const names[] = { "EXTERNAL", "SCRAM-SHA-256",
		"PLAIN" };
	size_t i;

	s->mechanism = NULL;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcasecmp(setting_text_in(s->network, "sasl-mechanism"),
		    names[i]) == 0)
			s->mechanism = names[i];
	s->in_clear = setting_on_in(s->network, "password-in-clear");
}

/* ---- who one is ---- */

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
	network_mechanism(s);
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
	if (network_secure(s, why, size) == -1)
		return -1;
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
