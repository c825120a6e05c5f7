/* SPDX-License-Identifier: ISC */
/*
 * The master.  It is dull on purpose: no byte that a client can write is read
 * here, so nothing a client does can kill it.  It owns the descriptor table
 * that all workers share (ipc/process.c), and makes in it, once, what must
 * outlive them: listeners, bells, one epoll set a worker.
 *
 * A worker that ends is replaced at once; one that keeps dying soon after its
 * start is braked, doubling up to a minute; one whose heartbeat stops is
 * killed first.  A reload is the same thing, wanted: new settings are read,
 * then one worker after the other leaves at the end of a turn and is forked
 * again.
 *
 * A master that finds the living workers of a dead one takes them over
 * (takeover.c); an upgrade is the same, after this process has executed
 * another binary (upgrade.c).
 */
#include <dirent.h>
#include <errno.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../ipc/clock.h"
#include "../ipc/envelope.h"
#include "../ipc/handover.h"
#include "../ipc/mailbox.h"
#include "../ipc/process.h"
#include "brake.h"
#include "cloak.h"
#include "confined.h"
#include "fault.h"
#include "helper.h"
#include "helper_tls.h"
#include "listener.h"
#include "local.h"
#include "log.h"
#include "master.h"
#include "notify.h"
#include "pause.h"
#include "peer.h"
#include "rebalance.h"
#include "state.h"
#include "takeover.h"
#include "title.h"
#include "trace.h"
#include "upgrade.h"
#include "version.h"
#include "worker.h"

enum {
	DESCRIPTORS = 256,     /* beside those of clients */
	STEADY = 1000,         /* ms a worker must live to be trusted again */
	STEADY_KILLED = 50,    /* the same, when somebody else killed it */
	DAMAGES = 3,           /* segments damaged soon one after another */
	GOODBYE = 1200,        /* ms workers have to say it */
	KEPT = 600,            /* ms the store has for what it still has */
	START = 2000,          /* ms to wait for the first workers */
	ORPHANS = 3000,        /* ms workers of a dead master have to leave */
	BEAT = 500,            /* ms between looks at the workers */
	MOVING = 50,           /* the same while users are moved */
	UNEVEN = 10000,        /* ms between two moves of users, at least */
	LAST_WORDS = 300,      /* ms a hung worker has to leave a backtrace */
};

/* What the master knows of a worker beside the segment. */
struct child {
	pid_t pid;
	struct brake brake;
	uint64_t due;          /* ms: when to fork it; 0: is running */
	int hung;              /* was killed for it */
};

static struct config *settings;
static struct child children[CONFIG_WORKERS + 1];
static int signals = -1;
static unsigned nworker;       /* what the segment says may be damaged, */
static int stopping;           /* so these are kept here too */
static int damaged;            /* a worker found that it is */
static uint32_t descriptors;   /* how many the table may hold */
static int handover = -1;      /* listener for the next master */
static int reloading;          /* worker being replaced for a reload; 0 */
static int reload_again;       /* asked for meanwhile */

/* ---- what workers need ---- */

static uint32_t
raise_descriptors(const struct config *c)
{
	rlim_t want = (rlim_t)c->max_clients + DESCRIPTORS;
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) != 0)
		fatal("getrlimit: %s", strerror(errno));
	if (r.rlim_max < want) {
		struct rlimit more = { want, want };
		if (setrlimit(RLIMIT_NOFILE, &more) == 0)
			r = more;
	}
	if (r.rlim_cur < r.rlim_max) {
		r.rlim_cur = r.rlim_max < want ? r.rlim_max : want;
		setrlimit(RLIMIT_NOFILE, &r);
		getrlimit(RLIMIT_NOFILE, &r);
	}
	if (r.rlim_cur < want)
		log_warn("max-clients %u wants %llu descriptors, the limit is "
		         "%llu: clients beyond it are turned away",
		    c->max_clients, (unsigned long long)want,
		    (unsigned long long)r.rlim_cur);
	return (uint32_t)(r.rlim_cur < want ? r.rlim_cur : want) - MASTER_FDS;
}

/* Lets the kernel make the descriptor table large once: growing one that is
 * shared stalls everybody who shares it. */
