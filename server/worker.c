/* SPDX-License-Identifier: ISC */
/*
 * The worker process.
 *
 * A turn: sleep in epoll until a socket, a listener or the bell has news;
 * take in new clients; deliver the mail; run commands; send what has come
 * together, once a session; end what is to end.  Everything it knows is in
 * the segment, and what it keeps beside (lists of sessions to run and to
 * flush, free chunks) can be made anew, so the beginning of a worker is
 * always the continuation of another one (worker_adopt()).
 *
 * Under load a turn is long.  Those who were silent do not wait for its end:
 * every now and then (breathe()) their few lines are run, and sent if they are
 * for few, while a line for many waits for more, to be sent with it.
 *
 * The epoll set was made by the master and outlives the worker, with all
 * registrations; they are edge triggered, and armed again at adoption.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../ipc/clock.h"
#include "../ipc/lock.h"
#include "../ipc/mailbox.h"
#include "accept.h"
#include "ask.h"
#include "blame.h"
#include "channel.h"
#include "command.h"
#include "confined.h"
#include "deliver.h"
#include "device.h"
#include "fault.h"
#include "handlers.h"
#include "gateway.h"
#include "limit.h"
#include "log.h"
#include "oper.h"
#include "pause.h"
#include "peer.h"
#include "registry.h"
#include "session.h"
#include "title.h"
#include "trace.h"
#include "validate.h"
#include "worker.h"
#include "xline.h"

struct worker *me;
unsigned my_id;
const struct config *config;
uint64_t now_ms, wall_ms;

enum {
	EVENTS = 512,        /* of one epoll_wait() */
	WAIT = 10,           /* ms until what waits is tried again */
	LINES = 32,          /* commands of a session a turn */
	MAIL = 4096,         /* envelopes a turn */
	FIRST = 8,           /* and at first, of one that was silent, */
	SHORT = 16,          /* who waits for so many envelopes at most */
	BREATH = 100,        /* us of work between two looks at the news */
	FEW = 4,             /* recipients for whom a line is sent at once */
	SMALL = 1024,        /* bytes at most, of what is sent at once, */
	LARGE = 8192,        /* or if it is for one: who has just come gets
	                      * some KiB to read */
	EARLY = 64,          /* sends of a turn that do not wait for its end */
	TICK = 250,          /* ms between looks at the clocks of sessions */
	TICKS = 4,           /* in which all sessions are looked at */
	LINGER = 5000,       /* ms to take in our last words */
	SHUT = 2000,         /* ms to answer our FIN */
};

static void
clock_read(void)
{
	now_ms = clock_now();
	wall_ms = clock_wall();
	atomic_store_explicit(&me->beat, now_ms, memory_order_relaxed);
}

/* ---- lists of this turn ---- */

/* Sessions by number and generation: one may end, and its slot be given by
 * another worker to a client of a third, while it stands here; then not even
 * its flags may be touched. */
struct queue {
	struct queued {
		uint32_t session, gen;
	} *slot;
	uint32_t n, size;
};

/* To be run before all others, since they were silent; to be run this turn;
 * those that wait for tokens or for room in a mailbox. */
static struct queue first_queue, run_queue, wait_queue;

/* With output to be sent soon; at the end of the turn. */
static struct queue early_queue, flush_queue;

static void
queue_add(struct queue *q, uint32_t i)
{
	if (q->n == q->size) {
		q->size = q->size * 2 + 256;
		q->slot = realloc(q->slot, q->size * sizeof(*q->slot));
		if (q->slot == NULL)
			fatal("no memory for a queue of %u", q->size);
	}
	q->slot[q->n++] = (struct queued) { i, sessions[i].gen };
}

/* Puts what is on Q into TAKEN: what is added from now on is for later. */
static void
queue_take(struct queue *q, struct queue *taken)
{
	struct queue swap = *taken;

	*taken = *q;
	*q = swap;
	q->n = 0;
}

