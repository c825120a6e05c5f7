/* SPDX-License-Identifier: ISC */
/*
 * The loop: everything that is waited for is waited for here, by one poll(2).
 *
 * It waits for the sockets of the sessions, for what its user watches, for
 * children, for times and for signals, which come through a descriptor, so
 * nothing needs to be safe in a signal handler.  Watches, children and timers
 * are their owners' memory; one that is removed while its turn goes on is not
 * called any more.
 *
 * A session that is over is removed at the end of the turn, unless it is the
 * last one: that ends the loop.
 */

#include <sys/signalfd.h>
#include <sys/wait.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/session/draft.h"
#include "client/session/isupport.h"
#include "client/session/session.h"
#include "loop.h"

enum { POLL_SIGNALS, POLL_SESSIONS, POLL_MOST = 1 + LOOP_SESSIONS +
	LOOP_WATCHES };

static struct {
	const struct loop_user *user;
	sigset_t before;
	int signals, signo;
	struct session *session[LOOP_SESSIONS];
	size_t nsessions;
	enum session_status status;
	char why[CONNECTION_WHY];
	struct loop_watch *watches;
	size_t nwatches;
	struct loop_child *children;
	struct loop_timer *timers;
	/* whose turn comes yet; a removed one is NULL */
	struct loop_watch *turn[LOOP_WATCHES];
} loop = { .signals = -1 };

/* ---- signals ---- */

int
loop_open(const struct loop_user *u)
{
	static const int caught[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM,
		SIGTSTP, SIGCONT, SIGWINCH, SIGCHLD };
	struct sigaction sa;
	sigset_t set;
	size_t i;

	loop.user = u;
	sigemptyset(&set);
	for (i = 0; i < sizeof(caught) / sizeof(caught[0]); i++) {
		/* What our parent ignores (nohup) stays ignored. */
		if (sigaction(caught[i], NULL, &sa) == 0 &&
		    sa.sa_handler != SIG_IGN)
			sigaddset(&set, caught[i]);
	}
	signal(SIGPIPE, SIG_IGN);
	sigprocmask(SIG_BLOCK, &set, &loop.before);
	loop.signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return loop.signals == -1 ? -1 : 0;
}

void
loop_restore_signals(void)
{
	signal(SIGPIPE, SIG_DFL);
	if (loop.signals != -1)
		sigprocmask(SIG_SETMASK, &loop.before, NULL);
}

int
loop_signal(void)
{
	return loop.signo;
}

/* The second one does not wait for a server's goodbye. */
static void
loop_leave(int signo)
{
	size_t i;

	for (i = 0; i < loop.nsessions; i++)
		if (loop.signo != 0 || signo == SIGQUIT)
			session_end(loop.session[i], STATUS_LINE_LOST,
			    "interrupted");
		else
			session_hurry(loop.session[i], strsignal(signo));
	loop.signo = signo;
}

static void
loop_reap(void)
{
	struct loop_child *c, *next;
	int status;

	for (c = loop.children; c != NULL; c = next) {
		next = c->next;
		if (waitpid(c->pid, &status, WNOHANG) != c->pid)
			continue;
		loop_remove_child(c);
		c->ended(c, status);
		next = loop.children; /* others may have gone meanwhile */
	}
}

static void
loop_take_signals(void)
{
	struct signalfd_siginfo info;
	int signo;

	while (read(loop.signals, &info, sizeof(info)) ==
	    (ssize_t)sizeof(info)) {
		signo = (int)info.ssi_signo;
		if (signo == SIGCHLD)
			loop_reap();
		else if (loop.user->signal != NULL && loop.user->signal(signo))
			continue;
		else if (signo == SIGHUP || signo == SIGINT ||
		    signo == SIGTERM || signo == SIGQUIT)
			loop_leave(signo);
	}
}

/* ---- sessions ---- */

