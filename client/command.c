/* SPDX-License-Identifier: ISC */
/*
 * Commands: what a typed line means.
 *
 * One table: a name, who deals with it, how many words it needs, how it is
 * used and what it does; /help prints the table.  Whatever a handler wants of
 * the server it queues, so a command given while there is no connection is
 * carried out when there is one, in its turn.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/session/draft.h"
#include "client/session/encryption.h"
#include "client/session/ignore.h"
#include "client/session/network.h"
#include "client/session/room.h"
#include "client/session/sealed.h"
#include "client/session/session.h"
#include "client/setting/set.h"
#include "command.h"
#include "irc/name.h"
#include "loop.h"
#include "news.h"
#include "remark.h"

enum {
	COMMAND_WORDS = 3,
	COMMAND_LINES = 256, /* its text may have several lines */
};

struct command {
	const char *name;
	/* TEXT is what follows the name. */
	void (*handle)(struct session *s, const char *text);
	int words; /* fewer: it is refused, with its usage; COMMAND_LINES */
	const char *usage, *help;
};

/* ---- words ---- */

int
command_word(const char **text, char *word, size_t size)
{
	size_t len;

	*text += strspn(*text, " \n");
	len = strcspn(*text, " \n");
	snprintf(word, size, "%.*s", (int)len, *text);
	*text += len;
	*text += strspn(*text, " \n");
	return len > 0;
}

static int
command_words(const char *text)
{
	char word[2];
	int n;

	for (n = 0; n < COMMAND_WORDS && command_word(&text, word, 2); n++)
		;
	return n;
}

void
command_refuse(struct session *s, const char *why)
{
	news_error(s, "%s", why);
	s->refused++;
}

/* The room a command is about: the first word of *TEXT if it is one, else
 * the current target; -1, having said so, when that is none. */
static int
command_room(struct session *s, const char **text, char *room, size_t size)
{
	const char *rest = *text;

	if (command_word(&rest, room, size) && session_is_room(s, room)) {
		*text = rest;
		return 0;
	}
	snprintf(room, size, "%s", s->target);
	if (session_is_room(s, room))
		return 0;
	command_refuse(s, "no room chosen: /join ROOM, or name it");
	return -1;
}

/* ---- handlers, in the order of the table ---- */

static void
cmd_away(struct session *s, const char *text)
{
	if (*text == '\0')
		session_queue(s, "AWAY");
	else
		session_queue(s, "AWAY :%s", text);
}

static void
cmd_invite(struct session *s, const char *text)
{
	char nick[SESSION_NICK], room[SESSION_TARGET];

	command_word(&text, nick, sizeof(nick));
	if (command_room(s, &text, room, sizeof(room)) == 0)
		session_queue(s, "INVITE %s %s", nick, room);
}

/* A room is left; with a person one merely stops to talk. */
static void
cmd_close(struct session *s, const char *text)
{
	char target[SESSION_TARGET];

	snprintf(target, sizeof(target), "%s", s->target);
	command_word(&text, target, sizeof(target));
	if (*target == '\0')
		snprintf(target, sizeof(target), "%s", s->target);
	if (*target == '\0') {
		command_refuse(s, COMMAND_NO_TARGET);
		return;
	}
	if (isupport_cmp(&s->isupport, target, s->target) == 0)
		session_target(s, "");
	if (room_find(s->rooms, target) != NULL)
		session_queue(s, "PART %s", target);
}

static void
cmd_disconnect(struct session *s, const char *text)
{
	struct session *other = loop_other_session(s);

	session_quit(s, text);
	if (other != NULL)
		news_choose(other);
}

/* "moot" is "#moot": one does not want to explain '#' to everyone. */
static void
command_join_one(struct session *s, const char *name, const char *key)
{
	char room[SESSION_TARGET + 1];

	snprintf(room, sizeof(room), "%s%s",
	    session_is_room(s, name) ? "" : "#", name);
	if (room_know(&s->rooms, &s->isupport, room, key) == NULL) {
		command_refuse(s, "the name or key of the room is too long");
		return;
	}
	session_target(s, room);
	if (key != NULL)
		session_queue(s, "JOIN %s %s", room, key);
	else
		session_queue(s, "JOIN %s", room);
}

/* Takes what is before the next comma; 0 when nothing is left. */
static int
command_item(const char **list, char *item, size_t size)
{
	size_t len;

	*list += strspn(*list, ",");
	len = strcspn(*list, ",");
	snprintf(item, size, "%.*s", (int)len, *list);
	*list += len;
	return len > 0;
}

