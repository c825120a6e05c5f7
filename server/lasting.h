/* SPDX-License-Identifier: ISC */
#ifndef SERVER_LASTING_H
#define SERVER_LASTING_H

#include "command.h"

/* Rooms that last: what handlers ask and decide about them.  Lock held. */

/* What ACCOUNT ("": none) is in room R: the bit of a membership, or 0. */
uint32_t lasting_rank(uint32_t r, const char *account);
int lasting_is_founder(uint32_t r, const char *account);

/*
 * Before a handler deals with the room called NAME, which may be known to the
 * store only.  CMD_ANSWERED: if it lasts it is here now; *UNSURE says that
 * nobody can tell, for the store is out of order.  CMD_DONE: there is no place
 * for it, which has been replied.  Else return what it returns.
 */
enum command_result lasting_look(struct command *c, const char *name,
    int *unsure);

/* Makes sure that there is a place for one more room, with an op if need be;
 * 0 when there is none. */
int lasting_place(struct command *c);

/* Begins the event of ChanServ doing MODES ("+o nick") to R. */
void lasting_mode(struct command *c, uint32_t r, const char *modes);
/*
 * Gives the membership M what its account is in its room, and with LESS takes
 * what it is not; each with its event.  0 when there was nothing to do.
 */
int lasting_give(struct command *c, uint32_t m, int less);

/* Gives U what it is in its rooms, one a step, since it has logged in.  Returns
 * 1 when a step was run. */
int lasting_ranks(uint32_t s);

#endif
