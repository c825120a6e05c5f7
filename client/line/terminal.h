/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_TERMINAL_H
#define CLIENT_TERMINAL_H

/*
 * Standard input and output, of which a process has one each: a terminal with
 * a line being edited in its last row, or plain streams of lines.
 */

enum {
	TERMINAL_LINE = 16384,      /* bytes of a typed line; more is split */
	TERMINAL_FULL = 256 * 1024, /* bytes unwritten at which to pause */
	TERMINAL_ROW = 8192,        /* bytes shown of the line being edited */
	TERMINAL_TARGET = 256,
};

/* What becomes of a paste of several lines. */
enum terminal_paste {
	TERMINAL_PASTE_ASK,   /* it waits for Enter */
	TERMINAL_PASTE_SEND,  /* it is one line with '\n' in it, at once */
	TERMINAL_PASTE_LINES, /* it is as if each line were typed */
};

struct edit;

/* Enters raw mode if both ends are a terminal that can move its cursor. */
void terminal_open(void);
/* Restores the terminal; harmless when repeated, and in a signal handler. */
void terminal_close(void);
/* Has CRASH called by the signals of a crash, once: it restores the terminal
 * and raises the signal again. */
void terminal_catch_crashes(void (*crash)(int));
/* Whether a person types; whether a person reads. */
int terminal_is_typed(void);
int terminal_is_shown(void);

/* Reads what there is; call it when poll(2) says so. */
void terminal_read(void);
/* The next typed line, without its end, valid until the next call; NULL when
 * there is none yet.  A paste has line ends within it.  *CONTINUED: it goes on
 * where the last was split. */
const char *terminal_line(int *continued);
/* No more lines will come: end of input, ^D, or input that fails. */
int terminal_ended(void);
/* The line being edited; NULL: there is none just now.  Another line. */
const char *terminal_text(void);
void terminal_put(const char *text);
/* ^C: throws the line being edited away; 0 when it was empty. */
int terminal_cancel(void);

/* Sets what stands before the line being edited; must be printable. */
void terminal_prompt(const char *prompt);
/* To whom what is typed goes: lines to services are not kept (recall.h). */
void terminal_target(const char *target);
void terminal_paste(enum terminal_paste paste);
/* Whether TEXT is not to be kept in a file either. */
void terminal_on_hide(int (*hides)(const char *text));
/* What Tab (STEP 1) and Shift-Tab (-1) do. */
void terminal_on_complete(void (*complete)(struct edit *e, int step));
/* Queues a line for output, above the line being edited.  TEXT must be
 * printable: display.c sees to that. */
void terminal_print(const char *text);
/* Whether there is something to write; whether it is TERMINAL_FULL. */
int terminal_is_pending(void);
int terminal_is_full(void);
/* Writes some of it; call it when poll(2) says so. */
void terminal_write(void);
/* Writes all of it, blocking, and takes the edited line away. */
void terminal_drain(void);
/* Output failed for good: nobody reads it any more. */
int terminal_is_broken(void);

/* Hands the terminal to the shell (^Z) and takes it back. */
void terminal_suspend(void);
void terminal_resume(void);
/* The window may have another size. */
void terminal_resize(void);

#endif
