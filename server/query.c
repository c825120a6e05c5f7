/* SPDX-License-Identifier: ISC */

/*
 * Questions about people (WHOIS, WHOWAS, ISON, USERHOST) and about the server
 * (LUSERS, MOTD, VERSION, TIME, ADMIN, INFO, STATS, HELP), and what of their
 * answers a client gets when it registers.
 *
 * All are short or bounded and answered in one step, but for WHOIS of several
 * people.  Nothing is written here.  The rows have CMD_LOCK.
 *
 * What the server says of itself is made from what it does: HELP from the
 * table of commands, so that it cannot go wrong by itself.  What is kept as a
 * table here: the letters of STATS, the lines of INFO.
 */

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "../irc/capability.h"
#include "../irc/mask.h"
#include "../irc/mode.h"
#include "../irc/utf8.h"
#include "account.h"
#include "device.h"
#include "handlers.h"
#include "oper.h"
#include "metadata.h"
#include "registry.h"
#include "secure.h"
#include "version.h"
#include "words.h"

enum {
	USERHOST_MAX = 5,
	WHOWAS_REPLIES = 64, /* entries shown of one nick */
	TEXT_WIDTH = 72,     /* columns of HELP */
	TEXT_MAX = 400,      /* bytes of a line of the MOTD */
};

/* The registered user of this nick; 0 for none. */
static uint32_t
find_person(const char *nick)
{
	uint32_t u = registry_find_nick(nick);

	if (u != 0 && (users[u].flags & USER_LIVE) &&
	    (users[u].flags & USER_REGISTERED))
		return u;
	return 0;
}

/* Whether NAME, if given, is another server than this one: then 402.  A nick
 * stands for the server of its user. */
static int
refuse_server(struct command *c, const char *name)
{
	if (name == NULL || mask_match(name, config->name) ||
	    find_person(name) != 0)
		return 0;
	reply(c, ERR_NOSUCHSERVER, word_or_star(name));
	return 1;
}

/* What 312 and 364 say of it. */
static const char *
server_text(void)
{
	return config->description[0] != '\0' ? config->description
	                                      : config->network;
}

static const char *
time_text(uint64_t ms)
{
	static char buf[64];
	time_t t = (time_t)(ms / 1000);
	struct tm tm;

	if (localtime_r(&t, &tm) == NULL ||
	    strftime(buf, sizeof(buf), "%a %b %d %Y %H:%M:%S %z", &tm) == 0)
		return "?";
	return buf;
}

static uint64_t
seconds_since(uint64_t ms)
{
	return wall_ms > ms ? (wall_ms - ms) / 1000 : 0;
}

/* ---- WHOIS ---- */

static const char *
address_text(const struct in6_addr *addr, char buf[INET6_ADDRSTRLEN])
{
	const char *text;

	if (IN6_IS_ADDR_V4MAPPED(addr))
		text = inet_ntop(AF_INET, &addr->s6_addr[12], buf,
		    INET6_ADDRSTRLEN);
	else
		text = inet_ntop(AF_INET6, addr, buf, INET6_ADDRSTRLEN);
	return text != NULL ? text : "?";
}

/* Whether C's user is told that the user of membership M is in that room:
 * somebody invisible is so in rooms one is not in, too, and may hide those
 * alone. */
static int
whois_may_see(const struct command *c, uint32_t m)
{
	uint32_t u = members[m].user, r = members[m].room, own;

	if ((members[m].flags & MEMBER_GONE) || !may_see_room(c, r))
		return 0;
	if (!(users[u].modes & (USER_INVISIBLE | USER_HIDES_ROOMS)) ||
	    oper_may(c->uid, PRIV_SEE) || u == c->uid)
		return 1;
	own = registry_member(c->uid, r);
	return own != 0 && !(members[own].flags & MEMBER_GONE);
}