void
command_join(struct session *s, const char *rooms, const char *keys)
{
	char room[SESSION_TARGET], key[SESSION_TARGET], first[SESSION_TARGET];

	*first = '\0';
	while (command_item(&rooms, room, sizeof(room))) {
		command_join_one(s, room,
		    command_item(&keys, key, sizeof(key)) ? key : NULL);
		if (*first == '\0')
			snprintf(first, sizeof(first), "%s", s->target);
	}
	if (*first != '\0')
		session_target(s, first);
}

static void
cmd_join(struct session *s, const char *text)
{
	char rooms[SESSION_LINE];

	command_word(&text, rooms, sizeof(rooms));
	command_join(s, rooms, text);
}

static void
cmd_kick(struct session *s, const char *text)
{
	char room[SESSION_TARGET], nick[SESSION_NICK];

	if (command_room(s, &text, room, sizeof(room)) == -1)
		return;
	if (!command_word(&text, nick, sizeof(nick)))
		command_refuse(s, "usage: /kick [ROOM] NICK [REASON]");
	else if (*text == '\0')
		session_queue(s, "KICK %s %s", room, nick);
	else
		session_queue(s, "KICK %s %s :%s", room, nick, text);
}

static void
cmd_list(struct session *s, const char *text)
{
	char mask[SESSION_TARGET];

	if (command_word(&text, mask, sizeof(mask)))
		session_queue(s, "LIST %s", mask);
	else
		session_queue(s, "LIST");
}

static void
cmd_me(struct session *s, const char *text)
{
	if (*s->target == '\0')
		command_refuse(s, COMMAND_NO_TARGET);
	else
		session_say(s, "PRIVMSG", s->target, "ACTION", text);
}

static void
cmd_mode(struct session *s, const char *text)
{
	session_queue(s, "MODE %s", text);
}

/* "NICK", "-NICK", or nothing, to see who is watched. */
static void
cmd_monitor(struct session *s, const char *text)
{
	char nick[SESSION_NICK];

	if (!command_word(&text, nick, sizeof(nick)))
		session_queue(s, "MONITOR L");
	else
		session_queue(s, "MONITOR %c %s", *nick == '-' ? '-' : '+',
		    nick + strspn(nick, "+-"));
}

static void
cmd_msg(struct session *s, const char *text)
{
	char target[SESSION_TARGET];

	command_word(&text, target, sizeof(target));
	session_say(s, "PRIVMSG", target, NULL, text);
}

static void
cmd_names(struct session *s, const char *text)
{
	char room[SESSION_TARGET];

	if (command_room(s, &text, room, sizeof(room)) == 0)
		session_queue(s, "NAMES %s", room);
}

/* Without a connection there is nobody to refuse it: it is the nick to ask
 * for.  In a pipe it waits for its turn. */
static void
cmd_nick(struct session *s, const char *text)
{
	char nick[SESSION_NICK];

	command_word(&text, nick, sizeof(nick));
	if (s->state == SESSION_OFFLINE && s->typed)
		session_nick_changed(s, nick);
	else
		session_queue(s, "NICK %s", nick);
}

static void
cmd_notice(struct session *s, const char *text)
{
	char target[SESSION_TARGET];

	command_word(&text, target, sizeof(target));
	session_say(s, "NOTICE", target, NULL, text);
}

static void
cmd_part(struct session *s, const char *text)
{
	char room[SESSION_TARGET];

	if (command_room(s, &text, room, sizeof(room)) == -1)
		return;
	if (isupport_cmp(&s->isupport, room, s->target) == 0)
		session_target(s, "");
	if (*text == '\0')
		session_queue(s, "PART %s", room);
	else
		session_queue(s, "PART %s :%s", room, text);
}

static void
cmd_query(struct session *s, const char *text)
{
	char target[SESSION_TARGET];

	if (command_word(&text, target, sizeof(target)))
		session_target(s, target);
	if (*s->target == '\0')
		news_client(s, "talking to nobody");
	else
		news_client(s, "talking to %s", s->target);
	if (*text != '\0')
		session_say(s, "PRIVMSG", s->target, NULL, text);
}

static void
cmd_quit(struct session *s, const char *text)
{
	(void)s;
	loop_quit(text);
}

static void
cmd_raw(struct session *s, const char *text)
{
	session_queue(s, "%s", text);
}

static void
cmd_rooms(struct session *s, const char *text)
{
	struct room *r;

	(void)text;
	if (s->rooms == NULL)
		news_client(s, "in no room");
	for (r = s->rooms; r != NULL; r = r->next)
		news_client(s, "%s %s%s", r->joined ? "in" : "not yet in",
		    r->name, isupport_cmp(&s->isupport, r->name,
		    s->target) == 0 ?
		    " (talking to it)" : "");
}

/* ---- servers ---- */

