/* SPDX-License-Identifier: ISC */
/*
 * The list of rooms, in the order in which they were joined.
 *
 * It is what survives a lost connection: the session asks for every room in
 * it again, with its key, when it is registered anew.  A room enters when
 * one types its name, is wanted as soon as the server was asked for it, and
 * leaves when one parts, is kicked, or is refused.
 * People are in a handful of rooms, so it is a list.
 */

#include <stdlib.h>
#include <string.h>

#include "irc/name.h"
#include "room.h"

struct room *
room_find(struct room *list, const char *name)
{
	while (list != NULL && name_cmp(list->name, name) != 0)
		list = list->next;
	return list;
}

static struct room *
room_new(const char *name)
{
	struct room *r;

	r = calloc(1, sizeof(*r));
	if (r == NULL)
		return NULL;
	r->name = strdup(name);
	if (r->name == NULL) {
		free(r);
		return NULL;
	}
	return r;
}

void
room_set_key(struct room *r, const char *key)
{
	free(r->key);
	r->key = key == NULL ? NULL : strdup(key);
}

struct room *
room_know(struct room **list, const char *name, const char *key)
{
	struct room *r;

	if (strlen(name) > ROOM_NAME ||
	    (key != NULL && strlen(key) > ROOM_KEY))
		return NULL;
	r = room_find(*list, name);
	if (r == NULL) {
		r = room_new(name);
		if (r == NULL)
			return NULL;
		while (*list != NULL)
			list = &(*list)->next;
		*list = r;
	}
	if (key != NULL)
		room_set_key(r, key);
	return r;
}

static void
room_free(struct room *r)
{
	free(r->name);
	free(r->key);
	free(r);
}

void
room_forget(struct room **list, const char *name)
{
	struct room *r;

	for (; (r = *list) != NULL; list = &r->next) {
		if (name_cmp(r->name, name) != 0)
			continue;
		*list = r->next;
		room_free(r);
		return;
	}
}

void
room_leave_all(struct room *list)
{
	for (; list != NULL; list = list->next)
		list->joined = 0;
}

void
room_clear(struct room **list)
{
	struct room *r;

	while ((r = *list) != NULL) {
		*list = r->next;
		room_free(r);
	}
}
