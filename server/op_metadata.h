/* SPDX-License-Identifier: ISC */
#ifndef SERVER_OP_METADATA_H
#define SERVER_OP_METADATA_H

#include "op.h"

/* The ops of METADATA; op.h says what is in them. */
void op_user_metadata(struct op *op);
void op_room_metadata(struct op *op);
void op_metadata_load(struct op *op);
void op_metadata_flags(struct op *op);
void op_metadata_done(struct op *op);
void op_metadata_erase(struct op *op);
void op_subscribe(struct op *op);

/* Sets KEY of a user or a room, with METADATUM_*; "" removes it.  May be done
 * again.  Without a place for it nothing happens.  Lock held. */
void op_metadata_put(enum metadatum_kind kind, uint32_t owner, const char *key,
    const char *value, uint32_t flags);
/* User U is about to be logged in or out; GONE: of another account than that,
 * whose metadata is not the next one's.  That is not to be seen by the record,
 * in which a death may have left half a name. */
void op_metadata_account(uint32_t u, int gone);

#endif
