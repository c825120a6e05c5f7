/* SPDX-License-Identifier: ISC */
/*
 * The environment of a child: a list of "NAME=VALUE" of our own making.
 *
 * It is made of what is known to be harmless, not of what is left when the
 * harmful was taken away: passwords come under any name.  Values from
 * outside are cleaned, since a script may hand them on to a terminal.
 */

#include <stdlib.h>
#include <string.h>

#include "client/line/display.h"
#include "environment.h"

/* Where programs are, who runs them, and how they are to talk. */
static const char *const environment_harmless[] = { "PATH", "HOME", "USER",
	"LOGNAME", "SHELL", "LANG", "LANGUAGE", "LC_ALL", "LC_COLLATE",
	"LC_CTYPE", "LC_MESSAGES", "LC_MONETARY", "LC_NUMERIC", "LC_TIME",
	"TZ", "TMPDIR" };

static char **
environment_find(struct environment *e, const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < e->n; i++)
		if (strncmp(e->v[i], name, len) == 0 && e->v[i][len] == '=')
			return &e->v[i];
	return NULL;
}

static int
environment_put(struct environment *e, const char *name, char *entry)
{
	char **slot = environment_find(e, name, strlen(name));

	if (slot != NULL) {
		free(*slot);
		*slot = entry;
		return 0;
	}
	if (e->n == ENVIRONMENT_MOST) {
		free(entry);
		return -1;
	}
	e->v[e->n++] = entry;
	e->v[e->n] = NULL;
	return 0;
}

static char *
environment_entry(const char *name, const char *value, size_t len)
{
	size_t skip = strlen(name);
	char *entry = malloc(skip + 1 + len + 1);

	if (entry == NULL)
		return NULL;
	memcpy(entry, name, skip);
	entry[skip] = '=';
	memcpy(entry + skip + 1, value, len);
	entry[skip + 1 + len] = '\0';
	return entry;
}

int
environment_keep(struct environment *e, const char *name)
{
	const char *value = getenv(name);
	char *entry;

	if (value == NULL)
		return -1;
	entry = environment_entry(name, value, strlen(value));
	return entry == NULL ? -1 : environment_put(e, name, entry);
}

void
environment_init(struct environment *e)
{
	size_t i;

	memset(e, 0, sizeof(*e));
	for (i = 0; i < sizeof(environment_harmless) /
	    sizeof(environment_harmless[0]); i++)
		environment_keep(e, environment_harmless[i]);
}

/* A byte may become a character of three. */
int
environment_set(struct environment *e, const char *name, const char *value)
{
	size_t size;
	char *clean, *entry;

	if (value == NULL)
		return 0;
	size = strlen(value) * 3 + 1;
	if (size > ENVIRONMENT_VALUE)
		size = ENVIRONMENT_VALUE;
	clean = malloc(size);
	if (clean == NULL)
		return -1;
	entry = environment_entry(name, clean,
	    display_clean(clean, size, value));
	free(clean);
	return entry == NULL ? -1 : environment_put(e, name, entry);
}

void
environment_clear(struct environment *e)
{
	size_t i;

	for (i = 0; i < e->n; i++)
		free(e->v[i]);
	memset(e, 0, sizeof(*e));
}
