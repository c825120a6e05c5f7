/* SPDX-License-Identifier: ISC */
#ifndef IPC_MAILBOX_H
#define IPC_MAILBOX_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "envelope.h"

/*
 * A mailbox is a System V message queue, its key made from a user ID:
 * key = prefix << 24 | ID.  IDs 1..255 are the system's own users: workers
 * and services.  Mode 0600, never waited on.
 */

enum { MAILBOX_SYSTEM = 256 /* the first ID of a client */ };

key_t mailbox_key(int prefix, uint32_t id);

/*
 * Makes the mailbox of ID.  One that has the key already is taken for ours if
 * it is empty, unused and no older than BORN, ms since the epoch: then its
 * maker was killed before it could note it.  Any other is left alone.
 * Returns its msqid, or -1: ENOSPC no queue left in the kernel, EEXIST or
 * EACCES a stranger has the key.
 */
int mailbox_create(int prefix, uint32_t id, uint64_t born);
/* Makes one without a key, for when a stranger has it. */
int mailbox_create_private(void);
/* Whether MSQID is one of those, ours, and no older than BORN. */
int mailbox_is_keyless(int msqid, uint64_t born);
/* Whether MSQID exists and has not the key of ID. */
int mailbox_is_anothers(int msqid, int prefix, uint32_t id);
/* Asks for room of LEAST to MOST bytes; returns what there is now, 0 on error.
 * More than kernel.msgmnb needs CAP_SYS_RESOURCE. */
size_t mailbox_room(int msqid, size_t least, size_t most);
/* The longest message the kernel takes, kernel.msgmax. */
size_t mailbox_longest(void);

/* Returns 0, or -1: EAGAIN it is full; EIDRM or EINVAL it is gone. */
int mailbox_post(int msqid, const struct envelope *e);
/* Takes the oldest one into E of ENVELOPE_MAX bytes.  Returns its payload
 * size, or -1: ENOMSG it is empty; EIDRM or EINVAL it is gone. */
ssize_t mailbox_take(int msqid, struct envelope *e);
/* How much is in it.  Returns 0 or -1 with errno. */
int mailbox_count(int msqid, uint64_t *messages, uint64_t *bytes);
void mailbox_remove(int msqid);

/* Removes every queue of ours whose key has PREFIX and that is no older than
 * BORN; returns how many. */
int mailbox_remove_all(int prefix, uint64_t born);

#endif