static void
widen_table(uint32_t max_fd)
{
	int last = (int)max_fd + MASTER_FDS - 1;

	if (dup2(signals, last) == last)
		close(last);
}

static void
watch(int epoll, int fd, uint32_t events, uint64_t data)
{
	struct epoll_event ev = { .events = events, .data.u64 = data };

	if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &ev) != 0)
		fatal("epoll_ctl: %s", strerror(errno));
}

static void
watch_listener(int epoll, const struct listener *l)
{
	if (l->kind != LISTEN_SECURE)
		watch(epoll, l->fd, EPOLLIN | EPOLLET | EPOLLEXCLUSIVE,
		    worker_event(EVENT_LISTENER, (uint32_t)l->fd));
}

/* What outlives every worker of number W. */
static void
worker_prepare(unsigned w)
{
	struct worker *x = &workers[w];
	int i;

	if ((x->mailbox = peer_mailbox(w)) < 0)
		fatal("mailbox of worker %u: %s", w, strerror(errno));
	if (bell_create(&x->bell) != 0 ||
	    (x->epoll = epoll_create1(EPOLL_CLOEXEC)) < 0 ||
	    (x->spare = dup(x->epoll)) < 0)
		fatal("worker %u: %s", w, strerror(errno));
	watch(x->epoll, x->bell.fd, EPOLLIN | EPOLLET,
	    worker_event(EVENT_BELL, 0));
	for (i = 0; listeners[i].fd >= 0; i++)
		watch_listener(x->epoll, &listeners[i]);
	if (control >= 0)
		watch(x->epoll, control, EPOLLIN | EPOLLET | EPOLLEXCLUSIVE,
		    worker_event(EVENT_CONTROL, (uint32_t)control));
	if (state->handover >= 0)
		watch(x->epoll, state->handover,
		    EPOLLIN | EPOLLET | EPOLLEXCLUSIVE,
		    worker_event(EVENT_HANDOVER, 0));
}

/* Forks worker W; -1 with errno. */
static int
worker_fork(unsigned w)
{
	pid_t pid;

	children[w].due = 0;
	children[w].hung = 0;
	children[w].brake.started = clock_now();
	FAULT("fork-begun");
	atomic_store(&workers[w].retire, 0);
	FAULT("fork-retire");
	atomic_store(&workers[w].beat, clock_now());
	if ((pid = process_share()) == 0)
		worker_main(w, settings);
	FAULT("fork-done");
	children[w].pid = pid > 0 ? pid : 0;
	return pid > 0 ? 0 : -1;
}

static void
worker_start(unsigned w)
{
	if (worker_fork(w) != 0) {
		log_warn("fork: %s", strerror(errno));
		children[w].due = clock_now() + BRAKE_FIRST;
		return;
	}
	atomic_store(&workers[w].pid, children[w].pid);
	FAULT("fork-known");
}

/* Wakes everybody, whatever their bells say: who died may have been about to
 * ring, or may be what somebody waits for. */
static void
ring_all(void)
{
	unsigned w;

	for (w = 1; w <= nworker; w++) {
		bell_sleep(&workers[w].bell);
		FAULT("ring-asleep");
		bell_ring(&workers[w].bell);
	}
}

/* ---- leftovers ---- */

/* The workers of a master that died, when they cannot be taken over. */
static void
orphans_dismiss(const struct segment *header)
{
	uint64_t until = clock_now() + ORPHANS;

	if (state_attach(header) == 0) {
		log_warn("workers of a dead master (%d) are asked to leave",
		    header->owner);
		atomic_store(&state->stopping, 1);
		state_detach();
	}
	while (segment_attached(header->shmid) > 0 && clock_now() < until)
		poll(NULL, 0, 10);
	if (segment_attached(header->shmid) > 0)
		fatal_final("segment %d of a dead master (%d) is still in "
		            "use: end its workers first",
		    header->shmid, header->owner);
}