int
loop_add_session(struct session *s)
{
	if (loop.nsessions == LOOP_SESSIONS)
		return -1;
	loop.session[loop.nsessions++] = s;
	if (loop.user != NULL && loop.user->added != NULL)
		loop.user->added(s);
	return 0;
}

struct session *
loop_session(size_t i)
{
	return i < loop.nsessions ? loop.session[i] : NULL;
}

size_t
loop_sessions(void)
{
	return loop.nsessions;
}

const char *
loop_name(const struct session *s)
{
	const char *name = isupport_text(&s->isupport, ISUPPORT_NETWORK);

	if (s->network != NULL)
		return s->network;
	return *name != '\0' ? name : s->connection.host;
}

struct session *
loop_other_session(const struct session *s)
{
	size_t i;

	for (i = 0; i < loop.nsessions; i++)
		if (loop.session[i] != s &&
		    loop.session[i]->state != SESSION_OVER)
			return loop.session[i];
	return NULL;
}

void
loop_quit(const char *why)
{
	size_t i;

	for (i = 0; i < loop.nsessions; i++)
		if (loop.session[i]->state != SESSION_OVER)
			session_quit(loop.session[i], why);
}

/* What was the first to go wrong is what moot ends with. */
static void
loop_note_end(const struct session *s)
{
	if (loop.status != STATUS_OK)
		return;
	loop.status = s->status;
	snprintf(loop.why, sizeof(loop.why), "%s", s->why);
}

static void
loop_free_session(size_t i)
{
	struct session *s = loop.session[i];

	loop_note_end(s);
	if (loop.user != NULL && loop.user->removed != NULL)
		loop.user->removed(s);
	memmove(&loop.session[i], &loop.session[i + 1],
	    (loop.nsessions - i - 1) * sizeof(loop.session[0]));
	loop.nsessions--;
	session_clear(s);
	draft_close(s->draft);
	free(s);
}

enum session_status
loop_status(const char **why)
{
	size_t i;

	for (i = 0; i < loop.nsessions; i++)
		if (loop.session[i]->state == SESSION_OVER)
			loop_note_end(loop.session[i]);
	*why = loop.why;
	return loop.status;
}

void
loop_close(void)
{
	while (loop.nsessions > 0)
		loop_free_session(0);
}

/* Whether one is left that is not over. */
static int
loop_sweep(void)
{
	size_t i;

	for (i = 0; i < loop.nsessions && loop.nsessions > 1;)
		if (loop.session[i]->state == SESSION_OVER)
			loop_free_session(i);
		else
			i++;
	return loop.nsessions > 0 && loop.session[0]->state != SESSION_OVER;
}

/* ---- watches, children, timers ---- */

int
loop_add_watch(struct loop_watch *w)
{
	if (loop.nwatches == LOOP_WATCHES)
		return -1;
	loop.nwatches++;
	w->next = loop.watches;
	loop.watches = w;
	return 0;
}

void
loop_remove_watch(struct loop_watch *w)
{
	struct loop_watch **p = &loop.watches;
	size_t i;

	while (*p != NULL && *p != w)
		p = &(*p)->next;
	if (*p == NULL)
		return;
	*p = w->next;
	loop.nwatches--;
	for (i = 0; i < LOOP_WATCHES; i++)
		if (loop.turn[i] == w)
			loop.turn[i] = NULL;
}

void
loop_add_child(struct loop_child *c)
{
	c->next = loop.children;
	loop.children = c;
}

void
loop_remove_child(struct loop_child *c)
{
	struct loop_child **p = &loop.children;

	while (*p != NULL && *p != c)
		p = &(*p)->next;
	if (*p != NULL)
		*p = c->next;
}

void
loop_add_timer(struct loop_timer *t)
{
	t->next = loop.timers;
	loop.timers = t;
}

void
loop_remove_timer(struct loop_timer *t)
{
	struct loop_timer **p = &loop.timers;

	while (*p != NULL && *p != t)
		p = &(*p)->next;
	if (*p != NULL)
		*p = t->next;
}