static void
command_servers(struct session *chosen)
{
	struct session *s;
	size_t i;

	for (i = 0; (s = loop_session(i)) != NULL; i++)
		news_client(chosen, "%s (%s port %s%s)%s%s", loop_name(s),
		    s->connection.host, s->connection.port,
		    s->connection.tls ? ", TLS" : "",
		    s->state == SESSION_ONLINE ? "" : ", not connected",
		    s == chosen ? ", talking to it" : "");
}

static struct session *
command_find_server(const char *name)
{
	struct session *s;
	size_t i;

	for (i = 0; (s = loop_session(i)) != NULL; i++)
		if (name_cmp(loop_name(s), name) == 0 ||
		    name_cmp(s->connection.host, name) == 0)
			return s;
	return NULL;
}

/* A network of the configuration, or any address. */
static void
command_new_server(struct session *s, const char *where)
{
	struct session *new = malloc(sizeof(*new));
	char why[512] = "out of memory";

	if (new == NULL || network_open(new, where, NULL, NULL, why,
	    sizeof(why)) == -1) {
		command_refuse(s, why);
		free(new);
		return;
	}
	new->once |= s->once;
	network_keep(new, where);
	if (loop_add_session(new) == -1) {
		command_refuse(s, "too many servers");
		session_clear(new);
		draft_close(new->draft);
		free(new);
		return;
	}
	news_choose(new);
}

static void
cmd_server(struct session *s, const char *text)
{
	char name[CONNECTION_HOST];
	struct session *known;

	if (!command_word(&text, name, sizeof(name))) {
		command_servers(s);
		return;
	}
	known = command_find_server(name);
	if (known == NULL)
		command_new_server(s, name);
	else
		news_choose(known);
}

static void
cmd_tls(struct session *s, const char *text)
{
	(void)text;
	encryption_show(s);
}

static void
cmd_trust(struct session *s, const char *text)
{
	char why[512];

	(void)text;
	if (session_trust(s, why, sizeof(why)) == -1)
		command_refuse(s, why);
}

static void
cmd_topic(struct session *s, const char *text)
{
	char room[SESSION_TARGET];

	if (command_room(s, &text, room, sizeof(room)) == -1)
		return;
	if (*text == '\0')
		session_queue(s, "TOPIC %s", room);
	else
		session_queue(s, "TOPIC %s :%s", room, text);
}

static void
cmd_who(struct session *s, const char *text)
{
	char mask[SESSION_TARGET];

	if (command_word(&text, mask, sizeof(mask)))
		session_queue(s, "WHO %s", mask);
	else if (command_room(s, &text, mask, sizeof(mask)) == 0)
		session_queue(s, "WHO %s", mask);
}

static void
cmd_whois(struct session *s, const char *text)
{
	char nick[SESSION_NICK];

	command_word(&text, nick, sizeof(nick));
	session_queue(s, "WHOIS %s", nick);
}

/* ---- the table ---- */

static void cmd_help(struct session *s, const char *text);