static void
leftovers_remove(const struct config *c)
{
	struct segment header;
	int n;

	switch (segment_probe(c->ipc_prefix, &header)) {
	case SEGMENT_NONE:
		return;
	case SEGMENT_LIVE:
		if (header.owner != getpid())
			fatal_final("already running: pid %d has ipc-prefix "
			            "0x%x",
			    header.owner, (unsigned)c->ipc_prefix);
		/* we wanted to take it over, and could not */
		orphans_dismiss(&header);
		break;
	case SEGMENT_FOREIGN:
		fatal_final("the segment with key 0x%x is not ours: choose "
		            "another ipc-prefix",
		    (unsigned)mailbox_key(c->ipc_prefix, 0));
	case SEGMENT_ORPHAN:
		orphans_dismiss(&header);
		break;
	case SEGMENT_DEAD:
		break;
	}
	n = mailbox_remove_all(c->ipc_prefix, header.born) +
	    state_remove_mailboxes(&header);
	segment_remove(header.shmid);
	log_info("removed what a dead instance (pid %d) had left: a segment "
	         "and %d mailboxes", header.owner, n);
}

/* A segment knows its owner, so leftovers are looked for as who we will be. */
static void
user_become(const struct config *c)
{
	struct passwd *pw;

	if (geteuid() != 0 || c->user[0] == '\0')
		return;
	if ((pw = getpwnam(c->user)) == NULL)
		fatal("user %s: no such user", log_safe(c->user));
	if (seteuid(pw->pw_uid) != 0)
		fatal("user %s: %s", log_safe(c->user), strerror(errno));
}

static void
user_leave(const struct config *c)
{
	if (getuid() == 0 && c->user[0] != '\0' && seteuid(0) != 0)
		fatal("seteuid: %s", strerror(errno));
}

static void
drop_privileges(const struct config *c)
{
	struct passwd *pw;

	if (geteuid() != 0 || c->user[0] == '\0')
		return;
	if ((pw = getpwnam(c->user)) == NULL)
		fatal("user %s: no such user", log_safe(c->user));
	if (control >= 0 &&
	    chown(c->control, pw->pw_uid, pw->pw_gid) != 0)
		log_warn("chown %s: %s", c->control, strerror(errno));
	if (initgroups(c->user, pw->pw_gid) != 0 || setgid(pw->pw_gid) != 0 ||
	    setuid(pw->pw_uid) != 0)
		fatal("user %s: %s", log_safe(c->user), strerror(errno));
}

static sigset_t
signals_wanted(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGUSR2);
	return set;
}

