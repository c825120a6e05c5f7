/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_ASK_H
#define CLIENT_ASK_H

#include "script.h"

/* `moot who', `rooms' and `whoami': functions of their rows, see script.h. */
int ask_who_begin(struct script *x);
void ask_online(struct script *x);
int ask_tell(struct script *x, const struct news *n);
void ask_whoami_online(struct script *x);

#endif
