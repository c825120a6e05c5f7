/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_FACE_H
#define CLIENT_FACE_H

/* The face of moot when a person talks: a full screen, or lines. */

struct loop_user;

/* Which one there is to be: LINES, or where there can be no screen. */
void face_choose(int lines);
const struct loop_user *face_user(void);
/* Takes the terminal; after the first session was added.  -1: it cannot. */
int face_open(void);
/* Gives it back.  -1: nobody reads what was written. */
int face_close(void);

#endif
