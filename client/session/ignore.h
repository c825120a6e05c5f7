/* SPDX-License-Identifier: ISC */
#ifndef CLIENT_IGNORE_H
#define CLIENT_IGNORE_H

#include "event.h"

/* Whom one does not want to hear: the setting `ignore'. */

/* Whether E, something that is said, is from such a one. */
int ignore_has(const struct session *s, const struct event_line *e);

/* Handlers of command.c's table: "[NICK or MASK]", "NICK or MASK". */
void ignore_add(struct session *s, const char *text);
void ignore_remove(struct session *s, const char *text);

#endif
