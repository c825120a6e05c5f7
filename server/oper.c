/* SPDX-License-Identifier: ISC */
/*
 * What operators do: OPER, KILL, REHASH, SAJOIN, SAMODE; as whom, and what
 * they may.
 *
 * Who is an operator has the mode, and the name of the line by which it became
 * one.  What it may is looked up in the configuration each time, so a reload
 * changes it at once, and who has no line any more loses the mode a moment
 * later (oper_look()).  Every use of a privilege is put on the record first
 * (audit.h).
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "../irc/mode.h"
#include "../irc/tag.h"
#include "../irc/utf8.h"
#include "ask.h"
#include "audit.h"
#include "channel.h"
#include "deliver.h"
#include "device.h"
#include "handlers.h"
#include "hash.h"
#include "log.h"
#include "oper.h"
#include "registry.h"
#include "secure.h"
#include "session.h"
#include "words.h"
#include "worker.h"

/* ---- who may what ---- */

static const struct config_operator *
operator_find(const char *name)
{
	int i;

	for (i = 0; i < config->noperator; i++)
		if (strcmp(config->operators[i].name, name) == 0)
			return &config->operators[i];
	return NULL;
}

const struct config_operator *
oper_of(uint32_t u)
{
	return users[u].modes & USER_OPERATOR ? operator_find(opers[u].name)
	                                      : NULL;
}

int
oper_may(uint32_t u, uint32_t privilege)
{
	const struct config_operator *o = oper_of(u);

	return o != NULL && (o->privileges & privilege) == privilege;
}

const char *
oper_privileges(uint32_t bits)
{
	static char text[160];
	const char *name;
	uint32_t bit;
	size_t n = 0;
	int i;

	text[0] = '\0';
	for (i = 0; (name = config_privilege(i, &bit)) != NULL; i++)
		if (bits & bit)
			n += (size_t)snprintf(text + n, sizeof(text) - n,
			    "%s%s", n > 0 ? " " : "", name);
	return text;
}

int
oper_allowed(struct command *c, uint32_t privilege)
{
	if (oper_may(c->uid, privilege))
		return 1;
	reply(c, ERR_NOPRIVS, oper_privileges(privilege));
	return 0;
}

/* ---- OPER ---- */

static enum command_result
oper_fail(struct command *c)
{
	/* in the log alone: anybody could fill a database with this */
	audit_log(c, "OPER", c->m.param[0], "failed");
	if (config->noperator == 0)
		reply(c, ERR_NOOPERHOST);
	else
		reply(c, ERR_PASSWDMISMATCH);
	if (++c->s->oper_failures >= OPER_FAILURES)
		session_close(c->sid, "Too many wrong passwords");
	return CMD_DONE;
}

/* The mode for its own sessions alone.  How many have it is counted, and that
 * can only be made good for who had the lock. */
static void
modes_set(struct command *c, uint32_t modes, const char *change)
{
	command_lock(c);
	command_op(c, OP_USER_MODES, c->uid)->b = modes;
	event_line(command_event(c, EVENT_TO_ROOMS), ":%s MODE %s :%s",
	    source_of(c->uid), c->u->nick, change);
	reply_event(c);
}

static enum command_result
oper_become(struct command *c)
{
	const struct config_operator *o = operator_find(c->m.param[0]);

	if (o == NULL) /* it has just gone */
		return oper_fail(c);
	reply(c, RPL_YOUREOPER);
	reply(c, RPL_PRIVS, c->u->nick, oper_privileges(o->privileges));
	op_text(command_op(c, OP_OPER, c->uid), o->name);
	if (!(c->u->modes & USER_OPERATOR))
		modes_set(c, c->u->modes | USER_OPERATOR, "+o");
	return CMD_DONE;
}

/* What tells the store that this is done as operator NAME, while its user is
 * none yet. */
static const char *
context_as(const char *name)
{
	static char text[160] = "oper=1;operator=";
	const size_t n = strlen("oper=1;operator=");
	size_t len = strnlen(name, 60);

	text[n + tag_escape(text + n, sizeof(text) - n, name, len)] = '\0';
	return text;
}

