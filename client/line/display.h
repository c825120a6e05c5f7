/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_DISPLAY_H
#define CLIENT_DISPLAY_H

#include <stddef.h>
#include <stdint.h>

/* What is printed: one line an event, whoever did it first. */

enum display_kind {
	DISPLAY_MESSAGE, /* somebody says something */
	DISPLAY_MENTION, /* and names us, or says it to us alone */
	DISPLAY_OWN,     /* we say something */
	DISPLAY_EVENT,   /* somebody does something */
	DISPLAY_CLIENT,  /* moot itself says something */
	DISPLAY_ERROR,   /* something was refused or failed */
	DISPLAY_KINDS
};

/* The lead of lines of moot's own and of errors: no nick may look so. */
#define DISPLAY_LEAD_CLIENT "--"
#define DISPLAY_LEAD_ERROR "!!"

/* SHOWN: to a person at a terminal.  Colours (honouring NO_COLOR) and times
 * follow from that where the settings leave it open. */
void display_open(int shown);
/* Prints "LEAD TEXT" as one line of the time WHEN, in milliseconds since the
 * Epoch.  Both may come from anybody. */
void display_line(enum display_kind kind, int64_t when, const char *lead,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* Whether a terminal merely shows the character, or joins it to others. */
int display_is_harmless(uint32_t cp);
/*
 * Copies SRC so that no terminal can be made to do anything but show it: IRC
 * formatting and bidirectional overrides go, tabs and line ends become
 * spaces, other controls and invalid UTF-8 become U+FFFD.  Cut to SIZE, never
 * inside a character.  Returns the length.
 */
size_t display_clean(char *dst, size_t size, const char *src);

#endif
