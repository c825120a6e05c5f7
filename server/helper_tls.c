/* SPDX-License-Identifier: ISC */
/*
 * Starting and watching mootd-tls: see helper_tls.h.
 *
 * A process has a place in the page, where a digest of its settings and its
 * program says whether it is one of those wanted now.  If not, because of a
 * reload or an upgrade, it goes on until as many as are wanted serve in its
 * place; then it leaves with its last client.
 *
 * The page is theirs to write.  Who is signalled or waited for is known without
 * it: our own children, and those of a master before us, which hold a lock on
 * their place.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../ipc/clock.h"
#include "../ipc/confine.h"
#include "../irc/utf8.h"
#include "brake.h"
#include "fault.h"
#include "helper.h"
#include "helper_tls.h"
#include "listener.h"
#include "log.h"
#include "notify.h"
#include "state.h"
#include "worker.h"

enum {
	STEADY = 2000,         /* ms it must live to be trusted again, or */
	KILLED = 2,            /* when somebody else killed it */
	FILES = 2000,          /* ms between two looks at directories */
	SOON = 14,             /* days before a certificate expires */
	DAY = 86400,
	WORDS = 128,           /* of its command line */
	WORDS_SIZE = 8192,
};

struct tls_page *helper_tls_page;

static const struct config *settings;
static char program[PATH_MAX];
static struct brake brake;
static uint64_t due;           /* ms: when the next may be started */
static struct process {
	pid_t pid;             /* 0: the place is free, as far as we know */
	int child;             /* of ours, and has not been waited for */
	int hung;              /* was killed for it */
	uint64_t born;         /* ms; 0: of another master */
} processes[TLS_PLACES];
static int page_fd, ends[2];   /* as in the segment */
static uint64_t digest;        /* of what is wanted; 0: to be found out */
static uint64_t reach;         /* of directories, as far as they were there */

#define DIGEST_EMPTY UINT64_C(0xcbf29ce484222325)

void
helper_tls_prepare(const struct config *c)
{
	settings = c;
	if (!listener_has(LISTEN_SECURE))
		return;
	helper_found("mootd-tls", program);
	digest = 0;
	/* after a damaged segment, what was there still is */
	if (helper_tls_page == NULL) {
		helper_tls_page = tls_page_create(&page_fd);
		if (helper_tls_page == NULL || pipe2(ends, O_CLOEXEC) != 0)
			fatal("what mootd-tls needs: %s", strerror(errno));
	}
	state->tls_page = page_fd;
	state->tls_life = ends[0];
	state->tls_end = ends[1];
}

void
helper_tls_adopt(const struct config *c)
{
	settings = c;
	if (state->tls_page < 0)
		return;
	digest = 0;
	page_fd = state->tls_page;
	ends[0] = state->tls_life;
	ends[1] = state->tls_end;
	helper_tls_page = tls_page_map(page_fd);
	if (helper_tls_page == NULL)
		log_warn("the page of mootd-tls: %s", strerror(errno));
	else
		helper_found("mootd-tls", program);
}

/* ---- its command line ---- */

/* Words that are made, one behind the other. */
struct words {
	char *argv[WORDS + 1];
	int n;
	size_t used;
	char text[WORDS_SIZE];
};

