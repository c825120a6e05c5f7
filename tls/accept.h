/* SPDX-License-Identifier: ISC */
#ifndef TLS_ACCEPT_H
#define TLS_ACCEPT_H

#include <stdint.h>

/*
 * New clients of this process.  All processes wait at the same listeners; one
 * that has noticeably more clients than another lets the others go first.
 */

/* Begins to wait at the listeners, in the set EPOLL, by events with the data
 * EVENT + number. */
void accept_open(int epoll, uint64_t event);
/* Takes some of those who wait at listener NUMBER. */
void accept_some(int number);
/* From time to time: steps back from the listeners, or to them again. */
void accept_balance(void);
/* Whether it has stepped back: then it should look again soon, since the others
 * may have, too, each for what it saw of the other a moment ago. */
int accept_rests(void);
/* Accepts nobody any more. */
void accept_close(void);

#endif
