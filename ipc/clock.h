/* SPDX-License-Identifier: ISC */
#ifndef IPC_CLOCK_H
#define IPC_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Time as everybody here counts it: CLOCK_MONOTONIC, or since the epoch. */

/* us of any clock. */
static inline uint64_t
clock_read_us(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

/* us, CLOCK_MONOTONIC. */
static inline uint64_t
clock_now_us(void)
{
	return clock_read_us(CLOCK_MONOTONIC);
}

/* ms, CLOCK_MONOTONIC. */
static inline uint64_t
clock_now(void)
{
	return clock_now_us() / 1000;
}

/* ms since the epoch. */
static inline uint64_t
clock_wall(void)
{
	return clock_read_us(CLOCK_REALTIME) / 1000;
}

#endif