/* From the start: a signal that comes early waits. */
static void
signals_block(void)
{
	sigset_t set = signals_wanted();

	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static void
signals_open(void)
{
	sigset_t set = signals_wanted();

	signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (signals < 0)
		fatal("signalfd: %s", strerror(errno));
}

/* READY means that all workers serve; one that dies at once is the brake's
 * business, not a reason to wait for ever. */
static void
await_workers(void)
{
	uint64_t until = clock_now() + START;
	unsigned w;

	for (w = 1; w <= nworker; w++)
		while (workers[w].epoch == 0 && clock_now() < until)
			poll(NULL, 0, 1);
}

/* A mailbox into which the longest envelope does not go would be full for
 * ever: asks the kernel, as the user we are now. */
static void
limits_check(void)
{
	size_t longest = mailbox_longest(), room = SIZE_MAX;
	int q = mailbox_create_private();

	if (q >= 0) /* with no queue left, worker_prepare() says so */
		room = mailbox_room(q, ENVELOPE_MAX, SIZE_MAX);
	mailbox_remove(q);
	if (longest < ENVELOPE_MAX)
		fatal_final("kernel.msgmax is %zu: set it to 8192 or more: a "
		            "message may be that long", longest);
	if (room < ENVELOPE_MAX)
		fatal_final("kernel.msgmnb is %zu: set it to 8192 or more: a "
		            "mailbox has to hold the longest message", room);
}

/* A new segment, what workers need, and workers. */
static void
instance_create(const struct config *c)
{
	unsigned w;

	limits_check();
	if (state_create(c, c->workers, descriptors) != 0)
		fatal("shared memory, key 0x%x: %s",
		    (unsigned)mailbox_key(c->ipc_prefix, 0), strerror(errno));
	if (lock_join(&state->master) != 0 ||
	    lock_acquire_now(&state->master) < 0)
		fatal("set_robust_list: %s", strerror(errno));
	confined_prepare(c);
	memcpy(state->listeners, listeners, sizeof(listeners));
	state->control = control;
	handover = handover_listen(c->ipc_prefix, state->segment.born);
	if (handover < 0)
		log_warn("handover: %s: no other master can take over",
		    strerror(errno));
	state->handover = handover;
	cloak_open(c);
	local_read(c);
	helper_prepare(c);
	for (w = 1; w <= nworker; w++)
		worker_prepare(w);
	state->pause = pause_word(getpid(), 1, PAUSE_NONE);
	pause_serve_under(state->pause);
	for (w = 1; w <= nworker; w++)
		worker_start(w);
	helper_start(c);
	await_workers();
}

/* Paths may have gone with the dead master.  Once our workers serve: should we
 * die, a number of our table means nothing to the old ones. */
static void
paths_restore(const struct config *c)
{
	struct listener *l;
	unsigned w;
	int fd;

	for (l = listeners; l->fd >= 0; l++) {
		if ((fd = listener_restore_path(c, l)) < 0)
			continue;
		close(l->fd);
		l->fd = fd;
		state->listeners[l - listeners] = *l;
		for (w = 1; w <= state->nworker; w++)
			watch_listener(workers[w].epoll, l);
	}
	if (control_keep(c, state->control))
		return;
	state->control = -1;
	control_open(c);
	state->control = control;
	for (w = 1; control >= 0 && w <= state->nworker; w++)
		watch(workers[w].epoll, control,
		    EPOLLIN | EPOLLET | EPOLLEXCLUSIVE,
		    worker_event(EVENT_CONTROL, (uint32_t)control));
}

/* Puts workers of ours in the place of those taken over. */
static void
instance_continue(struct config *c)
{
	uint64_t word = atomic_load(&state->pause);
	unsigned w;

	nworker = state->nworker;
	descriptors = state->max_fd;
	c->workers = (int)nworker;
	widen_table(descriptors);
	memcpy(listeners, state->listeners, sizeof(listeners));
	handover = state->handover;
	confined_prepare(c);
	helper_adopt(c);
	pause_serve_under(
	    pause_word(getpid(), pause_table(word) + 1, PAUSE_NONE));
	local_read(c);
	for (w = 1; w <= nworker; w++) {
		workers[w].ended = 0; /* nobody knows of what */
		trace_take(&traces[w]);
		FAULT("continue-next");
		if (worker_fork(w) != 0)
			fatal("fork: %s", strerror(errno));
	}
	if (takeover_done() != 0)
		fatal("the old workers went on by themselves");
	FAULT("continue-done");
	paths_restore(c);
	FAULT("continue-control");
	helper_start(c);
	ring_all(); /* they say themselves that they are there */
	if (state->stopping) /* the old ones were told to go meanwhile */
		kill(getpid(), SIGTERM);
}

/* Whether there are living workers of a dead master, or of ours before it
 * executed another binary, and they are taken over. */
static int
instance_taken_over(const struct config *c, int *keep)
{
	struct segment header;
	enum segment_state found;

	user_become(c);
	found = segment_probe(c->ipc_prefix, &header);
	user_leave(c);
	if (found != SEGMENT_ORPHAN &&
	    (found != SEGMENT_LIVE || header.owner != getpid()))
		return 0;
	drop_privileges(c);
	return takeover_begin(&header, keep) == 0;
}

void
master_open(struct config *c, int *keep)
{

	settings = c;
	config = c;
	if (c->workers == 0)
		c->workers = (int)sysconf(_SC_NPROCESSORS_ONLN);
	if (c->workers < 1 || c->workers > CONFIG_WORKERS)
		c->workers = c->workers < 1 ? 1 : CONFIG_WORKERS;
	nworker = (unsigned)c->workers;
	title_set("mootd: master");
	signals_block();
	descriptors = raise_descriptors(c);
	if (instance_taken_over(c, keep)) {
		signals_open();
		trace_open("master", c->state_dir, NULL);
		instance_continue(c);
	} else {
		user_become(c);
		leftovers_remove(c);
		user_leave(c);
		listener_open_all(c);
		signals_open();
		widen_table(descriptors);
		control_open(c);
		drop_privileges(c);
		trace_open("master", c->state_dir, NULL);
		instance_create(c);
	}
	listener_log();
	confined_log(c);
}

/* ---- watching over the workers ---- */

static void reload(void);

static unsigned
worker_of(pid_t pid)
{
	unsigned w;

	for (w = nworker; w > 0; w--)
		if (children[w].pid == pid)
			break;
	return w;
}

static void
reload_next(void)
{
	if (reloading == 0)
		return;
	if (++reloading <= (int)nworker) {
		atomic_store(&workers[reloading].retire, 1);
		FAULT("reload-retire");
		bell_ring(&workers[reloading].bell);
		FAULT("reload-rung");
		return;
	}
	reloading = 0;
	state->reloads++;
	log_info("reloaded");
	notify("READY=1");
	if (reload_again)
		reload();
}

/* How long worker W should have lived to die like this.  What ends of SIGKILL
 * did nothing wrong itself: only if it is hit at once, again and again, it is
 * better to wait. */
static uint64_t
steady(unsigned w, int status)
{
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL &&
	        !children[w].hung
	    ? STEADY_KILLED
	    : STEADY;
}

/* When to fork worker W again, after a death that nobody wanted. */
static void
brake(unsigned w, int status)
{
	struct child *c = &children[w];
	uint64_t wait =
	    brake_ended(&c->brake, clock_now(), steady(w, status));

	if (wait == 0) {
		worker_start(w);
		return;
	}
	c->due = clock_now() + wait;
	log_warn("worker %u died %u times in a row: next try in %llu ms", w,
	    c->brake.quick, (unsigned long long)wait);
}

static void
worker_ended(unsigned w, int status)
{
	int wanted = workers[w].retire && WIFEXITED(status) &&
	    WEXITSTATUS(status) == 0;

	const char *trace = trace_take(&traces[w]);

	FAULT("ended-reaped");
	children[w].pid = 0;
	atomic_store(&workers[w].ended, children[w].hung ? ENDED_HUNG :
	    WIFSIGNALED(status) ? WTERMSIG(status) : 0);
	FAULT("ended-noted");
	atomic_store(&workers[w].pid, 0);
	FAULT("ended-unknown");
	rebalance_give_up("a worker ended meanwhile");
	FAULT("ended-given-up");
	ring_all();
	if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_DAMAGED)
		damaged = 1;
	if (stopping || damaged)
		return;
	if (!wanted) {
		workers[w].restarts++;
		state->restarts++;
		if (WIFSIGNALED(status))
			log_warn("worker %u died of signal %d (%s)%s%s%s", w,
			    WTERMSIG(status), strsignal(WTERMSIG(status)),
			    children[w].hung ? ", because it hung" : "",
			    trace != NULL ? ": see " : "",
			    trace != NULL ? log_safe(trace) : "");
		else
			log_warn("worker %u exited with %d", w,
			    WEXITSTATUS(status));
		brake(w, status);
	} else
		worker_start(w);
	if ((int)w == reloading)
		reload_next();
}

