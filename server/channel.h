/* SPDX-License-Identifier: ISC */
#ifndef SERVER_CHANNEL_H
#define SERVER_CHANNEL_H

#include <stdint.h>

/* Whether a ban of room R matches user U.  Lock held. */
int channel_banned(uint32_t r, uint32_t u);

#endif
