/* SPDX-License-Identifier: ISC */
/*
 * ISUPPORT: the tokens of 005, which say what the server can and how much.
 *
 * They are made from the limits and the tables that are kept to, so that they
 * cannot go wrong by themselves.  A client is told them when it registers, when
 * it asks, and again when a reload or an upgrade has changed one.
 */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "../irc/capability.h"
#include "../irc/extban.h"
#include "../irc/mode.h"
#include "deliver.h"
#include "handlers.h"
#include "past.h"
#include "session.h"
#include "words.h"

enum { TOKENS_LINE = 13 }; /* of 005: 15 parameters at most */

/* Limits that differ by command: TARGMAX.  0 stands for none. */
static const struct {
	const char *command;
	unsigned max;
} targmax[] = {
	{ "JOIN", 0 },
	{ "KICK", TARGETS_MAX },
	{ "LIST", 0 },
	{ "MONITOR", 0 },
	{ "NAMES", 1 },
	{ "NOTICE", TARGETS_MAX },
	{ "PART", 0 },
	{ "PRIVMSG", TARGETS_MAX },
	{ "TAGMSG", TARGETS_MAX },
	{ "WHOIS", TARGETS_MAX },
	{ "WHOWAS", 1 },
};

static const char *
value_targmax(char *buf, int size)
{
	size_t i, n = 0;

	buf[0] = '\0';
	for (i = 0; i < sizeof(targmax) / sizeof(targmax[0]); i++) {
		char max[12] = "";
		if (targmax[i].max != 0)
			snprintf(max, sizeof(max), "%u", targmax[i].max);
		n += (size_t)snprintf(buf + n, (size_t)size - n, "%s%s:%s",
		    i > 0 ? "," : "", targmax[i].command, max);
	}
	return buf;
}

static const char *
value_network(char *buf, int size)
{
	snprintf(buf, (size_t)size, "%s", config->network);
	return buf;
}

static const char *
value_chanlimit(char *buf, int size)
{
	snprintf(buf, (size_t)size, "#:%u", config->max_rooms_per_user);
	return buf;
}

static const char *
value_maxlist(char *buf, int size)
{
	char lists[16];

	snprintf(buf, (size_t)size, "%s:%d", mode_lists(lists, sizeof(lists)),
	    BANS_MAX);
	return buf;
}

static const char *
value_extban(char *buf, int size)
{
	buf[0] = ',';
	extban_letters(buf + 1, size - 1);
	return buf;
}

/* The second half of PREFIX. */
static const char *
value_statusmsg(char *buf, int size)
{
	const char *end = strchr(mode_prefix(buf, size), ')');

	return end != NULL ? end + 1 : "";
}

/* Only with a memory: NULL leaves a token out. */
static const char *
value_chathistory(char *buf, int size)
{
	snprintf(buf, (size_t)size, "%d", PAST_MOST);
	return state->store.state != STORE_OFF ? buf : NULL;
}

static const char *
value_msgreftypes(char *buf, int size)
{
	(void)buf;
	(void)size;
	return state->store.state != STORE_OFF ? "msgid,timestamp" : NULL;
}

/* Only if there is one. */
static const char *
value_icon(char *buf, int size)
{
	snprintf(buf, (size_t)size, "%s", config->network_icon);
	return buf[0] != '\0' ? buf : NULL;
}

/* Only what is refused needs to be told. */
static const char *
value_clienttagdeny(char *buf, int size)
{
	snprintf(buf, (size_t)size, "%s", config->client_tag_deny);
	return buf[0] != '\0' ? buf : NULL;
}

