/* SPDX-License-Identifier: ISC */
/*
 * The segment's birth, its recognition and its end.  A segment is distrusted
 * until its header says what is expected; one that belongs to somebody else
 * is never touched.  "Dead" needs two witnesses: nobody is attached, and the
 * master named in the header (PID and start time) is gone.
 */
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <time.h>
#include <unistd.h>

#include "mailbox.h"
#include "process.h"
#include "segment.h"

#ifndef SHM_NORESERVE
#define SHM_NORESERVE 010000
#endif

/* Reads the header of SHMID; -1 when it cannot be attached. */
static int
segment_header(int shmid, size_t size, struct segment *header)
{
	void *p;

	if (size < sizeof(*header))
		return -1;
	if ((p = shmat(shmid, NULL, SHM_RDONLY)) == (void *)-1)
		return -1;
	memcpy(header, p, sizeof(*header));
	shmdt(p);
	return 0;
}

enum segment_state
segment_probe(int prefix, struct segment *header)
{
	struct shmid_ds ds;
	int id = shmget(mailbox_key(prefix, 0), 0, 0);

	memset(header, 0, sizeof(*header));
	if (id < 0)
		return errno == ENOENT ? SEGMENT_NONE : SEGMENT_FOREIGN;
	if (shmctl(id, IPC_STAT, &ds) != 0 || ds.shm_perm.uid != geteuid() ||
	    segment_header(id, ds.shm_segsz, header) != 0 ||
	    header->magic != SEGMENT_MAGIC) {
		memset(header, 0, sizeof(*header));
		return SEGMENT_FOREIGN;
	}
	header->shmid = id;
	if (header->owner_start != 0 &&
	    process_alive(header->owner, header->owner_start))
		return SEGMENT_LIVE;
	return ds.shm_nattch == 0 ? SEGMENT_DEAD : SEGMENT_ORPHAN;
}

int
segment_attached(int shmid)
{
	struct shmid_ds ds;

	return shmctl(shmid, IPC_STAT, &ds) == 0 ? (int)ds.shm_nattch : -1;
}

struct segment *
segment_attach(int shmid)
{
	void *p = shmat(shmid, NULL, 0);

	return p == (void *)-1 ? NULL : p;
}

void
segment_detach(struct segment *seg)
{
	shmdt(seg);
}

struct segment *
segment_create(int prefix, uint32_t layout, size_t size)
{
	struct segment *seg;
	struct timespec now;
	int id = shmget(mailbox_key(prefix, 0), size,
	    IPC_CREAT | IPC_EXCL | SHM_NORESERVE | 0600);

	if (id < 0)
		return NULL;
	if ((seg = shmat(id, NULL, 0)) == (void *)-1) {
		int e = errno;
		segment_remove(id);
		errno = e;
		return NULL;
	}
	clock_gettime(CLOCK_REALTIME, &now);
	seg->layout = layout;
	seg->prefix = (uint32_t)prefix;
	seg->size = size;
	seg->shmid = id;
	seg->owner = getpid();
	seg->owner_start = process_start_time(getpid());
	seg->born =
	    (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
	atomic_thread_fence(memory_order_release);
	seg->magic = SEGMENT_MAGIC;
	return seg;
}

void
segment_remove(int shmid)
{
	shmctl(shmid, IPC_RMID, NULL);
}
