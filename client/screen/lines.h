/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_SCREEN_LINES_H
#define CLIENT_SCREEN_LINES_H

#include <stdint.h>

/* The lines of the buffer that is shown, and which of them are. */

struct buffer;

/* Moves by ROWS, down or (below 0) up; beyond the oldest line, older ones are
 * asked for. */
void lines_scroll(int rows);
/* By pages, or half ones: HALVES. */
void lines_page(int halves);
/* To the oldest line there is; to the newest, and the lines after it. */
void lines_home(void);
void lines_end(void);
/* Makes sure that the line at PLACE is on the screen. */
void lines_reach(uint64_t place);
/* Whether the newest line is on the screen, and new ones will be. */
int lines_is_following(const struct buffer *b);
/* Lines below the last one that is on the screen. */
unsigned long lines_below(const struct buffer *b);
/* Asks for what was said before the oldest line, unless that is under way. */
void lines_ask_older(struct buffer *b);
/* The place of the message on row Y of the pane, from 0; 0: none. */
uint64_t lines_at(int y);

#endif
