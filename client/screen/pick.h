/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_SCREEN_PICK_H
#define CLIENT_SCREEN_PICK_H

#include <stdint.h>

/* The message that is chosen in the buffer that is shown, and what can be
 * done about it. */

int pick_is_on(void);
/* Chooses the message before (STEP -1) or after it; at first the newest. */
void pick_step(int step);
void pick_set(uint64_t place);
void pick_end(void);

/* For binding.c; the argument is not used. */
void pick_reply(int unused);
void pick_react(int unused);
void pick_delete(int unused);
void pick_copy(int unused);
void pick_again(int unused);
void pick_leave(int unused);

#endif
