/* SPDX-License-Identifier: ISC */
/*
 * The table of system calls and the BPF program made of it.
 *
 * A row names a call, the kinds of process that may make it, and perhaps what
 * its arguments have to be.  Several rows of one call are alternatives.  To
 * allow one more, add a row, with the narrowest argument there is; a call in a
 * hot path should have none, since the kernel then remembers the answer and
 * does not run the program (its cache of constant actions).  Who needs a row
 * finds its number and name in the log of the process that died of SIGSYS, and
 * `confine log' of mootd.conf(5) tells all that is missing at once.
 *
 * Arguments are looked at by their lower half: those compared here are of the
 * type int for the kernel, or it ignores the upper half.  Pointers cannot be
 * looked at, which is why clone3(2) is said not to exist: libc then takes
 * clone(2), whose flags are a number.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <linux/sockios.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "filter.h"

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#else
#define ARCH 0
#endif

enum { X32 = 0x40000000 }; /* the other table of x86_64 begins there */

/* What newer architectures do without. */
enum { ABSENT = -1 };
#ifndef SYS_access
#define SYS_access ABSENT
#endif
#ifndef SYS_dup2
#define SYS_dup2 ABSENT
#endif
#ifndef SYS_epoll_wait
#define SYS_epoll_wait ABSENT
#endif
#ifndef SYS_fork
#define SYS_fork ABSENT
#endif
#ifndef SYS_lstat
#define SYS_lstat ABSENT
#endif
#ifndef SYS_mkdir
#define SYS_mkdir ABSENT
#endif
#ifndef SYS_open
#define SYS_open ABSENT
#endif
#ifndef SYS_poll
#define SYS_poll ABSENT
#endif
#ifndef SYS_readlink
#define SYS_readlink ABSENT
#endif
#ifndef SYS_rename
#define SYS_rename ABSENT
#endif
#ifndef SYS_stat
#define SYS_stat ABSENT
#endif
#ifndef SYS_time
#define SYS_time ABSENT
#endif
#ifndef SYS_unlink
#define SYS_unlink ABSENT
#endif
#ifndef SYS_vfork
#define SYS_vfork ABSENT
#endif
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

enum how {
	ANY,                   /* nothing is looked at */
	AMONG,                 /* it is one of the values */
	WITH,                  /* it has all these bits */
	WITHOUT,               /* it has none of these bits */
	SELF,                  /* it is the process that is confined, */
	PARENT,                /* or who started it */
};

struct check {
	unsigned argument;
	enum how how;
	unsigned n;
	const uint32_t *value;
};

enum { CHECKS = 2 };

struct row {
	int number;
	const char *name;
	unsigned kinds;        /* none: it is here for its name */
	int error;             /* instead of the call: this errno; 0 */
	struct check check[CHECKS]; /* all have to hold */
};

#define CALL(name) SYS_##name, #name
#define ARG_ANY { 0, ANY, 0, NULL }
#define ALLOW(kinds, name) { CALL(name), kinds, 0, { ARG_ANY } }
#define ALLOW_IF(kinds, name, ...)                                            \
	{ CALL(name), kinds, 0, { __VA_ARGS__ } }
#define VALUES(...) (const uint32_t[]) { __VA_ARGS__ }
#define ARG(number, how, ...)                                                 \
	{ number, how, sizeof(VALUES(__VA_ARGS__)) / sizeof(uint32_t),        \
	    VALUES(__VA_ARGS__) }

enum {
	NOBODY = 0,
	WORKER = FILTER_WORKER,
	STORE = FILTER_STORE,
	TLS = FILTER_TLS,
	ALL = WORKER | STORE | TLS,
};

#define THREAD                                                                \
	(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |   \
	    CLONE_SYSVSEM | CLONE_SETTLS | CLONE_PARENT_SETTID |              \
	    CLONE_CHILD_CLEARTID)