/* Whether C's session has the certificate that O asks for, if it does. */
static int
has_certificate(const struct command *c, const struct config_operator *o)
{
	const uint8_t *own = secure_certificate(c->sid);

	return !o->certified || (own != NULL &&
	    memcmp(own, o->fingerprint, PROXY_FINGERPRINT) == 0);
}

/* The hash that a password is compared with: O's or, if O is none or has none,
 * another one's, so that it takes as long; NULL: there is none. */
static const char *
hash_of(const struct config_operator *o)
{
	int i;

	if (o != NULL && o->hash[0] != '\0')
		return o->hash;
	for (i = 0; i < config->noperator; i++)
		if (config->operators[i].hash[0] != '\0')
			return config->operators[i].hash;
	return NULL;
}

/* Whether C's user has proved to be O: CMD_ANSWERED, or return what it
 * returns.  What a certificate alone proves needs no password. */
static enum command_result
oper_prove(struct command *c, const struct config_operator *o)
{
	const struct hash_asker who = { c->sid, c->s->gen, c->s->executed };
	const char *hash = hash_of(o);
	enum hash_verdict is;

	if (config->noperator == 0)
		return oper_fail(c);
	if (o != NULL && o->hash[0] == '\0' && has_certificate(c, o))
		return CMD_ANSWERED;
	if (c->m.nparam < 2) {
		reply(c, ERR_NEEDMOREPARAMS, "OPER");
		return CMD_DONE;
	}
	is = hash != NULL ? hash_check(&who, c->m.param[1], hash) : HASH_WRONG;
	if (is == HASH_WAIT)
		return CMD_WAIT;
	return is == HASH_RIGHT && o != NULL && o->hash[0] != '\0' &&
	        has_certificate(c, o)
	    ? CMD_ANSWERED
	    : oper_fail(c);
}

/* A name that nobody has takes as long to refuse as a wrong password. */
enum command_result
cmd_oper(struct command *c)
{
	const struct config_operator *o = operator_find(c->m.param[0]);
	enum command_result r;

	if (c->step == 0 && (r = oper_prove(c, o)) != CMD_ANSWERED)
		return r;
	/* it has not the right to write there yet */
	c->context = context_as(c->m.param[0]);
	return audit(c, 0, "OPER", c->m.param[0],
	    o != NULL ? oper_privileges(o->privileges) : "", oper_become);
}

/* ---- who is one no longer ---- */

static enum command_result
oper_drop(struct command *c)
{
	if (!(c->u->modes & USER_OPERATOR) || oper_of(c->uid) != NULL)
		return CMD_DONE;
	log_info("oper: %s is one no longer: there is no line for %s",
	    source_of(c->uid), log_safe(opers[c->uid].name));
	modes_set(c, c->u->modes & ~USER_OPERATOR, "-o");
	return CMD_DONE;
}

void
oper_look(uint32_t i)
{
	static const struct command_row row = { "MODE", oper_drop, 0, CMD_LOCK,
		0, NULL };
	struct session *s = &sessions[i];
	struct command c;

	if (!(users[s->user].modes & USER_OPERATOR) ||
	    oper_of(s->user) != NULL || s->step != 0 || s->asked != 0 ||
	    s->answer != 0 || (s->flags & SESSION_OVERFLOW) ||
	    device_is_pending(s))
		return;
	c = (struct command) { .sid = i, .uid = s->user, .s = s,
		.u = &users[s->user], .row = &row };
	command_own(&c);
}

/* ---- KILL, REHASH ---- */

/* REASON, a parameter or none, cut to what fits beside a long source. */
static const char *
reason_of(struct command *c, int param, const char *otherwise)
{
	char *reason = c->m.nparam > param ? c->m.param[param] : NULL;

	if (reason == NULL || reason[0] == '\0')
		return otherwise;
	reason[utf8_cut(reason, strlen(reason), KICK_MAX - 64)] = '\0';
	return reason;
}

static enum command_result
kill_user(struct command *c)
{
	uint32_t u = registry_find_nick(c->m.param[0]);
	struct envelope *e;

	if (u == 0) { /* it has just left */
		reply(c, ERR_NOSUCHNICK, word_or_star(c->m.param[0]));
		return CMD_DONE;
	}
	e = command_event(c, EVENT_KILL);
	event_target_user(e, u);
	event_line(e, "Killed (%s (%s))", c->u->nick,
	    reason_of(c, 1, "No reason given"));
	return CMD_DONE;
}

