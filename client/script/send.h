/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_SEND_H
#define CLIENT_SEND_H

#include "script.h"

enum {
	SEND_MOST = 64 * 1024, /* bytes of one message of --multiline */
	SEND_ASK = 5000,       /* milliseconds between two ISON, where there is
	                        * no MONITOR */
};

/* `moot send': functions of its row, see script.h. */
int send_begin(struct script *x);
void send_online(struct script *x);
int send_tell(struct script *x, const struct news *n);
void send_turn(struct script *x);
enum session_status send_late(struct script *x);
void send_ends(struct script *x, const struct news *n);

#endif
