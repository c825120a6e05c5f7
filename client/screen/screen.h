/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_SCREEN_SCREEN_H
#define CLIENT_SCREEN_SCREEN_H

#include <stdint.h>

#include "client/news.h"

/* The full screen: a view of the news at a terminal, drawn with ncursesw.  A
 * process has one. */

enum {
	SCREEN_FRAME = 16, /* milliseconds: a burst is drawn no more often */
};

extern const struct view screen_view;

/* Whether there can be one: a person types and reads, at a terminal whose
 * TERM says that its cursor moves. */
int screen_is_possible(void);
/* Takes the terminal; -1, the terminal untouched, when ncurses knows nothing
 * of it.  Before the first session is told of, after the settings are read. */
int screen_open(void);
/* Gives the terminal back; harmless when repeated. */
void screen_close(void);

/* There is a session now; it is about to be cleared. */
void screen_session_add(struct session *s);
void screen_session_remove(struct session *s);
/* The session of the buffer that is shown; NULL when there is none. */
struct session *screen_session(void);

/* Reads and obeys the keys there are: when poll(2) says so. */
void screen_read(void);
/* No more keys will come: the terminal is gone. */
int screen_ended(void);
/* Does what is due, drawing above all; then screen_timeout() is how many
 * milliseconds poll(2) may wait at most, -1 for ever.  NOW: monotonic, that
 * of connection_now(). */
void screen_tick(int64_t now);
int screen_timeout(int64_t now);

/* SIGTSTP, SIGCONT, SIGWINCH. */
void screen_suspend(void);
void screen_resume(void);
void screen_resize(void);

#endif
