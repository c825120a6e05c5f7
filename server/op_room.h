/* SPDX-License-Identifier: ISC */
#ifndef SERVER_OP_ROOM_H
#define SERVER_OP_ROOM_H

#include "op.h"

/* The ops about rooms that last, see op.h; they may be applied again. */
void op_room_load(struct op *op);
void op_room_register(struct op *op);
void op_room_unregister(struct op *op);
void op_room_access(struct op *op);
void op_room_founder(struct op *op);
void op_room_sure(struct op *op);
void op_room_evict(struct op *op);
void op_room_rename(struct op *op);
void op_account_gone(struct op *op);

/* Takes room R, which has no member, out of the segment.  Lock held. */
void room_free(uint32_t r);
/* Entry B of a list goes at second UNTIL, or stays (0).  Lock held. */
void ban_ends(uint32_t b, uint64_t until);
/* The entry of ACCOUNT in R's list of accounts with a rank; 0: none. */
uint32_t room_access(uint32_t r, const char *account);

#endif