/* The session at place K, if it is still the one that was put there; 0. */
static uint32_t
queue_get(const struct queue *q, uint32_t k)
{
	uint32_t i = q->slot[k].session;

	return sessions[i].gen == q->slot[k].gen &&
	        sessions[i].worker == my_id &&
	        sessions[i].state != SESSION_FREE
	    ? i
	    : 0;
}

void
worker_run_later(uint32_t i)
{
	if (sessions[i].flags & SESSION_RUNNABLE)
		return;
	sessions[i].flags |= SESSION_RUNNABLE;
	queue_add(&run_queue, i);
}

/* Like worker_run_later(), but before all that have been running.  Who comes
 * from silence mostly has one line, and is waited for by a human; who has more
 * has to go to the others with the rest. */
static void
run_first(uint32_t i)
{
	if (sessions[i].flags & SESSION_RUNNABLE)
		return;
	sessions[i].flags |= SESSION_RUNNABLE;
	queue_add(&first_queue, i);
}

/* Like worker_run_later(), but in a moment, or when the bell rings. */
static void
run_in_a_moment(uint32_t i)
{
	if (sessions[i].flags & SESSION_RUNNABLE)
		return;
	sessions[i].flags |= SESSION_RUNNABLE;
	queue_add(&wait_queue, i);
}

/* All post what they have to post before anybody runs on: else the first one
 * would fill the mailbox again, with what it says next. */
static void
end_waiting(void)
{
	static struct queue now;
	uint32_t k, i;
	uint64_t was;

	queue_take(&wait_queue, &now);
	for (k = 0; k < now.n; k++)
		if ((i = queue_get(&now, k)) != 0) {
			was = blame_on(DOING_SESSION, i);
			command_unblock(i);
			blame_back(was);
			queue_add(&run_queue, i);
		}
}

void
worker_flush_later(uint32_t i)
{
	if (sessions[i].flags & SESSION_DIRTY)
		return;
	sessions[i].flags |= SESSION_DIRTY;
	queue_add(&flush_queue, i);
}

/* With output that waits for the store. */
static struct queue hold_queue;

void
worker_flush_on_commit(uint32_t i)
{
	if (sessions[i].flags & SESSION_AWAITS)
		return;
	sessions[i].flags |= SESSION_AWAITS;
	queue_add(&hold_queue, i);
}

static void flush_one(uint32_t i);

/* Has them flushed whose turn it may be; who finds that it is not comes back.
 * Whoever sleeps meanwhile is called by the store at its next commit. */
static void
end_holding(void)
{
	static struct queue now;
	uint32_t k, i;

	if (hold_queue.n == 0)
		return;
	queue_take(&hold_queue, &now);
	atomic_fetch_or(&state->store.sleepers, UINT64_C(1) << my_id);
	for (k = 0; k < now.n; k++)
		if ((i = queue_get(&now, k)) != 0) {
			sessions[i].flags &= ~(uint32_t)SESSION_AWAITS;
			if (!(sessions[i].flags & SESSION_DIRTY))
				flush_one(i);
		}
}

/* How many more sends of this turn need not wait for its end. */
static unsigned early;

/*
 * What is on the flush queue from MARK on is there for one line, or for the
 * mail of one user.  If that is little, and for few, nothing is won by waiting
 * for more: it is sent at the next opportunity.  What goes to many is sent at
 * the end of the turn, with what else there is for them by then.
 */
static void
flush_soon(uint32_t mark)
{
	uint32_t n = flush_queue.n - mark, k, i;

	if (n == 0 || n > FEW || early < n)
		return;
	for (k = mark; k < flush_queue.n; k++) {
		i = flush_queue.slot[k].session;
		if (sessions[i].queued - sessions[i].sent >
		    (n == 1 ? LARGE : SMALL))
			return;
	}
	for (k = mark; k < flush_queue.n; k++)
		queue_add(&early_queue, flush_queue.slot[k].session);
	flush_queue.n = mark;
	early -= n;
}

