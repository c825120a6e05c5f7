/* SPDX-License-Identifier: ISC */
#ifndef SERVER_BLAME_H
#define SERVER_BLAME_H

#include "worker.h"

/*
 * Whose fault a crash was.  A worker notes in the segment what it is busy
 * with; if it crashes, its successor counts that against it.  Only crashes
 * count: who is killed from outside was doing nothing wrong.
 */

enum { POISON = 2 /* workers something may crash before it is given up */ };

enum doing {
	DOING_NOTHING,
	DOING_LINE,     /* a session's next line, up to the commit */
	DOING_SESSION,  /* anything else for one session */
	DOING_TXN,      /* the committed step of a worker */
	DOING_MAIL,     /* the envelope taken last */
	DOING_REGISTRY, /* rebuilding the indexes */
	DOING_ACCEPT,   /* a new client */
};

/* From now on a crash is the fault of WHICH (a session or a worker, by WHAT).
 * Returns what it was before, for blame_back(). */
static inline uint64_t
blame_on(enum doing what, uint32_t which)
{
	uint64_t was = me->busy;

	atomic_signal_fence(memory_order_seq_cst);
	me->busy = (uint64_t)what << 32 | which;
	atomic_signal_fence(memory_order_seq_cst);
	return was;
}

static inline void
blame_back(uint64_t was)
{
	atomic_signal_fence(memory_order_seq_cst);
	me->busy = was;
}

/* Whether SIG is what a defect of ours ends by. */
int blame_signal(int sig);
/* At the beginning of a life: if the last one ended by a crash, counts it. */
void blame_settle(void);

#endif