static void
whois_rooms(struct command *c, uint32_t u)
{
	char word[8 + NAME_CHANNEL + 1], prefixes[8];
	int all = (c->s->caps & CAP(MULTI_PREFIX)) != 0, n;
	struct words w;
	uint32_t m;

	words_begin(&w, c, strlen(users[u].nick) + strlen(" :"));
	for (m = users[u].members; m != 0; m = members[m].user_next) {
		if (!whois_may_see(c, m))
			continue;
		n = snprintf(word, sizeof(word), "%s%s",
		    mode_prefixes(members[m].flags, all, prefixes),
		    rooms[members[m].room].name);
		if (words_add(&w, word, (size_t)n))
			continue;
		reply(c, RPL_WHOISCHANNELS, users[u].nick, w.text);
		words_clear(&w);
		words_add(&w, word, (size_t)n);
	}
	if (w.count > 0)
		reply(c, RPL_WHOISCHANNELS, users[u].nick, w.text);
}

/* Whether C's user is told what is nobody's business but U's own. */
static int
whois_is_told(const struct command *c, uint32_t u)
{
	return u == c->uid || oper_may(c->uid, PRIV_ADDRESSES);
}

/* Secure is who is so on all devices; each may have a certificate. */
static void
whois_secure(struct command *c, uint32_t u)
{
	char how[SECURE_TEXT] = "", text[2 * PROXY_FINGERPRINT + 1];
	const uint8_t *fingerprint;
	uint32_t i;

	if (secure_user(u)) {
		if (whois_is_told(c, u))
			secure_text(device_newest(u), how);
		reply(c, RPL_WHOISSECURE, users[u].nick, how);
	}
	for (i = users[u].session; i != 0 && whois_is_told(c, u);
	     i = sessions[i].next) {
		if ((fingerprint = secure_certificate(i)) == NULL)
			continue;
		proxy_fingerprint_text(text, fingerprint);
		reply(c, RPL_WHOISCERTFP, users[u].nick, text);
	}
}

/* What is nobody's business but its own, and the operators'. */
static void
whois_private(struct command *c, uint32_t u)
{
	const struct user *x = &users[u];
	char buf[INET6_ADDRSTRLEN], modes[40];

	if (!whois_is_told(c, u))
		return;
	if (x->session != 0)
		reply(c, RPL_WHOISHOST, x->nick, x->user, x->host,
		    address_text(&sessions[device_newest(u)].addr, buf));
	reply(c, RPL_WHOISMODES, x->nick,
	    user_modes_text(user_modes(u), modes));
}

/* As whom it is an operator is for itself and for other operators. */
static void
whois_oper(struct command *c, uint32_t u)
{
	const struct config_operator *o = oper_of(u);
	char text[120];

	if (!(users[u].modes & USER_OPERATOR))
		return;
	reply(c, RPL_WHOISOPERATOR, users[u].nick);
	if (o == NULL || !(c->u->modes & USER_OPERATOR))
		return;
	snprintf(text, sizeof(text), "is operator %s, of class %s", o->name,
	    o->class[0] != '\0' ? o->class : "(all)");
	reply(c, RPL_WHOISSPECIAL, users[u].nick, text);
}

static void
whois_user(struct command *c, uint32_t u)
{
	const struct user *x = &users[u];

	reply(c, RPL_WHOISUSER, x->nick, x->user, x->host, x->real);
	whois_rooms(c, u);
	reply(c, RPL_WHOISSERVER, x->nick, config->name, server_text());
	whois_oper(c, u);
	if (x->account[0] != '\0')
		reply(c, RPL_WHOISACCOUNT, x->nick, x->account);
	if (x->flags & USER_AWAY)
		reply(c, RPL_AWAY, x->nick, aways[u].text);
	if (x->modes & USER_BOT)
		reply(c, RPL_WHOISBOT, x->nick);
	whois_secure(c, u);
	whois_private(c, u);
	metadata_whois(c, u);
	reply(c, RPL_WHOISIDLE, x->nick, (long long)seconds_since(x->spoke),
	    (long long)(x->signon / 1000));
}

static void
whois_nick(struct command *c, const char *nick)
{
	uint32_t u = find_person(nick);

	if (u != 0)
		whois_user(c, u);
	else if (account_is_service(nick))
		service_whois(c, nick);
	else
		reply(c, ERR_NOSUCHNICK, word_or_star(nick));
}

