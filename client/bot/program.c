/* SPDX-License-Identifier: ISC */
/*
 * The program: one that a bot keeps running.
 *
 * It is fed a line at a time, so that the pipe holds little that it has not
 * read, and what waits for it here is bounded: who does not read loses the
 * oldest.  When it ends it is begun again, after a wait that doubles while it
 * keeps ending soon, and given up when that happens too often in a row.
 */

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/session/connection.h"
#include "environment.h"
#include "program.h"

enum {
	PROGRAM_SAY = 10000, /* milliseconds between two complaints */
};

static struct program *the_program; /* one a process */

/* ---- what it is told ---- */

static void
program_free_line(struct program_line *l)
{
	if (l == NULL)
		return;
	free(l->text);
	free(l->where);
	free(l);
}

static struct program_line *
program_take(struct program *p)
{
	struct program_line *l = p->first;

	if (l == NULL)
		return NULL;
	p->first = l->next;
	if (p->first == NULL)
		p->end = &p->first;
	p->nwaiting--;
	return l;
}

/* From then on it answers that message. */
static void
program_feed_line(struct program *p, struct program_line *l)
{
	if (l == NULL)
		return;
	free(p->where);
	p->where = l->where;
	l->where = NULL;
	coprocess_feed(&p->coprocess, l->text, strlen(l->text), 0);
	l->text = NULL;
	program_free_line(l);
}

static void
program_feed(struct program *p)
{
	while (p->running && p->first != NULL &&
	    coprocess_is_hungry(&p->coprocess))
		program_feed_line(p, program_take(p));
	if (p->running && p->ending && p->first == NULL &&
	    coprocess_is_hungry(&p->coprocess))
		coprocess_starve(&p->coprocess);
}

/* One line for many, so that a flood is not one on standard error too. */
static void
program_drop(struct program *p)
{
	int64_t now = connection_now();

	program_free_line(program_take(p));
	p->dropped++;
	if (p->said_at != 0 && now - p->said_at < PROGRAM_SAY)
		return;
	fprintf(stderr, "moot: %s does not read what it is told; the oldest "
	    "messages are dropped, so far: %lu\n", p->argv[0], p->dropped);
	p->said_at = now;
}

void
program_tell(struct program *p, const char *where, const char *text)
{
	struct program_line *l = calloc(1, sizeof(*l));
	size_t len = strlen(text);

	if (l == NULL || (l->where = strdup(where)) == NULL ||
	    (l->text = malloc(len + 2)) == NULL) {
		program_free_line(l);
		return;
	}
	snprintf(l->text, len + 2, "%s\n", text);
	if (p->nwaiting == PROGRAM_WAITING)
		program_drop(p);
	*p->end = l;
	p->end = &l->next;
	p->nwaiting++;
	program_feed(p);
}

/* ---- its life ---- */

static void program_begin(struct program *p);

static void
program_line(struct coprocess *c, char *line)
{
	(void)c;
	the_program->said(the_program->where, line);
}

static void
program_hungry(struct coprocess *c)
{
	(void)c;
	program_feed(the_program);
}

/* It ended, WHY, or could not be run: again, later, or never. */
static void
program_again(struct program *p, const char *why, int failed)
{
	int64_t now = connection_now();

	if (p->once || p->ending) {
		p->over(failed && !p->ending ? why : "");
		return;
	}
	if (now - p->began >= PROGRAM_SETTLED)
		p->failures = 0;
	if (p->failures == 0)
		p->wait = PROGRAM_RETRY;
	if (++p->failures == PROGRAM_TRIES) {
		p->over(why);
		return;
	}
	fprintf(stderr, "moot: %s %s; it is begun again in %lld s\n",
	    p->argv[0], why, (long long)p->wait / 1000);
	p->timer.due = now + p->wait;
	p->wait = p->wait * 2 < PROGRAM_RETRY_MOST ? p->wait * 2 :
	    PROGRAM_RETRY_MOST;
}

static void
program_ended(struct coprocess *c)
{
	struct program *p = the_program;
	int status = c->child.status;
	char why[128];

	p->running = 0;
	coprocess_clear(c);
	program_again(p, child_why(status, why, sizeof(why)), status != 0);
}

static const struct coprocess_user program_user = { program_line,
	program_hungry, program_ended };

static void
program_begin(struct program *p)
{
	char why[160];

	p->began = connection_now();
	memset(&p->coprocess, 0, sizeof(p->coprocess));
	if (coprocess_start(&p->coprocess, &program_user, p->argv,
	    p->environment->v, p->output_limit, 0) == -1) {
		snprintf(why, sizeof(why), "cannot be run: %s",
		    strerror(errno));
		program_again(p, why, 1);
		return;
	}
	p->running = 1;
	coprocess_listen(&p->coprocess, p->listened);
	program_feed(p);
}

/* Time to begin it; or, when it does not end, to make it. */
static void
program_due(struct loop_timer *t)
{
	struct program *p = the_program;

	(void)t;
	if (p->running && p->ending)
		child_kill(&p->coprocess.child, SIGKILL);
	else if (!p->running && !p->ending)
		program_begin(p);
}

void
program_init(struct program *p)
{
	the_program = p;
	p->first = NULL;
	p->end = &p->first;
	p->listened = 1;
	p->timer.fire = program_due;
	p->timer.due = 0;
	loop_add_timer(&p->timer);
	program_begin(p);
}

void
program_listen(struct program *p, int on)
{
	p->listened = on;
	if (p->running)
		coprocess_listen(&p->coprocess, on);
}

void
program_drain(struct program *p)
{
	if (p->ending)
		return;
	p->ending = 1;
	if (!p->running) {
		p->timer.due = 0;
		p->over("");
		return;
	}
	p->timer.due = connection_now() + PROGRAM_GRACE;
	program_feed(p);
}

void
program_clear(struct program *p)
{
	loop_remove_timer(&p->timer);
	if (p->running)
		coprocess_clear(&p->coprocess);
	p->running = 0;
	while (p->first != NULL)
		program_free_line(program_take(p));
	free(p->where);
	p->where = NULL;
	the_program = NULL;
}
