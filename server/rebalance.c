/* SPDX-License-Identifier: ISC */
/*
 * Rebalancing.
 *
 * A member of a room hears what is said because the event was posted to its
 * home; were it moved while an event is on its way, it would hear it from both
 * workers or from none.  So first everything comes to rest: workers run no
 * commands, but post what waits to be posted and take what was posted, until
 * no session has a pending event, no mailbox a message, and each worker has
 * said so.  That order of looking is what makes it sure: a post makes its bit
 * in the map before its pending event ends, and a worker is not quiet from
 * before it takes a bit until it has delivered.
 *
 * Then worker 1 changes the homes, under the registry lock.  Should it die in
 * there, the next to take the lock makes all lists anew from the records
 * (state->moving), so everyone takes it once before it goes on.  A session
 * with anything in its buffers stays, since the buffers are its worker's.
 */
#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "../ipc/clock.h"
#include "../ipc/mailbox.h"
#include "ask.h"
#include "fault.h"
#include "log.h"
#include "pause.h"
#include "rebalance.h"
#include "registry.h"
#include "session.h"
#include "worker.h"

enum {
	REST = 300,          /* ms for everything to come to rest */
	FAR = 64,            /* clients above its share: far more, if it is */
};

static uint64_t asked;       /* ms: when the master asked for it */

/* ---- the master's part ---- */

int
rebalance_wanted(unsigned nworker)
{
	uint64_t sum = 0, most = 0, share;
	unsigned w;

	for (w = 1; w <= nworker; w++) {
		uint32_t n = workers[w].clients;
		sum += n;
		most = n > most ? n : most;
	}
	share = nworker > 0 ? sum / nworker : sum;
	return most > share + FAR && most > share + share / 2;
}

void
rebalance_ask(unsigned nworker)
{
	uint64_t word = atomic_load(&state->pause);

	if (nworker == 1)
		atomic_fetch_add(&state->rebalances, 1); /* is even */
	else if (pause_why(word) == PAUSE_NONE &&
	    atomic_compare_exchange_strong(&state->pause, &word,
		pause_word(getpid(), pause_table(word), PAUSE_MOVE))) {
		FAULT("move-asked");
		asked = clock_now();
	}
}

void
rebalance_give_up(const char *why)
{
	uint64_t word = atomic_load(&state->pause);

	if (pause_why(word) == PAUSE_MOVE &&
	    atomic_compare_exchange_strong(&state->pause, &word,
		pause_word(getpid(), pause_table(word), PAUSE_NONE))) {
		atomic_fetch_add(&state->rebalances_failed, 1);
		log_warn("rebalancing given up: %s", why);
	}
}

int
rebalance_watch(void)
{
	if (pause_why(atomic_load(&state->pause)) != PAUSE_MOVE)
		return 0;
	if (clock_now() > asked + REST)
		rebalance_give_up("the workers do not come to rest");
	return 1;
}

/* ---- coming to rest ---- */

static int
nothing_pending(void)
{
	uint32_t i;

	for (i = 1; i < state->sessions.high; i++)
		if (sessions[i].state != SESSION_FREE && sessions[i].pend != 0)
			return 0;
	return 1;
}

static int
no_mail(void)
{
	unsigned w;

	for (w = 1; w <= state->nworker; w++)
		if (mailmap_any(&mailmaps[w]))
			return 0;
	return 1;
}

static int
all_quiet(void)
{
	unsigned w;

	for (w = 1; w <= state->nworker; w++)
		if (workers[w].pid == 0 ||
		    workers[w].paused != workers[w].pid || !workers[w].quiet)
			return 0;
	return 1;
}

/* ---- the move ---- */

/* Whether it is on our list to be run, for what no line asks for.  What waits
 * for a store is found by whoever is its home when there is one. */
static int
is_due(const struct session *s)
{
	return store_accepts() &&
	    ((s->flags & SESSION_MAIL) || session_owes(s));
}

