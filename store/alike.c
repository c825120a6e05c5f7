/* SPDX-License-Identifier: ISC */

/*
 * Which accounts have names of which the database cannot tell what they look
 * like: those that do not look like themselves.
 *
 * An account named in ASCII is found by what a nick looks like, since that is
 * its name.  One in other letters is noted here, when the store opens and
 * before each is made, so that a nick in ASCII, or in letters of a third
 * script, is not taken for nobody's.  What is noted stays until the store
 * ends; who asks looks whether the account is there.
 */

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../irc/look.h"
#include "../irc/name.h"
#include "alike.h"

enum { HEADS = 16384 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct alike {
	size_t next;           /* of its chain, 1 + place; 0: none */
	char look[NAME_NICK + 2], name[NAME_NICK + 2];
} *alikes;
static size_t nalike, size_alike, heads[HEADS];

static struct alike *
find(const char *look)
{
	size_t i = heads[name_hash(look) % HEADS];

	for (; i != 0; i = alikes[i - 1].next)
		if (strcmp(alikes[i - 1].look, look) == 0)
			return &alikes[i - 1];
	return NULL;
}

/* A place for what looks like LOOK; NULL: no memory, it is not protected. */
static struct alike *
place(const char *look)
{
	size_t *head = &heads[name_hash(look) % HEADS], size;
	struct alike *more;

	if (nalike == size_alike) {
		size = size_alike * 2 + 64;
		if ((more = realloc(alikes, size * sizeof(*more))) == NULL)
			return NULL;
		alikes = more;
		size_alike = size;
	}
	alikes[nalike].next = *head;
	*head = ++nalike;
	return &alikes[nalike - 1];
}

void
alike_note(const char *name)
{
	char look[NAME_NICK + 2];
	struct alike *a;

	look_of(look, sizeof(look), name);
	if (strcmp(look, name) == 0 || strlen(name) > NAME_NICK)
		return;
	pthread_mutex_lock(&lock);
	if ((a = find(look)) != NULL || (a = place(look)) != NULL) {
		memcpy(a->look, look, sizeof(look));
		snprintf(a->name, sizeof(a->name), "%s", name);
	}
	pthread_mutex_unlock(&lock);
}

int
alike_find(const char *look, char *name, size_t size)
{
	const struct alike *a;

	pthread_mutex_lock(&lock);
	if ((a = find(look)) != NULL)
		snprintf(name, size, "%s", a->name);
	pthread_mutex_unlock(&lock);
	return a != NULL;
}