/* The cursor is the number of the next nick. */
static enum command_result
whois_list(struct command *c, char *list)
{
	char *nick;
	uint32_t i;

	for (i = 0; (nick = list_next(&list)) != NULL; i++) {
		if (i < c->cursor)
			continue;
		if (i == TARGETS_MAX) {
			reply(c, ERR_TOOMANYTARGETS, word_or_star(nick));
			return CMD_DONE;
		}
		whois_nick(c, nick);
		if (list != NULL && reply_size() >= REPLY_STEP) {
			c->step = 1;
			c->cursor = i + 1;
			return CMD_MORE;
		}
	}
	return CMD_DONE;
}

enum command_result
cmd_whois(struct command *c)
{
	char *list = c->m.nparam > 1 ? c->m.param[1] : c->m.param[0];
	char given[MESSAGE_LINE];

	if (list == NULL || list[0] == '\0') {
		reply(c, ERR_NONICKNAMEGIVEN);
		return CMD_DONE;
	}
	if (c->m.nparam > 1 && c->step == 0 &&
	    refuse_server(c, c->m.param[0]))
		return CMD_DONE;
	snprintf(given, sizeof(given), "%s", list);
	if (whois_list(c, list) == CMD_MORE)
		return CMD_MORE;
	reply(c, RPL_ENDOFWHOIS, word_or_star(given));
	return CMD_DONE;
}

/* ---- WHOWAS ---- */

static void
whowas_entry(struct command *c, const struct whowas *w)
{
	reply(c, RPL_WHOWASUSER, w->nick, w->user, w->host, w->real);
	reply(c, RPL_WHOISSERVER, w->nick, config->name, time_text(w->time));
}

/* Newest first; a count that is no positive number means all. */
enum command_result
cmd_whowas(struct command *c)
{
	const char *nick = c->m.nparam > 0 ? c->m.param[0] : "";
	long most = c->m.nparam > 1 ? strtol(c->m.param[1], NULL, 10) : 0;
	const struct whowas *w;
	long found = 0;
	uint32_t i;

	if (nick[0] == '\0') {
		reply(c, ERR_NONICKNAMEGIVEN);
		return CMD_DONE;
	}
	if (most <= 0 || most > WHOWAS_REPLIES)
		most = WHOWAS_REPLIES;
	for (i = 1; i <= WHOWAS_MAX && found < most; i++) {
		w = &whowases[(state->whowas_at + WHOWAS_MAX - i) % WHOWAS_MAX];
		if (w->time == 0)
			break;
		if (name_cmp(w->nick, nick) == 0 && ++found)
			whowas_entry(c, w);
	}
	if (found == 0)
		reply(c, ERR_WASNOSUCHNICK, word_or_star(nick));
	reply(c, RPL_ENDOFWHOWAS, word_or_star(nick));
	return CMD_DONE;
}

/* ---- ISON, USERHOST ---- */

/* All in one reply, as far as it goes: that is how clients read it. */
enum command_result
cmd_ison(struct command *c)
{
	struct words w;
	char *nick, *list;
	uint32_t u;
	int i;

	words_begin(&w, c, strlen(":"));
	for (i = 0; i < c->m.nparam; i++) {
		list = c->m.param[i];
		while ((nick = strsep(&list, " ")) != NULL)
			if (*nick != '\0' && (u = find_person(nick)) != 0)
				words_add(&w, users[u].nick,
				    strlen(users[u].nick));
	}
	reply(c, RPL_ISON, w.text);
	return CMD_DONE;
}

enum command_result
cmd_userhost(struct command *c)
{
	char word[SOURCE_MAX + 4];
	struct words w;
	uint32_t u;
	int i, n;

	words_begin(&w, c, strlen(":"));
	for (i = 0; i < c->m.nparam && i < USERHOST_MAX; i++) {
		if ((u = find_person(c->m.param[i])) == 0)
			continue;
		n = snprintf(word, sizeof(word), "%s%s=%c%s@%s", users[u].nick,
		    users[u].modes & USER_OPERATOR ? "*" : "",
		    users[u].flags & USER_AWAY ? '-' : '+', users[u].user,
		    users[u].host);
		words_add(&w, word, (size_t)n);
	}
	reply(c, RPL_USERHOST, w.text);
	return CMD_DONE;
}

