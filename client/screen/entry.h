/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_SCREEN_ENTRY_H
#define CLIENT_SCREEN_ENTRY_H

#include <stddef.h>

#include "find.h"
#include "scrollback.h"
#include "words.h"

/* An entry: the rows that one line of a scrollback takes on the screen, with
 * what stands above it (a day, a quotation) and below (reactions). */

enum entry_part {
	ENTRY_BEGIN,     /* of the conversation */
	ENTRY_DAY,
	ENTRY_UNREAD,    /* the line where reading stopped */
	ENTRY_QUOTE,     /* what it answers */
	ENTRY_TEXT,      /* as many rows as it takes */
	ENTRY_WHY,       /* why it failed */
	ENTRY_REACTIONS,
	ENTRY_PARTS
};

struct entry {
	struct scrollback_line line;
	struct words words;
	size_t rows;
	size_t part[ENTRY_PARTS]; /* rows of each */
	int columns;
	int picked;               /* it is the one chosen */
	const struct scrollback *b;
};

/* How a time is shown, by strftime(3); "": not at all. */
void entry_time_format(const char *format);
/* What is to be found is shown so; NULL: nothing. */
void entry_mark(const struct find *f);
/* Measures line I of B in COLUMNS.  One entry at a time: it is good until the
 * next is made. */
void entry_make(struct entry *e, const struct scrollback *b, size_t i,
    int columns);
/* Puts rows FROM on, at most ROWS, at Y, X; returns how many. */
int entry_draw(const struct entry *e, size_t from, int y, int x, int rows);

#endif
