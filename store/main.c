/* SPDX-License-Identifier: ISC */
/*
 * mootd-store: the memory of a server, in a process of its own, since it links
 * libraries.  mootd's master executes it.  This thread takes the mail, into the
 * intake or to those who answer questions (work.c); it says every now and then
 * that it is well.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../ipc/clock.h"
#include "../ipc/confine.h"
#include "../ipc/lock.h"
#include "../ipc/mailbox.h"
#include "../server/deliver.h"
#include "../server/fault.h"
#include "../server/log.h"
#include "../server/peer.h"
#include "../server/state.h"
#include "../server/title.h"
#include "../server/version.h"
#include "../server/violation.h"
#include "backup.h"
#include "credential.h"
#include "database.h"
#include "intake.h"
#include "limit.h"
#include "options.h"
#include "work.h"

enum {
	EXIT_USAGE = 1,
	BEAT = 250,            /* ms between two signs of life, at most */
	FULL = 1,              /* ms until a full intake is looked at again */
	PREDECESSOR = 5000,    /* ms it has to leave */
	STUCK = 3000,          /* ms a commit may take */
};

static volatile sig_atomic_t ending;

static void
note_end(int sig)
{
	(void)sig;
	ending = 1;
}

static void
signals(void)
{
	struct sigaction end = { .sa_handler = note_end };

	sigaction(SIGTERM, &end, NULL);
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
}

static void
segment_join(int prefix)
{
	uint64_t until = clock_now() + PREDECESSOR;
	struct segment header;
	enum segment_state found = segment_probe(prefix, &header);

	if (found != SEGMENT_LIVE && found != SEGMENT_ORPHAN)
		fatal("there is no server with ipc-prefix 0x%x",
		    (unsigned)prefix);
	if (header.layout != state_layout_id())
		fatal("the segment has another layout (%08x, ours is %08x)",
		    header.layout, state_layout_id());
	if (state_attach(&header) != 0)
		fatal("segment %d: %s", header.shmid, strerror(errno));
	while (lock_owned(&workers[0].life.lock)) {
		if (clock_now() > until)
			fatal("another one is at work");
		poll(NULL, 0, 1);
	}
	if (lock_join(&state->segment.lock) != 0)
		fatal("set_robust_list: %s", strerror(errno));
	life_begin(&workers[0].life);
	atomic_store(&workers[0].pid, getpid());
	atomic_fetch_add(&workers[0].epoch, 1);
	FAULT("store-joined");
}

static void
mailbox_anew(void)
{
	int q;

	log_warn("our mailbox was removed: making a new one");
	if ((q = peer_mailbox(0)) < 0)
		fatal("no mailbox: %s", strerror(errno));
	mailbox_room(q, workers[0].mailbox_room, workers[0].mailbox_room);
	workers[0].mailbox = q;
}

/* Takes what there is.  Returns 0 when the intake is full. */
static int
take_mail(void)
{
	const struct envelope *e;
	int some = 0;

	while ((e = intake_take(workers[0].mailbox)) != NULL) {
		if (e->kind == EVENT_ASK)
			work_ask(e);
		FAULT("store-taken");
		some = 1;
	}
	if (some)
		work_stored();
	if (errno == ENOSPC)
		return 0;
	if (errno != ENOMSG)
		mailbox_anew();
	peer_call_waiters(&workers[0].waiters);
	return 1;
}

/* A disk that does not answer keeps nobody waiting for ever: if nothing was
 * committed for a while, and there is something, the store fails until it
 * is. */
static void
watch_writer(void)
{
	static uint64_t commits, since;
	uint64_t now = clock_now(), n = state->store.commits;

	if (since == 0 || n != commits ||
	    state->store.taken == state->store.done) {
		commits = n;
		since = now;
	} else if (now > since + STUCK)
		work_stuck();
}

static void
serve(void)
{
	struct pollfd p = { .fd = workers[0].bell.fd, .events = POLLIN };
	uint64_t rings;
	int room = 1;

	while (!ending) {
		bell_sleep(&workers[0].bell);
		room = take_mail();
		if (poll(&p, 1, room ? BEAT : FULL) > 0 &&
		    read(p.fd, &rings, sizeof(rings)) < 0 && errno != EAGAIN)
			log_warn("bell: %s", strerror(errno));
		bell_wake(&workers[0].bell);
		atomic_store(&workers[0].beat, clock_now());
		take_mail();
		watch_writer();
	}
	/* the workers have left their last words */
	take_mail();
}

/* From here on there are the files of the directory, and no others; before
 * there is any thread. */
static void
confine(const char *path)
{
	struct confine_path dir = { options.dir, 1 };
	int files = -1;

	backup_clean(path);
	credential_open();
	violation_report();
	confine_core((enum confine_core)options.core, state,
	    state->segment.size);
	if (confine_offer() & CONFINED_FILES &&
	    (files = confine_files(FILTER_STORE, &dir, 1)) < 0)
		log_warn("files are not confined: %s", strerror(errno));
	if (confine_enter(FILTER_STORE, (enum confine_mode)options.confine,
	        files) < 0)
		log_warn("not confined: %s", strerror(errno));
	if (files >= 0)
		close(files);
}

/* Puts a backup into the place of the database; there is no server. */
static int
restore(void)
{
	char path[512], why[512];

	snprintf(path, sizeof(path), "%s/store.db", options.dir);
	if (backup_restore(options.restore, path, why, sizeof(why)) == 0)
		return 0;
	fprintf(stderr, "mootd-store: %s: not restored: %s\n",
	    log_safe(options.restore), log_safe(why));
	return 1;
}

int
main(int argc, char **argv)
{
	char path[512];

	title_open(argc, argv);
	fault_open(argc, argv, &(const unsigned) { FAULT_STORE });
	options_read(argc, argv);
	limit_configure((int)options.login_delay);
	credential_least = options.password_least;
	log_open("store", (enum log_level)options.log_level,
	    options.to_syslog);
	if (options.restore != NULL)
		return restore();
	signals();
	segment_join(options.prefix);
	title_set("mootd-store");
	umask(077);
	if (mkdir(options.dir, 0700) != 0 && errno != EEXIST)
		log_warn("%s: %s", log_safe(options.dir), strerror(errno));
	snprintf(path, sizeof(path), "%s/store.db", options.dir);
	confine(path);
	intake_heal();
	FAULT("store-healed");
	work_start(path);
	/* who asked before asks again: nothing is known of it any more */
	peer_store_changed();
	FAULT("store-announced");
	work_stored();
	serve();
	work_end();
	return 0;
}
