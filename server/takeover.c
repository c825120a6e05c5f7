/* SPDX-License-Identifier: ISC */
/*
 * A new master takes over living workers.
 *
 * Who was killed, or executed another binary, has left the table that all
 * share, and nobody can join a table again.  So the workers are paused
 * (pause.h), one of them gives every descriptor of the table to us at the
 * number it has, we fork workers of our own that share our table, and one
 * exchange of the word lets them serve and the old ones go.  Until that
 * exchange the old table exists in the old workers, and from then on the new
 * one in the new workers, so that there is no moment at which one death could
 * close a connection.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../ipc/clock.h"
#include "../ipc/handover.h"
#include "../ipc/process.h"
#include "fault.h"
#include "log.h"
#include "notify.h"
#include "pause.h"
#include "state.h"
#include "takeover.h"

enum {
	PAUSED = 2000,       /* ms workers have to come to a safe point, */
	STARVED = 30000,     /* and the last that is left of them */
	TAKING = 5000,       /* ms in which one has to give the table */
	AGAIN = 5,           /* ms until the next is asked */
	PATIENCE = 300,      /* ms to wait for a sign of one */
};

/* Makes us the master, by the lock that only one can hold; -1. */
static int
become_master(void)
{
	const char *wrong = state_wrong(0);

	if (wrong != NULL) {
		log_warn("the segment is damaged: %s", wrong);
		return -1;
	}
	if (state->stopping) {
		log_warn("the instance of master %d is ending",
		    state->segment.owner);
		return -1;
	}
	if (lock_join(&state->master) != 0 ||
	    lock_acquire_now(&state->master) < 0)
		fatal_final("already running: another master lives");
	FAULT("takeover-locked");
	state->segment.owner = getpid();
	FAULT("takeover-owner");
	state->segment.owner_start = process_start_time(getpid());
	return 0;
}

/* The limit must have room for all descriptors of the table, whatever the
 * configuration wants by now. */
static void
check_limit(void)
{
	rlim_t want = state->max_fd + (rlim_t)MASTER_FDS;
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) != 0 || r.rlim_max < want)
		fatal("the limit of descriptors is %llu, the living instance "
		      "has %u: raise it, and start again",
		    (unsigned long long)r.rlim_max,
		    state->max_fd + MASTER_FDS);
	if (r.rlim_cur < want) {
		r.rlim_cur = want;
		setrlimit(RLIMIT_NOFILE, &r);
	}
}

static void
ask_to_pause(void)
{
	uint64_t word = atomic_load(&state->pause);

	while (!atomic_compare_exchange_weak(&state->pause, &word,
	    pause_word(getpid(), pause_table(word), PAUSE_TAKEOVER)))
		;
}

/* Whether a worker that lives stands still; the others are killed if KILLS. */
static int
somebody_stands(int kills)
{
	unsigned w;
	int n = 0;

	for (w = 1; w <= state->nworker; w++) {
		if (!lock_owned(&workers[w].life.lock))
			continue;
		if (workers[w].paused == workers[w].pid)
			n++;
		else if (kills && workers[w].pid > 0)
			kill(workers[w].pid, SIGKILL);
	}
	return n > 0;
}

/* Waits until all stand still.  Who does not is as good as dead; but the last
 * of them has the connections, and a machine may have no time for any. */
static void
await_pause(void)
{
	uint64_t begun = clock_now(), for_ms;
	int told = 0;

	while (!pause_complete()) {
		/* after an upgrade they are children of ours */
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		for_ms = clock_now() - begun;
		if (for_ms > PAUSED && (somebody_stands(0) || for_ms > STARVED))
			somebody_stands(1);
		else if (for_ms > PAUSED && !told++)
			log_warn("no worker stands still yet: waiting, for "
			         "they have the connections");
		poll(NULL, 0, 1);
	}
}

/* Moves a descriptor of ours out of the way of those to come. */
static void
step_aside(int *fd)
{
	int to;

	if (*fd < 3 || *fd >= (int)state->max_fd)
		return;
	if ((to = fcntl(*fd, F_DUPFD_CLOEXEC, (int)state->max_fd)) < 0)
		fatal("no descriptor: %s", strerror(errno));
	close(*fd);
	*fd = to;
}

