/* SPDX-License-Identifier: ISC */
/*
 * The record of what operators and the administrator do.
 *
 * An act is on the disk before it is done, as a question to the store that is
 * answered when it is committed: so there is no act without a trace, whoever
 * dies meanwhile, and no two traces of one, for the question has a name.  What
 * is for the store to do anyway, it puts on the record in the same transaction
 * (REQUEST_AUDIT).
 */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "ask.h"
#include "audit.h"
#include "log.h"
#include "oper.h"
#include "words.h"
#include "worker.h"

const char *
audit_name(const struct command *c)
{
	static char name[64];
	struct ucred peer = { .uid = (uid_t)-1 };
	socklen_t len = sizeof(peer);
	const struct config_operator *o;

	name[0] = '\0';
	if (c->s->flags & SESSION_CONTROL) {
		getsockopt(c->s->fd, SOL_SOCKET, SO_PEERCRED, &peer, &len);
		snprintf(name, sizeof(name), "uid:%ld", (long)peer.uid);
	} else if ((o = oper_of(c->uid)) != NULL)
		snprintf(name, sizeof(name), "%s", o->name);
	return name;
}

void
audit_log(const struct command *c, const char *what, const char *whom,
    const char *text)
{
	char who[SOURCE_MAX + 1], object[200];

	snprintf(who, sizeof(who), "%s", c->s->flags & SESSION_CONTROL
	        ? "mootctl"
	        : log_safe(source_of(c->uid)));
	snprintf(object, sizeof(object), "%s", log_safe(whom));
	log_info("audit: %s (%s) %s %s: %s", who, audit_name(c), what, object,
	    log_safe(text));
}

enum command_result
audit(struct command *c, uint32_t privilege, const char *what,
    const char *whom, const char *text, command_fn *then)
{
	enum command_result r;

	if (!(c->step & STEP_AUDITED)) {
		if (c->s->answer != 0 || store_accepts()) {
			c->step |= STEP_AUDITING;
			r = ask(c, "AUDITED %s %s :%s", what,
			    word_or_star(whom), text);
			if (r != CMD_ANSWERED)
				return r;
		}
		if (privilege != 0 && !oper_allowed(c, privilege)) {
			audit_log(c, what, whom, "not done: not allowed now");
			return CMD_DONE;
		}
		audit_log(c, what, whom, text);
		c->step = STEP_AUDITED;
		c->cursor = 0;
		/* what follows may have questions of its own */
		if (c->s->answer != 0)
			return CMD_MORE;
	}
	c->step &= ~(uint32_t)STEP_AUDITED;
	r = then(c);
	if (r == CMD_MORE)
		c->step |= STEP_AUDITED;
	return r;
}