static void
reap(void)
{
	int status;
	pid_t pid;
	unsigned w;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if ((w = worker_of(pid)) != 0)
			worker_ended(w, status);
		else
			helper_ended(pid, status);
}

/* Replaces the hung, forks the due; returns whether all are well. */
static int
watch_workers(void)
{
	uint64_t now = clock_now(), limit = settings->worker_timeout * 1000;
	int well = 1;
	unsigned w;

	for (w = 1; w <= nworker; w++) {
		struct child *c = &children[w];
		if (c->due != 0 && now >= c->due)
			worker_start(w);
		if (c->pid == 0 || now < workers[w].beat + limit)
			continue;
		if (!c->hung) {
			log_warn("worker %u hangs: no heartbeat for %u s", w,
			    settings->worker_timeout);
			c->hung = 1;
			/* where it hangs, says its backtrace */
			kill(c->pid, SIGABRT);
		} else if (now > workers[w].beat + limit + LAST_WORDS)
			kill(c->pid, SIGKILL);
		if (now > workers[w].beat + 2 * limit)
			well = 0;
	}
	return well;
}

/* What has to be seen to. */
static const char *
report_tls(char *text, size_t size)
{
	struct helper_tls_status s;
	int days;

	helper_tls_status(&s);
	text[0] = '\0';
	if (s.state == HELPER_TLS_FAILING)
		snprintf(text, size, ", no TLS: %s", s.certificate.trouble);
	else if ((days = helper_tls_expires_in(&s)) > 0)
		snprintf(text, size, ", certificate expires in %d days", days);
	else if (days == 0)
		snprintf(text, size, ", certificate expires");
	return text;
}

