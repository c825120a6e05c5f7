/* SPDX-License-Identifier: ISC */
/*
 * The outbox: what was typed and has not yet been taken by the server.
 *
 * A line stays here after it was written to the socket until the server
 * shows that it has processed it (the answer to a label, or to a PING sent
 * after it).  Only a window of lines is under way at a time, so a server that
 * slows us down sets our pace and has no reason to call it flooding, and a
 * lost connection leaves at most a window of lines whose fate is unknown.
 * The session decides when to send; this file only counts.
 */

#include <stdlib.h>
#include <string.h>

#include "outbox.h"

static char **
outbox_slot(struct outbox *o, uint64_t serial)
{
	return &o->line[serial % OUTBOX_LINES];
}

int
outbox_add(struct outbox *o, const char *line)
{
	char *copy;

	if (o->end - o->first >= OUTBOX_LINES)
		return -1;
	copy = strdup(line);
	if (copy == NULL)
		return -1;
	*outbox_slot(o, o->end++) = copy;
	return 0;
}

int
outbox_has_room(const struct outbox *o)
{
	return o->end - o->first <= OUTBOX_LINES - OUTBOX_SPARE;
}

const char *
outbox_next(struct outbox *o, uint64_t *serial)
{
	if (o->next == o->end || o->next - o->first >= OUTBOX_WINDOW)
		return NULL;
	*serial = o->next++;
	return *outbox_slot(o, *serial);
}

/* A serial beyond what was sent comes from a server that makes things up. */
void
outbox_confirm(struct outbox *o, uint64_t serial)
{
	if (serial > o->next)
		serial = o->next;
	for (; o->first < serial; o->first++) {
		free(*outbox_slot(o, o->first));
		*outbox_slot(o, o->first) = NULL;
	}
}

char *
outbox_take_unsure(struct outbox *o)
{
	char *line;

	if (o->first == o->next)
		return NULL;
	line = *outbox_slot(o, o->first);
	*outbox_slot(o, o->first++) = NULL;
	return line;
}

void
outbox_clear(struct outbox *o)
{
	o->next = o->end;
	outbox_confirm(o, o->end);
}
