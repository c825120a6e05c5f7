/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_RECALL_H
#define CLIENT_RECALL_H

/*
 * What was typed before: one history a process, whichever room it was typed
 * in, and perhaps a file, so that it outlives the process.
 */

enum {
	RECALL_LINES = 1000,  /* kept; the oldest go */
	RECALL_BYTES = 4096,  /* of one; a longer one is not kept */
};

/* Reads what FILE holds and writes to it from now on.  It is made with mode
 * 0600 if need be; others' files and links are refused.  -1 and errno. */
int recall_open(const char *file);
/* The same with /moot/history, if the setting `history' is on
 * and there is such a place; else 0. */
int recall_begin(void);
/* Keeps TEXT, which was typed to TARGET (NULL: nobody), unless it is empty,
 * the same as the last one, too long, or secrecy_is_wanted(); in the file only
 * if not HIDDEN. */
void recall_add(const char *target, const char *text, int hidden);
/* Lines have serial numbers; [first, end) are kept. */
unsigned int recall_first(void);
unsigned int recall_end(void);
const char *recall_line(unsigned int serial);
/* The next line with WORDS in it, ASCII in either case, before (STEP -1) or
 * after (STEP 1) SERIAL; recall_end() when there is none. */
unsigned int recall_find(unsigned int serial, int step, const char *words);
/* Forgets them all; the file stays. */
void recall_close(void);

#endif
