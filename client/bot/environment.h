/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_ENVIRONMENT_H
#define CLIENT_ENVIRONMENT_H

#include <stddef.h>

/* The environment a child is given: of ours only what is known to be harmless,
 * so that no password, token or credential gets there by chance. */

enum {
	ENVIRONMENT_MOST = 128,    /* variables */
	ENVIRONMENT_VALUE = 65536, /* bytes of one; more is cut */
};

struct environment {
	char *v[ENVIRONMENT_MOST + 1]; /* "NAME=VALUE"..., NULL: execve(2) */
	size_t n;
};

/* Begins with those of ours that are harmless (PATH, HOME, LANG, TZ...). */
void environment_init(struct environment *e);
/* Passes our NAME on too; -1 when we have none. */
int environment_keep(struct environment *e, const char *name);
/* Sets NAME, or leaves it out when VALUE is NULL.  VALUE may come from
 * anybody and is cleaned as display_clean() does.  -1: there is no room for
 * it, or no memory. */
int environment_set(struct environment *e, const char *name,
    const char *value);
void environment_clear(struct environment *e);

#endif
