/* SPDX-License-Identifier: ISC */
/*
 * The coprocess: a child between pipes, in the loop.
 *
 * Its three pipes are watched, each of them only as long as it is of use.  A
 * child may do what it likes: not read, not write, close what it has, print
 * without end.  None of it blocks us or makes us keep more than a line and what
 * it is being fed.
 *
 * It is over when the process is, not when its output is closed: what it
 * left in the pipes by then is read, and whoever else holds them (something
 * that it started and that got away) is no longer listened to.
 */

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/line/display.h"
#include "coprocess.h"

enum {
	COPROCESS_CHUNK = 4096,  /* bytes read at once */
	COPROCESS_REST = 1 << 20 /* at most, after its end: a pipe's */
};

/* ---- reading ---- */

static void
coprocess_complain(struct coprocess *c, const char *line)
{
	char text[COPROCESS_ERROR * 3 + sizeof(ANSWER_MARK)];

	display_clean(text, sizeof(text), line);
	fprintf(stderr, "%s: %s\n", c->name, text);
}

/* Returns what read(2) does. */
static ssize_t
coprocess_read_out(struct coprocess *c)
{
	char buf[COPROCESS_CHUNK], *line;
	const char *p = buf;
	ssize_t n = read(c->child.out, buf, sizeof(buf));
	size_t len = n > 0 ? (size_t)n : 0;

	while (len > 0)
		if ((line = answer_next(&c->lines, &p, &len)) != NULL)
			c->user->line(c, line);
	return n;
}

/* What is over its share is read and not shown. */
static ssize_t
coprocess_read_err(struct coprocess *c)
{
	char buf[COPROCESS_CHUNK], *line;
	const char *p = buf;
	ssize_t n = read(c->child.err, buf, sizeof(buf));
	size_t len = n > 0 ? (size_t)n : 0;

	if (c->complaints > 0 && len >= c->complaints) {
		if (!c->cut)
			coprocess_complain(c, ANSWER_MARK + 1);
		c->cut = 1;
		return n;
	}
	if (c->complaints > 0)
		c->complaints -= len;
	while (len > 0)
		if ((line = answer_next(&c->errors, &p, &len)) != NULL)
			coprocess_complain(c, line);
	return n;
}

static int
coprocess_failed(ssize_t n)
{
	return n == 0 || (n == -1 && errno != EAGAIN && errno != EINTR);
}

/* A pipe that is of no more use. */
static void
coprocess_drop(struct coprocess_watch *w, int *fd)
{
	if (*fd == -1)
		return;
	loop_remove_watch(&w->watch);
	w->watch.fd = -1;
	child_close(fd);
}

static struct coprocess *
coprocess_of(struct loop_watch *w)
{
	return ((struct coprocess_watch *)w)->owner;
}

static void
coprocess_out_ready(struct loop_watch *w, short revents)
{
	struct coprocess *c = coprocess_of(w);

	(void)revents;
	if (coprocess_failed(coprocess_read_out(c)))
		coprocess_drop(&c->out, &c->child.out);
}

static void
coprocess_err_ready(struct loop_watch *w, short revents)
{
	struct coprocess *c = coprocess_of(w);

	(void)revents;
	if (coprocess_failed(coprocess_read_err(c)))
		coprocess_drop(&c->err, &c->child.err);
}

/* ---- feeding ---- */

static void
coprocess_eaten(struct coprocess *c)
{
	free(c->food);
	c->food = NULL;
	c->food_len = c->food_at = 0;
	c->in.watch.events = 0;
}

/* It reads no more, and need not: that is no error. */
static void
coprocess_refused(struct coprocess *c)
{
	coprocess_eaten(c);
	coprocess_drop(&c->in, &c->child.in);
	c->deaf = 1;
}

/* Writes what it takes; 1: that was all of it. */
static int
coprocess_write(struct coprocess *c)
{
	ssize_t n = write(c->child.in, c->food + c->food_at,
	    c->food_len - c->food_at);

	if (n == -1 && errno != EAGAIN && errno != EINTR) {
		coprocess_refused(c);
		return 0;
	}
	if (n > 0)
		c->food_at += (size_t)n;
	if (c->food_at < c->food_len)
		return 0;
	coprocess_eaten(c);
	if (c->last)
		coprocess_drop(&c->in, &c->child.in);
	return 1;
}

