/* SPDX-License-Identifier: ISC */
/*
 * What a process says when it crashes: the signal and where, or which system
 * call it may not make; what it was busy with and for whom (never what was
 * said), and a backtrace; to standard error and to crash.PID.txt.  Then it dies
 * of the signal as if nothing had caught it, so that there is a core as well
 * where limits allow.
 *
 * A worker opens no file: its last words lie in the segment, from which the
 * master, or the next one, makes one.
 *
 * All of it runs in a signal handler of a process that is broken: no
 * allocation, no stdio, no lock, a stack of its own, and every index from the
 * segment is checked.  A second crash in here just ends it.
 */
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <ucontext.h>
#include <unistd.h>

#include "../ipc/filter.h"
#include "blame.h"
#include "state.h"
#include "trace.h"

enum {
	FRAMES = 64,
	STACK = 65536,
	KEEP = 32,             /* files of one life of the master */
};

static char trace_name[32], trace_dir[256], trace_path[300];

static const struct {
	int sig;
	const char *name;
} crashes[] = {
	{ SIGSEGV, "SIGSEGV" },
	{ SIGBUS, "SIGBUS" },
	{ SIGABRT, "SIGABRT" },
	{ SIGILL, "SIGILL" },
	{ SIGFPE, "SIGFPE" },
	{ SIGTRAP, "SIGTRAP" },
	{ SIGSYS, "SIGSYS" },
};
enum { CRASHES = sizeof(crashes) / sizeof(crashes[0]) };

/* ---- in the handler ---- */

static char text[TRACE_TEXT];
static size_t text_len, text_said;
static struct trace *words; /* where it is kept, or NULL */

static void
put(const char *s)
{
	while (*s != '\0' && text_len < sizeof(text))
		text[text_len++] = *s++;
}

static void
put_number(uint64_t n, unsigned base)
{
	char buf[24], *p = buf + sizeof(buf);

	*--p = '\0';
	do
		*--p = "0123456789abcdef"[n % base];
	while ((n /= base) != 0);
	put(p);
}

/* A nick, as what it should be made of; anything else escaped. */
static void
put_nick(const char *s, size_t size)
{
	char one[2] = "";

	for (; size > 0 && *s != '\0'; size--, s++)
		if (*s > ' ' && *s < 0x7f && *s != '"' && *s != '\\') {
			one[0] = *s;
			put(one);
		} else {
			put("\\x");
			put_number((unsigned char)*s, 16);
		}
}

static void
put_session(uint32_t i)
{
	uint32_t u;

	if (i == 0 || i >= state->max_sessions)
		return;
	put(" session ");
	put_number(i, 10);
	u = sessions[i].user;
	if (u == 0 || u >= state->max_users)
		return;
	put(" of \"");
	put_nick(users[u].nick, sizeof(users[u].nick));
	put("\"");
}

/* The commands of the table are named; what else was in a line is not. */
static void
put_command(const struct txn *t, uint32_t i)
{
	if (t->state == TXN_IDLE || t->session != i)
		return;
	put(", command ");
	put_nick(t->command, sizeof(t->command));
}

static void
put_busy(void)
{
	uint64_t busy = me->busy;
	uint32_t which = (uint32_t)busy;

	switch ((enum doing)(busy >> 32)) {
	case DOING_LINE:
		put("with a line of");
		put_session(which);
		put_command(&me->txn, which);
		break;
	case DOING_SESSION:
		put("with");
		put_session(which);
		break;
	case DOING_TXN:
		put("with a committed step of");
		if (which > 0 && which <= state->nworker) {
			put_session(workers[which].txn.session);
			put_command(&workers[which].txn,
			    workers[which].txn.session);
		}
		break;
	case DOING_MAIL:
		put("with mail of kind ");
		put_number(me->mail.kind, 10);
		put(" from user ");
		put_number(me->mail.source, 10);
		break;
	case DOING_REGISTRY:
		put("rebuilding the registry");
		break;
	case DOING_ACCEPT:
		put("with a new client");
		break;
	case DOING_NOTHING:
		put("with nothing in particular");
		break;
	}
}

static uint64_t
program_counter(const ucontext_t *u)
{
#if defined(__x86_64__)
	return (uint64_t)u->uc_mcontext.gregs[REG_RIP];
#elif defined(__aarch64__)
	return u->uc_mcontext.pc;
#else
	(void)u;
	return 0;
#endif
}

static void
put_head(int sig, const siginfo_t *info, const ucontext_t *context)
{
	int i;

	put(trace_name);
	put(" crashed: signal ");
	put_number((uint64_t)sig, 10);
	for (i = 0; i < CRASHES; i++)
		if (crashes[i].sig == sig) {
			put(" ");
			put(crashes[i].name);
		}
	if (sig == SIGSYS && info->si_code > 0) {
		put(", system call ");
		put_number((uint64_t)(unsigned)info->si_syscall, 10);
		put(" ");
		put(filter_name(info->si_syscall));
	} else if (info->si_code > 0) {
		put(", address 0x");
		put_number((uint64_t)(uintptr_t)info->si_addr, 16);
	} else {
		put(", sent by process ");
		put_number((uint64_t)info->si_pid, 10);
	}
	put(", pc 0x");
	put_number(program_counter(context), 16);
	put(", pid ");
	put_number((uint64_t)getpid(), 10);
	put("\n");
}

