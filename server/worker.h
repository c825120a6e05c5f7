/* SPDX-License-Identifier: ISC */
#ifndef SERVER_WORKER_H
#define SERVER_WORKER_H

#include "config.h"
#include "state.h"

/*
 * The worker process: one loop over its sessions, its mailbox and its bell.
 * It owns nothing; see state.h.
 */

extern struct worker *me;      /* this process's record */
extern unsigned my_id;         /* its number; 0 in the master */
extern const struct config *config;
extern uint64_t now_ms;        /* CLOCK_MONOTONIC, at the turn's begin */
extern uint64_t wall_ms;       /* since the epoch, at the turn's begin */

extern int log_to_syslog;      /* in the background */

/* What an epoll event is about: the upper half of data.u64. */
enum worker_event {
	EVENT_SESSION = 1, /* lower half: session */
	EVENT_LISTENER,    /* lower half: descriptor */
	EVENT_CONTROL,     /* lower half: descriptor */
	EVENT_BELL,
	EVENT_HANDOVER,
};

static inline uint64_t
worker_event(enum worker_event kind, uint32_t what)
{
	return (uint64_t)kind << 32 | what;
}

/* Takes over everything of worker ID and serves until told to stop or to
 * retire.  Does not return. */
void worker_main(unsigned id, const struct config *cfg)
    __attribute__((noreturn));

/* Sends SIGNAL to the master: 0, or -1 with errno, ESRCH if it is gone. */
int worker_signal_master(int signal);

/* Adds N to a counter of this worker. */
static inline void
worker_count(enum counter what, uint64_t n)
{
	/* one writer: no locked instruction needed */
	atomic_store_explicit(&me->counter[what],
	    atomic_load_explicit(&me->counter[what], memory_order_relaxed) + n,
	    memory_order_relaxed);
}

/* Puts a session on the list of those to be run / flushed this turn. */
void worker_run_later(uint32_t s);
void worker_flush_later(uint32_t s);
/* The same, when the store has committed something. */
void worker_flush_on_commit(uint32_t s);

/* Takes all mail and posts what waits to be posted, but runs no command;
 * returns whether nothing is left. */
int worker_rest(void);

/* Delivers what waits in our own mailbox; handlers may, under the lock too. */
void worker_drain_own(void);
/* Processes what waits in the mailbox of user U (of this home). */
void worker_drain_user(uint32_t u);

#endif