/* ---- mail ---- */

static void breathe(void);
static int draining;     /* the mail is being taken */
static uint64_t breath;  /* us: when to take the next one */
static int holds_breath; /* nothing else may be run in between */

/* Our own mailbox, made anew if somebody removed it. */
static int
own_mailbox(void)
{
	int q = peer_mailbox(my_id);

	if (q < 0)
		fatal("no mailbox: %s", strerror(errno));
	return q;
}

void
worker_drain_user(uint32_t u)
{
	int r;

	mailmap_clear(&mailmaps[my_id], u);
	FAULT("drain-cleared");
	while ((r = deliver_take(users[u].mailbox)) > 0)
		;
	if (r < 0 && users[u].mailbox >= 0)
		registry_open_mailbox(u);
	peer_call_waiters(&users[u].waiters);
}

/* Returns how many envelopes were taken. */
static unsigned
drain_own(unsigned budget)
{
	uint32_t mark = flush_queue.n;
	unsigned n = 0;
	int r = 0;

	for (; n < budget && (r = deliver_take(me->mailbox)) > 0; n++) {
		flush_soon(mark);
		breathe();
		mark = flush_queue.n;
	}
	if (r < 0) {
		log_warn("our mailbox was removed: making a new one");
		me->mailbox = own_mailbox();
		me->mailbox_room = mailbox_room(me->mailbox,
		    config->mailbox_size, config->mailbox_size);
	} else if (r > 0)
		mailmap_set(&mailmaps[my_id], my_id);
	peer_call_waiters(&me->waiters);
	return n;
}

void
worker_drain_own(void)
{
	int was = holds_breath;

	if (!mailmap_test(&mailmaps[my_id], my_id))
		return;
	mailmap_clear(&mailmaps[my_id], my_id);
	holds_breath = 1; /* a handler is running already */
	drain_own(UINT32_MAX);
	holds_breath = was;
}

static void
drain_mail(void)
{
	struct mailmap *map = &mailmaps[my_id];
	uint32_t u, mark;
	unsigned n = 0;

	/* posters that found no mailbox ring without a bit in the map */
	if (atomic_load(&me->waiters) != 0)
		mailmap_set(map, my_id);
	draining = 1;
	while (n < MAIL && (u = mailmap_take(map)) != 0) {
		n++;
		if (u < MAILBOX_SYSTEM)
			n += drain_own(MAIL);
		else if (users[u].home == my_id && users[u].mailbox >= 0) {
			mark = flush_queue.n;
			worker_drain_user(u);
			flush_soon(mark);
		}
	}
	draining = 0;
}

/* ---- sessions ---- */

/* Whether a whole line waits: for tokens, or for its pending post. */
static int
has_line(uint32_t i)
{
	char *buf;
	size_t next, n = session_input(i, &buf);

	if (sessions[i].flags & SESSION_PROXY)
		return n > 0 && gateway_header(i) > 0;
	return n > 0 && message_line(buf, n, &next) >= 0;
}

