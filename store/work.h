/* SPDX-License-Identifier: ISC */
#ifndef STORE_WORK_H
#define STORE_WORK_H

#include "../ipc/envelope.h"

/*
 * The threads of mootd-store beside the one that takes the mail: one that
 * writes, some that read, some that hash passwords and are nice about it.
 */

/* Opens the database PATH and starts them.  Trouble with it is told in the
 * segment, and tried again. */
void work_start(const char *path);
/* There is more in the intake. */
void work_stored(void);
/* A question, EVENT_ASK; it is copied. */
void work_ask(const struct envelope *e);
/* A commit takes too long: until it is done nothing can be kept. */
void work_stuck(void);
/* Commits what is in the intake, answers what was asked, ends. */
void work_end(void);

#endif
