/* SPDX-License-Identifier: ISC */
/*
 * The administrator's orders about what is kept: HISTORY, REGISTERED, BACKUP.
 *
 * Each is a question to the store, asked with its cursor until it is done.  An
 * export ends after so many parts with a row that says where to go on, so that
 * mootctl need not hold a million rows; an erasure goes on to its end, a row a
 * part.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "ask.h"
#include "audit.h"
#include "control.h"
#include "control_row.h"
#include "log.h"
#include "worker.h"

enum { PARTS = 64 /* of the store's answers, in one of ours */ };

/* Refuses if there is no store to ask. */
static int
is_refused(struct command *c)
{
	if (c->s->answer != 0 || store_accepts())
		return 0;
	rows_refuse(c, store_trouble(), NULL);
	return 1;
}

static enum command_result
refuse_fail(struct command *c, const struct message *m)
{
	return rows_refuse(c, m->nparam > 3 ? m->param[3] : "not understood",
	    NULL);
}

static void
row_time(const char *ms)
{
	unsigned long long n = strtoull(ms, NULL, 10);
	time_t t = (time_t)(n / 1000);
	char text[40] = "";
	struct tm tm;

	if (gmtime_r(&t, &tm) != NULL)
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	row_format("time", "%s.%03lluZ", text, n % 1000);
}

static const char *
or_none(const char *word)
{
	return strcmp(word, "*") == 0 ? "" : word;
}

/* ROW id ms msgid account kind tags :line */
static void
show_row(struct command *c, const struct message *m)
{
	if (m->nparam < 7)
		return;
	row_begin();
	row_time(m->param[1]);
	row_text("msgid", m->param[2]);
	row_text("account", or_none(m->param[3]));
	row_text("kind", m->param[4]);
	row_text("tags", or_none(m->param[5]));
	row_text("line", m->param[6]);
	row_end(c);
}

/* METADATA name key :value */
static void
show_key(struct command *c, const struct message *m)
{
	if (m->nparam < 3)
		return;
	row_begin();
	row_text("key", m->param[1]);
	row_text("value", m->param[2]);
	row_end(c);
}

/* CERT name fingerprint ms */
static void
show_cert(struct command *c, const struct message *m)
{
	if (m->nparam < 3)
		return;
	row_begin();
	row_time(m->param[2]);
	row_text("certificate", m->param[1]);
	row_end(c);
}

/* The next part begins behind CURSOR. */
static enum command_result
go_on(struct command *c, int exporting, const char *cursor)
{
	unsigned step = (c->step & ~(unsigned)STEP_ASKED) + 1;

	c->cursor = strtoull(cursor, NULL, 10);
	if (exporting && step == PARTS) {
		row_begin();
		row_number("more", (long long)c->cursor);
		row_end(c);
		return rows_ok(c);
	}
	c->step = step;
	return CMD_MORE;
}

static enum command_result
show_part(struct command *c, int exporting)
{
	struct message m;

	while (ask_message(c, &m)) {
		if (strcmp(m.command, "FAIL") == 0)
			return refuse_fail(c, &m);
		if (strcmp(m.command, "MORE") == 0 && m.nparam > 0)
			return go_on(c, exporting, m.param[0]);
		if (strcmp(m.command, "ROW") == 0)
			show_row(c, &m);
		if (strcmp(m.command, "METADATA") == 0)
			show_key(c, &m);
		if (strcmp(m.command, "CERT") == 0)
			show_cert(c, &m);
		if (strcmp(m.command, "ERASED") == 0 && m.nparam > 0) {
			row_begin();
			row_number("erased", atoll(m.param[0]));
			row_end(c);
		}
	}
	return rows_ok(c);
}