static void
report(void)
{
	static char last[400];
	char text[sizeof(last)], tls[200];
	unsigned w, alive = 0;
	uint64_t clients = 0;

	for (w = 1; w <= nworker; w++) {
		alive += children[w].pid != 0;
		clients += workers[w].clients;
	}
	snprintf(text, sizeof(text),
	    "%llu clients, %u of %u workers, %u restarts%s",
	    (unsigned long long)clients, alive, nworker,
	    state->restarts, report_tls(tls, sizeof(tls)));
	if (strcmp(text, last) != 0) {
		memcpy(last, text, sizeof(last));
		notify("STATUS=%s", text);
	}
}

/* ---- orders ---- */

/* Logs TEXT line by line. */
static void
log_lines(char *text)
{
	char *line, *save = NULL;

	for (line = strtok_r(text, "\n", &save); line != NULL;
	     line = strtok_r(NULL, "\n", &save))
		log_warn("%s", line);
}

static void
reload(void)
{
	struct config *fresh;
	struct config_errors errors;
	char fixed[512] = "";

	if (settings->file[0] == '\0') {
		log_info("reload: there is no configuration file");
		return;
	}
	reload_again = reloading != 0;
	if (reload_again || (fresh = malloc(sizeof(*fresh))) == NULL)
		return;
	notify_reloading();
	if (config_load(fresh, settings->file, &errors) != 0) {
		log_lines(errors.text);
		log_warn("reload: the old settings stay");
		free(fresh);
		notify("READY=1");
		return;
	}
	if (fresh->workers == 0)
		fresh->workers = settings->workers;
	if (config_fixed_changes(settings, fresh, fixed, sizeof(fixed)) > 0)
		log_warn("reload: needs a restart to change: %s", fixed);
	config_keep_fixed(fresh, settings);
	/* workers have a copy of the old ones; ours may go */
	config_free(settings);
	*settings = *fresh;
	free(fresh);
	reloading = 0;
	log_open("master", (enum log_level)settings->log_level, log_to_syslog);
	confined_prepare(settings);
	confined_log(settings);
	local_read(settings);
	helper_reload(settings);
	atomic_store(&workers[1].retire, 1);
	FAULT("reload-first");
	bell_ring(&workers[1].bell);
	reloading = 1;
}

static void
stop(void)
{
	log_info("stopping");
	notify("STOPPING=1");
	stopping = 1;
	atomic_store(&state->stopping, 1);
	ring_all();
}

static unsigned
alive(void)
{
	unsigned w, n = 0;

	for (w = 1; w <= nworker; w++)
		n += children[w].pid != 0;
	return n;
}

/* Ends all workers at once. */
static void
workers_kill(void)
{
	unsigned w;

	for (w = 1; w <= nworker; w++)
		if (children[w].pid != 0)
			kill(children[w].pid, SIGKILL);
	for (w = 1; w <= nworker; w++)
		if (children[w].pid != 0) {
			waitpid(children[w].pid, NULL, 0);
			children[w].pid = 0;
		}
}

static void
clean_up(void)
{
	uint64_t until = clock_now() + GOODBYE;

	for (; alive() > 0 && clock_now() < until; reap()) {
		struct pollfd p = { .fd = signals, .events = POLLIN };
		struct signalfd_siginfo si;
		poll(&p, 1, 50);
		while (read(signals, &si, sizeof(si)) > 0)
			;
	}
	workers_kill();
	helper_stop(KEPT);
	state_destroy();
	if (control >= 0)
		unlink(settings->control);
	listener_remove_paths(settings);
}

/* ---- a damaged segment ---- */

