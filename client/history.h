/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_HISTORY_H
#define CLIENT_HISTORY_H

/*
 * What was typed before: one history a process, whichever room it was typed
 * in, and perhaps a file, so that it outlives the process.
 */

enum {
	HISTORY_LINES = 1000,  /* kept; the oldest go */
	HISTORY_BYTES = 4096,  /* of one; a longer one is not kept */
};

/* Reads what FILE holds and writes to it from now on.  It is made with mode
 * 0600 if need be; others' files and links are refused.  -1 and errno. */
int history_open(const char *file);
/* Keeps TEXT, which was typed to TARGET (NULL: nobody), unless it is empty,
 * the same as the last one, too long, or history_is_secret(). */
void history_add(const char *target, const char *text);
/* Lines have serial numbers; [first, end) are kept. */
unsigned int history_first(void);
unsigned int history_end(void);
const char *history_line(unsigned int serial);
/* The next line with WORDS in it, ASCII in either case, before (STEP -1) or
 * after (STEP 1) SERIAL; history_end() when there is none. */
unsigned int history_find(unsigned int serial, int step, const char *words);
/* Whether TEXT, typed to TARGET (NULL: nobody), may have a password in it:
 * such lines are never kept, here or in any other file. */
int history_is_secret(const char *target, const char *text);
/* Forgets them all; the file stays. */
void history_close(void);

#endif