/* A token has a text, a function for it, a number, or nothing. */
static const struct token {
	const char *name;
	const char *text;
	const char *(*value)(char *buf, int size);
	unsigned number;
} tokens[] = {
	{ "ACCOUNTEXTBAN", "a,account", NULL, 0 },
	{ "AWAYLEN", NULL, NULL, AWAY_MAX },
	{ "BOT", "B", NULL, 0 },
	{ "CASEMAPPING", "ascii", NULL, 0 },
	{ "CHANLIMIT", NULL, value_chanlimit, 0 },
	{ "CHANMODES", NULL, mode_chanmodes, 0 },
	{ "CHANNELLEN", NULL, NULL, NAME_CHANNEL },
	{ "CHANTYPES", "#", NULL, 0 },
	{ "CHATHISTORY", NULL, value_chathistory, 0 },
	{ "CLIENTTAGDENY", NULL, value_clienttagdeny, 0 },
	{ "ELIST", "CMNTU", NULL, 0 },
	{ "EXCEPTS", "e", NULL, 0 },
	{ "EXTBAN", NULL, value_extban, 0 },
	{ "HOSTLEN", NULL, NULL, NAME_HOST },
	{ "INVEX", "I", NULL, 0 },
	{ "KEYLEN", NULL, NULL, KEY_MAX },
	{ "KICKLEN", NULL, NULL, KICK_MAX },
	{ "KNOCK", NULL, NULL, 0 },
	{ "LINELEN", NULL, NULL, MESSAGE_LINE },
	{ "MAXLIST", NULL, value_maxlist, 0 },
	{ "MAXTARGETS", NULL, NULL, TARGETS_MAX },
	{ "MODES", NULL, NULL, MODES_MAX },
	{ "MONITOR", NULL, NULL, MONITOR_MAX },
	{ "MSGREFTYPES", NULL, value_msgreftypes, 0 },
	{ "NAMELEN", NULL, NULL, NAME_REAL },
	{ "NETWORK", NULL, value_network, 0 },
	{ "NICKLEN", NULL, NULL, NAME_NICK },
	{ "PREFIX", NULL, mode_prefix, 0 },
	{ "SAFELIST", NULL, NULL, 0 },
	{ "STATUSMSG", NULL, value_statusmsg, 0 },
	{ "TARGMAX", NULL, value_targmax, 0 },
	{ "TOPICLEN", NULL, NULL, TOPIC_MAX },
	{ "USERLEN", NULL, NULL, NAME_USER },
	{ "UTF8ONLY", NULL, NULL, 0 },
	{ "WHOX", NULL, NULL, 0 },
	{ "draft/ICON", NULL, value_icon, 0 },
};

/* Returns its length, 0 when it is left out. */
static size_t
token_text(const struct token *t, char *buf, size_t size)
{
	const char *text = t->text;
	char value[CONFIG_ICON];
	int n;

	if (t->value != NULL && (text = t->value(value, sizeof(value))) == NULL)
		return 0;
	if (t->number != 0)
		n = snprintf(buf, size, "%s=%u", t->name, t->number);
	else if (text != NULL)
		n = snprintf(buf, size, "%s=%s", t->name, text);
	else
		n = snprintf(buf, size, "%s", t->name);
	return (size_t)n < size ? (size_t)n : size - 1;
}

/* How a line of 005 gets to its client: TAGS, in a batch of its own for those
 * who want that, which is PLACE. */
typedef void isupport_put(struct command *c, const char *tags, size_t ntags,
    const char *line, enum reply_place place);

/* As a reply. */
static void
put_reply(struct command *c, const char *tags, size_t ntags, const char *line,
    enum reply_place place)
{
	reply_past(c, tags, ntags, line, place);
}

/* By itself, later. */
static void
put_news(struct command *c, const char *tags, size_t ntags, const char *line,
    enum reply_place place)
{
	char text[2 * MESSAGE_LINE + 128];
	int n = snprintf(text, sizeof(text), "%s%.*s%s%s\r\n",
	    ntags > 0 ? "@" : "", (int)ntags, tags, ntags > 0 ? " " : "",
	    line);

	(void)place;
	session_append(c->sid, text, (size_t)n);
}

static void
isupport_text(struct command *c, isupport_put *put, int batched,
    const char *line)
{
	char tags[96];
	size_t n = 0;

	if (batched)
		n = (size_t)snprintf(tags, sizeof(tags), "batch=i%llx;",
		    (unsigned long long)c->s->executed);
	if (c->s->caps & CAP(SERVER_TIME))
		n += deliver_time_tag(wall_ms, tags + n, sizeof(tags) - n);
	put(c, tags, n > 0 ? n - 1 : 0, line,
	    batched ? REPLY_INNER : REPLY_OWN);
}