/* As backtrace_symbols_fd(3) has it. */
static void
put_frame(void *frame)
{
	uintptr_t at = (uintptr_t)frame, from;
	Dl_info info;

	if (dladdr(frame, &info) != 0 && info.dli_fname != NULL) {
		from = (uintptr_t)(info.dli_sname != NULL ? info.dli_saddr
		                                          : info.dli_fbase);
		put(info.dli_fname);
		put("(");
		put(info.dli_sname != NULL ? info.dli_sname : "");
		put("+0x");
		put_number(at - from, 16);
		put(") ");
	}
	put("[0x");
	put_number(at, 16);
	put("]\n");
}

static void
write_all(int fd, const char *p, size_t left)
{
	ssize_t n;

	while (left > 0 && (n = write(fd, p, left)) != 0) {
		if (n < 0 && errno != EINTR)
			return;
		p += n > 0 ? n : 0;
		left -= n > 0 ? (size_t)n : 0;
	}
}

/* What was put since the last time: it may be the last one. */
static void
say(int fd)
{
	size_t n = text_len - text_said;

	write_all(STDERR_FILENO, text + text_said, n);
	if (fd >= 0)
		write_all(fd, text + text_said, n);
	if (words != NULL) {
		memcpy(words->text + text_said, text + text_said, n);
		words->length = (uint32_t)text_len;
		words->pid = getpid();
	}
	text_said = text_len;
}

static void
on_crash(int sig, siginfo_t *info, void *context)
{
	static volatile sig_atomic_t inside;
	void *frame[FRAMES];
	int n, i, fd = -1;

	if (inside)
		return; /* the default action is set: it dies of it */
	inside = 1;
	put_head(sig, info, context);
	if (trace_path[0] != '\0')
		fd = open(trace_path,
		    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	say(fd);
	if (me != NULL && state != NULL) {
		put("it was busy ");
		put_busy();
		put("\n");
		say(fd);
	}
	n = backtrace(frame, FRAMES);
	for (i = 0; i < n; i++)
		put_frame(frame[i]);
	say(fd);
	if (fd >= 0)
		close(fd);
	raise(sig); /* one that was sent would not come again by itself */
}

/* ---- outside of it ---- */

static void
path_make(char *buf, size_t size, pid_t pid)
{
	buf[0] = '\0';
	if (trace_dir[0] != '\0')
		snprintf(buf, size, "%s/crash.%d.txt", trace_dir, (int)pid);
}

void
trace_open(const char *name, const char *dir, struct trace *keep)
{
	static char stack[STACK];
	stack_t alt = { .ss_sp = stack, .ss_size = sizeof(stack) };
	struct sigaction action = {
		.sa_sigaction = on_crash,
		.sa_flags = SA_SIGINFO | SA_ONSTACK | (int)SA_RESETHAND
	};
	void *frame[1];
	int i;

	snprintf(trace_name, sizeof(trace_name), "%s", name);
	snprintf(trace_dir, sizeof(trace_dir), "%s", dir);
	words = keep;
	if (words != NULL)
		trace_path[0] = '\0'; /* the master's */
	else {
		if (dir[0] != '\0')
			mkdir(dir, 0750);
		path_make(trace_path, sizeof(trace_path), getpid());
		/* of an older process with our number */
		if (trace_path[0] != '\0')
			unlink(trace_path);
	}
	backtrace(frame, 1); /* the first call allocates */
	sigaltstack(&alt, NULL);
	sigemptyset(&action.sa_mask);
	for (i = 0; i < CRASHES; i++)
		sigaction(crashes[i].sig, &action, NULL);
}

/* The words of a dead worker into PATH; -1 when there are none. */
static int
words_write(struct trace *t, const char *path)
{
	uint32_t n = t->length;
	int fd;

	if (t->pid == 0 || n > sizeof(t->text))
		return -1;
	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd >= 0) {
		write_all(fd, t->text, n);
		close(fd);
	}
	return fd >= 0 ? 0 : -1;
}

const char *
trace_take(struct trace *t)
{
	static char path[sizeof(trace_path)], old[sizeof(trace_path)];
	static pid_t kept[KEEP];
	static unsigned at;
	pid_t pid = t->pid;
	int e;

	if (pid == 0)
		return NULL;
	path_make(path, sizeof(path), pid);
	e = path[0] != '\0' ? words_write(t, path) : -1;
	t->pid = 0;
	if (e != 0)
		return NULL;
	path_make(old, sizeof(old), kept[at]);
	if (kept[at] != 0 && kept[at] != pid)
		unlink(old);
	kept[at] = pid;
	at = (at + 1) % KEEP;
	return path;
}
