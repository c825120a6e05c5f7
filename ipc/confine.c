/* SPDX-License-Identifier: ISC */
/*
 * Confining a process: no new privileges, then its files and network by
 * Landlock, then its system calls by seccomp, since the filter does not allow
 * the calls of the former.
 *
 * Landlock is asked by number: its header may be older than the kernel.  All
 * rights that the kernel knows, as far as we do, are taken; what rules give
 * back is what a database needs.  Where it is missing, a worker is kept from
 * files all the same, since no call that opens one is in its table.  Signals
 * are not scoped (workers signal the master), abstract sockets are.
 *
 * What is not allowed comes as SIGSYS to the handler of crashes, which says
 * what it was before the process dies of it.  Who takes over a process may
 * change the handler, and has won nothing: the call is not carried out.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "confine.h"

#ifndef SECCOMP_FILTER_FLAG_SPEC_ALLOW
#define SECCOMP_FILTER_FLAG_SPEC_ALLOW (1UL << 2)
#endif

/* ---- Landlock: <linux/landlock.h> of Linux 6.12 ---- */

enum {
	CREATE_RULESET = 444,  /* the same on all architectures */
	ADD_RULE = 445,
	RESTRICT_SELF = 446,
	VERSION = 1,           /* flag: only says which one it is */
	PATH_BENEATH = 1,
};

struct ruleset {
	uint64_t fs;
	uint64_t net;          /* from version 4 */
	uint64_t scoped;       /* from version 6 */
};

struct path_beneath {
	uint64_t allowed;
	int32_t parent;
} __attribute__((packed));

enum {
	FS_WRITE_FILE = 1 << 1,
	FS_READ_FILE = 1 << 2,
	FS_READ_DIR = 1 << 3,
	FS_REMOVE_FILE = 1 << 5,
	FS_MAKE_REG = 1 << 8,
	FS_TRUNCATE = 1 << 14,

	FS_VERSION_1 = (1 << 13) - 1,
	FS_VERSION_2 = (1 << 14) - 1,
	FS_VERSION_3 = (1 << 15) - 1,
	FS_VERSION_5 = (1 << 16) - 1,
	NET_VERSION_4 = 3,     /* TCP: bind, connect */
	SCOPED_ABSTRACT = 1,   /* version 6: abstract Unix sockets */

	READING = FS_READ_FILE | FS_READ_DIR,
	WRITING = READING | FS_WRITE_FILE | FS_REMOVE_FILE | FS_MAKE_REG |
	    FS_TRUNCATE,
	OF_A_FILE = FS_READ_FILE | FS_WRITE_FILE | FS_TRUNCATE,
};

/* The version of the kernel's; 0: none. */
static int
landlock_version(void)
{
	long n = syscall(CREATE_RULESET, NULL, (size_t)0, VERSION);

	return n > 0 ? (int)n : 0;
}

/* What this kernel can take away.  mootd-tls connects to an abstract socket of
 * the workers, and to nothing else by its table. */
static struct ruleset
landlock_all(int version, unsigned kind)
{
	struct ruleset r = { .fs = FS_VERSION_1 };

	if (version >= 2)
		r.fs = FS_VERSION_2;
	if (version >= 3)
		r.fs = FS_VERSION_3;
	if (version >= 4)
		r.net = NET_VERSION_4;
	if (version >= 5)
		r.fs = FS_VERSION_5;
	if (version >= 6 && kind != FILTER_TLS)
		r.scoped = SCOPED_ABSTRACT;
	return r;
}

static int
landlock_path(int ruleset, const struct ruleset *all,
    const struct confine_path *path)
{
	struct path_beneath rule = { .allowed = path->write ? WRITING : READING,
		.parent = open(path->path, O_PATH | O_CLOEXEC) };
	struct stat st;
	int e;

	if (rule.parent < 0 || fstat(rule.parent, &st) != 0)
		return -1;
	if (!S_ISDIR(st.st_mode))
		rule.allowed &= OF_A_FILE;
	rule.allowed &= all->fs;
	e = (int)syscall(ADD_RULE, ruleset, PATH_BENEATH, &rule, 0);
	close(rule.parent);
	return e;
}

int
confine_files(unsigned kind, const struct confine_path *path, size_t n)
{
	int version = landlock_version(), e = 0, ruleset;
	struct ruleset all = landlock_all(version, kind);
	size_t i;

	if (version == 0) {
		errno = ENOSYS;
		return -1;
	}
	/* an older kernel takes a longer struct, if the rest is zero */
	ruleset = (int)syscall(CREATE_RULESET, &all, sizeof(all), 0);
	for (i = 0; ruleset >= 0 && i < n && e == 0; i++)
		e = landlock_path(ruleset, &all, &path[i]);
	if (e == 0)
		return ruleset;
	e = errno;
	close(ruleset);
	errno = e;
	return -1;
}

/* ---- seccomp ---- */

/* Without the flag the kernel may switch off speculation in this process, as
 * it would for foreign code: ours has no code but its own. */
static int
filter_enter(unsigned kind, enum confine_mode mode)
{
	static struct sock_filter code[FILTER_MOST];
	struct sock_fprog program = { .filter = code };
	int n = filter_make(code, kind,
	    mode == CONFINE_LOG ? SECCOMP_RET_LOG : SECCOMP_RET_TRAP);

	if (n < 0) {
		errno = E2BIG;
		return -1;
	}
	program.len = (unsigned short)n;
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
	    SECCOMP_FILTER_FLAG_SPEC_ALLOW, &program);
}

static int
filter_offered(void)
{
	static struct sock_filter code[FILTER_MOST];
	const uint32_t action = SECCOMP_RET_TRAP;

	return filter_make(code, FILTER_WORKER, action) > 0 &&
	    syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

/* ---- both ---- */

int
confine_offer(void)
{
	int version, offer = 0;

#ifdef SANITIZED
	return 0;
#endif
	if (filter_offered())
		offer |= CONFINED_FILTER;
	if ((version = landlock_version()) > 0)
		offer |= CONFINED_FILES;
	if (version >= 4)
		offer |= CONFINED_NET;
	return offer;
}

int
confine_enter(unsigned kind, enum confine_mode mode, int files)
{
	int done = confine_offer();

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return -1;
	if (mode == CONFINE_OFF)
		return 0;
	if (files < 0 || mode == CONFINE_LOG)
		done &= CONFINED_FILTER;
	if ((done & CONFINED_FILES) &&
	    syscall(RESTRICT_SELF, files, 0) != 0)
		return -1;
	if ((done & CONFINED_FILTER) && filter_enter(kind, mode) != 0)
		return -1;
	return done;
}

void
confine_core(enum confine_core core, void *shared, size_t size)
{
	struct rlimit none = { 0, 0 };

	/* a pipe of kernel.core_pattern does not look at the limit */
	prctl(PR_SET_DUMPABLE, core != CORE_OFF, 0, 0, 0);
	if (core == CORE_OFF && getrlimit(RLIMIT_CORE, &none) == 0) {
		none.rlim_cur = 0;
		setrlimit(RLIMIT_CORE, &none);
	}
	if (shared != NULL)
		madvise(shared, size,
		    core == CORE_FULL ? MADV_DODUMP : MADV_DONTDUMP);
}
