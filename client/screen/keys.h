/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_SCREEN_KEYS_H
#define CLIENT_SCREEN_KEYS_H

#include <stddef.h>
#include <stdint.h>

/* What the bytes from the terminal bring about. */

enum {
	KEYS_PASTE_ASK = 4, /* lines at once from which they are asked about,
	                     * where they would be as many messages */
};

/* LEN bytes that were read. */
void keys_take(const char *bytes, size_t len);
/* After how many milliseconds keys_expire() is due; -1: never. */
int keys_timeout(void);
void keys_expire(void);
/* ^D was pressed where nothing is typed: somebody wants to leave. */
int keys_ended(void);

#endif
