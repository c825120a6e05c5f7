/* SPDX-License-Identifier: ISC */
#ifndef TESTS_CRASH_SCRIPT_H
#define TESTS_CRASH_SCRIPT_H

#include "harness.h"
#include "transcript.h"

/* Who looks on. */
struct script_watch {
	void (*moment)(const char *name); /* one that the script names */
	void (*look)(void);               /* often, while awaiting something */
};

/*
 * Plays the conversation to SV and fills GOT.  WANT is what an undisturbed
 * play had filled: each phase goes on once everybody has got as many lines as
 * there; NULL: once there is quiet.  Returns 0, or -1 when something did not
 * come in time: WHY says who waited for what.
 */
int script_play(struct server *sv, struct transcript *got,
    const struct transcript *want, const struct script_watch *watch,
    char *why, size_t size);

/* ms without a line that end a phase of which nobody knows what belongs to it:
 * while WANT is NULL. */
extern int script_quiet;
/* How many phases there are. */
int script_phases(void);

/* The worker that serves the first client, the second...: those of a fresh
 * server come to its workers in turn, SCRIPT_FIRST by the moment "arrived". */
enum { SCRIPT_WORKERS = 3, SCRIPT_CLIENTS = 8, SCRIPT_FIRST = 6 };

#endif
