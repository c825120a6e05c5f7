/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_SCREEN_SCREEN_H
#define CLIENT_SCREEN_SCREEN_H

/* The full screen: a view of the news at a terminal, drawn with ncursesw.  A
 * process has one. */

enum {
	SCREEN_FRAME = 16,    /* milliseconds: a burst is drawn no more often */
	SCREEN_SECOND = 1000, /* and what can wait is done so often */
	SCREEN_READ = 4096,   /* bytes of keys that are taken at a time */
};

struct loop_user;
struct view;

extern const struct loop_user screen_user; /* for loop_open() */
extern const struct view screen_view;

/* Whether there can be one: a person types and reads, at a terminal whose
 * TERM says that its cursor moves, and ncurses knows it. */
int screen_is_possible(void);
/* Takes the terminal; -1, the terminal untouched, when ncurses cannot.  After
 * the settings are read, before the loop runs. */
int screen_open(void);
/* Gives the terminal back; harmless when repeated.  0. */
int screen_close(void);
/* Stops the process (^Z); it goes on when the shell says so. */
void screen_suspend(void);

#endif