/* Ends what is to end; returns 1 when the session is no more. */
static int
end_session(uint32_t i)
{
	struct session *s = &sessions[i];

	if (s->state == SESSION_LIVE) {
		if (s->flags & SESSION_OVERFLOW) {
			worker_count(COUNT_CUT_SENDQ, 1);
			session_lose(i, "SendQ exceeded");
		}
		else if (s->flags & SESSION_DEAD)
			session_lose(i, "Connection lost");
		else if ((s->flags & SESSION_EOF) && s->pend == 0 &&
		    s->step == 0 && !has_line(i))
			session_lose(i, "Connection closed");
	}
	if (s->state == SESSION_CLOSING && command_unblock(i) == 0 &&
	    command_quit(i))
		s->active = now_ms;
	if (s->state == SESSION_CLOSING ||
	    (s->state == SESSION_LINGER && command_unblock(i) != 0)) {
		run_in_a_moment(i); /* others have still to be told */
		return 0;
	}
	if (s->state == SESSION_LINGER && s->fd < 0) {
		session_free(i);
		return 1;
	}
	if (s->state == SESSION_LINGER) {
		session_flush(i);
		if ((s->limit & LIMIT_HASTY) && s->pend == 0) {
			session_free(i);
			return 1;
		}
		if (s->sent == s->queued || (s->flags & SESSION_DEAD) ||
		    now_ms - s->active > LINGER) {
			shutdown(s->fd, SHUT_WR);
			FAULT("end-shut");
			s->state = SESSION_SHUT;
			s->active = now_ms;
		}
	}
	if (s->pend != 0 && s->state != SESSION_LIVE)
		run_in_a_moment(i);
	if (s->state == SESSION_SHUT &&
	    ((s->flags & (SESSION_EOF | SESSION_DEAD)) ||
		now_ms - s->active > SHUT)) {
		session_free(i);
		return 1;
	}
	return 0;
}

/* Reads and forgets, so that the peer's FIN is found. */
static void
discard_input(uint32_t i)
{
	struct session *s = &sessions[i];
	unsigned n;

	for (n = 0; n < LINES && (s->flags & SESSION_READABLE); n++) {
		session_executed(i, s->received);
		session_fill(i);
	}
	session_executed(i, s->received);
}

/* Runs commands and reads, MOST times. */
static void
run_live(uint32_t i, unsigned most)
{
	struct session *s = &sessions[i];
	uint64_t before;
	unsigned n;
	int comes; /* and is nobody yet */

	for (n = 0; n < most && s->state == SESSION_LIVE; n++) {
		if (s->pend != 0 && command_unblock(i) != 0) {
			run_in_a_moment(i);
			return;
		}
		comes = !(users[s->user].flags & USER_REGISTERED);
		if (command_show(i) || command_mail(i) || command_next(i)) {
			/* the few steps of who registers come at once; others
			 * must hear what others did before they go on */
			if (s->step == 0 || (n < FIRST && comes))
				continue;
			/* a long answer: others are due between its parts,
			 * and other workers, if they waited for the lock */
			if (registry_was_wanted())
				run_in_a_moment(i);
			else if (clock_now_us() < breath)
				continue;
			else
				worker_run_later(i);
			return;
		}
		if (s->flags & SESSION_OVERFLOW)
			break;
		if ((s->step != 0 || (s->flags & SESSION_MISSES)) &&
		    s->sent < s->queued)
			return; /* goes on when its output is sent */
		if (s->asked != 0)
			return; /* goes on when the answer is there */
		if (has_line(i) || command_is_mail(s) ||
		    ((s->flags & SESSION_JOINING) && s->sent == s->queued)) {
			run_in_a_moment(i);
			return;
		}
		if (!(s->flags & SESSION_READABLE))
			break;
		before = s->received;
		session_fill(i);
		if (s->received == before && (s->flags & SESSION_READABLE)) {
			run_in_a_moment(i); /* no buffer for it */
			return;
		}
	}
	if (n == most)
		worker_run_later(i);
}

/* It goes on, with what its user is told first, before anything else can be
 * told to that user. */
static void
settle(uint32_t i)
{
	switch (device_settle(i)) {
	case 0:
		run_in_a_moment(i);
		break;
	case 1:
		xline_arrived(i);
		command_next(i);
		worker_run_later(i);
		break;
	}
}

static void
run_session(uint32_t i, unsigned most)
{
	uint64_t was = blame_on(DOING_SESSION, i);
	struct session *s = &sessions[i];

	if (s->state == SESSION_LIVE)
		run_live(i, most);
	else if (s->state != SESSION_HANDED && s->fd >= 0)
		discard_input(i);
	if (s->state == SESSION_HANDED)
		settle(i);
	else if (end_session(i) == 0)
		limit_settle(i);
	blame_back(was);
}

