/* SPDX-License-Identifier: ISC */
#ifndef SERVER_AWAY_H
#define SERVER_AWAY_H

#include "command.h"

/* What AWAY before registration comes to, and connections nobody sits at. */

/* C's user is just registered, by this session: it may be away at once. */
void away_begin(struct command *c);
/* C's session has become one more of a user who is here. */
void away_arrive(struct command *c);
/* C's session leaves its user, who has others: if nobody sits at any of those
 * the user is away, which is an event and an op. */
void away_last(struct command *c);

#endif
