/* SPDX-License-Identifier: ISC */
#ifndef SERVER_CONSENT_H
#define SERVER_CONSENT_H

#include "command.h"

/* Who may write to a user with the mode R. */

/* Whether C's user may write to U. */
int consent_given(const struct command *c, uint32_t u);
/* C's user writes to U, who may answer then: an op, if there is need of it. */
void consent_by_writing(struct command *c, uint32_t u);

#endif