static int
is_at_rest(const struct session *s)
{
	return (s->state == SESSION_ABSENT && s->miss_head == 0) ||
	    (s->state == SESSION_LIVE && !(s->flags & SESSION_CONTROL) &&
		s->miss_head == 0 && s->sasl == 0 && s->batch == 0 &&
		s->out_head == 0 && s->in_chunk == 0 && s->step == 0 &&
		s->answer == 0 && s->asked == 0 && s->sent == s->queued &&
		!(s->flags & SESSION_JOINING) && !is_due(s));
}

/* Whether I is the first session of a user who can be moved: with all. */
static int
is_movable(uint32_t i)
{
	const struct user *u = &users[sessions[i].user];

	if (!(u->flags & USER_REGISTERED) || u->session != i)
		return 0;
	for (; i != 0; i = sessions[i].next)
		if (!is_at_rest(&sessions[i]))
			return 0;
	return 1;
}

static void
move_session(uint32_t i, unsigned to)
{
	struct session *s = &sessions[i];

	if (s->fd >= 0)
		epoll_ctl(workers[s->worker].epoll, EPOLL_CTL_DEL, s->fd, NULL);
	FAULT("move-unwatched");
	s->flags &= ~(uint32_t)(SESSION_DIRTY | SESSION_RUNNABLE |
	    SESSION_AWAITS);
	s->flags |= SESSION_WRITABLE;
	s->worker = (uint8_t)to;
	FAULT("move-worker");
	/* tells its new home at once what there is to read */
	if (s->fd >= 0)
		session_register(i);
	FAULT("move-registered");
}

/* Returns how many clients the user had. */
static uint32_t
move(uint32_t i, unsigned to)
{
	uint32_t n = 0;

	registry_rehome(sessions[i].user, to);
	FAULT("move-rehomed");
	for (; i != 0; i = sessions[i].next) {
		n += sessions[i].fd >= 0;
		move_session(i, to);
	}
	return n;
}

/* Moves users from who has more than its share to who has least. */
static uint32_t
move_all(void)
{
	uint32_t count[CONFIG_WORKERS + 1], i, n, sum = 0, share, moved = 0;
	unsigned w, to;

	registry_count_clients(count);
	for (w = 1; w <= state->nworker; w++)
		sum += count[w];
	share = state->nworker > 0 ? sum / state->nworker : sum;
	for (i = 1; i < state->sessions.high; i++) {
		w = sessions[i].worker;
		if (sessions[i].state == SESSION_FREE || count[w] <= share + 1)
			continue;
		/* its new home may have looked for who is banned already */
		if (workers[w].xline_seen != state->xline_serial)
			continue;
		for (to = 1; to <= state->nworker && count[to] >= share; to++)
			;
		if (to > state->nworker || !is_movable(i))
			continue;
		n = move(i, to);
		count[w] -= n;
		count[to] += n;
		moved++;
	}
	FAULT("move-all");
	registry_count_clients(count);
	return moved;
}

static void
lead(void)
{
	uint64_t word = atomic_load(&state->pause);
	uint32_t moved;

	registry_lock();
	state->moving = 1;
	FAULT("move-begun");
	moved = move_all();
	FAULT("move-counted");
	state->moving = 0;
	FAULT("move-over");
	registry_unlock();
	FAULT("move-unlocked");
	atomic_fetch_add(&state->moved, moved);
	atomic_fetch_add(&state->rebalances, 1);
	log_info("rebalanced: moved %u users", moved);
	if (pause_why(word) == PAUSE_MOVE)
		atomic_compare_exchange_strong(&state->pause, &word,
		    pause_word(pause_pid(word), pause_table(word),
			PAUSE_NONE));
	FAULT("move-done");
}

void
rebalance_step(void)
{
	atomic_store(&me->quiet, 0);
	FAULT("rest-begun");
	atomic_store(&me->quiet, (uint32_t)worker_rest());
	FAULT("rest-done");
	if (my_id == 1 && nothing_pending() && no_mail() && all_quiet())
		lead();
	else
		usleep(200);
}