static enum command_result
history(struct command *c)
{
	int exporting = strcasecmp(c->m.param[0], "EXPORT") == 0;
	const char *name = c->m.param[1];
	enum command_result r;

	if (!exporting && strcasecmp(c->m.param[0], "ERASE") != 0)
		return rows_refuse(c, "no such order", c->m.param[0]);
	if (name[0] == '\0' || strchr(name, ' ') != NULL)
		return rows_refuse(c, "no room or account", name);
	if (is_refused(c))
		return CMD_DONE;
	if (c->step == 0 && c->m.nparam > 2)
		c->cursor = strtoull(c->m.param[2], NULL, 10);
	if (c->step == 0 && !exporting) {
		/* lest it be saved again */
		command_lock(c);
		op_text(command_op(c, OP_METADATA_ERASE, 0), name);
	}
	r = ask(c, "%s %s %llu", exporting ? "EXPORT" : "ERASE", name,
	    (unsigned long long)c->cursor);
	return r != CMD_ANSWERED ? r : show_part(c, exporting);
}

enum command_result
control_history(struct command *c)
{
	if (strcasecmp(c->m.param[0], "ERASE") == 0)
		return audit(c, 0, "ERASE", c->m.param[1], "", history);
	/* the first part of it */
	if (strcasecmp(c->m.param[0], "EXPORT") == 0 &&
	    (c->m.nparam < 3 || strcmp(c->m.param[2], "0") == 0))
		return audit(c, 0, "EXPORT", c->m.param[1], "", history);
	return history(c);
}

/* ROOM name founder modes key limit created topic-time topic-by seconds
 * messages :topic */
static void
show_registered(struct command *c, const struct message *m)
{
	if (m->nparam < 11)
		return;
	row_begin();
	row_text("name", m->param[0]);
	row_text("founder", m->param[1]);
	row_format("modes", "%s%s%s", or_none(m->param[2]),
	    m->param[3][0] == '=' ? "k" : "",
	    strcmp(m->param[4], "0") != 0 ? "l" : "");
	row_number("created", atoll(m->param[5]) / 1000);
	row_text("age", or_none(m->param[8]));
	row_text("count", or_none(m->param[9]));
	row_text("topic", m->param[10]);
	row_end(c);
}

enum command_result
control_registered(struct command *c)
{
	enum command_result r;
	struct message m;

	if (is_refused(c))
		return CMD_DONE;
	r = ask(c, "ROOM LIST %llu.0.0", (unsigned long long)c->cursor);
	if (r != CMD_ANSWERED)
		return r;
	while (ask_message(c, &m)) {
		if (strcmp(m.command, "FAIL") == 0)
			return refuse_fail(c, &m);
		if (strcmp(m.command, "MORE") == 0 && m.nparam > 0)
			return go_on(c, 0, m.param[0]);
		show_registered(c, &m);
	}
	return rows_ok(c);
}

/* Its file lies where the store may write; who wants it elsewhere copies it,
 * and says so. */
static enum command_result
backup_copied(struct command *c)
{
	enum command_result r;
	struct message m;

	r = ask(c, "BACKUP COPIED :%s", c->m.param[1]);
	if (r != CMD_ANSWERED)
		return r;
	if (ask_message(c, &m) && strcmp(m.command, "FAIL") == 0)
		return refuse_fail(c, &m);
	return rows_ok(c);
}

static enum command_result
backup_make(struct command *c)
{
	enum command_result r;
	struct message m;

	r = ask(c, "BACKUP MAKE");
	if (r != CMD_ANSWERED)
		return r;
	if (!ask_message(c, &m))
		return rows_refuse(c, "no answer", NULL);
	if (strcmp(m.command, "BACKUP") != 0 || m.nparam == 0)
		return refuse_fail(c, &m);
	row_begin();
	row_text("file", m.param[0]);
	row_end(c);
	return rows_ok(c);
}

enum command_result
control_backup(struct command *c)
{
	const char *path = c->m.param[0];

	if (is_refused(c))
		return CMD_DONE;
	if (path[0] != '/' && c->m.nparam < 2)
		return rows_refuse(c, "the path has to begin with a /", NULL);
	return path[0] != '/' ? backup_copied(c)
	                      : audit(c, 0, "BACKUP", "*", path, backup_make);
}
