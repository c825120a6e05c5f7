/* SPDX-License-Identifier: ISC */
#ifndef SERVER_FAULT_H
#define SERVER_FAULT_H

/*
 * Named points between two stores at which a test can have a worker killed:
 * builds with FAULTS=1 only, nothing in others.  tests/crash/explore tries
 * them all, so a point wants to be passed where a death would find the records
 * half done, and its name to say what has just been done.
 */
#ifdef FAULTS

struct fault {
	const char *name;
};

#define FAULT(text)                                                           \
	do {                                                                  \
		static const struct fault fault_                              \
		    __attribute__((section("faults"), used)) = { text };      \
		fault_pass(&fault_);                                          \
	} while (0)

/*
 * At the start.  With the argument --faults prints the names, one a line, and
 * exits.  MOOT_FAULT=NAME:COUNT:WORKER[,...] kills a worker of that number
 * when it, or those it took over from, pass NAME for the COUNTth time; with
 * !NAME it makes a system call that a worker may not make (ipc/filter.h).  The
 * counts are in the file MOOT_FAULT_MAP, if there is one: FAULT_WORKERS
 * uint32_t a name.  MINE is one's own number; the store's is FAULT_STORE, and
 * its counts are behind those of the server.
 */
void fault_open(int argc, char **argv, const unsigned *mine);
void fault_pass(const struct fault *fault);

enum {
	FAULT_WORKERS = 64,
	FAULT_STORE = FAULT_WORKERS - 1,
	FAULT_NAMES = 384, /* of the server, at most */
};

#else

#define FAULT(text) ((void)0)
#define fault_open(argc, argv, mine) ((void)0)

#endif
#endif