static struct loop_timer *
loop_timer_due(int64_t now)
{
	struct loop_timer *t;

	for (t = loop.timers; t != NULL; t = t->next)
		if (t->due != 0 && t->due <= now)
			return t;
	return NULL;
}

/* Those that set themselves anew are for the next turn: they are later. */
static void
loop_fire(int64_t now)
{
	struct loop_timer *t;

	while ((t = loop_timer_due(now)) != NULL) {
		t->due = 0;
		t->fire(t);
	}
}

/* ---- a turn ---- */

static int
loop_sooner(int a, int b)
{
	if (a == -1 || b == -1)
		return a == -1 ? b : a;
	return a < b ? a : b;
}

static int
loop_timeout(int64_t now)
{
	const struct loop_timer *t;
	int wait = -1;
	size_t i;

	for (i = 0; i < loop.nsessions; i++)
		if (loop.session[i]->state != SESSION_OVER)
			wait = loop_sooner(wait,
			    session_timeout(loop.session[i], now));
	for (t = loop.timers; t != NULL; t = t->next)
		if (t->due != 0)
			wait = loop_sooner(wait, t->due <= now ? 0 :
			    (int)(t->due - now) + 1);
	if (loop.user->timeout != NULL)
		wait = loop_sooner(wait, loop.user->timeout(now));
	return wait;
}

static size_t
loop_set_polls(struct pollfd *p, int64_t now)
{
	int listens = loop.user->listens == NULL || loop.user->listens();
	struct connection *c;
	struct loop_watch *w;
	size_t n = POLL_SESSIONS, i;

	p[POLL_SIGNALS].fd = loop.signals;
	p[POLL_SIGNALS].events = POLLIN;
	for (i = 0; i < loop.nsessions; i++, n++) {
		c = &loop.session[i]->connection;
		if (!listens)
			c->heard = now; /* we do not: that is not its fault */
		p[n].fd = c->fd;
		p[n].events = connection_events(c, listens);
	}
	memset(loop.turn, 0, sizeof(loop.turn));
	for (i = 0, w = loop.watches; w != NULL; w = w->next, i++, n++) {
		loop.turn[i] = w;
		p[n].fd = w->events == 0 ? -1 : w->fd;
		p[n].events = w->events;
	}
	return n;
}

/* Sessions that are added meanwhile have their turn next time; none goes. */
static void
loop_turn_sessions(const struct pollfd *p, size_t n, int64_t now)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (loop.session[i]->state != SESSION_OVER)
			session_step(loop.session[i], p[i].revents, now);
}

static void
loop_turn(void)
{
	struct pollfd p[POLL_MOST];
	int64_t now = connection_now();
	size_t n, i, sessions = loop.nsessions;

	memset(p, 0, sizeof(p));
	n = loop_set_polls(p, now);
	if (poll(p, n, loop_timeout(now)) == -1)
		return; /* EINTR: nothing is lost, it is asked again */
	now = connection_now();
	if (p[POLL_SIGNALS].revents != 0)
		loop_take_signals();
	loop_turn_sessions(p + POLL_SESSIONS, sessions, now);
	for (i = POLL_SESSIONS + sessions; i < n; i++)
		if (p[i].revents != 0 &&
		    loop.turn[i - POLL_SESSIONS - sessions] != NULL)
			loop.turn[i - POLL_SESSIONS - sessions]->ready(
			    loop.turn[i - POLL_SESSIONS - sessions],
			    p[i].revents);
	loop_fire(now);
}

static void
loop_tick(void)
{
	int64_t now = connection_now();
	size_t i;

	for (i = 0; i < loop.nsessions; i++)
		if (loop.session[i]->state != SESSION_OVER)
			session_tick(loop.session[i], now);
}

/* What the user sees in its turn is of now, and what it does in it is sent. */
void
loop_run(void)
{
	for (;;) {
		loop_tick();
		if (loop.user->turn != NULL)
			loop.user->turn(connection_now());
		loop_tick();
		if (!loop_sweep())
			break;
		loop_turn();
	}
}

