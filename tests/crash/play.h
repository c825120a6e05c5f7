/* SPDX-License-Identifier: ISC */
#ifndef TESTS_CRASH_PLAY_H
#define TESTS_CRASH_PLAY_H

#include "agenda.h"
#include "point.h"
#include "script.h"
#include "transcript.h"

/* One run: a fresh server, the conversation, deaths, and what came of it. */

struct play {                    /* in shared memory */
	int done;                /* came to its end */
	int bad;                 /* lines that differ, or other trouble */
	char why[3000];
	long took;               /* us, with start and end */
	struct tracer_log log;
	struct passes passed;
	struct agenda_log agenda;
	struct transcript got;
};

/*
 * Plays in a process of its own, killing at POINT (NULL: nobody; its first
 * victim's calls are counted even if it is not killed).  WANT as for
 * script_play().
 */
void play(struct play *x, const struct point *point,
    const struct transcript *want);

#endif