/* Takes in the sessions that other workers have handed to us. */
static void
settle_arrivals(void)
{
	uint32_t i;

	if (!atomic_load(&me->arrivals))
		return;
	atomic_store(&me->arrivals, 0);
	for (i = 1; i < state->sessions.high; i++)
		if (sessions[i].state == SESSION_HANDED &&
		    sessions[i].worker == my_id)
			worker_run_later(i);
}

int
worker_rest(void)
{
	uint32_t i;
	int left = 0;

	holds_breath = 1;
	drain_mail();
	holds_breath = 0;
	for (i = 1; i < state->sessions.high; i++)
		if (sessions[i].state != SESSION_FREE &&
		    sessions[i].worker == my_id && sessions[i].pend != 0)
			left |= command_unblock(i) != 0;
	return !left && !mailmap_any(&mailmaps[my_id]);
}

/* ---- clocks ---- */

static void
check_client(uint32_t i)
{
	struct session *s = &sessions[i];
	uint64_t silent = now_ms - s->active;
	char line[128];
	int n;

	oper_look(i);
	if (!(users[s->user].flags & USER_REGISTERED)) {
		if (wall_ms < s->opened + config->registration_timeout * 1000)
			return;
		worker_count(COUNT_TIMED_OUT, 1);
		limit_show_out(i, "Registration timed out");
		return;
	}
	if (silent < config->ping_timeout * 1000) {
		s->flags &= ~(uint32_t)SESSION_PINGED;
	} else if (!(s->flags & SESSION_PINGED)) {
		n = snprintf(line, sizeof(line), ":%s PING %s\r\n",
		    config->name, config->name);
		if (!(s->flags & SESSION_MISSES) ||
		    (s->flags & SESSION_RETURNS))
			session_append(i, line, (size_t)n);
		s->flags |= SESSION_PINGED;
	} else if (silent > config->ping_timeout * 2000) {
		snprintf(line, sizeof(line), "Ping timeout: %llu seconds",
		    (unsigned long long)(silent / 1000));
		session_lose(i, line);
	}
}

/* Looks at every TICKS-th session. */
static void
check_sessions(void)
{
	static uint32_t phase;
	uint64_t was;
	uint32_t i;

	phase = (phase + 1) % TICKS;
	for (i = 1 + phase; i < state->sessions.high; i += TICKS) {
		if (sessions[i].worker != my_id ||
		    sessions[i].state == SESSION_FREE)
			continue;
		if (sessions[i].state == SESSION_LIVE) {
			was = blame_on(DOING_SESSION, i);
			if (!(sessions[i].flags & SESSION_CONTROL))
				check_client(i);
			blame_back(was);
		} else {
			device_look(i);
			if (sessions[i].state != SESSION_ABSENT)
				worker_run_later(i);
		}
	}
}

/* ---- taking over ---- */

static void
for_my_sessions(void (*fn)(uint32_t))
{
	uint32_t i;

	uint64_t was;

	for (i = 1; i < state->sessions.high; i++)
		if (sessions[i].state != SESSION_FREE &&
		    sessions[i].worker == my_id) {
			was = blame_on(DOING_SESSION, i);
			fn(i);
			blame_back(was);
		}
}

static void
count_mine(uint32_t i)
{
	if (sessions[i].fd >= 0)
		atomic_fetch_add(&me->clients, 1);
	limit_recount(i);
	atomic_fetch_add(
	    &me->names_pending, (uint32_t)command_names_pending(i));
}