static int
table_complete(void)
{
	unsigned w;
	int i;

	for (i = 0; state->listeners[i].fd >= 0; i++)
		if (fcntl(state->listeners[i].fd, F_GETFD) < 0)
			return 0;
	for (w = 1; w <= state->nworker; w++)
		if (fcntl(workers[w].epoll, F_GETFD) < 0 ||
		    fcntl(workers[w].bell.fd, F_GETFD) < 0)
			return 0;
	return fcntl(state->handover, F_GETFD) >= 0;
}

/* Asks one worker for the table; the number of descriptors, or -1. */
static int
take_table(int *sock)
{
	int n;

	step_aside(sock);
	close_range(3, state->max_fd - 1, 0);
	if (send(*sock, "", 1, MSG_NOSIGNAL) != 1)
		n = -1;
	else
		n = handover_receive(*sock, (int)state->max_fd, PATIENCE);
	if (n >= 0 && !table_complete()) {
		errno = EPROTO;
		n = -1;
	}
	if (n < 0)
		log_warn("taking over: %s", strerror(errno));
	close(*sock);
	*sock = -1;
	return n;
}

/* Asks one worker after the other until one has given all; SOCK is connected
 * to the first one, or -1.  The number of descriptors, or -1. */
static int
take_from_any(const struct segment *header, int sock)
{
	uint64_t until = clock_now() + TAKING;
	int n = -1, e = 0;

	while (n < 0 && clock_now() < until) {
		if (sock < 0)
			sock = handover_connect(
			    (int)header->prefix, header->born);
		if (sock >= 0)
			n = take_table(&sock);
		else if (errno != e)
			log_warn("taking over: no worker can be asked: %s",
			    strerror(e = errno));
		/* with the last of them the table is gone */
		if (n < 0 && segment_attached(header->shmid) <= 1)
			break;
		if (n < 0)
			poll(NULL, 0, AGAIN);
	}
	return n;
}

int
takeover_begin(const struct segment *header, int *keep)
{
	uint64_t begun = clock_now();
	int sock, n, old = header->owner;

	if (header->layout != state_layout_id())
		fatal_final("the living workers of master %d have another "
		            "layout of the segment (%08x, ours is %08x): "
		            "start their version again, or end them with "
		            "SIGTERM", old, header->layout, state_layout_id());
	if (state_attach(header) != 0) {
		log_warn("segment %d: %s", header->shmid, strerror(errno));
		return -1;
	}
	if (become_master() != 0)
		goto fail;
	FAULT("takeover-master");
	check_limit();
	ask_to_pause();
	FAULT("takeover-asked");
	sock = handover_connect((int)header->prefix, header->born);
	if (sock < 0 && errno != EAGAIN) {
		log_warn("no worker of master %d answers: %s", old,
		    strerror(errno));
		goto fail;
	}
	await_pause();
	FAULT("takeover-still");
	step_aside(keep);
	notify_step_aside((int)state->max_fd);
	log_step_aside((int)state->max_fd);
	if ((n = take_from_any(header, sock)) < 0)
		fatal("cannot take over the workers of master %d", old);
	FAULT("takeover-taken");
	log_info("took over %d descriptors of master %d in %llu ms", n, old,
	    (unsigned long long)(clock_now() - begun));
	return 0;
fail:
	state_detach();
	return -1;
}

int
takeover_done(void)
{
	uint64_t word = atomic_load(&state->pause);

	if (pause_why(word) != PAUSE_TAKEOVER || pause_pid(word) != getpid() ||
	    !atomic_compare_exchange_strong(&state->pause, &word,
		pause_word(getpid(), pause_table(word) + 1, PAUSE_NONE)))
		return -1;
	FAULT("takeover-exchanged");
	atomic_fetch_add(&state->takeovers, 1);
	FAULT("takeover-counted");
	return 0;
}
