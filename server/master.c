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
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../ipc/mailbox.h"
#include "../ipc/process.h"
#include "log.h"
#include "master.h"
#include "notify.h"
#include "state.h"
#include "title.h"
#include "worker.h"

enum {
	BACKLOG = 4096,
	DESCRIPTORS = 256,     /* beside those of clients */
	STEADY = 1000,         /* ms a worker must live to be trusted again */
	STEADY_KILLED = 50,    /* the same, when somebody else killed it */
	BRAKE_FREE = 3,        /* quick deaths before the brake */
	BRAKE_FIRST = 250,     /* ms; doubles */
	BRAKE_MOST = 60000,
	GOODBYE = 1600,        /* ms workers have to say it */
	START = 2000,          /* ms to wait for the first workers */
	ORPHANS = 3000,        /* ms workers of a dead master have to leave */
	BEAT = 500,            /* ms between looks at the workers */
};

/* What the master knows of a worker beside the segment. */
struct child {
	pid_t pid;
	uint64_t started;      /* ms */
	uint64_t due;          /* ms: when to fork it; 0: is running */
	unsigned quick;        /* deaths in a row soon after the start */
	int hung;              /* was killed for it */
};

static struct config *settings;
static struct child children[CONFIG_WORKERS + 1];
static int listeners[LISTENERS_MAX], nlistener;
static int control = -1;
static int signals = -1;
static int reloading;          /* worker being replaced for a reload; 0 */
static int reload_again;       /* asked for meanwhile */

static uint64_t
clock_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* ---- listeners ---- */

static const char *
address_show(int fd, char *buf, size_t size)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	char host[INET6_ADDRSTRLEN] = "?";

	memset(&ss, 0, sizeof(ss));
	getsockname(fd, (struct sockaddr *)&ss, &len);
	if (ss.ss_family == AF_INET) {
		struct sockaddr_in *in = (struct sockaddr_in *)(void *)&ss;
		inet_ntop(AF_INET, &in->sin_addr, host, sizeof(host));
		snprintf(buf, size, "%s:%u", host, ntohs(in->sin_port));
	} else if (ss.ss_family == AF_INET6) {
		struct sockaddr_in6 *in = (struct sockaddr_in6 *)(void *)&ss;
		inet_ntop(AF_INET6, &in->sin6_addr, host, sizeof(host));
		snprintf(buf, size, "[%s]:%u", host, ntohs(in->sin6_port));
	} else
		snprintf(buf, size, "a socket of family %d", ss.ss_family);
	return buf;
}

