/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_CONSOLE_H
#define CLIENT_CONSOLE_H

/* The line mode: what is typed, the prompt, and the lines of line.c, at a
 * terminal or in a pipe. */

struct loop_user;
struct session;
struct view;

extern const struct loop_user console_user; /* for loop_open() */
extern const struct view console_view;

/* Takes standard input and output; after the first session was added. */
void console_open(void);
/* Writes what is left and restores the terminal.  -1: nobody reads it. */
int console_close(void);

#endif