/* ---- LUSERS, MOTD ---- */

/* A less B, but never less than nothing: they change while we read. */
static unsigned
less(uint64_t a, uint64_t b)
{
	return a > b ? (unsigned)(a - b) : 0;
}

void
reply_lusers(struct command *c)
{
	unsigned all = (unsigned)state->registered;
	unsigned invisible = (unsigned)state->invisible;
	unsigned most = (unsigned)state->most_registered;

	if (most < all)
		most = all;
	reply(c, RPL_LUSERCLIENT, less(all, invisible), invisible, 1);
	reply(c, RPL_LUSEROP, (unsigned)state->opers);
	reply(c, RPL_LUSERUNKNOWN, less(state->users.used, all));
	reply(c, RPL_LUSERCHANNELS, state->rooms.used);
	reply(c, RPL_LUSERME, all, 0);
	reply(c, RPL_LOCALUSERS, all, most, all, most);
	reply(c, RPL_GLOBALUSERS, all, most, all, most);
}

enum command_result
cmd_lusers(struct command *c)
{
	reply_lusers(c);
	return CMD_DONE;
}

/* One line of the file, in as many lines as it needs. */
static void
motd_line(struct command *c, const char *line, size_t len)
{
	char text[TEXT_MAX + 1];
	size_t n;

	do {
		n = utf8_cut(line, len, TEXT_MAX);
		memcpy(text, line, n);
		text[n] = '\0';
		reply(c, RPL_MOTD, text);
		line += n;
		len -= n;
	} while (len > 0);
}

void
reply_motd(struct command *c)
{
	const char *p = config->motd;
	size_t n;

	if (p == NULL) {
		reply(c, ERR_NOMOTD);
		return;
	}
	reply(c, RPL_MOTDSTART, config->name);
	for (; *p != '\0'; p += n + (p[n] == '\n')) {
		n = strcspn(p, "\n");
		motd_line(c, p, n);
	}
	reply(c, RPL_ENDOFMOTD);
}

enum command_result
cmd_motd(struct command *c)
{
	if (!refuse_server(c, c->m.param[0]))
		reply_motd(c);
	return CMD_DONE;
}

/* ---- LINKS, VERSION, TIME, ADMIN, INFO ---- */

/* There is one server; a mask (the last parameter) may leave it out. */
enum command_result
cmd_links(struct command *c)
{
	const char *mask = "*";

	if (c->m.nparam > 1 && refuse_server(c, c->m.param[0]))
		return CMD_DONE;
	if (c->m.nparam > 0)
		mask = c->m.param[c->m.nparam > 1];
	if (mask_match(mask, config->name))
		reply(c, RPL_LINKS, config->name, config->name, 0,
		    server_text());
	reply(c, RPL_ENDOFLINKS, word_or_star(mask));
	return CMD_DONE;
}

enum command_result
cmd_version(struct command *c)
{
	if (refuse_server(c, c->m.param[0]))
		return CMD_DONE;
	reply(c, RPL_VERSION, "moot-" MOOT_VERSION, config->name,
	    "a crash is moot");
	reply_isupport(c);
	return CMD_DONE;
}

enum command_result
cmd_time(struct command *c)
{
	if (!refuse_server(c, c->m.param[0]))
		reply(c, RPL_TIME, config->name, (long long)(wall_ms / 1000),
		    time_text(wall_ms));
	return CMD_DONE;
}

enum command_result
cmd_admin(struct command *c)
{
	if (refuse_server(c, c->m.param[0]))
		return CMD_DONE;
	if (config->nadmin == 0) {
		reply(c, ERR_NOADMININFO, config->name);
		return CMD_DONE;
	}
	reply(c, RPL_ADMINME, config->name);
	reply(c, RPL_ADMINLOC1, config->admin[0]);
	if (config->nadmin > 1)
		reply(c, RPL_ADMINLOC2, config->admin[1]);
	if (config->nadmin > 2)
		reply(c, RPL_ADMINEMAIL, config->admin[2]);
	return CMD_DONE;
}