enum command_result
cmd_kill(struct command *c)
{
	if (c->step != 0)
		return audit(c, PRIV_KILL, "KILL", c->m.param[0],
		    reason_of(c, 1, ""), kill_user);
	if (!oper_allowed(c, PRIV_KILL))
		return CMD_DONE;
	if (name_cmp(c->m.param[0], config->name) == 0) {
		reply(c, ERR_CANTKILLSERVER);
		return CMD_DONE;
	}
	if (registry_find_nick(c->m.param[0]) == 0) {
		reply(c, ERR_NOSUCHNICK, word_or_star(c->m.param[0]));
		return CMD_DONE;
	}
	return audit(c, PRIV_KILL, "KILL", c->m.param[0], reason_of(c, 1, ""),
	    kill_user);
}

static enum command_result
rehash(struct command *c)
{
	reply(c, RPL_REHASHING,
	    config->file[0] != '\0' ? config->file : "(defaults)");
	if (worker_signal_master(SIGHUP) != 0)
		log_warn("rehash: %s", strerror(errno));
	return CMD_DONE;
}

enum command_result
cmd_rehash(struct command *c)
{
	if (c->step == 0 && !oper_allowed(c, PRIV_REHASH))
		return CMD_DONE;
	return audit(c, PRIV_REHASH, "REHASH", "*", "", rehash);
}

/* ---- SAJOIN, SAMODE ---- */

enum { STEP_TOLD = 1 << 28 /* the room has been told that it is by force */ };

/* Who is in the room is told that it cannot keep out who comes. */
static void
tell_room(struct command *c, uint32_t r)
{
	struct envelope *e = command_event(c, EVENT_TO_ROOM);

	event_target_room(e, r);
	e->source = e->source_gen = 0;
	event_line(e, ":%s NOTICE %s :%s enters as an operator of the server",
	    config->name, rooms[r].name, c->u->nick);
}

/* Into one room a command: the record says which. */
static enum command_result
force_join(struct command *c)
{
	uint32_t room = registry_find_room(c->m.param[0]);
	enum command_result r;

	if (!(c->step & STEP_TOLD)) {
		if (room != 0 && registry_member(c->uid, room) == 0)
			tell_room(c, room);
		c->step = STEP_TOLD;
		return CMD_MORE;
	}
	c->override = 1;
	c->step &= ~(uint32_t)STEP_TOLD;
	r = cmd_join(c);
	if (r == CMD_MORE)
		c->step |= STEP_TOLD;
	return r;
}

enum command_result
cmd_sajoin(struct command *c)
{
	if (c->step == 0 && !oper_allowed(c, PRIV_ROOMS))
		return CMD_DONE;
	if (strpbrk(c->m.param[0], ", ") != NULL ||
	    !name_is_channel(c->m.param[0])) {
		reply(c, ERR_NOSUCHCHANNEL, word_or_star(c->m.param[0]));
		return CMD_DONE;
	}
	c->m.nparam = 1;
	return audit(c, PRIV_ROOMS, "SAJOIN", c->m.param[0], "", force_join);
}

static enum command_result
force_mode(struct command *c)
{
	c->override = 1;
	return cmd_mode(c);
}

enum command_result
cmd_samode(struct command *c)
{
	char text[MESSAGE_LINE];
	size_t n = 0;
	int i;

	if (c->step == 0 && !oper_allowed(c, PRIV_ROOMS))
		return CMD_DONE;
	if (!name_looks_channel(c->m.param[0]) ||
	    registry_find_room(c->m.param[0]) == 0) {
		reply(c, ERR_NOSUCHCHANNEL, word_or_star(c->m.param[0]));
		return CMD_DONE;
	}
	text[0] = '\0';
	for (i = 1; i < c->m.nparam && n < sizeof(text); i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s",
		    n > 0 ? " " : "", c->m.param[i]);
	return audit(c, PRIV_ROOMS, "SAMODE", c->m.param[0], text, force_mode);
}
