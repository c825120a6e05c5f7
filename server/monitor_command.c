/* SPDX-License-Identifier: ISC */
/*
 * MONITOR: a session's list of nicks is changed and shown, and who of it is
 * here (IRCv3 monitor).
 *
 * What a command decides about many nicks is in a few ops, each with a list of
 * them, so all is done in one step.  What is no nick is passed over.  The state
 * of a nick is told only when all has been heard that was told of it before
 * (deliver_catch_up()): then no news of it comes twice.
 */
#include <stdio.h>
#include <string.h>

#include "deliver.h"
#include "handlers.h"
#include "metadata.h"
#include "monitor.h"
#include "registry.h"
#include "worker.h"

/* ---- lines of nicks ---- */

/* Nicks with commas between, in as many lines as it needs. */
struct nicks {
	void (*say)(struct command *c, const char *text);
	size_t max, len;
	char text[MESSAGE_LINE];
};

static void
say_online(struct command *c, const char *text)
{
	reply(c, RPL_MONONLINE, text);
}

static void
say_offline(struct command *c, const char *text)
{
	reply(c, RPL_MONOFFLINE, text);
}

static void
say_listed(struct command *c, const char *text)
{
	reply(c, RPL_MONLIST, text);
}

static void
say_full(struct command *c, const char *text)
{
	reply(c, ERR_MONLISTFULL, MONITOR_MAX, text);
}

/* EXTRA bytes of each line are taken by what is behind the nicks. */
static void
nicks_begin(struct nicks *n, const struct command *c,
    void (*say)(struct command *c, const char *text), size_t extra)
{
	n->say = say;
	n->max = MESSAGE_LINE - 2 - strlen(config->name) -
	    strlen(c->u->nick) - strlen(":  730  :") - extra;
	n->len = 0;
}

static void
nicks_reply(struct command *c, struct nicks *n)
{
	if (n->len == 0)
		return;
	n->text[n->len] = '\0';
	n->len = 0;
	n->say(c, n->text);
}

static void
nicks_add(struct command *c, struct nicks *n, const char *nick)
{
	size_t len = strlen(nick);

	if (n->len > 0 && n->len + 1 + len > n->max)
		nicks_reply(c, n);
	if (len > n->max)
		len = n->max;
	if (n->len > 0)
		n->text[n->len++] = ',';
	memcpy(n->text + n->len, nick, len);
	n->len += len;
}

/* What is said of the states of nicks. */
struct status {
	struct nicks on, off;
	uint32_t user[MONITOR_MAX]; /* who is here */
	unsigned nuser;
};

static void
status_begin(struct status *st, const struct command *c)
{
	nicks_begin(&st->on, c, say_online, 0);
	nicks_begin(&st->off, c, say_offline, 0);
	st->nuser = 0;
}

static void
status_add(struct command *c, struct status *st, const char *nick)
{
	uint32_t u = registry_find_nick(nick);

	if (u != 0 && (users[u].flags & USER_LIVE) &&
	    (users[u].flags & USER_REGISTERED)) {
		nicks_add(c, &st->on, source_of(u));
		if (st->nuser < MONITOR_MAX)
			st->user[st->nuser++] = u;
	} else
		nicks_add(c, &st->off, nick);
}

static void
status_reply(struct command *c, struct status *st)
{
	unsigned i;

	nicks_reply(c, &st->on);
	nicks_reply(c, &st->off);
	for (i = 0; i < st->nuser; i++)
		metadata_online(c, st->user[i]);
}

/* ---- the command ---- */

/* Puts NICK into the last of the ops of KIND, or into another one. */
static void
op_nick(struct command *c, struct op **op, enum op_kind kind,
    const char *nick)
{
	size_t n;

	if (*op == NULL ||
	    strlen((*op)->text) + 1 + strlen(nick) >= sizeof((*op)->text))
		*op = command_op(c, kind, c->sid);
	n = strlen((*op)->text);
	snprintf((*op)->text + n, sizeof((*op)->text) - n, "%s%s",
	    n > 0 ? "," : "", nick);
}

/* Whether the list up to END has NICK already. */
static int
was_given(const char *list, const char *end, const char *nick)
{
	while (list < end) {
		if (name_cmp(list, nick) == 0)
			return 1;
		list += strlen(list) + 1;
	}
	return 0;
}

static enum command_result
add(struct command *c)
{
	uint32_t count = monitor_lists[c->sid].count, all;
	char *list = c->m.param[1], *first = list, *nick;
	struct op *op = NULL;
	struct nicks full;
	struct status st;

	if (deliver_catch_up() != 0)
		return CMD_WAIT;
	all = state->monitors.used;
	status_begin(&st, c);
	nicks_begin(&full, c, say_full, strlen("100  :Monitor list is full."));
	while ((nick = strsep(&list, ",")) != NULL) {
		if (!name_is_nick(nick) || was_given(first, nick, nick))
			continue;
		if (monitor_find(c->sid, nick) == 0) {
			if (count == MONITOR_MAX ||
			    all + 1 >= state->max_monitors) {
				nicks_add(c, &full, nick);
				continue;
			}
			count++;
			all++;
			op_nick(c, &op, OP_MONITOR_ADD, nick);
		}
		status_add(c, &st, nick);
	}
	status_reply(c, &st);
	nicks_reply(c, &full);
	return CMD_DONE;
}

static enum command_result
del(struct command *c)
{
	char *list = c->m.param[1], *nick;
	struct op *op = NULL;

	while ((nick = strsep(&list, ",")) != NULL)
		if (name_is_nick(nick) &&
		    monitor_find(c->sid, nick) != 0)
			op_nick(c, &op, OP_MONITOR_DEL, nick);
	return CMD_DONE;
}

static enum command_result
clear(struct command *c)
{
	command_op(c, OP_MONITOR_CLEAR, c->sid);
	return CMD_DONE;
}

static enum command_result
show(struct command *c)
{
	uint32_t m = monitor_lists[c->sid].first;
	struct nicks all;

	nicks_begin(&all, c, say_listed, 0);
	for (; m != 0; m = monitors[m].session_next)
		nicks_add(c, &all, monitors[m].nick);
	nicks_reply(c, &all);
	reply(c, RPL_ENDOFMONLIST);
	return CMD_DONE;
}

static enum command_result
status(struct command *c)
{
	uint32_t m = monitor_lists[c->sid].first;
	struct status st;

	if (deliver_catch_up() != 0)
		return CMD_WAIT;
	status_begin(&st, c);
	for (; m != 0; m = monitors[m].session_next)
		status_add(c, &st, monitors[m].nick);
	status_reply(c, &st);
	return CMD_DONE;
}

static const struct modifier {
	const char *name;
	int params;
	command_fn *run;
} modifiers[] = {
	{ "+", 2, add },
	{ "-", 2, del },
	{ "C", 1, clear },
	{ "L", 1, show },
	{ "S", 1, status },
	{ NULL, 0, NULL },
};

enum command_result
cmd_monitor(struct command *c)
{
	const struct modifier *x = modifiers;

	while (x->name != NULL && name_cmp(x->name, c->m.param[0]) != 0)
		x++;
	if (x->name == NULL)
		reply(c, ERR_UNKNOWNERROR, "MONITOR",
		    "+, -, C, L or S is wanted");
	else if (c->m.nparam < x->params)
		reply(c, ERR_NEEDMOREPARAMS, "MONITOR");
	else
		return x->run(c);
	return CMD_DONE;
}
