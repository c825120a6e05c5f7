/* SPDX-License-Identifier: ISC */
/*
 * Mailboxes: thin, exact wrappers of msgget(2), msgsnd(2), msgrcv(2) and
 * msgctl(2), plus the checks a reader of foreign bytes owes itself.  Nothing
 * here waits: a full mailbox is an answer (EAGAIN), not a place to sleep.
 */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <unistd.h>

#include "mailbox.h"

enum { MODE = 0600 };

key_t
mailbox_key(int prefix, uint32_t id)
{
	return (key_t)((uint32_t)prefix << 24 | (id & 0xffffff));
}

/* Whether a queue is ours and of this instance. */
static int
mailbox_is_ours(const struct msqid_ds *ds, uint64_t born)
{
	return ds->msg_perm.uid == geteuid() &&
	    ds->msg_ctime + 1 >= (time_t)(born / 1000); /* coarse clock */
}

int
mailbox_create(int prefix, uint32_t id, uint64_t born)
{
	key_t key = mailbox_key(prefix, id);
	int q = msgget(key, IPC_CREAT | IPC_EXCL | MODE);
	struct msqid_ds ds;

	if (q >= 0 || errno != EEXIST)
		return q;
	if ((q = msgget(key, 0)) < 0)
		return -1;
	if (msgctl(q, IPC_STAT, &ds) == 0 && mailbox_is_ours(&ds, born) &&
	    ds.msg_qnum == 0 && ds.msg_lspid == 0)
		return q;
	errno = EEXIST;
	return -1;
}

int
mailbox_create_private(void)
{
	return msgget(IPC_PRIVATE, IPC_CREAT | MODE);
}

int
mailbox_is_keyless(int msqid, uint64_t born)
{
	struct msqid_ds ds;

	return msqid >= 0 && msgctl(msqid, IPC_STAT, &ds) == 0 &&
	    ds.msg_perm.__key == IPC_PRIVATE && mailbox_is_ours(&ds, born);
}

int
mailbox_is_anothers(int msqid, int prefix, uint32_t id)
{
	struct msqid_ds ds;

	return msgctl(msqid, IPC_STAT, &ds) == 0 &&
	    ds.msg_perm.__key != mailbox_key(prefix, id);
}

size_t
mailbox_room(int msqid, size_t least, size_t most)
{
	struct msqid_ds ds;

	if (msgctl(msqid, IPC_STAT, &ds) != 0)
		return 0;
	if (ds.msg_qbytes < least || ds.msg_qbytes > most) {
		ds.msg_qbytes = ds.msg_qbytes < least ? least : most;
		if (msgctl(msqid, IPC_SET, &ds) != 0 &&
		    msgctl(msqid, IPC_STAT, &ds) != 0)
			return 0;
	}
	return ds.msg_qbytes;
}

size_t
mailbox_longest(void)
{
	struct msginfo info;

	if (msgctl(0, IPC_INFO, (struct msqid_ds *)(void *)&info) < 0)
		return 0;
	return (size_t)info.msgmax;
}

int
mailbox_post(int msqid, const struct envelope *e)
{
	int r;

	do
		r = msgsnd(msqid, e, envelope_payload(e), IPC_NOWAIT);
	while (r != 0 && errno == EINTR);
	return r;
}

ssize_t
mailbox_take(int msqid, struct envelope *e)
{
	ssize_t n;

	do
		n = msgrcv(msqid, e,
		    ENVELOPE_MAX - offsetof(struct envelope, magic), 0,
		    IPC_NOWAIT | MSG_NOERROR);
	while (n < 0 && errno == EINTR);
	return n;
}

int
mailbox_count(int msqid, uint64_t *messages, uint64_t *bytes)
{
	struct msqid_ds ds;

	if (msgctl(msqid, IPC_STAT, &ds) != 0)
		return -1;
	*messages = ds.msg_qnum;
	*bytes = ds.__msg_cbytes;
	return 0;
}

void
mailbox_remove(int msqid)
{
	if (msqid >= 0)
		msgctl(msqid, IPC_RMID, NULL);
}

int
mailbox_remove_all(int prefix, uint64_t born)
{
	struct msginfo info;
	struct msqid_ds ds;
	int i, q, removed = 0;
	int last = msgctl(0, MSG_INFO, (struct msqid_ds *)(void *)&info);

	for (i = 0; i <= last; i++) {
		if ((q = msgctl(i, MSG_STAT, &ds)) < 0)
			continue;
		if ((uint32_t)ds.msg_perm.__key >> 24 != (uint32_t)prefix ||
		    !mailbox_is_ours(&ds, born))
			continue;
		if (msgctl(q, IPC_RMID, NULL) == 0)
			removed++;
	}
	return removed;
}

int
envelope_valid(const struct envelope *e, size_t n)
{
	size_t parts;

	if (n < ENVELOPE_HEAD - offsetof(struct envelope, magic) ||
	    e->magic != ENVELOPE_MAGIC || e->size > ENVELOPE_MAX ||
	    envelope_payload(e) != n || e->nrooms > ENVELOPE_ROOMS)
		return 0;
	parts = (size_t)e->ntags + e->naccount + e->nline + e->nalt +
	    (size_t)e->nrooms * 8;
	return ENVELOPE_HEAD + parts == e->size;
}

int
envelope_add(struct envelope *e, uint16_t *count, const void *src, size_t len)
{
	if (e->size > ENVELOPE_MAX || len > ENVELOPE_MAX - e->size)
		return -1;
	memcpy((char *)e + e->size, src, len);
	e->size += (uint32_t)len;
	*count = (uint16_t)(*count + len);
	return 0;
}