static const struct row rows[] = {
	/* what is done all the time */
	ALLOW(WORKER | TLS, epoll_wait),
	ALLOW(WORKER | TLS, epoll_pwait),
	ALLOW(WORKER | TLS, recvfrom),
	ALLOW(ALL, sendto),
	ALLOW(WORKER | STORE, msgsnd),
	ALLOW(WORKER | STORE, msgrcv),
	ALLOW(ALL, read),
	ALLOW(ALL, write),
	ALLOW(ALL, writev),
	ALLOW(ALL, futex),
	ALLOW(ALL, clock_gettime),
	ALLOW(ALL, gettimeofday),
	ALLOW(ALL, time),

	/* sockets: those of a worker come by accept4() alone */
	ALLOW(WORKER | TLS, accept4),
	ALLOW(WORKER | TLS, shutdown),
	ALLOW(WORKER | TLS, getsockopt),
	ALLOW(WORKER | TLS, setsockopt),
	ALLOW(WORKER | TLS, getsockname),
	ALLOW(WORKER | TLS, getpeername),
	/* a client of TLS has a stream to a worker as well */
	ALLOW_IF(TLS, socket, ARG(0, AMONG, AF_UNIX)),
	ALLOW(TLS, connect),
	/* a table of descriptors is given away */
	ALLOW(WORKER | TLS, sendmsg),
	ALLOW(WORKER, sendmmsg),
	ALLOW(WORKER, recvmmsg),
	ALLOW(WORKER | TLS, epoll_ctl),
	ALLOW(ALL, poll),
	ALLOW(ALL, ppoll),

	/* descriptors */
	ALLOW(ALL, close),
	ALLOW(WORKER | TLS, dup),
	ALLOW_IF(ALL, fcntl,
	    ARG(1, AMONG, F_GETFD, F_SETFD, F_GETFL, F_SETFL)),
	ALLOW_IF(STORE, fcntl, ARG(1, AMONG, F_GETLK, F_SETLK, F_SETLKW)),
	ALLOW_IF(WORKER | TLS, ioctl,
	    ARG(1, AMONG, SIOCINQ, SIOCOUTQ)),

	/* files: which ones, Landlock knows */
	ALLOW_IF(TLS, openat,
	    ARG(2, WITHOUT, O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)),
	ALLOW_IF(TLS, open,
	    ARG(1, WITHOUT, O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)),
	ALLOW(STORE, access),
	ALLOW(STORE, faccessat),
	ALLOW(STORE, fchmod),
	ALLOW(STORE, fchown),
	ALLOW(STORE, fdatasync),
	ALLOW(STORE | TLS, fstat),
	ALLOW(STORE, fsync),
	ALLOW(STORE, ftruncate),
	ALLOW(STORE, getcwd),
	ALLOW(STORE | TLS, lseek),
	ALLOW(STORE, lstat),
	ALLOW(STORE | TLS, newfstatat),
	ALLOW(STORE, open),
	ALLOW(STORE, openat),
	ALLOW(STORE, pread64),
	ALLOW(STORE, pwrite64),
	ALLOW(STORE, readlink),
	ALLOW(STORE, readlinkat),
	ALLOW(STORE, rename),
	ALLOW(STORE, renameat),
	ALLOW(STORE | TLS, stat),
	ALLOW(STORE, unlink),
	ALLOW(STORE, unlinkat),

	/* mailboxes */
	ALLOW(WORKER | STORE, msgget),
	ALLOW_IF(WORKER | STORE, msgctl,
	    ARG(1, AMONG, IPC_STAT, IPC_SET, IPC_RMID)),

	/* memory: none is made executable */
	ALLOW(ALL, brk),
	ALLOW_IF(ALL, mmap,
	    ARG(2, WITHOUT, PROT_EXEC)),
	ALLOW_IF(ALL, mprotect,
	    ARG(2, WITHOUT, PROT_EXEC)),
	ALLOW(ALL, munmap),
	ALLOW(ALL, mremap),
	ALLOW_IF(ALL, madvise,
	    ARG(2, AMONG, MADV_DONTNEED, MADV_FREE, MADV_WILLNEED,
	        MADV_HUGEPAGE, MADV_NOHUGEPAGE, MADV_DONTDUMP,
	        MADV_POPULATE_WRITE)),

	/* threads, which are for slow sums; no process */
	{ CALL(clone3), ALL, ENOSYS, { ARG_ANY } },
	ALLOW_IF(WORKER | STORE, clone,
	    ARG(0, WITH, THREAD)),
	ALLOW(ALL, set_robust_list),
	ALLOW(ALL, rseq),
	ALLOW(ALL, sched_yield),
	ALLOW(ALL, sched_getaffinity),
	ALLOW_IF(WORKER | STORE, setpriority,
	    ARG(0, AMONG, PRIO_PROCESS)),
	ALLOW(ALL, exit),
	ALLOW(ALL, exit_group),

	/* signals: orders to the master, whose child a worker always is */
	ALLOW_IF(WORKER, kill,
	    ARG(0, PARENT, 0),
	    ARG(1, AMONG, SIGHUP, SIGUSR1, SIGUSR2, SIGTERM)),
#ifdef FAULTS
	ALLOW_IF(ALL, kill,
	    ARG(1, AMONG, SIGKILL)),
#endif
	/* raise() of a crash */
	ALLOW_IF(ALL, tgkill,
	    ARG(0, SELF, 0)),
	ALLOW(ALL, rt_sigaction),
	ALLOW(ALL, rt_sigprocmask),
	ALLOW(ALL, rt_sigreturn),
	ALLOW(ALL, sigaltstack),
	ALLOW(ALL, restart_syscall),
	ALLOW(ALL, nanosleep),
	ALLOW(ALL, clock_nanosleep),

	/* who and where we are */
	ALLOW(ALL, getpid),
	ALLOW(ALL, gettid),
	ALLOW(ALL, getppid),
	ALLOW(ALL, getuid),
	ALLOW(ALL, geteuid),
	ALLOW(ALL, getrandom),
	ALLOW(ALL, sysinfo),
	ALLOW(ALL, uname),

	/* nobody's, but named in a log */
	ALLOW(NOBODY, bind),
	ALLOW(NOBODY, dup2),
	ALLOW(NOBODY, execve),
	ALLOW(NOBODY, execveat),
	ALLOW(NOBODY, faccessat2),
	ALLOW(NOBODY, fork),
	ALLOW(NOBODY, getdents64),
	ALLOW(NOBODY, listen),
	ALLOW(NOBODY, memfd_create),
	ALLOW(NOBODY, mkdir),
	ALLOW(NOBODY, mkdirat),
	ALLOW(NOBODY, openat2),
	ALLOW(NOBODY, pidfd_open),
	ALLOW(NOBODY, pipe2),
	ALLOW(NOBODY, prctl),
	ALLOW(NOBODY, prlimit64),
	ALLOW(NOBODY, process_vm_readv),
	ALLOW(NOBODY, process_vm_writev),
	ALLOW(NOBODY, ptrace),
	ALLOW(NOBODY, recvmsg),
	ALLOW(NOBODY, setuid),
	ALLOW(NOBODY, shmat),
	ALLOW(NOBODY, shmctl),
	ALLOW(NOBODY, shmget),
	ALLOW(NOBODY, socketpair),
	ALLOW(NOBODY, splice),
	ALLOW(NOBODY, statx),
	ALLOW(NOBODY, vfork),
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

/* ---- the program ---- */

struct program {
	struct sock_filter *code;
	int n;
	int full;
};

/* Returns its place. */
static int
put(struct program *p, uint16_t op, uint32_t k, unsigned yes, unsigned no)
{
	if (p->n == FILTER_MOST) {
		p->full = 1;
		return 0;
	}
	p->code[p->n] = (struct sock_filter) {
		.code = op, .k = k, .jt = (uint8_t)yes, .jf = (uint8_t)no
	};
	return p->n++;
}

static void
put_load(struct program *p, size_t offset)
{
	put(p, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

static void
put_return(struct program *p, uint32_t action)
{
	put(p, BPF_RET | BPF_K, action, 0, 0);
}

/* The lower half of an argument. */
static size_t
argument_offset(unsigned argument)
{
	size_t low = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 4 : 0;

	return offsetof(struct seccomp_data, args) + argument * 8 + low;
}

/* How many instructions put_check() puts. */
static unsigned
check_length(const struct check *c)
{
	return c->how == ANY ? 0 : c->how == WITH ? 3 : 1 + c->n;
}

/* Goes on behind it if C holds, else FAR instructions behind that. */
static void
put_check(struct program *p, const struct check *c, unsigned far)
{
	unsigned i;

	if (c->how == ANY)
		return;
	put_load(p, argument_offset(c->argument));
	switch (c->how) {
	case AMONG:
		for (i = 0; i < c->n; i++)
			put(p, BPF_JMP | BPF_JEQ | BPF_K, c->value[i],
			    c->n - 1 - i, i + 1 == c->n ? far : 0);
		break;
	case WITH:
		put(p, BPF_ALU | BPF_AND | BPF_K, c->value[0], 0, 0);
		put(p, BPF_JMP | BPF_JEQ | BPF_K, c->value[0], 0, far);
		break;
	case WITHOUT:
		put(p, BPF_JMP | BPF_JSET | BPF_K, c->value[0], far, 0);
		break;
	case SELF:
		put(p, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)getpid(), 0, far);
		break;
	case PARENT:
		put(p, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)getppid(), 0, far);
		break;
	case ANY:
		break;
	}
}

/* One alternative: returns what it says, or goes on behind it. */
static void
put_row(struct program *p, const struct row *r)
{
	put_check(p, &r->check[0], check_length(&r->check[1]) + 1);
	put_check(p, &r->check[1], 1);
	put_return(p, r->error == 0 ? SECCOMP_RET_ALLOW
	                            : SECCOMP_RET_ERRNO | (uint32_t)r->error);
}

/* All rows of the call of row FIRST, if that is the first of them. */
static void
put_call(struct program *p, int first, unsigned kind, uint32_t violation)
{
	int i, jump = -1;

	for (i = 0; i < first; i++)
		if (rows[i].number == rows[first].number)
			return;
	for (i = first; i < ROWS; i++) {
		if (rows[i].number != rows[first].number ||
		    !(rows[i].kinds & kind))
			continue;
		if (jump < 0)
			jump = put(p, BPF_JMP | BPF_JEQ | BPF_K,
			    (uint32_t)rows[i].number, 0, 0);
		put_row(p, &rows[i]);
	}
	if (jump < 0)
		return;
	/* without conditions this cannot be reached, and nothing minds */
	put_return(p, violation);
	p->code[jump].jf = (uint8_t)(p->n - jump - 1);
	if (p->n - jump - 1 > UINT8_MAX)
		p->full = 1;
}

int
filter_make(struct sock_filter *code, unsigned kind, uint32_t violation)
{
	struct program p = { .code = code };
	int i;

	if (ARCH == 0)
		return 0;
	put_load(&p, offsetof(struct seccomp_data, arch));
	put(&p, BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0);
	put_return(&p, SECCOMP_RET_KILL_PROCESS);
	put_load(&p, offsetof(struct seccomp_data, nr));
#ifdef __x86_64__
	put(&p, BPF_JMP | BPF_JGE | BPF_K, X32, 0, 1);
	put_return(&p, SECCOMP_RET_KILL_PROCESS);
#endif
	for (i = 0; i < ROWS; i++)
		if (rows[i].number != ABSENT)
			put_call(&p, i, kind, violation);
	put_return(&p, violation);
	return p.full ? -1 : p.n;
}

const char *
filter_name(long number)
{
	int i;

	for (i = 0; i < ROWS; i++)
		if (rows[i].number == number && number != ABSENT)
			return rows[i].name;
	return "?";
}
