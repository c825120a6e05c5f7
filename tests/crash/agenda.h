/* SPDX-License-Identifier: ISC */
#ifndef TESTS_CRASH_AGENDA_H
#define TESTS_CRASH_AGENDA_H

#include "harness.h"
#include "point.h"

/*
 * What befalls the master and all workers at named moments of the
 * conversation, and the service manager, who starts a master again.  One at a
 * time in a process.
 */

struct agenda_log {      /* in shared memory, of the last play */
	unsigned deaths; /* of masters */
	unsigned moved;  /* users, the first time */
	unsigned mark;   /* calls of the traced one when it was over */
	struct passes begun, over; /* of fault points, until then */
};

/* Before its start: the server is to die at the fault point of P. */
void agenda_arm(struct server *sv, const struct point *p);
/* The server, as started, is to have what P says (NULL: nothing).  TROUBLE
 * hears of a master that ended by itself. */
void agenda_open(struct server *sv, const struct point *p,
    struct agenda_log *log, struct tracer_log *calls,
    void (*trouble)(const char *fmt, ...));
/* For script_play(). */
void agenda_look(void);
void agenda_moment(const char *name);
/* Waits until a master and its workers serve; -1 when they do not. */
int agenda_settle(void);
/* How often fault points were passed until now. */
void agenda_passes(struct passes *passed);
/* Ends the server.  A master that is killed meanwhile is followed by another
 * one, which is ended too.  Returns the last status. */
int agenda_end(void);
/* Waits for the tracer to end, if one was started. */
void agenda_close(void);
/* What a traced master does first: it waits until it is traced, then executes
 * the server.  Returns if this process is none. */
void agenda_stub(char **argv);

#endif