static void
isupport_batch(struct command *c, isupport_put *put, char sign)
{
	char line[MESSAGE_LINE];

	snprintf(line, sizeof(line), ":%s BATCH %ci%llx%s", config->name, sign,
	    (unsigned long long)c->s->executed,
	    sign == '+' ? " draft/isupport" : "");
	isupport_text(c, put, 0, line);
}

/* What reply() would send. */
static void numeric_text(const struct command *, char *, size_t, int,
    const char *, ...) __attribute__((format(printf, 5, 6)));

static void
numeric_text(const struct command *c, char *buf, size_t size, int numeric,
    const char *fmt, ...)
{
	int n = snprintf(buf, size, ":%s %03d %s ", config->name, numeric,
	    c->u->nick[0] != '\0' ? c->u->nick : "*");
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(buf + n, size - (size_t)n, fmt, ap);
	va_end(ap);
}

static void
isupport_line(struct command *c, isupport_put *put, int batched,
    struct words *w)
{
	char line[2 * MESSAGE_LINE];

	if (w->count == 0)
		return;
	numeric_text(c, line, sizeof(line), RPL_ISUPPORT, w->text);
	isupport_text(c, put, batched, line);
	words_clear(w);
}

/* All lines; with GONE also what is no token any more. */
static void
isupport_lines(struct command *c, isupport_put *put, const char *gone)
{
	const uint64_t both = CAP(BATCH) | CAP(EXTENDED_ISUPPORT);
	int batched = (c->s->caps & both) == both;
	char text[CONFIG_ICON + 32];
	struct words w;
	size_t i, n;

	if (batched)
		isupport_batch(c, put, '+');
	words_begin(&w, c, strlen(" :are supported by this server"));
	for (i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++) {
		if ((n = token_text(&tokens[i], text, sizeof(text))) == 0)
			continue;
		if (w.count < TOKENS_LINE && words_add(&w, text, n))
			continue;
		isupport_line(c, put, batched, &w);
		words_add(&w, text, n);
	}
	if (gone != NULL && !words_add(&w, gone, strlen(gone))) {
		isupport_line(c, put, batched, &w);
		words_add(&w, gone, strlen(gone));
	}
	isupport_line(c, put, batched, &w);
	if (batched)
		isupport_batch(c, put, '-');
}

void
reply_isupport(struct command *c)
{
	isupport_lines(c, put_reply, NULL);
}

/* A hash of all tokens, never 0. */
static uint64_t
isupport_hash(void)
{
	uint64_t h = UINT64_C(14695981039346656037);
	char text[CONFIG_ICON + 32];
	size_t i, n, k;

	for (i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++) {
		n = token_text(&tokens[i], text, sizeof(text));
		for (k = 0; k < n; k++)
			h = (h ^ (unsigned char)text[k]) *
			    UINT64_C(1099511628211);
	}
	return h | 1;
}

/*
 * The tokens may be others than those that this worker's clients were told,
 * after a reload or an upgrade: then they hear it.  If the worker dies
 * meanwhile some hear it twice, which changes nothing.
 */
void
isupport_look(void)
{
	uint64_t now = isupport_hash();
	uint32_t i;

	for (i = 1; me->tokens != 0 && me->tokens != now &&
	     i < state->sessions.high; i++) {
		struct session *s = &sessions[i];
		struct command c = { .sid = i, .uid = s->user, .s = s,
			.u = &users[s->user] };
		if (s->worker == my_id && session_is_client(s) &&
		    (c.u->flags & USER_REGISTERED) &&
		    !(s->flags & SESSION_MISSES))
			isupport_lines(&c, put_news,
			    config->network_icon[0] == '\0'
			        ? "-draft/ICON"
			        : NULL);
	}
	me->tokens = now;
}

enum command_result
cmd_isupport(struct command *c)
{
	if ((c->u->flags & USER_REGISTERED) ||
	    (c->s->caps & CAP(EXTENDED_ISUPPORT)))
		reply_isupport(c);
	else
		reply(c, ERR_NOTREGISTERED);
	return CMD_DONE;
}
