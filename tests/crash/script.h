/* SPDX-License-Identifier: ISC */
#ifndef TESTS_CRASH_SCRIPT_H
#define TESTS_CRASH_SCRIPT_H

#include "harness.h"
#include "transcript.h"

enum what {
	WAIT,    /* the end of a phase */
	CONNECT,
	SAY,     /* lines; CR LF are added to the last one */
	BYTES,   /* as they are */
	CLOSE,   /* the connection, without a word */
	NOTE,    /* the msgid of what has this text, when WHO is told of it; it
	          * takes the place of $id in what is said */
	MOMENT,  /* has a name, by which others know it */
};

enum who { ANN, BOB, CAT, DAN, EVE, FAY, GIL, GUS };

struct step {
	enum what what;
	enum who who;
	const char *text;
};

/* A conversation. */
struct script {
	const struct step *step;
	int n;
	int store;      /* with mootd-store */
};

/* Without a memory, and with it. */
extern const struct script script_plain, script_memory;
enum { SCRIPT_MEMORY_ROOMS = 2 }; /* there are no more at a time */
/* The one that is played. */
extern const struct script *script;

/* The msgids that clients were told as that of their own messages: what is
 * acknowledged. */
struct script_told {
	unsigned n;
	char id[200][48];
};

extern struct script_told script_told;

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

/* ms without a line that end a phase of which nobody knows what belongs to it,
 * while WANT is NULL, when who speaks in it has been heard. */
extern int script_quiet;
/* Whether some come by TLS, some by a Unix socket and some by TCP. */
extern int script_mixed;
/* How many phases there are. */
int script_phases(void);

/* The worker that serves the first client, the second...: those of a fresh
 * server come to its workers in turn, SCRIPT_FIRST by the moment "arrived". */
enum { SCRIPT_WORKERS = 3, SCRIPT_CLIENTS = 8, SCRIPT_FIRST = 6 };

#endif
