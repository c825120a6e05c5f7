/* SPDX-License-Identifier: ISC */
/*
 * Notes: copies of news, in order.
 *
 * Who tells news owns their strings only for the moment; whoever must wait
 * with them (history that is fetched backwards, what is said meanwhile) keeps
 * notes.  Each is one piece of memory.
 */

#include <stdlib.h>
#include <string.h>

#include "note.h"

/* The strings of news. */
static const char **
note_string(struct news *n, int i)
{
	const char **strings[] = { &n->msgid, &n->nick, &n->address,
		&n->account, &n->room, &n->target, &n->about, &n->reply,
		&n->text, &n->code };

	return i < (int)(sizeof(strings) / sizeof(strings[0])) ?
	    strings[i] : NULL;
}

int
notes_add(struct notes *l, const struct news *n)
{
	struct news copy = *n;
	const char **s;
	struct note *note;
	size_t size = sizeof(*note);
	char *p;
	int i;

	for (i = 0; (s = note_string(&copy, i)) != NULL; i++)
		size += *s != NULL ? strlen(*s) + 1 : 0;
	note = malloc(size);
	if (note == NULL)
		return -1;
	p = (char *)(note + 1);
	for (i = 0; (s = note_string(&copy, i)) != NULL; i++) {
		if (*s == NULL)
			continue;
		size = strlen(*s) + 1;
		*s = memcpy(p, *s, size);
		p += size;
	}
	note->n = copy;
	note->next = NULL;
	if (l->last != NULL)
		l->last->next = note;
	else
		l->first = note;
	l->last = note;
	l->count++;
	return 0;
}

void
notes_prepend(struct notes *l, struct notes *from)
{
	if (from->first == NULL)
		return;
	from->last->next = l->first;
	if (l->last == NULL)
		l->last = from->last;
	l->first = from->first;
	l->count += from->count;
	memset(from, 0, sizeof(*from));
}

int
notes_have(const struct notes *l, const char *msgid)
{
	const struct note *note;

	if (msgid == NULL)
		return 0;
	for (note = l->first; note != NULL; note = note->next)
		if (note->n.msgid != NULL &&
		    strcmp(note->n.msgid, msgid) == 0)
			return 1;
	return 0;
}

void
notes_drop(struct notes *l)
{
	struct note *note = l->first;

	if (note == NULL)
		return;
	l->first = note->next;
	if (l->first == NULL)
		l->last = NULL;
	l->count--;
	free(note);
}

void
notes_clear(struct notes *l)
{
	while (l->first != NULL)
		notes_drop(l);
}
