/* SPDX-License-Identifier: ISC */
#ifndef STORE_LIMIT_H
#define STORE_LIMIT_H

#include <stdint.h>

/* How long the answer to a login is held back.  Safe from any thread. */

enum { LIMIT_STEP_MS = 1000 /* `login-delay', unless configured */ };

/* The first delay; 0: none at all. */
void limit_configure(int step_ms);
/*
 * An attempt at ACCOUNT (whether there is one or not) from ADDRESS has FAILED,
 * or not.  Returns the ms its answer is to be held; negative when it is to be
 * refused, after as many, whether it has failed or not, because too many others
 * wait.
 */
int limit_attempt(
    const char *account, const char *address, int failed, int64_t now);
/* Forgets everything, for tests. */
void limit_reset(void);

#endif
