/* SPDX-License-Identifier: ISC */
/*
 * The administrator's orders about accounts: ACCOUNT WHAT [NAME [TEXT]].
 *
 * Each is a question to the store, in a table with the question's form; each
 * line of the answer becomes a row, by another table.  A list goes on with the
 * cursor the store gives.  Who is suspended or removed is cut as well: first
 * the count that makes older answers worthless (account.c), then one user a
 * step, under the lock.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../irc/uri.h"
#include "account.h"
#include "ask.h"
#include "control.h"
#include "control_row.h"
#include "invitation.h"
#include "log.h"
#include "worker.h"

enum { STEP_ASK, STEP_CUT = STEP_RECLAIM };

struct account_order {
	const char *name;
	int name_needed, text_needed, changes;
	const char *cut;  /* who is logged in is cut, for this reason */
};

static const struct account_order orders[] = {
	{ "LIST", 0, 0, 0, NULL },
	{ "SHOW", 1, 0, 0, NULL },
	{ "ADD", 1, 1, 1, NULL },
	{ "PASSWD", 1, 1, 1, NULL },
	{ "SUSPEND", 1, 0, 1, "Your account is suspended" },
	{ "UNSUSPEND", 1, 0, 1, NULL },
	{ "REMOVE", 1, 0, 1, "Your account was removed" },
	{ "CERT", 1, 1, 1, NULL },
	{ "UNCERT", 1, 1, 1, NULL },
	{ "CERTS", 1, 0, 0, NULL },
	{ "INVITE", 0, 0, 1, NULL },
	{ "INVITES", 0, 0, 0, NULL },
	{ "UNINVITE", 1, 0, 1, NULL },
	{ NULL, 0, 0, 0, NULL },
};

/* How the lines of the store's answers become rows: the first word, and the
 * names of its parameters; a '#' says that it is a number. */
static const struct {
	const char *word;
	int nparam;
	const char *field[7];
} rows[] = {
	{ "ACCOUNT", 7, { "account", "#created", "#seen", "state", "flags",
	    "email", "reason" } },
	{ "FOUNDER", 1, { "room" } },
	{ "ADDED", 1, { "account" } },
	{ "PASSWD", 1, { "account" } },
	{ "SUSPENDED", 1, { "account" } },
	{ "UNSUSPENDED", 1, { "account" } },
	{ "REMOVED", 1, { "account" } },
	{ "UNREGISTERED", 1, { "unregistered" } },
	{ "INHERITED", 1, { "inherited" } },
	{ "CERT", 3, { "account", "certificate", "#added" } },
	{ "UNCERT", 2, { "account", "certificate" } },
	{ "INVITE", 2, { "token", "#expires" } },
	{ "INVITE", 4, { "#id", "#created", "#expires", "note" } },
	{ "UNINVITED", 1, { "#id" } },
	{ NULL, 0, { NULL } },
};

/* Numbers of the store are ms; what is shown is seconds, but for IDs. */
static void
show_field(const char *name, const char *value)
{
	long long n;

	if (name[0] != '#') {
		row_text(name, value);
		return;
	}
	n = strtoll(value, NULL, 10);
	row_number(name + 1, strcmp(name, "#id") == 0 ? n : n / 1000);
}

/* A new invitation, the token of which is not told again. */
static void
show_invitation(const char *token)
{
	char text[URI_MOST];

	if (invitation_write(text, sizeof text, token) == 0)
		row_text("uri", text);
}

static void
show_line(struct command *c, const struct message *m)
{
	int i, k;

	for (i = 0; rows[i].word != NULL; i++)
		if (strcmp(rows[i].word, m->command) == 0 &&
		    rows[i].nparam == m->nparam)
			break;
	if (rows[i].word == NULL)
		return;
	row_begin();
	for (k = 0; k < rows[i].nparam; k++)
		show_field(rows[i].field[k], m->param[k]);
	if (strcmp(rows[i].field[0], "token") == 0)
		show_invitation(m->param[0]);
	row_end(c);
}

/* The request, all parameters but the last one of which are words. */
static enum command_result
ask_store(struct command *c, const struct account_order *o, const char *name,
    const char *text)
{
	/* a list goes on behind the cursor; it has no name */
	if (!o->name_needed && !o->changes)
		return ask(c, "ACCOUNT %s %llu", o->name,
		    (unsigned long long)c->cursor);
	return ask(c, "ACCOUNT %s%s%s%s%s", o->name, name[0] ? " " : "", name,
	    text[0] ? " :" : "", text);
}

static enum command_result
finish(struct command *c, const struct account_order *o, const char *name)
{
	if (o->changes)
		log_info("account %s %s by the administrator", o->name,
		    log_safe(name));
	if (o->cut == NULL)
		return rows_ok(c);
	state->revoked++;
	if (strcmp(o->name, "REMOVE") == 0)
		op_text(command_op(c, OP_ACCOUNT_GONE, 0), name);
	c->step = STEP_CUT;
	c->cursor = 0;
	return CMD_MORE;
}

static enum command_result
take_answer(struct command *c, const struct account_order *o, const char *name)
{
	struct message m;

	while (ask_message(c, &m)) {
		if (strcmp(m.command, "FAIL") == 0)
			return rows_refuse(c, m.nparam > 2 ? m.param[2] : "*",
			    m.nparam > 3 ? m.param[3] : NULL);
		if (strcmp(m.command, "MORE") == 0 && m.nparam > 0) {
			c->step = STEP_ASK;
			c->cursor = strtoull(m.param[0], NULL, 10);
			return CMD_MORE;
		}
		show_line(c, &m);
	}
	return finish(c, o, name);
}

enum command_result
control_account(struct command *c)
{
	const struct account_order *o;
	char *name = c->m.nparam > 1 ? c->m.param[1] : c->m.param[0] +
	    strlen(c->m.param[0]), *text = name + strcspn(name, " ");
	enum command_result r;

	/* mootctl sends "WHAT :NAME and the text" */
	if (*text != '\0')
		*text++ = '\0';
	for (o = orders; o->name != NULL; o++)
		if (strcasecmp(o->name, c->m.param[0]) == 0)
			break;
	if (o->name == NULL)
		return rows_refuse(c, "no such order", c->m.param[0]);
	if ((o->name_needed && name[0] == '\0') ||
	    (o->text_needed && text[0] == '\0'))
		return rows_refuse(c, "missing parameter", o->name);
	if (c->step == STEP_CUT) {
		r = account_cut(c, name, o->cut);
		return r == CMD_DONE ? rows_ok(c) : r;
	}
	if (c->s->answer == 0 && !store_accepts())
		return rows_refuse(c, store_trouble(), NULL);
	if ((r = ask_store(c, o, name, text)) != CMD_ANSWERED)
		return r;
	return take_answer(c, o, name);
}