static const char *const info[] = {
	"Moot " MOOT_VERSION ", a chat server in which a crash is moot.",
	"",
	"Its workers share the listening sockets and own nothing: when one",
	"dies, another goes on in the middle of the line, and you stay",
	"connected.  STATS w shows how often that has happened.",
	"",
	"HELP lists the commands, MOTD and ADMIN say whose server this is.",
	NULL,
};

enum command_result
cmd_info(struct command *c)
{
	const char *const *line;

	if (refuse_server(c, c->m.param[0]))
		return CMD_DONE;
	for (line = info; *line != NULL; line++)
		reply(c, RPL_INFO, *line);
	reply(c, RPL_ENDOFINFO);
	return CMD_DONE;
}

/* ---- STATS ---- */

/* One's own connection: sendq, bytes sent, bytes received, seconds open.
 * Messages are not counted by session. */
static void
stats_link(struct command *c)
{
	const struct session *s = c->s;
	char line[320];

	snprintf(line, sizeof(line), "%s[%s@%s] %llu * %llu * %llu :%llu",
	    c->u->nick, c->u->user, c->u->host,
	    (unsigned long long)(s->queued - s->sent),
	    (unsigned long long)(s->sent / 1024),
	    (unsigned long long)(s->received / 1024),
	    (unsigned long long)seconds_since(s->opened));
	reply(c, RPL_STATSLINKINFO, line);
}

/* How often each command was used; bytes are not counted by command. */
static void
stats_commands(struct command *c)
{
	unsigned long long n;
	unsigned w;
	int i;

	for (i = 0; i < COMMANDS_MAX && command_table[i].name != NULL; i++) {
		for (n = 0, w = 1; w <= state->nworker; w++)
			n += workers[w].commands[i];
		if (n > 0)
			reply(c, RPL_STATSCOMMANDS, command_table[i].name, n,
			    0ULL);
	}
}

static void
stats_operators(struct command *c)
{
	int i;

	for (i = 0; i < config->noperator; i++)
		reply(c, RPL_STATSOLINE, "*@*", config->operators[i].name,
		    config->operators[i].class[0] != '\0'
		        ? config->operators[i].class
		        : "(all)");
}

static void
stats_uptime(struct command *c)
{
	long long s = (long long)seconds_since(state->started);

	reply(c, RPL_STATSUPTIME, s / 86400, (int)(s / 3600 % 24),
	    (int)(s / 60 % 60), (int)(s % 60));
}

static void
stats_workers(struct command *c)
{
	char line[200];
	unsigned i;

	for (i = 1; i <= state->nworker; i++) {
		const struct worker *w = &workers[i];
		snprintf(line, sizeof(line), "worker %u pid %d clients %u "
		    "restarts %u messages %llu deliveries %llu", i,
		    (int)w->pid, (unsigned)w->clients, w->restarts,
		    (unsigned long long)w->counter[COUNT_MESSAGES],
		    (unsigned long long)w->counter[COUNT_DELIVERIES]);
		reply(c, RPL_STATSDEBUG, line);
	}
}

/* The letters; any other gets 219 alone. */
static const struct stats {
	char letter;
	int oper;      /* only for operators */
	void (*run)(struct command *c);
} stats_table[] = {
	{ 'L', 0, stats_link },
	{ 'l', 0, stats_link },
	{ 'm', 0, stats_commands },
	{ 'o', 1, stats_operators },
	{ 'u', 0, stats_uptime },
	{ 'w', 0, stats_workers },
	{ '\0', 0, NULL },
};

static void
stats_run(struct command *c, char letter)
{
	const struct stats *s;

	for (s = stats_table; s->letter != '\0'; s++)
		if (s->letter == letter)
			break;
	if (s->letter == '\0')
		return;
	if (s->oper && !(c->u->modes & USER_OPERATOR))
		reply(c, ERR_NOPRIVILEGES);
	else
		s->run(c);
}

