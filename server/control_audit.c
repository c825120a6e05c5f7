/* SPDX-License-Identifier: ISC */
/*
 * The administrator's orders ANNOUNCE, a notice to everybody, and AUDIT, the
 * record of what operators and the administrator did, newest first.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "audit.h"
#include "control.h"
#include "control_row.h"
#include "deliver.h"
#include "worker.h"

enum {
	ROWS = 100,            /* of the record, if no number is given */
	ROWS_MAX = 100000,
	COUNT_SHIFT = 8,       /* the step: how many were shown */
};

/* ---- ANNOUNCE ---- */

static enum command_result
announce(struct command *c)
{
	struct envelope *e = command_event(c, EVENT_TO_MODE);

	e->source = e->source_gen = 0; /* our user is nobody */
	e->extra = EVENT_EVERYBODY;
	event_line(e, ":%s NOTICE * :%s", config->name, c->m.param[0]);
	row_begin();
	row_number("users", (long long)state->registered);
	row_end(c);
	return rows_ok(c);
}

enum command_result
control_announce(struct command *c)
{
	if (strlen(c->m.param[0]) > TOPIC_MAX)
		return rows_refuse(c, "longer than 390 bytes", NULL);
	return audit(c, 0, "ANNOUNCE", "*", c->m.param[0], announce);
}

/* ---- AUDIT ---- */

/* AUDIT id ms operator nick address what whom :text */
static int
show(struct command *c, const struct message *m)
{
	if (m->nparam < 8)
		return 0;
	row_begin();
	row_number("id", atoll(m->param[0]));
	row_number("time", atoll(m->param[1]) / 1000);
	row_text("operator", m->param[2]);
	row_text("nick", m->param[3]);
	row_text("address", m->param[4]);
	row_text("what", m->param[5]);
	row_text("whom", m->param[6]);
	row_text("text", m->param[7]);
	row_end(c);
	return 1;
}

enum command_result
control_audit(struct command *c)
{
	long most = c->m.nparam > 0 ? strtol(c->m.param[0], NULL, 10) : ROWS;
	uint32_t shown = (c->step & ~(uint32_t)STEP_ASKED) >> COUNT_SHIFT;
	char cursor[24] = "*";
	enum command_result r;
	struct message m;

	if (most < 1 || most > ROWS_MAX)
		return rows_refuse(c, "not a number of rows", c->m.param[0]);
	if (c->s->answer == 0 && !store_accepts())
		return rows_refuse(c, store_trouble(), NULL);
	if (c->cursor != 0)
		snprintf(cursor, sizeof(cursor), "%llu",
		    (unsigned long long)c->cursor);
	r = ask(c, "AUDITS %s %ld", cursor, most - (long)shown);
	if (r != CMD_ANSWERED)
		return r;
	while (ask_message(c, &m)) {
		if (strcmp(m.command, "FAIL") == 0)
			return rows_refuse(c, m.nparam > 3 ? m.param[3] : "?",
			    NULL);
		if (strcmp(m.command, "AUDIT") == 0)
			shown += (uint32_t)show(c, &m);
		if (strcmp(m.command, "MORE") == 0 && m.nparam > 0 &&
		    (long)shown < most) {
			c->cursor = strtoull(m.param[0], NULL, 10);
			c->step = shown << COUNT_SHIFT | 1;
			return CMD_MORE;
		}
	}
	return rows_ok(c);
}
