/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_SCREEN_TERMINFO_H
#define CLIENT_SCREEN_TERMINFO_H

/* Whether terminfo(5) knows the terminal, and how to move its cursor. */
int terminfo_is_known(void);

#endif