/* There may be many of them, so this takes steps. */
static enum command_result
stats_bans(struct command *c, char letter)
{
	enum command_result r = CMD_DONE;

	if (!(c->u->modes & USER_OPERATOR))
		reply(c, ERR_NOPRIVILEGES);
	else if (c->step != 0 || oper_allowed(c, PRIV_BAN))
		r = kline_stats(c, letter == 'd' || letter == 'D');
	if (r == CMD_DONE)
		reply(c, RPL_ENDOFSTATS, letter);
	return r;
}

enum command_result
cmd_stats(struct command *c)
{
	char letter = c->m.nparam > 0 ? c->m.param[0][0] : '\0';

	if (c->m.nparam > 1 && refuse_server(c, c->m.param[1]))
		return CMD_DONE;
	if (strchr("kKdD", letter) != NULL && letter != '\0')
		return stats_bans(c, letter);
	if (letter <= ' ' || letter > '~' || letter == ':')
		letter = '*';
	stats_run(c, letter);
	reply(c, RPL_ENDOFSTATS, letter);
	return CMD_DONE;
}

/* ---- HELP ---- */

/* A text of many words, in lines of TEXT_WIDTH columns. */
static void
help_text(struct command *c, const char *subject, const char *text)
{
	struct words w;
	size_t n;

	words_begin(&w, c, strlen(subject) + strlen(" :"));
	if (w.max > TEXT_WIDTH)
		w.max = TEXT_WIDTH;
	for (; *(text += strspn(text, " ")) != '\0'; text += n) {
		n = strcspn(text, " ");
		if (words_add(&w, text, n))
			continue;
		reply(c, RPL_HELPTXT, subject, w.text);
		words_clear(&w);
		words_add(&w, text, n);
	}
	if (w.count > 0)
		reply(c, RPL_HELPTXT, subject, w.text);
}

/* "PARAMETERS: what it does"; without parameters ": what it does". */
static void
help_row(struct command *c, const struct command_row *row)
{
	const char *colon = strstr(row->help, ": "), *text = row->help;
	char usage[256];
	int n = 0;

	if (colon != NULL) {
		n = (int)(colon - row->help);
		text = colon + 2;
	} else if (text[0] == ':')
		text++;
	snprintf(usage, sizeof(usage), "%s%s%.*s", row->name,
	    n > 0 ? " " : "", n, row->help);
	reply(c, RPL_HELPSTART, row->name, usage);
	reply(c, RPL_HELPTXT, row->name, "");
	help_text(c, row->name, text);
	if (row->flags & CMD_OPER)
		help_text(c, row->name, "Only for operators.");
	reply(c, RPL_ENDOFHELP, row->name, "End of help.");
}

static void
help_index(struct command *c)
{
	const struct command_row *row;
	struct words w;

	reply(c, RPL_HELPSTART, "*", "Commands of this server:");
	reply(c, RPL_HELPTXT, "*", "");
	words_begin(&w, c, strlen("* :"));
	if (w.max > TEXT_WIDTH)
		w.max = TEXT_WIDTH;
	for (row = command_table; row->name != NULL; row++) {
		if (row->help == NULL ||
		    words_add(&w, row->name, strlen(row->name)))
			continue;
		reply(c, RPL_HELPTXT, "*", w.text);
		words_clear(&w);
		words_add(&w, row->name, strlen(row->name));
	}
	if (w.count > 0)
		reply(c, RPL_HELPTXT, "*", w.text);
	reply(c, RPL_ENDOFHELP, "*", "HELP COMMAND tells more of one.");
}

enum command_result
cmd_help(struct command *c)
{
	const char *subject = c->m.nparam > 0 ? c->m.param[0] : "";
	const struct command_row *row;

	if (subject[0] == '\0') {
		help_index(c);
		return CMD_DONE;
	}
	row = command_find(subject);
	if (row != NULL && row->help != NULL)
		help_row(c, row);
	else
		reply(c, ERR_HELPNOTFOUND, word_or_star(subject));
	return CMD_DONE;
}
