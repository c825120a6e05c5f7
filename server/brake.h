/* SPDX-License-Identifier: ISC */
#ifndef SERVER_BRAKE_H
#define SERVER_BRAKE_H

#include <stdint.h>

/*
 * When to start a process again that has ended: at once, but not if it keeps
 * dying soon after its start.  Then after a wait that doubles, up to a minute.
 */
struct brake {
	uint64_t started;      /* ms: the process that has ended now */
	unsigned quick;        /* deaths in a row soon after the start */
};

enum { BRAKE_FIRST = 250, BRAKE_MOST = 60000 /* ms */ };

/* The process has ended at NOW.  ms to wait; 0 if it has lived for STEADY ms,
 * or has not died often. */
uint64_t brake_ended(struct brake *b, uint64_t now, uint64_t steady);

#endif
