/* SPDX-License-Identifier: ISC */
#ifndef TLS_PAGE_H
#define TLS_PAGE_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "../ipc/bucket.h"

/*
 * What the master of mootd and the processes of mootd-tls know of each other:
 * shared memory of their own, a memfd, since mootd-tls does not attach the
 * segment.  It outlives each of them; its descriptor is in the segment.
 *
 * A process has a place in it, claimed for as long as it lives.  The master
 * writes DIGEST and LEAVING, and clears the place of who has ended; the rest is
 * the process's.  Whoever shows a status reads it, perhaps while it changes.
 *
 * All of them can write all of it, and one that was taken over writes what it
 * likes.  So nobody is signalled because of a number here: who has which place
 * the kernel says, also to a master that follows a dead one.
 */

enum {
	TLS_PLACES = 128,
	TLS_RATES = 16384,     /* addresses whose connections are counted */
};

#define TLS_PAGE_MAGIC UINT64_C(0x31656761706c7374)

enum tls_counter {
	TLS_ACCEPTED,          /* connections */
	TLS_HANDSHAKES,        /* that were finished, those resumed included */
	TLS_RESUMED,
	TLS_FAILED,            /* handshakes, for what was said in them */
	TLS_TIMED_OUT,         /* handshakes, for what was not */
	TLS_CROWDED_OUT,       /* handshakes that gave way to others */
	TLS_REFUSED_RATE,      /* connections: too soon after others */
	TLS_REFUSED,           /* connections: none could be made to a worker */
	TLS_BYTES_IN,          /* of clients, as they come to workers */
	TLS_BYTES_OUT,
	TLS_COUNTERS
};

struct tls_certificate {
	int64_t expires;       /* s since the epoch */
	char pin[64];          /* "sha256/BASE64" of its public key, */
	char phrase[80];       /* and the same in words: irc/phrase.h */
	char subject[160];
	char trouble[160];     /* why the files are not in use; "" */
};

struct tls_place {
	_Atomic int32_t pid;   /* 0: free.  To be shown only */
	_Atomic uint32_t ready; /* it can shake hands, and */
	_Atomic uint32_t serving; /* waits for clients right now */
	_Atomic uint32_t leaving; /* it is to end with its last client */
	uint64_t digest;       /* of the settings and the program it has */
	_Atomic uint64_t beat; /* ms, CLOCK_MONOTONIC: its last sign of life */
	_Atomic uint32_t clients; /* whose handshake is finished */
	_Atomic uint32_t handshakes; /* in progress */
	_Atomic uint64_t counter[TLS_COUNTERS];
	struct tls_certificate certificate;
};

struct tls_page {
	uint64_t magic;
	uint64_t size;
	_Atomic uint64_t ended[TLS_COUNTERS]; /* counters of those that have */
	_Atomic uint32_t restarts; /* that nobody wanted */
	char trouble[160];     /* that the last one to end had, or "" */
	struct tls_place place[TLS_PLACES];
	uint64_t rate_seed;    /* of the table of all: see ipc/bucket.h */
	struct bucket_place rates[TLS_RATES];
};

/* Makes one; *FD is its descriptor, close-on-exec.  NULL with errno. */
struct tls_page *tls_page_create(int *fd);
/* Maps that of FD; NULL with errno, EINVAL if it is none of ours. */
struct tls_page *tls_page_map(int fd);

/* Claims PLACE of the page of FD for the calling process, until it ends: 0, or
 * -1 with errno when another has it. */
int tls_page_claim(int fd, int place);
/* Who has claimed PLACE; 0: nobody. */
pid_t tls_page_holder(int fd, int place);

/* All who are or were there: what counter C comes to. */
uint64_t tls_page_sum(const struct tls_page *page, enum tls_counter c);

#endif
