/* SPDX-License-Identifier: ISC */
#ifndef STORE_ALIKE_H
#define STORE_ALIKE_H

#include <stddef.h>

/*
 * Accounts whose names look like others, by what they look like: in memory,
 * for few have such letters.  Any thread may ask.
 */

/* There is, or is about to be, an account with this folded NAME. */
void alike_note(const char *name);
/* The name of one that looks like LOOK (look_of()): 1, or 0 for none.  It may
 * be gone by now. */
int alike_find(const char *look, char *name, size_t size);

#endif