/* A session or user half freed by the dead worker. */
static void
heal_records(uint32_t i)
{
	struct session *s = &sessions[i];

	if (s->flags & SESSION_CONTROL) {
		/* no telling how far its stream is: mootctl asks again */
		s->flags |= SESSION_DEAD;
		if (s->state == SESSION_LIVE)
			session_close(i, "");
	}
	if (s->state == SESSION_LIVE || s->state == SESSION_CLOSING ||
	    s->state == SESSION_ABSENT)
		mailmap_set(&mailmaps[my_id], s->user);
}

static void
worker_adopt(void)
{
	uint64_t begun = clock_now();
	const char *wrong;

	if ((wrong = state_wrong(my_id)) != NULL) {
		log_warn("the segment is damaged: %s", wrong);
		exit(EXIT_DAMAGED);
	}
	blame_settle();
	registry_lock();
	FAULT("heal-locked");
	session_pool_open();
	validate_records();
	atomic_store(&me->clients, 0);
	atomic_store(&me->unregistered, 0);
	atomic_store(&me->names_pending, 0);
	for_my_sessions(count_mine);
	registry_unlock();
	FAULT("heal-counted");
	for_my_sessions(session_heal_stream);
	/* before the next note is made: that is not to be read as this one's */
	me->io_session = 0;
	FAULT("heal-streams");
	deliver_heal();
	FAULT("heal-delivered");
	command_heal();
	FAULT("heal-command");
	for_my_sessions(session_heal_output);
	validate_farewell();
	FAULT("heal-output");
	if (me->mailbox < 0)
		me->mailbox = own_mailbox();
	me->mailbox_room = mailbox_room(
	    me->mailbox, config->mailbox_size, config->mailbox_size);
	accept_orphans();
	FAULT("heal-orphans");
	for_my_sessions(session_rearm);
	FAULT("heal-armed");
	for_my_sessions(heal_records);
	FAULT("heal-records");
	mailmap_set(&mailmaps[my_id], my_id);
	accept_again = ACCEPT_NOW;
	if (me->clients > 0)
		log_info("took over %u clients in %llu ms", me->clients,
		    (unsigned long long)(clock_now() - begun));
}

/* ---- the loop ---- */

static int rung; /* somebody rang our bell, or called: retry what waits */

static void
handle_event(const struct epoll_event *ev)
{
	uint32_t what = (uint32_t)ev->data.u64;
	struct session *s = &sessions[what];

	switch ((enum worker_event)(ev->data.u64 >> 32)) {
	case EVENT_SESSION:
		if (s->state == SESSION_FREE || s->worker != my_id)
			return;
		if (ev->events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) {
			s->flags |= SESSION_READABLE;
			/* who has not yet been answered was not silent */
			if (s->step != 0 || s->in_chunk != 0)
				worker_run_later(what);
			else
				run_first(what);
		}
		if (ev->events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR))
			s->flags |= SESSION_HUP;
		if (ev->events & EPOLLOUT)
			session_writable(what);
		break;
	case EVENT_LISTENER:
		accept_from((int)what);
		break;
	case EVENT_CONTROL:
		accept_clients((int)what, LISTEN_CONTROL);
		break;
	case EVENT_BELL:
		rung = 1;
		break;
	case EVENT_HANDOVER:
		break; /* it is seen by pause_asked() */
	}
}

/* Takes what is on Q into NOW, to be run. */
static void
run_take(struct queue *q, struct queue *now)
{
	uint32_t k, i;

	queue_take(q, now);
	for (k = 0; k < now->n; k++)
		if ((i = queue_get(now, k)) != 0)
			sessions[i].flags &= ~(uint32_t)SESSION_RUNNABLE;
}

static void
run_silent(void)
{
	static struct queue now;
	uint32_t k, i, mark;

	run_take(&first_queue, &now);
	for (k = 0; k < now.n; k++) {
		mark = flush_queue.n;
		if ((i = queue_get(&now, k)) != 0)
			run_session(i, FIRST);
		flush_soon(mark);
	}
}

