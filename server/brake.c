/* SPDX-License-Identifier: ISC */
/* A crash loop is slowed down: see brake.h. */
#include "brake.h"

enum { FREE = 3 /* quick deaths before the brake */ };

uint64_t
brake_ended(struct brake *b, uint64_t now, uint64_t steady)
{
	uint64_t wait = BRAKE_FIRST;
	unsigned n;

	b->quick = now - b->started < steady ? b->quick + 1 : 0;
	if (b->quick <= FREE)
		return 0;
	for (n = FREE + 1; n < b->quick && wait < BRAKE_MOST; n++)
		wait *= 2;
	return wait < BRAKE_MOST ? wait : BRAKE_MOST;
}
