/* SPDX-License-Identifier: ISC */
/*
 * Standing still, the workers' side.
 *
 * A paused worker does nothing but look at the word, and one of them, whoever
 * is first, gives the descriptors to the new master that asked for them
 * (ipc/handover.h).  Should that one die meanwhile, the next one does it.
 * Should the master die before its own workers serve, the old ones find its
 * lock without an owner and go on as if nothing had been.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../ipc/clock.h"
#include "../ipc/handover.h"
#include "accept.h"
#include "fault.h"
#include "log.h"
#include "pause.h"
#include "rebalance.h"
#include "registry.h"
#include "worker.h"

enum {
	LOOK = 2,            /* ms between looks at the word */
	PATIENCE = 300,      /* ms to wait for a sign of the new master */
};

static uint64_t mine;        /* the word under which we serve */

void
pause_serve_under(uint64_t word)
{
	mine = word;
}

int
pause_asked(void)
{
	return atomic_load_explicit(&state->pause, memory_order_relaxed) !=
	    mine;
}

/* Whether descriptor FD is to outlive the processes that have it. */
static int
is_wanted(int fd)
{
	uint32_t s = fd_session[fd];
	unsigned w;
	int i;

	if (s != 0 && s < state->max_sessions && sessions[s].fd == fd &&
	    sessions[s].state != SESSION_FREE)
		return 1;
	if (fd == state->control || fd == state->handover ||
	    fd == state->tls_page || fd == state->tls_life ||
	    fd == state->tls_end)
		return 1;
	for (i = 0; state->listeners[i].fd >= 0; i++)
		if (fd == state->listeners[i].fd)
			return 1;
	for (w = 1; w <= state->nworker; w++)
		if (fd == workers[w].epoll || fd == workers[w].bell.fd ||
		    fd == workers[w].spare)
			return 1;
	if (fd == workers[0].bell.fd)
		return 1;
	return accept_is_orphan(fd);
}

/* Gives the table to the process at the other end of SOCK, once it says
 * that all stand still. */
static void
give_table(int sock)
{
	struct pollfd p = { .fd = sock, .events = POLLIN };
	int *fds, fd;
	size_t n = 0;
	char go;

	if (poll(&p, 1, PATIENCE) <= 0 || recv(sock, &go, 1, MSG_DONTWAIT) != 1)
		return;
	if ((fds = malloc(state->max_fd * sizeof(*fds))) == NULL)
		return;
	for (fd = 3; fd < (int)state->max_fd; fd++)
		if (fd != sock && fcntl(fd, F_GETFD) >= 0 && is_wanted(fd))
			fds[n++] = fd;
	FAULT("give-begun");
	if (handover_send(sock, fds, n, PATIENCE) == 0)
		log_info("gave %zu descriptors to a new master", n);
	else
		log_warn("giving descriptors to a new master: %s",
		    strerror(errno));
	FAULT("give-done");
	free(fds);
}

/* One look: gives the table if it is asked for. */
static void
attend(void)
{
	struct pollfd p = { .fd = state->handover, .events = POLLIN };
	int sock;

	if (poll(&p, 1, LOOK) <= 0 ||
	    (sock = handover_accept(state->handover)) < 0)
		return;
	give_table(sock);
	close(sock);
}

/* Looks at the word until it is ours.  Who has not BEGUN knows nothing of its
 * sessions yet, but has the table. */
static void
stand_still(int begun)
{
	uint64_t word;
	int moved = 0;

	while ((word = atomic_load(&state->pause)) != mine) {
		if (pause_table(word) != pause_table(mine))
			/* others serve now, or nothing makes sense */
			_exit(state_wrong(my_id) != NULL ? EXIT_DAMAGED : 0);
		if (state->stopping)
			return;
		if (!lock_owned(&state->master)) {
			/* whoever asked is no more */
			atomic_compare_exchange_strong(
			    &state->pause, &word, mine);
			FAULT("still-alone");
		} else if (pause_why(word) == PAUSE_TAKEOVER)
			attend();
		else if (begun) {
			rebalance_step();
			moved = 1;
		} else
			poll(NULL, 0, 1); /* it has to wait for us */
		atomic_store(&me->beat, clock_now());
	}
	/* heals, should who moved users have died in there */
	FAULT("still-over");
	if (moved) {
		registry_lock();
		registry_unlock();
	}
}

void
pause_here(void)
{
	unsigned w;

	for (w = 1; w <= state->nworker; w++)
		if (w != my_id)
			bell_ring(&workers[w].bell);
	/* the next one may ask before we have said that we go on */
	do {
		atomic_store(&me->paused, getpid());
		FAULT("still-begun");
		stand_still(1);
		atomic_store(&me->paused, 0);
		FAULT("still-goes");
	} while (atomic_load(&state->pause) != mine && !state->stopping);
}

/* Whether the turn of our table can still come: the one before it is being
 * served, and our master lives. */
static int
may_come(uint64_t word)
{
	unsigned behind = (pause_table(mine) - pause_table(word)) & 0xffffff;

	return getppid() == pause_pid(mine) && behind == 1;
}

/*
 * Waits for our word; until then the records are others'.  When it has come
 * and gone, because another master already wants the table, the old workers
 * have left: if we did, too, the table would be lost.
 */
static void
await_word(void)
{
	uint64_t word;

	/* in a damaged segment the word says nothing; that is found next */
	while ((word = atomic_load(&state->pause)) != mine &&
	    state_wrong(my_id) == NULL) {
		if (pause_table(word) == pause_table(mine)) {
			if (state->stopping)
				return; /* nobody goes on */
			atomic_store(&me->quiet, 0);
			FAULT("join-waits");
			atomic_store(&me->paused, getpid());
			stand_still(0);
		} else if (may_come(word))
			poll(NULL, 0, 1);
		else
			_exit(0);
	}
}

/*
 * Who asks for a pause stores the word, then looks for who is there; we say
 * that we are, then look at the word.  One of the two sees the other.
 */
void
pause_join(void)
{
	do {
		await_word();
		life_begin(&me->life);
		FAULT("join-alive");
		atomic_store(&me->pid, getpid());
		FAULT("join-known");
		atomic_store(&me->paused, 0);
		FAULT("join-serves");
	} while (atomic_load(&state->pause) != mine &&
	    state_wrong(my_id) == NULL && !state->stopping);
}

int
pause_complete(void)
{
	unsigned w;

	for (w = 1; w <= state->nworker; w++) {
		int pid = atomic_load(&workers[w].pid);
		if (pid != 0 && atomic_load(&workers[w].paused) != pid &&
		    lock_owned(&workers[w].life.lock))
			return 0;
	}
	return 1;
}
