/* SPDX-License-Identifier: ISC */
/*
 * Counts crashes against what a worker was busy with.
 *
 *	a line            dropped, its session is told (command.c)
 *	a committed step  what has not happened yet will not (command.c)
 *	an envelope       dropped (deliver.c)
 *	a session         cut, it alone (validate.c)
 *	a new client      turned away (accept.c)
 *	the registry      a segment that cannot be healed is given up
 *
 * The master notes in the segment how each worker ended; a successor that is
 * killed in the midst of this leaves it to the next, which then finds another
 * end and counts nothing: one crash too few, never one too many.
 */
#include <signal.h>

#include "blame.h"
#include "log.h"

int
blame_signal(int sig)
{
	return sig == SIGSEGV || sig == SIGBUS || sig == SIGABRT ||
	    sig == SIGILL || sig == SIGFPE || sig == SIGTRAP || sig == SIGSYS;
}

static void
blame_session(uint32_t i, int line)
{
	if (i == 0 || i >= state->max_sessions ||
	    sessions[i].worker != my_id)
		return;
	if (line)
		sessions[i].crashes++;
	else
		sessions[i].faults++;
}

static void
blame_txn(uint32_t w)
{
	if (w >= 1 && w <= state->nworker &&
	    workers[w].txn.state == TXN_COMMITTED)
		atomic_fetch_add(&workers[w].txn.crashes, 1);
}

void
blame_settle(void)
{
	int32_t ended = me->ended;
	uint32_t which = (uint32_t)me->busy;

	if (ended == ENDED_HUNG || blame_signal(ended))
		switch ((enum doing)(me->busy >> 32)) {
		case DOING_LINE:
			blame_session(which, 1);
			break;
		case DOING_SESSION:
			blame_session(which, 0);
			break;
		case DOING_TXN:
			blame_txn(which);
			break;
		case DOING_MAIL:
			me->mail_crashes++;
			break;
		case DOING_REGISTRY:
			atomic_fetch_add(&state->heal_crashes, 1);
			break;
		case DOING_ACCEPT:
			me->accept_crashes++;
			break;
		case DOING_NOTHING:
			break;
		}
	me->busy = 0;
	atomic_signal_fence(memory_order_seq_cst);
	me->ended = 0;
}