static int
listener_open(const struct config_listen *l)
{
	int on = 1;
	int fd = socket(l->addr.ss_family,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (l->addr.ss_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (bind(fd, (const struct sockaddr *)&l->addr, l->addrlen) != 0 ||
	    listen(fd, BACKLOG) != 0) {
		int e = errno;
		close(fd);
		errno = e;
		return -1;
	}
	return fd;
}

void
master_listen(const struct config *c)
{
	int i, fd, n = notify_listen_fds();

	if (n > (int)(sizeof(listeners) / sizeof(listeners[0])))
		fatal("socket activation: %d sockets are too many", n);
	for (i = 0; i < n; i++) {
		fcntl(3 + i, F_SETFL, fcntl(3 + i, F_GETFL) | O_NONBLOCK);
		listeners[nlistener++] = 3 + i;
	}
	for (i = 0; n == 0 && i < c->nlisten; i++) {
		if ((fd = listener_open(&c->listen[i])) >= 0)
			listeners[nlistener++] = fd;
		else if (c->file[0] == '\0' && nlistener > 0)
			/* the embedded defaults: no IPv6 is no reason */
			log_warn("listen %s: %s", c->listen[i].text,
			    strerror(errno));
		else
			fatal("listen %s: %s", c->listen[i].text,
			    strerror(errno));
	}
	if (nlistener == 0)
		fatal("nothing to listen on");
}

/* The directory of the control socket, if its parent is there. */
static void
make_parent(const char *path)
{
	char dir[256], *slash;

	snprintf(dir, sizeof(dir), "%s", path);
	if ((slash = strrchr(dir, '/')) == NULL || slash == dir)
		return;
	*slash = '\0';
	mkdir(dir, 0755);
}

static void
control_open(const struct config *c)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	mode_t mask;

	if (c->control[0] == '\0')
		return;
	snprintf(un.sun_path, sizeof(un.sun_path), "%s", c->control);
	make_parent(c->control);
	control = socket(
	    AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (control < 0)
		fatal("socket: %s", strerror(errno));
	/* the instance is ours alone by now, so an old socket is a leftover */
	unlink(c->control);
	mask = umask(0077);
	if (bind(control, (struct sockaddr *)&un, sizeof(un)) != 0 ||
	    listen(control, 64) != 0) {
		log_warn("control %s: %s: mootctl will not work", c->control,
		    strerror(errno));
		close(control);
		control = -1;
	}
	umask(mask);
}

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
	return r.rlim_cur < want ? (uint32_t)r.rlim_cur : (uint32_t)want;
}

/* Lets the kernel make the descriptor table large once: growing one that is
 * shared stalls everybody who shares it. */
static void
widen_table(uint32_t max_fd)
{
	if (dup2(signals, (int)max_fd - 1) == (int)max_fd - 1)
		close((int)max_fd - 1);
}

static void
watch(int epoll, int fd, uint32_t events, uint64_t data)
{
	struct epoll_event ev = { .events = events, .data.u64 = data };

	if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &ev) != 0)
		fatal("epoll_ctl: %s", strerror(errno));
}

/* What outlives every worker of number W. */
static void
worker_prepare(unsigned w)
{
	struct worker *x = &workers[w];
	int i;

	x->mailbox = mailbox_create(
	    settings->ipc_prefix, w, state->segment.born);
	if (x->mailbox < 0) {
		log_warn("mailbox of worker %u, key 0x%x: %s: using one "
		         "without a key",
		    w, (unsigned)mailbox_key(settings->ipc_prefix, w),
		    strerror(errno));
		x->mailbox = mailbox_create_private();
	}
	if (x->mailbox < 0)
		fatal("mailbox of worker %u: %s", w, strerror(errno));
	x->mailbox_room = mailbox_room(x->mailbox, 1024 * 1024);
	if (bell_create(&x->bell) != 0 ||
	    (x->epoll = epoll_create1(EPOLL_CLOEXEC)) < 0 ||
	    (x->spare = dup(x->epoll)) < 0)
		fatal("worker %u: %s", w, strerror(errno));
	watch(x->epoll, x->bell.fd, EPOLLIN | EPOLLET,
	    worker_event(EVENT_BELL, 0));
	for (i = 0; i < nlistener; i++)
		watch(x->epoll, listeners[i],
		    EPOLLIN | EPOLLET | EPOLLEXCLUSIVE,
		    worker_event(EVENT_LISTENER, (uint32_t)listeners[i]));
	if (control >= 0)
		watch(x->epoll, control, EPOLLIN | EPOLLET | EPOLLEXCLUSIVE,
		    worker_event(EVENT_CONTROL, (uint32_t)control));
}

static void
worker_start(unsigned w)
{
	pid_t pid;

	children[w].due = 0;
	children[w].hung = 0;
	children[w].started = clock_now();
	atomic_store(&workers[w].retire, 0);
	atomic_store(&workers[w].beat, clock_now());
	if ((pid = process_share()) == 0)
		worker_main(w, settings);
	if (pid < 0) {
		log_warn("fork: %s", strerror(errno));
		children[w].due = clock_now() + BRAKE_FIRST;
		return;
	}
	children[w].pid = pid;
	atomic_store(&workers[w].pid, pid);
}

/* ---- leftovers ---- */

/* The workers of a master that died go on serving; they are asked to leave,
 * since this master cannot take them over. */
