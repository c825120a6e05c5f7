/* SPDX-License-Identifier: ISC */
#ifndef STORE_TELL_H
#define STORE_TELL_H

#include <stddef.h>

#include "../ipc/envelope.h"

/* Posts the answer TEXT of N bytes to who asked QUESTION, at whatever worker it
 * is now.  Waits for room there, but not for ever: then it is asked again.
 * For any thread. */
void tell(const struct envelope *question, const char *text, size_t n);

#endif
