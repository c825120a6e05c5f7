/* SPDX-License-Identifier: ISC */
/*
 * The job: one run of a program, for one question.
 *
 * So many run at a time, the others wait in line, of which one person cannot
 * take more than a share.  Each has so much time, then it is killed with all
 * that it started; what it printed by then is no answer.  None keeps the
 * others from theirs: a job that hangs takes one place for its time.
 */

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/line/display.h"
#include "client/session/connection.h"
#include "coprocess.h"
#include "irc/name.h"
#include "job.h"

enum {
	JOB_SAY = 10000, /* milliseconds between two of the same complaint */
	JOB_LINE = 4096, /* bytes of a line; JOB_OUTPUT may be more */
};

struct job_timer {
	struct loop_timer timer; /* first */
	struct job *owner;
};

struct job {
	struct coprocess coprocess; /* first */
	struct job_timer limit;
	struct jobs *jobs;
	struct question *question;
	struct answer_text answer;
	int late;
	struct job *next;
};

/* ---- complaints ---- */

static void
job_complain(const struct job *job, const char *what)
{
	char line[512], clean[512];

	snprintf(line, sizeof(line), "moot: %s, asked by %s: %s",
	    job->jobs->argv[0], job->question->nick, what);
	display_clean(clean, sizeof(clean), line);
	fprintf(stderr, "%s\n", clean);
}

/* One line for many, so that a flood is not one on standard error too. */
static void
jobs_dropped(struct jobs *j)
{
	int64_t now = connection_now();

	j->dropped++;
	if (j->said != 0 && now - j->said < JOB_SAY)
		return;
	fprintf(stderr, "moot: too many questions are waiting; not asked so "
	    "far: %lu\n", j->dropped);
	j->said = now;
}

/* ---- a job ---- */

static void
job_free(struct job *job)
{
	struct job **p;

	for (p = &job->jobs->running; *p != NULL && *p != job;
	    p = &(*p)->next)
		;
	if (*p == job) {
		*p = job->next;
		job->jobs->nrunning--;
	}
	loop_remove_timer(&job->limit.timer);
	coprocess_clear(&job->coprocess);
	answer_text_clear(&job->answer);
	question_free(job->question);
	free(job);
}

static void
job_line(struct coprocess *c, char *line)
{
	answer_add(&((struct job *)c)->answer, line);
}

static void
job_ended(struct coprocess *c)
{
	struct job *job = (struct job *)c;
	struct jobs *j = job->jobs;
	char why[128];

	if (job->late)
		job_complain(job, "it took too long and was killed");
	else {
		if (c->child.status != 0)
			job_complain(job, child_why(c->child.status, why,
			    sizeof(why)));
		j->answer(job->question, job->answer.text);
	}
	job_free(job);
	jobs_run(j);
}

/* Its end is seen as any other is. */
static void
job_late(struct loop_timer *t)
{
	struct job *job = ((struct job_timer *)t)->owner;

	job->late = 1;
	child_kill(&job->coprocess.child, SIGKILL);
}

static const struct coprocess_user job_user = { job_line, NULL, job_ended };

/* Ours is the environment of all, and what is known of the question. */
static int
job_start(struct job *job)
{
	struct jobs *j = job->jobs;
	struct environment e = { .n = 0 };
	size_t i, line;
	int result, error;

	for (i = 0; i < j->environment->n; i++)
		if ((e.v[i] = strdup(j->environment->v[i])) != NULL)
			e.n++;
		else
			break;
	question_environment(job->question, &e);
	line = j->output_limit > JOB_LINE ? j->output_limit : JOB_LINE;
	result = coprocess_start(&job->coprocess, &job_user, j->argv, e.v,
	    line, JOB_COMPLAINTS);
	error = errno;
	environment_clear(&e);
	errno = error;
	return result;
}

/* The question on its standard input, and no more. */
static void
job_feed(struct job *job)
{
	size_t len = strlen(job->question->text);
	char *text = malloc(len + 2);

	if (text == NULL) {
		coprocess_starve(&job->coprocess);
		return;
	}
	snprintf(text, len + 2, "%s\n", job->question->text);
	coprocess_feed(&job->coprocess, text, len + 1, 1);
}

static void
job_begin(struct jobs *j, struct question *q)
{
	struct job *job = calloc(1, sizeof(*job));

	if (job == NULL) {
		question_free(q);
		jobs_dropped(j);
		return;
	}
	job->jobs = j;
	job->question = q;
	job->answer.limit = j->output_limit;
	job->answer.most = j->line_limit;
	job->limit.owner = job;
	if (job_start(job) == -1) {
		job_complain(job, strerror(errno));
		question_free(q);
		free(job);
		return;
	}
	job->next = j->running;
	j->running = job;
	j->nrunning++;
	job->limit.timer.fire = job_late;
	job->limit.timer.due = connection_now() + j->time_limit;
	loop_add_timer(&job->limit.timer);
	job_feed(job);
}

/* ---- all of them ---- */

void
jobs_init(struct jobs *j)
{
	j->running = NULL;
	j->first = NULL;
	j->end = &j->first;
	j->nrunning = j->nwaiting = 0;
}

static unsigned int
jobs_of(const struct jobs *j, const char *nick)
{
	const struct question *q;
	unsigned int n = 0;

	for (q = j->first; q != NULL; q = q->next)
		n += name_cmp(q->nick, nick) == 0;
	return n;
}

void
jobs_ask(struct jobs *j, struct question *q)
{
	if (j->nwaiting >= JOB_WAITING ||
	    jobs_of(j, q->nick) >= JOB_WAITING_EACH) {
		question_free(q);
		jobs_dropped(j);
		return;
	}
	q->next = NULL;
	*j->end = q;
	j->end = &q->next;
	j->nwaiting++;
	jobs_run(j);
}

static struct question *
jobs_take(struct jobs *j)
{
	struct question *q = j->first;

	if (q == NULL)
		return NULL;
	j->first = q->next;
	if (j->first == NULL)
		j->end = &j->first;
	j->nwaiting--;
	return q;
}

void
jobs_run(struct jobs *j)
{
	while (j->first != NULL && j->nrunning < j->parallel && j->wanted())
		job_begin(j, jobs_take(j));
}

void
jobs_drain(struct jobs *j)
{
	while (j->first != NULL)
		question_free(jobs_take(j));
}

int
jobs_idle(const struct jobs *j)
{
	return j->running == NULL && j->first == NULL;
}

void
jobs_clear(struct jobs *j)
{
	jobs_drain(j);
	/* each takes itself off the list, which the analyzer cannot see */
	while (j->running != NULL)
		/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc) */
		job_free(j->running);
}