static void
coprocess_in_ready(struct loop_watch *w, short revents)
{
	struct coprocess *c = coprocess_of(w);

	(void)revents;
	if (coprocess_write(c) && !c->last && c->user->hungry != NULL)
		c->user->hungry(c);
}

int
coprocess_is_hungry(const struct coprocess *c)
{
	return c->child.in != -1 && c->food == NULL && !c->last;
}

void
coprocess_feed(struct coprocess *c, char *text, size_t len, int last)
{
	if (!coprocess_is_hungry(c)) {
		free(text);
		return;
	}
	c->food = text;
	c->food_len = len;
	c->food_at = 0;
	c->last = last;
	if (!coprocess_write(c) && c->food != NULL)
		c->in.watch.events = POLLOUT;
}

void
coprocess_starve(struct coprocess *c)
{
	coprocess_eaten(c);
	coprocess_drop(&c->in, &c->child.in);
}

void
coprocess_listen(struct coprocess *c, int on)
{
	c->out.watch.events = on ? POLLIN : 0;
}

/* ---- its end ---- */

/* Lines without their newlines are lines. */
static void
coprocess_read_rest(struct coprocess *c)
{
	char *line;
	size_t n;

	for (n = 0; c->child.out != -1 && n < COPROCESS_REST &&
	    coprocess_read_out(c) > 0; n += COPROCESS_CHUNK)
		;
	for (n = 0; c->child.err != -1 && n < COPROCESS_REST &&
	    coprocess_read_err(c) > 0; n += COPROCESS_CHUNK)
		;
	if ((line = answer_rest(&c->lines)) != NULL)
		c->user->line(c, line);
	if ((line = answer_rest(&c->errors)) != NULL && !c->cut)
		coprocess_complain(c, line);
}

static void
coprocess_ended(struct loop_child *l, int status)
{
	struct coprocess *c = ((struct coprocess_child *)l)->owner;

	child_gone(&c->child, status);
	coprocess_read_rest(c);
	c->user->ended(c); /* C may be gone */
}

/* ---- life ---- */

static int
coprocess_watch(struct coprocess *c, struct coprocess_watch *w, int fd,
    short events, void (*ready)(struct loop_watch *, short))
{
	w->owner = c;
	w->watch.fd = fd;
	w->watch.events = events;
	w->watch.ready = ready;
	if (loop_add_watch(&w->watch) == 0)
		return 0;
	w->watch.fd = -1;
	errno = EMFILE;
	return -1;
}

int
coprocess_start(struct coprocess *c, const struct coprocess_user *user,
    char *const argv[], char *const env[], size_t limit, size_t complaints)
{
	int error;

	c->user = user;
	c->name = argv[0];
	c->complaints = complaints;
	c->in.watch.fd = c->out.watch.fd = c->err.watch.fd = -1;
	if (child_start(&c->child, argv, env) == -1)
		return -1;
	if (answer_open(&c->lines, limit) == 0 &&
	    answer_open(&c->errors, COPROCESS_ERROR) == 0 &&
	    coprocess_watch(c, &c->in, c->child.in, 0,
	    coprocess_in_ready) == 0 &&
	    coprocess_watch(c, &c->out, c->child.out, POLLIN,
	    coprocess_out_ready) == 0 &&
	    coprocess_watch(c, &c->err, c->child.err, POLLIN,
	    coprocess_err_ready) == 0) {
		c->end.child.pid = c->child.pid;
		c->end.child.ended = coprocess_ended;
		c->end.owner = c;
		loop_add_child(&c->end.child);
		return 0;
	}
	error = errno;
	coprocess_clear(c);
	errno = error;
	return -1;
}

void
coprocess_clear(struct coprocess *c)
{
	struct coprocess_watch *const watches[] = { &c->in, &c->out, &c->err };
	size_t i;

	for (i = 0; i < sizeof(watches) / sizeof(watches[0]); i++) {
		if (watches[i]->watch.fd != -1)
			loop_remove_watch(&watches[i]->watch);
		watches[i]->watch.fd = -1;
	}
	if (c->child.pid > 0)
		loop_remove_child(&c->end.child);
	child_clear(&c->child);
	coprocess_eaten(c);
	answer_close(&c->lines);
	answer_close(&c->errors);
}