/* A connection of a client or of mootctl. */
static int
is_connection(int fd)
{
	struct sockaddr_un un;
	socklen_t len = sizeof(un);
	int type = 0, listens = 1, i;
	socklen_t n = sizeof(int);

	for (i = 0; listeners[i].fd >= 0; i++)
		if (fd == listeners[i].fd)
			return 0;
	memset(&un, 0, sizeof(un));
	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &n) != 0 ||
	    type != SOCK_STREAM ||
	    getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &n) != 0 ||
	    listens || getsockname(fd, (struct sockaddr *)&un, &len) != 0)
		return 0;
	return listener_kind_of(listeners, fd) >= 0 ||
	    strcmp(un.sun_path, settings->control) == 0;
}

/* Closes what workers had in the table: nobody else knows what is whose. */
static void
descriptors_close(void)
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *entry;
	char link[64];
	ssize_t n;
	int fd;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		n = readlinkat(
		    dirfd(dir), entry->d_name, link, sizeof(link) - 1);
		if (n <= 0 || (fd = atoi(entry->d_name)) < 3)
			continue;
		link[n] = '\0';
		if (strcmp(link, "anon_inode:[eventpoll]") == 0 ||
		    strcmp(link, "anon_inode:[eventfd]") == 0 ||
		    is_connection(fd))
			close(fd);
	}
	if (dir != NULL)
		closedir(dir);
}

/*
 * Without the records nobody can be served any more.  The listeners stay, so
 * that whoever comes back finds us; a damage that comes back as well is not
 * for us to mend.
 */
static void
start_afresh(void)
{
	static uint64_t begun;
	static unsigned times;

	log_warn("the segment is damaged: restarting with a new one");
	notify("STATUS=The segment is damaged: restarting with a new one");
	helper_kill();
	workers_kill();
	state_destroy();
	descriptors_close();
	if (handover >= 0)
		close(handover);
	if (clock_now() - begun > BRAKE_MOST) {
		begun = clock_now();
		times = 0;
	}
	if (++times > DAMAGES)
		fatal_final("the segment is damaged again and again");
	memset(children, 0, sizeof(children));
	reloading = reload_again = damaged = 0;
	instance_create(settings);
	notify("STATUS=Serving again after the segment was damaged");
	log_info("serving again");
}

static void
rebalance(void)
{
	rebalance_ask(nworker);
	ring_all();
}

/* By itself, when it is worth while, but not all the time. */
static void
rebalance_now_and_then(void)
{
	static uint64_t last;

	if (rebalance_watch() || clock_now() < last + UNEVEN ||
	    !rebalance_wanted(nworker))
		return;
	last = clock_now();
	rebalance();
}

static void
take_signals(void)
{
	struct signalfd_siginfo si;

	while (read(signals, &si, sizeof(si)) == (ssize_t)sizeof(si))
		if (stopping || si.ssi_signo == SIGCHLD)
			continue;
		else if (si.ssi_signo == SIGUSR2 ||
		    (si.ssi_signo == SIGHUP && upgrade_wanted()))
			upgrade();
		else if (si.ssi_signo == SIGHUP)
			reload();
		else if (si.ssi_signo == SIGUSR1)
			rebalance();
		else
			stop();
	reap();
}

int
master_run(int upgraded)
{
	unsigned long long dog = notify_watchdog_usec() / 1000;
	struct pollfd p = { .fd = signals, .events = POLLIN };
	uint64_t fed = 0;
	int well, wait = BEAT;

	if (dog > 0 && dog < BEAT)
		wait = (int)dog;
	if (upgraded) {
		atomic_fetch_add(&state->upgrades, 1);
		log_info("upgraded: mootd %s", MOOT_VERSION);
	}
	notify("READY=1");
	while (!stopping) {
		poll(&p, 1, rebalance_watch() ? MOVING : wait);
		take_signals();
		if (damaged)
			start_afresh();
		rebalance_now_and_then();
		well = watch_workers();
		helper_watch();
		local_look(settings);
		report();
		if (dog > 0 && well && clock_now() - fed >= dog / 2) {
			notify("WATCHDOG=1");
			fed = clock_now();
		}
	}
	clean_up();
	log_info("stopped");
	return 0;
}
