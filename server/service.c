/* SPDX-License-Identifier: ISC */
/*
 * Services: users that are none, whom PRIVMSG, WHOIS and commands of their own
 * reach, and who answer by NOTICE; and NickServ, the one for clients that know
 * no SASL.
 *
 * What is said to it is a command in a table; it never becomes an event, so it
 * is neither delivered to anybody nor kept.  A command has the steps of the
 * line it came in, the row of which is PRIVMSG's; so it takes the lock itself.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "../irc/capability.h"
#include "../irc/look.h"
#include "account.h"
#include "ask.h"
#include "audit.h"
#include "handlers.h"
#include "local.h"
#include "oper.h"
#include "registry.h"
#include "service.h"
#include "words.h"
#include "worker.h"

enum { STEP_CUT = STEP_RECLAIM + 2 };

static const char *speaker; /* the service that is run */

void
service_notice(struct command *c, const char *fmt, ...)
{
	char text[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	reply_line(c, ":%s!%s@%s NOTICE %s :%s", speaker, speaker,
	    config->name, c->u->nick, text);
}

/* What the store says that it is not what was wanted. */
enum command_result
service_fail(struct command *c, const struct message *m)
{
	service_notice(c, "%s.",
	    m->nparam > 3 ? m->param[3] : "That did not work");
	return CMD_DONE;
}

int
service_answer(const struct message *m, const char *word, int nparam)
{
	return strcmp(m->command, word) == 0 && m->nparam >= nparam;
}

static enum command_result
logged_in(struct command *c, const char *account, const char *flags)
{
	service_notice(c, "You are logged in as %s.", account);
	account_login(c, account, flags);
	c->step = STEP_RECLAIM;
	return CMD_MORE;
}

/* ---- the commands ---- */

static enum command_result
told_registered(struct command *c, const struct message *m)
{
	if (m->nparam < 3 || strcmp(m->command, "FAIL") == 0)
		return service_fail(c, m);
	if (strcmp(m->param[0], "SUCCESS") == 0)
		return logged_in(c, m->param[1], "");
	service_notice(c, "%s.", m->param[2]);
	return CMD_DONE;
}

static enum command_result
do_register(struct command *c, struct order *o)
{
	const char *email = o->n > 2 ? o->word[2] : "*", *why;
	enum command_result r;
	struct message m;

	if (!(c->step & STEP_ASKED) && c->u->account[0] != '\0') {
		service_notice(c, "You are logged in as %s already.",
		    c->u->account);
		return CMD_DONE;
	}
	if (!(c->step & STEP_ASKED) &&
	    (why = account_refuses_email(email)) != NULL) {
		service_notice(c, "%s.", why);
		return CMD_DONE;
	}
	if (!(c->step & STEP_ASKED) && local_keeps(c, c->u->nick)) {
		service_notice(c, "%s is the name of a user of the server's "
		    "machine.", c->u->nick);
		return CMD_DONE;
	}
	c->context = account_policy();
	/* what the policy says is not for who may only do something else */
	c->as_user = !oper_may(c->uid, PRIV_ALL);
	r = ask(c, "REGISTER %s %s :%s", c->u->nick, word_or_star(email),
	    o->word[1]);
	c->context = NULL;
	if (r != CMD_ANSWERED)
		return r;
	if (!account_verdict(c, &m))
		return CMD_WAIT;
	return told_registered(c, &m);
}

static enum command_result
do_verify(struct command *c, struct order *o)
{
	enum command_result r;
	struct message m;

	if (!(c->step & STEP_ASKED) && c->u->account[0] != '\0') {
		service_notice(c, "You are logged in as %s already.",
		    c->u->account);
		return CMD_DONE;
	}
	r = ask(c, "VERIFY %s :%s", word_or_star(o->word[1]), o->word[2]);
	if (r != CMD_ANSWERED)
		return r;
	if (!account_verdict(c, &m))
		return CMD_WAIT;
	return told_registered(c, &m);
}

/* Asks whether PASSWORD is ACCOUNT's: CMD_ANSWERED, and *M says. */
static enum command_result
check(struct command *c, const char *account, const char *password,
    struct message *m)
{
	enum command_result r;

	account_asks(c);
	r = ask(c, "IDENTIFY %s :%s", word_or_star(account), password);
	if (r != CMD_ANSWERED)
		return r;
	if (account_stale(c))
		return CMD_MORE;
	return account_verdict(c, m) ? CMD_ANSWERED : CMD_WAIT;
}

static enum command_result
do_identify(struct command *c, struct order *o)
{
	const char *account = o->n > 2 ? o->word[1] : c->u->nick;
	const char *password = o->word[o->n > 2 ? 2 : 1];
	enum command_result r;
	struct message m;

	if (!(c->step & STEP_ASKED) && c->u->account[0] != '\0' &&
	    name_cmp(c->u->account, account) != 0) {
		service_notice(c, "You are logged in as %s already.",
		    c->u->account);
		return CMD_DONE;
	}
	if ((r = check(c, account, password, &m)) != CMD_ANSWERED)
		return r;
	return service_answer(&m, "OK", 1)
	    ? logged_in(c, m.param[0], m.nparam > 1 ? m.param[1] : "")
	    : service_fail(c, &m);
}

static enum command_result
ghost(struct command *c, const char *nick)
{
	uint32_t u = registry_find_nick(nick);

	if (u == 0)
		service_notice(c, "Nobody has the nick %s.",
		    word_or_star(nick));
	else if (u == c->uid)
		service_notice(c, "That is you.");
	else {
		account_kill(c, u, "Ghost: its owner is back");
		service_notice(c, "%s has been disconnected.", users[u].nick);
	}
	return CMD_DONE;
}

/* One's own: the nick of the account, or somebody logged in to it. */
static enum command_result
do_ghost(struct command *c, struct order *o)
{
	uint32_t u = registry_find_nick(o->word[1]);
	enum command_result r;
	struct message m;

	if (o->n > 2) {
		r = check(c, o->word[1], o->word[2], &m);
		if (r != CMD_ANSWERED)
			return r;
		return service_answer(&m, "OK", 1) ? ghost(c, o->word[1])
		                              : service_fail(c, &m);
	}
	if (c->u->account[0] != '\0' &&
	    (name_cmp(c->u->account, o->word[1]) == 0 ||
	        (u != 0 && name_cmp(users[u].account, c->u->account) == 0)))
		return ghost(c, o->word[1]);
	service_notice(c, "That nick is not yours: GHOST NICK PASSWORD.");
	return CMD_DONE;
}

/* 1, 0, or -1: neither. */
static int
on_or_off(const char *word)
{
	static const char *const words[] = { "off", "on", "false", "true" };
	int i;

	for (i = 0; i < 4; i++)
		if (strcasecmp(words[i], word) == 0)
			return i & 1;
	return -1;
}

static enum command_result
set_always_on(struct command *c, struct order *o)
{
	int on = on_or_off(o->word[2]);
	enum command_result r;
	struct message m;
	struct op *op;

	r = ask(c, "SET %s always-on :%s", c->u->account, on ? "on" : "off");
	if (r != CMD_ANSWERED)
		return r;
	account_verdict(c, &m);
	if (!service_answer(&m, "SET", 3))
		return service_fail(c, &m);
	op = command_op(c, OP_ACCOUNT, c->uid);
	op->b = on ? USER_ALWAYS_ON : 0;
	op_text(op, c->u->account);
	service_notice(c, on ? "You stay when you have no connection."
	             : "You leave when your last connection ends.");
	return CMD_DONE;
}

static enum command_result
do_set(struct command *c, struct order *o)
{
	int always_on = strcasecmp(o->word[1], "ALWAYS-ON") == 0 &&
	    on_or_off(o->word[2]) >= 0;
	enum command_result r;
	struct message m;

	if (strcasecmp(o->word[1], "PASSWORD") != 0 && !always_on) {
		service_notice(c, "There is no such setting: SET PASSWORD NEW, "
		    "SET ALWAYS-ON on|off.");
		return CMD_DONE;
	}
	if (c->u->account[0] == '\0') {
		service_notice(c, "You are not logged in.");
		return CMD_DONE;
	}
	if (always_on)
		return set_always_on(c, o);
	r = ask(c, "PASSWD %s :%s", c->u->account, o->word[2]);
	if (r != CMD_ANSWERED)
		return r;
	account_verdict(c, &m);
	if (!service_answer(&m, "PASSWD", 1))
		return service_fail(c, &m);
	service_notice(c, "The password of %s is another now.", m.param[0]);
	return CMD_DONE;
}

/* An account for somebody else. */
static enum command_result
do_saregister(struct command *c, struct order *o)
{
	enum command_result r;
	struct message m;

	if (!(c->step & STEP_ASKED) && !oper_may(c->uid, PRIV_ALL)) {
		service_notice(c, "That is for operators who may do all.");
		return CMD_DONE;
	}
	r = ask(c, "ACCOUNT ADD %s :%s", word_or_star(o->word[1]),
	    o->word[2]);
	if (r != CMD_ANSWERED)
		return r;
	account_verdict(c, &m);
	if (!service_answer(&m, "ADDED", 1))
		return service_fail(c, &m);
	audit_log(c, "SAREGISTER", m.param[0], "");
	service_notice(c, "There is an account %s now.", m.param[0]);
	return CMD_DONE;
}

/* All others who are logged in are cut; then one is out oneself. */
static enum command_result
drop_end(struct command *c)
{
	enum command_result r;

	if (c->step == STEP_CUT) {
		r = account_cut(c, c->u->account, "Your account was dropped");
		if (r != CMD_DONE)
			return r;
	}
	service_notice(c, "The account %s is no more.", c->u->account);
	account_login(c, "", "");
	return CMD_DONE;
}

static enum command_result
do_drop(struct command *c, struct order *o)
{
	enum command_result r;
	struct message m;

	if (c->step == STEP_CUT)
		return drop_end(c);
	if (c->u->account[0] == '\0') {
		service_notice(c, "You are not logged in.");
		return CMD_DONE;
	}
	r = ask(c, "DROP %s :%s", c->u->account, o->word[1]);
	if (r != CMD_ANSWERED)
		return r;
	if (!account_verdict(c, &m))
		return CMD_WAIT;
	/* what becomes of its rooms comes before */
	while (strcmp(m.command, "REMOVED") != 0 &&
	    strcmp(m.command, "FAIL") != 0 && ask_message(c, &m))
		;
	if (!service_answer(&m, "REMOVED", 1))
		return service_fail(c, &m);
	state->revoked++;
	op_text(command_op(c, OP_ACCOUNT_GONE, 0), c->u->account);
	c->step = STEP_CUT;
	c->cursor = 0;
	return CMD_MORE;
}

static const struct service_row nickserv[] = {
	{ "REGISTER", do_register, 1, 2,
	    "REGISTER PASSWORD [EMAIL]: makes an account of your nick", 0 },
	{ "VERIFY", do_verify, 2, 2,
	    "VERIFY ACCOUNT INVITATION: ends REGISTER where it takes one", 0 },
	{ "IDENTIFY", do_identify, 1, 2,
	    "IDENTIFY [ACCOUNT] PASSWORD: logs you in", 0 },
	{ "GHOST", do_ghost, 1, 2,
	    "GHOST NICK [PASSWORD]: disconnects who has your nick", 0 },
	{ "SET", do_set, 2, 2, "SET PASSWORD NEW | ALWAYS-ON on|off: changes "
	    "your password; whether you stay without a connection", 0 },
	{ "CERT", certificate_order, 1, 2, "CERT ADD [FINGERPRINT] | DEL "
	    "[FINGERPRINT] | LIST: certificates that log you in", 0 },
	{ "DROP", do_drop, 1, 1, "DROP PASSWORD: removes your account", 0 },
	{ "SAREGISTER", do_saregister, 2, 2,
	    "SAREGISTER ACCOUNT PASSWORD: makes an account (operators)", 0 },
	{ "HELP", NULL, 0, 1, "HELP: this", 0 },
	{ NULL, NULL, 0, 0, NULL, 0 },
};

/* ---- all of them ---- */

static const struct service {
	const char *name, *what;
	const struct service_row *rows;
} services[] = {
	{ "NickServ", "Accounts; say HELP", nickserv },
	{ "ChanServ", "Rooms that last; say HELP", chanserv },
	{ NULL, NULL, NULL },
};

/* The last row, without a name, if there is none. */
static const struct service *
service_find(const char *name)
{
	const struct service *v;

	for (v = services; v->name != NULL; v++)
		if (name_cmp(v->name, name) == 0)
			break;
	return v;
}

int
account_is_service(const char *name)
{
	return service_find(name)->name != NULL;
}

int
account_looks_service(const char *nick)
{
	char look[NAME_NICK + 1];

	look_of(look, sizeof(look), nick);
	return service_find(look)->name != NULL;
}

static enum command_result
help(struct command *c, const struct service_row *r)
{
	for (; r->name != NULL; r++)
		service_notice(c, "%s", r->help);
	return CMD_DONE;
}

/* The next word at *P; with LAST all there is left. */
static char *
word(char **p, int last)
{
	char *w = *p + strspn(*p, " ");

	*p = last ? w + strlen(w) : w + strcspn(w, " ");
	if (**p != '\0')
		*(*p)++ = '\0';
	return w;
}

static const struct service_row *
take_apart(struct order *o, const char *text, const struct service_row *r)
{
	char *p = o->line;

	snprintf(o->line, sizeof(o->line), "%s", text);
	o->word[0] = word(&p, 0);
	for (; r->name != NULL; r++)
		if (strcasecmp(r->name, o->word[0]) == 0)
			break;
	for (o->n = 1; r->name != NULL && o->n <= r->most; o->n++)
		if (*(o->word[o->n] = word(&p, o->n == r->most)) == '\0')
			break;
	return r;
}

static enum command_result
service_run(struct command *c, const struct service *v, const char *text)
{
	const struct service_row *r;
	struct order o;

	command_lock(c);
	speaker = v->name;
	if (c->step == STEP_RECLAIM || c->step == STEP_RECLAIM + 1)
		return account_reclaim(c);
	r = take_apart(&o, text, v->rows);
	if (r->name == NULL)
		service_notice(c,
		    "I do not know that. HELP tells what I know.");
	else if (o.n <= r->least)
		service_notice(c, "%s", r->help);
	else if (r->run == NULL)
		return help(c, v->rows);
	else if (!r->alone && c->s->answer == 0 && c->step < STEP_RECLAIM &&
	    !store_accepts())
		service_notice(c, "%s.", store_trouble());
	else
		return r->run(c, &o);
	return CMD_DONE;
}

enum command_result
service_message(struct command *c, const char *text)
{
	const struct service *v = service_find(c->m.param[0]);

	if (c->step == 0 && (c->s->caps & CAP(ECHO_MESSAGE)))
		reply_line(c, ":%s PRIVMSG %s :%s", source_of(c->uid),
		    v->name, text);
	return service_run(c, v, text);
}

static enum command_result
service_command(struct command *c, const char *name)
{
	char text[MESSAGE_LINE] = "";
	size_t n = 0;
	int i;

	for (i = 0; i < c->m.nparam && n < sizeof(text); i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s",
		    i > 0 ? " " : "", c->m.param[i]);
	return service_run(c, service_find(name), i > 0 ? text : "HELP");
}

enum command_result
cmd_nickserv(struct command *c)
{
	return service_command(c, "NickServ");
}

enum command_result
cmd_chanserv(struct command *c)
{
	return service_command(c, "ChanServ");
}

void
service_whois(struct command *c, const char *nick)
{
	const struct service *v = service_find(nick);

	reply(c, RPL_WHOISUSER, v->name, v->name, config->name, v->what);
	reply(c, RPL_WHOISSERVER, v->name, config->name, config->network);
}