static void
orphans_dismiss(const struct segment *header)
{
	uint64_t until = clock_now() + ORPHANS;
	struct segment *seg = segment_attach(header->shmid);

	/* of another version, they may still be on their way out */
	if (seg != NULL && header->layout == STATE_LAYOUT) {
		log_warn("workers of a dead master (%d) are asked to leave",
		    header->owner);
		atomic_store(&((struct state *)(void *)seg)->stopping, 1);
	}
	if (seg != NULL)
		segment_detach(seg);
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
		fatal_final("already running: pid %d has ipc-prefix 0x%x",
		    header.owner, (unsigned)c->ipc_prefix);
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

static void
signals_open(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (signals < 0)
		fatal("signalfd: %s", strerror(errno));
	signal(SIGPIPE, SIG_IGN);
}

/* READY means that all workers serve; one that dies at once is the brake's
 * business, not a reason to wait for ever. */
static void
await_workers(void)
{
	uint64_t until = clock_now() + START;
	unsigned w;

	for (w = 1; w <= state->nworker; w++)
		while (workers[w].epoch == 0 && clock_now() < until)
			poll(NULL, 0, 1);
}

void
master_open(struct config *c)
{
	uint32_t max_fd;
	char text[80];
	unsigned w;
	int i;

	settings = c;
	config = c;
	if (c->workers == 0)
		c->workers = (int)sysconf(_SC_NPROCESSORS_ONLN);
	if (c->workers < 1 || c->workers > CONFIG_WORKERS)
		c->workers = c->workers < 1 ? 1 : CONFIG_WORKERS;
	title_set("mootd: master");
	signals_open();
	max_fd = raise_descriptors(c);
	widen_table(max_fd);
	/* as the user we will be: a segment knows its owner */
	if (geteuid() == 0 && c->user[0] != '\0') {
		control_open(c);
		drop_privileges(c);
		leftovers_remove(c);
	} else {
		leftovers_remove(c);
		control_open(c);
	}
	if (state_create(c, c->workers, max_fd) != 0)
		fatal("shared memory, key 0x%x: %s",
		    (unsigned)mailbox_key(c->ipc_prefix, 0), strerror(errno));
	memcpy(state->listeners, listeners, sizeof(listeners));
	state->listeners[nlistener] = -1;
	state->control = control;
	for (w = 1; w <= state->nworker; w++)
		worker_prepare(w);
	for (w = 1; w <= state->nworker; w++)
		worker_start(w);
	await_workers();
	for (i = 0; i < nlistener; i++)
		log_info("listening on %s",
		    address_show(listeners[i], text, sizeof(text)));
}

/* ---- watching over the workers ---- */

static void reload(void);

static unsigned
worker_of(pid_t pid)
{
	unsigned w;

	for (w = state->nworker; w > 0; w--)
		if (children[w].pid == pid)
			break;
	return w;
}

static void
reload_next(void)
{
	if (reloading == 0)
		return;
	if (++reloading <= (int)state->nworker) {
		atomic_store(&workers[reloading].retire, 1);
		bell_ring(&workers[reloading].bell);
		return;
	}
	reloading = 0;
	state->reloads++;
	log_info("reloaded");
	notify("READY=1");
	if (reload_again)
		reload();
}

/* Wakes everybody, whatever their bells say: who died may have been about to
 * ring, or may be what somebody waits for. */
static void
ring_all(void)
{
	unsigned w;

	for (w = 1; w <= state->nworker; w++) {
		bell_sleep(&workers[w].bell);
		bell_ring(&workers[w].bell);
	}
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
	uint64_t wait = BRAKE_FIRST;
	unsigned n;

	c->quick = clock_now() - c->started < steady(w, status)
	    ? c->quick + 1
	    : 0;
	if (c->quick <= BRAKE_FREE) {
		worker_start(w);
		return;
	}
	for (n = BRAKE_FREE + 1; n < c->quick && wait < BRAKE_MOST; n++)
		wait *= 2;
	if (wait > BRAKE_MOST)
		wait = BRAKE_MOST;
	c->due = clock_now() + wait;
	log_warn("worker %u died %u times in a row: next try in %llu ms", w,
	    c->quick, (unsigned long long)wait);
}

static void
worker_ended(unsigned w, int status)
{
	int wanted = workers[w].retire && WIFEXITED(status) &&
	    WEXITSTATUS(status) == 0;

	children[w].pid = 0;
	atomic_store(&workers[w].pid, 0);
	ring_all();
	if (state->stopping)
		return;
	if (!wanted) {
		workers[w].restarts++;
		state->restarts++;
		if (WIFSIGNALED(status))
			log_warn("worker %u died of signal %d (%s)%s", w,
			    WTERMSIG(status), strsignal(WTERMSIG(status)),
			    children[w].hung ? ", because it hung" : "");
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
}

/* Replaces the hung, forks the due; returns whether all are well. */
static int
watch_workers(void)
{
	uint64_t now = clock_now(), limit = settings->worker_timeout * 1000;
	int well = 1;
	unsigned w;

	for (w = 1; w <= state->nworker; w++) {
		struct child *c = &children[w];
		if (c->due != 0 && now >= c->due)
			worker_start(w);
		if (c->pid == 0 || now < workers[w].beat + limit)
			continue;
		if (!c->hung) {
			log_warn("worker %u hangs: no heartbeat for %u s", w,
			    settings->worker_timeout);
			c->hung = 1;
			kill(c->pid, SIGKILL);
		}
		if (now > workers[w].beat + 2 * limit)
			well = 0;
	}
	return well;
}

static void
report(void)
{
	static char last[160];
	char text[160];
	unsigned w, alive = 0;
	uint64_t clients = 0;

	for (w = 1; w <= state->nworker; w++) {
		alive += children[w].pid != 0;
		clients += workers[w].clients;
	}
	snprintf(text, sizeof(text),
	    "%llu clients, %u of %u workers, %u restarts",
	    (unsigned long long)clients, alive, state->nworker,
	    state->restarts);
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
	atomic_store(&workers[1].retire, 1);
	bell_ring(&workers[1].bell);
	reloading = 1;
}

static void
stop(void)
{
	log_info("stopping");
	notify("STOPPING=1");
	atomic_store(&state->stopping, 1);
	ring_all();
}

static unsigned
alive(void)
{
	unsigned w, n = 0;

	for (w = 1; w <= state->nworker; w++)
		n += children[w].pid != 0;
	return n;
}

static void
clean_up(void)
{
	uint64_t until = clock_now() + GOODBYE;
	unsigned w;

	for (; alive() > 0 && clock_now() < until; reap()) {
		struct pollfd p = { .fd = signals, .events = POLLIN };
		struct signalfd_siginfo si;
		poll(&p, 1, 50);
		while (read(signals, &si, sizeof(si)) > 0)
			;
	}
	for (w = 1; w <= state->nworker; w++)
		if (children[w].pid != 0)
			kill(children[w].pid, SIGKILL);
	for (w = 1; w <= state->nworker; w++) {
		if (children[w].pid != 0)
			waitpid(children[w].pid, NULL, 0);
		mailbox_remove(workers[w].mailbox);
	}
	mailbox_remove_all(settings->ipc_prefix, state->segment.born);
	segment_remove(state->segment.shmid);
	if (control >= 0)
		unlink(settings->control);
}

static void
take_signals(void)
{
	struct signalfd_siginfo si;

	while (read(signals, &si, sizeof(si)) == (ssize_t)sizeof(si))
		if (si.ssi_signo == SIGHUP)
			reload();
		else if (si.ssi_signo != SIGCHLD && !state->stopping)
			stop();
	reap();
}

int
master_run(void)
{
	unsigned long long dog = notify_watchdog_usec() / 1000;
	struct pollfd p = { .fd = signals, .events = POLLIN };
	uint64_t fed = 0;
	int well, wait = BEAT;

	if (dog > 0 && dog < BEAT)
		wait = (int)dog;
	notify("READY=1");
	while (!state->stopping) {
		poll(&p, 1, wait);
		take_signals();
		well = watch_workers();
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
