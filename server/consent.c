/* SPDX-License-Identifier: ISC */
/*
 * The user mode R: who has no account cannot write to its owner, but for those
 * whom that one accepts, by ACCEPT or by having written to them.
 *
 * The list is the user's own, written by its home alone; who writes to it
 * looks from anywhere without a lock, and may come a moment too early or too
 * late.  It is short: of more than it holds the oldest is forgotten.
 */
#include "../irc/mode.h"
#include "consent.h"
#include "handlers.h"
#include "registry.h"
#include "words.h"

/* Whether A accepts user B. */
static int
is_accepted(uint32_t a, uint32_t b)
{
	const struct accepted *l = &accepted[a];
	int i;

	if (l->gen != users[a].gen)
		return 0;
	for (i = 0; i < ACCEPTS_MAX; i++)
		if (l->user[i] == b && l->user_gen[i] == users[b].gen)
			return 1;
	return 0;
}

int
consent_given(const struct command *c, uint32_t u)
{
	return !(users[u].modes & USER_REGISTERED_ONLY) ||
	    c->u->account[0] != '\0' || u == c->uid ||
	    (c->u->modes & USER_OPERATOR) || is_accepted(u, c->uid);
}

static void
accept_user(struct command *c, uint32_t u, int not)
{
	struct op *op = command_op(c, OP_ACCEPT, c->uid);

	op->b = u;
	op->c = users[u].gen;
	op->x = (uint64_t)not;
}

void
consent_by_writing(struct command *c, uint32_t u)
{
	if ((c->u->modes & USER_REGISTERED_ONLY) && u != c->uid &&
	    users[u].account[0] == '\0' && !is_accepted(c->uid, u))
		accept_user(c, u, 0);
}

enum command_result
cmd_accept(struct command *c)
{
	char *list = c->m.param[0], *nick;
	unsigned n = 0;
	uint32_t u;
	int not;

	while ((nick = list_next(&list)) != NULL) {
		if (n++ == TARGETS_MAX) {
			reply(c, ERR_TOOMANYTARGETS, word_or_star(nick));
			break;
		}
		not = *nick == '-';
		u = registry_find_nick(nick + not);
		if (u == 0 || !(users[u].flags & USER_REGISTERED)) {
			reply_line(c, ":%s FAIL ACCEPT INVALID_USER %s "
			    ":There is no such user", config->name,
			    word_or_star(nick + not));
			c->failed = 1;
			continue;
		}
		accept_user(c, u, not);
	}
	return CMD_DONE;
}
