/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_SCREEN_BINDING_H
#define CLIENT_SCREEN_BINDING_H

#include <stddef.h>

/* Which key does what, in one table; moot(1) has it too. */

/* Where a key is looked up: what a mode does not know, the next one may. */
enum binding_mode {
	BINDING_PICK,  /* a message is chosen */
	BINDING_PLAIN,
	BINDING_MODES
};

struct binding {
	enum binding_mode mode;
	const char *key; /* as key.h names it: "M-a", "C-n", "PageUp" */
	void (*act)(int argument);
	int argument;
	const char *help;
};

/* What KEY does; NULL: nothing, then it is for the line being edited. */
const struct binding *binding_find(enum binding_mode mode, const char *key);
/* The table, for the overview; NULL at its end. */
const struct binding *binding_at(size_t i);

#endif