static const struct command commands[] = {
	{ "away", cmd_away, 0, "[TEXT]", "be away; without TEXT, be back" },
	{ "close", cmd_close, 0, "[ROOM]",
	    "leave the room, or stop talking to somebody" },
	{ "disconnect", cmd_disconnect, 0, "[REASON]",
	    "leave this server, and no other" },
	{ "help", cmd_help, 0, "[COMMAND]", "this list, or one of it" },
	{ "history", remark_history, 0, "[TARGET] [NUMBER]",
	    "what was said last, as the server has it" },
	{ "ignore", ignore_add, 0, "[NICK]",
	    "do not show what somebody says; list whom" },
	{ "invite", cmd_invite, 1, "NICK [ROOM]", "invite somebody" },
	{ "join", cmd_join, 1, "ROOM[,ROOM] [KEY[,KEY]]",
	    "enter a room and talk to it" },
	{ "kick", cmd_kick, 1, "[ROOM] NICK [REASON]",
	    "put somebody out of the room" },
	{ "list", cmd_list, 0, "[MASK]", "the rooms of the server" },
	{ "markread", remark_mark, 0, "[TARGET]",
	    "let your other devices know that you have read all" },
	{ "me", cmd_me, 1, "TEXT", "do something" },
	{ "mode", cmd_mode, 1, "TARGET [MODES]", "show or change modes" },
	{ "monitor", cmd_monitor, 0, "[[-]NICK]",
	    "be told when somebody comes or goes" },
	{ "msg", cmd_msg, 2 | COMMAND_LINES, "TARGET TEXT",
	    "say something to one target" },
	{ "names", cmd_names, 0, "[ROOM]", "who is in the room" },
	{ "nick", cmd_nick, 1, "NICK", "change your nick" },
	{ "notice", cmd_notice, 2 | COMMAND_LINES, "TARGET TEXT",
	    "say something nobody should answer" },
	{ "part", cmd_part, 0, "[ROOM] [REASON]", "leave the room" },
	{ "query", cmd_query, COMMAND_LINES, "[TARGET [TEXT]]",
	    "talk to somebody from now on" },
	{ "quit", cmd_quit, 0, "[REASON]", "send what waits and leave" },
	{ "raw", cmd_raw, 1, "LINE", "send a line of the protocol" },
	{ "react", remark_react, 2, "NICK REACTION",
	    "react to the last message of somebody" },
	{ "redact", remark_redact, 0, "[NICK [REASON]]",
	    "take back the last message, yours or of somebody" },
	{ "reply", remark_reply, 2 | COMMAND_LINES, "NICK TEXT",
	    "answer the last message of somebody" },
	{ "rooms", cmd_rooms, 0, "", "the rooms you are in" },
	{ "save", set_save, 0, "", "write changed settings to the file" },
	{ "search", remark_search, 1, "[ROOM] TEXT",
	    "find what was said, on the server" },
	{ "secure", sealed_command, 0,
	    "[NICK | off|verify|forget [NICK] | list]",
	    "encrypt what you say to somebody, or see how things are" },
	{ "server", cmd_server, 0, "[NAME]",
	    "talk to another server; list them" },
	{ "set", set_show_or_change, 0, "[[NETWORK.]SETTING [VALUE]]",
	    "show or change settings" },
	{ "tls", cmd_tls, 0, "", "who can read what is sent, and by which "
	    "key the server is known" },
	{ "topic", cmd_topic, 0, "[ROOM] [TEXT]",
	    "show or change the topic of the room" },
	{ "trust", cmd_trust, 0, "",
	    "accept the key of a server that was refused" },
	{ "unignore", ignore_remove, 1, "NICK",
	    "show again what somebody says" },
	{ "unreact", remark_unreact, 2, "NICK REACTION",
	    "take a reaction back" },
	{ "unset", set_unset, 1, "[NETWORK.]SETTING",
	    "the default of a setting again" },
	{ "who", cmd_who, 0, "[MASK]", "who is in the room, or matches" },
	{ "whois", cmd_whois, 1, "NICK", "what is known of somebody" },
};

static const struct command *
command_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (name_cmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

const char *
command_name(size_t i)
{
	return i < sizeof(commands) / sizeof(commands[0]) ?
	    commands[i].name : NULL;
}

const char *
command_usage(const char *name)
{
	const struct command *c = command_find(name);

	return c != NULL ? c->usage : NULL;
}

static void
cmd_help(struct session *s, const char *text)
{
	char name[32];
	size_t i;

	*name = '\0';
	command_word(&text, name, sizeof(name));
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (*name == '\0' || name_cmp(commands[i].name,
		    name + strspn(name, "/")) == 0)
			news_client(s, "/%s%s%s: %s", commands[i].name,
			    *commands[i].usage ? " " : "", commands[i].usage,
			    commands[i].help);
	if (*name == '\0')
		news_client(s, "anything else is said to the target, which "
		    "/join and /query choose; //TEXT says /TEXT");
}

static void
command_run(struct session *s, char *line)
{
	const char *text = line;
	const struct command *c;
	char name[32], why[160];

	command_word(&text, name, sizeof(name));
	c = command_find(name);
	/* A line end would begin another line of the protocol. */
	if (c == NULL || !(c->words & COMMAND_LINES))
		while ((line = strchr(line, '\n')) != NULL)
			*line = ' ';
	if (c == NULL) {
		snprintf(why, sizeof(why), "there is no command /%s; /help "
		    "lists them, //%s says it", name, name);
		command_refuse(s, why);
	} else if (command_words(text) < (c->words & ~COMMAND_LINES)) {
		snprintf(why, sizeof(why), "usage: /%s %s", c->name, c->usage);
		command_refuse(s, why);
	} else
		c->handle(s, text);
}

void
command_line(struct session *s, const char *line, int continued)
{
	char *copy;

	if (*line == '/' && line[1] != '/' && !continued) {
		copy = strdup(line + 1);
		if (copy != NULL)
			command_run(s, copy);
		else
			command_refuse(s, "no memory");
		free(copy);
		return;
	}
	if (*line == '/' && !continued)
		line++;
	if (*line == '\0')
		return;
	if (*s->target == '\0')
		command_refuse(s, COMMAND_NO_TARGET);
	else
		session_say(s, "PRIVMSG", s->target, NULL, line);
}
