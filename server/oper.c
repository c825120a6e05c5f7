/* SPDX-License-Identifier: ISC */
/*
 * What operators do: OPER, KILL, REHASH.  Every use of a privilege is
 * logged, with who and whom.  crypt(3) is slow by design: OPER holds no lock,
 * and a session has few tries.
 */
#include <crypt.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "../irc/mode.h"
#include "../irc/utf8.h"
#include "deliver.h"
#include "handlers.h"
#include "log.h"
#include "registry.h"
#include "session.h"
#include "worker.h"

static const struct config_operator *
operator_find(const char *name)
{
	int i;

	for (i = 0; i < config->noperator; i++)
		if (strcmp(config->operators[i].name, name) == 0)
			return &config->operators[i];
	return NULL;
}

static int
password_matches(const char *password, const char *hash)
{
	static struct crypt_data data;
	const char *made = crypt_r(password, hash, &data);

	return made != NULL && made[0] != '*' && strcmp(made, hash) == 0;
}

enum command_result
cmd_oper(struct command *c)
{
	const struct config_operator *o = operator_find(c->m.param[0]);

	if (o == NULL || !password_matches(c->m.param[1], o->hash)) {
		log_warn("oper: %s failed as %s", source_of(c->uid),
		    log_safe(c->m.param[0]));
		if (config->noperator == 0)
			reply(c, ERR_NOOPERHOST);
		else
			reply(c, ERR_PASSWDMISMATCH);
		if (++c->s->oper_failures >= OPER_FAILURES)
			session_close(c->sid, "Too many wrong passwords");
		return CMD_DONE;
	}
	log_info("oper: %s is %s", source_of(c->uid), o->name);
	reply(c, RPL_YOUREOPER);
	if (c->u->modes & USER_OPERATOR)
		return CMD_DONE;
	command_op(c, OP_USER_MODES, c->uid)->b =
	    c->u->modes | USER_OPERATOR;
	event_line(command_event(c, EVENT_TO_ROOMS), ":%s MODE %s :+o",
	    source_of(c->uid), c->u->nick);
	reply_event(c);
	return CMD_DONE;
}

enum command_result
cmd_kill(struct command *c)
{
	char *reason = c->m.param[1];
	struct envelope *e;
	uint32_t u;

	if (name_cmp(c->m.param[0], config->name) == 0) {
		reply(c, ERR_CANTKILLSERVER);
		return CMD_DONE;
	}
	if ((u = registry_find_nick(c->m.param[0])) == 0) {
		reply(c, ERR_NOSUCHNICK, c->m.param[0]);
		return CMD_DONE;
	}
	reason[utf8_cut(reason, strlen(reason), KICK_MAX - 64)] = '\0';
	log_info("kill: %s by %s: %s", source_of(u), source_of(c->uid),
	    log_safe(reason));
	e = command_event(c, EVENT_KILL);
	event_target_user(e, u);
	event_line(e, "Killed (%s (%s))", c->u->nick, reason);
	return CMD_DONE;
}

enum command_result
cmd_rehash(struct command *c)
{
	log_info("rehash: %s", source_of(c->uid));
	reply(c, RPL_REHASHING,
	    config->file[0] != '\0' ? config->file : "(defaults)");
	if (kill(state->segment.owner, SIGHUP) != 0)
		log_warn("rehash: %s", strerror(errno));
	return CMD_DONE;
}
