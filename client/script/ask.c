/* SPDX-License-Identifier: ISC */
/*
 * moot who, rooms and whoami: one question, and what is answered.
 *
 * Rows of WHO and LIST come as news, see listing.c; each is printed as it
 * comes, so a server with a hundred thousand rooms needs no memory here.
 */

#include <string.h>

#include "ask.h"
#include "client/line/terminal.h"
#include "client/session/listing.h"
#include "json.h"

int
ask_who_begin(struct script *x)
{
	return x->argc == 0 || script_is_target(x, x->argv[0]) ? 0 : -1;
}

void
ask_online(struct script *x)
{
	if (strcmp(x->command->name, "rooms") == 0)
		listing_ask_rooms(x->session);
	else
		listing_ask_who(x->session, x->argc > 0 ? x->argv[0] : "*");
}

static void
ask_print(struct script *x, const struct news *n)
{
	const char *person[] = { n->room, n->nick, n->about, n->account,
		n->address };
	const char *room[] = { n->room, n->about };

	x->printed++;
	if (x->json)
		script_print_json(x, n);
	else if (n->kind == NEWS_PERSON)
		script_columns(person, sizeof(person) / sizeof(person[0]),
		    n->text);
	else
		script_columns(room, sizeof(room) / sizeof(room[0]), n->text);
}

int
ask_tell(struct script *x, const struct news *n)
{
	switch (n->kind) {
	case NEWS_PERSON:
	case NEWS_LISTED:
		ask_print(x, n);
		return 1;
	case NEWS_END:
		script_end(x, x->printed == 0 && x->argc > 0 ?
		    STATUS_NOBODY : STATUS_OK);
		return 1;
	case NEWS_ERROR:
		script_complain(x, "%s", n->text);
		script_end(x, STATUS_LINE_REFUSED);
		return 1;
	default:
		return 0;
	}
}

static void
ask_print_self(struct script *x, const struct session *s)
{
	static struct json j;
	const char *object;

	json_begin(&j);
	json_string(&j, "type", "self");
	json_string(&j, "network", script_network(x));
	json_string(&j, "nick", s->nick);
	if (*s->logged_in != '\0')
		json_string(&j, "account", s->logged_in);
	object = json_end(&j);
	if (object != NULL)
		terminal_print(object);
	json_clear(&j);
}

void
ask_whoami_online(struct script *x)
{
	const struct session *s = x->session;
	const char *columns[] = { s->nick, s->logged_in };

	if (x->json)
		ask_print_self(x, s);
	else
		script_columns(columns, sizeof(columns) / sizeof(columns[0]),
		    script_network(x));
	script_end(x, STATUS_OK);
}
