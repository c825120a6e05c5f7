/* SPDX-License-Identifier: ISC */
#ifndef IPC_SEGMENT_H
#define IPC_SEGMENT_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lock.h"

/*
 * The System V shared memory segment: who is here.  This module knows its
 * header only: whose it is, of which layout, and whether its owner lives.
 * Key = prefix << 24, mode 0600, made with SHM_NORESERVE.
 */

#define SEGMENT_MAGIC UINT64_C(0x746e656d676f6f6d)

struct segment {
	uint64_t magic;       /* stored last when it is made */
	uint32_t layout;      /* the version of what follows the header */
	uint32_t prefix;
	uint64_t size;
	int32_t shmid;
	int32_t owner;        /* PID of the master */
	uint64_t owner_start; /* its process_start_time() */
	uint64_t born;        /* ms since the epoch */
	struct lock lock;     /* the registry's */
};

enum segment_state {
	SEGMENT_NONE,    /* nothing has the key */
	SEGMENT_LIVE,    /* ours, and its owner lives */
	SEGMENT_DEAD,    /* ours, nobody attached, owner gone: may go */
	SEGMENT_ORPHAN,  /* ours, owner gone, but processes are attached */
	SEGMENT_FOREIGN, /* not ours: another user's, or another thing */
};

/* What stands at the key of PREFIX.  *HEADER is a copy of its header, with
 * shmid as found; zeroed for SEGMENT_NONE and SEGMENT_FOREIGN. */
enum segment_state segment_probe(int prefix, struct segment *header);
/* How many processes are attached; -1 when it is gone. */
int segment_attached(int shmid);
/* Attaches an old one to write to it; NULL with errno. */
struct segment *segment_attach(int shmid);
void segment_detach(struct segment *seg);

/* Makes and attaches one of SIZE bytes, zeroed.  NULL with errno. */
struct segment *segment_create(int prefix, uint32_t layout, size_t size);
void segment_remove(int shmid);

#endif
