/* SPDX-License-Identifier: ISC */
/*
 * Own lines of a scrollback whose fate may yet change.
 *
 * They are few: those under way, and those that failed and could be sent once
 * more.  So it is a list that is walked.
 */

#include <stdlib.h>
#include <string.h>

#include "own.h"

enum { OWN_FIRST = 8 };

size_t
own_find(const struct own *o, uint64_t serial)
{
	size_t i = 0;

	while (i < o->count && (serial == 0 || o->line[i].serial != serial))
		i++;
	return i;
}

size_t
own_find_place(const struct own *o, uint64_t place)
{
	size_t i = 0;

	while (i < o->count && o->line[i].place != place)
		i++;
	return i;
}

void
own_add(struct own *o, uint64_t serial, uint64_t place)
{
	size_t size = o->size == 0 ? OWN_FIRST : o->size * 2;
	struct own_line *line;

	if (o->count == OWN_MOST)
		own_remove(o, 0);
	if (o->count == o->size) {
		line = realloc(o->line, size * sizeof(*line));
		if (line == NULL)
			return;
		o->line = line;
		o->size = size;
	}
	o->line[o->count].serial = serial;
	o->line[o->count++].place = place;
}

void
own_remove(struct own *o, size_t i)
{
	if (i < o->count)
		memmove(&o->line[i], &o->line[i + 1],
		    (--o->count - i) * sizeof(*o->line));
}

void
own_clear(struct own *o)
{
	free(o->line);
	memset(o, 0, sizeof(*o));
}
