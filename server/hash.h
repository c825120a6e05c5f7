/* SPDX-License-Identifier: ISC */
#ifndef SERVER_HASH_H
#define SERVER_HASH_H

#include <stdint.h>

/*
 * Whether a password makes a hash of crypt(3), which takes long by design: a
 * thread of this worker finds out, and nobody waits for it but who asked.
 */
enum hash_verdict {
	HASH_WAIT,  /* not known yet: ask again when the bell has rung */
	HASH_WRONG,
	HASH_RIGHT,
};

/* Who asks: a command of a session. */
struct hash_asker {
	uint32_t session, gen;
	uint64_t executed;
};

/* The verdict is told once, to who has asked, and then forgotten. */
enum hash_verdict hash_check(const struct hash_asker *who,
    const char *password, const char *hash);

#endif