static void
flush_one(uint32_t i)
{
	uint64_t was = blame_on(DOING_SESSION, i);
	uint64_t sent = sessions[i].sent;

	sessions[i].flags &= ~(uint32_t)SESSION_DIRTY;
	session_flush(i);
	blame_back(was);
	/* what waits for a commit is flushed again then: no need to look */
	if ((sessions[i].flags & SESSION_HELD) && sessions[i].sent == sent &&
	    sent < sessions[i].queued)
		return;
	/* a long answer goes on when the last part is out */
	if (sessions[i].step != 0 || sessions[i].state != SESSION_LIVE ||
	    (sessions[i].flags & (SESSION_JOINING | SESSION_MAIL |
		SESSION_MISSES)))
		worker_run_later(i);
}

static void
flush_early(void)
{
	uint32_t k, i;

	for (k = 0; k < early_queue.n; k++)
		if ((i = queue_get(&early_queue, k)) != 0)
			flush_one(i);
	early_queue.n = 0;
}

/* Whether there is mail, and so little that it can be waited for.  Where it
 * can be looked at the news in between, that shows then. */
static int
mail_is_short(void)
{
	uint64_t n, bytes;

	if (!draining && !mailmap_any(&mailmaps[my_id]))
		return 0;
	if (!draining && !holds_breath)
		return 1;
	return mailbox_count(me->mailbox, &n, &bytes) == 0 && n <= SHORT;
}

/* Sees to the events of the epoll set; at most for MS. */
static void
look(int ms)
{
	static struct epoll_event ev[EVENTS];
	int i, n = epoll_wait(me->epoll, ev, EVENTS, ms);

	bell_wake(&me->bell);
	clock_read();
	for (i = 0; i < n; i++)
		handle_event(&ev[i]);
	/* who was told by one of another worker's clients what that one has
	 * done, and asks about it here, is not to be ahead of the mail */
	if (first_queue.n == 0)
		return;
	if (mail_is_short()) {
		if (draining)
			return; /* they are run at its end */
		drain_mail();
	}
	run_silent();
}

/*
 * Between two pieces of work of a turn, which may be long: lets those run who
 * were silent, takes the mail (a mailbox is small, others wait for the end of
 * it) and sends what need not wait.  At most half of a turn goes into this,
 * so that the turn comes to an end.
 */
static void
breathe(void)
{
	uint64_t begun;

	if (holds_breath || me->retire || state->stopping ||
	    (begun = clock_now_us()) < breath)
		return;
	holds_breath = 1;
	look(0);
	if (!draining && mailmap_any(&mailmaps[my_id]))
		drain_mail();
	if (!draining)
		run_silent();
	flush_early();
	early = EARLY; /* a long turn is not to be waited for */
	holds_breath = 0;
	breath = clock_now_us();
	breath += breath - begun > BREATH ? breath - begun : BREATH;
}

/* Runs the sessions that were on the list when the turn began; those that
 * are put on it meanwhile have their turn in the next one. */
static void
run_all(void)
{
	static struct queue now;
	uint32_t k, i;

	run_take(&run_queue, &now);
	for (k = 0; k < now.n; k++) {
		if ((i = queue_get(&now, k)) != 0)
			run_session(i, LINES);
		breathe();
	}
}

static void
flush_all(void)
{
	static struct queue now;
	uint32_t k, i;

	flush_early();
	queue_take(&flush_queue, &now);
	for (k = 0; k < now.n; k++) {
		if ((i = queue_get(&now, k)) != 0)
			flush_one(i);
		breathe();
	}
}

/* ms to sleep. */
static int
sleep_ms(void)
{
	if (mailmap_any(&mailmaps[my_id]) || flush_queue.n > 0 ||
	    run_queue.n > 0 || accept_again == ACCEPT_NOW || me->retire ||
	    state->stopping || atomic_load(&me->waiters) != 0 ||
	    atomic_load(&me->arrivals) != 0)
		return 0;
	return wait_queue.n + hold_queue.n == 0 ? TICK : rung ? 0 : WAIT;
}

