/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_EDIT_H
#define CLIENT_EDIT_H

#include <stddef.h>

/* The line being edited at a terminal, and those edited before it. */

enum {
	EDIT_LINE = 16384,  /* bytes of a line; what does not fit is ignored */
	EDIT_HISTORY = 256, /* lines kept for the up key */
};

/* What a byte that was typed brought about. */
enum edit_result {
	EDIT_MORE,  /* the line goes on */
	EDIT_ENTER, /* it is complete: take edit_text(), then edit_begin() */
	EDIT_END,   /* ^D on an empty line */
	EDIT_CLEAR, /* ^L: the screen is to be cleared */
};

enum edit_result edit_byte(char c);
/* The line, NUL-terminated UTF-8 without controls; where the cursor is. */
const char *edit_text(void);
size_t edit_cursor(void);
/* Remembers the line and begins an empty one. */
void edit_begin(void);
/* Throws the line away; 0 when it was empty. */
int edit_cancel(void);

/* Columns of the LEN bytes at S; where the character before AT begins and
 * where the one at AT, which is not the end, ends. */
int edit_columns(const char *s, size_t len);
size_t edit_before(const char *s, size_t at);
size_t edit_after(const char *s, size_t at);

#endif