static void word(struct words *w, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void
word(struct words *w, const char *fmt, ...)
{
	size_t room = sizeof(w->text) - w->used;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(w->text + w->used, room, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= room || w->n == WORDS)
		fatal("the command line of mootd-tls is too long");
	w->argv[w->n++] = w->text + w->used;
	w->used += (size_t)n + 1;
}

static void
words_networks(struct words *w, const char *option,
    const struct config_network *list, int n)
{
	char text[INET6_ADDRSTRLEN];
	int i;

	for (i = 0; i < n; i++) {
		inet_ntop(AF_INET6, list[i].addr, text, sizeof(text));
		word(w, "%s%s/%u", option, text, list[i].bits);
	}
}

/* All that does not depend on its place. */
static void
words_settings(struct words *w)
{
	struct sockaddr_un un;
	socklen_t len = listener_tls_address(&un);
	const struct listener *l;

	w->n = 0;
	w->used = 0;
	word(w, "%s", program);
	word(w, "-m%d", state->tls_page);
	word(w, "-e%d", state->tls_life);
	for (l = listeners; l->fd >= 0; l++)
		if (l->kind == LISTEN_SECURE)
			word(w, "-f%d", l->fd);
	word(w, "-a%.*s", (int)(len - offsetof(struct sockaddr_un, sun_path) -
	    1), un.sun_path + 1);
	word(w, "-d%s", settings->state_dir);
	word(w, "-n%s", settings->name);
	if (settings->tls_cert[0] != '\0')
		word(w, "-c%s", settings->tls_cert);
	if (settings->tls_key[0] != '\0')
		word(w, "-k%s", settings->tls_key);
	word(w, "-t%u", settings->tls_handshake_timeout);
	word(w, "-i%u", settings->tls_handshakes);
	word(w, "-j%u", settings->tls_handshakes_per_address);
	word(w, "-l%d", settings->log_level);
	word(w, "-C%d", settings->confine);
	word(w, "-D%d", settings->core_dumps);
	word(w, "-r%u/%u %u", settings->connection_rate.count,
	    settings->connection_rate.per, settings->connection_rate.burst);
	word(w, "-b%u", settings->ipv6_prefix);
	words_networks(w, "-x", settings->proxies, settings->nproxy);
	words_networks(w, "-w", settings->exempts, settings->nexempt);
	if (log_to_syslog)
		word(w, "-s");
}

static uint64_t
digest_add(uint64_t h, const void *data, size_t len)
{
	const unsigned char *p = data;

	for (; len > 0; len--)
		h = (h ^ *p++) * UINT64_C(0x100000001b3);
	return h;
}

static uint64_t
digest_directory(uint64_t h, char *file)
{
	struct stat st;

	if (h == 0 || stat(dirname(file), &st) != 0)
		return 0;
	h = digest_add(h, &st.st_dev, sizeof(st.st_dev));
	return digest_add(h, &st.st_ino, sizeof(st.st_ino));
}

static uint64_t
digest_file(uint64_t h, const char *file)
{
	char path[PATH_MAX];

	if (file[0] == '\0')
		return h;
	snprintf(path, sizeof(path), "%s", file);
	h = digest_directory(h, path);
	return realpath(file, path) != NULL ? digest_directory(h, path) : 0;
}

/* Of the directories to which a process is confined, see tls/confined.c; 0 if
 * not all of them are there. */
static uint64_t
digest_reach(void)
{
	if (settings->tls_cert[0] == '\0' || settings->confine != CONFINE_ON)
		return 0;
	return digest_file(digest_file(DIGEST_EMPTY, settings->tls_cert),
	    settings->tls_key);
}

/* Of what a process of now would be.  The program is looked at when the master
 * starts, and when a reload is asked for: one that is being installed is not
 * for us to notice. */
static uint64_t
digest_make(void)
{
	static struct words w;
	uint64_t h = DIGEST_EMPTY;
	struct stat st;

	words_settings(&w);
	h = digest_add(h, w.text, w.used);
	h = digest_add(h, &reach, sizeof(reach));
	if (stat(program, &st) == 0) {
		h = digest_add(h, &st.st_dev, sizeof(st.st_dev));
		h = digest_add(h, &st.st_ino, sizeof(st.st_ino));
		h = digest_add(h, &st.st_size, sizeof(st.st_size));
		h = digest_add(h, &st.st_mtim, sizeof(st.st_mtim));
	}
	return h;
}

/* ---- one process ---- */

/* Whether the process in place I has ended.  Those that another master started
 * are nobody's children. */
static int
is_gone(int i)
{
	const struct process *x = &processes[i];

	return !x->child && tls_page_holder(page_fd, i) != x->pid;
}

static void
signal_one(int i, int signal)
{
	if (processes[i].pid > 0 && !is_gone(i))
		kill(processes[i].pid, signal);
}

/* In the child: keeps its listeners, the page and the pipe. */
static void
execute(struct words *w)
{
	const struct listener *l;
	sigset_t none;

	close_range(3, ~0u, CLOSE_RANGE_CLOEXEC);
	fcntl(state->tls_page, F_SETFD, 0);
	fcntl(state->tls_life, F_SETFD, 0);
	for (l = listeners; l->fd >= 0; l++)
		if (l->kind == LISTEN_SECURE)
			fcntl(l->fd, F_SETFD, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	execv(program, w->argv);
	log_warn("%s: %s", log_safe(program), strerror(errno));
	_exit(127);
}

/* Starts one in place I, which is free. */
static void
start(int i)
{
	static struct words w;
	struct tls_place *p = &helper_tls_page->place[i];
	pid_t pid;

	words_settings(&w);
	word(&w, "-p%d", i);
	w.argv[w.n] = NULL;
	memset(p, 0, sizeof(*p));
	p->digest = digest;
	processes[i] = (struct process) { .born = clock_now() };
	atomic_store(&p->beat, processes[i].born);
	if ((pid = fork()) == 0)
		execute(&w);
	FAULT("tls-forked");
	if (pid < 0) {
		log_warn("fork: %s", strerror(errno));
		due = clock_now() + BRAKE_FIRST;
		return;
	}
	processes[i].pid = pid;
	processes[i].child = 1;
	atomic_store(&p->pid, pid);
}

static void
clear(int i)
{
	struct tls_place *p = &helper_tls_page->place[i];
	int c;

	for (c = 0; c < TLS_COUNTERS; c++)
		helper_tls_page->ended[c] += p->counter[c];
	FAULT("tls-clear");
	if (p->certificate.trouble[0] != '\0')
		memcpy(helper_tls_page->trouble, p->certificate.trouble,
		    sizeof(helper_tls_page->trouble));
	atomic_store(&p->pid, 0);
	processes[i].pid = 0;
}

/* The place of PID, which is one of them; or -1. */
static int
place_of(pid_t pid)
{
	int i;

	for (i = 0; i < TLS_PLACES; i++)
		if (processes[i].pid == pid)
			return i;
	return -1;
}

/* Finds those that another master started, or that came late from one; what is
 * left of others goes. */
static void
find_others(void)
{
	struct tls_place *p = helper_tls_page->place;
	pid_t pid;
	int i;

	for (i = 0; i < TLS_PLACES; i++) {
		if (processes[i].pid != 0)
			continue;
		pid = tls_page_holder(page_fd, i);
		if (pid != 0 && place_of(pid) < 0) {
			processes[i] = (struct process) { .pid = pid };
			atomic_store(&p[i].pid, pid);
		} else if (pid == 0 && p[i].pid != 0)
			clear(i);
	}
}

/* It was not wanted that this one ends. */
static void
mourn(int i, int status)
{
	struct tls_place *p = &helper_tls_page->place[i];
	uint64_t now = clock_now(), wait;
	int killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;

	if (WIFSIGNALED(status))
		log_warn("mootd-tls %d died of signal %d (%s)%s", i,
		    WTERMSIG(status), strsignal(WTERMSIG(status)),
		    processes[i].hung ? ", because it hung" : "");
	else if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
		log_warn("mootd-tls %d exited with %d", i,
		    WEXITSTATUS(status));
	else
		log_warn("mootd-tls %d has ended", i);
	atomic_fetch_add(&helper_tls_page->restarts, 1);
	brake.started = processes[i].born;
	wait = brake_ended(&brake, now, killed && !processes[i].hung && p->ready
	    ? KILLED : STEADY);
	if (wait > 0) {
		due = now + wait;
		log_warn("mootd-tls died %u times in a row: next try in "
		    "%llu ms", brake.quick, (unsigned long long)wait);
	}
}

static void
ended(int i, int status)
{
	if (!helper_tls_page->place[i].leaving)
		mourn(i, status);
	clear(i);
}

int
helper_tls_ended(pid_t pid, int status)
{
	int i = place_of(pid);

	if (i >= 0)
		ended(i, status);
	return i >= 0;
}

static void
watch_one(int i)
{
	struct tls_place *p = &helper_tls_page->place[i];

	if (is_gone(i))
		ended(i, 0);
	else if (clock_now() > p->beat + settings->worker_timeout * 1000 &&
	    !processes[i].hung) {
		log_warn("mootd-tls %d hangs: no heartbeat for %u s", i,
		    settings->worker_timeout);
		signal_one(i, SIGKILL);
		processes[i].hung = 1;
	}
}

/* ---- all of them ---- */

static unsigned
wanted(void)
{
	long n = settings->tls_workers;

	if (n == 0 && (n = sysconf(_SC_NPROCESSORS_ONLN)) > CONFIG_WORKERS)
		n = CONFIG_WORKERS;
	return n > 0 ? (unsigned)n : 1;
}

static void
dismiss(int i)
{
	atomic_store(&helper_tls_page->place[i].leaving, 1);
	FAULT("tls-dismiss");
	signal_one(i, SIGTERM);
}

/* Those that are not of now, or too many, leave once SERVING are enough. */
static void
dismiss_others(void)
{
	unsigned kept = 0;
	int i;

	for (i = 0; i < TLS_PLACES; i++) {
		struct tls_place *p = &helper_tls_page->place[i];

		if (processes[i].pid == 0 || p->leaving)
			continue;
		if (p->digest != digest || ++kept > wanted())
			dismiss(i);
	}
}

/* A place that is free; if there is none, the one that has been leaving for
 * longest has to be quick. */
static int
free_place(void)
{
	int i, oldest = -1;

	for (i = 0; i < TLS_PLACES; i++) {
		if (processes[i].pid == 0 && tls_page_holder(page_fd, i) == 0)
			return i;
		if (helper_tls_page->place[i].leaving && (oldest < 0 ||
		        processes[i].born < processes[oldest].born))
			oldest = i;
	}
	if (oldest >= 0)
		signal_one(oldest, SIGKILL);
	return -1;
}

/* A directory of the certificate that is another one by now is within reach of
 * new processes only. */
static void
watch_reach(void)
{
	static uint64_t looked;
	uint64_t now = clock_now(), h;

	if (digest != 0 && now < looked + FILES)
		return;
	looked = now;
	if ((h = digest_reach()) != 0 && h != reach) {
		reach = h;
		digest = 0;
	}
}

static void
keep_number(void)
{
	unsigned n = 0, ready = 0;
	int i;

	watch_reach();
	if (digest == 0)
		digest = digest_make();
	for (i = 0; i < TLS_PLACES; i++) {
		struct tls_place *p = &helper_tls_page->place[i];

		if (processes[i].pid == 0 || p->leaving ||
		    p->digest != digest)
			continue;
		n++;
		ready += p->ready != 0;
	}
	if (ready >= wanted())
		dismiss_others();
	for (; n < wanted() && clock_now() >= due; n++)
		if ((i = free_place()) >= 0)
			start(i);
}

/* ---- its certificate ---- */

int
helper_tls_expires_in(const struct helper_tls_status *s)
{
	int64_t expires = s->certificate.expires, now = time(NULL);

	if (s->state != HELPER_TLS_SERVING || expires >= now + SOON * DAY)
		return -1;
	return expires > now ? (int)((expires - now) / DAY) : 0;
}

/* Whatever a process has written there, it is a line of text that ends. */
static void
mend(char *text, size_t size)
{
	size_t i;

	text[size - 1] = '\0';
	utf8_mend(text, strlen(text));
	for (i = 0; text[i] != '\0'; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == '\x7f')
			text[i] = '?';
}

static void
mend_texts(struct tls_certificate *c)
{
	mend(c->pin, sizeof(c->pin));
	mend(c->phrase, sizeof(c->phrase));
	mend(c->subject, sizeof(c->subject));
	mend(c->trouble, sizeof(c->trouble));
}

void
helper_tls_status(struct helper_tls_status *s)
{
	int i;

	memset(s, 0, sizeof(*s));
	if (helper_tls_page == NULL)
		return;
	s->state = HELPER_TLS_STARTING;
	for (i = 0; i < TLS_PLACES; i++) {
		const struct tls_place *p = &helper_tls_page->place[i];

		if (p->pid == 0)
			continue;
		s->helpers++;
		s->leaving += p->leaving != 0;
		s->clients += p->clients;
		s->shaking += p->handshakes;
		if (!p->ready || p->leaving)
			continue;
		s->state = HELPER_TLS_SERVING;
		s->certificate = p->certificate;
	}
	if (s->state == HELPER_TLS_STARTING &&
	    helper_tls_page->trouble[0] != '\0') {
		s->state = HELPER_TLS_FAILING;
		memcpy(s->certificate.trouble, helper_tls_page->trouble,
		    sizeof(s->certificate.trouble));
	}
	mend_texts(&s->certificate);
}

/* Tells of a certificate that is new, and once a day of one that expires. */
static void
watch_certificate(void)
{
	static char known[sizeof(((struct tls_certificate *)0)->pin)];
	static int64_t until;
	static uint64_t said;
	struct helper_tls_status s;
	char date[32] = "?";
	struct tm tm;
	time_t t;
	int days;

	helper_tls_status(&s);
	if (s.state != HELPER_TLS_SERVING)
		return;
	t = (time_t)s.certificate.expires;
	if (gmtime_r(&t, &tm) != NULL)
		strftime(date, sizeof(date), "%Y-%m-%d", &tm);
	if (strcmp(known, s.certificate.pin) != 0 ||
	    until != s.certificate.expires) {
		memcpy(known, s.certificate.pin, sizeof(known));
		until = s.certificate.expires;
		said = 0;
		log_info("certificate %s, until %s, pin %s, in words: %s",
		    log_safe(s.certificate.subject), date, log_safe(known),
		    log_safe(s.certificate.phrase));
	}
	if ((days = helper_tls_expires_in(&s)) >= 0 &&
	    (said == 0 || clock_now() > said + DAY * UINT64_C(1000))) {
		said = clock_now();
		log_warn("the certificate for TLS %s %s",
		    days > 0 ? "expires on" : "has expired or does so on",
		    date);
	}
}

/* ---- for helper.c ---- */

void
helper_tls_watch(void)
{
	int i;

	if (helper_tls_page == NULL)
		return;
	for (i = 0; i < TLS_PLACES; i++)
		if (processes[i].pid != 0)
			watch_one(i);
	find_others();
	keep_number();
	watch_certificate();
}

void
helper_tls_reload(const struct config *c)
{
	int i;

	settings = c;
	due = digest = 0;
	if (helper_tls_page == NULL)
		return;
	helper_tls_page->trouble[0] = '\0';
	for (i = 0; i < TLS_PLACES; i++)
		signal_one(i, SIGHUP);
}

/* Sends SIGNAL to those that are there; how many. */
static unsigned
signal_all(int signal)
{
	unsigned n = 0;
	int i;

	for (i = 0; i < TLS_PLACES; i++) {
		struct process *x = &processes[i];

		if (x->pid == 0)
			continue;
		if (x->child ? waitpid(x->pid, NULL, WNOHANG) != 0
		             : is_gone(i)) {
			x->pid = 0;
			continue;
		}
		n++;
		if (signal != 0)
			signal_one(i, signal);
	}
	return n;
}

void
helper_tls_stop(uint64_t until)
{
	if (helper_tls_page == NULL)
		return;
	find_others();
	for (signal_all(SIGTERM); signal_all(0) > 0; poll(NULL, 0, 2))
		if (clock_now() > until) {
			signal_all(SIGKILL);
			return;
		}
}
