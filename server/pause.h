/* SPDX-License-Identifier: ISC */
#ifndef SERVER_PAUSE_H
#define SERVER_PAUSE_H

#include <stdint.h>

/*
 * All workers stand still at a safe point, between two turns, while something
 * is done that none of them may be doing anything beside: a new master takes
 * the descriptor table, or users move from one worker to another.
 *
 * Who serves, and whether, is one word of the segment (state->pause): the PID
 * of the master whose workers serve, the number of its table, and why they
 * pause.  A new master gets the old workers out and its own ones in by one
 * exchange of that word, so a death at any moment leaves one or the other.
 */

enum pause_why {
	PAUSE_NONE,
	PAUSE_TAKEOVER,  /* the PID in the word wants the table */
	PAUSE_MOVE,      /* users are to be moved */
};

static inline uint64_t
pause_word(int pid, unsigned table, enum pause_why why)
{
	return (uint64_t)(uint32_t)pid << 32 |
	    (uint64_t)(table & 0xffffff) << 8 | (uint64_t)why;
}

static inline int
pause_pid(uint64_t word)
{
	return (int)(word >> 32);
}

static inline unsigned
pause_table(uint64_t word)
{
	return (unsigned)(word >> 8 & 0xffffff);
}

static inline enum pause_why
pause_why(uint64_t word)
{
	return (enum pause_why)(word & 0xff);
}

/* In the master, before it forks: the word under which its workers serve. */
void pause_serve_under(uint64_t word);

/* In a worker: waits until the word is its own, then says in its record that
 * it is there; exits when the word cannot come any more. */
void pause_join(void);
/* Whether the word is no longer its own. */
int pause_asked(void);
/* Stands still until it is again; exits when others serve now. */
void pause_here(void);

/* In whoever asked for it: whether all living workers stand still. */
int pause_complete(void);

#endif