static void
say_goodbye(uint32_t i)
{
	if (sessions[i].state == SESSION_LIVE)
		session_close(i, "Server shutting down");
}

static void
farewell(void)
{
	uint64_t until = now_ms + 1000;

	for_my_sessions(say_goodbye);
	while (me->clients > 0 && now_ms < until) {
		struct epoll_event ev[64];
		int i, n;

		bell_sleep(&me->bell);
		n = epoll_wait(me->epoll, ev, 64, 20);
		bell_wake(&me->bell);
		clock_read();
		for (i = 0; i < n; i++)
			if (ev[i].data.u64 >> 32 == EVENT_SESSION)
				handle_event(&ev[i]);
		run_silent();
		drain_mail();
		end_waiting();
		for_my_sessions(worker_run_later);
		run_all();
		flush_all();
	}
	if (me->clients > 0)
		log_warn("%u clients had not left in time", me->clients);
	exit(0);
}

static void
turn(void)
{
	static uint64_t tick, waited;

	early = EARLY;
	end_holding();
	rung |= bell_sleep(&me->bell);
	look(sleep_ms());
	breath = clock_now_us() + BREATH;
	if (accept_again == ACCEPT_NOW)
		accept_all();
	drain_mail();
	run_silent();
	flush_early();
	session_given_look();
	settle_arrivals();
	limit_look();
	ask_look();
	if (xline_look())
		accept_again = ACCEPT_NOW; /* there are more: no sleep */
	if (wait_queue.n > 0 && (rung || now_ms - waited >= WAIT)) {
		waited = now_ms;
		end_waiting();
	}
	rung = 0;
	run_all();
	flush_all();
	if (now_ms - tick >= TICK) {
		tick = now_ms;
		if (accept_again != ACCEPT_DONE)
			accept_all();
		check_sessions();
		channel_bans_end();
	}
}

/* Without a master nobody else could tell the workers to go.  One that is
 * executing another binary has no lock, but is our parent still. */
static int
is_alone(void)
{
	return !lock_owned(&state->master) && getppid() != state->segment.owner;
}

static volatile sig_atomic_t asked_to_go;

static void
note_sigterm(int sig)
{
	(void)sig;
	asked_to_go = 1;
}

static void
worker_signals(void)
{
	struct sigaction go = { .sa_handler = note_sigterm };
	sigset_t set;

	sigaction(SIGTERM, &go, NULL);
	signal(SIGHUP, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	/* the master has blocked it */
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

int
worker_signal_master(int signal)
{
	pid_t master = getppid();

	/* once it has died, its number may be anybody's */
	if (master == state->segment.owner)
		return kill(master, signal);
	errno = ESRCH;
	return -1;
}

void
worker_main(unsigned id, const struct config *cfg)
{
	char name[32];

	my_id = id;
	me = &workers[id];
	config = cfg;
	worker_signals();
	title_set("mootd: worker %u", id);
	snprintf(name, sizeof(name), "worker %u", id);
	log_open(name, (enum log_level)config->log_level, log_to_syslog);
	trace_open(name, config->state_dir, &traces[id]);
	if (lock_join(&state->segment.lock) != 0)
		fatal("set_robust_list: %s", strerror(errno));
	confined_begin(config);
	state_map(id);
	pause_join();
	clock_read();
	me->epoch++; /* before the first serial of this life */
	FAULT("heal-epoch");
	worker_adopt();
	isupport_look();
	cap_look();
	bell_wake(&me->bell);
	while (!me->retire && !state->stopping) {
		if (pause_asked())
			pause_here();
		turn();
		if (!asked_to_go)
			continue;
		asked_to_go = 0; /* it is no order for later */
		if (is_alone())
			state->stopping = 1;
	}
	if (state->stopping)
		farewell();
	flush_all();
	exit(0);
}
